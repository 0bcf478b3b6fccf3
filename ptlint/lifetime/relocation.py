# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal of a walk through functions that have moved since: the same, at other lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ptlint.lifetime.journal import Free, Journal, Violation
from ptlint.lifetime.objects import Event
from ptlint.lifetime.sites import SiteKey
from ptlint.program.program import Definition
from ptlint.syntax.ir import Place
from ptlint.syntax.moved import Moves


def relocated(journal: Journal, moves: Moves, definitions: Mapping[Definition, Definition]) -> Journal:
    """Return what a walk would have seen through functions that moved: *definitions*, by the old ones."""
    return _Relocation(moves).journal(journal, definitions)


class _Relocation:
    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        self._sites: dict[SiteKey, SiteKey] = {}
        self._events: dict[Event, Event] = {}

    def journal(self, old: Journal, definitions: Mapping[Definition, Definition]) -> Journal:
        new = Journal()
        for free in old.frees.values():
            new.free(self.free(free))
        for parked in old.parked.values():
            new.park(parked.container, self.free(parked.free), parked.static, parked.part)
        for violation in old.violations.values():
            new.violate(self.violation(violation))
        for (event, key), rules in old.wrong.items():
            new.wrong[event, self.site(key)] = rules
        for (event, key), doubts in old.doubts.items():
            new.doubts[event, self.site(key)] = {self.violation(doubt) for doubt in doubts}
        for path, line, function, reason in old.gaps:
            new.gaps[path, self.moves.line(path, line), function, reason] = None
        new.left.update(old.left)
        new.filled.update(old.filled)
        new.definitions.update((key, definitions.get(one, one)) for key, one in old.definitions.items())
        new.owned.update(old.owned)
        new.units.update(old.units)
        new.dangling = old.dangling
        return new

    def free(self, old: Free) -> Free:
        history = tuple(map(self.event, old.history))
        return replace(old, sites=tuple(map(self.site, old.sites)), history=history)

    def violation(self, old: Violation) -> Violation:
        return replace(old, free=self.free(old.free))

    def site(self, old: SiteKey) -> SiteKey:
        known = self._sites.get(old)
        if known is None:
            known = self._sites[old] = replace(old, line=self.moves.line(old.path, old.line))
        return known

    def event(self, old: Event) -> Event:
        known = self._events.get(old)
        if known is None:
            place = self.moves.place(old.place) if isinstance(old.place, Place) else old.place
            known = self._events[old] = replace(old, place=place)
        return known
