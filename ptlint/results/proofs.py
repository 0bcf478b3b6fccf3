# SPDX-License-Identifier: GPL-2.0-or-later
"""A free site's verdict in words: the join of all contexts, and the path that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ptlint.lifetime.objects import Event
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.verdicts import Judgement, Proof, SiteVerdict
from ptlint.results.model import Site, Step, Verdict
from ptlint.syntax.ir import Place

ORDER = (Proof.UNSAFE, Proof.UNDECIDED, Proof.EXCLUSIVE, Proof.RCU, Proof.UNPUBLISHED, Proof.KERNEL)


def site_of(verdict: SiteVerdict, combination: str) -> Site:
    """Return the report of one site: one verdict if all contexts agree, `unsafe` if any is, else `caller`."""
    proofs = verdict.proofs
    key = verdict.key
    worst = next(p for p in ORDER if p in proofs)
    contexts: tuple[Verdict, ...] = ()
    shown = next(j for j in verdict.judgements if j.proof is worst)
    if worst in (Proof.UNSAFE, Proof.UNDECIDED) or len(proofs) == 1:
        joined = Verdict(worst.value)
        reasons = sorted({j.reason for j in verdict.judgements if j.proof is worst})
        reason = "; ".join(reasons[:3])
    else:
        joined = Verdict.CALLER
        contexts = tuple(Verdict(p.value) for p in ORDER if p in proofs)
        reason = "its callers differ: " + ", ".join(sorted(p.value for p in proofs))
    arguments = tuple(sorted({j.argument for j in verdict.judgements if j.argument}))
    return Site(
        key.path,
        key.line,
        key.column,
        key.function,
        key.callee,
        verdict.level,
        joined,
        reason,
        (combination,),
        steps_of(shown),
        arguments,
        contexts,
    )


def steps_of(judgement: Judgement) -> tuple[Step, ...]:
    """Return the path of a judgement: the table's events, then the calls that hand it on."""
    steps = [step_of(event) for event in judgement.events]
    return tuple(dict.fromkeys(steps))


def step_of(event: Event) -> Step:
    place = event.place
    assert isinstance(place, Place)
    return Step(place.path, place.line, place.column, event.function, event.text)


def call_step(key: SiteKey) -> Step:
    """Return the step that hands a table on to a callee."""
    return Step(key.path, key.line, key.column, key.function, f"handed on to {key.callee}")


def facts_of(all_sites: Iterable[Mapping[SiteKey, SiteVerdict]]) -> tuple[str, ...]:
    """Return the arguments that any verdict relies upon."""
    found: set[str] = set()
    for sites in all_sites:
        for verdict in sites.values():
            found.update(j.argument for j in verdict.judgements if j.argument)
    return tuple(sorted(found))
