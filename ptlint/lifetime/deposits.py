# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a huge page's entry is emptied and the table that was deposited for it stays behind.

A table is deposited with each huge page of a process, for the day when the page is split. Whoever empties
the entry for good takes it back, or it is still there when the table around the entry goes. No walk sees
that: the one function deposits, another one empties, a third one frees. So bodies are looked at. What empties
an entry is a primitive, or a function that empties one that it is handed and returns what stood there; it is
wrong if neither the function that calls it, nor what that hands entries to, nor one of its callers takes back
a table for an entry, and nothing is put into the entry again.

Under-approximates: one path on which a table is taken back is enough. A function that frees tables itself,
hands one on or looks below an entry is left out: what stood in the entry may have been a table.

Source: Documentation/mm/transhuge.rst; commit 3592806cfa08 (thp: move preallocated PTE page table on
move_huge_pmd()).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ptlint.lifetime.flows import Flows
from ptlint.lifetime.sites import SiteKey, site_keys
from ptlint.lifetime.tables import TableTypes
from ptlint.program.facts import Facts
from ptlint.program.pointers import copied_to
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir
from ptlint.syntax.parts import subexpressions

LEVEL = "pmd"
MOST_NESTED = 3
ENTRY_EVENTS = frozenset({"entry-set", "entry-swap"})


@dataclass(frozen=True, slots=True)
class Stranded:
    """A call that empties a huge page's entry: the function that makes it, and the way to the call."""

    definition: Definition
    sites: tuple[SiteKey, ...]


