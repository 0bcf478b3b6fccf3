# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the items of a unit's files that may declare a name."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ptlint.cpp.tokens import decoded
from ptlint.cpp.unit import Preprocessor, Unit
from ptlint.syntax.cache import FileKey, SyntaxCache
from ptlint.syntax.skeleton import Source, skeleton
from ptlint.syntax.toplevel import Item, Items, active_tokens, split

_HUMPS: Final = re.compile("[A-Z][a-z0-9]+|[a-z0-9]+|[A-Z]+")


class Defined(NamedTuple):
    path: str
    item: Item


class UnitIndex:
    """The files of one unit and what they may declare. Outlines are made when the first name is asked for."""

    def __init__(self, unit: Unit, preprocessor: Preprocessor, cache: SyntaxCache) -> None:
        self.unit = unit
        self._preprocessor = preprocessor
        self._cache = cache
        self._digests: dict[str, str] | None = None
        self._order: dict[str, int] = {}
        self._typenames: frozenset[str] | None = None
        self._views: dict[str, Items] = {}
        self._own: dict[str, list[Item]] | None = None

    @property
    def digests(self) -> dict[str, str]:
        """The files of the unit that the tree has, and the digests of their contents."""
        known = self._digests
        if known is None:
            tree = self._preprocessor.tree
            known = {}
            cache = self._cache
            for path in self.unit.files:
                digest = tree.digest(path)
                if digest is not None:
                    known[path] = digest
                    if (path, digest) not in cache.outlines:
                        cache.outline((path, digest), lambda path=path: tree.find(path))  # type: ignore[misc]
            self._digests = known
            self._order = {path: number for number, path in enumerate(self.unit.files)}
        return known

    @property
    def typenames(self) -> frozenset[str]:
        """The names that some file of the unit may define as a typedef."""
        known = self._typenames
        if known is None:
            names: set[str] = set()
            outlines = self._cache.outlines
            for key in self.digests.items():
                names |= outlines[key].typedefs
            known = self._typenames = frozenset(names)
        return known

    def paths(self, index: dict[str, list[FileKey]], name: str) -> list[str]:
        """Return the files of the unit that *index* has for a name: its own, then as included."""
        digests = self.digests  # makes the outlines that fill the index
        order = self._order
        own = self.unit.path
        paths = [path for path, digest in index.get(name, ()) if digests.get(path) == digest]
        if len(paths) > 1:
            paths.sort(key=lambda path: -1 if path == own else order[path])
        return paths

    def items(self, path: str) -> Items:
        known = self._views.get(path)
        if known is None:
            digest = self.digests.get(path)
            if digest is None:
                return Items(())
            ranges = self.unit.active(path)
            key = (path, digest, tuple(ranges))
            known = self._cache.items.get(key)
            if known is None:
                known = self._cache.items[key] = self._split(path, digest, ranges)
            self._views[path] = known
        return known

    def _split(self, path: str, digest: str, ranges: list[tuple[int, int]]) -> Items:
        source = self._cache.sources.get((path, digest))
        if source is None:
            text = decoded(self._preprocessor.tree.find(path) or b"")
            source = self._cache.sources[path, digest] = Source(path, text)
        found = skeleton(source, ranges)
        if found is None:
            items = split(active_tokens(self._preprocessor.tokens(path), ranges))
        else:
            items = split(found.tokens, found.hidden)
        return Items.of(self._cache.known_items[path, digest].known(items, ranges))

    def candidates(self, name: str, enumerators: bool = False) -> Iterator[Defined]:
        """Yield the items that may declare *name*, the likely ones first."""
        own = self._own_names()
        for item in own.get(name, ()):
            yield Defined(self.unit.path, item)
        for path in self.paths(self._cache.names, name):
            if path != self.unit.path:
                for item in self.items(path).by_name.get(name, ()):
                    yield Defined(path, item)
        if enumerators:
            for path in self.paths(self._cache.enumerators, name):
                for item in self.items(path).by_enumerator.get(name, ()):
                    yield Defined(path, item)
        yield from self.generating(name)

    def _own_names(self) -> dict[str, list[Item]]:
        """Return the items of the unit's own file by the words in them."""
        known = self._own
        if known is None:
            known = self._own = self.items(self.unit.path).by_name
        return known

    def generating(self, name: str) -> Iterator[Defined]:
        """Yield items with macros from whose arguments *name* may have been built."""
        digests = self.digests  # makes the outlines that fill the index
        own = self.unit.path
        parts = _parts(name)
        index = self._cache.hints
        paths = {
            path for part in parts for path, digest in index.get(part, ()) if digests.get(path) == digest
        }
        if own in digests and _made_from(name, self._cache.outlines[own, digests[own]].hints):
            paths.add(own)
        order = self._order
        for path in sorted(paths, key=lambda path: -1 if path == own else order[path]):
            for item in self.items(path).generating:
                if not parts.isdisjoint(item.hints) or (path == own and _made_from(name, item.hints)):
                    yield Defined(path, item)


def _parts(name: str) -> set[str]:
    """Return the words from which a macro may have pasted *name* together."""
    words = [word for word in name.split("_") if word]
    parts = {name, name.lstrip("_")}
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            parts.add("_".join(words[first:last]))
    humps = _HUMPS.findall(name)
    for first in range(len(humps) if len(humps) > 1 else 0):
        for last in range(first + 1, len(humps) + 1):
            parts.add("".join(humps[first:last]))
    if name.startswith("__"):
        parts |= {f"__{part}" for part in list(parts)}
    return parts


def _made_from(name: str, words: frozenset[str]) -> bool:
    """Whether one of *words*, of some length, is a piece of *name*."""
    return any(len(word) > 3 and word in name for word in words)
