# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole run: a tree, or a series laid over it, through the engine and into a result."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ptlint.errors import KconfigError
from ptlint.results.boundary import changed_functions, fact_names, removed_functions, touched
from ptlint.results.combining import narrowed, satisfies
from ptlint.results.comparison import Differences, State, compare
from ptlint.results.engine import Engine, Request, StateResult
from ptlint.results.evidence import with_evidence
from ptlint.results.footprint import unaffected
from ptlint.results.lookouts import Found, Stage, judged, lookouts
from ptlint.results.model import (
    Combination,
    Finding,
    Gap,
    Overview,
    PatchState,
    Result,
    Site,
    Stats,
    Status,
    VerdictChange,
)
from ptlint.results.overview import overviews
from ptlint.results.selection import Selection, select
from ptlint.rules.conditions import parse_condition
from ptlint.rules.model import Rule
from ptlint.source.diff import ChangeKind
from ptlint.source.patches import Patch, Series, place_series
from ptlint.source.placing import HunkPlacement
from ptlint.source.repository import GitTree
from ptlint.source.tree import Tree, version

Progress = Callable[[str], None]

_PLACE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_./+-]*):(\d+):\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """A result, and the trees whose text it speaks of: the base, then one after each patch."""

    result: Result
    trees: tuple[Tree, ...]
    request: Request
    configurations: Mapping[str, str]  # combination -> its .config
    series: Series | None = None  # mode patch: its patches are those of the result, in the same order
    placements: tuple[tuple[HunkPlacement, ...], ...] = ()  # of each patch: where its hunks went

    def tree_of(self, finding: Finding) -> Tree:
        """Return the tree that has the finding's lines."""
        if finding.status is Status.EXISTING or len(self.trees) == 1:
            return self.trees[-1]
        indices = [patch.index for patch in self.result.patches]
        after = indices.index(finding.patch) + 1 if finding.patch in indices else len(self.trees) - 1
        if finding.status is Status.NEW:
            return self.trees[after]
        return self.trees[after - 1 if finding.patch is not None else 0]


def check(
    request: Request,
    selection: Selection,
    engine: Engine,
    progress: Progress,
    mode: str,
    ledger: bool,
    overview: bool = False,
) -> Run:
    """Return what is true of one tree; *mode* is "check" or "audit".

    *ledger* asks for the sites, *overview* for what each of several architectures has to the requirements.
    """
    started = time.monotonic()
    whole = _analyse(engine, request, progress)
    state = select(whole, selection)
    state = narrowed(state, state.cone)
    looked = Found()
    if request.thorough and whole.combinations:
        only = Stage(request.tree, whole, None, None)
        looked = judged(request, [only, only], state.combinations, thorough=True, final=True)
    findings = sorted(state.findings, key=_finding_order)
    sites = tuple(sorted(state.sites, key=_site_order))
    tables: tuple[Overview, ...] = ()
    if overview:
        tables = overviews(request, whole, selection, lambda asked: _analyse(engine, asked, progress))
    result = Result(
        mode=mode,
        toolchain=state.toolchain,
        version=state.version,
        archs=request.archs,
        assumed=state.assumed,
        patches=(),
        combinations=state.combinations,
        findings=_merged(
            with_evidence(findings, [State(request.tree, state)], state.combinations), looked, selection
        ),
        sites=sites if ledger else (),
        verdicts=(),
        unanalyzed=tuple(sorted((*state.gaps, *looked.gaps), key=_gap_order)),
        stats=_stats(state, len(sites), len(state.combinations), started),
        facts=_facts(state, sites),
        silent=_silent(request.rules, state.combinations),
        ledger=ledger,
        overviews=tables,
        base=_base(request.tree, None),
    )
    return Run(result, (request.tree,), request, state.configurations)


