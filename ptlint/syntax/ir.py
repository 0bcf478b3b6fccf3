# SPDX-License-Identifier: GPL-2.0-or-later
"""The intermediate form of a C function: a control-flow graph of simple instructions.

Expressions have no side effects. Calls, assignments inside expressions, `?:`, `&&`, `||`, `++` and
statement expressions have been turned into instructions, blocks and temporaries, in C's order.
Control-flow graph and three-address form as in Aho et al., Compilers, ch. 6 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ptlint.cpp.tokens import Expansion


@dataclass(frozen=True, slots=True)
class Place:
    """Where text stands: `line` and `column` are 1-based.

    `within` is the macro expansion the text came out of (None: written in the function itself); then
    path and line are those of the macro's body, and the chain of expansions says where it was used.
    """

    path: str
    line: int
    column: int
    within: Expansion | None = None


@dataclass(frozen=True, slots=True)
class Type:
    """A C type, reduced: the name ("struct ptdesc", "pmd_t", "void", "unsigned long", "" if unknown).

    `pointers` counts pointer and array levels; `function` marks a function or a pointer to one.
    Qualifiers are dropped. Typedefs keep their own name.
    """

    name: str = ""
    pointers: int = 0
    function: bool = False

    def pointee(self) -> Type:
        """Return the type behind one pointer or array level (unknown stays unknown)."""
        return Type(self.name, self.pointers - 1, self.function) if self.pointers > 0 else Type()

    def pointer(self) -> Type:
        """Return the type of a pointer to this."""
        return Type(self.name, self.pointers + 1, self.function)


class Scope(StrEnum):
    """What a name refers to."""

    LOCAL = "local"
    PARAMETER = "parameter"
    TEMPORARY = "temporary"
    GLOBAL = "global"  # a variable at file scope (also a static local: its name is "function.name")
    FUNCTION = "function"  # a function's name used as a value


@dataclass(frozen=True, slots=True)
class Name:
    name: str  # locals that shadow get a suffix: "i", "i.1"; temporaries are "%1", "%2", …
    scope: Scope
    type: Type


@dataclass(frozen=True, slots=True)
class Constant:
    """An integer; `value` is None if not known. `name` is the enumerator's or macro's name, if it had one."""

    value: int | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal."""

    text: str


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str  # - ~ !
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str  # + - * / % & | ^ << >> == != < > <= >=   (never && || ,)
    left: Expression
    right: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Cast:
    type: Type
    operand: Expression


@dataclass(frozen=True, slots=True)
class Deref:
    """`*pointer`; `type` is that of the result. An array's element is Deref(Binary("+", array, index))."""

    pointer: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Member:
    """`base.field`; `p->field` is Member(Deref(p), field). `struct` is the tag ("struct page") or ""."""

    base: Expression
    field: str
    struct: str
    type: Type


@dataclass(frozen=True, slots=True)
class AddressOf:
    operand: Expression


@dataclass(frozen=True, slots=True)
class ContainerOf:
    """`container_of(pointer, struct, member)` and list_entry and the like: the enclosing object's address."""

    pointer: Expression
    type: Type  # of the result: a pointer
    member: str  # "pt_rcu_head", or a path "a.b"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A brace initialiser or compound literal: (designator or "" for positional, value) in order."""

    type: Type
    fields: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value the lowering does not follow; `why` in a few words."""

    why: str


Expression = (
    Name
    | Constant
    | Text
    | Unary
    | Binary
    | Cast
    | Deref
    | Member
    | AddressOf
    | ContainerOf
    | Aggregate
    | Opaque
)


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; the target is Name, Deref or Member."""

    target: Expression
    value: Expression
    place: Place


@dataclass(frozen=True, slots=True)
class Declare:
    """A local comes into scope without a value (its content is indeterminate)."""

    target: Name
    place: Place


@dataclass(frozen=True, slots=True)
class Call:
    """`result = callee(arguments)`.

    `callee` is Name(scope=FUNCTION) for a direct call, else the pointer's expression. Macros that were kept
    unexpanded are calls of their name. An inline assembler statement is a call of the name "asm" whose
    arguments are its operands in order (inputs, then outputs as AddressOf). One whose outcome depends on its
    text and operands alone is a call of `ASSEMBLED` with these, and with the number of the label for a jump:
    assembler that is not volatile and reads no memory ("Volatile" in GCC's manual), or a jump that is
    patched in for constant operands (a static branch). A lock held by `guard(...)` or
    `scoped_guard(...)` appears as the calls of its constructor and, at scope end, destructor.
    """

    result: Name | None
    callee: Expression
    arguments: tuple[Expression, ...]
    place: Place


ASSEMBLED = "asm value"

Instruction = Assign | Declare | Call


@dataclass(frozen=True, slots=True)
class Jump:
    target: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Goes to `then` if the condition is not zero, else to `other`."""

    condition: Expression
    then: int
    other: int
    place: Place


@dataclass(frozen=True, slots=True)
class Return:
    value: Expression | None
    place: Place


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Control does not go on (after __builtin_unreachable or a noreturn call)."""


Terminator = Jump | Branch | Return | Unreachable


@dataclass(frozen=True, slots=True)
class Block:
    instructions: tuple[Instruction, ...]
    terminator: Terminator


@dataclass(frozen=True, slots=True)
class Lost:
    """Text of a function that was not understood: where, and why."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A call by a name that nothing in view declares, or with a number of arguments that it does not take.

    Calls that can never be reached count: a compiler reads them, too. `declared` tells the two apart. A macro
    that was left as it is, for it was kept or given too few or too many arguments, counts as not declared.
    """

    callee: str
    place: Place
    arguments: int
    declared: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function under one view. Block 0 is the entry. `lost` says what was not understood."""

    name: str
    path: str
    line: int
    last_line: int
    parameters: tuple[Name, ...]
    result: Type
    static: bool
    inline: bool
    weak: bool
    blocks: tuple[Block, ...]
    lost: tuple[Lost, ...]
    unmatched: tuple[Unmatched, ...] = ()


def instructions_of(function: Function) -> Iterator[Instruction]:
    """Yield the instructions of a function, block by block."""
    for block in function.blocks:
        yield from block.instructions


def targets(block: Block) -> tuple[int, ...]:
    """Return the blocks that may follow one."""
    match block.terminator:
        case Jump(target=target):
            return (target,)
        case Branch(then=then, other=other):
            return (then, other)
    return ()


def calls_of(function: Function) -> Iterator[Call]:
    """Yield the calls that a function makes."""
    return (one for one in instructions_of(function) if isinstance(one, Call))


def called_by(function: Function) -> frozenset[str]:
    """Return the names that a function calls, those of kept macros among them."""
    return frozenset(one.callee.name for one in calls_of(function) if isinstance(one.callee, Name))


def plain_names(e: Expression) -> tuple[Name, ...] | None:
    """Return the names in an expression of constants, casts and operators, None for any other."""
    match e:
        case Constant() | Text():
            return ()
        case Name():
            return (e,)
        case Cast(operand=operand) | Unary(operand=operand):
            return plain_names(operand)
        case Binary(left=left, right=right):
            first, second = plain_names(left), plain_names(right)
            return None if first is None or second is None else (*first, *second)
    return None


def uncast(e: Expression) -> Expression:
    """Return an expression without the casts around it."""
    while isinstance(e, Cast):
        e = e.operand
    return e


def whole(e: Expression) -> Expression:
    """Return the storage that a member, or a member of one, is part of; anything else as it is."""
    while isinstance(e, Member):
        e = e.base
    return e
