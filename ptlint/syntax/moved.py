# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether two lowered functions are the same but for the lines that their text stands at.

A patch moves whatever stands below its hunks. What is known of a function that only moved, in its own file or
in what its macros come from, still holds: at other lines.

Soundness: a constant that is the line of the statement it stands in, before and after, is taken to be
``__LINE__``, and one that ``__COUNTER__`` would give for a line of the function, before and after,
to be that. Neither decides anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Final

from ptlint.cpp.expand import COUNTED_PER_LINE
from ptlint.cpp.tokens import Expansion
from ptlint.syntax import ir

_DIGITS: Final = re.compile("[0-9]+")

_LONGEST: Final = 12  # digits of what may have to do with a line

_Line = tuple[str, int]


@dataclass(slots=True)
class Moves:
    """Where lines and places are now. What is not named is where it was."""

    lines: dict[_Line, int] = field(default_factory=dict)
    places: dict[ir.Place, ir.Place] = field(default_factory=dict)

    def add(self, other: Moves) -> bool:
        """Take in what else has moved; say whether the two agree."""
        for at, line in other.lines.items():
            if self.lines.setdefault(at, line) != line:
                return False
        self.places.update(other.places)
        return True

    def line(self, path: str, line: int) -> int:
        """Return where a line is now."""
        return self.lines.get((path, line), line)

    def place(self, place: ir.Place) -> ir.Place:
        """Return where a place is now."""
        return self.places.get(place, place)


def moves_between(old: ir.Function, new: ir.Function) -> Moves | None:
    """Return how the lines of a function have moved; None if more has changed than these."""
    if (old.name, old.path, len(old.blocks)) != (new.name, new.path, len(new.blocks)):
        return None
    pairs = _Pairs(old, new)
    alike = (
        pairs.line(old.path, old.line, new.line)
        and pairs.line(old.path, old.last_line, new.last_line)
        and all(
            pairs.alike(getattr(old, one.name), getattr(new, one.name))
            for one in fields(ir.Function)
            if one.name not in ("line", "last_line")
        )
        and len(set(pairs.names.values())) == len(pairs.names)
    )
    return pairs.moves if alike else None


class _Pairs:
    """Goes through two functions side by side."""

    def __init__(self, old: ir.Function, new: ir.Function) -> None:
        self.functions = old, new
        self.moves = Moves()
        self.names: dict[str, str] = {}  # of locals
        self.statement = (0, 0)  # the line, old and new, of what the walk is in

    def alike(self, old: object, new: object) -> bool:
        """Say whether two parts are the same but for lines, and take down where these went."""
        if type(old) is not type(new):
            return False
        if isinstance(old, tuple):
            assert isinstance(new, tuple)
            return len(old) == len(new) and all(map(self.alike, old, new))
        if isinstance(old, ir.Place):
            assert isinstance(new, ir.Place)
            return self.place(old, new)
        if isinstance(old, ir.Constant):
            assert isinstance(new, ir.Constant)
            return old.name == new.name and self.number(old.value, new.value)
        if isinstance(old, ir.Text):
            assert isinstance(new, ir.Text)
            return self.text(old.text, new.text)
        names = getattr(old, "__dataclass_fields__", None)
        if names is None:
            return old == new
        if isinstance(old, ir.Type):
            return old == new
        if isinstance(old, ir.Name):
            assert isinstance(new, ir.Name)
            return old.scope is new.scope and old.type == new.type and self.name(old, new)
        where = getattr(old, "place", None)
        if where is not None:
            self.statement = outermost(where), outermost(new.place)  # type: ignore[attr-defined]
        return all(self.alike(getattr(old, name), getattr(new, name)) for name in names)

    def number(self, old: int | None, new: int | None) -> bool:
        """Say whether two numbers are the same, or the same number of two lines."""
        if old == new or (old, new) == self.statement:
            return True
        if old is None or new is None:
            return False
        lines = old // COUNTED_PER_LINE, new // COUNTED_PER_LINE
        return (
            old % COUNTED_PER_LINE == new % COUNTED_PER_LINE
            and all(f.line <= at <= f.last_line for f, at in zip(self.functions, lines, strict=True))
            and self.line(self.functions[0].path, *lines)
        )

    def text(self, old: str, new: str) -> bool:
        """Say whether two texts, that macros may have made of code, are the same but for numbers of lines."""
        if old == new:
            return True
        return _DIGITS.sub("", old) == _DIGITS.sub("", new) and all(
            one == other or (len(one) <= _LONGEST and self.number(int(one), int(other)))
            for one, other in zip(_DIGITS.findall(old), _DIGITS.findall(new), strict=True)
        )

    def name(self, old: ir.Name, new: ir.Name) -> bool:
        """Say whether two names are the same variable: macros make names that are unique by a number."""
        if old.scope is not ir.Scope.LOCAL:
            return old.name == new.name
        if _DIGITS.sub("", old.name) != _DIGITS.sub("", new.name):
            return False
        return self.names.setdefault(old.name, new.name) == new.name

    def line(self, path: str, old: int, new: int) -> bool:
        return self.moves.lines.setdefault((path, old), new) == new

    def place(self, old: ir.Place, new: ir.Place) -> bool:
        if old.path != new.path or old.column != new.column or not self.line(old.path, old.line, new.line):
            return False
        if not self.within(old.within, new.within):
            return False
        self.moves.places[old] = new
        return True

    def within(self, old: Expansion | None, new: Expansion | None) -> bool:
        while old is not None and new is not None:
            if (old.macro, old.path, old.column) != (new.macro, new.path, new.column):
                return False
            if old.addresses != new.addresses or not self.line(old.path, old.line, new.line):
                return False
            old, new = old.parent, new.parent
        return old is new


def outermost(place: ir.Place) -> int:
    """Return the line of the function's own text that a place came out of."""
    line, expansion = place.line, place.within
    while expansion is not None:
        line, expansion = expansion.line, expansion.parent
    return line
