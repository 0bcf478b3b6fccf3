# SPDX-License-Identifier: GPL-2.0-or-later
"""A call as it is made, what it hands over, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from ptlint.lifetime.frames import Frame
from ptlint.lifetime.objects import State
from ptlint.lifetime.sites import site_keys
from ptlint.lifetime.values import Address, Base, Int, Reference, Symbol, Value, Whole
from ptlint.program.facts import Fact
from ptlint.syntax import ir

Outcomes = list[tuple[State, Value]]  # the states after a call, each with the value that it returns


class CallSite:
    """One call as it is made: the instruction, its evaluated arguments, the path and the activation."""

    __slots__ = ("arguments", "callee", "frame", "instruction", "sites", "state")

    def __init__(
        self, instruction: ir.Call, callee: str, arguments: Sequence[Value], state: State, frame: Frame
    ) -> None:
        self.instruction = instruction
        self.callee = callee
        self.arguments = arguments
        self.state = state
        self.frame = frame
        self.sites = site_keys(instruction.place, frame.definition.function.name, callee)

    def argument(self, index: int | None) -> Value:
        """Return an argument's value; zero if there is none."""
        if index is None or index >= len(self.arguments):
            return Int(0)
        return self.arguments[index]


Follow = Callable[[CallSite], Outcomes]  # what comes of a call that is made in one certain way
Handler = Callable[[Fact, CallSite], Outcomes]  # what a primitive's event does to a path


def referred(value: Value) -> int | None:
    """Return the object that a value refers to, directly or as a pointer to a member of it."""
    if isinstance(value, Reference):
        return value.object
    if isinstance(value, Address) and value.base[0] == "object":
        identity = value.base[1]
        assert isinstance(identity, int)
        return identity
    return None


def handed_over(arguments: Sequence[Value], state: State) -> tuple[frozenset[int], frozenset[Hashable]]:
    """Return the objects that arguments refer to, and the storage they point to."""
    passed = set()
    carried: set[Hashable] = set()
    for value in flat(arguments):
        if isinstance(value, Reference):
            passed.add(value.object)
            carried.add(("object", value.object))
        elif isinstance(value, Address):
            carried.add(value.base)
            if value.base[0] == "object":
                identity = value.base[1]
                assert isinstance(identity, int)
                passed.add(identity)
            held = state.memory.get(value)
            if isinstance(held, Reference):
                passed.add(held.object)
        elif isinstance(value, Symbol):
            carried.add(("symbol", value.key))
    return frozenset(passed), frozenset(carried)


def flat(arguments: Sequence[Value]) -> Iterator[Value]:
    """Yield values, the members of structures instead of these."""
    for value in arguments:
        if isinstance(value, Whole):
            yield from (part for _, part in value.parts)
        else:
            yield value


def arrays_of(at: Address, state: State) -> list[Address]:
    """Return the elements of arrays in a storage that hold tables."""
    size = len(at.path)
    return [
        inside
        for inside, value in state.memory.items()
        if isinstance(inside, Address)
        and inside.base == at.base
        and inside.path[:size] == at.path
        and "[]" in inside.path
        and state.is_table(value)
    ]


def kept_at(at: Address, state: State) -> frozenset[int]:
    """Return the tables that stand in the arrays of a storage."""
    held = (referred(state.memory[inside]) for inside in arrays_of(at, state))
    return frozenset(identity for identity in held if identity is not None)


def kept_in(base: Base, state: State) -> list[int]:
    """Return the tables that a path has put into a storage that is no table itself."""
    holder = state.objects.get(base[1]) if base[0] == "object" and isinstance(base[1], int) else None
    if holder is not None and holder.table:
        return []
    kept = [v for at, v in state.memory.items() if isinstance(at, Address) and at.base == base]
    return sorted({v.object for v in kept if isinstance(v, Reference) and state.is_table(v)})
