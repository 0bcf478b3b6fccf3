# SPDX-License-Identifier: GPL-2.0-or-later
"""Assignments, and writes that are events: a table goes into an entry or out of it, or into a container."""

from __future__ import annotations

from ptlint.lifetime.evaluate import Evaluator, is_place
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.memory import forget, write
from ptlint.lifetime.monitor import (
    BATCH,
    DEPOSIT,
    PUBLISH,
    PUT_BY,
    SHARE,
    TAKEN_BACK,
    UNCHANGED,
    UNLINK,
    WITHDRAW,
)
from ptlint.lifetime.objects import Origin, Owner, State, Sync, Visibility
from ptlint.lifetime.provenance import in_page
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.sites import SiteKey, enclosing
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.unions import Unions
from ptlint.lifetime.values import Address, Int, Location, Reference, Slot, Symbol, Value, Whole
from ptlint.syntax import ir


class Stores:
    """Writes to the memory of a path, with the events that a write is."""

    def __init__(self, evaluator: Evaluator, recorder: Recorder, descriptors: Descriptors) -> None:
        self.descriptors = descriptors
        self.evaluator = evaluator
        self.recorder = recorder
        self.unions = Unions(recorder, descriptors)
        self.interner = evaluator.interner
        self.memory = evaluator.memory
        self.discovery = evaluator.discovery
        self.provenance = evaluator.provenance
        self.types = evaluator.memory.types

    def assign(self, instruction: ir.Assign, state: State, frame: Frame) -> None:
        """`target = value`."""
        value = self.evaluator.evaluate(instruction.value, state, frame)
        if state.impossible:
            return
        target = instruction.target
        if isinstance(target, ir.Member) and not is_place(target):
            return
        at = self.evaluator.location(target, state, frame)
        type_ = getattr(target, "type", ir.Type())
        if (
            isinstance(instruction.value, ir.Aggregate)
            and isinstance(at, Address)
            and not self.types.is_entry(type_)
        ):
            self.assign_aggregate(instruction.value, at, instruction.place, state, frame)
            return
        if isinstance(value, Whole) and isinstance(at, Address):
            forget(at, state)
            for path, part in value.parts:
                self.store(Address(at.base, (*at.path, *path)), part, instruction.place, state, frame)
            return
        if self.types.is_pointer(type_):
            self.memory.places.add(at)
        self.put(at, self.discovery.coerce(value, type_, state), type_, instruction.place, state, frame)

    def put(
        self, at: Location, value: Value, type_: ir.Type, place: ir.Place, state: State, frame: Frame
    ) -> None:
        """Write a value into a storage of a type, which may be a container of tables from then on."""
        if isinstance(value, Reference) and isinstance(at, Address) and not self.types.is_slot(type_):
            known = state.objects.get(value.object)
            if known is not None and at.base[0] != "local":
                self.recorder.fills(self.provenance.container_name(at), known)
        self.divide(at, value, type_, state, frame)
        self.store(at, value, place, state, frame)

    def divide(self, at: Location, value: Value, type_: ir.Type, state: State, frame: Frame) -> None:
        """A pointer into the middle of a table's page is kept: more tables are to be made of the rest.

        A pointer to entries is a cursor, and one to a descriptor leads to another page.
        """
        if (
            isinstance(at, Address)
            and at.base[0] != "local"
            and isinstance(value, Reference)
            and state.is_table(value)
            and type_.pointers == 1
            and not self.types.is_slot(type_)
            and type_.name not in self.types.descriptors
            and self.advanced(value)
        ):
            self.recorder.happens(SHARE, value.object, state, frame, ())

    def advanced(self, value: Reference) -> bool:
        """Say whether a pointer was made by adding to the address of its table."""
        expression = self.interner.expression(value.offset) if value.offset else None
        return isinstance(expression, tuple) and expression[0] == "+"

    def refilled(self, at: Address, state: State, frame: Frame) -> bool:
        """Say whether others may put a table where there was one, as soon as it is taken out."""
        if at in self.provenance.untyped:
            return self.discovery.in_space(at)
        return state.shared(at) and (in_page(at) or self.descriptors.holds_table(at, frame))

    def rest(self, at: Address, value: Reference) -> bool:
        """Say whether what is stored is the rest of a page, where the next table is made of it."""
        return at in self.provenance.untyped and self.advanced(value)

    def assign_aggregate(
        self, value: ir.Aggregate, at: Address, place: ir.Place, state: State, frame: Frame
    ) -> None:
        """`target = { .member = value, … }`: members that are not named are zero."""
        write(at, Int(0), state)
        del state.memory[at]
        for designator, part in value.fields:
            if designator:
                inside = Address(at.base, (*at.path, *designator.strip(".").split(".")))
                state.memory[inside] = self.evaluator.evaluate(part, state, frame)
                if "." not in designator.strip("."):
                    self.provenance.note_tag(inside, value.type.name)
                self.lend(inside, state.memory[inside], place, state, frame)

    def lend(self, at: Address, value: Value, place: ir.Place, state: State, frame: Frame) -> None:
        """Note a table in a local structure: others may find it there by the structure's address."""
        if at.base[0] == "local" and at.path and isinstance(value, Reference) and state.is_table(value):
            name = self.provenance.container_name(at)
            inside = enclosing(place, frame.definition.function.name)
            site = SiteKey(place.path, place.line, place.column, inside, f"{name} =")
            self.recorder.park(name, value.object, state, frame, (site,), part=bool(value.offset))

    def store(self, at: Location, value: Value, place: ir.Place, state: State, frame: Frame) -> None:
        """Write a value; a write to a page-table entry is an event of the tables it takes out and puts in."""
        if isinstance(at, Slot):
            self.set_entry(at, value, place, state, frame)
            return
        if at.path and self.discovery.roots_space(at, str(at.path[-1])):
            self.discovery.folding.forget(at.base[0] == "global", state)
        self.give_away(at, value, state)
        self.deposit(at, value, state, frame)
        found = isinstance(value, Reference) and self.as_found(value.object, state)
        self.put_by(at, value, found, state, frame)
        self.unions.written(at, value, place, state, frame)
        self.lend(at, value, place, state, frame)
        kept = isinstance(value, Reference) and at.base[0] != "local" and state.is_table(value)
        if kept and isinstance(value, Reference):
            if state.memory.get(at) == value:
                return
            name = self.provenance.container_name(at)
            self.recorder.note(state, value.object, "park", place, frame, f"stored in {name}")
            inside = enclosing(place, frame.definition.function.name)
            site = SiteKey(place.path, place.line, place.column, inside, f"{name} =")
            if "[]" in at.path:  # one of many: what becomes of it is for those to say who read the container
                self.recorder.park(name, value.object, state, frame, (site,), part=bool(value.offset))
                self.recorder.hand_over(BATCH, value.object, state, frame, (site,))
                return
            if found or self.rest(at, value):  # found again where it went, and the rest is another table
                self.recorder.park(name, value.object, state, frame, (site,), part=bool(value.offset))
                forget(at, state)
                return
            if self.recorder.shared(at, value.object, state):  # what comes after does not count
                self.recorder.park(name, value.object, state, frame, (site,), part=bool(value.offset))
            else:
                self.recorder.chain(state, value.object, frame, (site,))
        if value == Int(0) and self.refilled(at, state, frame):
            forget(at, state)  # another one may stand there at once
            return
        write(at, value, state)

    def deposit(self, at: Address, value: Value, state: State, frame: Frame) -> None:
        """A table stored in another one's descriptor is deposited there; what is no table withdraws.

        A table that was found in such a place and goes back there is no deposit: the rest of a list, say.
        """
        holder = at.base[1]
        known = state.objects.get(holder) if isinstance(holder, int) else None
        if known is None or not isinstance(holder, int) or not self.descriptors.holds_table(at, frame):
            return
        if not state.is_table(value):
            if known.status != UNCHANGED:
                self.recorder.happens(WITHDRAW, holder, state, frame, ())
        elif isinstance(value, Reference) and not state.as_found(value.object):
            self.recorder.happens(DEPOSIT, holder, state, frame, ())

    def as_found(self, identity: int, state: State) -> bool:
        """Say whether a table came from a container, and was not a deposit that the path has withdrawn."""
        return state.as_found(identity) and not self.recorder.taken_back(identity, state)

    def put_by(self, at: Address, value: Value, found: bool, state: State, frame: Frame) -> None:
        """Tell the table that is deposited, and the one that is not any more.

        `found` says that it came from a container, and is no deposit that the path has withdrawn.
        Others find a deposit in a descriptor, or in the address space, and free what they find. No deposit
        is a pointer into the middle of a table's page: that is where the next table is cut from.
        Under-approximates: a table behind others on a list in that place counts as taken back, and one that
        was found on a list and moved here is not told of.
        """
        if at.base[0] == "local":
            return
        old = state.memory.get(at)
        if isinstance(old, Reference) and old != value and state.is_table(old):
            self.recorder.happens(TAKEN_BACK, old.object, state, frame, ())
        if not isinstance(value, Reference) or not state.is_table(value) or self.advanced(value):
            return
        if found or at.base == ("object", value.object):
            return
        named = at.base[0] != "object" or self.descriptors.holds_table(at, frame)
        if named and self.discovery.keeps(at, state):
            self.recorder.happens(PUT_BY, value.object, state, frame, ())

    def give_away(self, at: Address, value: Value, state: State) -> None:
        """What holds tables and was made here is known to others once it is stored where they find it.

        What is stored in a structure that the caller handed in is taken to be the caller's alone.
        """
        if not isinstance(value, Reference) or at.base[0] == "local" or state.is_table(value):
            return
        if (
            at.base[0] == "symbol"
            and isinstance(at.base[1], int)
            and self.provenance.parameter_of(at.base[1])
        ):
            return
        known = state.objects.get(value.object)
        base = at.base[1]
        holder = state.objects.get(base) if at.base[0] == "object" and isinstance(base, int) else None
        hidden = holder is not None and holder.visibility is Visibility.FRESH
        if known is not None and known.visibility is Visibility.FRESH and not hidden:
            state.change(value.object, visibility=Visibility.LIVE)

    def set_entry(self, slot: Slot, value: Value, place: ir.Place, state: State, frame: Frame) -> Value:
        """Install `value` in an entry; return what stood there."""
        old = state.memory.get(slot)
        if old is None:
            level = state.objects[slot.object].level if slot.object in state.objects else "any"
            if level != "pte":
                old = self.discovery.child(slot, ir.Type(f"{level}_t"), state)
        if isinstance(old, Reference) and not (isinstance(value, Reference) and value.object == old.object):
            self.unlink(old.object, place, state, frame)
        state.memory[slot] = value
        if isinstance(value, Reference) and value.object in state.objects and value.object != slot.object:
            self.publish(value.object, slot, place, state, frame)
        return old if old is not None else Symbol(self.interner.key(("entry", slot.object, slot.offset)))

    def unlink(self, identity: int, place: ir.Place, state: State, frame: Frame) -> None:
        """The entry that pointed to a table is cleared; locks held for writing may keep walkers out."""
        known = state.objects[identity]
        if known.detached:
            return
        if known.visibility is Visibility.LIVE or (
            known.visibility is Visibility.UNLINKED and known.origin is Origin.ENTRY
        ):
            held = {kind for kind, _ in state.locks}
            if known.origin is Origin.ENTRY:
                state.cleared |= {known.level}
            state.change(
                identity,
                visibility=Visibility.UNLINKED,
                sync=Sync.NONE,
                flushed=False,
                excluded={"mmap-write", "rmap-write"} <= held,
            )
            self.recorder.happens(UNLINK, identity, state, frame, ())
            self.recorder.note(
                state, identity, "unlink", place, frame, "the entry that points to the table is cleared"
            )

    def publish(self, identity: int, slot: Slot, place: ir.Place, state: State, frame: Frame) -> None:
        """A table is installed in an entry: live from now on, unless no walker can reach the table above."""
        parent = state.objects.get(slot.object)
        if parent is not None and parent.visibility is Visibility.FRESH:
            self.recorder.note(
                state, identity, "attach", place, frame, "entered in a table that no walker can reach yet"
            )
            return
        owner, space = (parent.owner, parent.space) if parent is not None else (Owner.UNKNOWN, 0)
        holder = (parent.container or parent.holder) if parent is not None else ""
        state.change(
            identity,
            visibility=Visibility.LIVE,
            sync=Sync.NONE,
            flushed=False,
            detached=False,
            excluded=False,
            owner=owner,
            space=space,
            holder=holder,
        )
        self.recorder.happens(PUBLISH, identity, state, frame, ())
        self.recorder.leaves(identity, state)
        self.recorder.note(
            state, identity, "publish", place, frame, "the table is installed in a page-table entry"
        )
