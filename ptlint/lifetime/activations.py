# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls that are followed: the activation of the callee, on the stack of its callers.

The stack is bounded; a call beyond that is skipped, and is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ptlint.cpp.tokens import Expansion
from ptlint.lifetime.callsite import CallSite, Follow, Outcomes, handed_over
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.objects import State
from ptlint.lifetime.sites import within_key
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.values import Address, Interner, Reference, Value
from ptlint.program.program import Definition
from ptlint.syntax.ir import Function

MAX_DEPTH = 24  # calls on the stack, from the root


def names_any(expansion: Expansion | None, roots: frozenset[str]) -> bool:
    """Say whether a macro that a call came out of was handed the address of one of the variables."""
    while expansion is not None:
        if not roots.isdisjoint(expansion.addresses):
            return True
        expansion = expansion.parent
    return False


Walk = Callable[[Frame, Sequence[Value], State], Outcomes]  # what comes of walking an activation


class Activations:
    """Enters functions by `walk`, or makes do with `skip`."""

    def __init__(
        self,
        walk: Walk,
        skip: Follow,
        journal: Journal,
        interner: Interner,
        kernel_roots: frozenset[str],
        types: TableTypes,
    ) -> None:
        self.types = types
        self.walk = walk
        self.skip = skip
        self.journal = journal
        self.interner = interner
        self.kernel_roots = kernel_roots

    def enter(self, definition: Definition, arguments: Sequence[Value], site: CallSite) -> Outcomes:
        """Walk the callee; skip it if the stack is too deep, or has it twice already."""
        frame = site.frame
        above: Frame | None = frame
        depth = 0
        while above is not None:
            if above.definition.function is definition.function:
                depth += 1
            above = above.parent
        if depth > 1 or frame.depth >= MAX_DEPTH:
            self.journal.gap(
                site.instruction.place,
                frame.definition.function.name,
                f"{definition.function.name}: calls nested too deep",
            )
            return self.skip(site)
        self.journal.entered(definition)
        place = site.instruction.place
        number = self.interner.key(
            (
                "frame",
                frame.number,
                place.path,
                place.line,
                place.column,
                definition.function.name,
                self.interner.key(("within", within_key(place))),
            )
        )
        passed, carried = handed_over(arguments, site.state)
        if passed and passed.isdisjoint(site.state.handed):
            self.journal.owned.add(definition.key)
        kernel = any(
            isinstance(a, Address) and a.base[0] == "global" and a.base[1] in self.kernel_roots and not a.path
            for a in arguments
        ) or names_any(place.within, self.kernel_roots)
        inner = Frame(definition, number, frame.depth + 1, frame, site.sites, passed, carried, kernel)
        mapped = self.behind_entries(definition.function, arguments, site.state)
        outcomes = self.walk(inner, arguments, site.state)
        for state, _ in outcomes if mapped else ():
            for identity in mapped.intersection(state.objects):
                if state.objects[identity].table:
                    state.change(identity, table=False)
        return outcomes

    def behind_entries(self, function: Function, arguments: Sequence[Value], state: State) -> frozenset[int]:
        """Return what a function leads to that makes a page of an entry, and that is not known as a table.

        The page of a leaf is one of data: that the function itself has looked at it as a table says nothing.
        """
        if not self.types.is_data(function.result) or function.result.pointers != 1:
            return frozenset()
        return frozenset(
            value.object
            for value, parameter in zip(arguments, function.parameters, strict=False)
            if isinstance(value, Reference)
            and self.types.is_entry(parameter.type)
            and value.object in state.objects
            and not state.objects[value.object].table
        )
