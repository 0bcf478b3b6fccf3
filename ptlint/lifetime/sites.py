# SPDX-License-Identifier: GPL-2.0-or-later
"""Free sites: how they are named, and how a place gives them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from ptlint.syntax.ir import Place


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A call, or a store into a container, through which a table goes on its way to the allocator."""

    path: str
    line: int
    column: int
    function: str  # the macro's name for text in a macro's body
    callee: str


def site_keys(place: Place, function: str, callee: str) -> tuple[SiteKey, ...]:
    """Return the sites of a call: each macro that it came out of, outermost first, then the call."""
    chain = []
    expansion = place.within
    while expansion is not None:
        outer = expansion.parent.macro if expansion.parent is not None else function
        chain.append(SiteKey(expansion.path, expansion.line, expansion.column, outer, expansion.macro))
        expansion = expansion.parent
    inside = place.within.macro if place.within is not None else function
    return (*reversed(chain), SiteKey(place.path, place.line, place.column, inside, callee))


def enclosing(place: Place, function: str) -> str:
    """Return the name that a place is said to be in: the macro whose body it is, or the function."""
    return place.within.macro if place.within is not None else function


def flatten(chains: Iterable[tuple[SiteKey, ...]]) -> tuple[SiteKey, ...]:
    """Join site chains, without repetition, in order."""
    return tuple(dict.fromkeys(key for chain in chains for key in chain))


def within_key(place: Place) -> tuple[Hashable, ...]:
    """Return the chain of macro uses that a place came out of, as a value."""
    chain: list[Hashable] = []
    expansion = place.within
    while expansion is not None:
        chain.append((expansion.macro, expansion.path, expansion.line, expansion.column))
        expansion = expansion.parent
    return tuple(chain)
