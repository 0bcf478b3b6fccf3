# SPDX-License-Identifier: GPL-2.0-or-later
"""Which functions a call may reach.

A call through a pointer goes to the function that the pointer is known to hold, else to all that the program
assigns to the member or the variable that it was read from: as sound as `ptlint.program.pointers`. One of the
latter kind that is handed no table is left unresolved, unless inline assembler makes it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ptlint.lifetime.callsite import handed_over
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.objects import Origin, State
from ptlint.lifetime.values import Base, Code, Symbol, Value
from ptlint.program.pointers import Named
from ptlint.program.program import Program
from ptlint.syntax import ir

Callee = tuple[str, str, list[Value]]  # a name, the unit that names it, the arguments that it gets


@dataclass(frozen=True, slots=True)
class Holder:
    """The member or the variable that a pointer to a function was read from; no name if neither is known."""

    name: str = ""
    variable: bool = False


class Callees:
    """Resolves calls; `*member`, `*variable` and `asm` stand for what cannot be resolved."""

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
        holder = self.holder(value, callee)
        found: Sequence[Named] = ()
        if holder.name and carries(arguments, state):
            held = self.program.held(holder.name, unit) if holder.variable else None
            found = self.program.targets(holder.name) if held is None else held
        if found:
            return [(name, where, arguments) for name, where in found]
        return [("*" + holder.name, unit, arguments)]

    def holder(self, value: Value, callee: ir.Expression) -> Holder:
        """Return what a pointer was read from."""
        if isinstance(value, Symbol):
            expression = self.evaluator.interner.expression(value.key)
            if isinstance(expression, tuple) and expression[0] == "load":
                return origin(expression[1], expression[2])
        inner = callee.pointer if isinstance(callee, ir.Deref) else callee
        return Holder(inner.field) if isinstance(inner, ir.Member) else Holder()

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


def origin(base: Base, path: Sequence[Hashable]) -> Holder:
    """Return the member, or the variable, that a storage is, or is an element of."""
    members = [str(part) for part in path if part not in ("*", "[]")]
    if members:
        return Holder(members[-1])
    return Holder(str(base[1]), variable=True) if base[0] == "global" else Holder()


def carries(arguments: Sequence[Value], state: State) -> bool:
    """Say whether an argument hands over a table, what stands in an entry, or what holds a table."""
    passed, _ = handed_over(arguments, state)
    known = [state.objects[i] for i in passed if i in state.objects]
    return any(one.table or one.origin is Origin.ENTRY for one in known)
