# SPDX-License-Identifier: GPL-2.0-or-later
"""What watches the order of an object's events while a path is walked.

The walk knows no rules. It tells each event of each table to a monitor, and carries along a number for each
table, its *status*, that the monitor gives back: which states the monitor's automata are in, for whatever
states they started in. So two paths that differ only in what a rule has to remember stay apart, as the paths
of property simulation do (Das, Lerner, Seigle, PLDI 2002), and a table that was there before the walk can be
judged afterwards by how such tables are left elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

UNCHANGED = 0  # the status of a table that nothing has happened to yet

# Events, as `ptlint.rules.model.Event` spells them.
ALLOC = "alloc"
SLAB = "slab"
TAGGED = "tagged"
CONSTRUCT = "construct"
PUBLISH = "publish"
UNLINK = "unlink"
FLUSH = "flush"
UNSERVED = "unserved"
IPI_SYNC = "ipi-sync"
GRACE_PERIOD = "grace-period"
LINK = "link"
UNLINK_MEMBER = "unlink-member"
DEPOSIT = "deposit"
WITHDRAW = "withdraw"
STRANDED = "stranded"
PUT_BY = "put-by"
TAKEN_BACK = "taken-back"
QUEUE = "queue"
BATCH = "batch"
CALLBACK = "callback"
DIRECT = "direct"
ANOTHER = "another"
MISMATCH = "mismatch"
ACCESS = "access"
USE = "use"
DESTRUCT = "destruct"
SLEEP = "sleep"
FREE = "free"
SHARE = "share"
LAST = "last-reference"
SEEN_CONSTRUCTED = "seen-constructed"
SEEN_PLAIN = "seen-plain"
HOLD = "hold"
RELEASE = "release"
OVERLAP = "overlap"


def of_member(what: str, member: str) -> str:
    """Return the name of an event, or of a rule's automaton, of one member of a descriptor."""
    return f"{what} {member}"


def split_member(name: str) -> tuple[str, str]:
    """Return an event or the code of a rule, and the member that it is of, "" if of none."""
    what, _, member = name.partition(" ")
    return what, member


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that an event has violated, if the table's automaton started in one of the states `starts`."""

    rule: str  # its code, and the member that its automaton was kept for
    starts: frozenset[str]


class Monitor(Protocol):
    """Follows any number of automata at once."""

    def after(self, status: int, event: str) -> tuple[int, tuple[Broken, ...]]:
        """Return the status that an event leads to, and the rules that it violates."""
        ...

    def violated(self, status: int) -> tuple[Broken, ...]:
        """Return the rules that have been violated, now or before."""
        ...

    def states(self, status: int, rule: str, start: str) -> str:
        """Return the state that the automaton of a rule is in, if it was in *start*."""
        ...

    def start(self, rule: str) -> str:
        """Return the state in which the automaton of a rule finds a page that was just allocated."""
        ...

    def harmless(self, rule: str) -> frozenset[str]:
        """Return the states of a rule's automaton but for its violation."""
        ...

    def worst(self, rule: str) -> bool:
        """Say whether a table that is found is supposed to be in the worst of the states it may be in."""
        ...

    def settled(self, rule: str, state: str) -> str:
        """Return the state in which a table is found that was left in a state of a rule's automaton."""
        ...

    def telling(self, rule: str) -> frozenset[str]:
        """Return the states that count if one table alone is sure to be left in a container in them."""
        ...


class NoMonitor:
    """Watches nothing."""

    def after(self, status: int, event: str) -> tuple[int, tuple[Broken, ...]]:
        """Nothing changes, nothing is violated."""
        return status, ()

    def violated(self, status: int) -> tuple[Broken, ...]:
        """Nothing is."""
        return ()

    def states(self, status: int, rule: str, start: str) -> str:
        """A state that never changes."""
        return start

    def start(self, rule: str) -> str:
        """There is one state."""
        return ""

    def harmless(self, rule: str) -> frozenset[str]:
        """There is one state."""
        return frozenset({""})

    def worst(self, rule: str) -> bool:
        """There is one state."""
        return False

    def settled(self, rule: str, state: str) -> str:
        """There is one state."""
        return state

    def telling(self, rule: str) -> frozenset[str]:
        """There is none."""
        return frozenset()
