# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches laid over trees. ``git apply`` is the oracle."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptlint.errors import PatchDoesNotApply, PtlintError
from ptlint.source.patches import Applied, apply, parse_series, place, place_series
from ptlint.source.placing import HunkPlacement
from ptlint.source.tree import DiskTree, MemoryTree, Overlay, Tree, walk

GIT_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def git(where: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = GIT_ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(where.parent), "HOME": str(where)}
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@x", "-c", "core.autocrlf=false", *arguments]
    return subprocess.run(command, cwd=where, input=given, capture_output=True, env=environment, check=False)


def laid(tree: Tree, diff: str | bytes) -> Applied:
    (patch,) = parse_series(diff if isinstance(diff, bytes) else diff.encode(), "x.patch").patches
    return place(tree, patch)


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(1, count + 1)]


def text(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


HUNK = """\
--- a/mm/a.c
+++ b/mm/a.c
@@ -9,7 +9,7 @@
 line 9
 line 10
 line 11
-line 12
+changed
 line 13
 line 14
 line 15
"""
CHANGED = ["changed" if line == "line 12" else line for line in numbered(30)]


def test_a_hunk_applies_at_its_line() -> None:
    base = MemoryTree({"mm/a.c": text(numbered(30))})
    (patch,) = parse_series(HUNK.encode(), "x").patches
    assert apply(base, patch).find("mm/a.c") == text(CHANGED)
    assert place(base, patch).placements == (HunkPlacement("mm/a.c", 1, 9, 9, 0),)
    assert base.find("mm/a.c") == text(numbered(30))


def test_a_hunk_applies_at_an_offset() -> None:
    applied = laid(MemoryTree({"mm/a.c": text(["x", "y", *numbered(30)])}), HUNK)
    assert applied.tree.find("mm/a.c") == text(["x", "y", *CHANGED])
    assert [(placement.offset, placement.fuzz) for placement in applied.placements] == [(2, 0)]


def test_the_nearest_of_equal_places_is_taken() -> None:
    block = numbered(30)[8:15]
    applied = laid(MemoryTree({"mm/a.c": text([*block, *["x"] * 4, *block, *["y"] * 9, *block])}), HUNK)
    assert applied.placements[0].line == 12


def test_context_that_changed_is_dropped_where_one_place_fits() -> None:
    lines = numbered(30)
    lines[8] = "other 9"
    lines[14] = lines[13] = "other"
    applied = laid(MemoryTree({"mm/a.c": text(lines)}), HUNK)
    lines[11] = "changed"
    assert applied.tree.find("mm/a.c") == text(lines)
    assert applied.placements == (HunkPlacement("mm/a.c", 1, 9, 9, 2),)


def test_an_insertion_before_the_end_of_a_file_survives_lines_added_there() -> None:
    diff = "--- a/m.h\n+++ b/m.h\n@@ -1,4 +1,5 @@\n one\n two\n three\n+new\n #endif\n"
    applied = laid(MemoryTree({"m.h": b"one\ntwo\nthree\nadded since\n#endif\n"}), diff)
    assert applied.tree.find("m.h") == b"one\ntwo\nthree\nnew\nadded since\n#endif\n"
    assert applied.placements[0].fuzz == 1


def test_an_ambiguous_place_is_refused() -> None:
    block = ["other 9", *numbered(30)[9:15]]
    tree = MemoryTree({"mm/a.c": text([*block, *block, *block])})
    with pytest.raises(PatchDoesNotApply, match="3 places would fit equally well"):
        laid(tree, HUNK)


def test_a_refusal_shows_what_stands_there() -> None:
    lines = numbered(30)
    lines[11] = "someone was here \x1b[0m"
    makefile = b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\n"
    tree = MemoryTree({"mm/a.c": text(lines), "Makefile": makefile})
    patches = "".join(
        f"From 0 Mon Sep 17 00:00:00 2001\nFrom: A <a@x>\nSubject: [PATCH {n}/2] mm: s{n}\n\n{diff}"
        for n, diff in ((1, "--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+n\n"), (2, HUNK))
    )
    with pytest.raises(PatchDoesNotApply) as refused:
        list(place_series(tree, parse_series(patches.encode(), "mbox")))
    assert refused.value.exit_status == 4
    assert str(refused.value) == (
        "patch 2/2 (mm: s2) does not apply to Linux 7.3.4 with the patches before it: mm/a.c: "
        "hunk 1 of 1 (@@ -9,7 +9,7 @@, line 15) does not fit; most alike is line 9\n"
        "  the patch expects at line 12:\n"
        "    line 12\n    line 13\n    line 14\n    line 15\n"
        "  but there stands:\n"
        "    someone was here \ufffd[0m\n    line 13\n    line 14\n    line 15\n    line 16\n    line 17"
    )


@pytest.mark.parametrize(
    ("files", "diff", "message"),
    [
        ({}, HUNK, "mm/a.c: there is no such file"),
        ({"mm/a.c": text(CHANGED)}, HUNK, "the lines that it brings are there already"),
        ({"mm/a.c": b""}, HUNK, r"\(the end of the file\)"),
        ({"n": b"x"}, "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n", "adds a file that is there already"),
        ({"n/x": b"x"}, "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n", "where there is a directory"),
        ({"n": b"x"}, "--- /dev/null\n+++ b/n/y/z\n@@ -0,0 +1 @@\n+n\n", "n is a file, not a directory"),
        (
            {"n": b"x\ny\n"},
            "--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
            "does not fit|not all of its lines",
        ),
    ],
)
def test_what_does_not_apply_says_why(files: dict[str, bytes], diff: str, message: str) -> None:
    with pytest.raises(PatchDoesNotApply, match=message):
        laid(MemoryTree(files), diff)


def test_new_files_of_tools_that_do_not_say_so_are_new() -> None:
    applied = laid(MemoryTree({}), "--- a/n.c\t2024-01-01\n+++ b/n.c\t2024-01-02\n@@ -0,0 +1 @@\n+n\n")
    assert applied.tree.find("n.c") == b"n\n"


def test_a_link_is_followed_to_its_file() -> None:
    diff = "diff --git a/mm/l.h b/mm/l.h\nnew file mode 120000\n"
    diff += "--- /dev/null\n+++ b/mm/l.h\n@@ -0,0 +1 @@\n+{}\n"
    tree = MemoryTree({"include/t.h": b"target\n"})
    no_newline = "\\ No newline at end of file\n"
    assert laid(tree, diff.format("../include/t.h") + no_newline).tree.find("mm/l.h") == b"target\n"
    assert laid(tree, diff.format("../../secret") + no_newline).tree.find("mm/l.h") is None


def test_copies_of_copies_do_not_fill_the_memory() -> None:
    content = b"x\n" + b"y" * 8_000_000
    copy = "diff --git a/f b/{0}\ncopy from f\ncopy to {0}\n--- a/f\n+++ b/{0}\n@@ -1 +1 @@\n-x\n+z\n"
    diff = "".join(copy.format(f"c{number}") for number in range(100))
    with pytest.raises(PatchDoesNotApply, match="writes more than"):
        laid(MemoryTree({"f": content}), diff)


LINES = st.sampled_from(
    [b"{\n", b"}\n", b"\n", b"\tx;\n", b"\ty;\n", b"#endif\n", b"\xff\n", b"a\rb\n", b"-- \n"]
)
LAST = st.sampled_from([b"", b"}", b"\xe4"])
FILE = st.builds(lambda lines, last: b"".join(lines) + last, st.lists(LINES, max_size=40), LAST)


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """Return *content* with a few lines deleted, replaced or added."""
    lines = content.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(lines)))
        lines[start : start + draw(st.integers(0, 3))] = draw(st.lists(LINES, max_size=3))
    ends = [line.endswith(b"\n") for line in lines[:-1]]
    return b"".join(line if good else line + b"\n" for line, good in zip(lines, [*ends, True], strict=False))


