# SPDX-License-Identifier: GPL-2.0-or-later
"""Which line of a file became which, between the file before a change and after it."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_LARGEST_GAP = 4_000_000
"""Pairs of lines. In a larger gap between anchors nothing in common is worth the time."""


class LineMap:
    """A monotone map between equal lines of two texts. Lines are 1-based.

    Lines that occur once in both texts are the anchors (patience diff); what lies between them is compared
    line by line. A line that was only moved is none of the map: it was deleted here and added there.
    """

    def __init__(self, before: bytes, after: bytes) -> None:
        old, new = _lines(before), _lines(after)
        self._old_lines, self._new_lines = len(old), len(new)
        self._blocks = [(0, 0, len(old))] if before == after else _blocks(old, new)
        self._old_starts = [block[0] for block in self._blocks]
        self._new_starts = [block[1] for block in self._blocks]

    def forward(self, line: int) -> int | None:
        """Return the line after the change that *line* before it became, None if it became none."""
        if not 1 <= line <= self._old_lines:
            return None
        index = bisect_right(self._old_starts, line - 1) - 1
        if index < 0:
            return None
        old, new, length = self._blocks[index]
        return new + line - old if line - 1 < old + length else None

    def backward(self, line: int) -> int | None:
        """Return the line before the change that became *line* after it, None if it is new."""
        if not 1 <= line <= self._new_lines:
            return None
        index = bisect_right(self._new_starts, line - 1) - 1
        if index < 0:
            return None
        old, new, length = self._blocks[index]
        return old + line - new if line - 1 < new + length else None

    def changed_before(self) -> tuple[tuple[int, int], ...]:
        """Return the ranges of lines, first and last, that the change took away."""
        return tuple(_holes([(old, length) for old, _, length in self._blocks], self._old_lines))

    def changed_after(self) -> tuple[tuple[int, int], ...]:
        """Return the ranges of lines, first and last, that the change brought."""
        return tuple(_holes([(new, length) for _, new, length in self._blocks], self._new_lines))


def _lines(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _holes(covered: Sequence[tuple[int, int]], lines: int) -> Iterator[tuple[int, int]]:
    position = 0
    for start, length in [*covered, (lines, 0)]:
        if start > position:
            yield position + 1, start
        position = max(position, start + length)


def _blocks(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Return (start in old, start in new, length), 0-based, in order, of the lines that are the same."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    tail = next(
        (index for index in range(shorter - head) if old[-1 - index] != new[-1 - index]), shorter - head
    )
    found = [(0, 0, head)]
    old_start, new_start = head, head
    for old_end, new_end in [*_anchors(old, new, head, tail), (len(old) - tail, len(new) - tail)]:
        gap_old, gap_new = old[old_start:old_end], new[new_start:new_end]
        if gap_old and gap_new and len(gap_old) * len(gap_new) <= _LARGEST_GAP:
            matcher = SequenceMatcher(None, gap_old, gap_new, autojunk=False)
            found += [(old_start + a, new_start + b, n) for a, b, n in matcher.get_matching_blocks() if n]
        found.append((old_end, new_end, 1))
        old_start, new_start = old_end + 1, new_end + 1
    found[-1] = (len(old) - tail, len(new) - tail, tail)
    return _joined(found)


def _joined(blocks: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for old, new, length in blocks:
        if joined and (old - joined[-1][2], new - joined[-1][2]) == joined[-1][:2]:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
        elif length:
            joined.append((old, new, length))
    return joined


def _anchors(old: Sequence[bytes], new: Sequence[bytes], head: int, tail: int) -> list[tuple[int, int]]:
    """Return the longest rising sequence of lines that occur once in both middles."""
    old_range, new_range = range(head, len(old) - tail), range(head, len(new) - tail)
    once_old = Counter(old[index] for index in old_range)
    once_new = Counter(new[index] for index in new_range)
    place = {new[index]: index for index in new_range if once_new[new[index]] == 1}
    pairs = [
        (index, place[old[index]]) for index in old_range if once_old[old[index]] == 1 and old[index] in place
    ]
    ends: list[int] = []  # for each length, the least last place of a rising sequence, and its pair
    last: list[int] = []
    previous: list[int] = []
    for index, (_, position) in enumerate(pairs):
        length = bisect_left(ends, position)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [position]
        last[length : length + 1] = [index]
    chain: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = previous[index]
    return chain[::-1]
