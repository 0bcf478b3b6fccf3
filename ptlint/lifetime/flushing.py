# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls may flush the TLB.

A call that is not entered flushes if it may reach a primitive that does: by its own name, by that of an
architecture's primitive, or through the functions that it calls. Over-approximates: what flushes on some
paths or in part counts as a flush: nothing is said of a table that was flushed in a way not understood.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

MOST_NESTED = 6


class Flushing:
    """Tells by a name, and by the bodies of functions, whether a call may flush."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.primitives = facts.names("flush")
        self.patterns = tuple(sorted(facts.names("flush-name")))
        self._known: dict[tuple[str, str], bool] = {}

    def may(self, name: str, unit: str) -> bool:
        """Say whether a function, as a unit names it, may flush."""
        return self._may(name, unit, MOST_NESTED)

    def _may(self, name: str, unit: str, depth: int) -> bool:
        key = name, unit
        known = self._known.get(key)
        if known is None:
            if name in self.primitives or any(fnmatchcase(name, one) for one in self.patterns):
                known = True
            else:
                self._known[key] = False  # one that calls itself
                definition = self.program.resolve(name, unit) if depth else None
                known = definition is not None and self._calls_one(definition, depth - 1)
            self._known[key] = known
        return known

    def _calls_one(self, definition: Definition, depth: int) -> bool:
        return any(
            self._may(name, definition.unit, depth)
            for block in definition.function.blocks
            for one in block.instructions
            if isinstance(one, ir.Call)
            for name in callee_names(one)
        )


def callee_names(call: ir.Call) -> tuple[str, ...]:
    """Return the name of a call's callee: of a function, or of the member that points to it."""
    callee = call.callee
    if isinstance(callee, ir.Name):
        return (callee.name,)
    if isinstance(callee, ir.Member):
        return (callee.field,)
    return ()
