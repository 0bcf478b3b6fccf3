# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers that were found in one state of a series, for states in which all that they rest on is the same.

As in `ptlint.results.cache`, an answer rests on the files that were read, the paths that were no file and the
folders that were listed; but it stays in memory, and is that of one configuration.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from ptlint.source.tree import RecordingTree, Tree, entries_digest

T = TypeVar("T")

_CHECKS = 16
"""Trees compared of late that are remembered: what one state has read serves all its configurations."""


class Recall(Generic[T]):
    """At most `most` answers; the oldest is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, list[tuple[RecordingTree, T]]] = {}
        self._order: list[Hashable] = []
        self._checked: list[tuple[RecordingTree, Tree, bool]] = []

    def find(self, key: Hashable, tree: Tree) -> T | None:
        """Return the answer to a question if a tree looks the same to it, None if there is none."""
        for read, answer in reversed(self._known.get(key, ())):
            if self._holds(read, tree):
                return answer
        return None

    def keep(self, key: Hashable, read: RecordingTree, answer: T) -> None:
        """Keep an answer with the tree that it was read from.

        What is still read through that tree counts as well, until it is first compared with another one.
        """
        self._known.setdefault(key, []).append((read, answer))
        self._order.append(key)
        if len(self._order) > self._most:
            oldest = self._order.pop(0)
            del self._known[oldest][0]
            if not self._known[oldest]:
                del self._known[oldest]

    def _holds(self, read: RecordingTree, tree: Tree) -> bool:
        for one, other, held in self._checked:
            if one is read and other is tree:
                return held
        held = unchanged(read, tree)
        self._checked = [*self._checked[1 - _CHECKS :], (read, tree, held)]
        return held


def unchanged(read: RecordingTree, tree: Tree) -> bool:
    """Say whether all that was read of a tree is the same in another one, which is read for it."""
    return (
        all(tree.digest(path) == digest for path, digest in read.reads.items())
        and all(tree.digest(path) is None for path in read.absent)
        and all(entries_digest(tree.entries(path)) == digest for path, digest in read.listed.items())
    )
