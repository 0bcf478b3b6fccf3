# SPDX-License-Identifier: GPL-2.0-or-later
"""All definitions that a name may have, in the branches that are compiled and in the others."""

from __future__ import annotations

from posixpath import dirname
from typing import Final, NamedTuple

from ptlint.cpp.presence import MOST_DEFINITIONS, Alternative, Presence
from ptlint.kconfig.formula import Formula
from ptlint.kconfig.listing import Listing
from ptlint.kconfig.simplify import conjunction
from ptlint.program.bodies import Body, Sources
from ptlint.program.units import Units

_ELSEWHERE: Final = "drivers/"


class Choice(NamedTuple):
    """The alternative definitions of a name."""

    macros: tuple[Alternative, ...]
    bodies: tuple[Body, ...]


_NONE: Final = Choice((), ())
KEYWORDS: Final = frozenset(
    {
        "if", "else", "while", "for", "do", "switch", "case", "default", "return", "goto", "break",
        "continue", "struct", "union", "enum", "static", "extern", "inline", "const", "volatile", "void",
        "int", "long", "short", "unsigned", "signed", "char", "bool", "sizeof", "typeof", "__typeof__",
        "__attribute__", "asm",
    }
)  # fmt: skip


class Variants:
    """Looks names up as a unit sees them: its headers and own file, then external functions.

    An external function is looked for in the compiled units, and in files that are not compiled in this
    configuration: those beside a unit that speaks of page tables, and those in folders below that speak of
    them as well. Drivers have none that the core calls.
    """

    def __init__(self, units: Units, sources: Sources) -> None:
        self.sources = sources
        self.listing = Listing(units.tree)
        self._units = units
        self._choices: dict[tuple[str, str], Choice] = {}
        self._uncompiled: dict[str, list[str]] | None = None
        self._external: dict[str, tuple[Body, ...]] = {}
        self._heading: dict[str, list[str]] = {}
        self._indexed: set[str] = set()
        self._indexed_units: set[str] = set()

    def choice(self, name: str, presence: Presence) -> Choice:
        """Return the definitions of a name in a unit."""
        if name in KEYWORDS:
            return _NONE
        key = (presence.unit.path, name)
        known = self._choices.get(key)
        if known is None:
            macros = tuple(one for one in presence.alternatives(name) if not one.macro.marking)
            if len(macros) > MOST_DEFINITIONS:
                macros = ()
            inside = self.heading(name, presence)
            bodies = [body for path in inside for body in self.sources.of(path).bodies(name)]
            if not any(body.static and body.path == presence.unit.path for body in bodies):
                bodies.extend(body for body in self._outside(name) if body.path not in presence.paths)
            known = self._choices[key] = Choice(macros, tuple(bodies)) if macros or bodies else _NONE
        return known

    def present(self, body: Body, presence: Presence) -> Formula:
        """Return where a definition of a function is there for a unit."""
        if body.path in presence.paths:
            where = presence.of(body.path, body.line)
            if body.path == presence.unit.path:
                where = conjunction((where, self.listing.compiled(body.path)))
            return where
        return self.listing.compiled(body.path)

    def heading(self, name: str, presence: Presence) -> list[str]:
        """Return the files of a unit that may declare or define a function."""
        paths = presence.paths
        if presence.unit.path not in self._indexed_units:
            self._indexed_units.add(presence.unit.path)
            for path in paths:
                if path not in self._indexed:
                    self._indexed.add(path)
                    for word in self.sources.of(path).defined:
                        self._heading.setdefault(word, []).append(path)
        return [path for path in self._heading.get(name, ()) if path in paths]

    def _outside(self, name: str) -> tuple[Body, ...]:
        known = self._external.get(name)
        if known is None:
            paths = [*self._units.defining(name), *self._beside().get(name, ())]
            found = (body for path in paths for body in self.sources.of(path).bodies(name))
            known = self._external[name] = tuple(body for body in found if not body.static)
        return known

    def beside(self) -> tuple[str, ...]:
        """Return the files that are not compiled here, beside units that speak of page tables."""
        return tuple(sorted({path for paths in self._beside().values() for path in paths}))

    def _beside(self) -> dict[str, list[str]]:
        known = self._uncompiled
        if known is None:
            known = self._uncompiled = {}
            compiled = frozenset(self._units.compiled)
            beside = {d for path in self._units.speaking if not (d := dirname(path)).startswith(_ELSEWHERE)}
            tops = {_architecture(directory) for directory in beside}
            for path in sorted({path for top in tops for path in self.sources.below(top)} - compiled):
                if dirname(path) in beside or self.sources.has_any(path, self._units.vocabulary):
                    for name in self.sources.of(path).defined:
                        known.setdefault(name, []).append(path)
        return known


def _architecture(directory: str) -> str:
    """Return the architecture's own folder, for a folder in it; for any other one itself."""
    return "/".join(directory.split("/")[:2]) if directory.startswith("arch/") else directory
