# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions a call may reach.

A call through a pointer goes to the function that the pointer is known to hold, else to all that the program
assigns to that member: as sound as `Program.targets`. One of the latter kind that is handed no table is left
unresolved, unless inline assembler makes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ptlint.lifetime.callsite import handed_over
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.objects import State
from ptlint.lifetime.values import Code, Value
from ptlint.program.program import Program
from ptlint.syntax import ir

Callee = tuple[str, str, list[Value]]  # a name, the unit that names it, the arguments that it gets


class Callees:
    """Resolves calls; `*member` and `asm` stand for what cannot be resolved."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self.program = program
        self.evaluator = evaluator

    def of(self, instruction: ir.Call, arguments: list[Value], state: State, frame: Frame) -> list[Callee]:
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
        found = self.program.targets(field) if field and carries(arguments, state) else ()
        if found:
            return [(name, where, arguments) for name, where in found]
        return [(f"*{field}", unit, arguments)]

    def hidden_call(self, instruction: ir.Call, arguments: list[Value], unit: str) -> list[Callee]:
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
                    return [(name, where, self.program.taken(name, where, rest)) for name, where in found]
        return [("asm", unit, arguments)]


def carries(arguments: Sequence[Value], state: State) -> bool:
    """Say whether any argument hands over a table or something that holds one."""
    passed, _ = handed_over(arguments, state)
    return any(state.objects[i].table for i in passed if i in state.objects)
