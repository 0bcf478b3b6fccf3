# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an RCU callback uses an address space that nobody keeps alive.

A callback runs when the task may be long gone. What was queued is there still, and so is an address space in
static storage; another one has to be counted, by whoever queues the callback or by one of its callers, and
the count to be dropped in the callback. An under-approximation: whatever counts is taken to keep the space.
"""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.evaluate import Evaluator
from ptlint.lifetime.following import read_by
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.keeping import members_in, space_of
from ptlint.lifetime.objects import State
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.sites import SiteKey, site_keys
from ptlint.lifetime.values import Address, Symbol, Value
from ptlint.program.program import Program
from ptlint.syntax import ir


class Spaces:
    """Looks at what callbacks read and write, and at calls that are not entered."""

    def __init__(self, program: Program, relevance: Relevance, evaluator: Evaluator) -> None:
        self.program = program
        self.relevance = relevance
        self.evaluator = evaluator
        self.types = evaluator.memory.types

    def used(self, instruction: ir.Instruction, state: State, frame: Frame) -> tuple[SiteKey, ...]:
        """Return where an instruction uses a member of such an address space, nothing if it does not."""
        for expression in read_by(instruction):
            for member in members_in(expression):
                space = space_of(member, self.types)
                if (
                    isinstance(space, ir.Deref)
                    and self.outlived(self.evaluator.evaluate(space.pointer, state, frame), state)
                    and not self.kept(frame)
                ):
                    return site_keys(instruction.place, frame.definition.function.name, member.field)
        return ()

    def handed(self, site: CallSite, unit: str) -> bool:
        """Say whether a call that is not entered uses such an address space that it is handed."""
        types = self.program.parameters(site.callee, unit)
        return any(
            type_.pointers == 1
            and self.types.is_space(type_)
            and self.outlived(value, site.state)
            and self.relevance.uses_space(site.callee, unit, index)
            and not self.kept(site.frame)
            for index, (type_, value) in enumerate(zip(types, site.arguments, strict=False))
        )

    def outlived(self, space: Value, state: State) -> bool:
        """Say whether a callback may outlive what is at an address: neither static nor what was queued."""
        if isinstance(space, Symbol):
            return ("symbol", space.key) not in state.graced
        return isinstance(space, Address) and space.base[0] == "symbol" and space.base not in state.graced

    def kept(self, frame: Frame | None) -> bool:
        """Say whether the callback, or a function that led to it, counts the references to a space."""
        while frame is not None:
            if self.relevance.counts(frame.definition.function.name, frame.definition.unit):
                return True
            frame = frame.parent
        return False
