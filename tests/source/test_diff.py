# SPDX-License-Identifier: GPL-2.0-or-later
"""Diffs of git and diff(1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptlint.errors import PatchError
from ptlint.source.diff import ChangeKind, FileChange, parse_diff


def parse(text: str) -> tuple[FileChange, ...]:
    return parse_diff(text.encode("utf-8", "surrogateescape").split(b"\n"), "x.patch")


MODIFIED = """\
diff --git a/mm/a.c b/mm/a.c
index 111..222 100644
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,3 +1,3 @@ static int f(void)
 one
-two
+TWO
 three
"""


def test_a_modified_file_has_its_hunks() -> None:
    (change,) = parse(MODIFIED)
    assert (change.kind, change.old_path, change.new_path) == (ChangeKind.MODIFIED, "mm/a.c", "mm/a.c")
    assert (change.old_mode, change.new_mode) == ("100644", "100644")
    (hunk,) = change.hunks
    assert hunk.before() == [b"one\n", b"two\n", b"three\n"]
    assert hunk.after() == [b"one\n", b"TWO\n", b"three\n"]
    assert hunk.context() == (1, 1)
    assert (hunk.section, hunk.at, hunk.header()) == ("static int f(void)", 5, "@@ -1,3 +1,3 @@")


def test_counts_decide_where_a_hunk_ends() -> None:
    text = "--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,4 +1,2 @@\n one\n--- a/x\n-+++ b/x\n two\n-- \n2.20.1\n"
    (change,) = parse(text)
    assert change.hunks[0].before() == [b"one\n", b"-- a/x\n", b"+++ b/x\n", b"two\n"]


def test_an_empty_context_line_may_have_lost_its_blank() -> None:
    (change,) = parse("--- a/m\n+++ b/m\n@@ -1,3 +1,2 @@\n one\n\n-two\n")
    assert change.hunks[0].before() == [b"one\n", b"\n", b"two\n"]


def test_missing_newlines_at_the_end_are_kept_apart() -> None:
    text = "--- a/m\n+++ b/m\n@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+two\n"
    (change,) = parse(text)
    assert change.hunks[0].before() == [b"one"]
    assert change.hunks[0].after() == [b"two\n"]


@pytest.mark.parametrize(
    ("header", "kind", "old", "new"),
    [
        ("diff --git a/x/n.c b/x/n.c\nnew file mode 100644\nindex 0..1", ChangeKind.ADDED, None, "x/n.c"),
        (
            "diff --git a/x/n.c b/x/n.c\ndeleted file mode 100644\nindex 1..0",
            ChangeKind.DELETED,
            "x/n.c",
            None,
        ),
        (
            "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y",
            ChangeKind.RENAMED,
            "x",
            "y",
        ),
        ("diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y", ChangeKind.COPIED, "x", "y"),
        ("diff --git a/s.sh b/s.sh\nold mode 100644\nnew mode 100755", ChangeKind.MODIFIED, "s.sh", "s.sh"),
        (
            'diff --git "a/\\303\\244" "b/\\303\\244"\nold mode 100644\nnew mode 100755',
            ChangeKind.MODIFIED,
            "ä",
            "ä",
        ),
        ("diff --git a/a b b/a b\nold mode 100644\nnew mode 100755", ChangeKind.MODIFIED, "a b", "a b"),
        (
            "diff --git mm/a.c mm/a.c\nold mode 100644\nnew mode 100755",
            ChangeKind.MODIFIED,
            "mm/a.c",
            "mm/a.c",
        ),
    ],
)
def test_headers_of_git_say_what_happens_without_hunks(
    header: str, kind: ChangeKind, old: str | None, new: str | None
) -> None:
    (change,) = parse(header + "\n-- \n2.20.1\n")
    assert (change.kind, change.old_path, change.new_path, change.hunks) == (kind, old, new, ())
    assert change.path == (new or old)


@pytest.mark.parametrize(
    ("old", "new", "kind", "path"),
    [
        (
            "linux-6.12.orig/mm/a.c\t2024-01-01 00:00:00",
            "linux-6.12/mm/a.c\t2024-01-01",
            "modified",
            "mm/a.c",
        ),
        ("a/mm/a.c.orig", "b/mm/a.c", "modified", "mm/a.c"),
        ("mm/a.c", "mm/a.c", "modified", "mm/a.c"),
        ("Makefile", "Makefile", "modified", "Makefile"),
        ("/dev/null", "b/mm/a.c", "added", "mm/a.c"),
        ("a/mm/a.c\t1970-01-01 01:00:00.000 +0100", "b/mm/a.c", "added", "mm/a.c"),
    ],
)
def test_plain_diffs_are_understood(old: str, new: str, kind: str, path: str) -> None:
    hunk = "@@ -0,0 +1 @@\n+x\n" if kind == "added" else "@@ -1 +1 @@\n-y\n+x\n"
    (change,) = parse(f"Index: mm/a.c\n=====\n--- {old}\n+++ {new}\n{hunk}")
    assert (change.kind, change.path) == (kind, path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            MODIFIED.replace(" 1,3 ", "").replace("-1,3", "-1,9"),
            "the text ends inside the hunk of line 5|longer",
        ),
        (MODIFIED.replace("+1,3", "+1,999999999"), "longer than its header|ends"),
        (MODIFIED.replace("-1,3", "-1,9999999999"), "line 5: no valid hunk header"),
        (MODIFIED.replace(" three", "three"), "line 9: the hunk of line 5 ends before"),
        (MODIFIED.replace(" three", " three\n+four"), "longer than its header"),
        (MODIFIED.replace("TWO", "T\0O"), "NUL"),
        (MODIFIED.replace("a/mm/a.c", "a/../../etc/passwd"), "no path inside the tree"),
        (
            MODIFIED.replace("a/mm/a.c", "a//etc/passwd").replace("b/mm/a.c", "/etc/passwd"),
            "no path inside|differ",
        ),
        (MODIFIED.replace("mm/a.c", ".git/config"), "git's own"),
        (MODIFIED.replace("mm/a.c", "mm/\udcff.c"), "not UTF-8"),
        (MODIFIED.replace("mm/a.c", "x" * 5000), "no path inside the tree"),
        (MODIFIED.replace("100644", "160000"), "submodule"),
        (MODIFIED.replace("100644", "9"), "no valid file mode"),
        (MODIFIED.replace("b/mm/a.c", "b/mm/b.c"), "no rename"),
        ("@@ -1 +1 @@\n-a\n+b\n", "without the name of its file"),
        ("diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n", "without --- and"),
        ("diff --git a/x b/x\nindex 1..2\nGIT binary patch\nliteral 3\n", "binary"),
        ("diff --git a/x b/x\nindex 1..2\nBinary files a/x and b/x differ\n", "binary"),
        ("diff --cc mm/a.c\n@@@ -1,1 -1,1 +1,1 @@@\n", "combined diff"),
        ("diff --git a/x b/y\nrename from x\n", "only one file"),
        ("--- a/m\n+++ b/m\n@@ -1,2 +1,2 @@\n-a\n\\ No newline\n-b\n+c\n+d\n", "inside the file"),
        ("--- a/m\n+++ b/m\n@@ -1 +1 @@\n\\ No newline\n", "of nothing"),
    ],
)
def test_what_is_damaged_or_hostile_is_refused(text: str, message: str) -> None:
    with pytest.raises(PatchError, match=message):
        parse(text)


@given(
    st.lists(st.sampled_from([*MODIFIED.encode().split(b"\n"), b"+", b"\\", b"\xff", b"\0", b"Binary files"]))
)
def test_any_lines_are_a_diff_or_an_error(lines: list[bytes]) -> None:
    try:
        parse_diff(lines, "x")
    except PatchError as error:
        assert str(error).startswith("x: line ")
