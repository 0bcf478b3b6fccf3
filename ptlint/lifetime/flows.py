# SPDX-License-Identifier: GPL-2.0-or-later
"""What a function may do with an argument, or with the tables that it finds itself, whatever the order.

A flow-insensitive summary on demand: where one of these may flow to, and which primitives that reaches.
Over-approximates (a call entered needlessly costs time only). A function whose parameter reaches nothing here
does nothing to a page table that it is handed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptlint.lifetime.fixpoint import Fixpoint
from ptlint.lifetime.storage import Storage
from ptlint.lifetime.tables import TableTypes
from ptlint.program.facts import Fact, Facts
from ptlint.program.pointers import Named, places
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

CONSUMES = frozenset({"free", "queue"})
PARKS = "park:"  # with the member's name
KEEPS = "keep:"  # as PARKS, for pointers to entries and to pages: walkers keep such everywhere
TABLE = "table"  # is given a page-table type on the way
HOLDS = "hold"  # state is kept in its descriptor, in bytes that another member has as well
INSTALLS = "install"  # is put into a page-table entry
EVENT_ACTS = {
    "free": "free",
    "queue": "queue",
    "entry-set": "entry",
    "entry-clear": "entry",
    "entry-take": "entry",
    "entry-swap": "entry",
    "list-add": "list",
    "list-del": "list",
    "construct": "construct",
    "destruct": "construct",
    "flag-set": "flag",
    "flag-test": "flag",
    "constructed": "flag",
}
MAKING = CONSUMES | {EVENT_ACTS["construct"]}
PASSING = frozenset({"read", "convert", "swap-bytes", "value", "exchange", "entry-take", "entry-swap"})
COUNTING = {"last-reference": "count", "count": HOLDS}
ANY_LEVEL = "*"  # in place of a member: pointers to last-level tables count as the function's own, too
MAX_NAMING_FILES = 8
OWN = -1  # the tables that a function makes or finds itself, in place of a parameter's number


@dataclass(frozen=True, slots=True)
class Flow:
    """What one seed may reach: acts of primitives, and whether it may be (part of) the result."""

    acts: frozenset[str]
    returned: bool
    consumers: frozenset[str] = frozenset()  # the callees that consume a table of the function's own


NOTHING = Flow(frozenset(), False)


class Seed:
    """One question about one function, with the identity that it has in every unit that sees it."""

    __slots__ = ("_identity", "definition", "member", "parameter")

    def __init__(self, definition: Definition, parameter: int, member: str) -> None:
        function = definition.function
        self.definition = definition
        self.parameter = parameter
        self.member = member
        self._identity = (
            definition.unit if function.static else "",
            function.path,
            function.name,
            parameter,
            member,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seed) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


class Flows:
    """Answers by seeds. Nothing goes down in the program's `noted`: an answer stands for all it rests on."""

    def __init__(self, program: Program, facts: Facts, types: TableTypes, storage: Storage) -> None:
        self.program = program
        self.facts = facts
        self.types = types
        self.storage = storage
        self._flows: Fixpoint[Seed | str, Flow] = Fixpoint(NOTHING, self._solve)
        self._typed_results: dict[ir.Function, frozenset[str]] = {}
        self._ending = facts.names("free") | facts.names("queue")
        self.reading = facts.names("read")
        self._turning = facts.names("free") | facts.names("convert") | facts.names("queue")

    def close(self) -> None:
        """Let go of what refers back to here; nothing can be asked any more."""
        del self._flows

    def flow(self, definition: Definition, seed: int, member: str = "") -> Flow:
        """Return what parameter `seed` (or OWN) of a function may reach.

        `member` names a structure member whose content counts as the function's own tables.
        """
        return self.program.aside(lambda: self._flows.get(Seed(definition, seed, member)))

    def _solve(self, key: Seed | str) -> Flow:
        if isinstance(key, str):
            rare = len(self.program.units.mentioning(key)) <= MAX_NAMING_FILES
            naming = self.program.mentions(key, None if rare else self._ending, speaking=True)
            ends = any(self.empties(d, key) for d in naming)
            return Flow(CONSUMES, False) if ends else NOTHING
        tracer = _Tracer(self, key.definition, key.parameter, key.member)
        tracer.settle()
        return Flow(frozenset(tracer.acts), tracer.returned, frozenset(tracer.consumers))

    def consumed(self, definition: Definition, member: str = "") -> bool:
        """Say whether a function hands a table of its own on to be freed, queued or parked."""
        return self.consuming(self.flow(definition, OWN, member).acts)

    def consuming(self, acts: frozenset[str]) -> bool:
        """Say whether acts lead to the allocator: at once, or through a container that is freed from."""
        if acts & CONSUMES:
            return TABLE in acts
        return any(self.freed_from(a.removeprefix(PARKS)) for a in acts if a.startswith(PARKS))

    def empties(self, definition: Definition, member: str) -> bool:
        """Say whether a function frees what it loads from a structure member of this name."""
        return bool(self.flow(definition, OWN, member).acts & CONSUMES)

    def freed_from(self, member: str) -> bool:
        """Say whether some function frees what it loads from a structure member of this name.

        Of a name that more than MAX_NAMING_FILES files have, only functions that free by themselves count.
        """
        return bool(self._flows.get(member).acts)

    def worth(self, definition: Definition, seed: int) -> bool:
        """Say whether a parameter's flow is worth following, by its type.

        A pointer to last-level entries is handed around by everything that maps data; it is followed only
        into functions whose own text turns an address into a page, or frees. An entry may be read as one of
        another level: it is followed into what makes a number of it.
        """
        type_ = definition.function.parameters[seed].type
        if self.types.is_last_level(type_):
            if not type_.pointers and self.types.is_word(definition.function.result):
                return True
            return self.program.touches(definition, self._turning)
        if self.interesting(type_) or self.types.is_word(type_) or self.types.is_structure(type_):
            return True
        return bool(type_.pointers) and (
            self.types.may_hold(type_)
            or self.interesting(type_.pointee())
            or (self.types.in_space(type_) and self.keeps_stock(definition.function, type_))
        )

    def keeps_stock(self, function: ir.Function, type_: ir.Type) -> bool:
        """Say whether a function may give, or be given, a table that is kept in a space of this type.

        A whole address space is handed to everything; of that, only who returns a table counts.
        """
        return not self.types.is_space(type_) or self.types.is_pointer(function.result)

    def interesting(self, type_: ir.Type) -> bool:
        """Say whether values of a type are tables, pointers into them, or their entries."""
        return self.types.is_pointer(type_) or (
            self.types.is_entry(type_) and self.types.level(type_) != "pte"
        )

    def becomes_table(self, result: str, caller: ir.Function) -> bool:
        """Say whether a local is assigned to a pointer of a page-table type, or returned as one."""
        if caller not in self._typed_results:
            self._typed_results[caller] = frozenset(self.typed_names(caller))
        return result in self._typed_results[caller]

    def typed_names(self, function: ir.Function) -> set[str]:
        """Return the locals that are assigned to a pointer of a page-table type or returned as one."""
        given: list[ir.Expression | None] = []
        for block in function.blocks:
            given += [
                i.value
                for i in block.instructions
                if isinstance(i, ir.Assign)
                and isinstance(i.target, ir.Name | ir.Member | ir.Deref)
                and self.types.is_pointer(i.target.type)
            ]
            if isinstance(block.terminator, ir.Return) and self.types.is_pointer(function.result):
                given.append(block.terminator.value)
        values = (ir.uncast(value) for value in given if value is not None)
        return moved_to({value.name for value in values if isinstance(value, ir.Name)}, function)


