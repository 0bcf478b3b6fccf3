# SPDX-License-Identifier: GPL-2.0-or-later
"""What is still done with a table that has been handed over for freeing.

Looked at are the reads and writes of each instruction's own expressions, and skipped calls whose callee
follows the pointer that it is handed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ptlint.lifetime.bits import ALIGNED, low_bits
from ptlint.lifetime.callsite import CallSite, referred
from ptlint.lifetime.evaluate import Evaluator, is_place
from ptlint.lifetime.following import WHOLE, WORD, parts, read_by
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.monitor import ACCESS, MISMATCH, TAGGED, USE
from ptlint.lifetime.objects import State
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.sites import site_keys
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.values import Address, Reference, Slot, Value
from ptlint.program.facts import Fact
from ptlint.syntax import ir

FOLLOWED = ("*", "[]")  # where a path goes through a pointer, or to an element of an array
OUTERMOST = ((), *((step,) for step in FOLLOWED))  # what comes before a member of a structure's own


class Uses:
    """Tells the monitor of accesses to tables that were handed over, or whose callback runs."""

    def __init__(
        self, relevance: Relevance, evaluator: Evaluator, recorder: Recorder, descriptors: Descriptors
    ) -> None:
        self.relevance = relevance
        self.evaluator = evaluator
        self.recorder = recorder
        self.descriptors = descriptors
        self.marks = relevance.facts.names("tail-mark")

    def look_at(self, instruction: ir.Instruction, state: State, frame: Frame) -> None:
        """Look at the expressions of an instruction that is about to be walked."""
        for expression in read_by(instruction):
            self.read(expression, instruction.place, state, frame)

    def called(self, site: CallSite, unit: str) -> None:
        """A call that is not entered is handed tables: the callee may follow the pointers."""
        for index, value in enumerate(site.arguments):
            identity = referred(value)
            if (
                identity is not None
                and identity in site.state.handed
                and self.relevance.follows(site.callee, unit, index)
                and not covered(identity, site.state)
            ):
                self.recorder.happens(USE, identity, site.state, site.frame, site.sites)

    def reached(self, fact: Fact, site: CallSite) -> None:
        """A primitive is called: it may read or write what its arguments point to, or one of them does."""
        values: Iterable[Value] = ()
        if fact.event in WHOLE:
            values = site.arguments
        elif fact.event in WORD and fact.argument is not None:
            values = (site.argument(fact.argument),)
        for identity in {referred(value) for value in values}:
            if identity is not None and identity in site.state.handed and not covered(identity, site.state):
                self.recorder.happens(USE, identity, site.state, site.frame, site.sites)

    def queued(self, fact: Fact, site: CallSite) -> None:
        """A head is queued to RCU: where the descriptor's pointer has low bits set, it is no page's head."""
        if fact.argument is None or fact.argument >= len(site.instruction.arguments):
            return
        head = site.instruction.arguments[fact.argument]
        inside = ir.whole(head.operand) if isinstance(head, ir.AddressOf) else head
        if isinstance(inside, ir.Deref):
            pointer = self.evaluator.evaluate(inside.pointer, site.state, site.frame)
            if isinstance(pointer, Reference) and low_bits(pointer.offset, ALIGNED, self.evaluator.interner):
                self.recorder.happens(TAGGED, pointer.object, site.state, site.frame, site.sites)

    def decide(self, terminator: ir.Terminator, state: State, frame: Frame) -> None:
        """Look at what decides where control goes from a block, or is returned."""
        if isinstance(terminator, ir.Branch):
            self.read(terminator.condition, terminator.place, state, frame)
        elif isinstance(terminator, ir.Return) and terminator.value is not None:
            self.read(terminator.value, terminator.place, state, frame)

    def read(self, expression: ir.Expression, place: ir.Place, state: State, frame: Frame) -> None:
        """Look at the parts of an expression."""
        for part in parts(expression):
            if isinstance(part, ir.ContainerOf | ir.Cast):
                self.headed(part, place, state, frame)
            elif isinstance(part, ir.Deref | ir.Member) and is_place(part):
                self.accessed(part, place, state, frame)

    def accessed(self, part: ir.Deref | ir.Member, place: ir.Place, state: State, frame: Frame) -> None:
        """A member of a descriptor, or an entry of a table, is read or written."""
        at = self.evaluator.location(part, state, frame)
        held = state.memory.get(at)
        listed = isinstance(at, Address) and "[]" in at.path
        if listed and isinstance(held, Reference) and not self.recorder.again(held.object, at, state, frame):
            self.recorder.taken(held.object, state, frame)
        identity = at.object if isinstance(at, Slot) else at.base[1] if at.base[0] == "object" else None
        if not isinstance(identity, int) or identity not in state.objects:
            return
        if isinstance(at, Address) and self.evaluator.provenance.container_name(at) in self.marks:
            return
        shared = isinstance(at, Address) and bool(at.path) and self.descriptors.of_head(at, frame)
        what = str(at.path[-1]) if isinstance(at, Address) and at.path else "an entry"
        sites = site_keys(place, frame.definition.function.name, what)
        handed = identity in state.handed
        if shared and (handed or identity in state.called):
            self.recorder.happens(ACCESS, identity, state, frame, sites)
        elif handed and not covered(identity, state):
            self.recorder.happens(USE, identity, state, frame, sites)

    def headed(self, part: ir.ContainerOf | ir.Cast, place: ir.Place, state: State, frame: Frame) -> None:
        """A callback goes from the rcu_head that it is given to the object: it has to be the queued one.

        A cast takes the head for the first member.
        """
        if isinstance(part, ir.ContainerOf):
            inner, member, what = part.pointer, part.member, f"container_of({part.type.name}, {part.member})"
        elif not state.graced or not self.relevance.types.is_object(part.type):
            return
        else:
            inner, member, what = part.operand, "", f"({part.type.name} *)"
        pointer = self.evaluator.evaluate(inner, state, frame)
        if not isinstance(pointer, Address) or pointer.base not in state.graced:
            return
        if not pointer.path or pointer.path[-1] in FOLLOWED or pointer.path[-2:-1] not in OUTERMOST:
            return
        if self.descriptors.agree(pointer, part.type, member, frame):
            return
        identity = pointer.base[1]
        if pointer.base[0] != "object":  # a batch's head, say, and the batch is taken for a table
            identity = referred(self.evaluator.evaluate(part, state, frame))
        elif identity not in state.called:
            return
        if not isinstance(identity, int):
            return
        sites = site_keys(place, frame.definition.function.name, what)
        self.recorder.happens(MISMATCH, identity, state, frame, sites)


def covered(identity: int, state: State) -> bool:
    """Say whether a read-side section keeps the callback of a table away that was queued in it."""
    before = state.reading
    return before is not None and identity not in before and not state.objects[identity].freed
