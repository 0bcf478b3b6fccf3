# SPDX-License-Identifier: GPL-2.0-or-later
"""What a call hands over, as far as that decides whether it is entered.

Calls of one shape are entered or skipped alike, so the question can be put to another program again, where
the same name may mean another function.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ptlint.lifetime.callsite import CallSite, kept_at
from ptlint.lifetime.discovery import Discovery
from ptlint.lifetime.objects import Origin, State
from ptlint.lifetime.values import Address, Code, Reference, Value, Whole
from ptlint.program.program import Definition


class Kind(Enum):
    """What an argument is."""

    TABLE = auto()
    STATIC = auto()  # a table that is a variable: empty entries point to one, on some architectures
    PAGE = auto()  # of which nothing says that it is a table
    HOLDER = auto()  # the address of a member of either, or of storage that holds a pointer to one
    LOCAL = auto()  # the address of another local variable
    CODE = auto()  # a function
    VALUE = auto()  # a number, or a pointer of which nothing is known
    ELSEWHERE = auto()  # any other address, or a reference to what is not there any more


@dataclass(frozen=True, slots=True)
class Handed:
    """One argument. `name` is that of a function."""

    kind: Kind
    name: str = ""
    keeps: bool = False  # tables stand in its arrays
    contained: bool = False  # is a container of tables, or an element of a list


@dataclass(frozen=True, slots=True)
class Shape:
    """All arguments, and the variable that the result goes to, with whether that points to a table."""

    caller: Definition
    arguments: tuple[Handed, ...]
    result: tuple[str, bool] | None
    nested: bool = False  # the caller has been called itself


PLAIN = {(kind, contained): Handed(kind, contained=contained) for kind in Kind for contained in (False, True)}


def shape_of(site: CallSite, discovery: Discovery) -> Shape:
    """Return what a call hands over."""
    result = site.instruction.result
    return Shape(
        site.frame.definition,
        tuple(handed(value, site.state, discovery) for value in site.arguments),
        None if result is None else (result.name, discovery.types.is_pointer(result.type)),
        site.frame.parent is not None,
    )


def handed(value: Value, state: State, discovery: Discovery) -> Handed:
    """Return what one argument is."""
    contained = discovery.hands_tables(value) or bool(discovery.listed(value, state))
    if isinstance(value, Code):
        return Handed(Kind.CODE, value.name, contained=contained)
    kind = kind_of(value, state)
    if kind is Kind.LOCAL and isinstance(value, Address) and kept_at(value, state):
        return Handed(kind, keeps=True, contained=contained)
    return PLAIN[kind, contained]


def kind_of(value: Value, state: State) -> Kind:
    """Return what one argument is that is no function."""
    if isinstance(value, Reference):
        known = state.objects.get(value.object)
        if known is None:
            return Kind.ELSEWHERE
        if not known.table:
            return Kind.PAGE
        return Kind.STATIC if known.origin is Origin.GLOBAL else Kind.TABLE
    if isinstance(value, Whole):
        return Kind.HOLDER
    if not isinstance(value, Address):
        return Kind.VALUE
    if value.base[0] == "object" or isinstance(state.memory.get(value), Reference):
        return Kind.HOLDER
    return Kind.LOCAL if value.base[0] == "local" else Kind.ELSEWHERE
