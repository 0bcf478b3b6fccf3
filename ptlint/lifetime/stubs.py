# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions about an entry that a configuration always answers alike: it has no huge ones of a level, say.

What is compiled in other configurations hangs on the conditions that `ptlint.program.conditions` finds for
names that are a constant in some of them, so a branch that is dead here is looked at where it is not. Other
stubs are not believed: that a lock needs no memory, say, is decided by the size of a structure.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from ptlint.lifetime.operators import number
from ptlint.lifetime.tables import TableTypes
from ptlint.program.program import Definition
from ptlint.syntax import ir

TRUTHS = ("bool", "_Bool")
DEEPEST = 3  # functions that ask one another
Resolve = Callable[[str, str], Definition | None]


class Stubs:
    """Tells the answers of functions that are handed an entry, or a number, by their bodies.

    `checks` are the primitives without an event, `resolve` finds what a unit means by a name.
    """

    def __init__(self, types: TableTypes, checks: Container[str], resolve: Resolve) -> None:
        self._types = types
        self._checks = checks
        self._resolve = resolve
        self._known: dict[ir.Function, int | None] = {}
        self._features: dict[tuple[ir.Function, str, tuple[int, ...]], int | None] = {}

    def answer(self, function: ir.Function) -> int | None:
        """Return 1 or 0 if a function always says yes or no, without doing anything; None for any other."""
        if function not in self._known:
            asks = any(self._types.is_entry(parameter.type) for parameter in function.parameters)
            self._known[function] = _given(function) if asks else None
        return self._known[function]

    def feature(self, definition: Definition, numbers: tuple[int, ...], depth: int = DEEPEST) -> int | None:
        """Return 1 or 0 if a function of one number, or of none, says so whatever else there is."""
        key = (definition.function, definition.unit, numbers)
        if key not in self._features:
            self._features[key] = None
            self._features[key] = self._told(definition, numbers, depth)
        return self._features[key]

    def _told(self, definition: Definition, numbers: tuple[int, ...], depth: int) -> int | None:
        """Follow the branches that numbers decide; a check on the way is no matter, anything else ends it."""
        function, at = definition.function, 0
        if function.result.name not in TRUTHS or function.result.pointers or not depth:
            return None
        if len(function.parameters) != len(numbers):
            return None
        if not numbers and not any(block.instructions for block in function.blocks):
            return None  # a stub
        known = dict(zip((p.name for p in function.parameters), numbers, strict=True))
        for _ in function.blocks:
            block = function.blocks[at]
            for instruction in block.instructions:
                if not _harmless(instruction, self._checks) and not self._asks(
                    instruction, definition, known, depth
                ):
                    return None
            match block.terminator:
                case ir.Jump(target):
                    at = target
                case ir.Branch(condition, then, other):
                    decided = number(with_numbers(condition, known))
                    if decided is None:
                        return None
                    at = then if decided else other
                case ir.Return(value) if value is not None:
                    given = number(with_numbers(value, known))
                    return None if given is None else int(given != 0)
                case _:
                    return None
        return None

    def _asks(
        self, instruction: ir.Instruction, definition: Definition, known: dict[str, int], depth: int
    ) -> bool:
        """Take down what another function of this kind says; say whether an instruction asks such a one."""
        if (
            not isinstance(instruction, ir.Call)
            or not isinstance(instruction.callee, ir.Name)
            or instruction.result is None
            or instruction.result.scope is not ir.Scope.TEMPORARY
            or len(instruction.arguments) > 1
        ):
            return False
        numbers = [number(with_numbers(argument, known)) for argument in instruction.arguments]
        asked = self._resolve(instruction.callee.name, definition.unit)
        if asked is None:
            return False
        answer = self.feature(asked, tuple(one for one in numbers if one is not None), depth - 1)
        if answer is not None:
            known[instruction.result.name] = answer
        return answer is not None


def _harmless(instruction: ir.Instruction, checks: Container[str]) -> bool:
    """Say whether an instruction does nothing but to check, or to count the bits of something for a check."""
    if isinstance(instruction, ir.Declare):
        return True
    if not isinstance(instruction, ir.Call) or not isinstance(instruction.callee, ir.Name):
        return False
    named, result = instruction.callee.name, instruction.result
    counts = named.startswith("__builtin_") and result is not None and result.scope is ir.Scope.TEMPORARY
    return counts or named in checks


def with_numbers(e: ir.Expression, known: Mapping[str, int]) -> ir.Expression:
    """Return an expression with what is known of parameters and results in their place."""
    match e:
        case ir.Name(named, ir.Scope.PARAMETER | ir.Scope.TEMPORARY, _) if named in known:
            return ir.Constant(known[named])
        case ir.Cast(type_, operand):
            return ir.Cast(type_, with_numbers(operand, known))
        case ir.Unary(operator, operand):
            return ir.Unary(operator, with_numbers(operand, known))
        case ir.Binary(operator, left, right, type_):
            return ir.Binary(operator, with_numbers(left, known), with_numbers(right, known), type_)
    return e


def _given(function: ir.Function) -> int | None:
    if function.result.pointers or not function.blocks:
        return None
    block, passed = function.blocks[0], 1
    while isinstance(block.terminator, ir.Jump) and passed <= len(function.blocks):
        if block.instructions:
            return None
        block, passed = function.blocks[block.terminator.target], passed + 1
    end = block.terminator
    if block.instructions or not isinstance(end, ir.Return) or end.value is None:
        return None
    given = number(end.value)
    if given is not None and function.result.name in TRUTHS:
        return int(given != 0)
    return given if given in (0, 1) else None
