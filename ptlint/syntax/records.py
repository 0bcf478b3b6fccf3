# SPDX-License-Identifier: GPL-2.0-or-later
"""What a unit declares at file scope: structures, variables, functions, enumerators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ptlint.syntax.ir import Expression, Place, Type


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a struct or union. An anonymous one has the name "" and its members in `inner`."""

    name: str
    type: Type
    place: Place
    lengths: tuple[int | None, ...] = ()  # of its array levels, outermost first; None: not known
    bits: int | None = None  # the width of a bit-field
    inner: Struct | None = None
    align: int | None = 1  # what attributes demand, in bytes; None: not known


class Member(NamedTuple):
    """What an access to a member depends on: nothing else of its struct."""

    type: Type
    tag: str  # of the struct or union in which it stands: the nearest that has one itself
    lengths: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Struct:
    """A struct or union. `tag` is "struct page"; without one it is named after its typedef or place."""

    tag: str
    union: bool
    fields: tuple[Field, ...]
    place: Place
    packed: bool = False
    align: int | None = 1  # what attributes demand, in bytes; None: not known

    def path(self, name: str) -> tuple[Field, ...]:
        """Return the fields that lead to the member *name*, through anonymous ones; () if there is none."""
        for field in self.fields:
            if field.name == name:
                return (field,)
        for field in self.fields:
            if field.inner is not None and not field.name:
                inner = field.inner.path(name)
                if inner:
                    return (field, *inner)
        return ()

    def field(self, name: str) -> Field | None:
        """Return the member *name*, also one of an anonymous member."""
        path = self.path(name)
        return path[-1] if path else None

    def declaring_tag(self, name: str) -> str:
        """Return the tag of the struct or union in which *name* stands: the nearest that has one itself."""
        tag = self.tag
        for field in self.path(name)[:-1]:
            if field.inner is not None and "::" not in field.inner.tag:
                tag = field.inner.tag
        return tag

    def member(self, name: str) -> Member | None:
        """Return what an access to the member *name* needs to know."""
        path = self.path(name)
        return Member(path[-1].type, self.declaring_tag(name), path[-1].lengths) if path else None

    def choice(self, name: str) -> Struct | None:
        """Return the anonymous union that the member *name* is one of, in an alternative of another union.

        None for any other member: what the structure as a whole is chooses between those.
        """
        around = [field.inner for field in self.path(name)[:-1] if field.inner is not None]
        nested = len(around) > 1 and around[-1].union and any(struct.union for struct in around[:-1])
        return around[-1] if nested else None

    def members(self) -> Iterator[Field]:
        """Yield all named members, those of anonymous members in their place."""
        for field in self.fields:
            if field.name:
                yield field
            elif field.inner is not None:
                yield from field.inner.members()


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A variable at file scope. `initialiser` is an Aggregate for a brace initialiser."""

    name: str
    type: Type
    static: bool
    initialiser: Expression | None
    place: Place
    lengths: tuple[int | None, ...] = ()
    extern: bool = False
    constant: bool = False  # its initialiser is its value for ever


@dataclass(frozen=True, slots=True, eq=False)
class Prototype:
    """What a declaration or definition of a function says to its callers."""

    name: str
    result: Type
    parameters: tuple[Type, ...]
    noreturn: bool
    place: Place
    open: bool = False  # any number of arguments may follow: "...", or "()" instead of "(void)"

    def takes(self, arguments: int) -> bool:
        """Say whether a call may have so many arguments."""
        expected = len(self.parameters)
        return arguments == expected or (self.open and arguments > expected)


@dataclass(frozen=True, slots=True, eq=False)
class Enumerator:
    name: str
    value: int | None
    type: Type
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Typedef:
    name: str
    type: Type
    lengths: tuple[int | None, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class FunctionItem:
    """A function definition as it stands in a file. `line` is that of its name."""

    name: str
    path: str
    line: int
    first_line: int
    last_line: int
    identifiers: frozenset[str]  # all that its text mentions, macros unexpanded


Entity = Variable | Prototype | Enumerator
