# SPDX-License-Identifier: GPL-2.0-or-later
"""The path of a finding as excerpts of the source, each step labelled under its line, as compilers do."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from ptlint.reports.spans import Line
from ptlint.results.model import Finding, Step

Sources = Callable[[Finding, str, int], str | None]
"""Returns the text of a line (finding, path, 1-based line) without its newline, None if there is none."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\S")
_TAB = 8


def excerpt(finding: Finding, steps: tuple[Step, ...], sources: Sources) -> Iterator[Line]:
    """Yield the source lines of *steps*, in their order; the finding's own place is marked by carets.

    The path may lead on beyond the place, to where the guarantee is missed.
    """
    ways = _with_place(finding, steps)
    place = next(step for step in reversed(ways) if (step.path, step.line) == (finding.path, finding.line))
    width = len(str(max(step.line for step in ways)))
    at = (finding.path, finding.function or "")
    for (path, function), group in groupby(ways, key=lambda step: (step.path, step.function)):
        of_group = list(group)
        if (path, function) != at:
            where = f" in {function}" if function else ""
            yield [(" " * width + " ::: ", "gutter"), (f"{path}:{of_group[0].line}{where}", "")]
            at = (path, function)
        yield from _lines(finding, of_group, place, width, sources)


def _with_place(finding: Finding, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps, with one at the finding's place added if none is."""
    if any((step.path, step.line) == (finding.path, finding.line) for step in steps):
        return steps
    place = Step(finding.path, finding.line, finding.column, finding.function or "", "here")
    return (*steps, place)


def _lines(finding: Finding, steps: list[Step], place: Step, width: int, sources: Sources) -> Iterator[Line]:
    texts = {step.line: sources(finding, step.path, step.line) for step in steps}
    shown = {line: text.expandtabs(_TAB).rstrip() for line, text in texts.items() if text and text.strip()}
    indent = min((len(text) - len(text.lstrip()) for text in shown.values()), default=0)
    for line, group in groupby(steps, key=lambda step: step.line):
        raw = texts[line]
        if line not in shown or raw is None:
            for step in group:
                yield [(f" {line:>{width}} | ", "gutter"), (f"... {step.message}", "label")]
            continue
        yield [(f" {line:>{width}} | ", "gutter"), (f"    {shown[line][indent:]}", "")]
        for step in group:
            start, length = _extent(raw, step.column)
            sign, style = ("^", "mark") if step is place else ("-", "label")
            blank = " " * (4 + max(start - indent, 0))
            yield [
                (f" {' ' * width} | ", "gutter"),
                (f"{blank}{sign * length} {step.message}", style),
            ]


def _extent(raw: str, column: int) -> tuple[int, int]:
    """Return where a step's text begins (0-based, tabs expanded) and how many columns it takes.

    A name followed by a parenthesis takes the whole call, as far as it is on the line.
    """
    if not 1 <= column <= len(raw):
        column = len(raw) - len(raw.lstrip()) + 1
    match = _WORD.match(raw, column - 1)
    end = match.end() if match else column
    if raw[end : end + 1] == "(":
        depth = 0
        for position in range(end, len(raw)):
            depth += (raw[position] == "(") - (raw[position] == ")")
            if depth == 0:
                end = position + 1
                break
    start = len(raw[: column - 1].expandtabs(_TAB))
    return start, max(len(raw[:end].expandtabs(_TAB)) - start, 1)
