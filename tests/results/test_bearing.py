# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that cannot matter are told from those that can, and nothing that can is passed over."""

from difflib import unified_diff

import pytest

from ptlint.results.bearing import code_of, may_matter
from ptlint.source.patches import parse_series, place
from ptlint.source.tree import MemoryTree

CODE = b"""\
/* What it does. */
void f(void) // and why
{
\tone("/* no comment */");
\ttwo('"');
}
"""


def matters(path: str, before: bytes, after: bytes) -> bool:
    sides = (before.decode().splitlines(keepends=True), after.decode().splitlines(keepends=True))
    diff = "".join(unified_diff(*sides, f"a/{path}", f"b/{path}"))
    tree = MemoryTree({path: before})
    (patch,) = parse_series(diff.encode(), "x").patches
    return may_matter(tree, place(tree, patch).tree, patch.files)


@pytest.mark.parametrize(
    "path",
    [
        "Documentation/mm/x.rst",
        "tools/testing/a.c",
        "scripts/x.sh",
        "MAINTAINERS",
        "mm/damon/README.md",
        "drivers/staging/TODO.txt",
        "samples/a.c",
        "rust/a.rs",
    ],
)
def test_what_is_never_read_cannot_matter(path: str) -> None:
    assert not matters(path, b"pte_t a;\n", b"pte_t b;\n")


@pytest.mark.parametrize(
    "path",
    [
        "mm/Kconfig",
        "samples/Kconfig",
        "Documentation/Kconfig",
        "scripts/Kconfig.include",
        "scripts/Makefile.lib",
        "scripts/syscall.tbl",
        "tools/lib/bpf/relo_core.c",
        "arch/x86/configs/x86_64_defconfig",
        "drivers/net/Makefile",
        "drivers/net/a.c",
        "drivers/net/a.h",
        "arch/x86/lib/a.S",
        "unheard.of",
    ],
)
def test_what_may_be_read_can_matter(path: str) -> None:
    assert matters(path, b"one\n", b"two\n")


def test_comments_and_white_space_cannot_matter() -> None:
    assert not matters("mm/a.c", CODE, CODE.replace(b"What it does", b"Something else"))
    assert not matters("mm/a.c", CODE, CODE.replace(b"and why", b"hence").replace(b"\t", b"  "))
    assert not matters("mm/a.c", CODE, b"/*\n * More.\n */\n\n" + CODE)


def test_comments_that_are_none_and_those_to_ptlint_matter() -> None:
    assert matters("mm/a.c", CODE, CODE.replace(b"no comment", b"a text"))
    assert matters("mm/a.c", CODE, CODE.replace(b"two", b"three"))
    assert matters("mm/a.c", CODE, CODE.replace(b"and why", b"ptlint: allow(PTL001) -- so"))
    assert matters("mm/a.c", CODE, CODE.replace(b"// and why", b"/* and why").replace(b'*/");', b'*/\\n");'))


def test_new_and_deleted_files_matter() -> None:
    for diff in (
        "--- /dev/null\n+++ b/a.c\n@@ -0,0 +1 @@\n+x\n",
        "--- a/b.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    ):
        tree = MemoryTree({"b.c": b"x\n"})
        (patch,) = parse_series(diff.encode(), "x").patches
        assert may_matter(tree, place(tree, patch).tree, patch.files)


def test_directives_keep_their_lines() -> None:
    assert code_of(b"#if A // b \\\n c\nx\n#endif") == [b"#if A", b"x", b"#endif"]
    assert code_of(b"#if A\nx") != code_of(b"#if A x")
