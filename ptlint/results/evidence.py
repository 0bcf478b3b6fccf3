# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of a finding beyond its path: who builds it, what the proof rests on, what a fix leaves."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ptlint.kconfig.parsing import parse_formula
from ptlint.program.facts import Facts, load_facts
from ptlint.results.comparison import State
from ptlint.results.engine import StateResult
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Combination, Finding, Ground, Status, Verdict
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import Tree

_WORD = re.compile(rb"\w+", re.ASCII)
_UNPROVED = frozenset({Verdict.UNSAFE, Verdict.UNDECIDED})


def with_evidence(
    findings: Sequence[Finding], states: Sequence[State], combinations: Iterable[Combination]
) -> tuple[Finding, ...]:
    """Return the findings of a run with their evidence; *states* are what they were found in, base first."""
    archs = {one.id: one.arch for one in combinations}
    found: list[Finding] = []
    for finding in findings:
        before, after = _states(finding, states)
        state = before if finding.status is Status.FIXED else after
        met, unmet = usual(finding, state.result, archs)
        grounds = facts_on(finding, state.tree)
        remains: tuple[str, ...] = ()
        if finding.status is Status.FIXED:
            grounds = (*grounds, *_proved(finding, after.result))
            remains = remaining(finding, findings)
        found.append(replace(finding, met_by=met, not_met_by=unmet, grounds=grounds, remains=remains))
    return tuple(found)


def _states(finding: Finding, states: Sequence[State]) -> tuple[State, State]:
    """Return the states before and after the event; without a patch, the first and the last one."""
    at = [index for index, one in enumerate(states) if index and one.patch == finding.patch]
    if finding.patch is None or not at:
        return states[0], states[-1]
    return states[at[0] - 1], states[at[0]]


def usual(
    finding: Finding, state: StateResult, archs: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the usual configurations that meet a finding's condition, and those that do not.

    Only the architectures of the finding count; names have theirs in front if the run has several.
    """
    formula = parse_formula(finding.condition)
    if not formula.symbols() <= state.cone | {"ARCH"}:
        return (), ()
    mine = {archs[one] for one in finding.combinations if one in archs}
    several = len(set(archs.values())) > 1
    met: list[str] = []
    unmet: list[str] = []
    for one in state.usual:
        if one.arch in mine:
            holds = formula.holds_in({"ARCH": one.arch, **one.values})
            (met if holds else unmet).append(f"{one.arch} {one.name}" if several else one.name)
    return tuple(met), tuple(unmet)


def facts_on(finding: Finding, tree: Tree) -> tuple[Ground, ...]:
    """Return the facts by which the steps of the path were judged: those of the names at their places."""
    by_name = shipped_facts().by_name
    texts: dict[str, list[bytes]] = {}
    found: dict[Ground, None] = {}
    for step in finding.trace:
        if step.path not in texts:
            texts[step.path] = (tree.find(step.path) or b"").split(b"\n")
        lines = texts[step.path]
        if not 1 <= step.line <= len(lines):
            continue
        word = _WORD.match(lines[step.line - 1], max(step.column - 1, 0))
        fact = by_name.get(word[0].decode()) if word is not None else None
        if fact is not None:
            found[Ground(fact.name, fact.why, fact.source)] = None
    return tuple(found)


def remaining(finding: Finding, events: Iterable[Finding]) -> tuple[str, ...]:
    """Return the combinations that still have a finding right after the patch that fixed it elsewhere."""
    identity = fingerprint(finding)
    holding: dict[str, bool] = {}
    for one in sorted((one for one in events if fingerprint(one) == identity), key=_when):
        if finding.patch is None or one.patch is None or one.patch <= finding.patch:
            holding |= dict.fromkeys(one.combinations, one.status is not Status.FIXED)
    return tuple(sorted(one for one, holds in holding.items() if holds))


def _when(finding: Finding) -> tuple[int, bool]:
    return (-1 if finding.patch is None else finding.patch, finding.status is Status.FIXED)


def _proved(finding: Finding, after: StateResult) -> tuple[Ground, ...]:
    """Return what is proved, after the patch, of the tables that the same function hands on."""
    found = {
        Ground(site.callee, f"{site.verdict}: {site.reason}", "; ".join(site.facts)): None
        for site in after.sites
        if (site.path, site.function) == (finding.path, finding.function) and site.verdict not in _UNPROVED
    }
    return tuple(found)


@functools.cache
def shipped_facts() -> Facts:
    """Return the facts that ptlint ships."""
    return load_facts(sorted((shipped_folder() / "facts").glob("*.toml")))
