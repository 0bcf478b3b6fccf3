# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in the text of a patch a finding belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ptlint.results.model import Finding, Status

if TYPE_CHECKING:
    from ptlint.results.run import Run
    from ptlint.source.diff import FileChange, Hunk
    from ptlint.source.patches import Patch
    from ptlint.source.placing import HunkPlacement

_HEADER = (b"diff --git ", b"--- ", b"+++ ")
_BETWEEN = (
    *_HEADER,
    b"index ",
    b"old mode ",
    b"new mode ",
    b"similarity ",
    b"rename ",
    b"copy ",
    b"deleted ",
)


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A line of a patch, as indices into the lines of its mail's body."""

    hunk: int  # the header of the hunk
    line: int
    exact: bool  # whether the finding, or a step of its path, is at that line; else it is only near


def patch_of(run: Run, finding: Finding) -> int:
    """Return the index, within the series, of the patch of an event; the last for the ends of a series."""
    numbers = [one.index for one in run.result.patches]
    return numbers.index(finding.patch) if finding.patch in numbers else len(numbers) - 1


def spot_of(run: Run, finding: Finding) -> Spot | None:
    """Return the line of the patch that a finding is about, None if the patch has no hunk in its files.

    That is the place of the finding if the patch writes it (removes it, for what is fixed), else the last
    step of the path that it writes, else a line of context among them, else the nearest hunk of
    the same file.
    """
    if run.series is None or not run.series.patches:
        return None
    index = patch_of(run, finding)
    lines = _lines(run.series.patches[index], run.placements[index], finding.status is Status.FIXED)
    places = [(finding.path, finding.line)]
    places += [(step.path, step.line) for step in reversed(finding.trace)]
    for written in (True, False):
        for place in places:
            if (found := lines.get(place)) is not None and (found[1] or not written):
                return found[0]
    near = [
        (abs(line - finding.line), found[0]) for (path, line), found in lines.items() if path == finding.path
    ]
    if not near:
        return None
    nearest = min(near)[1]
    return Spot(nearest.hunk, nearest.line, False)


def input_line(patch: Patch, index: int) -> int:
    """Return the 1-based line in the input of a line of the patch's mail."""
    return patch.mail.first_line + index


def file_header(patch: Patch, hunk: int) -> tuple[int, ...]:
    """Return the lines that name the file of a hunk, whose header is at index *hunk*."""
    lines = patch.mail.lines
    starts = [change.hunks[0].at - patch.mail.first_line for change in patch.files if change.hunks]
    first = max(start for start in starts if start <= hunk)
    top = first
    while top > 0 and lines[top - 1].startswith(_BETWEEN) and not lines[top].startswith(b"diff --git "):
        top -= 1
    return tuple(index for index in range(top, first) if lines[index].startswith(_HEADER))


def _lines(
    patch: Patch, placements: Sequence[HunkPlacement], before: bool
) -> dict[tuple[str, int], tuple[Spot, bool]]:
    """Return where each line of a file stands in the patch, and whether the patch writes (removes) it."""
    found: dict[tuple[str, int], tuple[Spot, bool]] = {}
    waiting = iter(placements)
    for change in patch.files:
        if change.is_symlink:
            continue
        path = (change.old_path if before else change.new_path) or change.path
        grown = 0
        for hunk, placement in zip(change.hunks, waiting, strict=False):
            number = placement.line - (grown if before else 0)
            for index, sign in _signs(patch, change, hunk):
                if sign != (b"+" if before else b"-"):
                    spot = Spot(hunk.at - patch.mail.first_line, index, True)
                    found.setdefault((path, number), (spot, sign != b" "))
                    number += 1
            grown += hunk.new_count - hunk.old_count
    return found


def _signs(patch: Patch, change: FileChange, hunk: Hunk) -> Iterator[tuple[int, bytes]]:
    """Yield each line of a hunk: its index in the mail, and its sign."""
    index = hunk.at - patch.mail.first_line
    for line in hunk.lines:
        index += 1
        while patch.mail.lines[index].startswith(b"\\"):  # "\ No newline at end of file"
            index += 1
        yield index, line[:1]