class _Tracer:
    """Follows one seed through a function: the set of locals it may be in."""

    def __init__(self, flows: Flows, definition: Definition, seed: int, member: str) -> None:
        self.flows = flows
        self.definition = definition
        self.function = definition.function
        self.types = flows.types
        self.own = seed == OWN
        self.member = member
        self.tainted: set[str] = set() if self.own else {self.function.parameters[seed].name}
        self.acts: set[str] = set()
        if not self.own:
            self.typed(self.function.parameters[seed].type, True)
        self.consumers: set[str] = set()
        self.returned = False

    def settle(self) -> None:
        """Run until nothing new is learnt."""
        size = -1
        while size != len(self.tainted):
            size = len(self.tainted)
            for block in self.function.blocks:
                for instruction in block.instructions:
                    if isinstance(instruction, ir.Assign):
                        self.assign(instruction.target, instruction.value)
                    elif isinstance(instruction, ir.Call):
                        self.call(instruction)
                terminator = block.terminator
                if (
                    isinstance(terminator, ir.Return)
                    and terminator.value is not None
                    and self.carries(terminator.value)
                ):
                    self.returned = True

    def found(self, type_: ir.Type, member: str = "") -> bool:
        """Say whether a load of this type is one of the function's own tables."""
        if not self.own:
            return False
        if self.member and member == self.member:
            return True
        if self.member == ANY_LEVEL and type_.pointers:
            return self.types.is_pointer(type_)
        return self.flows.interesting(type_) and not self.types.is_last_level(type_)

    def carries(self, e: ir.Expression) -> bool:
        """Say whether a value may be, or be derived from, what is traced."""
        match e:
            case ir.Name(name, scope, type_):
                carried = self.found(type_) if scope is ir.Scope.GLOBAL else name in self.tainted
                return carried if self.types.is_slot(type_) else self.typed(type_, carried)
            case ir.AddressOf(operand):
                operand = ir.whole(operand)
                return self.carries(operand.pointer if isinstance(operand, ir.Deref) else operand)
            case ir.Cast(type_, operand):
                return self.typed(type_, self.carries(operand))
            case ir.Unary(_, operand):
                return self.carries(operand)
            case ir.Binary(operator, left, right, type_):
                if operator in COMPARISONS:
                    return False
                if type_.pointers and operator in ("+", "-") and is_address(left) != is_address(right):
                    return self.carries(left if is_address(left) else right)  # the other one is a number
                return self.carries(left) or self.carries(right)
            case ir.Deref(pointer, type_):
                if self.types.is_entry(type_):
                    return self.found(type_)  # what an entry points to is another table
                return self.typed(type_, self.found(type_) or self.carries(pointer))
            case ir.Member(base, name, _, type_):
                if self.found(type_, name):
                    return True
                through = ir.whole(base)
                if isinstance(through, ir.Deref) and self.types.is_entry(through.type):
                    return self.carries(through)
                if (
                    isinstance(through, ir.Deref)
                    and not self.types.is_entry(through.type)
                    and not self.holds(type_)
                ):
                    return False
                return self.carries(base)
            case ir.ContainerOf(pointer, type_, _):
                if self.types.is_only_data(type_):
                    return False  # what is taken off a list as data is data
                if self.own and self.member == ANY_LEVEL and self.types.is_page(type_):
                    return True  # taken off a list, say: where it is freed says whether it is a table
                return self.found(type_) or self.carries(pointer)
            case ir.Aggregate(_, fields):
                return any(self.carries(v) for _, v in fields)
        return False

    def typed(self, type_: ir.Type, carried: bool) -> bool:
        """Note that what is traced is given a type that makes it a table."""
        if carried and self.types.is_pointer(type_):
            self.acts.add(TABLE)
        return carried

    def holds(self, type_: ir.Type) -> bool:
        """Say whether a member of this type may hold a table, its address, or a link to one."""
        return (
            bool(type_.pointers)
            or self.flows.interesting(type_)
            or type_.name.startswith("struct ")
            or not type_.name
            or self.types.in_space(type_)
        )

    def assign(self, target: ir.Expression, value: ir.Expression) -> None:
        carried = self.carries(value)
        base = ir.whole(target)
        if isinstance(base, ir.Name) and base.scope is not ir.Scope.GLOBAL:
            if carried:
                self.tainted.add(base.name)
                self.typed(base.type, True)
            return
        if isinstance(base, ir.Deref) and self.types.is_entry(base.type):
            if self.types.level(base.type) != "pte" and (carried or self.carries(base.pointer)):
                self.acts.add("entry")
                if carried:
                    self.acts.add(INSTALLS)
            return
        if isinstance(base, ir.Deref) and self.overlaps(target) and self.carries(base.pointer):
            self.acts.add(HOLDS)
        type_ = target.type if isinstance(target, ir.Deref | ir.Member | ir.Name) else ir.Type()
        pointer = self.types.is_pointer(type_)
        stored = isinstance(base, ir.Deref) or (isinstance(base, ir.Name) and base.scope is ir.Scope.GLOBAL)
        if pointer and isinstance(target, ir.Deref) and self.carries(target.pointer):
            self.acts.add("write")
        hidden = self.types.is_word(type_) and isinstance(value, ir.Cast) and self.is_table(value.operand)
        if carried and stored and (pointer or hidden or (type_.pointers and self.types.is_page(type_))):
            member = member_of(target)
            if member:
                self.acts.add(
                    (KEEPS if self.types.is_slot(type_) or self.types.is_data(type_) else PARKS) + member
                )

    def is_table(self, e: ir.Expression) -> bool:
        """Say whether an expression is by its type a pointer to a table."""
        return isinstance(e, ir.Name | ir.Member | ir.Deref) and self.types.is_pointer(e.type)

    def call(self, instruction: ir.Call) -> None:
        carried = [self.carries(a) for a in instruction.arguments]
        result = instruction.result
        if self.own and result is not None and (self.found(result.type) or self.made(instruction, result)):
            self.tainted.add(result.name)
        if any(carried):
            if (
                any(self.callee(*named, instruction, carried) for named in self.names(instruction))
                and result is not None
            ):
                self.tainted.add(result.name)
        elif self.own:
            for name, _ in self.names(instruction):
                fact = self.flows.facts.by_name.get(name)
                if fact is not None and fact.event == "alloc" and result is not None:
                    self.tainted.add(result.name)
        stored = any(carried) and self.stores(instruction, carried)
        converting = (
            any(carried) and isinstance(instruction.callee, ir.Name) and instruction.callee.name == "asm"
        )
        for argument in instruction.arguments:
            inner = argument.operand if isinstance(argument, ir.AddressOf) else None
            if not isinstance(inner, ir.Name) or inner.scope is ir.Scope.GLOBAL:
                continue
            if stored:
                self.tainted.add(inner.name)
            if converting or (self.own and self.flows.interesting(inner.type)):
                self.tainted.add(inner.name)

    def made(self, instruction: ir.Call, result: ir.Name) -> bool:
        """Say whether a call returns a table of the callee's own as a pointer to plain words or to entries.

        Whoever maps a last-level table returns a pointer to its entries as well: of those only what the
        callee constructs, or may free, counts.
        """
        entries = self.types.is_last_level(result.type)
        words = self.types.is_word(result.type) and self.flows.becomes_table(result.name, self.function)
        if result.type.pointers != 1 or not (entries or words):
            return False
        for name, unit in self.names(instruction):
            definition = None if name in self.flows.facts.by_name else self.flows.program.resolve(name, unit)
            if definition is None:
                continue
            flow = self.flows.flow(definition, OWN)
            if flow.returned and (words or flow.acts & MAKING):
                self.acts |= flow.acts & {TABLE, *MAKING}
                return True
        return False

    def stores(self, instruction: ir.Call, carried: list[bool]) -> bool:
        """Say whether a call leaves what it is handed on a list, or in a member: of an argument, maybe."""
        for name, unit in self.names(instruction):
            fact = self.flows.facts.by_name.get(name)
            if fact is not None and fact.event == "list-add":
                index = fact.argument or 0
                if index < len(carried) and carried[index]:
                    return True
            definition = self.flows.program.resolve(name, unit)
            if fact is not None or definition is None:
                continue
            for seed in range(min(len(carried), len(definition.function.parameters))):
                if carried[seed] and self.flows.worth(definition, seed):
                    acts = self.flows.flow(definition, seed).acts
                    if any(a.startswith((PARKS, KEEPS)) for a in acts):
                        return True
        return False

    def names(self, instruction: ir.Call) -> Iterable[tuple[str, str]]:
        """Return what a call may reach: names, each with the unit that names it."""
        callee, program, unit = instruction.callee, self.flows.program, self.definition.unit
        if isinstance(callee, ir.Name) and callee.scope is ir.Scope.FUNCTION:
            if callee.name != "asm":
                return ((callee.name, unit),)
            for operand in instruction.arguments:
                inner = operand.operand if isinstance(operand, ir.AddressOf | ir.Cast) else operand
                inner = inner.pointer if isinstance(inner, ir.Deref) else inner
                if isinstance(inner, ir.Member) and inner.type.function:
                    return program.targets(inner.field)
            return ()
        found: dict[Named, None] = {}
        for place in places(callee, self.function, self.flows.reading):
            if isinstance(place, ir.Member):
                found.update(dict.fromkeys(program.targets(place.field)))
            elif place.scope is ir.Scope.GLOBAL:
                found.update(dict.fromkeys(program.held(place.name, unit)))
            else:
                found[place.name, unit] = None
        return tuple(found)

    def callee(self, name: str, unit: str, instruction: ir.Call, carried: list[bool]) -> bool:
        """Note what a callee does with what it is handed; say whether its result may be it."""
        fact = self.flows.facts.by_name.get(name)
        # What a pointer leads to is handed the arguments in their order; assembler hands them on as it likes.
        hidden = isinstance(instruction.callee, ir.Name) and instruction.callee.name != name
        if fact is not None:
            if hidden:
                operands = [a for a in instruction.arguments if not isinstance(a, ir.AddressOf)]
                taken = self.flows.program.taken(name, unit, operands)
                instruction = replace(instruction, arguments=tuple(taken))
                carried = [self.carries(a) for a in taken]
            return self.primitive(fact, instruction, carried)
        definition = self.flows.program.resolve(name, unit)
        if definition is None:
            return False
        returned = False
        count = len(definition.function.parameters)
        seeds = range(count) if hidden else [i for i, c in enumerate(carried) if c and i < count]
        for seed in seeds:
            if not self.flows.worth(definition, seed):
                continue
            if self.own and self.flows.consuming(self.flows.flow(definition, seed).acts):
                self.consumers.add(name)
            self.typed(definition.function.parameters[seed].type, True)
            flow = self.flows.flow(definition, seed)
            self.acts |= flow.acts
            returned = returned or flow.returned
        return returned

    def primitive(self, fact: Fact, instruction: ir.Call, carried: list[bool]) -> bool:
        def at(index: int | None) -> bool:
            return index is not None and index < len(carried) and carried[index]

        act = EVENT_ACTS.get(fact.event)
        if act == "entry" and fact.kind == "pte":
            return False
        if act is not None and (
            at(fact.argument) or (fact.event in ("entry-set", "entry-swap", "list-add") and at(fact.value))
        ):
            self.acts.add(act)
            if fact.event in ("construct", "destruct"):
                self.acts.add(TABLE)  # whatever its type was
        if fact.event in ("entry-set", "entry-swap") and at(fact.value):
            self.acts.add(INSTALLS)
        if fact.event in COUNTING:
            self.counts(fact, instruction)
        if fact.event == "write" and len(instruction.arguments) > 1:
            self.assign(instruction.arguments[0], instruction.arguments[1])
            return False
        if fact.event in ("queue", "defer") and fact.callback is not None and fact.callback < len(carried):
            callback = instruction.arguments[fact.callback]
            if isinstance(callback, ir.Name) and callback.scope is ir.Scope.FUNCTION and at(fact.argument):
                definition = self.flows.program.resolve(callback.name, self.definition.unit)
                if definition is not None and definition.function.parameters:
                    self.acts |= self.flows.flow(definition, 0).acts
        if fact.event in ("entry-take", "entry-swap"):
            return self.own and at(fact.argument)
        return fact.event in PASSING and at(fact.argument or 0)

    def counts(self, fact: Fact, instruction: ir.Call) -> None:
        """Note that a primitive counts in the descriptor of what is traced."""
        index = fact.argument or 0
        if index >= len(instruction.arguments):
            return
        counter = ir.uncast(instruction.arguments[index])
        if not isinstance(counter, ir.AddressOf):
            return
        inside = ir.whole(counter.operand)
        if not isinstance(inside, ir.Deref) or not self.carries(inside.pointer):
            return
        if fact.event == "last-reference" or self.overlaps(counter.operand):
            self.acts.add(COUNTING[fact.event])

    def overlaps(self, target: ir.Expression) -> bool:
        """Say whether a place is a member of a descriptor that shares its bytes with another one."""
        while isinstance(target, ir.Member) and isinstance(target.base, ir.Member):
            target = target.base
        if not isinstance(target, ir.Member):
            return False
        unit, tag = self.definition.unit, target.struct.removeprefix("struct ")
        return bool(self.flows.storage.overlapped(unit, tag, target.field))


COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})


def is_address(e: ir.Expression) -> bool:
    """Say whether an expression is by its type a pointer, not a number that is added to one."""
    match e:
        case ir.Name(_, _, type_) | ir.Member(_, _, _, type_) | ir.Deref(_, type_) | ir.Cast(type_, _):
            return type_.pointers > 0
        case ir.Binary(_, _, _, type_):
            return type_.pointers > 0
    return isinstance(e, ir.AddressOf | ir.ContainerOf)


def moved_to(names: set[str], function: ir.Function) -> set[str]:
    """Return the locals whose value an assignment may move to one of `names`, these included."""
    moves = {
        (value.name, i.target.name)
        for block in function.blocks
        for i in block.instructions
        if isinstance(i, ir.Assign)
        and isinstance(i.target, ir.Name)
        and isinstance(value := ir.uncast(i.value), ir.Name)
    }
    found = set(names)
    while more := {one for one, other in moves if other in found} - found:
        found |= more
    return found


def member_of(target: ir.Expression) -> str:
    """Return the name of the member (or global) that a store goes to; for an element, of the array."""
    while True:
        match target:
            case ir.Member(_, name, _, _) | ir.Name(name, _, _):
                return name
            case ir.Deref(pointer, _):
                target = pointer
            case ir.Binary(_, left, _, _):
                target = left
            case ir.Cast(_, operand) | ir.AddressOf(operand):
                target = operand
            case _:
                return ""
