# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a function may sleep, by what it and its callees call.

Over-approximates: whatever may be handed flags that let it wait for memory counts, on whatever path.
"""

from __future__ import annotations

from typing import Final

from ptlint.program.facts import Facts
from ptlint.program.program import Program
from ptlint.syntax import ir

MOST_NESTED: Final = 4
"""How many calls deep sleeping is looked for in what is not walked."""


class Sleeping:
    """Answers from bodies."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts.by_name
        self.flags = frozenset(fact.kind for fact in facts.by_name.values() if fact.event == "may-block")
        self._known: dict[tuple[str, str, int], bool] = {}

    def may(self, name: str, unit: str, depth: int = MOST_NESTED) -> bool:
        """Say whether a function, as a unit names it, may sleep."""
        key = name, unit, depth
        known = self._known.get(key)
        if known is None:
            self._known[key] = False  # one that calls itself
            definition = self.program.resolve(name, unit) if depth and name not in self.facts else None
            known = self._known[key] = definition is not None and any(
                self._sleeps(call.callee.name, definition.unit, depth - 1)
                for call in ir.calls_of(definition.function)
                if isinstance(call.callee, ir.Name)
            )
        return known

    def _sleeps(self, name: str, unit: str, depth: int) -> bool:
        fact = self.facts.get(name)
        return (
            (fact is not None and fact.sleeps)
            or any(one.name in self.flags for one in self.program.parameters(name, unit))
            or self.may(name, unit, depth)
        )