def patch(
    request: Request, series: Series, selection: Selection, engine: Engine, progress: Progress, final: bool
) -> Run:
    """Return what each patch of a series brings and mends; *final* compares only the two ends.

    Raises:
        PatchDoesNotApply: before anything is analysed.
    """
    started = time.monotonic()
    placed = [applied for _, applied in place_series(request.tree, series)]
    trees: list[Tree] = [request.tree, *(applied.tree for applied in placed)]
    numbers = _numbers(series.patches)
    states: list[State] = []
    asked: list[Request] = []
    unread: list[Gap] = []
    pending: list[Patch] = []  # applied since the last state
    removed: tuple[str, ...] = ()
    walked: frozenset[tuple[str, str]] = frozenset()
    changed: frozenset[tuple[str, str]] = frozenset()
    ways: list[list[str]] = []  # for each state: the files in which it may differ from the one before
    for position, tree in enumerate(trees):
        pending += series.patches[position - 1 : position] if position else ()
        if final and 0 < position < len(trees) - 1:
            continue
        progress(f"patch {position} of {len(series.patches)}" if position else "base")
        goals = tuple(dict.fromkeys(goal for state in states for goal in state.result.queried))
        also = texts_of(state.result for state in states)
        way = _paths(pending)
        if states:
            removed = removed_functions(states[-1].tree, tree, way, removed)
            walked |= frozenset(states[-1].result.walked)
            changed |= frozenset(changed_functions(states[-1].tree, tree, way))
        later = series.patches[position:] if position else ()
        # what a later patch brings is missing here; what an earlier one has taken away as well
        missing = removed_functions(trees[-1], tree, _paths(later), removed) if later else removed
        asked.append(
            replace(
                request,
                tree=tree,
                also=also,
                goals=goals,
                removed=missing,
                walked=tuple(sorted(walked)),
                touched=tuple(sorted(changed)),
            )
        )
        if states and unaffected(states[-1].result.footprint, states[-1].tree, tree, way):
            state = states[-1].result
        else:
            state = _analyse(engine, asked[-1], progress)
        if state.combinations:
            ways.append(way)
            number = numbers[position - 1] if position and not final else None
            states.append(State(tree, state, number, _renames(pending)))
            pending = []
        else:
            asked.pop()
            unread += [gap for one in state.gaps if (gap := replace(one, status=Status.NEW)) not in unread]
    answers = {id(one.tree): one.result for one in states}
    every = texts_of(state.result for state in states)
    cone = frozenset[str]().union(*(state.result.cone for state in states))
    callers = frozenset(key for state in states for key in state.result.lacking)
    found = None
    for place, one in enumerate(states):
        if found is not None and unaffected(found.footprint, states[place - 1].tree, one.tree, ways[place]):
            states[place] = replace(one, result=select(found, selection))
            continue
        found = one.result
        again = asked[place]
        # another state may have passed over what is missing, under some of its configurations
        if not callers <= frozenset(again.walked):
            again = replace(again, callers=tuple(sorted(callers)))
        if not request.configs and (set(texts_of([found])) != set(every) or found.cone != cone):
            again = replace(again, also=every, cone=tuple(sorted(cone)), closed=True)
        if again is not asked[place]:
            progress(f"state {place} of {len(states) - 1}, under the configurations of the others")
            found = _analyse(engine, again, progress)
        states[place] = replace(one, result=select(found, selection))
    states = [replace(one, result=narrowed(one.result, cone)) for one in states]
    boundaries = dict.fromkeys(
        gap
        for (before, after), one in zip(pairwise(trees), series.patches, strict=True)
        for gap in touched(before, after, [change.path for change in one.files], fact_names())
        if selection.holds_path(gap.path)
    )
    last = states[-1].result if states else state
    changes = compare(states) if states else Differences((), (), (), ())
    looked = Found()
    if states and states[-1].tree is trees[-1]:
        stages = [Stage(request.tree, answers.get(id(request.tree)), None, None)]
        stages += [
            Stage(tree, answers.get(id(tree)), one, number)
            for tree, one, number in zip(trees[1:], series.patches, numbers, strict=True)
        ]
        looked = judged(request, stages, changes.combinations, request.thorough, final)
    result = Result(
        mode="patch",
        toolchain=last.toolchain,
        version=last.version,
        archs=request.archs,
        assumed=last.assumed,
        patches=tuple(
            PatchState(number, one.subject, True, _total(numbers, series.patches))
            for number, one in zip(numbers, series.patches, strict=True)
        ),
        combinations=changes.combinations,
        findings=_merged(
            with_evidence(sorted(changes.findings, key=_finding_order), states, changes.combinations),
            looked,
            selection,
        ),
        sites=(),
        verdicts=tuple(sorted(changes.verdicts, key=_verdict_order)),
        unanalyzed=(*unread, *sorted((*changes.gaps, *boundaries, *looked.gaps), key=_gap_order)),
        stats=_stats(last, len(last.sites), len(changes.combinations), started),
        silent=_silent(request.rules, changes.combinations),
        notes=tuple(_moved(numbers, [applied.placements for applied in placed])),
        base=_base(request.tree, series.base_commit),
    )
    placements = tuple(applied.placements for applied in placed)
    return Run(result, tuple(trees), request, changes.configurations, series, placements)


def _merged(findings: Sequence[Finding], looked: Found, selection: Selection) -> tuple[Finding, ...]:
    """Return the findings of the analysis together with those of the rules on touched lines."""
    more = [one for one in looked.findings if selection.holds_finding(one)]
    return tuple(sorted((*findings, *more), key=_finding_order)) if more else tuple(findings)


def texts_of(states: Iterable[StateResult]) -> tuple[tuple[str, str], ...]:
    """Return the .configs of all combinations of some states, each with its architecture, none twice."""
    found = {
        (one.arch, state.configurations[one.id]): None
        for state in states
        for one in state.combinations
        if one.id in state.configurations
    }
    return tuple(found)


