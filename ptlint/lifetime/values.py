# SPDX-License-Identifier: GPL-2.0-or-later
"""Abstract values: what a variable may hold on one path.

A *reference* carries the identity of an object through every representation that the kernel uses for
one page: the page's descriptor (struct page, ptdesc, folio), its virtual or physical address, its frame
number, the page-table entry that points to it. Arithmetic and casts keep the identity, and note in
`offset` which expression of the object it is, so that equal expressions compare equal.

Over-approximation: a number computed from an object's address is taken for a reference to the object.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, NamedTuple

Base = tuple[Hashable, ...]  # ("local", frame, name) | ("global", name) | ("object", id) | ("symbol", key)

# Tuples, because they are hashed and compared millions of times. `kind` keeps those of one shape apart.


class Int(NamedTuple):
    """A known integer; 0 is also the null pointer."""

    value: int
    kind: Literal["int"] = "int"


class Symbol(NamedTuple):
    """An unknown scalar or pointer; `key` is the interned expression it stands for."""

    key: int


class Reference(NamedTuple):
    """Any representation of the object `object`; `offset` 0 is its plain address."""

    object: int
    offset: int


class Address(NamedTuple):
    """A pointer to the member `path` of the storage `base`."""

    base: Base
    path: tuple[Hashable, ...]


class Slot(NamedTuple):
    """A page-table entry: the entry at `offset` of the table `object`. Only as the target of an access."""

    object: int
    offset: int
    kind: Literal["slot"] = "slot"


class Code(NamedTuple):
    """A function's address. `unit` is the translation unit in which the name was used."""

    name: str
    unit: str


class Whole(NamedTuple):
    """A structure with a table in it, on its way from one place to another: what its members hold, by path.

    No place holds one: it is taken apart where it is written.
    """

    parts: tuple[tuple[tuple[Hashable, ...], Int | Symbol | Reference | Address | Code], ...]
    kind: Literal["whole"] = "whole"

    def part(self, path: tuple[Hashable, ...]) -> Int | Symbol | Reference | Address | Code | None:
        """Return what a member holds; None if that is not known."""
        return dict(self.parts).get(path)


Value = Int | Symbol | Reference | Address | Code | Whole
Location = Address | Slot


class Interner:
    """Gives equal expressions equal small numbers. Numbers depend on the order of first use only."""

    def __init__(self) -> None:
        self._keys: dict[Hashable, int] = {}
        self._expressions: list[Hashable] = [None]
        self._depths: list[int] = [0]
        self._operands: list[frozenset[int]] = [frozenset()]

    def key(self, expression: tuple[Hashable, ...], operands: tuple[int, ...] = ()) -> int:
        """Return the number of an expression; `operands` are the numbers of its parts.

        Deep expressions are cut (all deep ones of one operator over the same leaves share a number), so
        that a pointer stepped in a loop reaches a fixed point.
        """
        known = self._keys.get(expression)
        if known is not None:
            return known
        whole = expression
        depth = 1 + max((self._depths[o] for o in operands), default=0)
        leaves: frozenset[int] = (
            frozenset().union(*(self._operands[o] | {o} for o in operands)) if operands else frozenset()
        )
        if depth > MAX_DEPTH:
            roots = frozenset(o for o in leaves if self._depths[o] <= 1)
            expression = ("deep", expression[0], roots)
            leaves = roots
            depth = MAX_DEPTH
        found = self._keys.get(expression)
        if found is None:
            found = len(self._expressions)
            self._keys[expression] = found
            self._expressions.append(expression)
            self._depths.append(depth)
            self._operands.append(leaves)
        self._keys[whole] = found
        return found

    def expression(self, key: int) -> Hashable:
        """Return the expression behind a number."""
        return self._expressions[key]

    def number(self, value: Value) -> int:
        """Return the interned number of a value, for building expressions from it."""
        match value:
            case Symbol(key):
                return key
            case Int(number):
                return self.key(("int", number))
            case Reference(identity, offset):
                return self.key(("reference", identity, offset))
            case Address(base, path):
                return self.key(("address", base, path))
            case Code(name, _):
                return self.key(("code", name))
            case Whole(parts):
                return self.key(("whole", parts))

    def unknown(self, what: tuple[Hashable, ...]) -> Symbol:
        """Return the symbol of an unknown value, the same one each time for the same `what`."""
        return Symbol(self.key(("unknown", *what)))

    def mentions(self, key: int, part: int) -> bool:
        """Say whether the expression `key` is built from `part` (or is it)."""
        return key == part or part in self._operands[key]


MAX_DEPTH = 14


def pointer_to(location: Location, interner: Interner) -> Value:
    """Return the address of a location."""
    if isinstance(location, Slot):
        return Reference(location.object, location.offset)
    if not location.path:
        if location.base[0] == "symbol":
            key = location.base[1]
            assert isinstance(key, int)
            return Symbol(key)
        if location.base[0] == "object":
            identity = location.base[1]
            assert isinstance(identity, int)
            return Reference(identity, 0)
    if location.path and location.path[-1] == "*":
        return Symbol(interner.key(("load", location.base, location.path[:-1])))
    return location
