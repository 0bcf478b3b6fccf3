# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left to be walked of an activation: the states of blocks, in the order of the blocks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from heapq import heappop, heappush


class Agenda:
    """The next one is the oldest of those whose block comes first. Nothing stands there twice."""

    def __init__(self, rank: Sequence[int]) -> None:
        self._rank = rank
        self._heap: list[tuple[int, int, int, Hashable]] = []
        self._waiting: set[tuple[int, Hashable]] = set()
        self._added = 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, block: int, core: Hashable) -> None:
        """Put the state of a block there that `core` stands for."""
        if (block, core) not in self._waiting:
            self._waiting.add((block, core))
            self._added += 1
            heappush(self._heap, (self._rank[block], self._added, block, core))

    def take(self) -> tuple[int, Hashable]:
        """Take out the next one."""
        _, _, block, core = heappop(self._heap)
        self._waiting.discard((block, core))
        return block, core