@st.composite
def versions(draw: st.DrawFn) -> tuple[bytes, bytes, bytes, int]:
    """Return a file before and after a change, the file that the change shall be made to, and -U's number."""
    before = draw(FILE)
    after = draw(edited(before))
    context = draw(st.sampled_from([3, 3, 1, 0, 8]))
    target = draw(st.one_of(st.just(before), edited(before))) if context else before
    return before, after, target, context


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions())
def test_apply_equals_git_apply_wherever_git_applies(case: tuple[bytes, bytes, bytes, int]) -> None:
    before, after, target, context = case
    with TemporaryDirectory() as name:
        where = Path(name)
        for side, content in (("a", before), ("b", after)):
            (where / side).mkdir()
            (where / side / "f.c").write_bytes(content)
        diff = git(
            where, "diff", "--no-index", "--no-prefix", "--text", f"-U{context}", "a/f.c", "b/f.c"
        ).stdout
        (where / "f.c").write_bytes(target)
        done = git(where, "apply", "--whitespace=nowarn", "-", given=diff)
        expected = (where / "f.c").read_bytes()
    # Git takes a last line without newline for the start of any line, and without context adds at the end.
    sane = target == before or all(content.endswith(b"\n") for content in (before, after, target))
    if done.returncode == 0 and diff and context and sane:
        assert laid(MemoryTree({"f.c": target}), diff).tree.find("f.c") == expected
    elif diff:
        with suppress(PatchDoesNotApply):
            laid(MemoryTree({"f.c": target}), diff)
    if target == before and diff:
        assert laid(MemoryTree({"f.c": target}), diff).tree.find("f.c") == after


