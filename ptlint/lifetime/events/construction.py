# SPDX-License-Identifier: GPL-2.0-or-later
"""The constructor and the destructor of a page table: the page's type is set, and cleared again."""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite, Handler, Outcomes, referred
from ptlint.lifetime.monitor import CONSTRUCT, DESTRUCT
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.values import Int
from ptlint.program.facts import Fact


class ConstructionEvents:
    """Primitives that make a page a page table, in the eyes of the rest of the kernel, and no more."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {CONSTRUCT: self.on_construction, DESTRUCT: self.on_construction}

    def on_construction(self, fact: Fact, site: CallSite) -> Outcomes:
        """`argument` is constructed, or destructed."""
        identity = referred(site.argument(fact.argument))
        state = site.state
        if identity is None or identity not in state.objects:
            return [(state, Int(0))]
        if not state.objects[identity].table:
            state.change(identity, table=True)  # a page of no such type becomes one here, or was one
        self.recorder.happens(fact.event, identity, state, site.frame, site.sites)
        text = f"{fact.name}(): {fact.event}ed"
        self.recorder.note(state, identity, fact.event, site.instruction.place, site.frame, text)
        return [(state, Int(0))]
