# SPDX-License-Identifier: GPL-2.0-or-later
"""A table's page comes from the allocator, and goes back to it."""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite, Handler, Outcomes, kept_at, referred
from ptlint.lifetime.events.callbacks import after_grace
from ptlint.lifetime.memory import Memory
from ptlint.lifetime.monitor import ALLOC, CALLBACK, FLUSH, QUEUE, SLAB, UNCHANGED
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.sites import within_key
from ptlint.lifetime.values import Address, Int, Interner, Reference, Slot, Symbol
from ptlint.program.facts import Fact
from ptlint.syntax import ir


class AllocationEvents:
    """Allocators and what gives pages back to them."""

    def __init__(self, interner: Interner, recorder: Recorder, memory: Memory) -> None:
        self.interner = interner
        self.recorder = recorder
        self.memory = memory

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "alloc": self.on_alloc,
            "free": self.on_free,
        }

    def on_alloc(self, fact: Fact, site: CallSite) -> Outcomes:
        """A fresh object, known by the place of the call; or none, where the allocation failed."""
        place = site.instruction.place
        identity = self.interner.key(
            ("allocated", site.frame.number, place.path, place.line, place.column, within_key(place))
        )
        failed = site.state.copy()
        state = site.state
        status, _ = self.recorder.monitor.after(UNCHANGED, SLAB if fact.kind == "slab" else ALLOC)
        state.objects[identity] = Object(Origin.ALLOCATION, fact.name, Visibility.FRESH, status=status)
        state.handed -= {identity}
        state.history.pop(identity, None)
        state.chains.pop(identity, None)
        forget_another(identity, state)
        self.recorder.note(state, identity, "alloc", place, site.frame, f"allocated by {fact.name}()")
        return [(state, Reference(identity, 0)), (failed, Int(0))]

    def on_free(self, fact: Fact, site: CallSite) -> Outcomes:
        """`argument` is a page that goes back, at once or (kind `deferred`) after a grace period.

        Of kind `batch`, it points to where the pages are kept that go back.
        """
        value = site.argument(fact.argument)
        if fact.kind == "batch" and isinstance(value, Address | Symbol):
            known = sorted(kept_at(value, site.state)) if isinstance(value, Address) else []
            for kept in known or self.element(value, site.state):
                self.recorder.taken(kept, site.state, site.frame)
                self.recorder.freed(kept, site, fact.name)
            return [(site.state, Int(0))]
        identity = referred(value)
        if identity is not None and identity in site.state.objects and site.state.objects[identity].table:
            if fact.kind == "deferred":  # kfree_rcu and the like: freed after a grace period
                after_grace(identity, fact, site, self.recorder)
                self.recorder.happens(QUEUE, identity, site.state, site.frame, site.sites)
                self.recorder.happens(CALLBACK, identity, site.state, site.frame, ())
            if fact.kind == "boot":  # one CPU runs, and the boot code flushes when it is done
                self.recorder.happens(FLUSH, identity, site.state, site.frame, ())
            self.recorder.freed(identity, site, fact.name)
        return [(site.state, Int(0))]

    def element(self, array: Address | Symbol, state: State) -> list[int]:
        """Return what stands for all that an array of tables holds, where nothing has been read of it."""
        if isinstance(array, Symbol):
            expression = self.interner.expression(array.key)
            if not isinstance(expression, tuple) or expression[0] != "load":
                return []
            array = Address(expression[1], (*expression[2], "*"))
        if array.base[0] == "local":
            return []
        path = array.path if array.path[-1:] == ("[]",) else (*array.path, "[]")
        found = referred(self.memory.load(Address(array.base, path), ir.Type(), state))
        return [] if found is None else [found]


def forget_another(identity: int, state: State) -> None:
    """Forget what is known of a table that the same call has made before, in an earlier round of a loop.

    Where that was installed, and what stands in it, is any table from now on.
    """
    stale = [
        at
        for at, value in state.memory.items()
        if (
            at.object == identity or (isinstance(value, Reference) and value.object == identity)
            if isinstance(at, Slot)
            else at.base == ("object", identity)
        )
    ]
    for at in stale:
        del state.memory[at]
