# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the TLB is flushed between a table's being put into a batch and the batch's being freed.

No single walk sees both: a table in an array is for those to judge who free what the array holds. So the
bodies on the way are looked at: those that the freed table came through, then their callers, until one is met
that puts tables into the array itself and goes on from there without a flush.

Under-approximates: nothing is said where the way leads to a function that nobody is seen to call, and what
may flush on some paths, below a call, counts as a flush.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from ptlint.lifetime.flows import PARKS
from ptlint.lifetime.flushing import callee_names
from ptlint.lifetime.journal import Free
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.sites import SiteKey, site_keys
from ptlint.program.facts import Facts
from ptlint.program.program import Definition, Program
from ptlint.syntax import ir
from ptlint.syntax.parts import subexpressions

MOST_CALLERS = 6

Meant = Callable[[ir.Instruction], bool]


class Batches:
    """Finds ways into a batch and out of it on which nothing flushes."""

    def __init__(
        self,
        program: Program,
        facts: Facts,
        relevance: Relevance,
        callers_of: Callable[[Definition], Sequence[Definition]],
    ) -> None:
        self.program = program
        self.relevance = relevance
        self.callers_of = callers_of
        self.unneeded = facts.names("hardware-walk")  # asks whether a flush is needed
        self.keepers = facts.by_name.keys()

    def unflushed(self, free: Free, root: Definition, member: str) -> tuple[SiteKey, ...]:
        """Return a way from where tables are put into an array's member to a free of what it holds.

        It is that of the free, with the calls above that lead there; () if there is a flush on the way.
        """
        if not self.walked(free, root):
            return ()
        above = self.above(root, member, MOST_CALLERS, frozenset())
        return (*above, *free.sites) if above else ()

    def walked(self, free: Free, root: Definition) -> bool:
        """Say whether the walk of a free may have come there without a flush."""
        for key in free.sites:
            definition = self.program.resolve(key.function, root.unit)
            if definition is None or definition.function.path != key.path:
                continue  # a macro, whose calls are those of the function around it
            if not self.reaches(definition, functools.partial(at_site, key=key)):
                return False
        return True

    def above(
        self, definition: Definition, member: str, depth: int, seen: frozenset[tuple[str, str]]
    ) -> tuple[SiteKey, ...]:
        """Return the calls on a way from where a table is put by to a function; () if there is none."""
        if not depth or definition.key in seen:
            return ()
        name = definition.function.name
        call = functools.partial(named, name=name)
        callers = self.callers_of(definition)
        for caller in callers:
            if self.reaches(caller, call, functools.partial(self.puts, definition=caller, member=member)):
                return call_to(caller, name)
        for caller in callers:
            if self.reaches(caller, call):
                way = self.above(caller, member, depth - 1, seen | {definition.key})
                if way:
                    return (*way, *call_to(caller, name))
        return ()

    def reaches(self, definition: Definition, meant: Meant, begins: Meant | None = None) -> bool:
        """Say whether a body has a path without a flush to an instruction that is meant.

        The path begins at the entry, or behind an instruction that `begins` it.
        """
        blocks = definition.function.blocks
        if not blocks:
            return False
        waiting = [0]
        if begins is not None:
            waiting = []
            for block in blocks:
                for at, one in enumerate(block.instructions):
                    if begins(one):
                        reached = self.until(block.instructions[at + 1 :], definition, meant)
                        if reached:
                            return True
                        if reached is not None:
                            waiting += ir.targets(block)
        seen: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            reached = self.until(blocks[number].instructions, definition, meant)
            if reached:
                return True
            if reached is not None:
                waiting += ir.targets(blocks[number])
        return False

    def until(
        self, instructions: Sequence[ir.Instruction], definition: Definition, meant: Meant
    ) -> bool | None:
        """Say whether one of some instructions is meant; None if there is a flush before."""
        for one in instructions:
            if meant(one):
                return True
            if isinstance(one, ir.Call) and self.flushes(one, definition.unit):
                return None
        return False

    def flushes(self, call: ir.Call, unit: str) -> bool:
        """Say whether a call may flush, or asks whether that is needed."""
        return any(
            name in self.unneeded or self.relevance.flushes(name, unit, True) for name in callee_names(call)
        )

    def puts(self, one: ir.Instruction, definition: Definition, member: str) -> bool:
        """Say whether an instruction stores into an array's member, or calls what puts a table there."""
        if isinstance(one, ir.Assign):
            return isinstance(one.target, ir.Deref) and any(
                isinstance(part, ir.Member) and part.field == member for part in subexpressions(one.target)
            )
        if not isinstance(one, ir.Call):
            return False
        for name in callee_names(one):
            callee = None if name in self.keepers else self.program.resolve(name, definition.unit)
            if callee is not None and any(
                PARKS + member in self.relevance.flows.flow(callee, index).acts
                for index in range(len(callee.function.parameters))
            ):
                return True
        return False


def named(one: ir.Instruction, name: str) -> bool:
    """Say whether an instruction calls a function, or hands it on to be called."""
    return isinstance(one, ir.Call) and any(
        isinstance(part, ir.Name) and part.scope is ir.Scope.FUNCTION and part.name == name
        for value in (one.callee, *one.arguments)
        for part in subexpressions(value)
    )


def at_site(one: ir.Instruction, key: SiteKey) -> bool:
    """Say whether an instruction is a call at a site."""
    return (
        isinstance(one, ir.Call)
        and one.place.path == key.path
        and one.place.line == key.line
        and one.place.column == key.column
    )


def call_to(caller: Definition, name: str) -> tuple[SiteKey, ...]:
    """Return the sites of a function's first call of another one."""
    for one in ir.instructions_of(caller.function):
        if isinstance(one, ir.Call) and named(one, name):
            return site_keys(one.place, caller.function.name, name)
    return ()
