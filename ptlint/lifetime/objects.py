# SPDX-License-Identifier: GPL-2.0-or-later
"""The typestate of one object, and the state of one path."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, StrEnum
from typing import TypeVar

from ptlint.lifetime.monitor import UNCHANGED
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.values import Address, Base, Int, Reference, Slot, Value

T = TypeVar("T")


class Visibility(StrEnum):
    """Whether a page-table walker can reach the object."""

    FRESH = "fresh"  # never was in a live table
    LIVE = "live"  # is, or may be, installed in a live table
    UNLINKED = "unlinked"  # was installed; its entry has been cleared
    PARKED = "parked"  # loaded from a container: as it was when it was put there
    PARAMETER = "parameter"  # handed in by an unknown caller


class Sync(IntEnum):
    """The strongest synchronisation since the unlink (or since the object was obtained)."""

    NONE = 0
    IPI = 1
    GRACE = 2


class Origin(StrEnum):
    """Where the pointer comes from."""

    ALLOCATION = "allocation"
    ENTRY = "entry"
    FIELD = "field"
    PARAMETER = "parameter"
    GLOBAL = "global"
    LIST = "list"
    UNKNOWN = "unknown"


class Owner(StrEnum):
    """Whose address space the object belongs to."""

    UNKNOWN = "unknown"
    USER = "user"
    KERNEL = "kernel"
    PARAMETER = "parameter"  # that of something the caller handed in


@dataclass(frozen=True, slots=True)
class Object:
    """What is known of an object on one path. `where` names the origin (field, parameter, callee)."""

    origin: Origin
    where: str
    visibility: Visibility
    sync: Sync = Sync.NONE
    owner: Owner = Owner.UNKNOWN
    space: int = 0  # interned expression of the mm that owns it; 0 if unknown
    level: str = "any"
    table: bool = False  # has had a page-table type
    excluded: bool = False  # unlinked while locks kept every rcu_read_lock walker out, and still so
    container: str = ""  # PARKED: the container it was loaded from
    flagged: bool = False  # marked as a kernel table
    supposed: bool = False  # marked as a kernel table only by supposing that a test of the mark said so
    sorted_out: bool = False  # by bits in the pointer to it, which say what kind of table it is
    early: bool = False  # queued to RCU while still installed
    flushed: bool = False  # the TLB may have been flushed since it was unlinked
    detached: bool = False  # found below a table that was unlinked before: out of reach with that
    freed: bool = False
    unflushed: bool = False  # taken off a local list, and the TLB was not flushed since one was put there
    given: bool = False  # PARKED: what holds it is an argument of the function the walk began with
    batch: Base = ()  # given, as one of many in an array: the storage that holds it
    taken: frozenset[int] = frozenset()  # the loops over arrays of the path's own in which it was handed over
    holder: str = ""  # the container that the table above it, or one further up, was loaded from
    status: int = UNCHANGED  # what the monitor remembers of it
    known_hash: int = field(default=0, init=False, compare=False, repr=False)

    @property
    def made_here(self) -> bool:
        """Whether the walk has seen the page come from the allocator."""
        return self.origin is Origin.ALLOCATION and self.where != NEW_SPACE

    def __reduce__(self) -> tuple[type[Object], tuple[object, ...]]:
        """Leave the hash behind: another process has other hashes."""
        return Object, tuple(getattr(self, one.name) for one in fields(self) if one.init)

    def __hash__(self) -> int:
        """States are told apart by their objects again and again: an object's hash is computed once."""
        if not self.known_hash:
            parts = (self.where, self.visibility, self.sync, self.owner, self.space, self.level, self.table)
            parts_too = (
                self.container,
                self.flagged,
                self.early,
                self.freed,
                self.given,
                self.holder,
                self.status,
            )
            object.__setattr__(self, "known_hash", hash((parts, parts_too)))
        return self.known_hash


@dataclass(frozen=True, slots=True)
class Event:
    """One step in an object's life, for traces. `place` is a syntax Place, `function` the enclosing one."""

    kind: str
    place: object
    function: str
    text: str