def _analyse(engine: Engine, request: Request, progress: Progress) -> StateResult:
    """Return the engine's answer; of a tree whose Kconfig cannot be read, one without combinations.

    Rules on touched lines are none of the engine's: an answer does not depend on their choice.
    """
    looking = lookouts(request.rules)
    rules = tuple(rule for rule in request.rules if rule not in looking)
    try:
        return engine.analyse(replace(request, rules=rules, thorough=False), progress)
    except KconfigError as error:
        match = _PLACE.match(str(error))
        path, line, reason = (match[1], int(match[2]), match[3]) if match else ("Kconfig", 1, str(error))
        gap = Gap(path, line, "", f"Kconfig cannot be read: {reason}")
        return StateResult(version(request.tree), request.toolchain, (), (), (), (), (gap,), 0, 0)


def _base(tree: Tree, commit: str | None) -> str:
    """Return the name of a tree that is the same on every machine, "" if it has none."""
    if isinstance(tree, GitTree):
        return f"commit {commit or tree.commit}" if commit or tree.commit else f"tree {tree.oid}"
    return f"as on disk; the patches name commit {commit}" if commit else ""


def _moved(numbers: Sequence[int], placed: Iterable[Sequence[HunkPlacement]]) -> Iterator[str]:
    """Yield a note for each hunk that went elsewhere than its patch says, or with less context."""
    for number, placements in zip(numbers, placed, strict=True):
        for one in placements:
            how = [f"at {one.offset:+d} lines"] * bool(one.offset)
            less = "1 line" if one.fuzz == 1 else f"{one.fuzz} lines"
            how += [f"with {less} of context less"] * bool(one.fuzz)
            if how:
                yield f"patch {number}: hunk {one.hunk} of {one.path} applied {', '.join(how)}"


def _stats(state: StateResult, sites: int, combinations: int, started: float) -> Stats:
    return Stats(state.files, state.functions, sites, combinations, round(time.monotonic() - started, 3))


def _silent(rules: Iterable[Rule], combinations: Sequence[Combination]) -> tuple[str, ...]:
    """Return the codes of the rules that require what none of the combinations has."""
    return tuple(
        rule.code
        for rule in rules
        if not any(satisfies(one, parse_condition(rule.requires)) for one in combinations)
    )


def _facts(state: StateResult, sites: Iterable[Site]) -> tuple[str, ...]:
    """Return the facts and lock arguments that the proofs of *sites* rely on."""
    return tuple(sorted({*state.facts, *(fact for site in sites for fact in site.facts)}))


def _numbers(patches: Sequence[Patch]) -> list[int]:
    """Return a number for each patch: as its subject says, or by position if that is not unique."""
    numbers = [patch.index for patch in patches]
    return numbers if numbers == sorted(set(numbers)) else list(range(1, len(patches) + 1))


def _paths(patches: Iterable[Patch]) -> list[str]:
    """Return the files that some patches change."""
    changes = [change for patch in patches for change in patch.files]
    return [path for one in changes for path in (one.old_path, one.new_path) if path is not None]


def _total(numbers: Sequence[int], patches: Sequence[Patch]) -> int:
    """Return of how many patches the numbers speak: of some only a part is there."""
    said = numbers == [patch.index for patch in patches]
    return max([*numbers, *(patch.total for patch in patches if said)])


def _renames(patches: Iterable[Patch]) -> dict[str, str]:
    """Return where the files that some patches rename end up, by their first names."""
    renames: dict[str, str] = {}
    for patch in patches:
        moved = {
            change.old_path: change.new_path
            for change in patch.files
            if change.kind is ChangeKind.RENAMED and change.old_path and change.new_path
        }
        first = {new: old for old, new in renames.items()}
        for old, new in moved.items():
            renames[first.get(old, old)] = new
    return renames


def _finding_order(finding: Finding) -> tuple[object, ...]:
    patch = -1 if finding.patch is None else finding.patch
    place = (finding.path, finding.line, finding.column, finding.rule)
    return (*place, patch, finding.status, finding.identity, finding.combinations)


def _site_order(site: Site) -> tuple[object, ...]:
    place = (site.path, site.line, site.column, site.function, site.callee)
    return (*place, site.level, site.verdict, site.reason, site.combinations)


def _verdict_order(change: VerdictChange) -> tuple[object, ...]:
    patch = -1 if change.patch is None else change.patch
    verdicts = (change.before or "", change.after or "")
    return (patch, change.path, change.line, change.function, change.callee, *verdicts, change.combinations)


def _gap_order(gap: Gap) -> tuple[object, ...]:
    return (gap.path, gap.line, gap.function, gap.reason, gap.status)
