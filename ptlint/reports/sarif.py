# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format sarif`: SARIF 2.1.0, for code scanning. Only what ptlint has to say, in `sarif_model`.

The output is ASCII, as that of `json`.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from ptlint import __version__
from ptlint.reports import sarif_model as sarif
from ptlint.reports.text import ground_text
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Gap, Result, Status, Step
from ptlint.results.status import INCOMPLETE

if TYPE_CHECKING:
    from ptlint.reports.formats import Material
    from ptlint.rules.model import Rule

_BASELINE = {Status.NEW: "new", Status.EXISTING: "unchanged", Status.FIXED: "absent"}


def render(material: Material) -> str:
    """Return the run as a SARIF log."""
    return json.dumps(msgspec.to_builtins(_log(material)), indent=2) + "\n"


def _log(material: Material) -> sarif.Log:
    run, result = material.run, material.run.result
    rules = run.request.rules
    codes = [rule.code for rule in rules]
    return sarif.Log(
        runs=[
            sarif.Run(
                tool=sarif.Tool(
                    sarif.Driver("ptlint", __version__, __version__, [_rule(rule) for rule in rules])
                ),
                invocations=[
                    sarif.Invocation(
                        execution_successful=material.status != INCOMPLETE,
                        exit_code=material.status,
                        tool_execution_notifications=[_gap(gap) for gap in result.unanalyzed],
                    )
                ],
                results=[_result(result, finding, codes) for finding in result.findings],
                properties=_about(material),
            )
        ]
    )


def _about(material: Material) -> dict[str, object]:
    result, series = material.run.result, material.run.series
    about: dict[str, object] = {
        "mode": result.mode,
        "treeVersion": result.version,
        "base": result.base,
        "archs": list(result.archs),
        "toolchain": result.toolchain,
        "assumed": [
            {"symbol": one.symbol, "value": one.value, "forced": one.forced} for one in result.assumed
        ],
        "combinations": [
            {"id": one.id, "arch": one.arch, "condition": one.condition} for one in result.combinations
        ],
    }
    if series is not None:
        about["patches"] = [{"index": one.index, "subject": one.subject} for one in result.patches]
        if series.base_commit is not None:
            about["baseCommit"] = series.base_commit
    return about


def _rule(rule: Rule) -> sarif.Rule:
    found = rule.readme.partition("## What it finds")[2].partition("\n## ")[0].strip()
    first = " ".join(found.partition("\n\n")[0].split())
    return sarif.Rule(
        id=rule.code,
        name=rule.name,
        short_description=sarif.Message(rule.title),
        full_description=sarif.Message(first) if first else None,
        help=sarif.Message(rule.readme, rule.readme) if rule.readme else None,
        default_configuration=sarif.Configuration(rule.severity),
        properties={"requires": rule.requires} if rule.requires else None,
    )


def _result(result: Result, finding: Finding, codes: Sequence[str]) -> sarif.Result:
    properties: dict[str, object] = {
        "condition": finding.condition,
        "combinations": list(finding.combinations),
    }
    if result.mode == "patch":
        properties["patch"] = finding.patch
    if finding.met_by or finding.not_met_by:
        properties |= {"metBy": list(finding.met_by), "notMetBy": list(finding.not_met_by)}
    if finding.grounds:
        properties["restsOn"] = [ground_text(one) for one in finding.grounds]
    if finding.status is Status.FIXED:
        properties["remains"] = list(finding.remains)
    kind = "inSource" if finding.in_source else "external"
    suppressed = finding.suppressed and [sarif.Suppression(kind, finding.suppressed)]
    ways = [way for way in (finding.trace, *finding.further) if way]
    flows = [sarif.CodeFlow([sarif.ThreadFlow([_step(step) for step in way])]) for way in ways]
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=codes.index(finding.rule) if finding.rule in codes else None,
        level=finding.severity,
        message=sarif.Message(f"{finding.message} (when {finding.condition})"),
        locations=[_location(finding.path, finding.line, finding.column, finding.function)],
        code_flows=flows or None,
        partial_fingerprints={"ptlint/v1": fingerprint(finding)},
        baseline_state=_BASELINE[finding.status] if result.mode == "patch" else None,
        suppressions=suppressed or None,
        properties=properties,
    )


def _step(step: Step) -> sarif.FlowLocation:
    return sarif.FlowLocation(_location(step.path, step.line, step.column, step.function, step.message))


def _gap(gap: Gap) -> sarif.Notification:
    return sarif.Notification(
        message=sarif.Message(f"not analysed: {gap.reason}"),
        level="warning",
        locations=[_location(gap.path, gap.line, 0, gap.function)],
        properties={"status": gap.status},
    )


def _location(path: str, line: int, column: int, function: str | None, message: str = "") -> sarif.Location:
    uri = quote(path, errors="surrogateescape")
    return sarif.Location(
        physical_location=sarif.PhysicalLocation(
            sarif.Artifact(uri), sarif.Region(max(line, 1), column if column > 0 else None)
        ),
        logical_locations=[sarif.LogicalLocation(function)] if function else None,
        message=sarif.Message(message) if message else None,
    )
