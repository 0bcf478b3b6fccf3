# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions use an address space, and which count the references to it: they keep it, or let it go.

Over-approximates: any counter of an address space counts references, and whoever counts them, up or down and
on whatever path, holds one (a callback that drops a reference has had it until then).
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.lifetime.following import Following, pointed_to, read_by
from ptlint.lifetime.tables import TableTypes
from ptlint.program.facts import Facts
from ptlint.program.program import Program
from ptlint.syntax import ir
from ptlint.syntax.parts import subexpressions

COUNTING = frozenset({"count", "last-reference"})  # events of primitives that count
MOST_NESTED = 4


class Keeping:
    """Tells by the bodies of functions, and of what they call."""

    def __init__(self, program: Program, facts: Facts, types: TableTypes, following: Following) -> None:
        self.program = program
        self.following = following
        self.facts = facts
        self.types = types
        self._known: dict[tuple[str, str], bool] = {}

    def counts(self, name: str, unit: str) -> bool:
        """Say whether a function, as a unit names it, counts the references to an address space."""
        return self._counts(name, unit, MOST_NESTED)

    def uses(self, name: str, unit: str, index: int, depth: int = MOST_NESTED) -> bool:
        """Say whether it reads or writes a member of the address space that an argument points to."""
        definition = self.program.resolve(name, unit) if depth else None
        if definition is None or index >= len(definition.function.parameters):
            return False
        names = self.following.holding(definition, index, depth)
        for instruction in ir.instructions_of(definition.function):
            for member in (m for e in read_by(instruction) for m in members_in(e)):
                space = space_of(member, self.types)
                if isinstance(space, ir.Deref) and pointed_to(space.pointer) in names:
                    return True
        return any(
            pointed_to(argument) in names
            and self.uses(call.callee.name, definition.unit, position, depth - 1)
            for call in ir.calls_of(definition.function)
            if isinstance(call.callee, ir.Name) and call.callee.name != name
            for position, argument in enumerate(call.arguments)
        )

    def _counts(self, name: str, unit: str, depth: int) -> bool:
        key = name, unit
        known = self._known.get(key)
        if known is None:
            self._known[key] = False  # one that calls itself
            definition = self.program.resolve(name, unit) if depth else None
            known = self._known[key] = definition is not None and any(
                self._counted(call, definition.unit, depth) for call in ir.calls_of(definition.function)
            )
        return known

    def _counted(self, call: ir.Call, unit: str, depth: int) -> bool:
        if not isinstance(call.callee, ir.Name):
            return False
        fact = self.facts.by_name.get(call.callee.name)
        if fact is None:
            return self._counts(call.callee.name, unit, depth - 1)
        return (
            fact.event in COUNTING
            and fact.argument is not None
            and fact.argument < len(call.arguments)
            and self._of_space(call.arguments[fact.argument])
        )

    def _of_space(self, counter: ir.Expression) -> bool:
        while isinstance(counter, ir.Cast):
            counter = counter.operand
        return isinstance(counter, ir.AddressOf) and space_of(counter.operand, self.types) is not None


def space_of(e: ir.Expression, types: TableTypes) -> ir.Expression | None:
    """Return the address space that a place is part of, None if it is part of none."""
    while isinstance(e, ir.Member):
        if types.is_space(ir.Type(e.struct)):
            return e.base
        e = e.base
    return None


def members_in(e: ir.Expression) -> Iterator[ir.Member]:
    """Yield the members that an expression names, those included that it takes the address of."""
    return (part for part in subexpressions(e) if isinstance(part, ir.Member))
