# SPDX-License-Identifier: GPL-2.0-or-later
"""Which members of a page's descriptor share their bytes with its rcu_head, computed from the definitions.

All descriptors of one page (struct page, ptdesc, folio) begin at the same address, so offsets in different
ones compare. An offset that cannot be computed (an attribute changes the layout) is taken to be shared with
nothing: no finding, which is where this under-approximates.
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.lifetime.frames import Frame
from ptlint.lifetime.provenance import Provenance
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.values import Address
from ptlint.program.program import Program
from ptlint.program.units import Units
from ptlint.syntax.ir import Type
from ptlint.syntax.records import Struct


class Storage:
    """Answers from the structures that a unit sees."""

    def __init__(self, program: Program, types: TableTypes) -> None:
        self.program = program
        self.types = types
        self._heads: dict[str, tuple[tuple[int, int], ...]] = {}
        self._shared: dict[tuple[str, str, str], bool] = {}
        self._overlapped: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def shares(self, unit: str, tag: str, member: str) -> bool:
        """Say whether a member of a descriptor overlaps an rcu_head of any descriptor of the same page."""
        key = (unit, tag, member)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = self._shares(unit, tag, member)
        if self.program.noted is not None:
            self.program.noted.shared[key] = known
        return known

    def starts(self, unit: str, tag: str, member: str) -> int | None:
        """Return the offset of a member, None if it is not known."""
        syntax = self._units.syntax(unit)
        kinds = [kind for kind in ("struct ", "union ") if syntax.struct(kind + tag) is not None]
        start = syntax.offset(Type(kinds[0] + tag), member) if kinds else None
        if self.program.noted is not None:
            self.program.noted.starts[unit, tag, member] = start
        return start

    def overlapped(self, unit: str, tag: str, member: str) -> tuple[str, ...]:
        """Return the other members of a table's own descriptor that share bytes with one of its members.

        The bytes of an rcu_head are left out: they have rules of their own. Where tables have no descriptor
        of their own, that of any page is theirs. What it keeps of other pages shares its bytes with all of
        that, so only members are compared there that are a choice within one alternative (`Struct.choice`).
        """
        type_ = Type(f"struct {tag}")
        if type_.name not in self.types.descriptors or self.types.is_only_data(type_):
            return ()
        key = (unit, tag, member)
        known = self._overlapped.get(key)
        if known is None:
            own = type_.name in self.types.described
            found = self._find_overlapped(unit, tag, member, own) if own or not self._described(unit) else ()
            known = self._overlapped[key] = tuple(found)
        if self.program.noted is not None:
            self.program.noted.overlapped[key] = known
        return known

    def _described(self, unit: str) -> bool:
        """Say whether a unit sees what describes a table and nothing else."""
        return any(self._units.syntax(unit).struct(name) is not None for name in self.types.described)

    def _find_overlapped(self, unit: str, tag: str, member: str, own: bool) -> Iterator[str]:
        mine, struct = self._span(unit, tag, member), self._units.syntax(unit).struct(f"struct {tag}")
        if mine is None or struct is None or self._shares(unit, tag, member):
            return
        within = struct if own else struct.choice(member)
        if within is None:
            return
        for name in sorted({field.name for field in within.members()} - {member}):
            theirs = self._span(unit, tag, name)
            if theirs is not None and theirs[0] < mine[1] and mine[0] < theirs[1]:
                yield name

    @property
    def _units(self) -> Units:
        return self.program.units

    def _shares(self, unit: str, tag: str, member: str) -> bool:
        span = self._span(unit, tag, member)
        return span is not None and any(
            first < span[1] and span[0] < last for first, last in self._of_heads(unit)
        )

    def _span(self, unit: str, tag: str, member: str) -> tuple[int, int] | None:
        syntax = self._units.syntax(unit)
        for kind in ("struct ", "union "):
            struct = syntax.struct(kind + tag)
            if struct is None:
                continue
            field = struct.field(member)
            start = syntax.offset(Type(kind + tag), member)
            if field is None or start is None:
                return None
            size = syntax.size(field.type) or syntax.word // 8
            return start, start + size
        return None

    def _of_heads(self, unit: str) -> tuple[tuple[int, int], ...]:
        known = self._heads.get(unit)
        if known is None:
            known = self._heads[unit] = tuple(self._find_heads(unit))
        return known

    def _find_heads(self, unit: str) -> Iterator[tuple[int, int]]:
        syntax = self._units.syntax(unit)
        for tag in sorted(self.types.descriptors):
            struct: Struct | None = syntax.struct(tag)
            if struct is None:
                continue
            for field in struct.members():
                if field.name and self.types.is_head(self._resolved(unit, field.type)):
                    span = self._span(unit, tag.removeprefix("struct "), field.name)
                    if span is not None:
                        yield span

    def _resolved(self, unit: str, type_: Type) -> Type:
        """Return a type behind its typedefs and `#define`d tags."""
        typedef = self._units.syntax(unit).typedef(type_.name)
        return typedef.type if typedef is not None and not type_.pointers else type_


class Descriptors:
    """The same questions about members of page descriptors as paths name them."""

    def __init__(self, storage: Storage, provenance: Provenance) -> None:
        self.storage = storage
        self.provenance = provenance

    def of_head(self, at: Address, frame: Frame) -> bool:
        """As `shares`, for a member of a page's descriptor as a path names it."""
        return at.base[0] == "object" and self.in_head(at, frame)

    def in_head(self, at: Address, frame: Frame) -> bool:
        """As `of_head`, where it need not be known yet that the descriptor is a table's."""
        if not at.path:
            return False
        tag = self.provenance.tag(Address(at.base, at.path[:1]))
        return bool(tag) and self.storage.shares(frame.definition.unit, tag, str(at.path[0]))

    def overlapped(self, at: Address, frame: Frame) -> tuple[str, ...]:
        """As `Storage.overlapped`, for a member of a page's descriptor as a path names it, or part of it."""
        if at.base[0] != "object" or not at.path:
            return ()
        tag = self.provenance.tag(Address(at.base, at.path[:1]))
        return self.storage.overlapped(frame.definition.unit, tag, str(at.path[0])) if tag else ()

    def agree(self, queued: Address, type_: Type, member: str, frame: Frame) -> bool:
        """Say whether a callback finds the object whose member was queued; yes where that is not known.

        Without a member it takes the head for the first one.
        """
        unit, tag = frame.definition.unit, self.provenance.tag(queued)
        mine = self.storage.starts(unit, tag, str(queued.path[-1])) if tag else None
        theirs = self.storage.starts(unit, type_.name.removeprefix("struct "), member) if member else 0
        return mine is None or theirs is None or mine == theirs

    def holds_table(self, at: Address, frame: Frame) -> bool:
        """Say whether a member of a page's descriptor is by its type a place for another table."""
        tag = self.provenance.tag(at)
        if at.base[0] != "object" or len(at.path) != 1 or not tag:
            return False
        struct = self.storage.program.units.syntax(frame.definition.unit).struct(f"struct {tag}")
        field = struct.field(str(at.path[0])) if struct is not None else None
        return field is not None and self.storage.types.is_pointer(field.type)