@dataclass(slots=True)
class State:
    """One path, or several that agree on every object (property simulation, Das et al., PLDI 2002)."""

    memory: dict[Address | Slot, Value] = field(default_factory=dict)
    objects: dict[int, Object] = field(default_factory=dict)
    history: dict[int, tuple[Event, ...]] = field(default_factory=dict)
    chains: dict[int, tuple[SiteKey, ...]] = field(default_factory=dict)  # the way to where it is kept
    truths: dict[int, bool] = field(default_factory=dict)
    locks: frozenset[tuple[str, Hashable]] = frozenset()
    dead: frozenset[int] = frozenset()  # spaces whose last reference is gone
    graced: frozenset[Base] = frozenset()  # storage whose content a grace period has passed over
    interrupted: bool = False  # every CPU has taken an interrupt since the walk began
    handed: frozenset[int] = frozenset()  # tables that were handed over for freeing
    called: frozenset[int] = frozenset()  # tables whose RCU callback this is
    callback: bool = False  # this is an RCU callback
    reading: frozenset[int] | None = (
        None  # in a read-side section: what was handed over before. Not in `core`
    )
    unflushed: frozenset[str] = frozenset()  # local lists that tables were put on since the TLB was flushed
    served: frozenset[str] = frozenset()  # those that it was flushed for. Neither is in `core`
    cleared: frozenset[str] = frozenset()  # levels of the tables that entries pointed to and were cleared of,
    # as they were found: any table from elsewhere may be one of them. Not in `core`
    slept: tuple[SiteKey, ...] = ()  # where an RCU callback did what is wrong there: it may have slept, say
    impossible: bool = False  # what the path has learnt contradicts itself: it does not exist

    def copy(self) -> State:
        return State(
            dict(self.memory),
            dict(self.objects),
            dict(self.history),
            dict(self.chains),
            dict(self.truths),
            self.locks,
            self.dead,
            self.graced,
            self.interrupted,
            self.handed,
            self.called,
            self.callback,
            self.reading,
            self.unflushed,
            self.served,
            self.cleared,
            self.slept,
            self.impossible,
        )

    def put_on(self, name: str) -> None:
        """A table is put on a local list: a flush before that is none for it."""
        self.unflushed |= {name}
        self.served -= {name}

    def flush_lists(self) -> None:
        """The TLB is flushed: for all that is on local lists."""
        self.served |= self.unflushed
        self.unflushed = frozenset()

    def join_lists(self, other: State) -> bool:
        """Join what is known of lists and entries with that of another path; say whether that is news.

        A flush on one of the paths counts: it is the one on which there was something to flush.
        """
        served = self.served | other.served
        unflushed = (self.unflushed | other.unflushed) - served
        cleared = self.cleared | other.cleared
        news = (served, unflushed, cleared) != (self.served, self.unflushed, self.cleared)
        self.served, self.unflushed, self.cleared = served, unflushed, cleared
        return news

    def may_be_cleared(self, level: str) -> bool:
        """Say whether a table from elsewhere may be one whose entry the path has cleared."""
        return bool(self.cleared if level == "any" else self.cleared & {level, "any"})

    def core(self, places: Container[Address | Slot]) -> Hashable:
        """Return what must agree for two paths to be merged: the objects, who refers to them, the locks.

        A null pointer counts in `places` (those of page-table types) only, and not if it is many structures
        away (a list of them would double the paths with each element); of a freed object, that it is.
        """
        references, tables, held = self._parts(places)
        return (frozenset(references), frozenset(tables), held)

    def _parts(
        self, places: Container[Address | Slot]
    ) -> tuple[list[tuple[Address | Slot, Value]], list[tuple[int, Object]], Hashable]:
        references: list[tuple[Address | Slot, Value]] = []
        named: set[int] = set()
        memory, objects = self.memory, self.objects
        for at, v in memory.items():
            if type(v) is Reference:
                identity = v.object
                if type(at) is Address and at.base[0] != "local":  # kept elsewhere: only tables weigh
                    known = objects.get(identity)
                    if known is None or not known.table:
                        continue
                named.add(identity)
                if v.offset and type(memory.get(Slot(identity, v.offset))) is not Reference:
                    # Which entry of a table it is at counts for nothing if nothing is known of that entry.
                    v = Reference(identity, ANY_ENTRY)
                references.append((at, v))
            elif (
                type(v) is Int
                and v.value == 0
                and type(at) is Address
                and at in places
                and at.path.count("*") <= NEAR
            ):
                references.append((at, v))
        tables = [
            (identity, GONE if known.freed else known)
            for identity, known in objects.items()
            if known.table or identity in named
        ]
        held = (self.locks, self.dead, self.graced, self.interrupted, self.called, self.slept)
        return references, tables, held

    def likeness(self, places: Container[Address | Slot], parents: Iterable[object]) -> Hashable:
        """As `core`, but for which table it is that one place alone points to.

        Such a table is as good as any other one in the same state. `parents` are the tables in which others
        that are known of stand: they are themselves.
        """
        memory, objects = self.memory, self.objects
        pointed: set[int] = set()
        shared: set[object] = {*parents, *self.handed, *self.called}
        for at, v in memory.items():
            if type(v) is Reference:
                if v.object in pointed or type(at) is Slot:
                    shared.add(v.object)
                pointed.add(v.object)
                if type(at) is Slot:
                    shared.add(at.object)
            elif type(v) is Address and v.base[0] == "object":
                shared.add(v.base[1])
            if type(at) is Address and at.base[0] in ("object", "list"):
                shared.add(at.base[-1])
        alike = {
            identity
            for identity in pointed - shared
            if (known := objects.get(identity)) is not None and known.table and not known.freed
        }
        references, tables, held = self._parts(places)
        if not alike:
            return (frozenset(references), frozenset(tables), held)
        return (
            frozenset(
                (
                    at,
                    ("any", v.offset, objects[v.object]) if type(v) is Reference and v.object in alike else v,
                )
                for at, v in references
            ),
            frozenset(one for one in tables if one[0] not in alike),
            held,
        )

    def rename(self, identities: Mapping[int, int]) -> None:
        """Give tables other identities, all at once; forget what was known of their entries."""
        for slot in [s for s in self.memory if type(s) is Slot and s.object in identities]:
            del self.memory[slot]
        for at, value in self.memory.items():
            if type(value) is Reference and value.object in identities:
                self.memory[at] = Reference(identities[value.object], value.offset)
        self.objects = renamed(self.objects, identities)
        self.history = renamed(self.history, identities)
        self.chains = renamed(self.chains, identities)

    def as_found(self, identity: int) -> bool:
        """Say whether a table came from a container and nothing has been done to it since."""
        known = self.objects.get(identity)
        return known is not None and known.visibility is Visibility.PARKED and not known.freed

    def collect(self, frame: int, live: Container[Hashable]) -> None:
        """Forget the locals of an activation that are not live, then what nothing refers to any more."""
        memory = self.memory
        stale: list[Address | Slot] = []
        slots: list[tuple[Slot, Value]] = []
        inside: list[Address] = []  # members of objects
        holding: set[object] = set()  # those with a table in a member
        held: set[tuple[int, int]] = set()  # references, as (object, offset)
        alive: set[object] = set()
        for at, v in memory.items():
            if type(at) is Address:
                kind = at.base[0]
                if kind == "local":
                    if at.base[1] == frame and at.base[2] not in live:
                        stale.append(at)
                        continue
                elif kind == "object":
                    inside.append(at)
                    if type(v) is Reference:
                        holding.add(at.base[1])
                if type(v) is Reference:
                    held.add(v)
                    alive.add(v.object)
            else:
                slots.append((at, v))  # type: ignore[arg-type]
            if type(v) is Address and v.base[0] == "object":
                alive.add(v.base[1])
        for place in stale:
            del memory[place]
        if slots:
            self.reach(slots, held, alive, holding)
            for at, v in slots:
                if (at.object, at.offset) not in held or (type(v) is Reference and v.object not in alive):
                    del memory[at]
        for at in inside:
            if at.base[1] not in alive:
                del memory[at]
        if not alive.issuperset(self.objects):
            for identity in [i for i in self.objects if i not in alive]:
                del self.objects[identity]
                self.history.pop(identity, None)
                self.chains.pop(identity, None)
            self.handed = self.handed.intersection(self.objects)
            self.called = self.called.intersection(self.objects)

    def reach(
        self,
        slots: Iterable[tuple[Slot, Value]],
        held: set[tuple[int, int]],
        alive: set[object],
        holding: Container[object],
    ) -> None:
        """Add what is referred to from entries that something alive points to, unless it is as any other.

        A table with another one in a member of its descriptor (*holding*), a deposit say, is not.
        """
        grown = True
        while grown:
            grown = False
            for at, v in slots:
                if (
                    type(v) is Reference
                    and v.object not in alive
                    and (at.object, at.offset) in held
                    and (v.object in holding or not self.ordinary(v.object))
                ):
                    alive.add(v.object)
                    held.add(v)
                    grown = True

    def ordinary(self, identity: int) -> bool:
        """Say whether an object is as any table in an entry is: installed, with nothing done to it.

        In a table that nobody else knows of, one that was freed or just found there counts as such as well.
        """
        known = self.objects.get(identity)
        if known is None or known.visibility is Visibility.FRESH:
            return known is None or known.freed or known.origin is Origin.ENTRY
        return known.visibility is Visibility.LIVE and known.sync is Sync.NONE and not known.early

    def shared(self, at: Address) -> bool:
        """Say whether storage is a member of a page's descriptor that is not this path's own."""
        holder = self.objects.get(at.base[1]) if isinstance(at.base[1], int) else None
        return at.base[0] == "object" and holder is not None and holder.visibility is not Visibility.FRESH

    def is_table(self, value: Value) -> bool:
        """Say whether a value refers to an object that has had a page-table type."""
        return (
            isinstance(value, Reference) and value.object in self.objects and self.objects[value.object].table
        )

    def change(self, identity: int, **changes: object) -> None:
        """Replace fields of an object."""
        self.objects[identity] = replace(self.objects[identity], **changes)  # type: ignore[arg-type]

    def record(self, identity: int, event: Event) -> None:
        """Append an event to an object's history (bounded; the first and the latest are kept)."""
        past = self.history.get(identity, ())
        if past and past[-1] == event:
            return
        if len(past) >= MAX_HISTORY:
            past = past[:4] + past[5:]
        self.history[identity] = (*past, event)


def renamed(known: Mapping[int, T], identities: Mapping[int, int]) -> dict[int, T]:
    """Return what is known of objects under the new identities of some."""
    return {identities.get(identity, identity): one for identity, one in known.items()}


MAX_HISTORY = 24
GONE = Object(Origin.UNKNOWN, "", Visibility.PARKED, freed=True)  # for what was known of a freed object
NEW_SPACE = "an address space that was made here and given to nobody"
ANY_ENTRY = -1
NEAR = 1  # how many pointers away from what the path has at hand a null pointer tells paths apart
