# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a unit may find what a name is called by: macros, functions and prototypes, in all branches.

Judged by the text. A prototype begins in column 0, with a type or with the name itself. What a file of its
own defines is looked at branch by branch only if it speaks of page tables; else its makefile alone counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from ptlint.cpp.presence import Presence
from ptlint.kconfig.formula import FALSE, TRUE, Formula
from ptlint.kconfig.simplify import conjunction, disjunction, negation
from ptlint.program.bodies import Body, Sources, listed
from ptlint.program.conditions import Slice
from ptlint.program.units import Units

_OPEN: Final = -1


@dataclass(frozen=True, slots=True)
class Way:
    """One text that gives a name a meaning as something to be called."""

    path: str
    line: int
    where: Formula  # in which configurations the unit sees it, or its object file is linked
    arguments: int  # how many it takes; -1: that varies


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them. A prototype is of use only together with a definition, if one is seen anywhere."""

    whole: tuple[Way, ...] = ()  # macros, and functions in view
    outside: tuple[Way, ...] = ()  # functions in files of their own
    prototypes: tuple[Way, ...] = ()

    @property
    def all(self) -> tuple[Way, ...]:
        return (*self.whole, *self.outside, *self.prototypes)

    def absent(self) -> Formula:
        """Return where a call of the name does not compile or link; FALSE if nothing is known of it."""
        if not self.all or any(way.where == TRUE for way in self.whole):
            return FALSE
        declared = disjunction(way.where for way in self.prototypes) if self.prototypes else TRUE
        linked = disjunction(way.where for way in self.outside) if self.outside else TRUE
        if not self.outside and not self.prototypes:
            return negation(disjunction(way.where for way in self.whole))
        return negation(disjunction((*(way.where for way in self.whole), conjunction((declared, linked)))))

    def refusing(self, counts: Set[int]) -> Iterator[Way]:
        """Yield those that do not take one of some numbers of arguments."""
        return (way for way in self.all if way.arguments != _OPEN and counts - {way.arguments})


class Declared:
    """Looks names up for the units of one slice."""

    def __init__(self, units: Units, part: Slice, sources: Sources) -> None:
        self._units = units
        self._slice = part
        self._sources = sources
        self._known: dict[tuple[str, str], Ways] = {}

    def places(self, name: str, unit: str, declarations: bool = True) -> dict[tuple[str, int], None]:
        """Return where a name is defined, or declared, in the files of a unit, or in files of its own."""
        found = self.ways(name, unit)
        ways = found.all if declarations else (*found.whole, *found.outside)
        return dict.fromkeys((way.path, way.line) for way in ways)

    def ways(self, name: str, unit: str) -> Ways:
        """Return all that may give a name its meaning in a unit."""
        known = self._known.get((name, unit))
        if known is None:
            known = self._known[name, unit] = self._look_up(name, self._slice.presence(unit))
        return known

    def _look_up(self, name: str, presence: Presence) -> Ways:
        choice = self._slice.variants.choice(name, presence)
        whole = [
            Way(
                one.macro.path,
                one.macro.line,
                presence.present(one),
                _OPEN if one.macro.parameters is None or one.macro.variadic else len(one.macro.parameters),
            )
            for one in choice.macros
        ]
        if any(way.where == TRUE for way in whole):
            return Ways(tuple(whole))
        outside: list[Way] = []
        for body in choice.bodies:
            inside = body.path in presence.paths
            where = self._where(body, presence)
            (whole if inside else outside).append(Way(body.path, body.line, where, _taken(name, body.text)))
        bodies = {(body.path, body.line) for body in choice.bodies}
        prototypes = (way for way in self._prototypes(name, presence) if (way.path, way.line) not in bodies)
        return Ways(tuple(whole), tuple(outside), tuple(prototypes))

    def _where(self, body: Body, presence: Presence) -> Formula:
        listed = self._slice.variants.present(body, presence)
        if body.path in presence.paths or body.path not in self._units.speaking:
            return listed
        return conjunction((listed, self._slice.presence(body.path).of(body.path, body.line)))

    def _prototypes(self, name: str, presence: Presence) -> Iterator[Way]:
        for path in self._slice.variants.heading(name, presence):
            for line, text in self._sources.of(path).heads(name):
                where = presence.of(path, line)
                yield Way(path, line, where, _taken(name, text))


def _taken(name: str, code: bytes) -> int:
    """Return how many arguments a function takes whose declaration or definition begins some code."""
    parameters = listed(code, code.find(b"(", code.find(name.encode())))
    if not parameters or parameters[-1] == b"...":
        return _OPEN
    return 0 if parameters == (b"void",) else len(parameters)
