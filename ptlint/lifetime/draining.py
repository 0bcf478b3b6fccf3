# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tables a function frees that members of a structure hold which it is handed.

Such a function is judged on its own, as it takes the tables out of a container. Where its caller frees what
the same member holds, only a walk of both tells whether one table is freed twice.

Under-approximates: calls through pointers are not followed, nor are more than DEEPEST calls.
"""

from __future__ import annotations

from ptlint.lifetime.flows import Flows
from ptlint.lifetime.following import DEEPEST, Following, parts, pointed_to, read_by
from ptlint.lifetime.tables import TableTypes
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir


class Draining:
    """Tells by the bodies of functions, and of what they call."""

    def __init__(self, program: Program, flows: Flows, types: TableTypes, roots: frozenset[str]) -> None:
        self.program = program
        self.flows = flows
        self.types = types
        self.roots = roots
        self.following = Following(program)
        self._known: dict[tuple[tuple[str, str], int, int], frozenset[str]] = {}

    def together(self, caller: Definition, callee: Definition, index: int, nested: bool) -> bool:
        """Say whether a function frees what a member holds, and a call of it with the same structure does.

        *nested* says that the caller has been called itself: then who called it may free that as well. The
        root of an address space is freed at so many ends that only the caller's own text counts.
        """
        drained = self.drained(callee, index)
        if not drained:
            return False
        if nested and drained - self.roots:
            return True
        return any(self.times(caller, member) > 1 for member in drained)

    def emptied(self, definition: Definition) -> frozenset[str]:
        """Return the members whose tables a function frees, of all structures that it is handed."""
        count = len(definition.function.parameters)
        return frozenset[str]().union(*(self.drained(definition, index) for index in range(count)))

    def drained(self, definition: Definition, index: int, depth: int = DEEPEST) -> frozenset[str]:
        """Return the members whose tables a function frees, of the structure that an argument points to."""
        key = (definition.key, index, depth)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = frozenset(self._drained(definition, index, depth))
        return known

    def _drained(self, definition: Definition, index: int, depth: int) -> set[str]:
        parameters = definition.function.parameters
        if index >= len(parameters) or parameters[index].type.pointers != 1:
            return set()
        if not self.types.is_structure(parameters[index].type.pointee()):
            return set()
        names = self.following.holding(definition, index, 0)
        found = {m for m in self.read(definition, names) if self.flows.empties(definition, m)}
        for call in ir.calls_of(definition.function) if depth else ():
            for position, argument in enumerate(call.arguments):
                if isinstance(argument, ir.Name) and argument.name in names:
                    found |= self.handed(definition, call, position, depth)
        return found

    def handed(self, definition: Definition, call: ir.Call, index: int, depth: int) -> frozenset[str]:
        """Return the members whose tables a call frees."""
        callee = call.callee
        if not isinstance(callee, ir.Name) or callee.name in self.program.facts.by_name:
            return frozenset()
        inner = self.program.resolve(callee.name, definition.unit)
        if inner is None or inner.key == definition.key:
            return frozenset()
        return self.drained(inner, index, depth - 1)

    def read(self, definition: Definition, names: set[str] | None) -> set[str]:
        """Return the members with tables that a function reads, of what some of its locals point to.

        A pointer to an entry is a cursor, but for the root of an address space.
        """
        return {
            part.field
            for one in ir.instructions_of(definition.function)
            for e in read_by(one)
            for part in parts(e)
            if isinstance(part, ir.Member)
            and self.types.is_pointer(part.type)
            and (part.field in self.roots or not self.types.is_slot(part.type))
            and isinstance(part.base, ir.Deref)
            and (names is None or pointed_to(part.base.pointer) in names)
        }

    def times(self, definition: Definition, member: str) -> int:
        """Return how often a function frees what a member of this name holds: itself, and by its calls."""
        own = member in self.read(definition, None) and self.flows.empties(definition, member)
        calls = (
            call
            for call in ir.calls_of(definition.function)
            if any(
                isinstance(argument, ir.Name) and member in self.handed(definition, call, position, DEEPEST)
                for position, argument in enumerate(call.arguments)
            )
        )
        return own + sum(1 for _ in calls)
