# SPDX-License-Identifier: GPL-2.0-or-later
"""The forward symbolic walk of a function with everything below it that touches its objects.

Each path carries the typestate of every object; at a join, paths whose objects agree are merged and
forget where their scalars differ (property simulation). Calls are entered if they may touch an object,
else they are skipped and their result is an unknown value.

Soundness: loops are followed until nothing new happens, with expressions cut at a fixed depth. A
skipped call is taken not to touch what it was not handed. Memory that nobody on the path writes is taken to
be stable, and two unknown pointers not to alias. More than MAX_STATES different states at one block,
MAX_STEPS blocks in one walk, or calls nested too deep end the proof and are reported as gaps.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.agenda import Agenda
from ptlint.lifetime.calls import Calls
from ptlint.lifetime.callsite import Outcomes
from ptlint.lifetime.discovery import Discovery
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.events.handlers import event_handlers
from ptlint.lifetime.found import forget_found
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.liveness import Liveness, liveness
from ptlint.lifetime.made import Made
from ptlint.lifetime.memory import Memory, forget, write
from ptlint.lifetime.monitor import UNCHANGED, Monitor, NoMonitor
from ptlint.lifetime.objects import Origin, State, Sync
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.skipped import SkippedCalls, forget_truths
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.stores import Stores
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.truths import assume
from ptlint.lifetime.uses import Uses
from ptlint.lifetime.values import Address, Int, Interner, Reference, Slot, Symbol, Value, Whole
from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

MAX_STATES = 192
MAX_STEPS = 70_000


@dataclass(slots=True)
class Executor:
    """Runs one root function; what it learns goes to the journal."""

    program: Program
    facts: Facts
    relevance: Relevance
    journal: Journal
    monitor: Monitor = field(default_factory=NoMonitor)
    interner: Interner = field(default_factory=Interner)
    steps: int = 0
    outcomes: dict[Hashable, list[Made]] = field(default_factory=dict)
    liveness: dict[ir.Function, Liveness] = field(default_factory=dict)
    discovery: Discovery = field(init=False)
    memory: Memory = field(init=False)
    provenance: Provenance = field(init=False)
    evaluator: Evaluator = field(init=False)
    recorder: Recorder = field(init=False)
    stores: Stores = field(init=False)
    uses: Uses = field(init=False)
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        program, facts, interner, journal = self.program, self.facts, self.interner, self.journal
        types, kernel_roots = TableTypes(facts), facts.names("kernel-root")
        provenance = Provenance(interner)
        self.discovery = Discovery(
            interner,
            types,
            provenance,
            kernel_roots,
            facts.names("space-root"),
            self.relevance.holds,
            self.monitor,
        )
        self.memory = Memory(interner, types, self.discovery)
        self.provenance = provenance
        self.evaluator = Evaluator(interner, self.memory, self.discovery, provenance, self.relevance.clear)
        self.recorder = Recorder(
            journal, self.evaluator.truths, provenance, kernel_roots, self.monitor, types
        )
        descriptors = Descriptors(self.relevance.storage, provenance)
        self.stores = Stores(self.evaluator, self.recorder, descriptors)
        self.uses = Uses(self.relevance, self.evaluator, self.recorder, descriptors)
        skip = SkippedCalls(interner, self.relevance).skip
        activations = Activations(self.enter_again, skip, journal, interner, kernel_roots, types)
        handlers = event_handlers(
            program,
            facts,
            self.relevance,
            self.evaluator,
            self.stores,
            self.recorder,
            descriptors,
            activations,
            skip,
        )
        self.calls = Calls(
            program, facts, self.relevance, self.evaluator, handlers, activations, skip, self.uses
        )

    def run(self, root: Definition) -> None:
        """Walk `root` with unknown arguments and record everything that happens to page tables."""
        state = State()
        number = self.interner.key(("frame", root.function.path, root.function.name))
        frame = Frame(root, number, 0, None)
        arguments: list[Value] = []
        for index, parameter in enumerate(root.function.parameters):
            key = self.interner.key(("parameter", index, parameter.name))
            arguments.append(self.discovery.coerce(Symbol(key), parameter.type, state))
        for final, _ in self.enter(frame, arguments, state):
            self.recorder.leave_root(final, frame)

    def close(self) -> None:
        """Let go of what refers back to the executor, so that it needs no garbage collector."""
        self.outcomes.clear()
        del self.calls

    # ---- one function

    def enter_again(self, frame: Frame, arguments: Sequence[Value], state: State) -> Outcomes:
        """Walk a call, or take the outcome of the same call made before with the same objects."""
        folding = self.discovery.folding
        truths, memory = self.evaluator.truths, self.memory
        lists = state.unflushed, state.served
        key = (frame.number, tuple(arguments), self.core(state), folding.known(state), lists)
        known = self.outcomes.setdefault(key, [])
        before = next((one for one in known if one.serves(state)), None)
        if before is None:
            asked, read = truths.asked, memory.asked
            truths.asked, memory.asked = set(), set()
            remembered, supposed = dict(state.memory), dict(state.truths)
            results = self.enter(frame, arguments, state)
            kept = [(s.copy(), v) for s, v in results]
            known.append(Made(remembered, supposed, truths.asked, memory.asked, kept))
            truths.asked, memory.asked = asked | truths.asked, read | memory.asked
            return results
        truths.asked |= before.asked
        memory.asked |= before.read
        return before.again(state, folding.keys)

    def enter(self, frame: Frame, arguments: Sequence[Value], state: State) -> Outcomes:
        """Walk a function's blocks from `state`; return the states at its returns with the value returned."""
        function = frame.definition.function
        for parameter, value in zip(function.parameters, arguments, strict=False):
            at = Address(("local", frame.number, parameter.name), ())
            if isinstance(value, Whole):
                write(at, value, state)
            else:
                state.memory[at] = self.discovery.coerce(value, parameter.type, state)
        if not function.blocks:
            return [(state, self.interner.unknown(("result", frame.number)))]
        for lost in function.lost:
            self.journal.gap(lost.place, function.name, f"not parsed: {lost.why}")
        live = self.live(function)
        again = 0 in live.heads
        first: Hashable = None  # nothing is ever joined with it, but at the head of a loop
        if again:
            first = self.likeness(live, 0, state, frame)
        seen: dict[int, dict[Hashable, State]] = {0: {first: state}}
        queue = Agenda(live.rank)
        queue.add(0, first)
        results: dict[Hashable, tuple[State, Value]] = {}
        while queue:
            block, core = queue.take()
            self.steps += 1
            if self.steps > MAX_STEPS:
                self.journal.overflow(frame.definition, "too many paths")
                break
            start = seen[block][core]
            if block or again:
                start = start.copy()
            ends = self.block(function.blocks[block].instructions, start, frame, live.spent[block])
            for left, after in enumerate(ends, 1 - len(ends)):
                only = not (left or queue or results)
                for target, next_state in self.leave_block(
                    function.blocks[block].terminator, after, frame, results, only
                ):
                    self.join(target, next_state, seen, queue, frame)
        cleared = frozenset[str]().union(*(final.cleared for final, _ in results.values()))
        returned = Address(("local", frame.number, "return"), ())
        for final, _ in results.values():
            if self.memory.types.is_structure(function.result):
                forget(returned, final)
            else:
                final.memory.pop(returned, None)
            final.cleared = cleared  # where one way through the call clears, there was nothing on the others
        return list(results.values())

    def join(
        self,
        block: int,
        state: State,
        seen: dict[int, dict[Hashable, State]],
        queue: Agenda,
        frame: Frame,
    ) -> None:
        """Add a state to those that reach a block; queue the block if that tells anything new."""
        live = self.live(frame.definition.function)
        states = seen.setdefault(block, {})
        if block in live.heads:
            self.step(live.stepped & live.at[block], state, frame)
            self.count_rounds(block, live.counted[block] & live.at[block], state, frame)
            if states:
                self.widen(block, state, states.values(), frame)
        state.collect(frame.number, live.kept[block])
        forget_found(state, self.provenance, self.discovery.usual)
        core = self.likeness(live, block, state, frame)
        known = states.get(core)
        if known is None:
            if len(states) >= MAX_STATES:
                self.journal.overflow(frame.definition, "too many different states of its objects")
                return
            states[core] = state
        else:
            made_alike = self.make_alike(known, state, (frame.number, block))
            merged = self.merge(known, state, (frame.number, block))
            kept = states[core] = merged or known
            if not kept.join_lists(state) and merged is None and not made_alike:
                return
        queue.add(block, core)

    def likeness(self, live: Liveness, block: int, state: State, frame: Frame) -> Hashable:
        """Return what must agree for two paths to be one from a block on.

        That is the state's own likeness, and which of the pointers that end a loop after one round are null.
        """
        parents = {
            expression[1]
            for identity in state.objects
            if isinstance(expression := self.interner.expression(identity), tuple)
            and expression[0] == "child"
        }
        once = live.once & live.at[block]
        over = once and frozenset(
            name for name in once if state.memory.get(Address(("local", frame.number, name), ())) == Int(0)
        )
        return state.likeness(self.memory.places, parents), over

    def step(self, stepped: Iterable[str], state: State, frame: Frame) -> None:
        """At a loop's head, let a pointer that the loop steps through a table stand for any entry of it."""
        for name in stepped:
            at = Address(("local", frame.number, name), ())
            value = state.memory.get(at)
            if isinstance(value, Reference) and value.object in state.objects:
                known = Slot(value.object, value.offset)
                if state.objects[value.object].table and not isinstance(state.memory.get(known), Reference):
                    self.any_entry(at, value, state)

    def count_rounds(self, block: int, names: Iterable[str], state: State, frame: Frame) -> None:
        """At a loop's head, let an unknown number that the loop changes be that of any round.

        The first round is no other one, then: most loops over entries are walked once.
        """
        numbers = set()
        for name in names:
            at = Address(("local", frame.number, name), ())
            if type(state.memory.get(at)) is Symbol:
                number = self.phi((frame.number, block), at)
                state.memory[at] = Symbol(number)
                numbers.add(number)
        if numbers:
            forget_truths(numbers, state, self.interner)

    def widen(self, block: int, state: State, others: Iterable[State], frame: Frame) -> None:
        """At a loop's head, forget what differs from round to round, so that the rounds come to an end.

        A pointer that moved in a table stands for any entry of it, an element of a list or of a chain of
        structures for any element, a counter for any number; a storage that held another table, as found, may
        hold any, and one in which every round leaves another table has them all parked.
        """
        live = self.live(frame.definition.function)
        chained, once = live.chained, live.once
        for at, value in list(state.memory.items()):
            if not isinstance(at, Address):
                continue
            if at.base[0] != "local":
                if isinstance(value, Reference) and any(
                    self.kept_another(at, value, state, o) for o in others
                ):
                    del state.memory[at]  # whatever is kept there: the next round finds another one
                elif isinstance(value, Reference) and self.left_others(at, value, state, others):
                    self.recorder.leave(at, value, state, frame)
                    del state.memory[at]
                continue
            if (
                isinstance(value, Int)
                and not (at.base[1] == frame.number and at.base[2] in once)
                and any(isinstance(o.memory.get(at), Int | Symbol) and o.memory[at] != value for o in others)
            ):
                if at not in self.memory.places:
                    state.memory[at] = Symbol(self.interner.key(("any round", frame.number, block, at)))
                continue
            if (
                isinstance(value, Symbol)
                and at.base[1] == frame.number
                and at.base[2] in chained
                and any(o.memory.get(at) != value for o in others)
            ):
                one = self.phi((frame.number, block), at)
                forget(Address(("symbol", one), ()), state)
                state.memory[at] = Symbol(one)
                continue
            if not isinstance(value, Reference):
                continue
            for other in others:
                theirs = other.memory.get(at)
                if isinstance(theirs, Reference) and theirs.object != value.object:
                    listed = state.objects.get(value.object)
                    before = other.objects.get(theirs.object)
                    if listed is None or before is None or listed.origin is not Origin.LIST:
                        continue
                    if before.origin is Origin.LIST and before.container == listed.container:
                        any_of = self.interner.key(("any of", listed.container, frame.number, block, at))
                        status = self.discovery.waited if listed.sync is Sync.GRACE else UNCHANGED
                        state.objects[any_of] = replace(listed, freed=False, status=status)
                        state.handed -= {any_of}
                        state.history.pop(any_of, None)
                        state.memory[at] = Reference(any_of, 0)
                        break
                if (
                    isinstance(theirs, Reference)
                    and theirs.object == value.object
                    and theirs.offset != value.offset
                ):
                    self.any_entry(at, value, state)
                    break

    def phi(self, where: tuple[int, int], at: Address | Slot) -> int:
        """Return the number of what stands at a place where paths with different values have met."""
        return self.interner.key(("phi", where, at))

    def any_entry(self, at: Address, value: Reference, state: State) -> None:
        """Let a pointer stand for any entry of its table; what was known of another entry is forgotten."""
        offset = self.interner.key(("any entry", at))
        state.memory[at] = Reference(value.object, offset)
        state.memory.pop(Slot(value.object, offset), None)
        stale = frozenset(self.discovery.incarnations(("child", value.object, offset)))
        for identity in stale:
            state.objects.pop(identity, None)
            state.history.pop(identity, None)
        state.handed -= stale
        for holder in [a for a, v in state.memory.items() if isinstance(v, Reference) and v.object in stale]:
            del state.memory[holder]

    def kept_another(self, at: Address, mine: Reference, state: State, other: State) -> bool:
        """Say whether two states keep different tables in one place, both as they were when found."""
        theirs = other.memory.get(at)
        return (
            isinstance(theirs, Reference)
            and theirs.object != mine.object
            and state.as_found(mine.object)
            and other.as_found(theirs.object)
        )

    def left_others(self, at: Address, mine: Reference, state: State, others: Iterable[State]) -> bool:
        """Say whether earlier rounds left other tables in one place, alike but for what they are."""
        known = state.objects.get(mine.object)
        if known is None or not known.table or at.base[0] in ("object", "list"):
            return False
        return any(
            isinstance(theirs := other.memory.get(at), Reference)
            and theirs.object != mine.object
            and other.objects.get(theirs.object) == known
            for other in others
        )

    def merge(self, known: State, other: State, where: tuple[int, int]) -> State | None:
        """Return what both states agree on, or None if that is `known` itself."""
        changed = False
        memory = {}
        dropped: set[int] = set()
        stepped: dict[tuple[int, int], int] = {}
        theirs_at = other.memory.get
        for at, value in known.memory.items():
            theirs = theirs_at(at)
            if theirs == value or (theirs is None and self.memory.as_found(at, value)):
                memory[at] = value
                continue
            if isinstance(at, Slot):
                changed = True
                continue  # unknown again: any table may stand there
            if (
                isinstance(value, Reference)
                and isinstance(theirs, Reference)
                and value.object == theirs.object
            ):
                entry = stepped.setdefault(
                    (value.offset, theirs.offset), self.interner.key(("any entry", at))
                )
                if value.offset != entry:
                    changed = True
                memory[at] = Reference(value.object, entry)
                continue
            either = (
                self.or_null(value, theirs)
                or self.or_tagged(value, theirs, (where, at))
                or self.any_element(value, theirs, (known, other), (where, at))
            )
            if either is not None:
                changed = changed or either != value
                memory[at] = either
                continue
            phi = self.phi(where, at)
            if value != Symbol(phi):
                changed = True
            dropped.add(phi)
            memory[at] = Symbol(phi)
        truths = {}
        supposed = other.truths.get
        for key, truth in known.truths.items():
            if supposed(key) is truth and not (
                dropped and any(self.interner.mentions(key, d) for d in dropped)
            ):
                truths[key] = truth
            else:
                changed = True
        told = real_ones(known, other)
        if not changed and not told:
            return None
        merged = known.copy()
        merged.memory = memory
        merged.truths = truths
        for identity in told:
            merged.objects[identity] = other.objects[identity]
            merged.history[identity] = other.history.get(identity, ())
            merged.handed |= {identity} & other.handed
        return merged

    def make_alike(self, known: State, other: State, where: tuple[int, int]) -> bool:
        """Let places that point to tables as good as each other point to one; say whether `known` changed."""
        pairs: dict[Address, tuple[int, int]] = {}
        for at, value in known.memory.items():
            theirs = other.memory.get(at)
            if (
                type(value) is Reference
                and type(theirs) is Reference
                and value.object != theirs.object
                and type(at) is Address
                and (kept := known.objects.get(value.object)) is not None
                and kept.table
                and kept == other.objects.get(theirs.object)
            ):
                pairs[at] = value.object, theirs.object
        if not pairs:
            return False
        mine, its = zip(*pairs.values(), strict=True)
        taken = (known.objects.keys() - set(mine)) | (other.objects.keys() - set(its))
        ones: list[int] = []
        for at in pairs:
            numbered = (self.interner.key(("any alike", where, at, number)) for number in count())
            ones.append(next(one for one in numbered if one not in taken))
        known.rename(dict(zip(mine, ones, strict=True)))
        other.rename(dict(zip(its, ones, strict=True)))
        return list(mine) != ones

    def or_null(self, one: Value, other: Value | None) -> Symbol | None:
        """Join an unknown pointer with a null pointer: what it was derived from stays known."""
        symbol = one if isinstance(one, Symbol) else other
        if not isinstance(symbol, Symbol):
            return None
        expression = self.interner.expression(symbol.key)
        kind = expression[0] if isinstance(expression, tuple) else ""
        if kind == "or null":
            inner = Symbol(expression[1])  # type: ignore[index]
        elif kind == "container":
            inner = symbol
        else:
            return None
        joined = Symbol(self.interner.key(("or null", inner.key), (inner.key,)))
        return joined if {one, other} <= {joined, inner, Int(0)} else None

    def or_tagged(self, one: Value, other: Value | None, where: Hashable) -> Symbol | None:
        """Join an unknown pointer with itself, bits in it set: what it points to stays known."""
        if not isinstance(one, Symbol) or not isinstance(other, Symbol):
            return None
        plain = {self.provenance.untagged(one.key), self.provenance.untagged(other.key)}
        if len(plain) != 1:
            return None
        pointer = plain.pop()
        bits = self.interner.key(("any bits", where))
        return Symbol(self.interner.key(("|", pointer, bits), (pointer, bits)))

    def any_element(
        self, one: Value, other: Value | None, states: tuple[State, State], where: Hashable
    ) -> Symbol | None:
        """Join two elements of one list, that have no type of a table yet: any element of it."""
        if not isinstance(one, Symbol) or not isinstance(other, Symbol):
            return None
        provenance = self.evaluator.provenance
        links = [provenance.contained(value.key) for value in (one, other)]
        names = {provenance.list_of(k, s) if k else "" for k, s in zip(links, states, strict=True)}
        if len(names) != 1 or names == {""}:
            return None
        waited = all(provenance.waited_for(k, s) for k, s in zip(links, states, strict=True))
        link = provenance.list_link(names.pop(), waited)
        return Symbol(self.interner.key(("container", link, "any", where), (link,)))

    def core(self, state: State) -> Hashable:
        return state.core(self.memory.places)

    def live(self, function: ir.Function) -> Liveness:
        known = self.liveness.get(function)
        if known is None:
            known = self.liveness[function] = liveness(function)
        return known

    def drop_frame(self, state: State, frame: Frame, value: Value) -> None:
        """Forget a function's locals as it returns, and objects that nothing but the result refers to."""
        if frame.parent is None:
            return
        at = Address(("local", frame.number, "return"), ())
        if isinstance(value, Whole):
            write(at, value, state)
        else:
            state.memory[at] = value
        state.collect(frame.number, ("return",))
        forget_found(state, self.provenance, self.discovery.usual)

    # ---- blocks

    def block(
        self,
        instructions: Sequence[ir.Instruction],
        state: State,
        frame: Frame,
        spent: Mapping[int, tuple[frozenset[str], frozenset[str]]],
    ) -> list[State]:
        """Return the states after a straight run of instructions (calls may fork)."""
        states = [state]
        for index, instruction in enumerate(instructions):
            if index in spent:
                for s in states:
                    self.spend(s, frame, *spent[index])
            for s in states:
                if s.handed or s.called or s.callback:
                    self.uses.look_at(instruction, s, frame)
                if s.callback and not s.slept:
                    self.calls.look_at(instruction, s, frame)
            if isinstance(instruction, ir.Call):
                states = [after for s in states for after in self.calls.call(instruction, s, frame)]
                if not states:
                    break
            elif isinstance(instruction, ir.Assign):
                for s in states:
                    self.stores.assign(instruction, s, frame)
                states = [s for s in states if not s.impossible]
            else:
                for s in states:
                    forget(Address(("local", frame.number, instruction.target.name), ()), s)
        return states

    def spend(self, state: State, frame: Frame, gone: Iterable[str], kept: Container[Hashable]) -> None:
        """Forget the tables that only locals point to that are not named any more.

        Paths that differ in such tables alone make the same call.
        """
        at = state.memory.get
        if any(type(at(Address(("local", frame.number, name), ()))) is Reference for name in gone):
            state.collect(frame.number, kept)

    def leave_block(
        self,
        terminator: ir.Terminator,
        state: State,
        frame: Frame,
        results: dict[Hashable, tuple[State, Value]],
        only: bool,
    ) -> list[tuple[int, State]]:
        """Return where control goes, with the state refined by the condition; a return goes to `results`.

        `only` says that if this is a return, there is no other: nothing is to be merged with it.
        """
        if isinstance(terminator, ir.Jump):
            return [(terminator.target, state)]
        if state.handed or state.called:
            self.uses.decide(terminator, state, frame)
        if isinstance(terminator, ir.Branch):
            return self.branch(terminator, state, frame)
        if isinstance(terminator, ir.Return):
            value: Value = Int(0)
            if terminator.value is not None:
                value = self.evaluator.evaluate(terminator.value, state, frame)
                value = self.discovery.coerce(value, frame.definition.function.result, state)
            exact: Hashable = None if isinstance(value, Symbol) else value
            if isinstance(value, Reference) and value.offset:
                there = state.memory.get(Slot(value.object, value.offset))
                if not isinstance(there, Reference):
                    exact = value.object  # at which entry counts for nothing if nothing is known of that
            if state.impossible:
                return []
            self.drop_frame(state, frame, value)
            if only:
                results[None] = (state, value)
                return []
            core = (self.core(state), exact)
            known = results.get(core)
            if known is None:
                results[core] = (state, value)
            else:
                merged = self.merge(known[0], state, (frame.number, -1)) or known[0]
                result = known[1]
                if isinstance(result, Reference) and isinstance(value, Reference) and result != value:
                    any_part = self.interner.key(("any entry", ("return", frame.number)))
                    result = Reference(value.object, any_part)
                elif result != value:
                    result = self.interner.unknown(("phi", frame.number, "return"))
                results[core] = (merged, result)
        return []

    def branch(self, terminator: ir.Branch, state: State, frame: Frame) -> list[tuple[int, State]]:
        truth, key, positive = self.evaluator.condition(terminator.condition, state, frame)
        if state.impossible:
            return []
        if truth is not None:
            return [(terminator.then if truth else terminator.other, state)]
        other = state.copy()
        taken = []
        if assume(key, positive, state):
            taken.append((terminator.then, state))
        if assume(key, not positive, other):
            taken.append((terminator.other, other))
        return taken


def real_ones(known: State, other: State) -> list[int]:
    """Return the freed tables that only one state takes for the kernel's, as it supposed: not the other one.

    Freed tables are alike to a join. What becomes of one later, freed again say, is told by the path that
    need not suppose anything.
    """
    return [
        identity
        for identity, one in known.objects.items()
        if one.freed
        and one.supposed
        and (theirs := other.objects.get(identity)) is not None
        and theirs.freed
        and not theirs.supposed
    ]
