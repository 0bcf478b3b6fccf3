# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a hunk belongs in a file: at its line, at an offset, or with less context.

First as git apply looks for it: all context must match, at the place nearest to the stated one, at the start
of the file if the hunk says it is the first line, at its end if there is no context below. Where git gives
up, context is dropped in the manner of patch(1), but only if a single place remains: an analysis of the wrong
place would be worse than none.

Source: find_pos() and apply_one_fragment() in git's apply.c; locate_hunk() in GNU patch's patch.c.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ptlint.source.diff import Hunk

MOST_FUZZ = 2
"""Context lines dropped at either end at most, as patch(1) does by default."""

_COMMON = 1000
"""A line that occurs more often than this tells nothing of where a hunk belongs."""


@dataclass(frozen=True, slots=True)
class HunkPlacement:
    """Where a hunk was applied. Lines are 1-based and those of the file after the change."""

    path: str
    hunk: int  # 1-based, within the changes of this file
    stated: int
    line: int
    fuzz: int  # context lines dropped at the worse end

    @property
    def offset(self) -> int:
        """Lines between where the hunk says it belongs and where it was applied."""
        return self.line - self.stated


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a hunk could not be placed."""

    ambiguous: tuple[int, ...]  # 1-based lines of places that fit equally well; () if none does
    nearest: int  # 1-based line of the most similar place
    mismatch: int | None  # index, within the lines the hunk expects, of the first that differs there
    already: bool  # the lines that the hunk would leave are there


class Image:
    """A file while hunks are applied to it. No hunk may touch lines that an earlier one wrote."""

    def __init__(self, content: bytes) -> None:
        self.lines = split_lines(content)
        self._written = bytearray(len(self.lines))

    def content(self) -> bytes:
        """Return the file as it is now."""
        return b"".join(self.lines)

    def apply(self, hunk: Hunk) -> tuple[int, int] | Misfit:
        """Apply *hunk* and return its place (0-based) and fuzz; or leave the file alone and say why not."""
        before, after = hunk.before(), hunk.after()
        leading, trailing = hunk.context()
        expected = max(hunk.new_start - 1, 0) if hunk.new_count else hunk.new_start
        place: int | None
        if leading or trailing:
            place = self._as_git(before, expected, hunk.old_start <= 1, not trailing)
        else:  # a whole file, or diff -U0: nothing but the line number says where (git apply --unidiff-zero)
            place = expected if self._fits(before, expected) else None
        if place is not None:
            self._write(place, len(before), after)
            return place, 0
        whole = all(line.endswith(b"\n") for line in (*before, *after))
        for drops in _drops(leading, trailing):
            places: dict[int, tuple[int, int]] = {}
            for top, bottom in drops:
                pattern = before[top : len(before) - bottom]
                for found in self._all(pattern):
                    if whole or (bottom == 0 and found + len(pattern) == len(self.lines)):
                        places.setdefault(found - top, (top, bottom))
            if len(places) > 1 and not any(map(any, drops)) and expected in places:
                places = {expected: places[expected]}
            if len(places) > 1:
                return self._misfit(before, after, expected, tuple(sorted(place + 1 for place in places)))
            for place, (top, bottom) in places.items():
                self._write(place + top, len(before) - top - bottom, after[top : len(after) - bottom])
                return place, max(top, bottom)
        return self._misfit(before, after, expected, ())

    def _write(self, place: int, count: int, after: Sequence[bytes]) -> None:
        self.lines[place : place + count] = after
        self._written[place : place + count] = b"\1" * len(after)

    def _fits(self, pattern: Sequence[bytes], place: int) -> bool:
        end = place + len(pattern)
        if place < 0 or end > len(self.lines) or any(self._written[place:end]):
            return False
        return self.lines[place:end] == pattern

    def _as_git(self, pattern: Sequence[bytes], expected: int, at_start: bool, at_end: bool) -> int | None:
        last = len(self.lines) - len(pattern)
        if at_start or at_end:
            place = 0 if at_start else last
            return place if self._fits(pattern, place) and (not at_end or place == last) else None
        if self._fits(pattern, expected):
            return expected
        # Git looks one line down, one line up, two lines down, ...
        return min(
            self._all(pattern), key=lambda place: (abs(place - expected), place < expected), default=None
        )

    def _all(self, pattern: Sequence[bytes]) -> list[int]:
        """Return all places where *pattern* stands; none if it is empty."""
        if not pattern:
            return []
        first = pattern[0]
        return [
            place for place, line in enumerate(self.lines) if line == first and self._fits(pattern, place)
        ]

    def _misfit(
        self, before: Sequence[bytes], after: Sequence[bytes], expected: int, ambiguous: tuple[int, ...]
    ) -> Misfit:
        where: dict[bytes, list[int]] = defaultdict(list)
        for place, line in enumerate(self.lines):
            where[line].append(place)
        votes: dict[int, int] = defaultdict(int)
        for index, line in enumerate(before[:100]):
            if len(where.get(line, ())) <= _COMMON:
                for place in where.get(line, ()):
                    votes[place - index] += 1
        candidates = [(-count, abs(place - expected), place) for place, count in votes.items() if place >= 0]
        nearest = min(candidates)[2] if candidates else min(expected, max(len(self.lines) - 1, 0))
        there = self.lines[nearest : nearest + len(before)]
        mismatch = next(
            (index for index, line in enumerate(before) if there[index : index + 1] != [line]), None
        )
        already = before != after and any(
            self.lines[at : at + len(after)] == after for at in self._starts(after, where)
        )
        return Misfit(ambiguous, nearest + 1, mismatch, already)

    def _starts(self, after: Sequence[bytes], where: dict[bytes, list[int]]) -> list[int]:
        return where.get(after[0], [])[:_COMMON] if after else []


def _drops(leading: int, trailing: int) -> Iterator[list[tuple[int, int]]]:
    """Yield, least first, the ways to drop context lines above and below that are worth the same.

    Unlike patch(1), either end may lose lines also where the other has more of them (a hunk near the end of a
    file that has grown since): what keeps a hunk from going astray is that only one place may remain.
    """
    most_top, most_bottom = min(MOST_FUZZ, leading), min(MOST_FUZZ, trailing)
    for total in range(min(most_top + most_bottom, max(leading + trailing - 1, 0)) + 1):
        yield [(top, total - top) for top in range(most_top + 1) if 0 <= total - top <= most_bottom]


def split_lines(content: bytes) -> list[bytes]:
    """Return the lines with their newlines. Only a newline ends a line."""
    lines = content.split(b"\n")
    rest = lines.pop()
    lines = [line + b"\n" for line in lines]
    if rest:
        lines.append(rest)
    return lines
