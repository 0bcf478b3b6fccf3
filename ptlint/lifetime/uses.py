# SPDX-License-Identifier: GPL-2.0-or-later
"""What is still done with a table that has been handed over for freeing.

Looked at are the reads and writes of each instruction's own expressions, and skipped calls whose callee, or
what that calls, follows the pointer that it is handed. Of locals only those that are given the pointer once
and for all are followed there, and no calls through pointers (an under-approximation).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ptlint.lifetime.callsite import CallSite, referred
from ptlint.lifetime.evaluate import Evaluator, is_place
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.monitor import ACCESS, MISMATCH, USE
from ptlint.lifetime.objects import State
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.sites import site_keys
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.values import Address, Reference, Slot, Value
from ptlint.program.facts import Fact
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

WHOLE = ("copy", "fill")  # events of primitives that read or write all that they are pointed to
WORD = ("count", "flag-set", "flag-clear", "flag-test")  # and of those that read or write a word there
DEEPEST = 3  # calls that a pointer is followed through


class Uses:
    """Tells the monitor of accesses to tables that were handed over, or whose callback runs."""

    def __init__(
        self, program: Program, evaluator: Evaluator, recorder: Recorder, descriptors: Descriptors
    ) -> None:
        self.program = program
        self.evaluator = evaluator
        self.recorder = recorder
        self.descriptors = descriptors
        self.marks = program.facts.names("tail-mark")

    def look_at(self, instruction: ir.Instruction, state: State, frame: Frame) -> None:
        """Look at the expressions of an instruction that is about to be walked."""
        for expression in read_by(instruction):
            self.read(expression, instruction.place, state, frame)

    def called(self, definition: Definition, site: CallSite) -> None:
        """A call that is not entered is handed tables: the callee may follow the pointers."""
        for index, value in enumerate(site.arguments[: len(definition.function.parameters)]):
            identity = referred(value)
            if (
                identity is not None
                and identity in site.state.handed
                and self.follows(definition, index)
                and not covered(identity, site.state)
            ):
                self.recorder.happens(USE, identity, site.state, site.frame, site.sites)

    def reached(self, fact: Fact, site: CallSite) -> None:
        """A primitive is called: it may read or write what its arguments point to, or one of them does."""
        values: Iterable[Value] = ()
        if fact.event in WHOLE:
            values = site.arguments
        elif fact.event in WORD and fact.argument is not None:
            values = (site.argument(fact.argument),)
        for identity in {referred(value) for value in values}:
            if identity is not None and identity in site.state.handed and not covered(identity, site.state):
                self.recorder.happens(USE, identity, site.state, site.frame, site.sites)

    def follows(self, definition: Definition, index: int, depth: int = DEEPEST) -> bool:
        """Say whether a function reads or writes what its parameter points to."""
        names = self.holding(definition, index, depth)
        for block in definition.function.blocks:
            for instruction in block.instructions:
                for part in (p for e in read_by(instruction) for p in parts(e)):
                    part = ir.whole(part)
                    if isinstance(part, ir.Deref) and pointed_to(part.pointer) in names:
                        return True
                if isinstance(instruction, ir.Call) and isinstance(instruction.callee, ir.Name):
                    for position, argument in enumerate(instruction.arguments):
                        if pointed_to(argument) in names and self.followed_by(
                            instruction.callee.name, position, definition.unit, depth
                        ):
                            return True
        return False

    def holding(self, definition: Definition, index: int, depth: int) -> set[str]:
        """Return a parameter and the locals that hold nothing but it, as any representation of its page."""
        given: dict[str, list[ir.Expression | None]] = {}
        for block in definition.function.blocks:
            for instruction in block.instructions:
                if isinstance(instruction, ir.Assign) and isinstance(instruction.target, ir.Name):
                    given.setdefault(instruction.target.name, []).append(instruction.value)
                elif isinstance(instruction, ir.Call) and instruction.result is not None:
                    source = self.converted(instruction, definition.unit, depth)
                    given.setdefault(instruction.result.name, []).append(source)
        names = {definition.function.parameters[index].name}
        grown = True
        while grown:
            more = {
                name
                for name, values in given.items()
                if len(values) == 1 and values[0] is not None and pointed_to(values[0]) in names
            }
            grown = not more <= names
            names |= more
        return names

    def converted(self, call: ir.Call, unit: str, depth: int) -> ir.Expression | None:
        """Return what a call gives another representation of, None if it does something else."""
        if not isinstance(call.callee, ir.Name):
            return None
        fact = self.program.facts.by_name.get(call.callee.name)
        if fact is not None:
            if fact.event != "convert" or fact.argument is None or fact.argument >= len(call.arguments):
                return None
            return call.arguments[fact.argument]
        inner = self.program.resolve(call.callee.name, unit) if depth else None
        if inner is None:
            return None
        returned = [
            pointed_to(block.terminator.value)
            for block in inner.function.blocks
            if isinstance(block.terminator, ir.Return) and block.terminator.value is not None
        ]
        for index, argument in enumerate(call.arguments[: len(inner.function.parameters)]):
            if (
                returned
                and pointed_to(argument)
                and self.holding(inner, index, depth - 1).issuperset(returned)
            ):
                return argument
        return None

    def followed_by(self, name: str, index: int, unit: str, depth: int) -> bool:
        """As `follows`, for what a function calls; assembler follows any pointer."""
        if name == "asm":
            return True
        fact = self.program.facts.by_name.get(name)
        if fact is not None:
            return fact.event in WHOLE or (fact.event in WORD and fact.argument == index)
        if not depth:
            return False
        inner = self.program.resolve(name, unit)
        return (
            inner is not None
            and index < len(inner.function.parameters)
            and self.follows(inner, index, depth - 1)
        )

    def decide(self, terminator: ir.Terminator, state: State, frame: Frame) -> None:
        """Look at what decides where control goes from a block, or is returned."""
        if isinstance(terminator, ir.Branch):
            self.read(terminator.condition, terminator.place, state, frame)
        elif isinstance(terminator, ir.Return) and terminator.value is not None:
            self.read(terminator.value, terminator.place, state, frame)

    def read(self, expression: ir.Expression, place: ir.Place, state: State, frame: Frame) -> None:
        """Look at the parts of an expression."""
        for part in parts(expression):
            if isinstance(part, ir.ContainerOf):
                self.headed(part, place, state, frame)
            elif isinstance(part, ir.Deref | ir.Member) and is_place(part):
                self.accessed(part, place, state, frame)

    def accessed(self, part: ir.Deref | ir.Member, place: ir.Place, state: State, frame: Frame) -> None:
        """A member of a descriptor, or an entry of a table, is read or written."""
        at = self.evaluator.location(part, state, frame)
        held = state.memory.get(at)
        if isinstance(held, Reference) and isinstance(at, Address) and "[]" in at.path:
            self.recorder.taken(held.object, state, frame)
        identity = at.object if isinstance(at, Slot) else at.base[1] if at.base[0] == "object" else None
        if not isinstance(identity, int) or identity not in state.objects:
            return
        if isinstance(at, Address) and self.evaluator.provenance.container_name(at) in self.marks:
            return
        shared = isinstance(at, Address) and bool(at.path) and self.descriptors.of_head(at, frame)
        what = str(at.path[-1]) if isinstance(at, Address) and at.path else "an entry"
        sites = site_keys(place, frame.definition.function.name, what)
        handed = identity in state.handed
        if shared and (handed or identity in state.called):
            self.recorder.happens(ACCESS, identity, state, frame, sites)
        elif handed and not covered(identity, state):
            self.recorder.happens(USE, identity, state, frame, sites)

    def headed(self, part: ir.ContainerOf, place: ir.Place, state: State, frame: Frame) -> None:
        """A callback goes from the rcu_head that it is given to the object: it has to be the queued one."""
        pointer = self.evaluator.evaluate(part.pointer, state, frame)
        if not isinstance(pointer, Address) or pointer.base[0] != "object" or len(pointer.path) != 1:
            return
        identity = pointer.base[1]
        if identity not in state.called or not isinstance(identity, int):
            return
        if self.descriptors.agree(pointer, part.type, part.member, frame):
            return
        what = f"container_of({part.type.name}, {part.member})"
        sites = site_keys(place, frame.definition.function.name, what)
        self.recorder.happens(MISMATCH, identity, state, frame, sites)


def pointed_to(e: ir.Expression) -> str:
    """Return the name of the variable that a pointer goes through, "" if it is no variable's."""
    while True:
        if isinstance(e, ir.Cast):
            e = e.operand
        elif isinstance(e, ir.AddressOf):
            e = ir.whole(e.operand)
            if not isinstance(e, ir.Deref):
                return ""
            e = e.pointer
        elif isinstance(e, ir.Binary) and e.operator == "+":
            e = e.left
        else:
            return e.name if isinstance(e, ir.Name) and e.scope is not ir.Scope.GLOBAL else ""