class Deposits:
    """Finds the calls behind which a deposited table stays where it is."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        flows: Flows,
        types: TableTypes,
        callers_of: Callable[[Definition], Sequence[Definition]],
    ) -> None:
        self.program = program
        self.facts = facts
        self.flows = flows
        self.types = types
        self.callers_of = callers_of
        self.reading = facts.names("read")

    def stranded(self) -> Iterator[Stranded]:
        """Yield each such call."""
        emptying = {fact.name: fact.argument or 0 for fact in self.facts.by_name.values() if fact.huge}
        waiting = sorted(emptying)
        while waiting:
            name = waiting.pop()
            for definition in self.program.mentions(name, speaking=True):
                if definition.function.name in self.facts.by_name or definition.function.name in emptying:
                    continue
                for call in ir.calls_of(definition.function):
                    if not (isinstance(call.callee, ir.Name) and call.callee.name == name):
                        continue
                    index = self.returned(definition, call, emptying[name])
                    if index is not None:
                        emptying[definition.function.name] = index
                        waiting.append(definition.function.name)
                        break
                    if self.strands(definition, call, emptying[name]):
                        sites = site_keys(call.place, definition.function.name, name)
                        yield Stranded(definition, sites)

    def returned(self, definition: Definition, call: ir.Call, argument: int) -> int | None:
        """Return which parameter it is whose entry a function empties and gives what stood there, if any."""
        function = definition.function
        if not self.types.is_entry(function.result) or argument >= len(call.arguments):
            return None
        names = {e.name for e in self.aliases(call.arguments[argument], function) if isinstance(e, ir.Name)}
        return next((i for i, p in enumerate(function.parameters) if p.name in names), None)

    def strands(self, definition: Definition, call: ir.Call, argument: int) -> bool:
        """Say whether a deposited table is never taken back behind a call that empties an entry."""
        if argument >= len(call.arguments) or self.flows.consumed(definition) or self.maps(definition):
            return False
        if self.hands_on(definition, call):
            return False
        entry = frozenset(self.aliases(call.arguments[argument], definition.function))
        if not self.stays_empty(definition, call, entry) or self.takes_back(definition, MOST_NESTED):
            return False
        return not any(self.takes_back(caller, 2) for caller in self.callers_of(definition))

    def hands_on(self, definition: Definition, emptied: ir.Call) -> bool:
        """Say whether a function hands a table on to others that it makes of what stood in an entry.

        Or what stood there, in a structure maybe, to a function that frees tables.
        """
        made = made_of(emptied, definition.function)
        for call in ir.calls_of(definition.function):
            if not isinstance(call.callee, ir.Name) or call.callee.name in self.facts.by_name:
                continue
            given = [index for index, one in enumerate(call.arguments) if made & named_in(one)]
            if not given:
                continue
            types = self.program.parameters(call.callee.name, definition.unit)
            if any(self.is_table(types[index]) for index in given if index < len(types)):
                return True
            callee = self.program.resolve(call.callee.name, definition.unit)
            if callee is not None and self.flows.consumed(callee):
                return True
        return False

    def maps(self, definition: Definition) -> bool:
        """Say whether a function looks below an entry: no huge page's, but one that points to a table."""
        declared = [
            self.program.units.syntax(definition.unit).prototype(name)
            for name in sorted(ir.called_by(definition.function))
        ]
        return any(
            one is not None
            and self.types.is_slot(one.result)
            and self.types.is_last_level(one.result)
            and any(self.is_entry_pointer(type_) for type_ in one.parameters)
            for one in declared
        )

    def aliases(self, e: ir.Expression, function: ir.Function) -> Iterator[ir.Expression]:
        """Yield the expressions of a function that may stand for the same pointer."""
        seen: list[ir.Expression] = []
        waiting = [ir.uncast(e)]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.append(one)
            yield one
            if isinstance(one, ir.Name) and one.scope is not ir.Scope.GLOBAL:
                waiting += [ir.uncast(value) for value in copied_to(one.name, function, self.reading)]

    def stays_empty(self, definition: Definition, emptied: ir.Call, entry: frozenset[ir.Expression]) -> bool:
        """Say whether a path leads from where an entry is emptied to the end, and nothing is put into it."""
        blocks = definition.function.blocks
        waiting: list[tuple[int, Sequence[ir.Instruction]]] = []
        for number, block in enumerate(blocks):
            for at, one in enumerate(block.instructions):
                if one is emptied:
                    waiting.append((number, block.instructions[at + 1 :]))
        seen: set[int] = set()
        while waiting:
            number, instructions = waiting.pop()
            if any(self.sets(definition, one, entry, MOST_NESTED) for one in instructions):
                continue
            if isinstance(blocks[number].terminator, ir.Return):
                return True
            following = set(ir.targets(blocks[number])) - seen
            seen |= following
            waiting += [(target, blocks[target].instructions) for target in sorted(following)]
        return False

    def puts(
        self, definition: Definition, call: ir.Call, entry: frozenset[ir.Expression], depth: int
    ) -> bool:
        """Say whether a call hands an entry to what may put something there.

        So may what is handed something that goes into an entry as well, by the types.
        """
        callee = call.callee
        given = [
            index
            for index, argument in enumerate(call.arguments)
            if not entry.isdisjoint(self.aliases(argument, definition.function))
        ]
        if not given or not isinstance(callee, ir.Name):
            return False
        fact = self.facts.by_name.get(callee.name)
        if fact is not None:
            return fact.event in ENTRY_EVENTS and fact.argument in given
        declared = self.program.parameters(callee.name, definition.unit)
        if any(self.types.is_entry(type_) or self.is_table(type_) for type_ in declared):
            return True
        inner = self.program.resolve(callee.name, definition.unit) if depth else None
        if inner is None:
            return False
        names = inner.function.parameters
        handed = frozenset[ir.Expression](names[index] for index in given if index < len(names))
        return any("entry" in self.flows.flow(inner, i).acts for i in given if i < len(names)) or any(
            self.sets(inner, one, handed, depth - 1) for one in ir.instructions_of(inner.function)
        )

    def sets(
        self, definition: Definition, one: ir.Instruction, entry: frozenset[ir.Expression], depth: int
    ) -> bool:
        """Say whether an instruction may put something into an entry, or hands it to what may."""
        if isinstance(one, ir.Assign):
            return isinstance(one.target, ir.Deref) and ir.uncast(one.target.pointer) in entry
        return isinstance(one, ir.Call) and self.puts(definition, one, entry, depth)

    def takes_back(self, definition: Definition, depth: int) -> bool:
        """Say whether what a function calls, or that hands entries to, gives a table for an entry."""
        if not depth:
            return False
        for name in sorted(ir.called_by(definition.function) - self.facts.by_name.keys()):
            declared = self.program.units.syntax(definition.unit).prototype(name)
            if declared is None or not any(
                self.is_entry_pointer(type_) or self.has_entry_pointer(type_, definition.unit)
                for type_ in declared.parameters
            ):
                continue
            if self.is_table(declared.result):
                return True
            callee = self.program.resolve(name, definition.unit)
            if callee is not None and callee.key != definition.key and self.takes_back(callee, depth - 1):
                return True
        return False

    def is_table(self, type_: ir.Type) -> bool:
        """Say whether a type is a descriptor, or handle, of a table that entries of the level point to."""
        return (
            self.types.is_pointer(type_)
            and not self.types.is_slot(type_)
            and self.types.level(type_) == self.types.below(LEVEL)
        )

    def has_entry_pointer(self, type_: ir.Type, unit: str) -> bool:
        """Say whether a type is a pointer to a structure with a pointer to an entry."""
        inner = type_.pointee()
        struct = (
            self.program.units.syntax(unit).struct(inner.name) if self.types.is_structure(inner) else None
        )
        return struct is not None and any(self.is_entry_pointer(one.type) for one in struct.fields)

    def is_entry_pointer(self, type_: ir.Type) -> bool:
        return self.types.is_slot(type_) and self.types.level(type_) == LEVEL


def made_of(call: ir.Call, function: ir.Function) -> frozenset[str]:
    """Return the locals that hold what a call returns, or something that is made of it."""
    found = {call.result.name} if call.result is not None else set[str]()
    grown = bool(found)
    while grown:
        size = len(found)
        for one in ir.instructions_of(function):
            match one:
                case ir.Assign(target=target, value=value) if found & named_in(value):
                    place = ir.whole(target)
                    if isinstance(place, ir.Name) and place.scope is not ir.Scope.GLOBAL:
                        found.add(place.name)
                case ir.Call(result=ir.Name(name=name), arguments=arguments) if any(
                    found & named_in(argument) for argument in arguments
                ):
                    found.add(name)
        grown = len(found) > size
    return frozenset(found)


def named_in(e: ir.Expression) -> frozenset[str]:
    """Return the variables that an expression names."""
    return frozenset(part.name for part in subexpressions(e) if isinstance(part, ir.Name))
