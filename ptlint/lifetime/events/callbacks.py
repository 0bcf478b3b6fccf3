# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that run later: after a grace period (call_rcu), or when their turn comes (work items, timers).

They are walked at once, with what they are handed: what the path does before they run is not seen by them.
"""

from __future__ import annotations

from ptlint.lifetime.activations import Activations
from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes, kept_in, referred
from ptlint.lifetime.monitor import CALLBACK, GRACE_PERIOD, QUEUE
from ptlint.lifetime.objects import Sync, Visibility
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.sites import enclosing
from ptlint.lifetime.values import Address, Code, Int, Interner
from ptlint.program.facts import Fact
from ptlint.program.program import Program


class CallbackEvents:
    """Primitives that are handed a callback."""

    def __init__(
        self,
        program: Program,
        relevance: Relevance,
        interner: Interner,
        recorder: Recorder,
        activations: Activations,
        skip: Follow,
    ) -> None:
        self.program = program
        self.relevance = relevance
        self.interner = interner
        self.recorder = recorder
        self.activations = activations
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "queue": self.on_queue,
            "defer": self.on_defer,
        }

    def on_queue(self, fact: Fact, site: CallSite) -> Outcomes:
        """call_rcu: the callback runs after a grace period that begins now.

        `kind` is the member of the argument that the callback is handed, if it is not the argument itself.
        """
        head = site.argument(fact.argument)
        if fact.kind and isinstance(head, Address):
            head = Address(head.base, (*head.path, fact.kind))
        callback = site.argument(fact.callback)
        state = site.state
        identity = referred(head)
        place = site.instruction.place
        name = callback.name if isinstance(callback, Code) else "an unknown callback"
        if identity is not None and identity in state.objects:
            after_grace(identity, fact, site, self.recorder)
            self.recorder.hand_over(QUEUE, identity, state, site.frame, site.sites)
            self.recorder.chain(state, identity, site.frame, site.sites)
        base = (
            head.base
            if isinstance(head, Address)
            else ("object", identity)
            if identity is not None
            else ("symbol", self.interner.number(head))
        )
        if not isinstance(callback, Code):
            if identity is not None and state.objects[identity].table:
                self.recorder.journal.gap(
                    place,
                    enclosing(place, site.frame.definition.function.name),
                    f"{fact.name}: which callback is queued is not known",
                )
            return [(state, Int(0))]
        definition = self.program.resolve(callback.name, callback.unit)
        if definition is None:
            return [(state, Int(0))]
        later = state.copy()
        later.graced = later.graced | {base}
        later.locks = frozenset()
        later.callback = True
        if identity is not None and identity in state.objects:
            later.handed -= {identity}
            later.called |= {identity}
            self.recorder.happens(CALLBACK, identity, later, site.frame, ())
        inner = CallSite(site.instruction, name, [head], later, site.frame)
        for table in kept_in(base, later):
            after_grace(table, fact, inner, self.recorder)
            if not later.objects[table].early:
                self.recorder.happens(GRACE_PERIOD, table, later, site.frame, ())
        self.activations.enter(definition, [head], inner)
        return [(state, Int(0))]

    def on_defer(self, fact: Fact, site: CallSite) -> Outcomes:
        """A callback that runs later, with no grace period between (work items, timers, other RCUs).

        It is walked if it is handed a table, or frees what it finds in what it is handed.
        """
        callback, handed = site.argument(fact.callback), site.argument(fact.argument)
        identity = referred(handed)
        table = identity is not None and identity in site.state.objects and site.state.objects[identity].table
        if not isinstance(callback, Code) or not (table or self.relevance.deferred(callback.name)):
            return self.skip(site)
        definition = self.program.resolve(callback.name, callback.unit)
        if definition is None:
            return self.skip(site)
        if identity is not None and table:
            self.recorder.chain(site.state, identity, site.frame, site.sites)
        later = CallSite(site.instruction, callback.name, [handed], site.state.copy(), site.frame)
        later.state.locks = frozenset()
        self.activations.enter(definition, later.arguments, later)
        return self.skip(site)


def after_grace(identity: int, fact: Fact, site: CallSite, recorder: Recorder) -> None:
    """A table is queued to RCU: what follows runs after a grace period that begins now.

    If it is still installed, the grace period began too early to help.
    """
    state = site.state
    known = state.objects[identity]
    place = site.instruction.place
    if known.visibility is Visibility.LIVE:
        state.change(identity, early=True)
        recorder.note(
            state,
            identity,
            "queue",
            place,
            site.frame,
            f"{fact.name}() queues the table while its entry is still set",
        )
    else:
        state.change(identity, sync=Sync.GRACE)
        recorder.note(
            state,
            identity,
            "grace-period",
            place,
            site.frame,
            f"{fact.name}(): what follows runs after a grace period",
        )
