# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints the intermediate form for people: for debugging and for tests."""

import sys
from collections.abc import Sequence
from pathlib import Path

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.source.tree import DiskTree
from ptlint.syntax.ir import (
    AddressOf,
    Aggregate,
    Assign,
    Binary,
    Branch,
    Call,
    Cast,
    Constant,
    ContainerOf,
    Declare,
    Deref,
    Expression,
    Function,
    Instruction,
    Jump,
    Member,
    Name,
    Return,
    Terminator,
    Text,
    Type,
    Unary,
)
from ptlint.syntax.unit import UnitSyntax


def type_text(kind: Type) -> str:
    """Return a type in one line: "struct page **", "void (*)()", "?" if it is not known."""
    text = kind.name or "?"
    if kind.pointers > 0:
        text += " " + "*" * kind.pointers
    return f"{text} (*)()" if kind.function else text


def expression_text(expression: Expression) -> str:
    """Return an expression in C's notation, fully parenthesised below the top."""
    show = expression_text
    match expression:
        case Name(name=name):
            return name
        case Constant(value=value, name=name):
            if value is None:
                return f"{name}=?" if name else "?"
            return f"{name}={value}" if name else str(value)
        case Text(text=text):
            return f'"{text}"'
        case Unary(operator=operator, operand=operand):
            return f"{operator}{_inner(operand)}"
        case Binary(operator=operator, left=left, right=right):
            return f"{_inner(left)} {operator} {_inner(right)}"
        case Cast(type=kind, operand=operand):
            return f"({type_text(kind)}){_inner(operand)}"
        case Deref(pointer=pointer):
            return f"*{_inner(pointer)}"
        case Member(base=Deref(pointer=pointer), field=field):
            return f"{_inner(pointer)}->{field}"
        case Member(base=base, field=field):
            return f"{_inner(base)}.{field}"
        case AddressOf(operand=operand):
            return f"&{_inner(operand)}"
        case ContainerOf(pointer=pointer, type=kind, member=member):
            return f"container_of({show(pointer)}, {type_text(kind.pointee())}, {member})"
        case Aggregate(type=kind, fields=fields):
            parts = ", ".join(
                (name if name.startswith("[") or not name else "." + name)
                + (" = " if name else "")
                + show(value)
                for name, value in fields
            )
            return f"({type_text(kind)}){{{parts}}}"
        case _:
            return f"<{expression.why}>"


def _inner(expression: Expression) -> str:
    text = expression_text(expression)
    return f"({text})" if isinstance(expression, (Binary, Cast, Deref)) else text


def instruction_text(instruction: Instruction) -> str:
    match instruction:
        case Assign(target=target, value=value):
            return f"{expression_text(target)} = {expression_text(value)}"
        case Declare(target=target):
            return f"declare {type_text(target.type)} {target.name}"
        case Call(result=result, callee=callee, arguments=arguments):
            text = ", ".join(expression_text(argument) for argument in arguments)
            head = f"{result.name} = " if result is not None else ""
            return f"{head}{_inner(callee)}({text})"


def terminator_text(end: Terminator) -> str:
    match end:
        case Jump(target=target):
            return f"goto {target}"
        case Branch(condition=condition, then=then, other=other):
            return f"if {expression_text(condition)} goto {then} else {other}"
        case Return(value=value):
            return "return" if value is None else f"return {expression_text(value)}"
        case _:
            return "unreachable"


def function_text(function: Function) -> str:
    """Return a whole function, one line per instruction."""
    parameters = ", ".join(f"{type_text(name.type)} {name.name}" for name in function.parameters)
    words = "".join(
        word
        for word, holds in (
            ("static ", function.static),
            ("inline ", function.inline),
            ("weak ", function.weak),
        )
        if holds
    )
    lines = [f"{words}{type_text(function.result)} {function.name}({parameters})"]
    for number, block in enumerate(function.blocks):
        lines.append(f"{number}:")
        lines.extend(f"    {instruction_text(instruction)}" for instruction in block.instructions)
        lines.append(f"    {terminator_text(block.terminator)}")
    lines.extend(f"lost {entry.place.path}:{entry.place.line}: {entry.why}" for entry in function.lost)
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print a function of a kernel tree: TREE UNIT FUNCTION [ARCH], under the architecture's defconfig."""
    if len(arguments) not in (3, 4):
        sys.stderr.write("usage: python -m ptlint.syntax.printer TREE UNIT FUNCTION [ARCH]\n")
        return 2
    root, path, name, *rest = arguments
    toolchain = toolchain_named("gcc-12")
    tree = DiskTree(Path(root))
    configuration = Model.load(tree, arch_named(rest[0] if rest else "x86_64"), toolchain).defconfig()
    preprocessor = Preprocessor(tree, configuration, toolchain)
    found = UnitSyntax(preprocessor.unit(path), preprocessor).function(name)
    sys.stdout.write(function_text(found) if found is not None else f"{path}: no function {name}\n")
    return 0 if found is not None else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
