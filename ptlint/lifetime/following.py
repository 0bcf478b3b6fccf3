# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a function follows a pointer that it is handed: reads or writes what that points to.

Of locals only those that are given the pointer once and for all are followed, and no calls through pointers
(an under-approximation).
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

WHOLE = ("copy", "fill")  # events of primitives that read or write all that they are pointed to
WORD = (
    "count",
    "flag-set",
    "flag-clear",
    "flag-test",
    "mark-set",
    "mark-clear",
    "mark-test",
    "mark-take",
)  # and of those that read or write a word there
DEEPEST = 3  # calls that a pointer is followed through


class Following:
    """Tells by the bodies of functions, and of what they call."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def follows_named(self, name: str, index: int, unit: str) -> bool:
        """Say whether a function, as a unit names it, reads or writes what its parameter points to."""
        definition = self.program.resolve(name, unit)
        known = definition is not None and index < len(definition.function.parameters)
        return known and definition is not None and self.follows(definition, index)

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
        case ir.Cast(_, operand):
            yield e
            yield from parts(operand)
        case ir.Unary(_, operand):
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
