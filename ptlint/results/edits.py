# SPDX-License-Identifier: GPL-2.0-or-later
"""What patches change of the text of files: which lines they bring, and which they take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ptlint.source.diff import ChangeKind
from ptlint.source.linemap import LineMap
from ptlint.source.patches import Patch
from ptlint.source.tree import Tree

Lines = tuple[tuple[int, int], ...]
"""Ranges of lines, first and last, 1-based."""


@dataclass(frozen=True)
class Edit:
    """A file before and after some patches. A path is "" where the file is not there."""

    old_path: str
    new_path: str
    old: bytes
    new: bytes
    whole: bool = False  # every line counts as touched, whatever the patches change

    @property
    def path(self) -> str:
        """The path after the patches, before them if the file is gone."""
        return self.new_path or self.old_path

    @cached_property
    def lines(self) -> LineMap:
        """Which line became which."""
        return LineMap(self.old, self.new)

    @cached_property
    def brought(self) -> Lines:
        """The lines after the patches that were not there before."""
        return ((1, self.new.count(b"\n") + 1),) if self.whole else self.lines.changed_after()

    @cached_property
    def taken(self) -> Lines:
        """The lines before the patches that are there no more."""
        return ((1, self.old.count(b"\n") + 1),) if self.whole else self.lines.changed_before()

    @cached_property
    def seams(self) -> tuple[int, ...]:
        """The lines after the patches beside which a directive was taken away."""
        old = self.old.split(b"\n")
        found: list[int] = []
        for first, last in self.taken:
            if any(line.lstrip()[:1] == b"#" for line in old[first - 1 : last]):
                found += [at for at in (self.lines.forward(first - 1), self.lines.forward(last + 1)) if at]
        return tuple(found)


def holds(lines: Lines, line: int) -> bool:
    """Tell whether a line is in one of some ranges."""
    return any(first <= line <= last for first, last in lines)


class Movements:
    """Where the files of a series come from, patch after patch."""

    def __init__(self, patches: Iterable[Patch] = ()) -> None:
        self._origin: dict[str, str] = {}  # path now -> path in the base, "" if it is new
        self._gone: set[str] = set()
        for patch in patches:
            self.add(patch)

    def add(self, patch: Patch) -> None:
        """Follow one more patch."""
        origins: dict[str, str] = {}
        for change in patch.files:
            old, new = change.old_path, change.new_path
            origin = self._origin.get(old, "" if old in self._gone else old) if old else ""
            if new is not None:
                origins[new] = "" if change.kind is ChangeKind.COPIED else origin
            if change.kind in (ChangeKind.DELETED, ChangeKind.RENAMED) and old is not None:
                self._origin.pop(old, None)
                self._gone.add(origin or old)
        self._origin.update(origins)

    def edits(self, before: Tree, after: Tree) -> Mapping[str, Edit]:
        """Return what differs between the base and the tree after the patches, by `Edit.path`."""
        found: dict[str, Edit] = {}
        for new_path, old_path in sorted(self._origin.items()):
            if not old_path and new_path in self._gone:
                old_path = new_path  # deleted, and made again
            edit = _edit(before, after, old_path, new_path)
            if edit.old != edit.new or edit.old_path != edit.new_path:
                found[edit.path] = edit
        moved = set(self._origin.values())
        for old_path in sorted(self._gone - moved - self._origin.keys()):
            edit = _edit(before, after, old_path, "")
            if edit.old_path:
                found[old_path] = edit
        return found


def _edit(before: Tree, after: Tree, old_path: str, new_path: str) -> Edit:
    old = before.find(old_path) if old_path else None
    new = after.find(new_path) if new_path else None
    return Edit(
        old_path if old is not None else "", new_path if new is not None else "", old or b"", new or b""
    )
