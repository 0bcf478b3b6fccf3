# SPDX-License-Identifier: GPL-2.0-or-later
"""Where `ptlint patch` takes patches from: git ranges, revisions and the index."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fakes
import pytest

from ptlint.cli.main import main
from ptlint.results.cache import CachingEngine

CLEAN = "void f(void)\n{\n\tone();\n\ttwo();\n}\n"
FAULTY = CLEAN.replace("two();", "two(); // finding: PTL001 table-a")


def git(where: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false", *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": str(where), "GIT_CONFIG_GLOBAL": "/dev/null"}
    subprocess.run(command, cwd=where, check=True, capture_output=True, env=environment)


def commit(where: Path, message: str, text: str) -> None:
    (where / "mm/a.c").write_text(text)
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", message)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = fakes.write_kernel(tmp_path / "tree", {"mm/a.c": CLEAN})
    git(root, "init", "-q", "-b", "main")
    commit(root, "start", CLEAN)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def events(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[tuple[object, ...]]]]:
    def run(*argv: str) -> tuple[int, list[tuple[object, ...]]]:
        status = main(["patch", "--format", "json", *argv], fakes.FakeEngine())
        captured = capsys.readouterr()
        assert captured.err == ""
        found = json.loads(captured.out)["findings"] if captured.out else []
        return status, [(one["status"], one["patch"]) for one in found]

    return run


Events = Callable[..., tuple[int, list[tuple[object, ...]]]]


def test_a_range_is_judged_commit_by_commit_whatever_is_on_disk(tree: Path, events: Events) -> None:
    commit(tree, "bring", FAULTY)
    commit(tree, "mend", CLEAN)
    (tree / "mm/a.c").write_text("something else\n")
    assert events("HEAD~2..HEAD") == (1, [("new", 1), ("fixed", 2)])
    assert events("HEAD~2..") == (1, [("new", 1), ("fixed", 2)])
    assert events("HEAD~1..HEAD") == (0, [("fixed", 1)])
    assert events("HEAD~2..HEAD", "--final") == (0, [])


def test_what_is_staged_is_judged_not_the_work_tree(tree: Path, events: Events) -> None:
    assert events("--staged") == (0, [])
    (tree / "mm/a.c").write_text(FAULTY)
    assert events("--staged") == (0, [])
    git(tree, "add", "mm/a.c")
    (tree / "mm/a.c").write_text(CLEAN)
    assert events("--staged") == (1, [("new", 1)])
    commit(tree, "faulty", FAULTY)
    assert events("--staged")[0] == 0
    assert events("--staged", "--base", "HEAD~1") == (1, [("new", 1)])


def test_patches_apply_to_the_base_that_is_named(tree: Path, tmp_path: Path, events: Events) -> None:
    path = tmp_path / "bring.patch"
    path.write_text(fakes.mbox("mm/a.c", [CLEAN, FAULTY]))
    commit(tree, "other", "other\n")
    assert main(["patch", str(path)], fakes.FakeEngine()) == 4
    assert main(["patch", str(path), "--base", "nowhere"], fakes.FakeEngine()) == 2


def test_a_base_that_is_named_is_where_patches_apply(tree: Path, tmp_path: Path, events: Events) -> None:
    path = tmp_path / "bring.patch"
    path.write_text(fakes.mbox("mm/a.c", [CLEAN, FAULTY]))
    commit(tree, "other", "other\n")
    assert events(str(path), "--base", "HEAD~1") == (1, [("new", 1)])


def test_answers_about_commits_are_cached(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(tree, "bring", FAULTY)
    engine = fakes.FakeEngine()
    found = []
    for _ in range(2):
        main(["patch", "HEAD~1..HEAD", "--format", "concise"], CachingEngine(engine))
        found.append(capsys.readouterr().out)
    asked = len(engine.requests)
    commit(tree, "unrelated", FAULTY + "\n")
    main(["patch", "HEAD~2..HEAD~1", "--format", "concise"], CachingEngine(engine))
    assert found[0] == found[1] == capsys.readouterr().out != ""
    assert len(engine.requests) == asked


def test_a_commit_that_is_no_kernel_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tree, "rm", "-q", "Makefile")
    git(tree, "commit", "-q", "-m", "no kernel")
    (tree / "Makefile").write_bytes(fakes.MAKEFILE)
    assert main(["patch", "--staged"], fakes.FakeEngine()) == 2
    assert "what git has there is no kernel tree" in capsys.readouterr().err


def test_a_patch_that_cannot_matter_is_passed_by_at_once(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tree, "config", "user.name", "A")
    (tree / "Documentation").mkdir()
    (tree / "Documentation/a.rst").write_text("text\n")
    git(tree, "add", "-A")
    assert main(["patch", "--staged"]) == 0
    assert main(["patch", "--staged", "--select", "PTL999"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "PTL999" in captured.err


def test_a_patch_that_cannot_matter_must_still_apply(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "doc.patch"
    path.write_text(fakes.mbox("Documentation/a.rst", ["a\n", "b\n"]))
    assert main(["patch", str(path)]) == 4


def test_passing_by_imports_no_analysis(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "MAINTAINERS").write_text("A\n")
    git(tree, "add", "-A")
    code = (
        "import sys; from ptlint.cli.main import main;"
        "status = main(['patch', '--staged', '--quiet', '--tree', sys.argv[1]]);"
        "assert not {'msgspec', 'kconfiglib', 'tree_sitter', 'rich'} & sys.modules.keys(); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, str(tree)]
    monkeypatch.chdir(Path(__file__).parents[2])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
