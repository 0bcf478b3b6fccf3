# SPDX-License-Identifier: GPL-2.0-or-later
"""Translation units: which lines of which files a compiler sees, and which macros are in force where.

The compile order is counted by a *sequence*: every run of text and every #define and #undef that is active
gets the next number. So a region and a macro's history can be compared.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from ptlint.cpp.directives import Block, Step
from ptlint.cpp.expressions import Asked
from ptlint.cpp.tokens import Macro


class Region(NamedTuple):
    """A run of active lines without a directive, with at least one token. Lines are inclusive and 1-based."""

    path: str
    first_line: int
    last_line: int
    sequence: int


class Missing(NamedTuple):
    """An #include that finds no file."""

    path: str
    line: int
    name: str


class Undecided(NamedTuple):
    """An #if that hangs on a constant which only a build could compute; it is taken for false."""

    path: str
    line: int
    atom: str


class Complaint(NamedTuple):
    """An active #error, or a directive that the preprocessor would refuse."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A conditional that was met: whether its group was taken, and the macros that decided it.

    The group is the lines *first_line* to *last_line*; it can be empty. *sequence* says when it was met.
    """

    path: str
    line: int
    first_line: int
    last_line: int
    taken: bool
    sequence: int
    names: frozenset[str]


class Met(NamedTuple):
    """A conditional as a run notes it."""

    path: str
    step: Step
    taken: bool
    asked: Asked | None  # None: an #ifdef, whose name the step has
    sequence: int


class Unit:
    """What one translation unit consists of under one configuration."""

    def __init__(
        self,
        path: str,
        module: bool,
        base: Mapping[str, Macro],
        files: tuple[str, ...],
        trace: list[tuple[int, Block]],
        met: list[Met],
        definers: Mapping[str, Sequence[Block]],
        missing: tuple[Missing, ...],
        undecided: tuple[Undecided, ...],
        complaints: tuple[Complaint, ...],
        end: int,
    ) -> None:
        self.path = path
        self.module = module
        self.files = files
        """The distinct files, in the order of their first inclusion."""
        self.missing = missing
        self.undecided = undecided
        self.complaints = complaints
        self.end = end
        """A sequence after everything."""
        self._base = base
        self._trace = trace
        self._met = met
        self._definers = definers
        self._regions: list[Region] | None = None
        self._starts: dict[Block, list[int]] | None = None
        self._blocks: dict[str, list[tuple[int, Block]]] | None = None  # with text, by file
        self._of_path: dict[str, list[Region]] = {}
        self._active: dict[str, list[tuple[int, int]]] = {}
        self._histories: dict[str, tuple[list[int], list[Macro | None]]] = {}

    def __repr__(self) -> str:
        return f"Unit({self.path!r})"

    @property
    def regions(self) -> Sequence[Region]:
        """The active text in compile order. A file that is included twice has its regions twice."""
        known = self._regions
        if known is None:
            known = self._regions = _regions(self._trace)
        return known

    def regions_of(self, path: str) -> Sequence[Region]:
        """Return the regions of one file in compile order."""
        known = self._of_path.get(path)
        if known is None:
            blocks = self._blocks
            if blocks is None:
                blocks = self._blocks = {}
                for entry in self._trace:
                    if entry[1].texts:
                        blocks.setdefault(entry[1].path, []).append(entry)
            known = self._of_path[path] = _regions(blocks.get(path, ()))
        return known

    def active(self, path: str) -> list[tuple[int, int]]:
        """Return the sorted ranges of lines that some inclusion of the file made active, without overlaps."""
        known = self._active.get(path)
        if known is None:
            known = []
            for first, last in sorted({(r.first_line, r.last_line) for r in self.regions_of(path)}):
                if known and first <= known[-1][1]:
                    known[-1] = (known[-1][0], max(last, known[-1][1]))
                else:
                    known.append((first, last))
            self._active[path] = known
        return known

    def region_sequence(self, path: str, line: int) -> int | None:
        """Return the sequence at an active line, at its first inclusion; None if it is not active."""
        for region in self.regions_of(path):
            if region.first_line <= line <= region.last_line:
                return region.sequence
        return None

    def macro(self, name: str, sequence: int) -> Macro | None:
        """Return the definition of *name* that is in force at *sequence*, None if there is none.

        A name whose value the preprocessor itself gives (``__LINE__``) has no definition.
        """
        history = self._histories.get(name)
        if history is None:
            history = self._histories[name] = self._history(name)
        index = bisect_right(history[0], sequence)
        found = history[1][index - 1] if index else self._base.get(name)
        return None if found is not None and found.builtin else found

    def lookup(self, sequence: int) -> Callable[[str], Macro | None]:
        """Return `macro` for one sequence, faster for many questions; made for `expand`."""
        known: dict[str, Macro | None] = {}

        def macro_at(name: str) -> Macro | None:
            try:
                return known[name]
            except KeyError:
                found = known[name] = self.macro(name, sequence)
                return found

        return macro_at

    def definitions(self, name: str) -> list[tuple[int, Macro | None]]:
        """Return the history of *name* after the command line: sequence and definition, None for #undef."""
        history = self._histories.get(name)
        if history is None:
            history = self._histories[name] = self._history(name)
        return list(zip(*history, strict=True))

    def decisions(self, path: str | None = None) -> Iterator[Decision]:
        """Yield the conditionals that were met, in order; only those of one file if *path* is given."""
        for where, step, taken, asked, sequence in self._met:
            if path is None or where == path:
                names = {step.name} if asked is None else {name for name, _ in asked}
                yield Decision(where, step.line, step.line + 1, step.last, taken, sequence, frozenset(names))

    def met(self) -> Iterator[tuple[Step, bool, int]]:
        """Yield the tests that were met, in order: whether each held, and the sequence."""
        for _, step, taken, _, sequence in self._met:
            yield step, taken, sequence

    def definers(self, name: str) -> Sequence[Block]:
        """Return the blocks that define or undefine a name, in whatever files were ever parsed."""
        return self._definers.get(name, ())

    def perhaps_macros(self, names: Set[str]) -> Iterator[str]:
        """Yield those of some names that may be macros somewhere in the unit; no other one is."""
        yield from self._definers.keys() & names
        yield from self._base.keys() & names

    def _history(self, name: str) -> tuple[list[int], list[Macro | None]]:
        blocks = self._definers.get(name)
        if not blocks:
            return [], []
        starts = self._starts
        if starts is None:
            starts = self._starts = {}
            for start, block in self._trace:
                if block.final:
                    starts.setdefault(block, []).append(start)
        events: list[tuple[int, Macro | None]] = []
        for block in blocks:
            for start in starts.get(block, ()):
                events.extend((start + at, macro) for at, word, macro in block.history if word == name)
        events.sort(key=_first)
        return [sequence for sequence, _ in events], [macro for _, macro in events]


def _regions(trace: Iterable[tuple[int, Block]]) -> list[Region]:
    """Return the text of blocks, each with the sequence that it begins at."""
    new = tuple.__new__
    return [
        new(Region, (block.path, first, last, start + offset))
        for start, block in trace
        for first, last, offset in block.texts
    ]


def _first(event: tuple[int, Macro | None]) -> int:
    return event[0]
