# SPDX-License-Identifier: GPL-2.0-or-later
"""A rule as data: its name, how bad it is, and its automaton, queries, words or look-out."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is if it is true."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Event(StrEnum):
    """What code can do to a page-table page, or in the section that walks one."""

    ALLOC = "alloc"
    CONSTRUCT = "construct"  # the page is marked as a page table
    SEEN_CONSTRUCTED = "seen-constructed"  # a test of that mark says so
    SEEN_PLAIN = "seen-plain"  # such a test says that it is none
    PUBLISH = "publish"  # an entry of a live table is set to it
    UNLINK = "unlink"  # that entry is cleared
    FLUSH = "flush"  # of the TLB
    UNSERVED = "unserved"  # it is freed with others, and the TLB was not flushed since it was put among them
    IPI_SYNC = "ipi-sync"  # waits for sections with IRQs off only
    GRACE_PERIOD = "grace-period"  # of normal RCU; begins and ends here
    LINK = "link"  # put on a list, through a member that shares the bytes of an rcu_head
    UNLINK_MEMBER = "unlink-member"  # taken off that list
    DEPOSIT = "deposit"  # another table is stored in its descriptor
    WITHDRAW = "withdraw"  # that member is cleared
    STRANDED = "stranded"  # a huge page's entry in it is emptied, and the table deposited for that stays
    PUT_BY = "put-by"  # it is deposited: stored in another table's descriptor, or in an address space
    TAKEN_BACK = "taken-back"  # something else is stored where it was deposited
    QUEUE = "queue"  # its rcu_head is handed to RCU: a grace period begins
    CALLBACK = "callback"  # the queued function is entered: that grace period has ended
    DIRECT = "direct"  # an RCU callback is called with it, and nothing has waited since it was unlinked
    ACCESS = "access"  # a member that shares the bytes of an rcu_head, after that was queued
    DESTRUCT = "destruct"
    FREE = "free"  # it reaches the page allocator
    MAP = "map"
    NULL_CHECK = "null-check"
    UNMAP = "unmap"
    LOCK = "lock"
    RECHECK = "recheck"
    SLEEP = "sleep"
    SLAB = "slab"  # made by the slab allocator: no whole page of its own
    TAGGED = "tagged"  # its head is to be queued by a pointer with low bits set: that is no page's head
    ANOTHER = "another"  # what stands for any table of an array stands for the next one from now on
    BATCH = "batch"  # put among others that are freed together
    MISMATCH = "mismatch"  # its RCU callback takes the head for that of another type or member
    USE = "use"  # another access than ACCESS, after it was handed over for freeing
    SHARE = "share"  # a pointer into the middle of its page is kept: the page serves several tables
    HOLD = "hold"  # a member of its descriptor that shares bytes with another one is given a value
    RELEASE = "release"  # that member is set to zero
    OVERLAP = "overlap"  # a member with which it shares bytes is given a value
    LAST_REFERENCE = "last-reference"  # a count in its descriptor has fallen to zero on this path


@dataclass(frozen=True, slots=True)
class Transition:
    """An edge of an automaton."""

    source: str
    event: Event
    target: str


@dataclass(frozen=True, slots=True)
class Automaton:
    """A finite automaton over the events of one object. An event without a transition changes nothing."""

    start: str
    states: tuple[str, ...]
    violation: str
    transitions: tuple[Transition, ...]
    over: str = "verdict"  # the events that it reads: of a verdict that is unsafe, or of a "path"
    each: str = ""  # "member": one automaton for each member of a descriptor that shares its bytes
    passing: frozenset[str] = frozenset()  # a table that was left in one of these is found in the first one
    telling: frozenset[str] = frozenset()  # one table that is sure to be left in a container in one of these
    # is enough, whatever others are kept there

    def after(self, state: str, event: Event) -> str:
        """Return the state that *event* leads to from *state*."""
        for transition in self.transitions:
            if transition.source == state and transition.event is event:
                return transition.target
        return state


@dataclass(frozen=True, slots=True)
class Query:
    """A question to Kconfig: a configuration in which the formula is not n violates the rule."""

    name: str  # of the query; part of the identity of what it finds
    formula: str  # Kconfig expression. It is not asked of a tree that does not define all of its symbols
    at: tuple[str, ...]  # the finding is at the entry of the first of these symbols that the tree defines
    lacks: str  # what is wrong, after "PT_RECLAIM can be on ..."
    why: str  # what comes of it
    overrides: str = ""  # a symbol: asked where the architecture has its own in the place of what this guards

    @property
    def symbol(self) -> str:
        """The symbol that the query is about."""
        return self.at[0]


class Lookout(StrEnum):
    """What a rule looks out for in the lines that patches touch."""

    DEAD_BRANCH = "dead-branch"  # code that no configuration compiles
    UNKNOWN_SYMBOL = "unknown-symbol"  # a name of a symbol that no Kconfig file defines


@dataclass(frozen=True, slots=True)
class Lacks:
    """What is said of a call whose callee lacks something; "" where the rule does not care."""

    declaration: str = ""  # nothing in view declares it
    definition: str = ""  # it is declared, and nothing that is compiled defines it
    arguments: str = ""  # it takes another number of arguments


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rules folder. It has an automaton, queries, lacks or a look-out, one of them only."""

    code: str  # "PTL001"
    name: str  # "sync-free"
    title: str
    severity: Severity
    message: str  # template: {callee}, {function}, {level}, {callers}, {member} are replaced; for queries
    # {symbol}, {lacks} and {why}; for lacks {callee}, {function} and {lacks}; else see `ptlint.rules.loader`
    requires: str  # Kconfig expression; combinations in which it is false are none of the rule's. "" = all
    automaton: Automaton | None
    readme: str
    digest: str  # of rule.toml
    folder: str  # where it was found; its cases lie below
    kernel: Severity | None = None  # for a table of the kernel's own address space; None: not of these
    warns: str = ""  # Kconfig expression; where it holds an error is a warning. "" = nowhere
    queries: tuple[Query, ...] = ()
    lacks: Lacks | None = None
    walkers: bool = False  # it speaks of walkers: silent where none is left
    implies: tuple[str, ...] = ()  # codes of rules that need not be reported at the same place
    lookout: Lookout | None = None
    worst: bool = False  # a table that is found is as the worst of its kind, not as all of them

    @property
    def watches(self) -> bool:
        """Whether its automaton reads the events of paths as they are walked."""
        return self.automaton is not None and self.automaton.over == "path"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
