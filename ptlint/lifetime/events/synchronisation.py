# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps page-table walkers away: grace periods, interrupts to all CPUs, locks, last references."""

from __future__ import annotations

from collections.abc import Iterable

from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes, referred
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.memory import write
from ptlint.lifetime.monitor import GRACE_PERIOD, IPI_SYNC, LAST
from ptlint.lifetime.objects import Origin, State, Sync, Visibility
from ptlint.lifetime.provenance import LINKS
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.unions import Unions
from ptlint.lifetime.values import Address, Int, Interner, Reference, Symbol, pointer_to
from ptlint.program.facts import Fact

LINKED = tuple((link,) for link in LINKS)  # the paths of a list head's members
COOKIE = "grace cookie"  # an expression: made while these tables were unlinked
READING = "reading"  # the lock of a section that grace periods wait for


class SynchronisationEvents:
    """Primitives that wait for walkers, keep them out, or tell that there are none."""

    def __init__(self, interner: Interner, recorder: Recorder, unions: Unions, skip: Follow) -> None:
        self.interner = interner
        self.unions = unions
        self.recorder = recorder
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "grace-period": self.on_sync,
            "grace-cookie": self.on_cookie,
            "grace-since": self.on_since,
            "grace-poll": self.on_poll,
            "ipi-sync": self.on_sync,
            "lock": self.on_lock,
            "assert-lock": self.on_lock,
            "unlock": self.on_unlock,
            "downgrade": self.on_unlock,
            "walker": self.on_walker,
            "hardware-walk": self.on_hardware,
            "last-reference": self.on_last_reference,
        }

    def on_sync(self, fact: Fact, site: CallSite) -> Outcomes:
        """synchronize_rcu, or an interrupt to all CPUs: orders walkers for all that is unlinked now."""
        if fact.condition is not None and site.argument(fact.condition) == Int(0):
            return [(site.state, Int(0))]
        sync = Sync.GRACE if fact.event == "grace-period" else Sync.IPI
        text = (
            "waits for a grace period"
            if sync is Sync.GRACE
            else "waits until every CPU has taken an interrupt"
        )
        state = site.state
        state.interrupted = True
        self.order(waiting(state), sync, f"{fact.name}() {text}", state, site)
        if sync is Sync.GRACE:
            self.wait_for_lists(state, site.frame)
        return [(state, Int(0))]

    def on_hardware(self, fact: Fact, site: CallSite) -> Outcomes:
        """Where processors do not walk the tables by themselves, nothing is left to be flushed."""
        tables = self.recorder.unlinked(site.state)
        if not (tables or site.state.unflushed):
            return self.skip(site)
        spared = site.state.copy()
        self.recorder.flushed(tables, spared, site.frame)
        spared.flush_lists()
        return [(site.state, Int(1)), (spared, Int(0))]

    def order(self, tables: Iterable[int], sync: Sync, text: str, state: State, site: CallSite) -> None:
        """Walkers that may have seen some tables are gone."""
        event = GRACE_PERIOD if sync is Sync.GRACE else IPI_SYNC
        for identity in tables:
            if state.objects[identity].sync < sync:
                state.change(identity, sync=sync)
                self.recorder.happens(event, identity, state, site.frame, site.sites)
                self.recorder.note(state, identity, event, site.instruction.place, site.frame, text)

    def on_cookie(self, fact: Fact, site: CallSite) -> Outcomes:
        """get_state_synchronize_rcu: the cookie stands for what is unlinked now."""
        cookie = Symbol(self.interner.key((COOKIE, *waiting(site.state))))
        if fact.argument is not None:
            at = site.argument(fact.argument)
            if isinstance(at, Address):
                write(at, cookie, site.state)
        return [(site.state, cookie)]

    def on_since(self, fact: Fact, site: CallSite) -> Outcomes:
        """cond_synchronize_rcu: a grace period has passed since a cookie was made."""
        self.passed(fact, site, site.state)
        return [(site.state, Int(0))]

    def on_poll(self, fact: Fact, site: CallSite) -> Outcomes:
        """poll_state_synchronize_rcu: true means that a grace period has passed since."""
        passed = site.state.copy()
        self.passed(fact, site, passed)
        return [(passed, Int(1)), (site.state, Int(0))]

    def passed(self, fact: Fact, site: CallSite, state: State) -> None:
        """A grace period has passed since a cookie was made.

        Over-approximates: of a cookie that was kept elsewhere it is not known when it was made, so no table
        has waited. What was on lists as it was made is not remembered either.
        """
        cookie = site.argument(fact.argument or 0)
        if isinstance(cookie, Address):
            cookie = state.memory.get(cookie, cookie)
        expression = self.interner.expression(cookie.key) if isinstance(cookie, Symbol) else None
        if isinstance(expression, tuple) and expression[0] == COOKIE:
            still = [one for one in waiting(state) if one in expression[1:]]
            self.order(still, Sync.GRACE, f"{fact.name}(): a grace period has passed", state, site)

    def wait_for_lists(self, state: State, frame: Frame) -> None:
        """What is on a local list has waited as well: nobody else puts anything there meanwhile."""
        provenance = self.recorder.provenance
        waited: dict[Address, str] = {}
        for at, value in state.memory.items():
            if isinstance(at, Address) and at.base[0] == "local" and isinstance(value, Symbol):
                taken = provenance.taken(value.key)
                if taken:
                    waited[at] = taken
            if isinstance(at, Address) and at.base[0] == "local" and at.path[-1:] in LINKED:
                link = value.key if isinstance(value, Symbol) else 0
                waited[at] = (
                    provenance.list_of(link, state) if link and not provenance.contained(link) else ""
                )
        for name in sorted(self.recorder.journal.filled):
            head = local_head(name, frame)
            if head is not None:
                for path in LINKED:
                    waited.setdefault(Address(head.base, path), name)
        for at, name in waited.items():
            if name:
                state.memory[at] = Symbol(provenance.list_link(name, waited=True))

    def on_lock(self, fact: Fact, site: CallSite) -> Outcomes:
        """The lock `argument` is held from now on; a trylock may have failed."""
        site.state.locks = site.state.locks | {
            (fact.kind, self.interner.number(site.argument(fact.argument)))
        }
        if site.instruction.result is None:
            return [(site.state, Int(0))]
        return self.skip(site)

    def on_unlock(self, fact: Fact, site: CallSite) -> Outcomes:
        """No lock of that kind is held any more: walkers may come again."""
        state = site.state
        state.locks = frozenset(lock for lock in state.locks if lock[0] != fact.kind)
        if fact.kind == "mmap-write":
            for identity, known in list(state.objects.items()):
                if known.excluded:
                    state.change(identity, excluded=False)
        return [(state, Int(0))]

    def on_walker(self, fact: Fact, site: CallSite) -> Outcomes:
        """A section of kind `reading` begins, or ends: it covers tables that are queued in it.

        With it is kept which ones were handed over before. The end of an inner section ends the outer one.
        """
        state = site.state
        state.reading = state.handed if fact.kind == READING else None
        return [(state, Int(0))]

    def on_last_reference(self, fact: Fact, site: CallSite) -> Outcomes:
        """`X_dec_and_test(&space->count)`: true means that nobody can refer to the space any more.

        A count in a table's descriptor says how many refer to that: other tables on its page, say.
        """
        counter = site.argument(fact.argument)
        identity = referred(counter)
        if (
            identity is not None
            and isinstance(counter, Address)
            and site.state.is_table(Reference(identity, 0))
        ):
            last = site.state.copy()
            self.recorder.happens(LAST, identity, last, site.frame, site.sites)
            self.unions.written(counter, Int(0), site.instruction.place, last, site.frame)
            return [(last, Int(1)), (site.state, Int(0))]
        if (
            not isinstance(counter, Address)
            or not counter.path
            or str(counter.path[0]) not in fact.kind.split(",")
        ):
            return self.skip(site)
        last = site.state.copy()
        last.dead = last.dead | {self.interner.number(pointer_to(Address(counter.base, ()), self.interner))}
        return [(last, Int(1)), (site.state, Int(0))]


def waiting(state: State) -> list[int]:
    """Return the tables that a grace period is of use to if it begins now."""
    return [
        identity
        for identity, known in state.objects.items()
        if known.visibility in (Visibility.UNLINKED, Visibility.PARAMETER)
        or (known.visibility is Visibility.PARKED and known.origin is not Origin.LIST)
    ]


def local_head(name: str, frame: Frame | None) -> Address | None:
    """Return where a list of this name is in an activation that is going on, None if it is none of theirs."""
    function, _, local = name.removeprefix("list ").rpartition(".")
    while frame is not None and frame.definition.function.name != function:
        frame = frame.parent
    return Address(("local", frame.number, local), ()) if frame is not None else None
