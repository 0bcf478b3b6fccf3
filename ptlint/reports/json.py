# SPDX-License-Identifier: GPL-2.0-or-later
"""`--format json`: the schema ptlint-result/1, which `schema/ptlint-result-1.json` describes.

The output is ASCII: no text of a tree or a mail reaches a terminal other than escaped.
"""

import json
from pathlib import Path
from typing import Any

from ptlint import __version__
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Result, Site, Step

SCHEMA = "ptlint-result/1"


def schema_path() -> Path:
    """Return the JSON Schema of the output."""
    return Path(__file__).parent / "schema" / "ptlint-result-1.json"


def render(result: Result) -> str:
    """Return the result as JSON with a newline at its end."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: Result) -> dict[str, Any]:
    """Return the result as the contract's object; keys that are no part of its mode are absent."""
    patch = result.mode == "patch"
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "ptlint": __version__,
        "mode": result.mode,
        "toolchain": result.toolchain,
        "tree": {"version": result.version, "archs": list(result.archs)},
        "assumed": [
            {"symbol": one.symbol, "value": one.value, "forced": one.forced} for one in result.assumed
        ],
    }
    if patch:
        made["patches"] = [
            {"index": one.index, "subject": one.subject, "applied": one.applied} for one in result.patches
        ]
    made["combinations"] = [
        {
            "id": one.id,
            "arch": one.arch,
            "assignment": dict(sorted(one.assignment.items())),
            "condition": one.condition,
        }
        for one in result.combinations
    ]
    made["findings"] = [_finding(one, patch) for one in result.findings]
    if result.ledger:
        made["sites"] = [_site(one) for one in result.sites]
    if patch:
        made["verdicts"] = [
            {
                "path": one.path,
                "line": one.line,
                "function": one.function,
                "callee": one.callee,
                "before": one.before,
                "after": one.after,
                "combinations": list(one.combinations),
                "patch": one.patch,
            }
            for one in result.verdicts
        ]
    made["unanalyzed"] = [
        {
            "path": one.path,
            "line": one.line,
            "function": one.function,
            "reason": one.reason,
            "status": one.status,
        }
        for one in result.unanalyzed
    ]
    made["stats"] = {
        "files": result.stats.files,
        "functions": result.stats.functions,
        "sites": result.stats.sites,
        "combinations": result.stats.combinations,
        "seconds": result.stats.seconds,
    }
    return made


def _finding(finding: Finding, patch: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": fingerprint(finding),
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "status": finding.status,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "function": finding.function,
        "combinations": list(finding.combinations),
        "condition": finding.condition,
        "trace": [_step(step) for step in finding.trace],
    }
    if patch:
        made["patch"] = finding.patch
    return made


def _step(step: Step) -> dict[str, Any]:
    return {"path": step.path, "line": step.line, "function": step.function or None, "message": step.message}


def _site(site: Site) -> dict[str, Any]:
    return {
        "path": site.path,
        "line": site.line,
        "function": site.function,
        "callee": site.callee,
        "level": site.level,
        "verdict": site.verdict,
        "reason": site.reason,
        "combinations": list(site.combinations),
    }
