# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format checkpatch`: as scripts/checkpatch.pl prints it, for b4's checks of each patch.

b4 takes every line for a complaint, so there is no line at all when there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ptlint.reports.plain import neutral, printable_lines
from ptlint.reports.quoting import input_line, patch_of, spot_of
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Severity
from ptlint.results.status import counts

if TYPE_CHECKING:
    from ptlint.reports.formats import Material
    from ptlint.results.run import Run

_LEVELS = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "CHECK"}


def render(material: Material) -> str:
    """Return a block for each finding and gap that counts, and their total; "" if there are none."""
    result = material.run.result
    found = [one for one in result.findings if counts(result, one.status)]
    gaps = [one for one in result.unanalyzed if counts(result, one.status)]
    if not found and not gaps:
        return ""
    blocks = ["\n".join(_block(material, one)) for one in found]
    for gap in gaps:
        function = f"{gap.function}: " if gap.function else ""
        head = neutral(f"CHECK: not analysed: {function}{gap.reason}")
        blocks.append(f"{head}\n#{gap.line}: FILE: {neutral(gap.path)}:{gap.line}:")
    levels = [_LEVELS[one.severity] for one in found]
    checks = levels.count("CHECK") + len(gaps)
    total = f"total: {levels.count('ERROR')} errors, {levels.count('WARNING')} warnings, {checks} checks"
    return "\n\n".join([*blocks, f"{total}, {_checked(material.run)} lines checked"]) + "\n"


def _block(material: Material, finding: Finding) -> Iterator[str]:
    patch = "" if finding.patch is None else f"; patch {finding.patch}"
    yield neutral(
        f"{_LEVELS[finding.severity]}: {finding.rule} {finding.name}: {finding.message}"
        f" (when {finding.condition}{patch}; id {fingerprint(finding)})"
    )
    yield neutral(f"#{_line(material.run, finding)}: FILE: {finding.path}:{finding.line}:")
    text = material.sources(finding, finding.path, finding.line)
    if text and text.strip():
        yield printable_lines(f"+{text.rstrip()}")


def _line(run: Run, finding: Finding) -> int:
    """Return the line of the patch that the finding is about; without a patch, that of the file."""
    if run.series is None:
        return finding.line
    patch = run.series.patches[patch_of(run, finding)]
    spot = spot_of(run, finding)
    if spot is not None:
        return input_line(patch, spot.line)
    return next((hunk.at for change in patch.files for hunk in change.hunks), 1)


def _checked(run: Run) -> int:
    """Return how many lines of patches, or of the files with findings, were there to be checked."""
    if run.series is not None:
        hunks = (hunk for one in run.series.patches for change in one.files for hunk in change.hunks)
        return sum(len(hunk.lines) for hunk in hunks)
    paths = {one.path for one in run.result.findings} | {one.path for one in run.result.unanalyzed}
    return sum((run.trees[-1].find(path) or b"").count(b"\n") for path in paths)
