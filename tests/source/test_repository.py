# SPDX-License-Identifier: GPL-2.0-or-later
"""Git repositories read with plumbing: revisions, ranges and the index."""

import os
import pickle
import subprocess
from pathlib import Path

import pytest

from ptlint.errors import UsageError
from ptlint.source.patches import place_series
from ptlint.source.repository import Repository
from ptlint.source.tree import DiskTree, Tree, walk

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_DATE": "1700000000 +0100",
    "GIT_COMMITTER_DATE": "1700000000 +0100",
}


def git(where: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false", *arguments]
    environment = ENVIRONMENT | {"HOME": str(where)}
    return subprocess.run(
        command, cwd=where, check=True, capture_output=True, env=environment, text=True
    ).stdout.strip()


def commit(where: Path, message: str, files: dict[str, bytes | None]) -> None:
    for path, content in files.items():
        if content is None:
            (where / path).unlink()
        else:
            (where / path).parent.mkdir(parents=True, exist_ok=True)
            (where / path).write_bytes(content)
    git(where, "add", "-A")
    git(where, "commit", "-q", "--no-verify", "--allow-empty", "-m", message)


LONG = b"".join(b"line %d\n" % number for number in range(30))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    where = tmp_path / "repo"
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    commit(where, "start", {"mm/a.c": LONG, "mm/b.c": b"b\n", "logo.png": b"\0png", "gone": b"x\n"})
    (where / "link.c").symlink_to("mm/b.c")
    (where / "out.c").symlink_to("../../etc/passwd")
    (where / "shortcut").symlink_to("mm")
    commit(where, "links", {})
    return where


def files_of(tree: Tree) -> dict[str, bytes | None]:
    return {path: tree.find(path) for path in walk(tree, "", ("",))}


def test_a_revision_is_a_tree_like_any_other(repository: Path) -> None:
    tree, disk = Repository(repository).tree("HEAD"), DiskTree(repository)
    found = files_of(tree)
    assert found == {path: text for path, text in files_of(disk).items() if not path.startswith(".git/")}
    assert found["link.c"] == b"b\n" and "out.c" not in found
    assert tree.find("shortcut/b.c") == b"b\n" and tree.find("out.c") is None
    assert (
        tree.find("mm") is None
        and tree.find("../repo/mm/a.c") is None
        and tree.find("mm/../mm/b.c") == b"b\n"
    )
    assert tree.entries("nowhere") == () and tree.digest("mm/a.c") == disk.digest("mm/a.c")
    assert pickle.loads(pickle.dumps(tree)).find("mm/b.c") == b"b\n"


def test_a_range_is_a_series_that_leads_to_its_end(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    commit(
        repository, "mm: change\n\nWhy it is.", {"mm/a.c": LONG.replace(b"line 7\n", b"seven\n"), "n.c": b"n"}
    )
    git(repository, "mv", "mm/a.c", "mm/c d.c")
    commit(repository, "mm: move", {"gone": None, "logo.png": b"\0other"})
    base, series = Repository(repository).range(first, "")
    assert [(one.index, one.total, one.subject) for one in series.patches] == [
        (1, 2, "mm: change"),
        (2, 2, "mm: move"),
    ]
    assert series.patches[0].author == "A <a@x>" and series.patches[0].log == "mm: change\n\nWhy it is."
    assert series.patches[0].date == "Tue, 14 Nov 2023 22:13:20 -0000"
    assert series.base_commit == first
    *_, (_, last) = place_series(base, series)
    after = files_of(Repository(repository).tree("HEAD"))
    assert files_of(last.tree) | {"logo.png": b"\0other"} == after


def test_a_merge_is_one_patch(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "side")
    commit(repository, "side", {"mm/b.c": b"side\n"})
    git(repository, "checkout", "-q", "main")
    commit(repository, "main", {"mm/n.c": b"n\n"})
    git(repository, "merge", "-q", "--no-ff", "-m", "merge side", "side")
    base, series = Repository(repository).range("HEAD~2", "HEAD")
    assert [one.subject for one in series.patches] == ["main", "merge side"]
    *_, (_, last) = place_series(base, series)
    assert last.tree.find("mm/b.c") == b"side\n" and last.tree.find("mm/n.c") == b"n\n"


def test_what_is_staged_is_told_from_the_work_tree(repository: Path) -> None:
    assert Repository(repository).staged()[1].patches == ()
    (repository / "mm/b.c").write_bytes(b"staged\n")
    git(repository, "add", "mm/b.c")
    (repository / "mm/b.c").write_bytes(b"not staged\n")
    (repository / "mm/a.c").write_bytes(b"not staged\n")
    base, series = Repository(repository).staged()
    ((_, applied),) = place_series(base, series)
    assert base.find("mm/b.c") == b"b\n"
    assert applied.tree.changes == {"mm/b.c": b"staged\n"}
    assert Repository(repository).staged("HEAD~1")[1].patches[0].files[0].path == "link.c"


def test_the_index_of_a_commit_under_way_counts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository / ".git" / "next-index"
    other.write_bytes((repository / ".git" / "index").read_bytes())
    (repository / "mm/b.c").write_bytes(b"staged\n")
    subprocess.run(
        ["git", "add", "mm/b.c"],
        cwd=repository,
        check=True,
        env=ENVIRONMENT | {"GIT_INDEX_FILE": str(other)},
    )
    assert Repository(repository).staged()[1].patches == ()
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert len(Repository(repository).staged()[1].patches) == 1


def test_a_tree_may_be_a_folder_of_a_repository(repository: Path) -> None:
    commit(repository, "both", {"mm/b.c": b"new\n", "top": b"top\n"})
    base, series = Repository(repository / "mm").range("HEAD~1", "HEAD")
    assert base.find("b.c") == b"b\n" and base.entries("") == ("a.c", "b.c")
    assert [file.path for file in series.patches[0].files] == ["b.c"]


def test_nothing_that_a_repository_configures_is_run(repository: Path) -> None:
    trap = repository.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository.parent}/sprung\ncat\n")
    trap.chmod(0o755)
    commit(
        repository, "attributes", {".gitattributes": b"*.c diff=trap filter=trap\n*.h -diff\n", "a.h": b"h\n"}
    )
    for key in ("diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean"):
        git(repository, "config", key, str(trap))
    for key in (
        "filter.trap.smudge",
        "filter.trap.process",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
    ):
        git(repository, "config", key, str(trap))
    (repository / ".git" / "hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "pre-commit"):
        (repository / ".git" / "hooks" / hook).symlink_to(trap)
    still = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
    blob = git(repository, "rev-parse", "HEAD:mm/b.c")
    git(repository, *still, "update-index", "--cacheinfo", "100644", blob, "mm/a.c")
    (repository.parent / "sprung").unlink(missing_ok=True)
    opened = Repository(repository)
    opened.tree("HEAD").find("mm/a.c")
    assert len(opened.staged()[1].patches[0].files) == 1
    _, series = opened.range("HEAD~1", "HEAD")
    assert [file.path for file in series.patches[0].files] == [".gitattributes", "a.h"]
    assert not (repository.parent / "sprung").exists()


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("nowhere", "HEAD", "nowhere: no such commit in"),
        ("HEAD", "HEAD", r"HEAD..HEAD: no commit is in the second"),
        ("--output=x", "HEAD", "no revision"),
        ("HEAD:mm", "HEAD", "HEAD:mm: no such commit"),
    ],
)
def test_ranges_that_are_none_are_refused(repository: Path, start: str, end: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Repository(repository).range(start, end)


def test_a_folder_in_no_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        Repository(tmp_path)
