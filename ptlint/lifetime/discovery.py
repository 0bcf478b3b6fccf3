# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables that a path comes upon: what is supposed of one when it is first read, followed or cast to.

An object is named by the expression it was reached by, so the same way leads to the same object. Sound under
two suppositions: memory that nobody on the path writes is stable, and two unknown pointers do not alias.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from ptlint.lifetime.bits import ALIGNED, low_bits
from ptlint.lifetime.folding import Folding
from ptlint.lifetime.monitor import (
    FLUSH,
    GRACE_PERIOD,
    IPI_SYNC,
    PUT_BY,
    UNCHANGED,
    UNLINK,
    UNLINK_MEMBER,
    Monitor,
)
from ptlint.lifetime.objects import NEW_SPACE, Object, Origin, Owner, State, Sync, Visibility
from ptlint.lifetime.provenance import LINKS, UNNAMED, Provenance
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.values import Address, Int, Interner, Reference, Slot, Symbol, Value
from ptlint.syntax import ir

MAX_INCARNATIONS = 3
UNLISTED = "taken off its list"  # stands for a member of an element that is not known to be a table


class Discovery:
    """Makes the objects of tables that were there before the walk.

    `kernel_roots` are the variables that hold the kernel's tables, `space_roots` the members that hold the
    root table of an address space, `holds` says whether tables are known to be put into a container. The
    `monitor` remembers of a table that is found where a grace period has passed over, or below an unlinked
    one, what became of these, and of one that is found where it was deposited, that it is.
    """

    def __init__(
        self,
        interner: Interner,
        types: TableTypes,
        provenance: Provenance,
        kernel_roots: frozenset[str],
        space_roots: frozenset[str],
        holds: Callable[[str], bool],
        monitor: Monitor,
    ) -> None:
        self.interner = interner
        self.types = types
        self.provenance = provenance
        self.kernel_roots = kernel_roots
        self.space_roots = space_roots
        self.holds = holds
        self.monitor = monitor
        self.waited = monitor.after(UNCHANGED, GRACE_PERIOD)[0]
        self.put_by = monitor.after(UNCHANGED, PUT_BY)[0]
        self.usual = frozenset({UNCHANGED, self.put_by})
        self.detached = dict(detached(monitor))
        self.folding = Folding(interner)

    def coerce(self, value: Value, type_: ir.Type, state: State) -> Value:
        """Give a value a type: a table type makes an object of an unknown pointer, and marks a known one."""
        if not self.types.is_pointer(type_):
            return value
        level = self.types.level(type_)
        if isinstance(value, Symbol):
            expression = self.interner.expression(value.key)
            identity = self.interner.key(("object", value.key))
            if identity not in state.objects and self.provenance.no_table(value.key):
                return value  # what a cleared entry holds, say
            if identity not in state.objects:
                kind = expression[0] if isinstance(expression, tuple) else ""
                if kind == "load":
                    return self.stored_table(value.key, Address(expression[1], expression[2]), type_, state)  # type: ignore[index]
                handed = self.provenance.parameter_of(value.key)
                if handed:
                    return self.handed_in(value.key, handed, type_, state)
                listed = self.listed(value, state)
                waited = bool(listed) and self.provenance.waited_for(
                    self.provenance.contained(value.key), state
                )
                status = self.waited if waited else UNCHANGED
                if Address(("symbol", value.key), (UNLISTED,)) in state.memory:
                    status = self.monitor.after(status, UNLINK_MEMBER)[0]
                state.objects[identity] = Object(
                    Origin.LIST if listed else Origin.UNKNOWN,
                    listed,
                    Visibility.PARKED,
                    Sync.GRACE if waited else Sync.NONE,
                    level=level,
                    table=True,
                    container=listed or UNNAMED,
                    unflushed=listed in state.unflushed,
                    status=status,
                )
            return Reference(identity, 0)
        if isinstance(value, Reference):
            known = state.objects[value.object]
            if level != "any":
                self.folding.cast(known, level, state)
            if not known.table or (known.level == "any" and level != "any"):
                named = known.table and known.level != "any"
                state.change(
                    value.object, table=True, level=known.level if named or level == "any" else level
                )
            if type_.pointers == 1 and type_.name in self.types.descriptors:
                if low_bits(value.offset, ALIGNED, self.interner):
                    return value  # told apart from others by its low bits: no descriptor is there
                return Reference(value.object, 0)  # made from a pointer to wherever in the page
        return value

    def holds_tables(self, at: Address, type_: ir.Type) -> bool:
        """Say whether what is read from a storage is a table by where it stands, whatever its type.

        So are elements of an array, and pointers of no type or to any page.
        """
        page = self.types.points_to_page(type_)
        return (page or at.path[-1:] == ("[]",)) and self.holds(self.provenance.container_name(at))

    def hands_tables(self, value: Value) -> bool:
        """Say whether a value is the address of a container of tables, or was read from one."""
        if isinstance(value, Symbol):
            expression = self.interner.expression(value.key)
            if not isinstance(expression, tuple) or expression[0] != "load":
                return False
            value = Address(expression[1], expression[2])
        return (
            isinstance(value, Address)
            and any(p not in ("*", "[]") for p in value.path)
            and (
                self.holds(self.provenance.container_name(value))
                or self.holds(self.provenance.list_name(value))
            )
        )

    def listed(self, value: Value, state: State) -> str:
        """Return the name of the list that a pointer of another type is an element of, or nothing."""
        link = self.provenance.contained(value.key) if isinstance(value, Symbol) else 0
        return self.provenance.list_of(link, state) if link else ""

    def stored_table(self, key: int, at: Address, type_: ir.Type, state: State, again: bool = False) -> Value:
        """A table pointer read from storage that this path has not written.

        `again` says that the storage is read now, when what it held before may have been taken away.
        """
        if at.base == ("symbol", self.interner.number(Int(0))):
            state.impossible = True  # nothing stands behind a null pointer
        names = [p for p in at.path if isinstance(p, str) and p not in ("*", "[]")]
        where = names[-1] if names else str(at.base[-1])
        container = self.provenance.container_name(at)
        if where in LINKS:
            container = self.provenance.behind(Address(at.base, at.path[:-1]), state) or container
        given = (
            at.base[0] == "symbol"
            and isinstance(at.base[1], int)
            and bool(self.provenance.parameter_of(at.base[1]))
        )
        if at.base[0] == "symbol" and not names and isinstance(at.base[1], int):
            handed = self.provenance.parameter_of(at.base[1])
            if handed:
                return self.handed_in(key, handed, type_, state)
        identity = self.interner.key(("object", key))
        if again and at.base[0] != "local":
            identity = self.incarnation(("object", key), lambda one: bool(one.container), state)
        if identity not in state.objects:
            level = self.types.level(type_)
            owner, space = Owner.UNKNOWN, 0
            visibility, origin = Visibility.PARKED, Origin.FIELD
            root = self.roots_space(at, where)
            variable = not names and self.holds(container)  # what is put there, not what was built in
            if at.base[0] == "global" and not variable and not (root and "*" in at.path):
                if str(at.base[1]) in self.kernel_roots or not names or root:
                    owner = Owner.KERNEL  # user address spaces are allocated
                visibility = Visibility.LIVE if not names or owner is Owner.KERNEL else Visibility.PARKED
                origin = Origin.GLOBAL if not names else Origin.FIELD
            elif level == "pgd" and root:
                within = at.path[-2:-1]  # an address space that is part of another structure is no task's
                owner = Owner.USER if within in ((), ("*",), ("[]",)) else Owner.KERNEL
                holder = (
                    state.objects.get(at.base[1])
                    if at.base[0] == "object" and isinstance(at.base[1], int)
                    else None
                )
                new = holder is not None and holder.visibility is Visibility.FRESH
                visibility = Visibility.FRESH if new else Visibility.LIVE
                origin = Origin.ALLOCATION if new else Origin.FIELD
                where = NEW_SPACE if new else where
                space = self.provenance.base_key(at)
            elif at.base[0] == "local" and not names:
                visibility, origin = Visibility.PARKED, Origin.UNKNOWN
            parked = visibility is Visibility.PARKED
            batch = at.base if given and parked and "[]" in at.path else ()
            sync = Sync.IPI if batch and state.interrupted else Sync.NONE
            if at.base in state.graced:
                sync = Sync.GRACE
            state.objects[identity] = Object(
                origin,
                container if parked else where,
                visibility,
                sync,
                owner,
                space,
                level,
                table=True,
                container=container if parked else "",
                given=given and parked and sync is not Sync.GRACE,
                batch=batch,
                holder=container if parked else "",
                status=self.waited
                if sync is Sync.GRACE
                else self.put_by
                if parked and self.keeps(at, state)
                else UNCHANGED,
            )
        return Reference(identity, 0)

    def keeps(self, at: Address, state: State) -> bool:
        """Say whether a place for a table is a member of another one's descriptor, or of an address space.

        The root of an address space is no such place: nobody but the space's last user takes it from there.
        Nor is what points to anything: that may be a page's rest, of which the next table is made.
        """
        holder, member, tag = at.base[1], at.path[-1] if at.path else "", self.provenance.tag(at)
        if not tag or at.base[0] == "local" or member in ("*", "[]") or at in self.provenance.untyped:
            return False
        if len(at.path) == 1 and isinstance(holder, int) and at.base[0] == "object":
            return state.is_table(Reference(holder, 0))
        return self.in_space(at) and member not in self.space_roots

    def in_space(self, at: Address) -> bool:
        """Say whether a storage is a member of an address space, or of the part that an architecture has."""
        tag = self.provenance.tag(at)
        return bool(tag) and self.types.in_space(ir.Type(f"struct {tag}"))

    def roots_space(self, at: Address, member: str) -> bool:
        """Say whether a member holds the root of an address space; one without a tag is supposed to."""
        tag = self.provenance.tag(at)
        return member in self.space_roots and (not tag or self.types.is_space(ir.Type(f"struct {tag}")))

    def incarnation(self, name: tuple[Hashable, ...], gone: Callable[[Object], bool], state: State) -> int:
        """Return the identity of what a place holds now, if the tables that it held are gone.

        After MAX_INCARNATIONS tables from one place that are all still in use, one stands for several.
        """
        for identity in self.incarnations(name):
            known = state.objects.get(identity)
            if known is None or not gone(known):
                break
        return identity

    def incarnations(self, name: tuple[Hashable, ...]) -> Iterator[int]:
        """Yield the identities that the tables of one place may have."""
        for number in range(MAX_INCARNATIONS):
            yield self.interner.key((*name, number) if number else name)

    def handed_in(self, key: int, name: str, type_: ir.Type, state: State) -> Value:
        """A table that a parameter is, points to, or is a member of: its callers know more."""
        identity = self.interner.key(("object", key))
        if identity not in state.objects:
            state.objects[identity] = Object(
                Origin.PARAMETER,
                name,
                Visibility.PARAMETER,
                owner=Owner.PARAMETER,
                level=self.types.level(type_),
                table=True,
            )
        return Reference(identity, 0)

    def child(self, at: Slot, type_: ir.Type, state: State) -> Value | None:
        """The table an entry points to; None for the last level, whose entries map data."""
        level = self.types.level(type_)
        if level == "pte":
            return None
        parent = state.objects.get(at.object)
        identity = self.incarnation(("child", at.object, at.offset), unlinked, state)
        if identity not in state.objects:
            visibility = Visibility.LIVE
            owner, space, holder = Owner.UNKNOWN, 0, ""
            sync, excluded, early, flushed, status = Sync.NONE, False, False, False, UNCHANGED
            if parent is not None:
                owner, space, holder = parent.owner, parent.space, parent.holder
                if parent.visibility is Visibility.FRESH:
                    visibility = Visibility.FRESH
                if parent.visibility is Visibility.UNLINKED:  # with it went all that was below
                    visibility, sync, flushed = Visibility.UNLINKED, parent.sync, parent.flushed
                    excluded, early, status = parent.excluded, parent.early, self.detached[sync, flushed]
                if parent.visibility is Visibility.PARAMETER and owner is Owner.UNKNOWN:
                    owner = Owner.PARAMETER
            state.objects[identity] = Object(
                Origin.ENTRY,
                level,
                visibility,
                sync,
                owner,
                space,
                self.types.below(level),
                excluded=excluded,
                early=early,
                flushed=flushed,
                detached=visibility is Visibility.UNLINKED,
                holder=holder,
                status=status,
            )
        return Reference(identity, 0)


def unlinked(known: Object) -> bool:
    """Say whether a table was unlinked itself: another one may stand in its entry now."""
    return known.visibility is Visibility.UNLINKED and not known.detached


def detached(monitor: Monitor) -> Iterator[tuple[tuple[Sync, bool], int]]:
    """Yield what a monitor remembers of a table that was unlinked, by what has been waited for since.

    And by whether the TLB was flushed.
    """
    unlinked = monitor.after(UNCHANGED, UNLINK)[0]
    for flushed in (False, True):
        status = monitor.after(unlinked, FLUSH)[0] if flushed else unlinked
        yield (Sync.NONE, flushed), status
        yield (Sync.IPI, flushed), monitor.after(status, IPI_SYNC)[0]
        yield (Sync.GRACE, flushed), monitor.after(status, GRACE_PERIOD)[0]
