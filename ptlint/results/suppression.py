# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings that somebody has accepted: in a baseline, in `.ptlint.toml`, or in a comment beside the code.

A suppressed finding stays in the result, as a note that says why. What suppresses nothing is told of.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ptlint.results.baseline import Accepted
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Result, Severity, Status
from ptlint.results.run import Run

_TOKEN = re.compile(
    rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)', re.DOTALL
)
_OF_KCONFIG = re.compile(rb"^[ \t]*(#[^\n]*)", re.MULTILINE)
_ALLOW = re.compile(rb"ptlint:\s*allow\(\s*([A-Z0-9,\s]{1,200})\)(?:\s*--\s*([^\n]{1,500}))?")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A comment that allows rules on a line. `reason` is "" if there is none: then it allows nothing."""

    path: str
    line: int  # 1-based, of the comment
    covers: int  # 1-based: the comment's own line, or the next one if it stands alone
    rules: tuple[str, ...]
    reason: str


def allowances(path: str, text: bytes) -> Iterator[Allowance]:
    """Yield the allowances in the comments of a file."""
    if b"ptlint:" not in text:
        return
    pattern = _TOKEN if path.endswith((".c", ".h", ".S")) else _OF_KCONFIG
    for comment in pattern.finditer(text):
        match = _ALLOW.search(comment[1] or b"")
        if match is None:
            continue
        before = text[text.rfind(b"\n", 0, comment.start(1)) + 1 : comment.start(1)]
        end = text.find(b"\n", comment.end(1))
        after = text[comment.end(1) : len(text) if end < 0 else end]
        last = text.count(b"\n", 0, comment.end(1)) + 1
        reason = (match[2] or b"").decode("utf-8", "replace").removesuffix("*/").strip()
        rules = tuple(match[1].decode("ascii").replace(",", " ").split())
        first = text.count(b"\n", 0, comment.start(1)) + 1
        yield Allowance(path, first, last if before.strip() or after.strip() else last + 1, rules, reason)


def suppress(run: Run, accepted: Sequence[Accepted], rules: Iterable[str]) -> Run:
    """Return the run with its suppressed findings as notes, and what is to be said of allowances."""
    known: dict[tuple[int, str], tuple[Allowance, ...]] = {}
    used: set[Allowance] = set()

    def beside(finding: Finding) -> str | None:
        tree = run.tree_of(finding)
        key = (id(tree), finding.path)
        if key not in known:
            known[key] = tuple(allowances(finding.path, tree.find(finding.path) or b""))
        for one in known[key]:
            if finding.rule in one.rules and one.covers == finding.line and one.reason:
                used.add(one)
                return f"{one.reason} ({one.path}:{one.line})"
        return None

    by_id = {one.id: one for one in accepted}
    found: list[Finding] = []
    for finding in run.result.findings:
        entry = by_id.get(fingerprint(finding))
        reason = entry.reason if entry is not None else beside(finding)
        if reason is None or finding.status is Status.FIXED:
            found.append(finding)
        else:
            message = f"{finding.message} (suppressed {finding.severity}: {reason})"
            found.append(
                replace(
                    finding,
                    severity=Severity.NOTE,
                    message=message,
                    suppressed=reason,
                    in_source=entry is None,
                )
            )
    tree = run.trees[-1]
    chosen = frozenset(rules)
    paths = {one.path for one in run.result.findings}
    paths |= {one.path for one in run.result.sites} | {one.path for one in run.result.verdicts}
    notes = [
        note
        for path in sorted(paths)
        for one in allowances(path, tree.find(path) or b"")
        if (note := _note(one, one in used, chosen)) is not None
    ]
    result: Result = replace(run.result, findings=tuple(found), notes=(*run.result.notes, *notes))
    return replace(run, result=result)


def _note(one: Allowance, used: bool, rules: frozenset[str]) -> str | None:
    place = f"{one.path}:{one.line}"
    if not one.reason:
        return f"{place}: allow({', '.join(one.rules)}) allows nothing without a reason: write -- and why"
    if not used and rules.issuperset(one.rules):
        return f"{place}: allow({', '.join(one.rules)}) is not needed: nothing is found on line {one.covers}"
    return None
