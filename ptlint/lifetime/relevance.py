# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls are worth entering, by what they hand over and what the callee may do with that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ptlint.lifetime.bodies import Bodies, Question
from ptlint.lifetime.draining import Draining
from ptlint.lifetime.flows import ANY_LEVEL, HOLDS, OWN, TABLE, Flows
from ptlint.lifetime.shapes import Handed, Kind, Shape
from ptlint.lifetime.storage import Storage
from ptlint.lifetime.tables import TableTypes
from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

SYNCHRONISING = frozenset({"grace-period", "grace-cookie", "grace-since", "grace-poll", "ipi-sync"})
LOCKING = frozenset({"lock", "unlock", "downgrade"})


@dataclass(slots=True)
class Asked:
    """What was asked of a `Relevance`, with the answers."""

    deferred: dict[str, bool] = field(default_factory=dict)
    holding: dict[str, bool] = field(default_factory=dict)
    entered: dict[tuple[str, str, Shape], bool] = field(default_factory=dict)  # by name and unit
    bodies: dict[tuple[Question, str, str, int], bool] = field(default_factory=dict)  # the same


class Relevance:
    """Answers whether a call may matter to the objects at hand.

    `noted` takes down the questions, as `Program.noted` does.
    """

    def __init__(self, program: Program, facts: Facts) -> None:
        self.program = program
        self.facts = facts
        self.types = TableTypes(facts)
        self.storage = Storage(program, self.types)
        self.flows = Flows(program, facts, self.types, self.storage)
        self.bodies = Bodies(program, facts, self.types)
        self.draining = Draining(program, self.flows, self.types, facts.names("space-root"))
        self.noted: Asked | None = None
        self.wanted: set[str] = set()  # functions whose verdicts depend on their callers
        self.holding: set[str] = set()  # containers that tables are known to be put into
        self._leads_out: dict[ir.Function, bool] = {}
        self._synchronises: dict[tuple[str, str], bool] = {}
        self._bodies: dict[tuple[Question, str, str, int], bool] = {}
        self._making = facts.names("alloc")
        self._waiting = frozenset(
            f.name
            for f in facts.by_name.values()
            if f.event in SYNCHRONISING or (f.event in LOCKING and f.kind in ("mmap-write", "rmap-write"))
        )

    def close(self) -> None:
        """Let go of what refers back to here; nothing can be asked any more."""
        self.flows.close()

    def deferred(self, name: str) -> bool:
        """Say whether a function's verdicts depend on who calls it."""
        known = name in self.wanted
        if self.noted is not None:
            self.noted.deferred[name] = known
        return known

    def holds(self, container: str) -> bool:
        """Say whether tables are known to be put into a container."""
        known = container in self.holding
        if self.noted is not None:
            self.noted.holding[container] = known
        return known

    def enters(self, name: str, unit: str, shape: Shape) -> bool:
        """Say whether a call of that shape is to be walked that a unit makes by that name."""
        key = (name, unit, shape)
        asked = self.noted
        known = None if asked is None else asked.entered.get(key)
        if known is None:
            known = self._alone(lambda: self._enters(self.program.resolve(name, unit), shape))
            if asked is not None:
                asked.entered[key] = known
        return known

    def _alone(self, ask: Callable[[], bool]) -> bool:
        """Return an answer that stands for all that it rests on: none of that is taken down."""
        noted, self.noted = self.noted, None
        known = self.program.aside(ask)
        self.noted = noted
        return known

    def _enters(self, definition: Definition | None, shape: Shape) -> bool:
        if definition is None:
            return False
        function = definition.function
        if self.deferred(function.name) or self.synchronises(definition):
            return True
        result = shape.result
        if result is not None and self.leads_out(function):
            return True
        given = list(enumerate(shape.arguments[: len(function.parameters)]))
        if any(self.takes(definition, i, one, result is not None) for i, one in given):
            return True
        if any(one.contained and self.flows.flow(definition, i).acts for i, one in given):
            return True
        if any(
            one.kind in (Kind.VALUE, Kind.ELSEWHERE)
            and self.draining.together(shape.caller, definition, i, shape.nested)
            for i, one in given
        ):
            return True
        return result is not None and self.gives(definition, shape.caller, *result)

    def takes(self, definition: Definition, index: int, given: Handed, used: bool) -> bool:
        """Say whether an argument makes a call worth entering; *used* says whether the result is."""
        parameter = definition.function.parameters[index].type
        match given.kind:
            case Kind.STATIC if used and self.types.is_entry(parameter):
                return True  # what is asked of it can be told: whether it is empty, or a leaf
            case Kind.TABLE | Kind.STATIC | Kind.PAGE:
                table = given.kind is not Kind.PAGE
                if not table and self.types.is_only_data(parameter):
                    return False
                flow = self.flows.flow(definition, index)
                if used and flow.returned and self.may_carry(definition.function.result):
                    return True
                # What is not known to be a table may be a data page: it matters only where it is made one.
                return bool(flow.acts - {TABLE}) if table else TABLE in flow.acts
            case Kind.HOLDER:
                return bool(self.flows.flow(definition, index).acts)
            case Kind.LOCAL:
                return (
                    self.flows.interesting(parameter.pointee())
                    or (self.types.is_link(parameter) and "list" in self.flows.flow(definition, index).acts)
                    or (given.keeps and bool(self.flows.flow(definition, index).acts))
                )
            case Kind.CODE:
                return self.deferred(given.name)
            case Kind.VALUE:
                return self.types.is_pointer(parameter) and "entry" in self.flows.flow(definition, index).acts
        return False

    def gives(self, definition: Definition, caller: Definition, result: str, pointer: bool) -> bool:
        """Say whether the result of a call makes it worth entering; *pointer*: it goes to one to a table."""
        function = definition.function
        # Where levels fold, a huge page's entry stands in a table of any level.
        entry = self.types.is_last_level(function.result)
        if entry and HOLDS in self.flows.flow(caller, OWN, ANY_LEVEL).acts:
            return self.flows.flow(definition, OWN, ANY_LEVEL).returned
        if self.types.is_space(function.result):
            return self.program.touches(definition, self._making)  # nobody else knows the address space
        if self.gives_stock(function):
            return True
        if self.types.is_structure(function.result):  # with a table in it, maybe
            return self.flows.flow(definition, OWN).returned or any(
                self.flows.flow(definition, i).returned
                for i, p in enumerate(function.parameters)
                if self.types.points_to_page(p.type) or (p.type.pointers == 1 and self.types.is_word(p.type))
            )
        if self.flows.interesting(function.result) or (
            function.result.pointers and (pointer or self.flows.becomes_table(result, caller.function))
        ):
            return (
                self.gives_member(function)
                or self.flows.flow(definition, OWN).returned
                or any(
                    self.flows.flow(definition, i).returned
                    for i, p in enumerate(function.parameters)
                    if self.flows.interesting(p.type)
                    or self.types.in_space(p.type)
                    or self.types.points_to_page(p.type)
                )
            )
        return False

    def gives_stock(self, function: ir.Function) -> bool:
        """Say whether a function does nothing but to give what a part of an address space points to."""
        return (
            function.result.pointers == 1
            and any(
                self.types.in_space(p.type) and not self.types.is_space(p.type) for p in function.parameters
            )
            and self.gives_member(function)
        )

    def leads_out(self, function: ir.Function) -> bool:
        """Say whether a function does nothing but to lead from a member to the structure around it.

        Or, in a configuration without what it is for, gives a null pointer.
        """
        known = self._leads_out.get(function)
        if known is None:
            ends = [block.terminator for block in function.blocks if isinstance(block.terminator, ir.Return)]
            known = self._leads_out[function] = (
                len(ends) == 1
                and len(function.blocks) <= 2
                and ends[0].value is not None
                and gives_pointer(ir.uncast(ends[0].value), function)
            )
        return known

    def gives_member(self, function: ir.Function) -> bool:
        """Say whether a function does nothing but to give the page, or table, that a member points to."""
        if not (self.types.points_to_page(function.result) or self.types.is_pointer(function.result)):
            return False
        if len(function.blocks) != 1 or function.blocks[0].instructions:
            return False
        end = function.blocks[0].terminator
        return (
            isinstance(end, ir.Return)
            and end.value is not None
            and isinstance(ir.uncast(end.value), ir.Member)
        )

    def may_carry(self, type_: ir.Type) -> bool:
        """Say whether a result of this type may be a table, in any representation: an entry, too."""
        return (
            bool(type_.pointers)
            or self.flows.interesting(type_)
            or self.types.is_structure(type_)
            or self.types.is_entry(type_)
            or self.types.is_word(type_)
        )

    def synchronises(self, definition: Definition) -> bool:
        """Say whether a function's own text waits for walkers, or takes a lock that keeps them out."""
        key = definition.key
        if key not in self._synchronises:
            self._synchronises[key] = any(
                isinstance(i, ir.Call)
                and isinstance(i.callee, ir.Name)
                and (
                    i.callee.name in self._waiting
                    or (len(definition.function.blocks) <= 2 and self.waits(i.callee.name, definition))
                )
                for block in definition.function.blocks
                for i in block.instructions
            )
        return self._synchronises[key]

    def waits(self, name: str, caller: Definition) -> bool:
        """As `synchronises`, for what a plain wrapper calls."""
        if name in self.facts.by_name or name == caller.function.name:
            return False
        self._synchronises[caller.key] = False
        definition = self.program.resolve(name, caller.unit)
        return (
            definition is not None and len(definition.function.blocks) <= 8 and self.synchronises(definition)
        )

    # ---- bodies

    def flushes(self, name: str, unit: str, kernel: bool) -> bool:
        """Say whether a function, as a unit names it, may flush the TLB; of the kernel's addresses, even."""
        return self.of_body((Question.FLUSHES, name, unit, int(kernel)))

    def follows(self, name: str, unit: str, index: int) -> bool:
        """Say whether it reads or writes what an argument points to."""
        return self.of_body((Question.FOLLOWS, name, unit, index))

    def counts(self, name: str, unit: str) -> bool:
        """Say whether it counts the references to an address space."""
        return self.of_body((Question.COUNTS, name, unit, 0))

    def uses_space(self, name: str, unit: str, index: int) -> bool:
        """Say whether it uses the address space that an argument points to."""
        return self.of_body((Question.USES_SPACE, name, unit, index))

    def by_value(self, name: str, unit: str) -> bool:
        """Say whether it is handed nothing but plain values."""
        return self.of_body((Question.BY_VALUE, name, unit, 0))

    def constant(self, name: str, unit: str) -> bool:
        """Say whether it is handed nothing and always gives the same result."""
        return self.of_body((Question.CONSTANT, name, unit, 0))

    def answered(self, name: str, unit: str) -> int | None:
        """Return what a question about an entry is always answered, 1 or 0; None for any other function."""
        if not self.of_body((Question.ANSWERED, name, unit, 0)):
            return None
        return int(self.of_body((Question.ANSWERED, name, unit, 1)))

    def feature(self, name: str, unit: str, argument: int | None) -> int | None:
        """Return what it says, 1 or 0, of that number in this configuration; None if that is not decided."""
        index = 0 if argument is None else argument << 1 | 1
        if not self.of_body((Question.TOLD, name, unit, index)):
            return None
        return int(self.of_body((Question.TRUE, name, unit, index)))

    def clear(self, name: str, mask: int) -> bool:
        """Say whether a variable has none of some bits, whatever it is set to."""
        return self.of_body((Question.CLEAR, name, "", mask))

    def sleeps(self, name: str, unit: str) -> bool:
        """Say whether it may sleep, itself or in what it calls."""
        return self.of_body((Question.SLEEPS, name, unit, 0))

    def of_body(self, key: tuple[Question, str, str, int]) -> bool:
        """As these, for a question that is put into one value."""
        known = self._bodies.get(key)
        if known is None:
            known = self._bodies[key] = self._alone(lambda: self.bodies.answer(*key))
        if self.noted is not None:
            self.noted.bodies[key] = known
        return known


def gives_pointer(e: ir.Expression, function: ir.Function) -> bool:
    """Say whether what a function returns is the structure around a member, or a null pointer."""
    null = isinstance(e, ir.Constant) and e.value == 0 and function.result.pointers > 0
    return null or isinstance(e, ir.ContainerOf)
