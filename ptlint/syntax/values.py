# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that were lowered: an expression with its C type, and what can be told of it."""

from typing import Final, NamedTuple

from ptlint.syntax.constants import CHAR, INT, UNKNOWN, compare
from ptlint.syntax.ir import (
    AddressOf,
    Aggregate,
    Binary,
    Cast,
    Constant,
    ContainerOf,
    Deref,
    Expression,
    Member,
    Name,
    Text,
    Type,
    Unary,
)
from ptlint.syntax.records import Struct

ZERO: Final = Constant(0)
ONE: Final = Constant(1)


class Value(NamedTuple):
    expression: Expression
    type: Type


def truth(expression: Expression) -> bool | None:
    """Return whether an expression is known not to be zero."""
    while isinstance(expression, Cast) and (
        expression.type.pointers or expression.type.name.endswith("long")
    ):
        expression = expression.operand
    if isinstance(expression, Constant):
        return None if expression.value is None else expression.value != 0
    if isinstance(expression, Text):
        return True
    return None


def type_of(expression: Expression) -> Type:
    """Return the type that an expression carries, or can be told to have."""
    if isinstance(expression, (Name, Binary, Cast, Deref, Member, ContainerOf, Aggregate)):
        return expression.type
    if isinstance(expression, AddressOf):
        return type_of(expression.operand).pointer()
    if isinstance(expression, Text):
        return CHAR.pointer()
    if isinstance(expression, Constant):
        return INT
    if isinstance(expression, Unary):
        return INT if expression.operator == "!" else type_of(expression.operand)
    return UNKNOWN


def folded_pointers(operator: str, left: Expression, right: Expression) -> int | None:
    """Compare two constants of which one is a pointer."""
    values = []
    for expression in (left, right):
        while isinstance(expression, Cast):
            expression = expression.operand
        if not isinstance(expression, Constant) or expression.value is None:
            return None
        values.append(expression.value)
    return compare(operator, values[0], values[1]) if operator in ("==", "!=") else None


def is_null(expression: Expression) -> bool:
    while isinstance(expression, Cast):
        expression = expression.operand
    return isinstance(expression, Constant) and expression.value == 0


def element_count(value: Expression) -> int | None:
    """Return how long an array is that is declared without a length and initialised with *value*."""
    if isinstance(value, Text):
        return None if "\\" in value.text else len(value.text) + 1
    if not isinstance(value, Aggregate):
        return None
    count = position = 0
    for designator, _ in value.fields:
        if designator:
            last = designator[1:].partition("]")[0].rpartition(" ")[2]
            if not last.isdigit():
                return None
            position = int(last)
        position += 1
        count = max(count, position)
    return count


def initialised(aggregate: Aggregate, struct: Struct, name: str) -> Expression | None:
    """Return the value that an aggregate gives to the member *name*, None if it takes thought."""
    for position, (designator, value) in enumerate(aggregate.fields):
        if designator:
            return value if designator == name else None
        if position < len(struct.fields) and struct.fields[position].name == name:
            return None if isinstance(value, Aggregate) else value
    return None
