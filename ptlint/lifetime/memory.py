# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory of a path: what a pointer points to, what is read there, what a write makes unknown.

Storage that the path has not written gets a name when it is first read, and keeps it: memory that nobody
on the path writes is taken to be stable. An element of an array stands for any.
"""

from __future__ import annotations

from ptlint.lifetime.discovery import Discovery
from ptlint.lifetime.objects import State
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.values import (
    Address,
    Int,
    Interner,
    Location,
    Reference,
    Slot,
    Symbol,
    Value,
    Whole,
    pointer_to,
)
from ptlint.syntax import ir


class Memory:
    """Reads the memory of paths. `places` is the storage of page-table pointer types seen so far."""

    def __init__(self, interner: Interner, types: TableTypes, discovery: Discovery) -> None:
        self.interner = interner
        self.types = types
        self.discovery = discovery
        self.places: set[Location] = set()
        self.asked: set[Location] = set()  # read, and a known number stood there

    def target(self, value: Value, type_: ir.Type, state: State) -> Location:
        """Return what a pointer points to; `type_` is the type behind it."""
        if self.types.is_entry(type_):
            if isinstance(value, Symbol):
                value = self.discovery.coerce(value, type_.pointer(), state)
            if isinstance(value, Reference):
                return Slot(value.object, value.offset)
        match value:
            case Reference(identity, _):
                return Address(("object", identity), ())
            case Address():
                return value
            case Symbol(key):
                expression = self.interner.expression(key)
                if isinstance(expression, tuple) and expression[0] == "load":
                    return Address(expression[1], (*expression[2], "*"))
                return Address(("symbol", key), ())
        return Address(("symbol", self.interner.number(value)), ())

    def load(self, at: Location, type_: ir.Type, state: State) -> Value:
        """Return what stands at a location, of type `type_`."""
        if self.types.is_pointer(type_):
            self.places.add(at)
        found = state.memory.get(at)
        if found is not None:
            if isinstance(found, Symbol) and self.types.is_pointer(type_):
                return self.discovery.coerce(found, type_, state)
            if isinstance(found, Int):
                self.asked.add(at)
            return found
        if isinstance(at, Slot):
            value = self.discovery.child(at, type_, state)
            if value is not None:
                state.memory[at] = value
                return value
            return Symbol(self.interner.key(("entry", at.object, at.offset)))
        for cut in range(len(at.path) - 1, -1, -1):
            if at.path[cut] in ("*", "[]"):
                break  # what stands behind a pointer is no part of it
            whole = state.memory.get(Address(at.base, at.path[:cut]))
            if whole is not None:
                if at.base[0] == "local" and isinstance(whole, Symbol) and type_.pointers > 1:
                    break  # an array in it: what it holds may be unknown, but not where it is
                value = self.inside(whole, at.path[cut:])
                if isinstance(value, Symbol) and self.types.is_pointer(type_):  # written by a call
                    value = state.memory[at] = self.discovery.stored_table(value.key, at, type_, state)
                return value
        if "[]" in at.path and at.base[0] == "local":
            known = self.element(at, state)
            if known is not None:
                return known
            if self.types.is_pointer(type_) and self.untouched(at, state):
                return Int(0)
        value = self.unknown_content(at, type_, state)
        if at.base[0] != "local" or self.types.is_pointer(type_):
            state.memory[at] = value
        return value

    def element(self, at: Address, state: State) -> Value | None:
        """An array's element under another index: any object that was stored in the array."""
        prefix = at.path[: at.path.index("[]")]
        for other, value in state.memory.items():
            if (
                isinstance(value, Reference)
                and isinstance(other, Address)
                and other.base == at.base
                and other.path[: len(prefix) + 1] == (*prefix, "[]")
            ):
                return value
        return None

    def untouched(self, at: Address, state: State) -> bool:
        """Say whether nothing on this path has written a local array, or was handed it and not followed.

        No program reads such an element: the paths that seem to are no paths.
        """
        prefix = at.path[: at.path.index("[]")]
        return not any(Address(at.base, prefix[:size]) in state.memory for size in range(len(prefix) + 1))

    def inside(self, whole: Value, path: tuple[object, ...]) -> Value:
        """Return the part that `path` names of a structure that is held as one value."""
        for part in path:
            whole = self.member_of_value(whole, str(part))
        return whole

    def member_of_value(self, value: Value, name: str) -> Value:
        """Return a member of a structure that is held as one value (pmd_t, swp_entry_t, …)."""
        if isinstance(value, Whole):
            part = value.part((name,))
            return (
                self.interner.unknown(("part", self.interner.number(value), name)) if part is None else part
            )
        if isinstance(value, Symbol):
            return Symbol(self.interner.key(("member", value.key, name), (value.key,)))
        return value

    def whole(self, at: Location, type_: ir.Type, state: State) -> Whole | None:
        """Return a local structure, to be handed on by value; None if it holds no table."""
        if not self.types.is_structure(type_) or not isinstance(at, Address) or at.base[0] != "local":
            return None
        size = len(at.path)
        parts = tuple(
            sorted(
                (
                    (one.path[size:], value)
                    for one, value in state.memory.items()
                    if isinstance(one, Address)
                    and one.base == at.base
                    and len(one.path) > size
                    and one.path[:size] == at.path
                    and not isinstance(value, Whole)
                ),
                key=lambda part: str(part[0]),
            )
        )
        return Whole(parts) if any(isinstance(value, Reference) for _, value in parts) else None

    def unknown_content(self, at: Address, type_: ir.Type, state: State) -> Value:
        """Return what stands where the path has not written: a table, by its type, or an unknown value."""
        key = self.interner.key(("load", at.base, at.path))
        if self.types.is_pointer(type_) or self.discovery.holds_tables(at, type_):
            return self.discovery.stored_table(key, at, type_, state, again=True)
        return Symbol(key)

    def as_found(self, at: Location, value: Value) -> bool:
        """Say whether a value is what a path reads at a place that is no local, and that it did not write."""
        return (
            isinstance(value, Symbol)
            and isinstance(at, Address)
            and at.base[0] != "local"
            and value.key == self.interner.key(("load", at.base, at.path))
        )

    def container(self, pointer: Value, type_: ir.Type, member: str, state: State) -> Value:
        """`container_of`: back from a member to the object that holds it."""
        value: Value
        match pointer:
            case Address(base, path):
                names = member.split(".")
                cut = (
                    len(path) - len(names)
                    if list(path[-len(names) :]) == names
                    else 0
                    if base[0] == "object"
                    else len(path) - 1
                )
                value = pointer_to(Address(base, path[: max(cut, 0)]), self.interner)
            case Symbol(key):
                value = Symbol(self.interner.key(("container", key, type_.name, member), (key,)))
            case _:
                value = pointer
        return self.discovery.coerce(value, type_, state)


def write(at: Location, value: Value, state: State) -> None:
    """Write memory; what was known of parts of the location is forgotten."""
    if isinstance(at, Address):
        forget(at, state)
        if isinstance(value, Whole):
            for path, part in value.parts:
                state.memory[Address(at.base, (*at.path, *path))] = part
            return
    state.memory[at] = value


def forget(at: Address, state: State) -> None:
    """Forget a location and everything inside it."""
    memory, base, path = state.memory, at.base, at.path
    if path:
        size = len(path)
        stale = [a for a in memory if a[0] == base and a[1][:size] == path]
    else:
        stale = [a for a in memory if a[0] == base]
    for a in stale:
        del memory[a]
