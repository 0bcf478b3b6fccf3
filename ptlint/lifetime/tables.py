# SPDX-License-Identifier: GPL-2.0-or-later
"""Which C types are page tables, their descriptors, and their entries. The names come from the facts."""

from __future__ import annotations

from ptlint.program.facts import Facts
from ptlint.syntax.ir import Type

PLAIN_WORDS = frozenset({"unsigned long", "u64", ""})  # C's own; nameless is what a macro computes
BELOW = {"pgd": "p4d", "p4d": "pud", "pud": "pmd", "pmd": "pte"}


class TableTypes:
    """Answers questions about types; `level` is pte, pmd, pud, p4d, pgd or any."""

    def __init__(self, facts: Facts) -> None:
        self._entries: dict[str, str] = {}
        self._pointers: dict[str, tuple[int, str]] = {}
        for fact in facts.by_name.values():
            if fact.event == "entry-type":
                self._entries[fact.name] = fact.kind
            elif fact.event == "table-type":
                self._pointers[fact.name] = (fact.argument or 0, fact.kind or "any")
        self._words = facts.names("word-type") | PLAIN_WORDS
        self._data = frozenset(n for n in facts.names("page-type") if facts.by_name[n].kind != "tagged")
        self._only_data = frozenset(n for n in self._data if facts.by_name[n].kind == "data")
        described = {n for n, (pointers, _) in self._pointers.items() if pointers}
        self._pages = facts.names("page-type") | described | {"void"}
        self._links = facts.names("link-type")
        self._heads = facts.names("head-type")
        self.described = described
        self.descriptors = described | self._data
        self._holders = self._pages | self._links | self._heads
        parts = {n for n in facts.names("space-type") if facts.by_name[n].kind == "part"}
        self._spaces = facts.names("space-type") - parts
        self._in_spaces = self._spaces | parts | {f"struct {n}" for n in parts}

    def is_entry(self, type_: Type) -> bool:
        """A page-table entry held by value."""
        return type_.pointers == 0 and type_.name in self._entries

    def is_pointer(self, type_: Type) -> bool:
        """A pointer into a table, or to its descriptor."""
        if type_.pointers == 1 and type_.name in self._entries:
            return not type_.function
        wanted = self._pointers.get(type_.name)
        return wanted is not None and wanted[0] == type_.pointers and not type_.function

    def is_structure(self, type_: Type) -> bool:
        """A structure itself, no pointer to one: a table may be in it."""
        return not type_.pointers and not type_.function and type_.name.startswith("struct ")

    def is_object(self, type_: Type) -> bool:
        """A pointer to a structure that is no link or head of others."""
        inner = type_.pointee()
        return (
            type_.pointers == 1
            and self.is_structure(inner)
            and not (self.is_link(inner) or self.is_head(inner))
        )

    def is_slot(self, type_: Type) -> bool:
        """A pointer to entries, not to a table's descriptor."""
        return type_.pointers == 1 and type_.name in self._entries

    def is_last_level(self, type_: Type) -> bool:
        """A last-level entry or a pointer to one: what maps data."""
        return self._entries.get(type_.name) == "pte"

    def is_word(self, type_: Type) -> bool:
        """A number that may be an address or the content of an entry."""
        return type_.name in self._words

    def is_data(self, type_: Type) -> bool:
        """A descriptor, or a pointer to one, that pages of data have as well."""
        return type_.name in self._data

    def is_only_data(self, type_: Type) -> bool:
        """As `is_data`, and nothing that is not known to be a table is one where it is called that."""
        return type_.name in self._only_data

    def is_page(self, type_: Type) -> bool:
        """Any page, or a pointer to it, in whatever representation."""
        return type_.name in self._pages

    def points_to_page(self, type_: Type) -> bool:
        """A pointer to any page, or to anything."""
        return type_.pointers == 1 and not type_.function and self.is_page(type_)

    def is_link(self, type_: Type) -> bool:
        """A list's link or head, or a pointer to it."""
        return type_.name in self._links

    def is_head(self, type_: Type) -> bool:
        """What a grace period is waited for with, held by value."""
        return type_.pointers == 0 and type_.name in self._heads

    def is_space(self, type_: Type) -> bool:
        """An address space, or a pointer to it."""
        return type_.name in self._spaces

    def in_space(self, type_: Type) -> bool:
        """An address space, the part of one that an architecture defines, or a pointer to either."""
        return type_.name in self._in_spaces

    def may_hold(self, type_: Type) -> bool:
        """A page, a link or an RCU head: what points to one may lead to a table."""
        return type_.name in self._holders

    def level(self, type_: Type) -> str:
        """Return the level that a type speaks of."""
        if type_.name in self._entries:
            return self._entries[type_.name]
        return self._pointers.get(type_.name, (0, "any"))[1]

    def below(self, level: str) -> str:
        """Return the level of the tables that entries of a level point to."""
        return BELOW.get(level, "any")

    @property
    def names(self) -> frozenset[str]:
        """All type names, without `struct`: the vocabulary that a file on a page-table path mentions."""
        return frozenset(n.removeprefix("struct ") for n in (*self._entries, *self._pointers))


def table_names(facts: Facts) -> frozenset[str]:
    """Return the names of page-table types, tagged pages and batches: what a file on a table's path mentions.

    A pointer with flags in its low bits stands for any page; a file that deals in such, or in batches, keeps
    tables as well, and may do so without their types.
    """
    tagged = {n for n in facts.names("page-type") if facts.by_name[n].kind == "tagged"}
    also = tagged | facts.names("batch-type")
    return TableTypes(facts).names | {n.removeprefix("struct ") for n in also}
