# SPDX-License-Identifier: GPL-2.0-or-later
"""Which members of which structures a function names.

Over-approximates: a member of a structure without a tag, and one in an initialiser, may be any of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.program.program import Definition
from ptlint.syntax import ir


def names_member(definition: Definition, tag: str, member: str) -> bool:
    """Say whether a function's text may name `member` of the structure that has this tag."""
    return any(
        name == member and found in ("", tag)
        for block in definition.function.blocks
        for e in expressions(block)
        for found, name in members(e)
    )


def fills_local(definition: Definition, member: str) -> bool:
    """Say whether a function gives a member of this name a value in a local structure of its own."""
    return any(
        fills(instruction, member)
        for block in definition.function.blocks
        for instruction in block.instructions
        if isinstance(instruction, ir.Assign)
    )


def fills(instruction: ir.Assign, member: str) -> bool:
    """As `fills_local`, for one assignment."""
    target, value = instruction.target, instruction.value
    if isinstance(value, ir.Aggregate):
        return any(
            designator.split(".")[-1] == member and not isinstance(part, ir.Constant)
            for designator, part in value.fields
        )
    if not isinstance(target, ir.Member) or target.field != member or isinstance(value, ir.Constant):
        return False
    base = ir.whole(target)
    return isinstance(base, ir.Name) and base.scope is not ir.Scope.GLOBAL


def expressions(block: ir.Block) -> Iterator[ir.Expression]:
    """Yield the outermost expressions of a block."""
    for instruction in block.instructions:
        if isinstance(instruction, ir.Assign):
            yield instruction.target
            yield instruction.value
        elif isinstance(instruction, ir.Call):
            yield instruction.callee
            yield from instruction.arguments
    if isinstance(block.terminator, ir.Branch):
        yield block.terminator.condition
    elif isinstance(block.terminator, ir.Return) and block.terminator.value is not None:
        yield block.terminator.value


def members(e: ir.Expression) -> Iterator[tuple[str, str]]:
    """Yield the members that an expression names, each with the tag of its structure or nothing."""
    for part in subexpressions(e):
        if isinstance(part, ir.Member):
            yield part.struct.removeprefix("struct ").removeprefix("union "), part.field
        elif isinstance(part, ir.Aggregate):
            yield from (("", designator.split(".")[-1]) for designator, _ in part.fields)


def subexpressions(e: ir.Expression) -> Iterator[ir.Expression]:
    """Yield an expression and all that it is made of."""
    yield e
    match e:
        case ir.Cast(_, inner) | ir.Unary(_, inner) | ir.AddressOf(inner):
            yield from subexpressions(inner)
        case ir.Deref(inner, _) | ir.ContainerOf(inner, _, _) | ir.Member(inner, _, _, _):
            yield from subexpressions(inner)
        case ir.Binary(_, left, right, _):
            yield from subexpressions(left)
            yield from subexpressions(right)
        case ir.Aggregate(_, fields):
            for _, value in fields:
                yield from subexpressions(value)
