# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that look out for something in the lines that patches touch, run over a series.

The end of a series is judged against its base. What only a state between the two has is told by notes: at
the patch that brings it and at the one that mends it. Other findings are those of the first patch from which
on they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ptlint.kconfig.arch import Arch
from ptlint.kconfig.definitions import Definitions, is_kconfig
from ptlint.kconfig.model import Model
from ptlint.program.bodies import Sources
from ptlint.results.claims import Claim
from ptlint.results.combining import over_archs
from ptlint.results.dead import dead_branches
from ptlint.results.edits import Edit, Movements
from ptlint.results.engine import Request, StateResult
from ptlint.results.footprint import speaks
from ptlint.results.model import Combination, Finding, Gap, Severity, Status
from ptlint.results.side import Side
from ptlint.results.symbols import unknown_symbols
from ptlint.rules.model import Lookout, Rule
from ptlint.source.patches import Patch
from ptlint.source.tree import Tree

_CODE = (".c", ".h", ".S")
Key = tuple[str, tuple[str, ...]]  # code of a rule, identity


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the rules."""

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of a series: the tree, what the analysis said of it, the patch that led to it, its number."""

    tree: Tree
    result: StateResult | None
    patch: Patch | None
    number: int | None


def lookouts(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules that look out for something in touched lines."""
    return tuple(rule for rule in rules if rule.lookout is not None)


def judged(
    request: Request,
    stages: Sequence[Stage],
    combinations: Sequence[Combination],
    thorough: bool,
    final: bool,
) -> Found:
    """Return what the rules of a request find in a series, its base first.

    *thorough* takes all files of the cone for touched; *final* compares only the two ends.
    """
    rules = lookouts(request.rules)
    if not rules:
        return Found()
    patches = [stage.patch for stage in stages if stage.patch is not None]
    sides = _Sides(request, stages)
    cone = sides.files(len(stages) - 1) if thorough else ()
    end = _judge(rules, sides, len(stages) - 1, Movements(patches), None, cone)
    if final or len(stages) <= 2:
        last = None if final else stages[-1].number
        events = [_Event(rule, one, None if one.status is Status.EXISTING else last) for rule, one in end]
    else:
        events = list(_events(rules, sides, stages, end))
    findings = tuple(_finding(stages, one, combinations, request.archs) for one in events)
    return Found(findings, tuple(sides.gaps()))


@dataclass(frozen=True, slots=True)
class _Event:
    """A claim, and the patch that it is about."""

    rule: Rule
    claim: Claim
    patch: int | None
    passing: str = ""  # of what only states between have: what becomes of it

    @property
    def key(self) -> Key:
        return self.rule.code, self.claim.identity


class _Sides:
    """The sides of a series; what one has read serves the next."""

    def __init__(self, request: Request, stages: Sequence[Stage]) -> None:
        self._request = replace(request, configs=(), assume=())
        self._stages = stages
        self._known: dict[int, Side] = {}
        self._files: dict[int, tuple[str, ...]] = {}
        self._definitions: list[Definitions] = []
        for index, stage in enumerate(stages):
            if not index:
                self._definitions.append(Definitions(stage.tree))
                continue
            changes = stage.patch.files if stage.patch is not None else ()
            paths = {
                path for one in changes for path in (one.old_path, one.new_path) if path and is_kconfig(path)
            }
            above = self._definitions[-1]
            self._definitions.append(Definitions(stage.tree, above, frozenset(paths)) if paths else above)

    def __getitem__(self, index: int) -> Side:
        if index not in self._known:
            stage = self._stages[index]
            self._known[index] = Side(
                stage.tree, self._request, stage.result, _load, self._definitions[index]
            )
        return self._known[index]

    def files(self, index: int) -> tuple[str, ...]:
        """Return the files of code and of Kconfig in the cone: read by the analysis, and of page tables."""
        stage = self._stages[index]
        footprint = stage.result.footprint if stage.result is not None else None
        if footprint is None:
            return ()
        if index not in self._files:
            self._files[index] = tuple(
                path
                for path in sorted(footprint.read)
                if path.endswith(_CODE) and speaks(stage.tree.find(path) or b"")
            )
        return self._files[index]

    def gaps(self) -> Iterable[Gap]:
        """Return a gap for each architecture that was asked in vain."""
        unread = {name: why for side in self._known.values() for name, why in side.unread.items()}
        for name, why in sorted(unread.items()):
            if name not in self._request.archs:
                yield Gap("Kconfig", 1, "", f"{name}: whether code is dead is not known: {why}", Status.NEW)


def _load(request: Request, arch: Arch) -> Model:
    """Return a model of the analysis, which keeps those that it has read."""
    from ptlint.kconfig.toolchain import toolchain_named
    from ptlint.results.analysis import shipped_analysis

    return shipped_analysis().model(request, arch, toolchain_named(request.toolchain))


def _judge(
    rules: Sequence[Rule],
    sides: _Sides,
    index: int,
    movements: Movements,
    only: frozenset[str] | None,
    cone: Sequence[str],
) -> list[tuple[Rule, Claim]]:
    """Return what a state has against the base, in the files of *only*."""
    before, after = sides[0], sides[index]
    edits = dict(movements.edits(before.tree, after.tree))
    for path in cone:
        one = edits.get(path)
        if one is None:
            text = after.tree.find(path) or b""
            one = Edit(path if before.tree.find(path) is not None else "", path, text, text)
        edits[path] = replace(one, whole=True)
    chosen = [
        one for path, one in sorted(edits.items()) if only is None or path in only or one.old_path in only
    ]
    if not chosen:
        return []
    found: list[tuple[Rule, Claim]] = []
    for rule in sorted(rules, key=lambda one: one.lookout is not Lookout.UNKNOWN_SYMBOL):
        if rule.lookout is Lookout.UNKNOWN_SYMBOL:
            found += [(rule, claim) for claim in unknown_symbols(before, after, chosen)]
        else:
            decided = any(is_kconfig(one.path) and not one.whole for one in chosen)
            searched = sides.files(index) if decided else ()
            claims = dead_branches(before, after, chosen, searched)
            found += [(rule, claim) for claim in claims if not _told(rule, claim, found)]
    return found


def _told(rule: Rule, claim: Claim, found: Iterable[tuple[Rule, Claim]]) -> bool:
    """Tell whether something else that was found says all that a claim would."""
    return any(
        rule.code in other.implies and claim.symbols & one.symbols and claim.status is one.status
        for other, one in found
    )


def _events(
    rules: Sequence[Rule], sides: _Sides, stages: Sequence[Stage], end: Sequence[tuple[Rule, Claim]]
) -> Iterable[_Event]:
    """Yield what a series of several patches brings and mends, with the patches that do."""
    states: list[dict[tuple[Key, Status], _Event]] = []
    movements = Movements()
    for index, stage in enumerate(stages[1:], 1):
        if stage.patch is not None:
            movements.add(stage.patch)
        paths = frozenset(
            path
            for change in (stage.patch.files if stage.patch is not None else ())
            for path in (change.old_path, change.new_path)
            if path
        )
        found = [
            _Event(rule, one, stage.number) for rule, one in _judge(rules, sides, index, movements, paths, ())
        ]
        states.append({(one.key, one.claim.status): one for one in found})
    last = {(rule.code, claim.identity): claim for rule, claim in end if claim.status is not Status.FIXED}
    for rule, claim in end:
        one = _Event(rule, claim, None)
        if claim.status is not Status.EXISTING:
            having = [state[one.key, claim.status] for state in states if (one.key, claim.status) in state]
            one = replace(one, patch=having[0].patch if having else stages[-1].number)
        yield one
    told: set[Key] = set()
    for index, state in enumerate(states):
        for (key, status), one in state.items():
            if status is not Status.NEW or key in told or key in last:
                continue
            told.add(key)
            after = _mended(sides, stages, one, index + 1)
            if after is None:
                continue
            word = "defined" if one.rule.lookout is Lookout.UNKNOWN_SYMBOL else "mended"
            if one.claim.symbols and not all(sides[after].is_defined(name) for name in one.claim.symbols):
                word = "mended"
            passing = f"{word} by patch {stages[after].number}"
            yield replace(one, passing=passing)
            claim = replace(one.claim, status=Status.FIXED)
            yield _Event(one.rule, claim, stages[after].number, passing)


def _mended(sides: _Sides, stages: Sequence[Stage], event: _Event, index: int) -> int | None:
    """Return the place of the first state after one that no longer has what an event tells of."""
    for later in range(index + 1, len(stages)):
        symbols = event.claim.symbols
        if symbols and all(sides[later].is_defined(name) for name in symbols):
            return later
        patch = stages[later].patch
        paths = [path for one in (patch.files if patch else ()) for path in (one.old_path, one.new_path)]
        if event.claim.path in paths and later == len(stages) - 1:
            return later
    return len(stages) - 1 if index < len(stages) - 1 else None


def _finding(
    stages: Sequence[Stage], event: _Event, combinations: Sequence[Combination], archs: Sequence[str]
) -> Finding:
    claim, rule = event.claim, event.rule
    message = rule.message.format(**claim.fields)
    if event.passing:
        message += f" ({event.passing})"
    mine = [arch for arch in archs if not claim.archs or arch in claim.archs]
    tree = _tree_of(stages, event)
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=Severity.NOTE if event.passing else rule.severity,
        status=claim.status,
        message=message,
        path=claim.path,
        line=claim.line,
        column=claim.column,
        function=_function(tree, claim),
        combinations=tuple(one.id for one in combinations if one.arch in mine),
        condition=over_archs(dict.fromkeys(mine, "y"), archs) or "y",
        trace=claim.trace,
        identity=claim.identity,
        patch=event.patch,
        further=claim.further,
    )


def _tree_of(stages: Sequence[Stage], event: _Event) -> Tree:
    """Return the tree that has the lines of an event."""
    if event.claim.status is Status.FIXED:
        return stages[0].tree
    if event.passing:
        return next((one.tree for one in stages if one.number == event.patch), stages[-1].tree)
    return stages[-1].tree


def _function(tree: Tree, claim: Claim) -> str | None:
    """Return the function around a place in code."""
    if not claim.path.endswith((".c", ".h")):
        return None
    bodies = Sources(tree).of(claim.path).functions()
    return next((one.name for one in bodies if one.line <= claim.line <= one.last_line), None)