def test_renames_copies_swaps_and_deletions_equal_those_of_git(tmp_path: Path) -> None:
    body = text(numbered(40))
    first = {"a.c": body, "b.c": body.upper(), "d/e.c": body + b"e\n", "d/gone.c": b"gone\n", "empty": b""}
    second = {
        "a.c": body.upper(),
        "b.c": body + b"swapped\n",
        "new/e.c": body + b"moved\n",
        "new/e2.c": body + b"e\n",
        "fresh.c": b"no newline",
        "void.c": b"",
        "weird \t\xc3\xa4.c".encode("latin-1").decode(): b"odd name\n",
    }
    git(tmp_path, "init", "-q")
    for files in (first, second):
        git(tmp_path, "rm", "-rqf", "--ignore-unmatch", ".")
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
        git(tmp_path, "add", "-A")
        assert git(tmp_path, "commit", "-qm", "change it").returncode == 0
    mail = git(tmp_path, "format-patch", "-1", "-B", "-M", "-C", "--find-copies-harder", "--stdout").stdout
    assert b"rename from" in mail
    assert b"copy from" in mail
    (patch,) = parse_series(mail, "0001.patch").patches
    after = apply(MemoryTree(first), patch)
    assert patch.subject == "change it"
    assert {path: after.find(path) for path in walk(after, "", ("",))} == second


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "diff --git a/a b/b\nrename from a\nrename to b\n",
                "diff --git a/b b/a\nrename from b\nrename to a\n",
                "diff --git a/a b/c/d\ncopy from a\ncopy to c/d\n",
                "diff --git a/c/d b/c/d\ndeleted file mode 100644\n",
                "diff --git a/c b/c\nnew file mode 100644\n",
                "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n",
                "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-two\n+one\n@@ -9 +9 @@\n-two\n+one\n",
                "--- a/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n",
                "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+one\n",
            ]
        ),
        min_size=1,
    )
)
def test_any_sequence_of_changes_applies_or_is_refused(parts: list[str]) -> None:
    with suppress(PtlintError):
        applied = laid(MemoryTree({"a": b"one\n", "b": b"one\n"}), "".join(parts))
        for path in walk(applied.tree, "", ("",)):
            assert applied.tree.find(path) is not None
            assert applied.tree.entries(path) == ()


@pytest.mark.kernel
def test_a_series_over_a_real_tree_stays_in_memory(kernel_tree: Callable[[str], Path]) -> None:
    tree = DiskTree(kernel_tree("6.12"))
    content = tree.find("mm/mmu_gather.c")
    assert content is not None
    lines = content.decode().split("\n")
    at = next(index for index, line in enumerate(lines) if "tlb_remove_table_sync_one();" in line)
    diff = "--- a/mm/mmu_gather.c\n+++ b/mm/mmu_gather.c\n"
    diff += f"@@ -{at},3 +{at},2 @@\n {lines[at - 1]}\n-{lines[at]}\n {lines[at + 1]}\n"
    applied = laid(tree, diff)
    assert isinstance(applied.tree, Overlay)
    assert list(applied.tree.changes) == ["mm/mmu_gather.c"]
    assert len((applied.tree.find("mm/mmu_gather.c") or b"").split(b"\n")) == len(lines) - 1
    assert tree.find("mm/mmu_gather.c") == content
