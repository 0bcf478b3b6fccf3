# SPDX-License-Identifier: GPL-2.0-or-later
"""Under which configurations something that a slice calls may not be there, or take other arguments.

In: the functions that a walk entered, with their text in all branches. Out: formulas, each of a configuration
that should be looked at. They are judged by the text; whether a call really lacks something is told where
such a configuration is analysed (`ptlint.program.definitions`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from itertools import chain
from typing import Final

from ptlint.cpp.presence import Presence
from ptlint.cpp.tokens import IDENT
from ptlint.kconfig.formula import FALSE, TRUE, Formula
from ptlint.kconfig.simplify import conjunction
from ptlint.program.bodies import Sources, listed
from ptlint.program.conditions import Condition, Slice
from ptlint.program.declared import Declared
from ptlint.program.facts import Facts
from ptlint.program.program import Definition
from ptlint.program.units import Units
from ptlint.program.variants import KEYWORDS

_DEEPEST: Final = 3
"""Macros in macros that are followed from the text of a function."""


class Demands:
    """What the functions of one slice call, in all branches."""

    def __init__(self, units: Units, facts: Facts, part: Slice, sources: Sources) -> None:
        self._facts = facts
        self._slice = part
        self._sources = sources
        self._declared = Declared(units, part, sources)
        self._followed: set[tuple[str, str]] = set()

    def conditions(
        self, callers: Iterable[Definition] = (), removed: Container[str] = ()
    ) -> tuple[Condition, ...]:
        """Return the configurations to be looked at, as formulas; each once, with what demands it.

        Of the *callers* only what they call that is *removed* counts.
        """
        found: dict[Formula, Condition] = {}
        mine = {one.key: one for one in (*self._slice.functions, *self._slice.passed())}
        demanded = [self._function(one) for one in mine.values()]
        demanded += [self._function(one, removed) for one in callers if one.key not in mine]
        for condition in chain.from_iterable(demanded):
            found.setdefault(condition.formula, condition)
        return tuple(found.values())

    def _function(self, definition: Definition, only: Container[str] | None = None) -> Iterator[Condition]:
        function = definition.function
        presence = self._slice.presence(definition.unit)
        compiled = self._slice.variants.listing.compiled(definition.unit)
        source = self._sources.of(function.path)
        code = source.part(function.line, function.last_line)
        for word in source.words(function.line, function.last_line):
            if only is not None and word.name not in only:
                continue
            if word.called and not word.member and word.name != function.name:
                where = conjunction((compiled, presence.of(function.path, word.line)))
                for formula in self._name(word.name, where, presence, code):
                    yield Condition(function.path, word.line, formula, f"{word.name}()")

    def _name(
        self, name: str, where: Formula, presence: Presence, code: bytes, depth: int = 0
    ) -> Iterator[Formula]:
        """Yield where a name that is called under a condition is not there, or takes other arguments.

        *code* has the calls.
        """
        if name in self._facts.by_name or name in KEYWORDS:
            return
        unit = presence.unit.path
        ways = self._declared.ways(name, unit)
        missing = conjunction((where, ways.absent()))
        if missing not in (TRUE, FALSE):
            yield missing
        if ways.all:
            for way in ways.refusing(_given(name, code)):
                other = conjunction((where, way.where))
                if other not in (TRUE, FALSE):
                    yield other
        if (unit, name) in self._followed or depth >= _DEEPEST:
            return
        self._followed.add((unit, name))
        for one in self._slice.variants.choice(name, presence).macros:
            inside = conjunction((where, presence.present(one)))
            if inside == FALSE:
                continue
            parameters = one.macro.parameters or ()
            body = one.macro.body
            text = b" ".join(token.text.encode() for token in body)
            for index, token in enumerate(body[:-1]):
                called = token.kind == IDENT and body[index + 1].text == "("
                member = index > 0 and body[index - 1].text in (".", "->", "##")
                inner = token.text
                if called and not member and inner not in (name, *parameters):
                    yield from self._name(inner, inside, presence, text, depth + 1)


def _given(name: str, code: bytes) -> frozenset[int]:
    """Return the numbers of arguments in the calls of a name."""
    pattern = re.compile(rb"\b" + name.encode() + rb"\s*\(")
    return frozenset(len(listed(code, match.end() - 1)) for match in pattern.finditer(code))