def covered(identity: int, state: State) -> bool:
    """Say whether a read-side section keeps the callback of a table away that was queued in it."""
    before = state.reading
    return before is not None and identity not in before and not state.objects[identity].freed


def read_by(instruction: ir.Instruction) -> tuple[ir.Expression, ...]:
    """Return the expressions of an instruction that are evaluated, its target included."""
    if isinstance(instruction, ir.Call):
        return (instruction.callee, *instruction.arguments)
    if isinstance(instruction, ir.Assign):
        return (instruction.value, instruction.target)
    return ()


def parts(e: ir.Expression) -> Iterator[ir.Expression]:
    """Yield the parts of an expression that are read, innermost last; an address is not read."""
    match e:
        case ir.AddressOf(operand):
            inside = ir.whole(operand)
            if isinstance(inside, ir.Deref):
                yield from parts(inside.pointer)
        case ir.Deref(pointer, _):
            yield e
            yield from parts(pointer)
        case ir.Member(base, _, _, _):
            yield e
            inside = ir.whole(base)
            if isinstance(inside, ir.Deref):
                yield from parts(inside.pointer)
        case ir.Cast(_, operand) | ir.Unary(_, operand):
            yield from parts(operand)
        case ir.Binary(_, left, right, _):
            yield from parts(left)
            yield from parts(right)
        case ir.ContainerOf(pointer, _, _):
            yield e
            yield from parts(pointer)
        case ir.Aggregate(_, fields):
            for _, inner in fields:
                yield from parts(inner)
