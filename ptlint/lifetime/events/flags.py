# SPDX-License-Identifier: GPL-2.0-or-later
"""Marks in a page's descriptor: of the kernel's own tables, of memory from boot, of constructed tables."""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite, Follow, Handler, Outcomes, referred
from ptlint.lifetime.monitor import SEEN_CONSTRUCTED, SEEN_PLAIN
from ptlint.lifetime.objects import Owner, State, Visibility
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.values import Address, Int, Reference
from ptlint.program.facts import Fact, Facts
from ptlint.syntax import ir


class FlagEvents:
    """Bit operations on flags that a fact calls a mark of kernel tables."""

    def __init__(self, facts: Facts, recorder: Recorder, skip: Follow) -> None:
        self.facts = facts
        self.booting = frozenset(n for n in facts.names("alloc") if facts.by_name[n].kind == "boot")
        self.recorder = recorder
        self.skip = skip

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "flag-set": self.on_flag,
            "flag-clear": self.on_flag,
            "flag-test": self.on_flag,
            "constructed": self.on_constructed,
            "mark-set": self.on_mark,
            "mark-clear": self.on_mark,
            "mark-test": self.on_mark,
            "mark-take": self.on_mark,
        }

    def from_boot(self, identity: int | None, site: CallSite) -> Outcomes:
        """Was a page taken at boot? None that the page allocator gave, or that a user owns, was."""
        known = None if identity is None else site.state.objects.get(identity)
        if identity is None or known is None:
            return self.skip(site)
        if known.made_here and known.where not in self.booting:
            return [(site.state, Int(0))]
        if known.owner is Owner.USER or (known.visibility is Visibility.FRESH and not known.made_here):
            return [(site.state, Int(0))]
        if known.owner is Owner.KERNEL or known.flagged:
            return self.skip(site)
        return either(identity, site.state)

    def on_constructed(self, fact: Fact, site: CallSite) -> Outcomes:
        """Is `argument` marked as a page table? From then on a path knows whether its destructor is due."""
        identity = referred(site.argument(fact.argument))
        if identity is None or not site.state.is_table(Reference(identity, 0)):
            return self.skip(site)
        marked = site.state.copy()
        self.recorder.happens(SEEN_CONSTRUCTED, identity, marked, site.frame, site.sites)
        self.recorder.happens(SEEN_PLAIN, identity, site.state, site.frame, site.sites)
        return [(marked, Int(1)), (site.state, Int(0))]

    def on_mark(self, fact: Fact, site: CallSite) -> Outcomes:
        """A flag of a page that `kind` names: what the path has set is set until the path clears it."""
        identity = referred(site.argument(fact.argument))
        if identity is None:
            return self.skip(site)
        at = Address(("object", identity), (f"{fact.kind} flag",))
        known = site.state.memory.get(at)
        if fact.event != "mark-test":
            site.state.memory[at] = Int(int(fact.event == "mark-set"))
        if fact.event in ("mark-set", "mark-clear"):
            return [(site.state, Int(0))]
        return self.skip(site) if known is None else [(site.state, known)]

    def on_flag(self, fact: Fact, site: CallSite) -> Outcomes:
        """set_bit, clear_bit and test_bit of a flag that marks kernel tables."""
        bit = ir.uncast(site.instruction.arguments[0]) if site.instruction.arguments else None
        name = bit.name if isinstance(bit, ir.Constant | ir.Name) else ""
        flag = self.facts.by_name.get(name)
        identity = referred(site.argument(1))
        if flag is not None and flag.event == "boot-flag" and fact.event == "flag-test":
            return self.from_boot(identity, site)
        if (
            flag is None
            or flag.event != "kernel-flag"
            or identity is None
            or identity not in site.state.objects
        ):
            return self.skip(site)
        state = site.state
        known = state.objects[identity]
        if fact.event == "flag-set":
            state.change(identity, flagged=True)
            self.recorder.note(
                state, identity, "kernel", site.instruction.place, site.frame, "marked as a kernel table"
            )
            return [(state, Int(0))]
        if fact.event == "flag-clear":
            return [(state, Int(0))]
        if known.flagged:
            return [(state, Int(1))]
        if known.visibility is Visibility.FRESH or known.owner is Owner.USER:
            return [(state, Int(0))]
        return either(identity, state)


def either(identity: int, state: State) -> Outcomes:
    """A test of a mark says so, or not: the table is one of the kernel only by supposing the first.

    Unless that is known: then it may have no mark all the same.
    """
    marked = state.copy()
    marked.change(identity, flagged=True, supposed=state.objects[identity].owner is not Owner.KERNEL)
    return [(marked, Int(1)), (state, Int(0))]
