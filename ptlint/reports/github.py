# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format github`: commands that a workflow of GitHub Actions turns into annotations.

Only the first ten of a step are shown, so errors come first.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions; actions/toolkit,
packages/core/src/command.ts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ptlint.reports.plain import neutral
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Result, Severity
from ptlint.results.status import counts

if TYPE_CHECKING:
    from ptlint.reports.formats import Material

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(material: Material) -> str:
    """Return a command for each finding and gap that counts."""
    return "".join(line + "\n" for line in _lines(material.run.result))


def _lines(result: Result) -> Iterator[str]:
    levels = list(_COMMANDS)
    for finding in sorted(result.findings, key=lambda one: levels.index(one.severity)):
        if counts(result, finding.status):
            patch = "" if finding.patch is None else f" (patch {finding.patch})"
            steps = [f"{one.path}:{one.line} {one.function}: {one.message}" for one in finding.trace]
            yield _command(
                _COMMANDS[finding.severity],
                {
                    "file": finding.path,
                    "line": str(finding.line),
                    "col": str(finding.column),
                    "title": f"{finding.rule} {finding.name}{patch}",
                },
                [finding.message, f"when: {finding.condition}", *steps, f"id: {fingerprint(finding)}"],
            )
    for gap in result.unanalyzed:
        if counts(result, gap.status):
            function = f"{gap.function}: " if gap.function else ""
            place = {"file": gap.path, "line": str(gap.line), "title": "not analysed"}
            yield _command("warning", place, [f"{function}{gap.reason}"])


def _command(name: str, properties: dict[str, str], message: list[str]) -> str:
    stated = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {stated}::{'%0A'.join(map(_data, message))}"


def _data(text: str) -> str:
    return neutral(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
