# SPDX-License-Identifier: GPL-2.0-or-later
"""What an instruction does to a path: events of primitives, calls entered or skipped, stores."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Free
from ptlint.lifetime.objects import Event, Object, Origin, Owner, State, Sync, Visibility
from ptlint.lifetime.sites import SiteKey, enclosing, flatten, site_keys
from ptlint.lifetime.values import Address, Code, Int, Location, Reference, Slot, Symbol, Value
from ptlint.program.facts import Fact
from ptlint.program.program import Definition
from ptlint.syntax import ir

if TYPE_CHECKING:
    from ptlint.lifetime.executor import Executor


MAX_DEPTH = 24  # calls on the stack, from the root


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
        """Return an argument's value; unknown if there is none."""
        if index is None or index >= len(self.arguments):
            return Int(0)
        return self.arguments[index]


class Effects:
    """Applies instructions to states."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.program = executor.program
        self.facts = executor.facts
        self.journal = executor.journal
        self.evaluator = executor.evaluator
        self.interner = executor.interner
        self.handlers: dict[str, Callable[[Fact, CallSite], list[tuple[State, Value]]]] = {
            "alloc": self.on_alloc,
            "free": self.on_free,
            "queue": self.on_queue,
            "grace-period": self.on_sync,
            "ipi-sync": self.on_sync,
            "read": self.on_value,
            "convert": self.on_value,
            "value": self.on_value,
            "write": self.on_write,
            "exchange": self.on_exchange,
            "copy": self.on_none,
            "entry-set": self.on_entry,
            "entry-clear": self.on_entry,
            "entry-take": self.on_entry,
            "entry-swap": self.on_entry,
            "list-add": self.on_list_add,
            "list-del": self.on_list_del,
            "list-init": self.on_none,
            "list-splice": self.on_list_splice,
            "lock": self.on_lock,
            "unlock": self.on_unlock,
            "downgrade": self.on_unlock,
            "assert-lock": self.on_lock,
            "last-reference": self.on_last_reference,
            "predicate": self.on_predicate,
            "none": self.on_none,
            "flush": self.on_none,
            "sleep": self.on_none,
            "walker": self.on_none,
            "opaque": self.on_none,
            "defer": self.on_defer,
            "flag-set": self.on_flag,
            "flag-clear": self.on_flag,
            "flag-test": self.on_flag,
            "release-tree": self.on_none,
        }

    # ---- assignments

    def assign(self, instruction: ir.Assign, state: State, frame: Frame) -> None:
        """`target = value`."""
        value = self.evaluator.evaluate(instruction.value, state, frame)
        target = instruction.target
        if isinstance(target, ir.Member) and not self.evaluator.is_place(target):
            return
        at = self.evaluator.location(target, state, frame)
        type_ = getattr(target, "type", ir.Type())
        if (
            isinstance(instruction.value, ir.Aggregate)
            and isinstance(at, Address)
            and not self.evaluator.types.is_entry(type_)
        ):
            self.assign_aggregate(instruction.value, at, state, frame)
            return
        if self.evaluator.types.is_pointer(type_):
            self.evaluator.places.add(at)
        self.store(at, self.evaluator.coerce(value, type_, state), instruction.place, state, frame)

    def assign_aggregate(self, value: ir.Aggregate, at: Address, state: State, frame: Frame) -> None:
        self.evaluator.store(at, Int(0), state)
        del state.memory[at]
        for designator, part in value.fields:
            if designator:
                inside = Address(at.base, (*at.path, *designator.strip(".").split(".")))
                state.memory[inside] = self.evaluator.evaluate(part, state, frame)

    def store(self, at: Location, value: Value, place: ir.Place, state: State, frame: Frame) -> None:
        """Write a value; a write to a page-table entry is an event of the tables it takes out and puts in."""
        if isinstance(at, Slot):
            self.set_entry(at, value, place, state, frame)
            return
        kept = isinstance(value, Reference) and at.base[0] != "local" and self.is_table(value, state)
        if kept and isinstance(value, Reference):
            if state.memory.get(at) == value:
                return
            name = self.evaluator.container_name(at)
            self.note(state, value.object, "park", place, frame, f"stored in {name}")
            inside = enclosing(place, frame.definition.function.name)
            site = SiteKey(place.path, place.line, place.column, inside, f"{name} =")
            if "[]" in at.path:  # one of many: what becomes of it is for those to say who read the container
                self.journal.park(name, self.snapshot(value.object, state, frame, (site,)))
                return
            self.chain(state, value.object, frame, (site,))
        self.evaluator.store(at, value, state)

    def set_entry(self, slot: Slot, value: Value, place: ir.Place, state: State, frame: Frame) -> Value:
        """Install `value` in an entry; return what stood there."""
        old = state.memory.get(slot)
        if old is None:
            level = state.objects[slot.object].level if slot.object in state.objects else "any"
            if level != "pte":
                old = self.evaluator.child(slot, ir.Type(f"{level}_t"), state)
        if isinstance(old, Reference) and not (isinstance(value, Reference) and value.object == old.object):
            self.unlink(old.object, place, state, frame)
        state.memory[slot] = value
        if isinstance(value, Reference) and value.object in state.objects and value.object != slot.object:
            self.publish(value.object, slot, place, state, frame)
        return old if old is not None else Symbol(self.interner.key(("entry", slot.object, slot.offset)))

    def unlink(self, identity: int, place: ir.Place, state: State, frame: Frame) -> None:
        known = state.objects[identity]
        if known.visibility is Visibility.LIVE or (
            known.visibility is Visibility.UNLINKED and known.origin is Origin.ENTRY
        ):
            held = {kind for kind, _ in state.locks}
            state.change(
                identity,
                visibility=Visibility.UNLINKED,
                sync=Sync.NONE,
                excluded={"mmap-write", "rmap-write"} <= held,
            )
            self.note(
                state, identity, "unlink", place, frame, "the entry that points to the table is cleared"
            )

    def publish(self, identity: int, slot: Slot, place: ir.Place, state: State, frame: Frame) -> None:
        parent = state.objects.get(slot.object)
        if parent is not None and parent.visibility is Visibility.FRESH:
            self.note(
                state, identity, "attach", place, frame, "entered in a table that no walker can reach yet"
            )
            return
        owner, space = (parent.owner, parent.space) if parent is not None else (Owner.UNKNOWN, 0)
        state.change(
            identity, visibility=Visibility.LIVE, sync=Sync.NONE, excluded=False, owner=owner, space=space
        )
        self.note(state, identity, "publish", place, frame, "the table is installed in a page-table entry")

    def settle(self, identity: int, slot: Slot, state: State) -> int:
        """Let an installed table go by its entry from now on, as any table that is found there does."""
        place = self.interner.key(("child", slot.object, slot.offset))
        if (
            place == identity
            or place in state.objects
            or state.objects[identity].origin is not Origin.ALLOCATION
        ):
            return identity
        state.objects[place] = state.objects.pop(identity)
        state.history[place] = state.history.pop(identity, ())
        state.chains[place] = state.chains.pop(identity, ())
        for at, value in list(state.memory.items()):
            if isinstance(value, Reference) and value.object == identity:
                state.memory[at] = Reference(place, value.offset)
            elif isinstance(value, Address) and value.base == ("object", identity):
                state.memory[at] = Address(("object", place), value.path)
            if isinstance(at, Address) and at.base == ("object", identity):
                state.memory[Address(("object", place), at.path)] = state.memory.pop(at)
            elif isinstance(at, Slot) and at.object == identity:
                state.memory[Slot(place, at.offset)] = state.memory.pop(at)
        return place

    # ---- calls

    def call(self, instruction: ir.Call, state: State, frame: Frame) -> list[State]:
        """Make a call; return the states after it, with the result stored."""
        arguments = [self.evaluator.evaluate(a, state, frame) for a in instruction.arguments]
        results: list[tuple[State, Value]] = []
        for name, unit, moved in self.targets(instruction, arguments, state, frame):
            site = CallSite(instruction, name, moved, state.copy(), frame)
            results.extend(self.call_named(site, unit))
        final = []
        for after, value in results:
            if instruction.result is not None:
                at = Address(("local", frame.number, instruction.result.name), ())
                if self.evaluator.types.is_pointer(instruction.result.type):
                    self.evaluator.places.add(at)
                self.evaluator.store(at, self.evaluator.coerce(value, instruction.result.type, after), after)
            final.append(after)
        return final

    def targets(
        self, instruction: ir.Call, arguments: list[Value], state: State, frame: Frame
    ) -> list[tuple[str, str, list[Value]]]:
        """Return the functions a call may reach, with the unit that names them and the arguments they get."""
        callee = instruction.callee
        unit = frame.definition.unit
        if isinstance(callee, ir.Name) and callee.scope is ir.Scope.FUNCTION:
            if callee.name == "asm":
                return self.hidden_call(instruction, arguments, unit)
            return [(callee.name, unit, arguments)]
        value = self.evaluator.evaluate(callee, state, frame)
        if isinstance(value, Code):
            return [(value.name, value.unit, arguments)]
        field = (
            callee.field
            if isinstance(callee, ir.Member)
            else callee.pointer.field
            if isinstance(callee, ir.Deref) and isinstance(callee.pointer, ir.Member)
            else ""
        )
        found = self.program.targets(field) if field and self.carries(arguments, state) else ()
        if found:
            return [(name, where, arguments) for name, where in found]
        return [(f"*{field}", unit, arguments)]

    def hidden_call(
        self, instruction: ir.Call, arguments: list[Value], unit: str
    ) -> list[tuple[str, str, list[Value]]]:
        """A call inside inline assembler: its target is an operand, a member of function-pointer type."""
        for index, operand in enumerate(instruction.arguments):
            inner = operand.operand if isinstance(operand, ir.AddressOf | ir.Cast) else operand
            if isinstance(inner, ir.Member) and inner.type.function:
                rest = [
                    v
                    for i, v in enumerate(arguments)
                    if i > index and not isinstance(instruction.arguments[i], ir.AddressOf)
                ]
                found = self.program.targets(inner.field)
                if found:
                    return [(name, where, rest) for name, where in found]
        return [("asm", unit, arguments)]

    def call_named(self, site: CallSite, unit: str) -> list[tuple[State, Value]]:
        fact = self.facts.by_name.get(site.callee)
        if fact is not None and fact.event in self.handlers:
            return self.handlers[fact.event](fact, site)
        if fact is not None and fact.event == "noreturn":
            return []
        if site.callee.startswith("*") or site.callee == "asm":
            return self.skip(site)
        definition = self.program.resolve(site.callee, unit)
        if definition is None:
            self.unknown_callee(site)
            return self.skip(site)
        if not self.executor.relevance.enters(definition, site, self):
            return self.skip(site)
        return self.enter(definition, site.arguments, site)

    def enter(
        self, definition: Definition, arguments: Sequence[Value], site: CallSite
    ) -> list[tuple[State, Value]]:
        """Walk the callee."""
        frame = site.frame
        above: Frame | None = frame
        depth = 0
        while above is not None:
            if above.definition.function is definition.function:
                depth += 1
            above = above.parent
        if depth > 1 or frame.depth >= MAX_DEPTH:
            self.journal.gap(
                site.instruction.place,
                frame.definition.function.name,
                f"{definition.function.name}: calls nested too deep",
            )
            return self.skip(site)
        self.journal.entered(definition)
        place = site.instruction.place
        number = self.interner.key(
            (
                "frame",
                frame.number,
                place.path,
                place.line,
                place.column,
                definition.function.name,
                self.interner.key(("within", within_key(place))),
            )
        )
        passed, carried = self.handed_over(arguments, site.state)
        kernel = any(
            isinstance(a, Address)
            and a.base[0] == "global"
            and a.base[1] in self.evaluator.kernel_roots
            and not a.path
            for a in arguments
        )
        inner = Frame(definition, number, frame.depth + 1, frame, site.sites, passed, carried, kernel)
        return self.executor.enter_again(inner, arguments, site.state)

    def skip(self, site: CallSite) -> list[tuple[State, Value]]:
        """A call that is not followed: what it may write becomes unknown."""
        state, frame = site.state, site.frame
        place = site.instruction.place
        for index, value in enumerate(site.arguments):
            if isinstance(value, Address) and value.base[0] == "local":
                self.evaluator.forget(value, state)
                state.memory[value] = self.executor.fresh(
                    ("written", frame.number, place.line, place.column, index), state
                )
        by_value = (
            site.arguments
            and site.callee not in ("asm",)
            and not any(isinstance(v, Address) for v in site.arguments)
            and not self.takes_pointers(site)
        )
        if by_value:
            keys = tuple(self.evaluator.key(v) for v in site.arguments)
            return [(state, Symbol(self.interner.key(("pure", site.callee, *keys), keys)))]
        where = (frame.number, place.line, place.column, site.callee, within_key(place))
        return [(state, self.executor.fresh(("call", *where), state))]

    def takes_pointers(self, site: CallSite) -> bool:
        definition = self.program.resolve(site.callee, site.frame.definition.unit)
        if definition is None:
            return True
        return any(p.type.pointers or p.type.function for p in definition.function.parameters)

    def unknown_callee(self, site: CallSite) -> None:
        for value in site.arguments:
            if isinstance(value, Reference) and self.is_table(value, site.state) and not value.offset:
                known = site.state.objects[value.object]
                if known.origin is Origin.ALLOCATION or known.visibility is Visibility.UNLINKED:
                    self.journal.gap(
                        site.instruction.place,
                        enclosing(site.instruction.place, site.frame.definition.function.name),
                        f"{site.callee}: takes a page table, but neither its body nor a fact is known",
                    )

    def carries(self, arguments: Sequence[Value], state: State) -> bool:
        """Say whether any argument hands over a table or something that holds one."""
        passed, _ = self.handed_over(arguments, state)
        return any(state.objects[i].table for i in passed if i in state.objects)

    def handed_over(
        self, arguments: Sequence[Value], state: State
    ) -> tuple[frozenset[int], frozenset[Hashable]]:
        """Return the objects that arguments refer to, and the storage they point to."""
        passed = set()
        carried: set[Hashable] = set()
        for value in arguments:
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

    # ---- events

    def on_alloc(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        place = site.instruction.place
        identity = self.interner.key(
            ("allocated", site.frame.number, place.path, place.line, place.column, within_key(place))
        )
        failed = site.state.copy()
        state = site.state
        state.objects[identity] = Object(Origin.ALLOCATION, fact.name, Visibility.FRESH)
        state.history.pop(identity, None)
        state.chains.pop(identity, None)
        for at in [a for a in state.memory if isinstance(a, Address) and a.base == ("object", identity)]:
            del state.memory[at]
        self.note(state, identity, "alloc", place, site.frame, f"allocated by {fact.name}()")
        return [(state, Reference(identity, 0)), (failed, Int(0))]

    def on_free(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        value = site.argument(fact.argument)
        identity = referred(value)
        if identity is not None and identity in site.state.objects and site.state.objects[identity].table:
            if fact.kind == "deferred":  # kfree_rcu and the like: freed after a grace period
                self.after_grace(identity, site.state, site, fact)
            self.freed(identity, site, fact.name)
        return [(site.state, Int(0))]

    def freed(self, identity: int, site: CallSite, callee: str) -> None:
        state = site.state
        if state.truths.get(self.evaluator.key(Reference(identity, 0))) is False:
            return
        self.note(
            state,
            identity,
            "free",
            site.instruction.place,
            site.frame,
            f"{callee}() gives the page back to the allocator",
        )
        self.journal.free(self.snapshot(identity, state, site.frame, site.sites))
        state.change(identity, freed=True)

    def snapshot(self, identity: int, state: State, frame: Frame, sites: tuple[SiteKey, ...]) -> Free:
        """Return what is known of an object now, with the way it came here."""
        known = state.objects[identity]
        root = frame
        while root.parent is not None:
            root = root.parent
        chain = flatten((state.chains.get(identity, ()), self.way(identity, state, frame), sites))
        return Free(
            chain,
            known,
            state.history.get(identity, ()),
            (root.definition.function.path, root.definition.function.name),
            known.space in state.dead if known.space else False,
            self.is_kernel(known, state) or self.named_kernel(identity, known, frame),
            bool(known.space and self.evaluator.parameter_of(known.space)),
        )

    def named_kernel(self, identity: int, known: Object, frame: Frame | None) -> bool:
        """Say whether a call on the stack hands the object over together with the kernel's address space.

        `pmd_free(&init_mm, pmd)` says whose table it frees; it is believed unless the walk knows better.
        """
        while frame is not None:
            if frame.kernel and identity in frame.passed:
                return known.owner is not Owner.USER
            frame = frame.parent
        return False

    def way(self, identity: int, state: State, frame: Frame | None) -> tuple[SiteKey, ...]:
        """Return the call sites on the stack that hand the object on, outermost first."""
        known = state.objects[identity]
        result: list[SiteKey] = []
        while frame is not None and frame.parent is not None:
            if identity in frame.passed or (
                known.origin is Origin.FIELD and known.sync is Sync.GRACE and frame.carried & state.graced
            ):
                result[:0] = frame.sites
            frame = frame.parent
        return tuple(result)

    def is_kernel(self, known: Object, state: State) -> bool:
        if known.owner is Owner.KERNEL or known.flagged:
            return True
        if not known.space:
            return False
        for root in self.evaluator.kernel_roots:
            key = self.evaluator.key(Address(("global", root), ()))
            if known.space == key:
                return True
            pair = sorted((known.space, key))
            if state.truths.get(self.interner.key(("==", *pair), tuple(pair))):
                return True
        return False

    def on_queue(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """call_rcu: the callback runs after a grace period that begins now."""
        head = site.argument(fact.argument)
        callback = site.argument(fact.callback)
        state = site.state
        identity = referred(head)
        place = site.instruction.place
        name = callback.name if isinstance(callback, Code) else "an unknown callback"
        if identity is not None and identity in state.objects:
            self.after_grace(identity, state, site, fact)
            self.chain(state, identity, site.frame, site.sites)
        base = (
            head.base
            if isinstance(head, Address)
            else ("object", identity)
            if identity is not None
            else ("symbol", self.evaluator.key(head))
        )
        if not isinstance(callback, Code):
            if identity is not None and state.objects[identity].table:
                self.journal.gap(
                    place,
                    enclosing(place, site.frame.definition.function.name),
                    f"{fact.name}: which callback is queued is not known",
                )
            return [(state, Int(0))]
        definition = self.program.resolve(callback.name, callback.unit)
        if definition is None:
            return [(state, Int(0))]
        later = state.copy()
        later.graced = later.graced | {base}
        later.locks = frozenset()
        inner = CallSite(site.instruction, name, [head], later, site.frame)
        self.enter(definition, [head], inner)
        return [(state, Int(0))]

    def after_grace(self, identity: int, state: State, site: CallSite, fact: Fact) -> None:
        known = state.objects[identity]
        place = site.instruction.place
        if known.visibility is Visibility.LIVE:
            state.change(identity, early=True)
            self.note(
                state,
                identity,
                "queue",
                place,
                site.frame,
                f"{fact.name}() queues the table while its entry is still set",
            )
        else:
            state.change(identity, sync=Sync.GRACE)
            self.note(
                state,
                identity,
                "grace-period",
                place,
                site.frame,
                f"{fact.name}(): what follows runs after a grace period",
            )

    def on_sync(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """synchronize_rcu, or an interrupt to all CPUs: orders walkers for all that is unlinked now."""
        if fact.condition is not None and site.argument(fact.condition) == Int(0):
            return [(site.state, Int(0))]
        sync = Sync.GRACE if fact.event == "grace-period" else Sync.IPI
        text = (
            "waits for a grace period"
            if sync is Sync.GRACE
            else "waits until every CPU has taken an interrupt"
        )
        state = site.state
        for identity, known in list(state.objects.items()):
            if (
                known.visibility in (Visibility.UNLINKED, Visibility.PARAMETER, Visibility.PARKED)
                and known.sync < sync
            ):
                if known.visibility is Visibility.PARKED and known.origin is Origin.LIST:
                    continue
                state.change(identity, sync=sync)
                self.note(
                    state, identity, fact.event, site.instruction.place, site.frame, f"{fact.name}() {text}"
                )
        return [(state, Int(0))]

    def on_value(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """A macro or function whose result is (another representation of) its argument."""
        return [(site.state, site.argument(fact.argument or 0))]

    def on_none(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        return self.skip(site)

    def on_predicate(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """A question whose answer does not change while the kernel runs (cpu features, static branches)."""
        keys = tuple(self.evaluator.key(v) for v in site.arguments)
        return [
            (
                site.state,
                Symbol(self.interner.key(("predicate", *keys) if keys else ("predicate", fact.name), keys)),
            )
        ]

    def lvalue(self, site: CallSite, index: int | None) -> Location | None:
        """Return the location that a kept macro's argument names (WRITE_ONCE(x, v): that of x)."""
        if index is None or index >= len(site.instruction.arguments):
            return None
        e = site.instruction.arguments[index]
        return self.evaluator.location(e, site.state, site.frame) if self.evaluator.is_place(e) else None

    def on_write(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        at = self.lvalue(site, fact.argument)
        if at is not None:
            self.store(at, site.argument(fact.value), site.instruction.place, site.state, site.frame)
        return [(site.state, Int(0))]

    def on_exchange(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """xchg(pointer, value): returns what stood there."""
        pointer = site.instruction.arguments[fact.argument or 0]
        type_ = getattr(pointer, "type", ir.Type())
        if isinstance(pointer, ir.AddressOf):
            at = (
                self.evaluator.location(pointer.operand, site.state, site.frame)
                if self.evaluator.is_place(pointer.operand)
                else None
            )
            type_ = getattr(pointer.operand, "type", ir.Type())
        else:
            at = self.evaluator.target(site.argument(fact.argument or 0), type_.pointee(), site.state)
        if at is None:
            return self.skip(site)
        old = self.evaluator.load(at, type_, site.state)
        self.store(at, site.argument(fact.value), site.instruction.place, site.state, site.frame)
        return [(site.state, old)]

    def on_entry(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """A setter or clearer of page-table entries: `argument` is its address, `value` the new one."""
        pointer = site.argument(fact.argument)
        state, place = site.state, site.instruction.place
        new = site.argument(fact.value) if fact.value is not None else Int(0)
        if isinstance(pointer, Address):
            old = self.evaluator.load(pointer, ir.Type(f"{fact.kind}_t"), state)
            self.evaluator.store(pointer, new, state)
            return [(state, old)]
        pointer = self.evaluator.coerce(pointer, ir.Type(f"{fact.kind}_t", 1), state)
        if not isinstance(pointer, Reference) or fact.kind == "pte":
            return self.skip(site)
        old = self.set_entry(Slot(pointer.object, pointer.offset), new, place, state, site.frame)
        return [(state, old)]

    def on_list_add(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        entry, head = site.argument(fact.argument), site.argument(fact.value)
        identity = referred(entry)
        state = site.state
        if identity is not None and identity in state.objects and state.objects[identity].table:
            name = self.evaluator.list_name(head)
            self.note(state, identity, "link", site.instruction.place, site.frame, f"linked into {name}")
            if name:
                self.journal.park(name, self.snapshot(identity, state, site.frame, site.sites))
        return [(state, Int(0))]

    def on_list_del(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        identity = referred(site.argument(fact.argument))
        state = site.state
        if identity is not None and identity in state.objects:
            for at in [
                a
                for a in state.memory
                if isinstance(a, Address) and a.base[0] == "list" and a.base[2] == identity
            ]:
                del state.memory[at]
            self.note(
                state, identity, "unlink-member", site.instruction.place, site.frame, "taken off its list"
            )
        return [(state, Int(0))]

    def on_list_splice(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """What was on one list is now on the other, a local one mostly: it goes by the first one's name."""
        source, target = site.argument(fact.argument), site.argument(fact.value)
        if isinstance(target, Address):
            name = self.evaluator.list_name(source)
            for link in ("next", "prev"):
                link_at = Address(target.base, (*target.path, link))
                site.state.memory[link_at] = Symbol(self.interner.key(("list", name)))
        return [(site.state, Int(0))]

    def on_lock(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        site.state.locks = site.state.locks | {(fact.kind, self.evaluator.key(site.argument(fact.argument)))}
        if site.instruction.result is None:
            return [(site.state, Int(0))]
        return self.skip(site)

    def on_unlock(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        state = site.state
        state.locks = frozenset(lock for lock in state.locks if lock[0] != fact.kind)
        if fact.kind == "mmap-write":
            for identity, known in list(state.objects.items()):
                if known.excluded:
                    state.change(identity, excluded=False)
        return [(state, Int(0))]

    def on_last_reference(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """`X_dec_and_test(&space->count)`: true means that nobody can refer to the space any more."""
        counter = site.argument(fact.argument)
        if (
            not isinstance(counter, Address)
            or not counter.path
            or str(counter.path[0]) not in fact.kind.split(",")
        ):
            return self.skip(site)
        last = site.state.copy()
        last.dead = last.dead | {self.evaluator.key(self.evaluator.pointer(Address(counter.base, ())))}
        return [(last, Int(1)), (site.state, Int(0))]

    def on_defer(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """A callback that runs later, with no grace period between (work items, timers, interrupts)."""
        callback = site.argument(fact.callback)
        if not isinstance(callback, Code) or not self.executor.relevance.deferred(callback.name):
            return self.skip(site)
        definition = self.program.resolve(callback.name, callback.unit)
        if definition is None:
            return self.skip(site)
        later = CallSite(
            site.instruction, callback.name, [site.argument(fact.argument)], site.state.copy(), site.frame
        )
        self.enter(definition, later.arguments, later)
        return self.skip(site)

    def on_flag(self, fact: Fact, site: CallSite) -> list[tuple[State, Value]]:
        """set_bit, clear_bit and test_bit of a flag that marks kernel tables."""
        bit: ir.Expression | None = site.instruction.arguments[0] if site.instruction.arguments else None
        while isinstance(bit, ir.Cast):
            bit = bit.operand
        name = bit.name if isinstance(bit, ir.Constant | ir.Name) else ""
        flag = self.facts.by_name.get(name)
        identity = referred(site.argument(1))
        if (
            flag is None
            or flag.event != "kernel-flag"
            or identity is None
            or identity not in site.state.objects
        ):
            return self.skip(site)
        state = site.state
        known = state.objects[identity]
        if fact.event == "flag-set":
            state.change(identity, flagged=True)
            self.note(
                state, identity, "kernel", site.instruction.place, site.frame, "marked as a kernel table"
            )
            return [(state, Int(0))]
        if fact.event == "flag-clear":
            return [(state, Int(0))]
        if known.flagged:
            return [(state, Int(1))]
        if known.visibility is Visibility.FRESH or known.owner is Owner.USER:
            return [(state, Int(0))]
        marked = state.copy()
        marked.change(identity, flagged=True, supposed=True)
        return [(marked, Int(1)), (state, Int(0))]

    # ---- bookkeeping

    def is_table(self, value: Value, state: State) -> bool:
        return (
            isinstance(value, Reference)
            and value.object in state.objects
            and state.objects[value.object].table
        )

    def note(self, state: State, identity: int, kind: str, place: ir.Place, frame: Frame, text: str) -> None:
        state.record(identity, Event(kind, place, enclosing(place, frame.definition.function.name), text))

    def chain(self, state: State, identity: int, frame: Frame, sites: tuple[SiteKey, ...]) -> None:
        """Keep the way an object has come, for when it goes on in another context."""
        state.chains[identity] = flatten(
            (state.chains.get(identity, ()), self.way(identity, state, frame), sites)
        )

    def leave_root(self, state: State, frame: Frame) -> None:
        """A root returns: what it left in storage that outlives it is parked there."""
        for at, value in state.memory.items():
            if not isinstance(at, Address) or at.base[0] == "local" or not isinstance(value, Reference):
                continue
            known = state.objects.get(value.object)
            if known is None or not known.table or known.freed:
                continue
            name = str(at.base[1]) if at.base[0] == "list" else self.evaluator.container_name(at)
            if known.visibility is Visibility.PARKED and known.container == name:
                continue
            if known.origin is Origin.PARAMETER and at.base[0] == "symbol" and value.offset:
                continue
            self.journal.park(name, self.snapshot(value.object, state, frame, ()))


def referred(value: Value) -> int | None:
    """Return the object that a value refers to, directly or as a pointer to a member of it."""
    if isinstance(value, Reference):
        return value.object
    if isinstance(value, Address) and value.base[0] == "object":
        identity = value.base[1]
        assert isinstance(identity, int)
        return identity
    return None


def within_key(place: ir.Place) -> tuple[Hashable, ...]:
    """Return the chain of macro uses that a place came out of, as a value."""
    chain: list[Hashable] = []
    expansion = place.within
    while expansion is not None:
        chain.append((expansion.macro, expansion.path, expansion.line, expansion.column))
        expansion = expansion.parent
    return tuple(chain)
