# SPDX-License-Identifier: GPL-2.0-or-later
"""Which members of which structures a function names.

Over-approximates: a member of a structure without a tag, and one in an initialiser, may be any of that name.
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.program.program import Definition
from ptlint.syntax import ir
from ptlint.syntax.parts import expressions, subexpressions


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


def members(e: ir.Expression) -> Iterator[tuple[str, str]]:
    """Yield the members that an expression names, each with the tag of its structure or nothing."""
    for part in subexpressions(e):
        if isinstance(part, ir.Member):
            yield part.struct.removeprefix("struct ").removeprefix("union "), part.field
        elif isinstance(part, ir.Aggregate):
            yield from (("", designator.split(".")[-1]) for designator, _ in part.fields)
