# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: rules' automata run over the events of unsafe tables, each where the guarantee is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from ptlint.lifetime.objects import Sync, Visibility
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.verdicts import Judgement, Proof, SiteVerdict
from ptlint.program.program import Program
from ptlint.results.model import Finding, Severity, Status, Step
from ptlint.results.proofs import call_step, steps_of
from ptlint.rules.model import Event, Rule


def findings_of(
    outcome: Outcome,
    sites: Mapping[SiteKey, SiteVerdict],
    program: Program,
    rules: Sequence[Rule],
    combination: str,
) -> list[Finding]:
    """Return one finding per rule and place; further ways to it are further traces."""
    gathered: dict[tuple[str, SiteKey], list[Judgement]] = {}
    seen: set[Judgement] = set()
    for verdict in sites.values():
        for judgement in verdict.judgements:
            if judgement.proof is not Proof.UNSAFE or judgement in seen:
                continue
            seen.add(judgement)
            word = events_of(judgement)
            for rule in rules:
                if violates(rule, word):
                    place = lost_at(judgement, sites, program)
                    gathered.setdefault((rule.code, place), []).append(judgement)
    by_code = {r.code: r for r in rules}
    return [
        finding_of(by_code[code], place, judgements, combination)
        for (code, place), judgements in gathered.items()
    ]


def events_of(judgement: Judgement) -> tuple[Event, ...]:
    """Return the events of an unsafe table's life, as the rules' automata read them."""
    word = [Event.PUBLISH]
    if judgement.object.early:
        word += [Event.QUEUE, Event.UNLINK, Event.CALLBACK]
    elif judgement.object.visibility is not Visibility.LIVE:
        word.append(Event.UNLINK)
        if judgement.sync is Sync.IPI:
            word.append(Event.IPI_SYNC)
    return (*word, Event.FREE)


def violates(rule: Rule, word: Sequence[Event]) -> bool:
    """Say whether a rule's automaton ends in its violation; a rule of queries has none."""
    if rule.automaton is None or rule.watches:
        return False
    state = rule.automaton.start
    for event in word:
        state = rule.automaton.after(state, event)
        if state == rule.automaton.violation:
            return True
    return False


def lost_at(judgement: Judgement, sites: Mapping[SiteKey, SiteVerdict], program: Program) -> SiteKey:
    """Return the place of a finding: the deepest site on the path that no right use goes through.

    Where the same call leads tables to right and to wrong ways (a batch, or no memory for one), the wrong way
    begins where no table that comes by waits for a grace period. From there, or from the outermost call, the
    path is followed inward as long as nothing right joins; the call into code that is also used rightly (by
    data pages, fresh tables, callbacks) is it. A table of which nothing is known but that it gets there is no
    other use.
    """
    path = judgement.sites
    first = next((i for i, key in enumerate(path) if Proof.RCU not in sites[key].proofs), 0)
    place, shared = path[first], False
    if not first and sites[place].proofs != {Proof.UNSAFE}:
        return place
    for before, key in pairwise(path[first:]):
        if not joining(sites[key]) <= sites[path[first]].proofs:
            break
        shared = also_data(shared, key, before, sites, program)
        if not shared:
            place = key
    return place


def joining(verdict: SiteVerdict) -> frozenset[Proof]:
    """Return the verdicts of what comes by a site, but for tables that are first heard of there."""
    return frozenset(
        one.proof
        for one in verdict.judgements
        if one.proof is not Proof.UNDECIDED or one.sites[0] != verdict.key
    )


def also_data(
    shared: bool, key: SiteKey, before: SiteKey, sites: Mapping[SiteKey, SiteVerdict], program: Program
) -> bool:
    """Say whether pages that are no tables may come by a site; *shared* says it of the one before."""
    if key.function != before.function:
        if before.callee != key.function:
            return shared  # out of a container, which holds what has come so far
        if takes_tables(key, program):
            return False
    return shared or not only_tables(key, before, sites, program)


def takes_tables(key: SiteKey, program: Program) -> bool:
    """Say whether the function around `key` takes a table by its type, or by a pointer of none.

    Then all that is handed to it is known: data pages do not come by.
    """
    types = TableTypes(program.facts)
    for unit in program.units.seeing(key.path)[:1]:
        definition = program.resolve(key.function, unit)
        if definition is not None:
            parameters = [p.type for p in definition.function.parameters]
            return any(types.is_pointer(t) or (t.name == "void" and t.pointers == 1) for t in parameters)
    return False


def only_tables(
    key: SiteKey, before: SiteKey, sites: Mapping[SiteKey, SiteVerdict], program: Program
) -> bool:
    """Say whether everything that calls the function around `key` is known to hand it tables."""
    if key.function == before.function and key.path == before.path:
        return True
    reaching = {k.function for k in (v.key for v in sites.values()) if k.callee == key.function}
    callers = {d.function.name for d in program.mentions(key.function)} - {key.function}
    macros = program.aliases(key.function) - {key.function}
    return callers <= reaching | callers_through(macros, sites) if callers else True


def callers_through(macros: frozenset[str], sites: Mapping[SiteKey, SiteVerdict]) -> set[str]:
    """Return the functions that reach a site through one of the macros."""
    return {key.function for key in sites if key.callee in macros}


def finding_of(
    rule: Rule,
    place: SiteKey,
    judgements: Sequence[Judgement],
    combination: str,
    severity: Severity | None = None,
) -> Finding:
    """Return the finding of a rule at a place, with a trace for each way to it."""
    first = judgements[0]
    traces = tuple(dict.fromkeys(trace_of(j) for j in judgements))
    level = first.object.level
    message = rule.message.format(
        callee=place.callee, function=place.function, level=level if level != "any" else "page", callers=""
    )
    return Finding(
        rule.code,
        rule.name,
        severity or Severity(rule.severity.value),
        Status.EXISTING,
        message,
        place.path,
        place.line,
        place.column,
        place.function,
        (combination,),
        "y",
        traces[0],
        (first.object.origin.value, level, place.path, place.function, place.callee),
        None,
        traces[1:8],
    )


def trace_of(judgement: Judgement) -> tuple[Step, ...]:
    """Return the path: where the table was published, each call that hands it on, and the free."""
    steps = list(steps_of(judgement))
    calls = [call_step(key) for key in judgement.sites]
    free = steps[-1:] if steps else []
    return tuple(dict.fromkeys([*steps[:-1], *calls, *free]))
