# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rules require, architecture by architecture, as a table for `--format text`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ptlint.reports.spans import Line, Span
from ptlint.results.model import ArchOverview, Holds, Overview, Step, Verdict, Ways
from ptlint.results.overview import LEVELS, UNSEEN

_GAP = "  "
_STYLES = {Verdict.UNSAFE: "error", Verdict.UNDECIDED: "warning"}


def overview_lines(overview: Overview) -> Iterator[Line]:
    """Yield a table with some lines for each architecture, then what a reader has to know of it."""
    other = any(
        not set(UNSEEN).issuperset(ways.levels.get("any", ())) for row in overview.archs for ways in row.ways
    )
    levels = LEVELS if other else LEVELS[:-1]  # the last one is "any"
    head = ["", overview.requirement, *levels]
    rows = [(row, [_cells(row, ways, levels) for ways in row.ways]) for row in overview.archs]
    lines = [head, *(cells for _, some in rows for cells in some)]
    lines += [[row.feasibility.arch] for row in overview.archs]
    widths = [max(len(line[column]) for line in lines if column < len(line)) for column in range(len(head))]
    yield [
        (f"{overview.requirement} by architecture", "bold"),
        (", and what is proved of the tables of each level where they are freed", ""),
    ]
    yield _line(head, widths, "dim")
    indent = _GAP + " " * widths[0] + _GAP
    for row, some in rows:
        for cells, ways in zip(some, row.ways, strict=True):
            yield _line(cells, widths, "", ways)
        for note in _notes(overview, row):
            yield [(indent, ""), *note]
    if overview.gaps:
        many = "place was" if overview.gaps == 1 else "places were"
        yield [(f"{_GAP}with {overview.assumption}, {overview.gaps} {many} not analysed", "note")]
    if any(ways.holds is Holds.ASSUMED for row in overview.archs for ways in row.ways):
        yield [
            (f"{_GAP}to see what would have to change: ptlint check --arch ARCH {overview.assumption}", "dim")
        ]
    yield []


def _cells(row: ArchOverview, ways: Ways, levels: tuple[str, ...]) -> list[str]:
    """Return the cells of one line; the architecture stands in the first of its lines only."""
    always = len(row.ways) == 1 and ways.holds is Holds.ON and row.feasibility.condition == "y"
    verdicts = [" ".join(ways.levels.get(level, ("-",))) for level in levels]
    arch = row.feasibility.arch if ways is row.ways[0] else ""
    return [arch, "always on" if always else str(ways.holds), *verdicts]


def _line(cells: list[str], widths: list[int], style: str, ways: Ways | None = None) -> Line:
    spans: list[Span] = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        of_cell = style
        if ways is not None and column > 1:
            worst = Verdict(cell.split()[0]) if cell != "-" else None
            of_cell = _STYLES.get(worst, "") if worst is not None else ""
        elif ways is not None and column == 0:
            of_cell = "bold"
        spans += [(_GAP, ""), (cell.ljust(width), of_cell)]
    return spans


def _notes(overview: Overview, row: ArchOverview) -> Iterator[Line]:
    """Yield where an architecture has what is required, why not elsewhere, and which rules find something."""
    feasibility = row.feasibility
    if feasibility.condition != "y":
        can = f"only where {feasibility.condition}" if feasibility.condition != "n" else "never on"
        yield [(f"{can}: ", "bold"), ("; ".join(_reason(step) for step in feasibility.why), "")]
    for ways in row.ways:
        if ways.findings:
            lead = "found" if len(row.ways) == 1 else f"found while {ways.holds}"
            if ways.holds is Holds.ASSUMED:
                lead = f"with {overview.assumption}"
            yield [(f"{lead}: ", "bold"), (_counted(ways.findings), "")]


def _reason(step: Step) -> str:
    return f"{step.message} [{step.path}:{step.line}]"


def _counted(findings: Mapping[str, int]) -> str:
    return ", ".join(rule if count == 1 else f"{rule} ({count})" for rule, count in findings.items())
