# SPDX-License-Identifier: GPL-2.0-or-later
"""A series, state against state: what each patch brings, what it mends, and what was there all along."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ptlint.results.combining import Correspondence, condition_of, correspondence, unite
from ptlint.results.engine import StateResult
from ptlint.results.matching import PlaceMap, match_findings, match_gaps, match_sites
from ptlint.results.model import Combination, Finding, Gap, Site, Status, Verdict, VerdictChange
from ptlint.source.tree import Tree


@dataclass(frozen=True, slots=True)
class State:
    """One state of a series: a tree, what was found in it, and the patch that led to it."""

    tree: Tree
    result: StateResult
    patch: int | None = None  # None for the base, and for the end if only the ends are compared
    renames: Mapping[str, str] = field(default_factory=dict)  # old path -> new path


@dataclass(frozen=True, slots=True)
class Differences:
    """What a series changes."""

    combinations: tuple[Combination, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[VerdictChange, ...]
    gaps: tuple[Gap, ...]
    configurations: Mapping[str, str] = field(default_factory=dict)  # combination -> its .config


class _Lineage(NamedTuple):
    """Where a finding under one combination comes from."""

    identity: tuple[str, ...]  # under which it was first met
    from_base: bool


_Held = dict[tuple[int, str], _Lineage]  # (index of a finding, combination) -> where it comes from


def compare(states: Sequence[State]) -> Differences:
    """Return the events of a series, its base first.

    A finding is matched combination by combination; one combination may correspond to several of the
    neighbouring state, if a patch adds or removes a symbol that decides something. Where a combination was
    infeasible before, a finding is new unless another combination had it under the same condition: then what
    tells the two combinations apart is none of its business.
    """
    results, combinations = unite([state.result for state in states])
    base = results[0]
    held: _Held = {
        (index, one): _Lineage(finding.identity, True)
        for index, finding in enumerate(base.findings)
        for one in finding.combinations
    }
    old_gaps = frozenset(range(len(base.gaps)))
    events: list[Finding] = []
    verdicts: list[VerdictChange] = []
    new_gaps: list[Gap] = []
    for number in range(1, len(states)):
        before, after = results[number - 1], results[number]
        state = states[number]
        step = _Step(
            before,
            after,
            correspondence(before.combinations, after.combinations),
            PlaceMap(states[number - 1].tree, state.tree, state.renames),
            combinations,
            state.patch,
        )
        found, held = step.findings(held)
        events += found
        verdicts += step.verdicts()
        pairs = match_gaps(before.gaps, after.gaps, step.places)
        new_gaps += [
            replace(gap, status=Status.NEW) for index, gap in enumerate(after.gaps) if index not in pairs
        ]
        old_gaps = frozenset(index for index, old in pairs.items() if old in old_gaps)
    events += _existing(results[-1], held, combinations)
    gaps = [replace(results[-1].gaps[index], status=Status.EXISTING) for index in sorted(old_gaps)]
    configurations = {name: text for result in results for name, text in result.configurations.items()}
    return Differences(combinations, tuple(events), tuple(verdicts), (*new_gaps, *gaps), configurations)


def _existing(last: StateResult, held: _Held, combinations: Sequence[Combination]) -> list[Finding]:
    groups: dict[tuple[int, tuple[str, ...]], set[str]] = {}
    for (index, one), lineage in held.items():
        if lineage.from_base:
            groups.setdefault((index, lineage.identity), set()).add(one)
    return [
        _event(last.findings[index], Status.EXISTING, None, identity, ids, combinations)
        for (index, identity), ids in groups.items()
    ]


def _event(
    finding: Finding,
    status: Status,
    patch: int | None,
    identity: tuple[str, ...],
    ids: Iterable[str],
    combinations: Sequence[Combination],
) -> Finding:
    chosen = _in_order(ids, combinations)
    whole = set(chosen) == set(finding.combinations)
    return replace(
        finding,
        status=status,
        patch=patch,
        identity=identity,
        combinations=chosen,
        condition=finding.condition if whole else condition_of(chosen, combinations),
    )


def _in_order(ids: Iterable[str], combinations: Sequence[Combination]) -> tuple[str, ...]:
    wanted = set(ids)
    return tuple(one.id for one in combinations if one.id in wanted)


@dataclass(frozen=True, slots=True)
class _Step:
    """One state against the one before it."""

    before: StateResult
    after: StateResult
    same: Correspondence
    places: PlaceMap
    combinations: Sequence[Combination]
    patch: int | None

    def findings(self, held: _Held) -> tuple[list[Finding], _Held]:
        """Return what is new and fixed, and where each finding after comes from."""
        brought: dict[int, set[str]] = {}
        mended: dict[tuple[int, tuple[str, ...]], set[str]] = {}
        now: _Held = {}
        lacking: dict[
            tuple[int, str], set[str]
        ] = {}  # finding and combination before -> successors without it
        kept: set[int] = set()  # findings before that are found again under another combination only
        for one in self.after.combinations:
            here = [
                index for index, finding in enumerate(self.after.findings) if one.id in finding.combinations
            ]
            earlier = self.same.before_of[one.id]
            carried: dict[int, list[tuple[int, str]]] = {index: [] for index in here}
            for old_one in earlier:
                pairs = self._match(self._holding(old_one), here)
                for new, old in pairs.items():
                    carried[new].append((old, old_one))
                for lost in set(self._holding(old_one)) - set(pairs.values()):
                    lacking.setdefault((lost, old_one), set()).add(one.id)
            if not earlier:
                for new, old in self._match(self._of_arch(one.arch), here).items():
                    if self.before.findings[old].condition == self.after.findings[new].condition:
                        kept.add(old)
                        carried[new] += [(old, each) for each in self.before.findings[old].combinations]
            for index, origins in carried.items():
                lineages = [held[origin] for origin in origins]
                if lineages:
                    now[index, one.id] = max(lineages, key=lambda lineage: lineage.from_base)
                else:
                    now[index, one.id] = _Lineage(self.after.findings[index].identity, False)
                missing = set(earlier) - {old_one for _, old_one in origins}
                if not origins:
                    brought.setdefault(index, set()).add(one.id)
                elif missing:  # it holds now where a symbol that is gone kept it away
                    brought.setdefault(index, set()).update(missing)
        for (index, old_one), lineage in held.items():
            heirs = set(self.same.after_of[old_one])
            without = lacking.get((index, old_one), set())
            if not heirs and index in kept:
                continue
            if without == heirs:  # gone for all that this combination stood for, or infeasible now
                mended.setdefault((index, lineage.identity), set()).add(old_one)
            elif without:
                mended.setdefault((index, lineage.identity), set()).update(without)
        events = [
            _event(
                self.after.findings[index],
                Status.NEW,
                self.patch,
                self._identity(now, index),
                ids,
                self.combinations,
            )
            for index, ids in sorted(brought.items())
        ]
        events += [
            _event(self.before.findings[index], Status.FIXED, self.patch, identity, ids, self.combinations)
            for (index, identity), ids in sorted(mended.items())
        ]
        return events, now

    def _identity(self, now: _Held, index: int) -> tuple[str, ...]:
        """Return the identity that a finding of the state after goes by."""
        known = [lineage for (other, _), lineage in now.items() if other == index]
        return max(known, key=lambda lineage: lineage.from_base).identity

    def _match(self, before: Sequence[int], after: Sequence[int]) -> dict[int, int]:
        pairs = match_findings(
            [self.before.findings[index] for index in before],
            [self.after.findings[index] for index in after],
            self.places,
        )
        return {after[new]: before[old] for new, old in pairs.items()}

    def _of_arch(self, arch: str) -> list[int]:
        """Return the findings before that hold under some combination of an architecture."""
        ids = {one.id for one in self.before.combinations if one.arch == arch}
        return [index for index, one in enumerate(self.before.findings) if ids & set(one.combinations)]

    def _holding(self, one: str) -> list[int]:
        """Return the findings before that hold under a combination."""
        return [index for index, finding in enumerate(self.before.findings) if one in finding.combinations]

    def verdicts(self) -> list[VerdictChange]:
        """Return what the patch changes of what is proved, where a configuration exists on both sides."""
        changes: dict[tuple[str, int, str, str, Verdict | None, Verdict | None], set[str]] = {}

        def note(site: Site, before: Verdict | None, after: Verdict | None, one: str) -> None:
            key = (site.path, site.line, site.function, site.callee, before, after)
            changes.setdefault(key, set()).add(one)

        for one in self.after.combinations:
            now = [site for site in self.after.sites if one.id in site.combinations]
            for old_one in self.same.before_of[one.id] or self.same.replaced_by[one.id]:
                then = [site for site in self.before.sites if old_one in site.combinations]
                pairs = match_sites(then, now, self.places)
                for index, site in enumerate(now):
                    before = then[pairs[index]].verdict if index in pairs else None
                    if before is not site.verdict:
                        note(site, before, site.verdict, one.id)
                gone = set(range(len(then))) - set(pairs.values())
                for index in sorted(gone):
                    note(then[index], then[index].verdict, None, old_one)
        return [
            VerdictChange(
                path, line, function, callee, before, after, _in_order(ids, self.combinations), self.patch
            )
            for (path, line, function, callee, before, after), ids in changes.items()
        ]
