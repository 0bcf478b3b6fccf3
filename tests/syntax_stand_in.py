# SPDX-License-Identifier: GPL-2.0-or-later
"""Units made of a few lines of C, and what they lower to, as text."""

import re
from collections.abc import Mapping

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import Arch, arch_named
from ptlint.source.tree import MemoryTree
from ptlint.syntax.ir import Function
from ptlint.syntax.printer import function_text
from ptlint.syntax.unit import SyntaxCache, UnitSyntax

KEPT = frozenset(("container_of", "READ_ONCE", "KEPT"))


class Symbols:
    """A configuration without a symbol."""

    def __init__(self, arch: str = "x86_64") -> None:
        self.arch = arch_named(arch)
        self.values: Mapping[str, str] = {}

    def autoconf(self) -> Mapping[str, str]:
        """Return what generated/autoconf.h defines."""
        return {}


class Compiler:
    """A compiler that predefines next to nothing."""

    def predefined(self, arch: Arch, bits: int, big_endian: bool | None = None) -> Mapping[str, str]:
        """Return the predefined macros."""
        return {"__GNUC__": "12"}


def unit(
    source: str,
    headers: Mapping[str, str] | None = None,
    arch: str = "x86_64",
    cache: SyntaxCache | None = None,
) -> UnitSyntax:
    """Return the syntax of a unit a.c with *headers* beside it."""
    files = {"a.c": source, **(headers or {})}
    tree = MemoryTree({path: text.encode("utf-8", "surrogateescape") for path, text in files.items()})
    preprocessor = Preprocessor(tree, Symbols(arch), Compiler())
    return UnitSyntax(preprocessor.unit("a.c"), preprocessor, KEPT, frozenset(("panic",)), cache)


def function(source: str, name: str = "f") -> Function:
    """Return the function *name* that the source defines."""
    found = unit(source).function(name)
    assert found is not None
    return found


def lowered(source: str, name: str = "f") -> str:
    """Return what a function lowers to; the source may be its body alone."""
    if not re.search(rf"\b{name}\(", source):
        source = f"int {name}(struct s *p, int a, int b)\n{{\n{source}\n}}\n"
    found = function(source, name)
    assert found.lost == ()
    return function_text(found)
