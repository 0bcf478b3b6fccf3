# SPDX-License-Identifier: GPL-2.0-or-later
"""Variables that nobody sets to anything but numbers: flags of an entry that depend on the processor, say.

Sound as far as the program's text is seen: a module from elsewhere may write what is exported. A variable
that is set in a way that is not understood (by its address, in a macro) is unknown.
"""

from __future__ import annotations

import re

from ptlint.lifetime.operators import number
from ptlint.program.program import Program
from ptlint.syntax import ir

MOST_FILES = 16  # that name a variable; one that more do is not asked about


class Numbers:
    """Answers by the text and the functions of all files that name a variable."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[str, frozenset[int] | None] = {}

    def clear(self, name: str, mask: int) -> bool:
        """Say whether no number that an external variable may hold has a bit of a mask."""
        if name not in self._known:
            self._known[name] = self._find(name)
        known = self._known[name]
        return known is not None and not any(value & mask for value in known)

    def _find(self, name: str) -> frozenset[int] | None:
        files = self.program.units.mentioning(name)
        if len(files) > MOST_FILES:
            return None
        values = {0}
        for path in files:
            found = self._set_in(path, name)
            if found is None:
                return None
            values |= found
        return frozenset(values)

    def _set_in(self, path: str, name: str) -> set[int] | None:
        """Return what one file sets it to, None if that is not known."""
        units = self.program.units
        text = units.text(path)
        found = [match.start() for match in re.finditer(written(re.escape(name.encode())), text)]
        if any(in_directive(text, at) for at in found):
            return None
        lines = {text.count(b"\n", 0, at) + 1 for at in found}
        lines = {line for line in lines if not path.endswith(".c") or units.is_active(path, line)}
        if not path.endswith(".c"):
            return None if lines else set()
        values, syntax = set[int](), units.syntax(path)
        own = syntax.variable(name)
        if own is None or own.static:
            return None
        if own.initialiser is not None:
            start = number(own.initialiser)
            if start is None or own.place.path != path:
                return None
            values.add(start)
            lines.discard(own.place.line)
        for item in syntax.defined(path, frozenset({name})) if lines else ():
            function = syntax.function(item.name)
            for block in () if function is None else function.blocks:
                for one in block.instructions:
                    if isinstance(one, ir.Assign) and is_global(one.target, name):
                        value = number(one.value)
                        if value is None:
                            return None
                        values.add(value)
                        lines.discard(one.place.line)
        return None if lines else values


def is_global(e: ir.Expression, name: str) -> bool:
    """Say whether an expression is the variable itself."""
    return isinstance(e, ir.Name) and e.scope is ir.Scope.GLOBAL and e.name == name


def written(word: bytes) -> bytes:
    """Return a pattern for what may write a variable, or takes its address."""
    before = rb"&\s*" + word + rb"\b|(?:\+\+|--)\s*" + word + rb"\b"
    return before + rb"|\b" + word + rb"\b\s*(?:\[|\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))"


def in_directive(text: bytes, at: int) -> bool:
    """Say whether a place in a text is in a preprocessor's line: in a macro's body, say."""
    start = text.rfind(b"\n", 0, at) + 1
    while start > 1 and text[start - 2 : start - 1] == b"\\":
        start = text.rfind(b"\n", 0, start - 1) + 1
    return text[start:at].lstrip().startswith(b"#")
