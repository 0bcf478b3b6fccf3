# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables that stand in their containers as a path found or left them: it need not remember which they are.

A path that reads such a container again finds such a table again. If only paths that looked remembered it,
they would be kept apart from those that did not, at every join that follows.
"""

from __future__ import annotations

from collections.abc import Container

from ptlint.lifetime.objects import Object, Origin, State, Sync, Visibility
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.values import Address, Reference


def forget_found(state: State, provenance: Provenance, usual: Container[int]) -> None:
    """Forget the tables that nothing refers to but the container that they were found in, or left in.

    `usual` is what a monitor remembers of a table when it is found.
    """
    standing: dict[int, Address] = {}
    left: set[int] = set()
    for at, value in state.memory.items():
        if (
            type(value) is not Reference
            or type(at) is not Address
            or at.base[0] == "local"
            or value.object in standing
        ):
            continue
        if at.base[0] == "object":
            if _left(value.object, at, state):
                standing[value.object] = at
                left.add(value.object)
        elif _untouched(value.object, state, usual):
            standing[value.object] = at
    if not standing:
        return
    for at, value in state.memory.items():
        if isinstance(at, Address):
            _described(at, standing)  # something is known of its descriptor
        else:
            standing.pop(at.object, None)  # or of its entries
        if isinstance(value, Reference):
            if standing.get(value.object) != at:
                standing.pop(value.object, None)
        elif isinstance(value, Address):
            _described(value, standing)
    for identity, at in standing.items():
        if identity in left or _stands(state.objects[identity], at, provenance):
            del state.memory[at], state.objects[identity]
            state.history.pop(identity, None)
            state.chains.pop(identity, None)


def _stands(known: Object, at: Address, provenance: Provenance) -> bool:
    """Say whether a place is where a table was found."""
    if known.visibility is Visibility.LIVE:  # the root of an address space
        return at.path[-1:] == (known.where,) and provenance.base_key(at) == known.space
    return provenance.container_name(at) == known.container


def _described(at: Address, standing: dict[int, Address]) -> None:
    if at.base[0] == "object" and isinstance(at.base[1], int):
        standing.pop(at.base[1], None)


def _untouched(identity: int, state: State, usual: Container[int]) -> bool:
    """Say whether nothing has been learnt of a table since it was found, nor done to it."""
    known = state.objects.get(identity)
    return (
        known is not None
        and (state.as_found(identity) or _is_root(known))
        and known.sync is Sync.NONE
        and known.status in usual
        and not (known.flagged or known.supposed or known.early)
    )


def _left(identity: int, at: Address, state: State) -> bool:
    """Say whether a table of the path's own was deposited where others take it from."""
    known = state.objects.get(identity)
    return (
        known is not None
        and known.table
        and known.visibility in (Visibility.FRESH, Visibility.UNLINKED)
        and not known.freed
        and identity not in state.handed
        and state.shared(at)
    )


def _is_root(known: Object) -> bool:
    """Say whether a table was read from an address space as its root."""
    return known.origin is Origin.FIELD and known.visibility is Visibility.LIVE and not known.freed
