# SPDX-License-Identifier: GPL-2.0-or-later
"""Counters that are set or counted up: what a table's descriptor counts is state that it holds."""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes
from ptlint.lifetime.unions import Unions
from ptlint.lifetime.values import Int
from ptlint.program.facts import Fact


class CounterEvents:
    """Primitives of atomic and reference counters, but for those that tell of the last reference."""

    def __init__(self, unions: Unions, skip: Follow) -> None:
        self.unions = unions
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {"count": self.on_count}

    def on_count(self, fact: Fact, site: CallSite) -> Outcomes:
        """The counter `argument` is set to `value`, or counted up if there is none."""
        value = Int(1) if fact.value is None else site.argument(fact.value)
        place = site.instruction.place
        self.unions.written(site.argument(fact.argument), value, place, site.state, site.frame)
        return self.skip(site)
