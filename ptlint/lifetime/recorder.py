# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells the journal what happens to objects, and by which way they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Free, Journal, Violation
from ptlint.lifetime.monitor import ANOTHER, FLUSH, FREE, SLEEP, TAKEN_BACK, UNCHANGED, USE, Broken, Monitor
from ptlint.lifetime.objects import Event, Object, Origin, Owner, State, Sync, Visibility
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.sites import SiteKey, enclosing, flatten
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.truths import Truths
from ptlint.lifetime.values import Address, Base, Location, Reference
from ptlint.syntax import ir


class Recorder:
    """Keeps histories and site chains in the states, and writes frees and deposits to the journal."""

    def __init__(
        self,
        journal: Journal,
        truths: Truths,
        provenance: Provenance,
        kernel_roots: frozenset[str],
        monitor: Monitor,
        types: TableTypes,
    ) -> None:
        self.types = types
        self.journal = journal
        self.monitor = monitor
        self.truths = truths
        self.interner = truths.interner
        self.provenance = provenance
        self.kernel_roots = kernel_roots
        self.handed_below: dict[int, set[tuple[str, str]]] = {}  # the functions that were under way then

    def fills(self, container: str, known: Object) -> None:
        """Note that a container holds tables, if an object that is put there is one.

        A table in a variable of its own stays there: what is taken for it (the empty entry of an architecture
        that was read as a huge page, on a path that is none) tells nothing of what else a container holds.
        """
        if known.table and known.origin is not Origin.GLOBAL:
            self.journal.filled.add(container)

    # ---- what happens

    def note(self, state: State, identity: int, kind: str, place: ir.Place, frame: Frame, text: str) -> None:
        """Add an event to an object's history."""
        state.record(identity, Event(kind, place, enclosing(place, frame.definition.function.name), text))

    def happens(
        self, event: str, identity: int, state: State, frame: Frame, sites: tuple[SiteKey, ...]
    ) -> None:
        """Tell the monitor of an event of a table, which has happened at the last of `sites`."""
        known = state.objects.get(identity)
        if known is None:
            return
        after, broken = self.monitor.after(known.status, event)
        for one in broken if known.table else ():
            free = self.snapshot(identity, state, frame, sites)
            earlier = [past.starts for past in self.monitor.violated(known.status) if past.rule == one.rule]
            before = frozenset[str]().union(*earlier)
            cleared = state.may_be_cleared(known.level)
            below = frozenset(self.handed_below.get(identity, ())) if event == USE else frozenset()
            self.journal.violate(Violation(one.rule, event, one.starts, free, before, cleared, below))
        if after != known.status:
            state.change(identity, status=after)
        if sites and known.table and known.origin is not Origin.PARAMETER:
            violated = self.monitor.violated(after)
            found = not known.made_here
            wrong = frozenset(
                one.rule for one in violated if found or self.monitor.start(one.rule) in one.starts
            )
            doubts = [self.doubt(one, event, known, state) for one in violated if found]
            for key in flatten((state.chains.get(identity, ()), self.way(identity, state, frame), sites)):
                self.journal.passes(event, key, wrong, doubts)

    def unlinked(self, state: State) -> list[int]:
        """Return the tables whose entries were cleared, and that are not freed."""
        return [
            identity
            for identity, known in state.objects.items()
            if known.visibility is Visibility.UNLINKED and not known.freed
        ]

    def flushed(self, tables: Iterable[int], state: State, frame: Frame) -> None:
        """Tell some tables of a flush of the TLB."""
        for identity in tables:
            self.happens(FLUSH, identity, state, frame, ())
            state.change(identity, flushed=True)

    def may_be_kernel(self, identity: int, state: State) -> bool:
        """Say whether a table may be the kernel's."""
        return state.objects[identity].owner is not Owner.USER

    def doubt(self, broken: Broken, event: str, known: Object, state: State) -> Violation:
        """Return a violation with no more than what tells how such tables are found."""
        found = Object(
            known.origin,
            known.where,
            known.visibility,
            level=known.level,
            container=known.container,
            unflushed=known.unflushed,
        )
        kernel = self.is_kernel(known, state)
        return Violation(broken.rule, event, broken.starts, Free((), found, (), ("", ""), False, kernel))

    def hand_over(
        self, event: str, identity: int, state: State, frame: Frame, sites: tuple[SiteKey, ...]
    ) -> None:
        """As `happens`, for an event after which the table belongs to whoever frees it."""
        over = frozenset(one.number for one in stack(frame) if self.goes_over(one))
        if over:
            state.change(identity, taken=over)
        self.happens(event, identity, state, frame, sites)
        self.handed_below.setdefault(identity, set()).update(one.definition.key for one in stack(frame))
        state.handed |= {identity}

    def again(self, identity: int, at: Location, state: State, frame: Frame) -> bool:
        """Say whether a table is taken out of an array that a call has gone over before, and handed over.

        A loop over an array of the path's own takes each of its tables once; another one takes the same ones
        again. What a call without a loop takes may be another one each time.
        """
        known = state.objects.get(identity)
        if (
            known is None
            or not isinstance(at, Address)
            or at.base[0] != "local"
            or not known.made_here
            or not loops(frame)
            or known.taken <= {one.number for one in stack(frame)}
        ):
            return False
        state.change(identity, freed=False)  # what becomes of it keeps paths apart
        return True

    def goes_over(self, frame: Frame) -> bool:
        """Say whether an activation has a loop, and was handed an array, or other storage, of the path's."""
        return loops(frame) and any(
            isinstance(base, tuple) and (base[0] == "local" or self.local_array(base))
            for base in frame.carried
        )

    def local_array(self, base: Base) -> bool:
        """Say whether a pointer was read from a local: an array is one to its elements."""
        pointer = self.interner.expression(base[1]) if isinstance(base[1], int) else None
        return isinstance(pointer, tuple) and pointer[0] == "load" and pointer[1][0] == "local"

    def taken(self, identity: int, state: State, frame: Frame) -> None:
        """A table is taken out of an array, one that stands for any in it: whoever takes it owns it.

        After the one before was freed, it is another one, as it was found.
        """
        if identity not in state.handed:
            return
        known = state.objects[identity]
        if known.freed and known.origin is not Origin.ALLOCATION:
            state.change(identity, status=UNCHANGED)
        else:
            self.happens(ANOTHER, identity, state, frame, ())
        state.handed -= {identity}

    def taken_back(self, identity: int, state: State) -> bool:
        """Say whether the path has taken a table out of where it was deposited, and has it still."""
        status = state.objects[identity].status
        return status != UNCHANGED and self.monitor.after(status, TAKEN_BACK)[0] == status

    def freed(self, identity: int, site: CallSite, callee: str) -> None:
        """Note that an object reached the allocator; a null pointer does not."""
        state = site.state
        if state.slept:
            self.happens(SLEEP, identity, state, site.frame, state.slept)
        if self.truths.known(self.interner.number(Reference(identity, 0)), state) is False:
            return
        self.note(
            state,
            identity,
            "free",
            site.instruction.place,
            site.frame,
            f"{callee}() gives the page back to the allocator",
        )
        self.journal.free(self.snapshot(identity, state, site.frame, site.sites))
        self.hand_over(FREE, identity, state, site.frame, site.sites)
        state.chains.pop(identity, None)  # this is where the way ended that it came by
        known = state.objects[identity]  # what was supposed of its mark keeps no paths apart from here on
        state.change(identity, freed=True, flagged=known.flagged and not known.supposed, supposed=False)

    def park(
        self,
        container: str,
        identity: int,
        state: State,
        frame: Frame,
        sites: tuple[SiteKey, ...],
        static: bool = False,
        part: bool = False,
    ) -> None:
        """Note that an object was left in a container, in the state it is in."""
        self.journal.park(container, self.snapshot(identity, state, frame, sites), static, part)

    def leaves(self, identity: int, state: State) -> None:
        """Note how a table that was allocated here is where walkers may find it from now on."""
        known = state.objects[identity]
        if known.made_here and known.table and not known.freed:
            self.journal.leave(known, self.is_kernel(known, state))

    def leave_root(self, state: State, frame: Frame) -> None:
        """A root returns: what it left in storage that outlives it is parked there."""
        for at, value in state.memory.items():
            if isinstance(at, Address) and isinstance(value, Reference):
                self.leave(at, value, state, frame)

    def shared(self, at: Address, identity: int, state: State) -> bool:
        """Say whether others may take a table out of a storage as soon as it is there.

        So they do out of a page's descriptor, and of an address space, but for the root of its tables.
        """
        if state.shared(at):
            return True
        known = state.objects.get(identity)
        tag = self.provenance.tag(at)
        return (
            bool(tag)
            and at.base[0] != "local"
            and known is not None
            and known.level != "pgd"
            and self.types.in_space(ir.Type(f"struct {tag}"))
        )

    def leave(self, at: Address, value: Reference, state: State, frame: Frame) -> None:
        """Park what is kept in a storage that outlives the walk, unless it was found there."""
        if at.base[0] == "local" or self.shared(at, value.object, state):
            return  # it was parked when it was stored
        known = state.objects.get(value.object)
        if known is None or not known.table:
            return
        if known.freed:
            if known.made_here and not value.offset and self.handed_in(at):
                self.journal.dangling = True
            return
        name = str(at.base[1]) if at.base[0] == "list" else self.provenance.container_name(at)
        if known.visibility is Visibility.PARKED and known.container == name:
            return
        if known.origin is Origin.PARAMETER and at.base[0] == "symbol" and value.offset:
            return
        self.park(name, value.object, state, frame, (), at.base[0] == "global", bool(value.offset))

    def handed_in(self, at: Address) -> bool:
        """Say whether a storage is in a structure that the caller made and handed in.

        An address space is not: what it points to is there for all, whoever calls.
        """
        holder = at.base[1] if at.base[0] == "symbol" else None
        if not isinstance(holder, int) or not self.provenance.parameter_of(holder):
            return False
        tags = {self.provenance.tag(Address(at.base, at.path[:end])) for end in range(1, len(at.path) + 1)}
        return not any(tag and self.types.in_space(ir.Type(f"struct {tag}")) for tag in tags)

    # ---- the way

    def chain(self, state: State, identity: int, frame: Frame, sites: tuple[SiteKey, ...]) -> None:
        """Keep the way an object has come, for when it goes on in another context."""
        state.chains[identity] = flatten(
            (state.chains.get(identity, ()), self.way(identity, state, frame), sites)
        )

    def way(self, identity: int, state: State, frame: Frame | None) -> tuple[SiteKey, ...]:
        """Return the call sites on the stack that hand the object on, outermost first."""
        known = state.objects[identity]
        result: list[SiteKey] = []
        while frame is not None and frame.parent is not None:
            if (
                identity in frame.passed
                or frame.number in known.taken
                or self.carries(frame, known.batch)
                or (
                    known.origin is Origin.FIELD and known.sync is Sync.GRACE and frame.carried & state.graced
                )
            ):
                result[:0] = frame.sites
            frame = frame.parent
        return tuple(result)

    def carries(self, frame: Frame, batch: Base) -> bool:
        """Say whether a call hands on the storage that a table was read from, or a pointer found there."""
        if not batch or batch in frame.carried:
            return bool(batch)
        for base in frame.carried:
            if isinstance(base, tuple) and base[0] == "symbol":
                pointer = self.interner.expression(base[1])
                if isinstance(pointer, tuple) and pointer[0] == "load" and pointer[1] == batch:
                    return True
        return False

    # ---- what is known

    def snapshot(self, identity: int, state: State, frame: Frame, sites: tuple[SiteKey, ...]) -> Free:
        """Return what is known of an object now, with the way it came here."""
        known = state.objects[identity]
        root = frame
        while root.parent is not None:
            root = root.parent
        chain = flatten((state.chains.get(identity, ()), self.way(identity, state, frame), sites))
        return Free(
            chain,
            known,
            state.history.get(identity, ()),
            (root.definition.function.path, root.definition.function.name),
            known.space in state.dead if known.space else False,
            self.is_kernel(known, state) or self.named_kernel(identity, known, frame),
            bool(known.space and self.provenance.parameter_of(known.space)),
        )

    def named_kernel(self, identity: int, known: Object, frame: Frame | None) -> bool:
        """Say whether a call on the stack hands the object over together with the kernel's address space.

        `pmd_free(&init_mm, pmd)` says whose table it frees; it is believed unless the walk knows better.
        """
        while frame is not None:
            if frame.kernel and identity in frame.passed:
                return known.owner is not Owner.USER
            frame = frame.parent
        return False

    def is_kernel(self, known: Object, state: State) -> bool:
        """Say whether an object belongs to the kernel's own address space."""
        if known.owner is Owner.KERNEL or known.flagged:
            return True
        if not known.space:
            return False
        for root in self.kernel_roots:
            key = self.interner.number(Address(("global", root), ()))
            if known.space == key:
                return True
            pair = sorted((known.space, key))
            if self.truths.known(self.interner.key(("==", *pair), tuple(pair)), state):
                return True
        return False


def stack(frame: Frame | None) -> Iterator[Frame]:
    """Yield the activations that are under way, innermost first."""
    while frame is not None:
        yield frame
        frame = frame.parent


def loops(frame: Frame) -> bool:
    """Say whether a function has a loop."""
    return any(
        target <= number
        for number, block in enumerate(frame.definition.function.blocks)
        for target in ir.targets(block)
    )
