# SPDX-License-Identifier: GPL-2.0-or-later
"""The exit status that a result asks for."""

from ptlint.results.model import Result, Severity, Status

CLEAN = 0
FINDINGS = 1
INCOMPLETE = 3


def exit_status(result: Result, allow_gaps: bool = False) -> int:
    """Return 1 if there are errors that count, 3 if there are gaps that count, else 0.

    In mode patch only what a patch brings counts; elsewhere all that was selected.
    """
    if any(
        finding.severity is Severity.ERROR and counts(result, finding.status) for finding in result.findings
    ):
        return FINDINGS
    if not allow_gaps and any(counts(result, gap.status) for gap in result.unanalyzed):
        return INCOMPLETE
    return CLEAN


def counts(result: Result, status: Status) -> bool:
    """Tell whether a finding or gap of that status decides the exit status."""
    return status is Status.NEW if result.mode == "patch" else status is not Status.FIXED
