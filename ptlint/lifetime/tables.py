# SPDX-License-Identifier: GPL-2.0-or-later
"""Which C types are page tables, their descriptors, and their entries. The names come from the facts."""

from __future__ import annotations

from ptlint.program.facts import Facts
from ptlint.syntax.ir import Type

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

    def is_entry(self, type_: Type) -> bool:
        """A page-table entry held by value."""
        return type_.pointers == 0 and type_.name in self._entries

    def is_pointer(self, type_: Type) -> bool:
        """A pointer into a table, or to its descriptor."""
        if type_.pointers == 1 and type_.name in self._entries:
            return not type_.function
        wanted = self._pointers.get(type_.name)
        return wanted is not None and wanted[0] == type_.pointers and not type_.function

    def is_slot(self, type_: Type) -> bool:
        """A pointer to entries, not to a table's descriptor."""
        return type_.pointers == 1 and type_.name in self._entries

    def is_last_level(self, type_: Type) -> bool:
        """A last-level entry or a pointer to one: what maps data."""
        return self._entries.get(type_.name) == "pte"

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
    """Return the names of page-table types: what a file on a page-table path mentions."""
    return TableTypes(facts).names
