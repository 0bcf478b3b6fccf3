# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format markdown`: a review to paste or send, in the Markdown of GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ptlint.reports import spans
from ptlint.reports.excerpt import excerpt
from ptlint.reports.plain import neutral
from ptlint.reports.text import (
    course,
    coverage,
    ground_text,
    remains,
    reproduction,
    summary,
    under,
    usual,
)
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Result, Status, VerdictChange
from ptlint.results.status import counts

if TYPE_CHECKING:
    from ptlint.reports.formats import Material

_SPECIAL = re.compile(r"([\\`*\[\]<>|~&@]|(?<!\w)_|_(?!\w))")
_TITLES = {Status.NEW: "Brings", Status.FIXED: "Mends", Status.EXISTING: "There already"}
_VERDICTS = {0: "nothing wrong found", 1: "errors found", 3: "incomplete: something was not analysed"}


def render(material: Material) -> str:
    """Return the review."""
    result = material.run.result
    blocks = [f"**ptlint: {_VERDICTS.get(material.status, 'see below')}.** {_plain(summary(result))}."]
    blocks.append("\n".join(_about(material)))
    if result.mode == "patch":
        blocks += _patches(result)
    for status, title in _TITLES.items():
        found = [one for one in result.findings if one.status is status]
        if found and result.mode == "patch":
            blocks.append(f"## {title}")
        elif found:
            blocks.append("## Findings")
        for finding in found:
            blocks += _finding(material, finding)
    blocks += _verdicts(result)
    blocks += _sites(result)
    gaps = [one for one in result.unanalyzed if counts(result, one.status)]
    if gaps:
        rows = [f"* {_code(f'{one.path}:{one.line}')} {_plain(one.reason)}" for one in gaps]
        blocks += ["## Not analysed", "\n".join(rows)]
    blocks.append(_plain(f"{coverage(result)}."))
    return "\n\n".join(blocks) + "\n"


def _about(material: Material) -> Iterator[str]:
    result = material.run.result
    base = f" ({_plain(result.base)})" if result.base else ""
    yield f"* {'base' if result.mode == 'patch' else 'tree'}: Linux {_plain(result.version)}{base}"
    yield f"* architecture: {_plain(', '.join(result.archs))}; toolchain: {_plain(result.toolchain)}"
    for one in result.assumed:
        note = " (forced: no real configuration has it)" if one.forced else ""
        yield f"* assumed: {_code(f'{one.symbol}={one.value}')}{note}"
    for combination in result.combinations:
        yield f"* {_code(combination.id)}: when {_code(combination.condition)}"
    for note in result.notes:
        yield f"* {_plain(note)}"


def _patches(result: Result) -> Iterator[str]:
    rows = []
    for patch in result.patches:
        events = [one for one in result.findings if one.patch == patch.index]
        cells = [
            ", ".join(f"{one.rule} {_code(fingerprint(one))}" for one in events if one.status is status)
            or "-"
            for status in (Status.NEW, Status.FIXED)
        ]
        rows.append([f"{patch.index}/{result.patches[-1].total} {_plain(patch.subject)}", *cells])
    if rows:
        yield _table(["patch", "brings", "mends"], rows)


def _finding(material: Material, finding: Finding) -> Iterator[str]:
    result = material.run.result
    yield f"### {finding.severity}: {_plain(finding.message)} ({finding.rule} {_plain(finding.name)})"
    function = f" in {_code(finding.function)}" if finding.function else ""
    place = f"At {_code(f'{finding.path}:{finding.line}')}{function}"
    if finding.patch is not None:
        place += f", patch {finding.patch}"
    yield f"{place}, when {_code(finding.condition)} ({_plain(under(result, finding))})."
    told = [f"{_plain(one)}." for one in course(result, finding)]
    if finding.met_by or finding.not_met_by:
        told.append(f"Met by {_plain(usual(finding))}.")
    if finding.status is Status.FIXED:
        told.append(f"After the patch it remains {_plain(remains(finding))}.")
    if told:
        yield " ".join(one[0].upper() + one[1:] for one in told)
    yield _fenced(spans.plain(excerpt(finding, finding.trace, material.sources)))
    for number, way in enumerate(finding.further, 2):
        if way:
            path = spans.plain(excerpt(finding, way, material.sources))
            yield f"<details><summary>way {number} to it</summary>\n\n{_fenced(path)}\n\n</details>"
    if finding.grounds:
        rests = "\n".join(f"* {_plain(ground_text(one))}" for one in finding.grounds)
        yield f"The proof rests on:\n\n{rests}"
    if finding.status is not Status.FIXED:
        makes = reproduction(result, finding)
        yield "To compile that code:\n\n" + _fenced("\n".join(map(neutral, makes)))


def _verdicts(result: Result) -> Iterator[str]:
    """Yield the table free site x combination; combinations that tell the same share a column."""
    if not result.verdicts:
        return
    cells: dict[tuple[object, ...], dict[str, str]] = {}
    for change in result.verdicts:
        row = cells.setdefault((change.path, change.line, change.function, change.callee, change.patch), {})
        row |= dict.fromkeys(change.combinations, _change(change))
    columns: dict[tuple[str, ...], list[str]] = {}
    for combination in result.combinations:
        column = tuple(row.get(combination.id, "") for row in cells.values())
        if any(column):
            columns.setdefault(column, []).append(combination.id)
    rows = [
        [
            f"{_code(f'{path}:{line}')} {_code(str(callee))} in {_code(str(function))}",
            "" if patch is None else str(patch),
            *(column[index] for column in columns),
        ]
        for index, (path, line, function, callee, patch) in enumerate(cells)
    ]
    yield "## Verdicts that change"
    yield _table(["free site", "patch", *(_plain(", ".join(ids)) for ids in columns.values())], rows)


def _change(change: VerdictChange) -> str:
    return f"{change.before or 'no such site'} → {change.after or 'no such site'}"


def _sites(result: Result) -> Iterator[str]:
    if result.ledger and result.sites:
        yield "## Free sites"
        rows = [
            [
                f"{_code(f'{one.path}:{one.line}')} {_code(one.callee)} of {one.level}"
                f" in {_code(one.function)}",
                one.verdict,
                _plain(one.reason),
                _plain(", ".join(one.combinations)),
            ]
            for one in result.sites
        ]
        yield _table(["free site", "verdict", "why", "under"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Return text that means nothing to Markdown, and mentions nobody."""
    return _SPECIAL.sub(r"\\\1", neutral(text)).replace("://", ":\\//")


def _code(text: str) -> str:
    """Return an inline span of code that is right in a table, too."""
    text = neutral(text).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def _fenced(text: str) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}\n{text.rstrip()}\n{fence}"
