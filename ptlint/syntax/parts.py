# SPDX-License-Identifier: GPL-2.0-or-later
"""The expressions of a lowered function, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.syntax.ir import (
    AddressOf,
    Aggregate,
    Assign,
    Binary,
    Block,
    Branch,
    Call,
    Cast,
    ContainerOf,
    Deref,
    Expression,
    Function,
    Member,
    Name,
    Return,
    Scope,
    Unary,
)


def expressions(block: Block) -> Iterator[Expression]:
    """Yield the outermost expressions of a block."""
    for instruction in block.instructions:
        if isinstance(instruction, Assign):
            yield instruction.target
            yield instruction.value
        elif isinstance(instruction, Call):
            yield instruction.callee
            yield from instruction.arguments
    if isinstance(block.terminator, Branch):
        yield block.terminator.condition
    elif isinstance(block.terminator, Return) and block.terminator.value is not None:
        yield block.terminator.value


def subexpressions(e: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is made of."""
    yield e
    match e:
        case Cast(_, inner) | Unary(_, inner) | AddressOf(inner):
            yield from subexpressions(inner)
        case Deref(inner, _) | ContainerOf(inner, _, _) | Member(inner, _, _, _):
            yield from subexpressions(inner)
        case Binary(_, left, right, _):
            yield from subexpressions(left)
            yield from subexpressions(right)
        case Aggregate(_, fields):
            for _, value in fields:
                yield from subexpressions(value)


def names_function(function: Function, name: str) -> bool:
    """Say whether a function calls another one, or does anything with its address."""
    return any(
        isinstance(part, Name) and part.scope is Scope.FUNCTION and part.name == name
        for block in function.blocks
        for e in expressions(block)
        for part in subexpressions(e)
    )
