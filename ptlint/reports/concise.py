# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format concise`: one line for each thing, as compilers print them, for editors and grep."""

from collections.abc import Iterator

from ptlint.reports.plain import neutral
from ptlint.results.model import Result
from ptlint.results.status import counts


def render(result: Result) -> str:
    """Return a line for each finding and gap that counts, and for each site that was asked for."""
    return "".join(neutral(line) + "\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    for finding in result.findings:
        if counts(result, finding.status):
            place = f"{finding.path}:{finding.line}:{finding.column}"
            patch = "" if finding.patch is None else f" (patch {finding.patch})"
            yield f"{place}: {finding.severity}: {finding.message} [{finding.rule} {finding.name}]{patch}"
    for site in result.sites:
        place = f"{site.path}:{site.line}:{site.column}"
        yield f"{place}: {site.verdict}: {site.callee} of {site.level}: {site.reason}"
    for gap in result.unanalyzed:
        if counts(result, gap.status):
            function = f"{gap.function}: " if gap.function else ""
            yield f"{gap.path}:{gap.line}:1: note: not analysed: {function}{gap.reason}"
