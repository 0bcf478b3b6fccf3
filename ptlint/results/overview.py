# SPDX-License-Identifier: GPL-2.0-or-later
"""An audit of several architectures at a glance: what each of them has to what the rules require.

Where no configuration of an architecture meets a requirement, the engine is asked once more, with the
requirement assumed. What it finds then is what would have to change; it is no finding of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from ptlint.results.combining import satisfies
from ptlint.results.engine import Request, StateResult
from ptlint.results.model import (
    ArchOverview,
    Combination,
    Feasibility,
    Holds,
    Overview,
    Site,
    Verdict,
    Ways,
)
from ptlint.results.selection import Selection, select
from ptlint.rules.conditions import parse_condition, wished

LEVELS = ("pte", "pmd", "pud", "p4d", "pgd", "any")

_PUBLISHED = (Verdict.UNSAFE, Verdict.UNDECIDED, Verdict.RCU, Verdict.EXCLUSIVE)
UNSEEN = (Verdict.UNPUBLISHED, Verdict.KERNEL)
"""What is proved of tables that no walker of a user's address space can reach."""


def overviews(
    request: Request, whole: StateResult, selection: Selection, ask: Callable[[Request], StateResult]
) -> tuple[Overview, ...]:
    """Return an overview for each requirement that the engine has told the feasibility of.

    *whole* is what it answered to *request*.
    """
    requirements = dict.fromkeys(one.requirement for one in whole.feasibility)
    return tuple(_overview(requirement, request, whole, selection, ask) for requirement in requirements)


def _overview(
    requirement: str,
    request: Request,
    whole: StateResult,
    selection: Selection,
    ask: Callable[[Request], StateResult],
) -> Overview:
    feasible = [one for one in whole.feasibility if one.requirement == requirement]
    wishes = wished(requirement)
    never = tuple(one.arch for one in feasible if one.condition == "n")
    state = select(whole, selection)
    given = any(symbol in wishes for symbol, _ in request.assume)
    assumed: StateResult | None = None
    if never and not given and not request.configs:
        supposing = replace(request, archs=never, assume=(*request.assume, *wishes.items()))
        assumed = select(ask(supposing), selection)
    rows: list[ArchOverview] = []
    for one in feasible:
        ways = list(_ways_of(state, one, requirement, given))
        if assumed is not None:
            ways += _ways_of(assumed, one, requirement, True)
        rows.append(ArchOverview(one, tuple(ways)))
    flags = " ".join(f"--assume {name}={value}" for name, value in wishes.items())
    return Overview(requirement, flags, tuple(rows), len(assumed.gaps) if assumed is not None else 0)


def _ways_of(state: StateResult, feasibility: Feasibility, requirement: str, forced: bool) -> Iterable[Ways]:
    """Yield the ways of one architecture's combinations: where the requirement holds, and where not."""
    condition = parse_condition(requirement)
    mine = [one for one in state.combinations if one.arch == feasibility.arch]
    real = Holds.ASSUMED if forced and feasibility.condition == "n" else Holds.ON
    for holds, chosen in (
        (real, [one for one in mine if satisfies(one, condition)]),
        (Holds.OFF, [one for one in mine if not satisfies(one, condition)]),
    ):
        if chosen:
            yield _ways(state, holds, chosen)


def _ways(state: StateResult, holds: Holds, combinations: Iterable[Combination]) -> Ways:
    ids = {one.id for one in combinations}
    sites = [site for site in state.sites if not ids.isdisjoint(site.combinations)]
    counts = Counter(
        f"{one.rule} {one.name}" for one in state.findings if not ids.isdisjoint(one.combinations)
    )
    return Ways(holds, _levels(sites), dict(sorted(counts.items())))


def _levels(sites: Collection[Site]) -> Mapping[str, tuple[Verdict, ...]]:
    """Return the verdicts of each level's sites.

    Of a level with tables that walkers may reach it is those that count; what is freed unseen is no question.
    """
    levels: dict[str, tuple[Verdict, ...]] = {}
    for level in LEVELS:
        mine = [site for site in sites if site.level == level]
        found = {verdict for site in mine for verdict in site.contexts or (site.verdict,)}
        shown = [verdict for verdict in _PUBLISHED if verdict in found]
        verdicts = shown or [verdict for verdict in UNSEEN if verdict in found]
        if verdicts:
            levels[level] = tuple(verdicts)
    return levels
