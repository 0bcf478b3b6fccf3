# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions to abstract values: which location they name, what they evaluate to, whether they hold."""

from __future__ import annotations

from collections.abc import Sequence

from ptlint.lifetime.bits import IN_PAGE, Clear, Flags, low_bits
from ptlint.lifetime.discovery import Discovery
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.memory import Memory
from ptlint.lifetime.objects import Origin, State
from ptlint.lifetime.operators import Operators
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.truths import Truths
from ptlint.lifetime.values import (
    Address,
    Code,
    Int,
    Interner,
    Location,
    Reference,
    Slot,
    Symbol,
    Value,
    Whole,
    pointer_to,
)
from ptlint.syntax import ir

ORDER = "order"  # of a table: how many pages it was allocated as
MOST_FLAGS = 5  # adjacent bits that may be flags of an entry; more are part of an address
TAG = 0x3F  # low bits of pointers that are used to tell tables apart


def is_flags(mask: int) -> bool:
    """Say whether a mask can only be one of flags in an entry: it takes no part of an address."""
    for _ in range(MOST_FLAGS):
        mask &= mask >> 1
    return not mask


class Evaluator:
    """Evaluates without side effects, but for what it is asked about.

    Unknown storage gets a name when it is first read; a table is noted whose pointer is asked for low bits.
    """

    def __init__(
        self,
        interner: Interner,
        memory: Memory,
        discovery: Discovery,
        provenance: Provenance,
        clear: Clear,
    ) -> None:
        self.interner = interner
        self.memory = memory
        self.discovery = discovery
        self.provenance = provenance
        self.truths = Truths(interner)
        self.operators = Operators(interner, self.truths)
        self.flags = Flags(interner, clear)

    def evaluate(self, e: ir.Expression, state: State, frame: Frame) -> Value:
        """Return the value of an expression, read in the activation `frame`."""
        match e:
            case ir.Constant(number, name):
                if number is not None:
                    return Int(number)
                return Symbol(self.interner.key(("constant", name)))
            case ir.Name():
                return self.name(e, state, frame)
            case ir.Cast(type_, operand):
                return self.discovery.coerce(self.evaluate(operand, state, frame), type_, state)
            case ir.Binary(operator, one, two, type_):
                left, right = self.evaluate(one, state, frame), self.evaluate(two, state, frame)
                if operator == "&" and isinstance(left, Reference) and isinstance(right, Int):
                    bits = self.tag(left, right.value, state, points(one))
                    if bits is not None:
                        return Int(bits)
                if operator in ("+", "-") and self.another_page(type_, left, two, right):
                    keys = (self.interner.number(left), self.interner.number(right))
                    return Symbol(self.interner.key(("page", operator, *keys), keys))
                return self.operators.binary(operator, type_, left, right, state)
            case ir.Unary(operator, operand):
                return self.operators.unary(operator, self.evaluate(operand, state, frame), state)
            case ir.Deref() | ir.Member():
                if isinstance(e, ir.Member) and not is_place(e.base):
                    return self.memory.member_of_value(self.evaluate(e.base, state, frame), e.field)
                return self.content(e, e.type, state, frame)
            case ir.AddressOf(operand):
                if isinstance(operand, ir.Name) and operand.scope is ir.Scope.FUNCTION:
                    return Code(operand.name, frame.definition.unit)
                if not is_place(operand):
                    return Symbol(self.interner.key(("address", str(operand))))
                return pointer_to(self.location(operand, state, frame), self.interner)
            case ir.ContainerOf(pointer, type_, member):
                return self.memory.container(self.evaluate(pointer, state, frame), type_, member, state)
            case ir.Aggregate(type_, fields):
                return self.aggregate(type_, fields, state, frame)
            case ir.Text(text):
                return Symbol(self.interner.key(("text", text)))
            case ir.Opaque(why):
                return Symbol(self.interner.key(("opaque", why)))
        raise TypeError(e)

    def another_page(self, type_: ir.Type, left: Value, step: ir.Expression, by: Value) -> bool:
        """Say whether a pointer to a page's descriptor is stepped: to that of the page beside it."""
        descriptor = type_.pointers == 1 and type_.name in self.memory.types.descriptors
        return descriptor and isinstance(left, Reference) and by != Int(0) and not is_address(step)

    def tag(self, pointer: Reference, mask: int, state: State, typed: bool) -> int | None:
        """Return which low bits are set in an address; if that is not known, note that they are asked for.

        An entry that holds the bare address of a static table is empty: it has no flags, wherever an
        architecture keeps them. One that the path has made of a table that it has allocated has those that
        were put there. Of others only values that are pointers by their type count: an entry has flags.
        """
        known = state.objects.get(pointer.object)
        if known is not None and known.origin is Origin.GLOBAL and not pointer.offset:
            return 0 if 0 <= mask <= IN_PAGE or is_flags(mask) else None
        if not typed and known is not None and known.origin is Origin.ALLOCATION and pointer.offset:
            return self.flags.of(pointer.offset, mask) if mask > 0 else None
        if not typed or not 0 < mask <= TAG:
            return None
        found = state.as_found(pointer.object)
        bits = None if found else low_bits(pointer.offset, mask, self.interner)
        if bits is None:
            state.change(pointer.object, sorted_out=True)
        return bits

    def name(self, e: ir.Name, state: State, frame: Frame) -> Value:
        """Return a function's address, or what stands in a variable."""
        if e.scope is ir.Scope.FUNCTION:
            return Code(e.name, frame.definition.unit)
        return self.content(e, e.type, state, frame)

    def content(self, e: ir.Expression, type_: ir.Type, state: State, frame: Frame) -> Value:
        """Return what stands in a place."""
        at = self.location(e, state, frame)
        whole = self.memory.whole(at, type_, state)
        return self.memory.load(at, type_, state) if whole is None else whole

    def aggregate(
        self, type_: ir.Type, fields: Sequence[tuple[str, ir.Expression]], state: State, frame: Frame
    ) -> Value:
        """Return a structure that is made where it is used."""
        values = [self.evaluate(value, state, frame) for _, value in fields]
        names = [tuple(designator.strip(".").split(".")) for designator, _ in fields]
        if (
            self.memory.types.is_structure(type_)
            and all(designator for designator, _ in fields)
            and any(isinstance(value, Reference) for value in values)
        ):
            parts = zip(names, values, strict=True)
            return Whole(tuple((name, value) for name, value in parts if not isinstance(value, Whole)))
        return self.operators.aggregate(values)

    def location(self, e: ir.Expression, state: State, frame: Frame) -> Location:
        """Return where a Name, Deref or Member stands."""
        match e:
            case ir.Name(name, scope, _):
                if scope is ir.Scope.GLOBAL:
                    return Address(("global", name), ())
                return Address(("local", frame.number, name), ())
            case ir.Deref(pointer, type_):
                return self.memory.target(self.evaluate(pointer, state, frame), type_, state)
            case ir.Member(base, name, tag, type_):
                inside = self.location(base, state, frame)
                if isinstance(inside, Slot):
                    return inside
                at = Address(inside.base, (*inside.path, name))
                self.provenance.note_tag(at, tag)
                if type_.pointers and type_.name == "void":
                    self.provenance.untyped.add(at)
                return at
        return Address(("symbol", self.interner.number(self.evaluate(e, state, frame))), ())

    def condition(self, e: ir.Expression, state: State, frame: Frame) -> tuple[bool | None, int, bool]:
        """Return the truth of a condition if it is known, else its number and polarity."""
        decided = self.truths.decide(self.evaluate(e, state, frame), state)
        if decided[0] is None:
            self.sort_out(decided[1], state)
        return decided

    def sort_out(self, key: int, state: State) -> None:
        """Note the tables that a condition tells apart by how large they are."""
        expression = self.interner.expression(key)
        if not isinstance(expression, tuple):
            return
        if expression[0] == ORDER and expression[1] in state.objects:
            state.change(expression[1], sorted_out=True)
        elif expression[0] in ("==", "not", "is", "<"):
            for inner in expression[1:]:
                if isinstance(inner, int):
                    self.sort_out(inner, state)


def is_place(e: ir.Expression) -> bool:
    """Say whether an expression names storage (the members of what a call returns do not)."""
    e = ir.whole(e)
    return isinstance(e, ir.Deref) or (isinstance(e, ir.Name) and e.scope is not ir.Scope.FUNCTION)


def is_address(e: ir.Expression) -> bool:
    """Say whether an expression is by its type a pointer."""
    if isinstance(e, ir.Name | ir.Member | ir.Deref | ir.Cast | ir.Binary):
        return e.type.pointers > 0
    return isinstance(e, ir.AddressOf | ir.ContainerOf)


def points(e: ir.Expression) -> bool:
    """Say whether an expression is a pointer by its type, or one that was cast to a number."""
    while isinstance(e, ir.Cast):
        if e.type.pointers:
            return True
        e = e.operand
    return isinstance(e, ir.Name | ir.Member | ir.Deref) and e.type.pointers > 0
