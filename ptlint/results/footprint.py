# SPDX-License-Identifier: GPL-2.0-or-later
"""What an answer rests on, so that a change of something else can be passed over.

The analysis reads few of the files that it knows of. Of the other compiled files it only asks whether their
text has some word: a page-table type, a name that it is looking for. A file whose text gives the same answers
after a change is not read then either, and the whole answer is as it was.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ptlint.program.texts import DEFINITION, assigned, listed, stored
from ptlint.source.tree import Tree

_WORD = re.compile(rb"\w+", re.ASCII)
# As the program does: what `Pointers` and `Program.visible_outside` look for, of any name.
_ASSIGNED = re.compile(rb"(?=" + assigned(rb"(\w+)") + rb")", re.ASCII)
_STORED = re.compile(rb"(?=" + stored(rb"\b(\w+)", rb"(\w+)") + rb")", re.ASCII)
_LISTED = re.compile(rb"(?=" + listed(rb"\b(\w+)", rb"(\w+)") + rb")", re.ASCII)
_OUTSIDE = re.compile(rb"(?=\bEXPORT_SYMBOL\w*\s*\(\s*(\w+)\b|[=,(&]\s*&?(\w+)\s*[,;)}])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Which files were read, or looked for in vain, and what the others were searched for."""

    read: frozenset[str]
    texts: frozenset[str]  # that were searched
    words: frozenset[str]  # that one of them might mention
    names: frozenset[str]  # that one of them might define


def joined(footprints: Iterable[Footprint]) -> Footprint:
    """Return what several answers together rest on; a text that one of them read is no searched one."""
    each = tuple(footprints)
    read = frozenset[str]().union(*(one.read for one in each))
    return Footprint(
        read,
        frozenset[str]().union(*(one.texts for one in each)) - read,
        frozenset[str]().union(*(one.words for one in each)),
        frozenset[str]().union(*(one.names for one in each)),
    )


def unaffected(footprint: Footprint | None, before: Tree, after: Tree, paths: Iterable[str]) -> bool:
    """Tell whether the answer that left the footprint on *before* holds for *after*, to the byte.

    *paths* are the files in which the trees may differ.
    """
    return footprint is not None and all(_unaffected(footprint, before, after, path) for path in paths)


def _unaffected(footprint: Footprint, before: Tree, after: Tree, path: str) -> bool:
    old, new = before.find(path), after.find(path)
    if old == new:
        return True
    if path in footprint.read:
        return False
    if old is None or new is None:  # what is listed in a folder may have been looked at
        return False
    return path not in footprint.texts or _searched_alike(footprint, old, new)


def speaks(text: bytes) -> bool:
    """Tell whether a text speaks of page tables: it has the name of a type of theirs."""
    types, _ = _vocabulary()
    return any(word in text for word in types)


def _searched_alike(footprint: Footprint, old: bytes, new: bytes) -> bool:
    """Tell whether a file that was not opened for its old text would not be opened for the new one."""
    if speaks(old) or speaks(new):
        return False
    _, ending = _vocabulary()
    words = set(_WORD.findall(old)) ^ set(_WORD.findall(new))
    changed = b" ".join(words)
    for name in footprint.words:
        word = name.encode()
        if word in words:
            return False
        if (word in changed or not name.isidentifier()) and (word in old) != (word in new):
            return False  # a part of a path or of a word: some texts are searched for these
    for pattern in (_ASSIGNED, _STORED, _LISTED, _OUTSIDE):
        found = set(pattern.findall(old)) ^ set(pattern.findall(new))
        if any(name.decode() in footprint.words for names in found for name in names if name):
            return False
    known, defined = set(DEFINITION.findall(old)), set(DEFINITION.findall(new))
    if any(name.decode() in footprint.names for name in known ^ defined):
        return False
    frees = any(word in new for word in ending)
    return not (frees and any(name.decode() in footprint.names for name in defined))


@functools.cache
def _vocabulary() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the words of which one makes a file speak of page tables, and those that end a page's life."""
    from ptlint.lifetime.tables import table_names
    from ptlint.program.facts import load_facts
    from ptlint.rules.loader import shipped_folder

    facts = load_facts(sorted((shipped_folder() / "facts").glob("*.toml")))
    ending = facts.names("free") | facts.names("queue")
    return (
        tuple(name.encode() for name in sorted(table_names(facts))),
        tuple(name.encode() for name in sorted(ending)),
    )
