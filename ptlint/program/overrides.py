# SPDX-License-Identifier: GPL-2.0-or-later
"""What an architecture has of its own in the place of generic code, though its Kconfig does not say so.

Generic code that an architecture may replace stands in a branch that a symbol of Kconfig takes away, for the
architecture selects it. Where it defines a function or macro of that branch and the symbol is n, both are
there. Judged by the text of all branches: in, the files of one slice; out, formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ptlint.kconfig.formula import FALSE, Formula, Is
from ptlint.kconfig.simplify import conjunction
from ptlint.program.bodies import Source, Sources
from ptlint.program.conditions import Slice
from ptlint.program.units import Units

_ARCHITECTURES: Final = "arch/"
_DEFINE: Final = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)


@dataclass(frozen=True, slots=True)
class Override:
    """A function or macro that both generic code and an architecture define in some configurations."""

    symbol: str  # that would take the generic one away
    name: str
    where: Formula
    generic: tuple[str, int]  # path and line
    own: tuple[str, int]  # of the architecture


class Overrides:
    """Looks at the units of one slice, and at what they may include."""

    def __init__(self, units: Units, part: Slice, sources: Sources) -> None:
        self._units = units
        self._slice = part
        self._sources = sources

    def of(self, symbol: str) -> tuple[Override, ...]:
        """Return what is defined twice for want of a symbol that an architecture should have selected."""
        found: dict[tuple[object, ...], Override] = {}
        for path in self._units.mentioning(f"CONFIG_{symbol}"):
            if path.startswith(_ARCHITECTURES):
                continue
            for name, line, where in self._defined(path):
                if symbol in where.symbols() and conjunction((where, Is(symbol, "y"))) == FALSE:
                    for own, both in self._own(name, where):
                        found.setdefault((name, own), Override(symbol, name, both, (path, line), own))
        return tuple(found[key] for key in sorted(found, key=str))

    def _own(self, name: str, where: Formula) -> Iterator[tuple[tuple[str, int], Formula]]:
        """Yield where an architecture defines a name, and where that is so together with a condition."""
        for path in self._units.mentioning(name):
            if path.startswith(_ARCHITECTURES):
                for _, line, own in self._defined(path, name):
                    both = conjunction((where, own))
                    if both != FALSE:
                        yield (path, line), both

    def _defined(self, path: str, wanted: str = "") -> Iterator[tuple[str, int, Formula]]:
        """Yield what a file defines for others, and where; only one name of it if that is given."""
        unit = next(iter(self._units.seeing(path)), None)
        if unit is None:
            return
        presence = self._slice.presence(unit)
        if path not in presence.paths:
            return
        of_own = path == unit
        compiled = (self._slice.variants.listing.compiled(path),) if of_own else ()
        source = self._sources.of(path)
        bodies = source.bodies(wanted) if wanted else source.functions()
        named = [(body.name, body.line) for body in bodies if not (of_own and body.static)]
        if not of_own:
            named += [one for one in _macros(source) if wanted in ("", one[0])]
        for name, line in named:
            yield name, line, conjunction((*compiled, presence.of(path, line)))


def _macros(source: Source) -> Iterator[tuple[str, int]]:
    for match in _DEFINE.finditer(source.raw):
        yield match[1].decode(), source.line(match.start())
