# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that is not followed.

Its result, and the locals that it is handed the address of, become unknown. A function of plain values gives
the same result for the same ones, one that reads no memory always does. Unsound for the rest: it is taken
not to touch what it was not handed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable

from ptlint.lifetime.callsite import CallSite, Outcomes, arrays_of
from ptlint.lifetime.memory import forget
from ptlint.lifetime.objects import State
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.sites import within_key
from ptlint.lifetime.values import Address, Interner, Reference, Symbol, Value
from ptlint.syntax import ir


class SkippedCalls:
    """Says what comes of calls that are not entered."""

    def __init__(self, interner: Interner, relevance: Relevance) -> None:
        self.interner = interner
        self.relevance = relevance

    def skip(self, site: CallSite) -> Outcomes:
        """A call that is not followed: what it may write becomes unknown, but tables stay in their arrays."""
        state, frame, unit = site.state, site.frame, site.frame.definition.unit
        place = site.instruction.place
        converted = self.converted(site)
        for index, value in enumerate(site.arguments):
            if isinstance(value, Address) and value.base[0] == "local":
                kept = {at: state.memory[at] for at in arrays_of(value, state)}
                forget(value, state)
                state.memory[value] = converted or fresh(
                    ("written", frame.number, place.line, place.column, index), state, self.interner
                )
                for at, table in kept.items():
                    state.memory[at] = table
        by_value = (
            site.arguments
            and site.callee != "asm"
            and not any(isinstance(v, Address) for v in site.arguments)
            and self.relevance.by_value(site.callee, unit)
        )
        again = site.callee == ir.ASSEMBLED or self.relevance.constant(site.callee, unit)
        if by_value or again:
            keys = tuple(self.interner.number(v) for v in site.arguments)
            return [(state, Symbol(self.interner.key(("pure", site.callee, *keys), keys)))]
        return [(state, any_answer(site, self.interner))]

    def converted(self, site: CallSite) -> Value | None:
        """Return what an assembler statement writes that converts its only input, a call hidden in it or not.

        An architecture's hypervisor may represent an entry by another number: it is the same table.
        """
        if site.callee != "asm":
            return None
        inputs = [v for v in site.arguments if not isinstance(v, Address)]
        tables = [v for v in inputs if isinstance(v, Reference)]
        if len(tables) == 1:
            return tables[0]
        hidden = any(isinstance(a, ir.Member) and is_global(a) for a in site.instruction.arguments)
        if not hidden or tables or len(inputs) < 2:
            return None
        keys = tuple(self.interner.number(v) for v in inputs)
        return Symbol(self.interner.key(("pure", site.callee, *keys), keys))


def any_answer(site: CallSite, interner: Interner) -> Symbol:
    """Return the unknown result of a call that is made here, anew each time."""
    place = site.instruction.place
    where = (site.frame.number, place.line, place.column, site.callee, within_key(place))
    return fresh(("call", *where), site.state, interner)


def fresh(what: tuple[Hashable, ...], state: State, interner: Interner) -> Symbol:
    """Return an unknown value; forget what was assumed of it when it was last made."""
    symbol = interner.unknown(what)
    forget_truths({symbol.key}, state, interner)
    return symbol


def forget_truths(numbers: Collection[int], state: State, interner: Interner) -> None:
    """Forget what a path supposes of some numbers, or of what is made of them."""
    for key in [k for k in state.truths if any(interner.mentions(k, number) for number in numbers)]:
        del state.truths[key]


def is_global(e: ir.Member) -> bool:
    """Say whether a member is one of a variable, not of what a pointer points to."""
    base = ir.whole(e)
    return isinstance(base, ir.Name) and base.scope is ir.Scope.GLOBAL
