# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls may flush the TLB.

A call that is not entered flushes if it may reach a primitive that does: by its own name, by that of an
architecture's primitive, or through the functions that it calls. A body that is seen to write notes and
nothing else (which range is to be flushed later) is no flush whatever its name; one that does nothing at all
is: there is nothing to flush. Over-approximates: what flushes on some paths or in part counts as a flush:
nothing is said of a table that was flushed in a way not understood.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

MOST_NESTED = 6


class Flushing:
    """Tells by a name, and by the bodies of functions, whether a call may flush.

    `kernel` says whether a flush of the kernel's addresses counts.
    """

    def __init__(self, program: Program, facts: Facts, kernel: bool) -> None:
        self.program = program
        self.primitives = facts.names("flush")
        apart = facts.names("flush", "kernel") | facts.names("flush-name", "kernel")
        self.apart = () if kernel else tuple(sorted(apart))
        self.harmless = facts.names("none") | facts.names("list-test") | {ir.ASSEMBLED}
        self.patterns = tuple(sorted(facts.names("flush-name")))
        self._known: dict[tuple[str, str], bool] = {}

    def may(self, name: str, unit: str) -> bool:
        """Say whether a function, as a unit names it, may flush."""
        return self._may(name, unit, MOST_NESTED)

    def _may(self, name: str, unit: str, depth: int) -> bool:
        key = name, unit
        known = self._known.get(key)
        if known is None:
            self._known[key] = False  # one that calls itself
            if any(fnmatchcase(name, one) for one in self.apart):
                return False
            definition = self.program.resolve(name, unit) if depth and name not in self.primitives else None
            if name in self.primitives:
                known = True
            elif any(fnmatchcase(name, one) for one in self.patterns):
                known = definition is None or not self._only_notes(definition, depth - 1)
            else:
                known = definition is not None and self._calls_one(definition, depth - 1)
            self._known[key] = known
        return known

    def _calls_one(self, definition: Definition, depth: int) -> bool:
        return any(
            self._may(name, definition.unit, depth)
            for one in ir.calls_of(definition.function)
            for name in callee_names(one)
        )

    def _only_notes(self, definition: Definition, depth: int) -> bool:
        """Say whether a body writes to memory, and does nothing else that is not seen."""
        writes = any(_writes(one) for one in ir.instructions_of(definition.function))
        return writes and self._only_computes(definition, depth)

    def _only_computes(self, definition: Definition, depth: int) -> bool:
        """Say whether a body computes, stores, and calls nothing but what does no more than that."""
        return all(self._is_plain(one, definition.unit, depth) for one in ir.calls_of(definition.function))

    def _is_plain(self, call: ir.Call, unit: str, depth: int) -> bool:
        callee = call.callee
        if not isinstance(callee, ir.Name) or callee.scope is not ir.Scope.FUNCTION:
            return False
        if callee.name in self.harmless:
            return True
        definition = self.program.resolve(callee.name, unit) if depth else None
        return definition is not None and self._only_computes(definition, depth - 1)


def _writes(instruction: ir.Instruction) -> bool:
    return isinstance(instruction, ir.Assign) and not isinstance(instruction.target, ir.Name)


def callee_names(call: ir.Call) -> tuple[str, ...]:
    """Return the name of a call's callee: of a function, or of the member that points to it."""
    callee = call.callee
    if isinstance(callee, ir.Name):
        return (callee.name,)
    if isinstance(callee, ir.Member):
        return (callee.field,)
    return ()
