# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a patch can change any answer at all. Where that cannot be told at once, it can.

No more is looked at than the files that the patch changes, so that a hook need not wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ptlint.source.diff import ChangeKind, FileChange
from ptlint.source.tree import Tree

_NEVER_COMPILED = ("Documentation/", "LICENSES/", "samples/", "scripts/", "tools/")
_INCLUDED = ("tools/include/", "tools/lib/", "tools/arch/")
"""Parts of these that code of the kernel includes (kernel/bpf takes files of tools/lib/bpf)."""

_NOT_READ = (
    ".rst",
    ".md",
    ".txt",
    ".json",
    ".svg",
    ".rs",
    ".dts",
    ".dtsi",
    ".dtso",
    ".py",
    ".pl",
    ".sh",
    ".awk",
    ".cocci",
    ".yaml",
)
_NOT_READ_AT_TOP = frozenset(
    {
        ".clang-format",
        ".gitignore",
        ".gitattributes",
        ".mailmap",
        "COPYING",
        "CREDITS",
        "MAINTAINERS",
        "README",
    }
)
_BUILD = re.compile(r"(?:^|/)(?:Kconfig|Makefile|Kbuild|Platform)|defconfig|\.(?:config|mk|include|tbl)$")
_C = (".c", ".h")
_COMMENT = re.compile(
    rb'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/', re.DOTALL
)


def may_matter(before: Tree, after: Tree, changes: Iterable[FileChange]) -> bool:
    """Tell whether *changes*, which lead from one tree to the other, can change an answer."""
    return any(_may_matter(before, after, change) for change in changes)


def _may_matter(before: Tree, after: Tree, change: FileChange) -> bool:
    paths = [path for path in (change.old_path, change.new_path) if path is not None]
    if all(_is_never_read(path) for path in paths) and not _names_symbols(before, after, change):
        return False
    if change.kind is not ChangeKind.MODIFIED or change.is_symlink or not change.path.endswith(_C):
        return True
    old, new = before.find(change.path) or b"", after.find(change.path) or b""
    if b"ptlint:" in old or b"ptlint:" in new or code_of(old) != code_of(new):
        return True
    from ptlint.results.boundary import fact_names, touched

    return any(touched(before, after, [change.path], fact_names()))


def _names_symbols(before: Tree, after: Tree, change: FileChange) -> bool:
    """Tell whether a change is to code that no analysis reads, but whose symbols a rule looks at."""
    if not change.path.startswith("samples/") or not change.path.endswith(_C):
        return False
    return b"CONFIG_" in b"".join(tree.find(change.path) or b"" for tree in (before, after))


def code_of(text: bytes) -> list[bytes]:
    """Return the lines of a C file that are not empty, without comments and indentation."""
    bare = _COMMENT.sub(lambda match: match[1] or b" ", text)
    return [words for line in bare.split(b"\n") if (words := b" ".join(line.split()))]


def _is_never_read(path: str) -> bool:
    """Tell whether the analysis reads no file of that name, whatever is in it."""
    if _BUILD.search(path):
        return False
    if path.startswith(_NEVER_COMPILED):
        return not path.startswith(_INCLUDED)
    return path.endswith(_NOT_READ) or path in _NOT_READ_AT_TOP
