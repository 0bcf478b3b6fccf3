# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists: a table that is linked into one is parked there."""

from __future__ import annotations

from ptlint.lifetime.callsite import CallSite, Handler, Outcomes, referred
from ptlint.lifetime.discovery import UNLISTED
from ptlint.lifetime.monitor import ACCESS, LINK, UNLINK_MEMBER
from ptlint.lifetime.objects import Origin, State
from ptlint.lifetime.recorder import Recorder
from ptlint.lifetime.skipped import any_answer
from ptlint.lifetime.storage import Descriptors
from ptlint.lifetime.values import Address, Int, Interner, Symbol, Value
from ptlint.program.facts import Fact


class ListEvents:
    """Primitives of the kernel's lists; lists go by the names of their heads."""

    def __init__(self, interner: Interner, recorder: Recorder, descriptors: Descriptors) -> None:
        self.interner = interner
        self.recorder = recorder
        self.provenance = recorder.provenance
        self.descriptors = descriptors

    def handlers(self) -> dict[str, Handler]:
        """Return the handler of each event."""
        return {
            "list-add": self.on_list_add,
            "list-del": self.on_list_del,
            "list-init": self.on_list_init,
            "list-splice": self.on_list_splice,
            "list-take": self.on_list_take,
            "list-test": self.on_list_test,
        }

    def on_list_add(self, fact: Fact, site: CallSite) -> Outcomes:
        """`argument` is linked into the list of `value`: left there, if the list has a name.

        What an entry pointed to is a table, or what a leaf maps: which, those say who take it off the list.
        Behind a page that is no table there are no tables.
        """
        entry, head = site.argument(fact.argument), site.argument(fact.value)
        identity = referred(entry)
        state = site.state
        known = None if identity is None else state.objects.get(identity)
        if identity is not None and known is not None and (known.table or known.origin is Origin.ENTRY):
            name = self.provenance.behind(head, state) or self.provenance.list_name(head)
            self.linked(LINK, entry, identity, site)
            self.recorder.note(
                state, identity, "link", site.instruction.place, site.frame, f"linked into {name}"
            )
            if name and (known.table or not self.behind_data(head, state)):
                self.recorder.fills(name, known)
                self.recorder.park(name, identity, state, site.frame, site.sites)
                if isinstance(head, Address) and head.base[0] == "local":
                    self.name_links(head, name, site)  # not all that is in it has waited any more
                    state.put_on(name)
                if (
                    known.supposed
                ):  # what became of a table of the kernel, if it is one, tells nothing of others
                    state.change(identity, freed=True)
        return [(state, Int(0))]

    def on_list_test(self, fact: Fact, site: CallSite) -> Outcomes:
        """A question about a list changes nothing; its answer is not known, each time anew."""
        return [(site.state, any_answer(site, self.interner))]

    def behind_data(self, head: Value, state: State) -> bool:
        """Say whether a list's head stands in the descriptor of a page that is not known to be a table."""
        identity = head.base[1] if isinstance(head, Address) and head.base[0] == "object" else None
        owner = state.objects.get(identity) if isinstance(identity, int) else None
        return owner is not None and not owner.table

    def linked(self, event: str, entry: Value, identity: int, site: CallSite) -> None:
        """Tell of an event of the member that links a table, if it shares its bytes with the rcu_head."""
        if isinstance(entry, Address) and self.descriptors.of_head(entry, site.frame):
            self.recorder.happens(event, identity, site.state, site.frame, site.sites)

    def on_list_del(self, fact: Fact, site: CallSite) -> Outcomes:
        """`argument` is taken off whatever list it is on."""
        entry = site.argument(fact.argument)
        identity = referred(entry)
        state = site.state
        if isinstance(entry, Address) and entry.base[0] == "symbol":
            if self.descriptors.in_head(entry, site.frame):  # it may turn out to be a table
                state.memory[Address(entry.base, (UNLISTED,))] = Int(1)
        elif identity is not None and identity in state.objects:
            for at in [
                a
                for a in state.memory
                if isinstance(a, Address) and a.base[0] == "list" and a.base[2] == identity
            ]:
                del state.memory[at]
            self.linked(UNLINK_MEMBER, entry, identity, site)
            self.recorder.note(
                state, identity, "unlink-member", site.instruction.place, site.frame, "taken off its list"
            )
        return [(state, Int(0))]

    def on_list_init(self, fact: Fact, site: CallSite) -> Outcomes:
        """`argument` is an empty list: what is found there later was linked into a list of its name."""
        head = site.argument(fact.argument)
        if isinstance(head, Address) and head.base[0] == "local":
            self.name_links(head, self.provenance.list_name(head), site)
        identity = referred(head)
        if identity is not None and (identity in site.state.handed or identity in site.state.called):
            self.linked(ACCESS, head, identity, site)
        return [(site.state, Int(0))]

    def name_links(self, head: Address, name: str, site: CallSite) -> None:
        """Let what is read from a list's head be an element of the list of this name."""
        for link in ("next", "prev"):
            link_at = Address(head.base, (*head.path, link))
            site.state.memory[link_at] = Symbol(self.provenance.list_link(name, waited=False))

    def on_list_take(self, fact: Fact, site: CallSite) -> Outcomes:
        """Everything is taken off a list; the result leads to its elements."""
        name = self.provenance.list_name(site.argument(fact.argument))
        return [(site.state, Symbol(self.provenance.list_link(name, waited=False)))]

    def on_list_splice(self, fact: Fact, site: CallSite) -> Outcomes:
        """What was on one list is now on the other, a local one mostly: it goes by the first one's name."""
        source, target = site.argument(fact.argument), site.argument(fact.value)
        if isinstance(target, Address):
            self.name_links(target, self.provenance.list_name(source), site)
        return [(site.state, Int(0))]
