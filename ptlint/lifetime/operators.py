# SPDX-License-Identifier: GPL-2.0-or-later
"""What C's operators make of abstract values: constants are folded, the rest becomes an interned expression.

Over-approximation: a number computed from an object's address is taken for a reference to the object, and an
element of an array for any.
"""

from __future__ import annotations

from collections.abc import Sequence

from ptlint.lifetime.objects import State
from ptlint.lifetime.truths import Truths
from ptlint.lifetime.values import Address, Int, Interner, Reference, Symbol, Value
from ptlint.syntax import ir


class Operators:
    """Applies operators to values that are evaluated already."""

    def __init__(self, interner: Interner, truths: Truths) -> None:
        self.interner = interner
        self.truths = truths

    def binary(self, operator: str, type_: ir.Type, left: Value, right: Value, state: State) -> Value:
        """Return `left operator right`, an expression of type `type_`."""
        if operator in ("==", "!="):
            truth = self.truths.equal(left, right, state)
            if truth is not None:
                return Int(int(truth == (operator == "==")))
            key = self.truths.equality_key(left, right)
            return Symbol(key if operator == "==" else self.interner.key(("not", key), (key,)))
        if isinstance(left, Int) and isinstance(right, Int):
            folded = fold(operator, left.value, right.value)
            if folded is not None:
                return Int(folded)
        if operator in ("<", ">", "<=", ">="):
            return self.order(operator, left, right, state)
        if isinstance(left, Reference) or isinstance(right, Reference):
            return self.with_reference(operator, left, right)
        if isinstance(left, Address) and operator in ("+", "-"):
            if right == Int(0):
                return left
            return Address(left.base, (*left.path, "[]")) if not left.path or left.path[-1] != "[]" else left
        if isinstance(left, Symbol) and operator in ("+", "-") and type_.pointers:
            stored = self.interner.expression(left.key)
            if isinstance(stored, tuple) and stored[0] == "load":
                return Address(stored[1], (*stored[2], "*", "[]"))
            if type_.pointers > 1:
                return Address(("symbol", left.key), ("[]",))
        keys = (self.interner.number(left), self.interner.number(right))
        if isinstance(left, Symbol) and right == Int(0) and operator in ("+", "-", "|", ">>", "<<"):
            return left
        return Symbol(self.interner.key((operator, *keys), keys))

    def order(self, operator: str, left: Value, right: Value, state: State) -> Value:
        """Return `left operator right` of integers: `a < b`, or that this is not so."""
        if operator in (">", "<="):
            left, right = right, left
        positive = operator in ("<", ">")
        truth = self.truths.below(left, right, state)
        if truth is not None:
            return Int(int(truth == positive))
        key = self.truths.order_key(left, right)
        return Symbol(key if positive else self.interner.key(("not", key), (key,)))

    def with_reference(self, operator: str, left: Value, right: Value) -> Value:
        """Return what arithmetic makes of an object's address: the object still; a difference is a number."""
        one, two = (left, right) if isinstance(left, Reference) else (right, left)
        assert isinstance(one, Reference)
        if isinstance(two, Reference) and operator == "-":
            keys = (self.interner.number(left), self.interner.number(right))
            return Symbol(self.interner.key(("-", *keys), keys))
        if two == Int(0) and operator in ("+", "-", "|", ">>", "<<"):
            return one
        if two == Int(0) and operator == "&":
            return Int(0)
        offset = one.offset
        other = self.interner.number(two)
        return Reference(one.object, self.interner.key((operator, offset, other), (offset, other)))

    def unary(self, operator: str, value: Value, state: State) -> Value:
        """Return `operator value`."""
        if isinstance(value, Int):
            return Int(
                {"-": -value.value, "~": ~value.value, "!": int(not value.value)}.get(operator, value.value)
            )
        if operator == "!":
            sure = self.truths.sure(value, state)
            if sure is not None:
                return Int(int(not sure))
            key, positive = self.truths.truth_key(value)
            return Symbol(self.interner.key(("not" if positive else "is", key), (key,)))
        if isinstance(value, Reference):
            return value
        key = self.interner.number(value)
        return Symbol(self.interner.key((operator, key), (key,)))

    def aggregate(self, values: Sequence[Value]) -> Value:
        """Return a structure held as one value: the object that it refers to, or what its only member is."""
        for value in values:
            if isinstance(value, Reference):
                return value
        if len(values) == 1:
            return values[0]
        if all(isinstance(v, Int) and v.value == 0 for v in values):
            return Int(0)
        keys = tuple(self.interner.number(v) for v in values)
        return Symbol(self.interner.key(("aggregate", *keys), keys))


def fold(operator: str, a: int, b: int) -> int | None:
    """Return the value of a constant operation, or None if it has none."""
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return int(a / b) if b else None
        case "%":
            return a % b if b > 0 and a >= 0 else None
        case "&":
            return a & b
        case "|":
            return a | b
        case "^":
            return a ^ b
        case "<<":
            return a << b if 0 <= b < 128 else None
        case ">>":
            return a >> b if 0 <= b < 128 else None
        case "<":
            return int(a < b)
        case ">":
            return int(a > b)
        case "<=":
            return int(a <= b)
        case ">=":
            return int(a >= b)
    return None


def number(e: ir.Expression) -> int | None:
    """Return the number that an expression is, None if it reads anything."""
    match e:
        case ir.Constant(value):
            return value
        case ir.Cast(ir.Type(_, 0, False), operand):
            return number(operand)
        case ir.Unary(operator, operand):
            given = number(operand)
            if given is not None:
                return {"-": -given, "~": ~given, "!": int(not given)}.get(operator)
        case ir.Binary(operator, left, right):
            one, two = number(left), number(right)
            if one is not None and two is not None:
                return fold(operator, one, two)
    return None
