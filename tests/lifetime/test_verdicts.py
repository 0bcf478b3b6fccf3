# SPDX-License-Identifier: GPL-2.0-or-later
"""What is proved of tables that come out of containers, and out of containers that others are filled from."""

from itertools import pairwise

from ptlint.lifetime.journal import Free, Parked
from ptlint.lifetime.objects import Object, Origin, Sync, Visibility
from ptlint.lifetime.outcome import Outcome
from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.verdicts import Judge, Proof, verdicts

DEPTH, WIDTH = 24, 3


def free(line: int, visibility: Visibility, container: str = "", sync: Sync = Sync.NONE) -> Free:
    """Return a table that comes by a place of this line."""
    key = SiteKey("mm/a.c", line, 1, "f", "g")
    known = Object(Origin.ALLOCATION, "", visibility, sync, container=container)
    return Free((key,), known, (), ("mm/a.c", "f"), False, False)


def filled(last: Visibility) -> Outcome:
    """Return containers that each are filled at three places from the one before, the first with this."""
    names = [f"struct s{number}.table" for number in range(DEPTH)]
    outcome = Outcome(parked={names[0]: [Parked(names[0], free(0, last))]})
    for number, (source, target) in enumerate(pairwise(names), 1):
        outcome.parked[target] = [
            Parked(target, free(100 * number + way, Visibility.PARKED, source)) for way in range(WIDTH)
        ]
    outcome.frees = [free(9000, Visibility.PARKED, names[-1])]
    return outcome


def test_containers_that_lead_to_one_another_are_not_judged_once_for_each_way() -> None:
    outcome = filled(Visibility.LIVE)
    judged = Judge(outcome).judge(outcome.frees[0])
    filling = {key for pool in outcome.parked.values() for parked in pool for key in parked.free.sites}
    assert {key for one in judged for key in one.sites} == filling | set(outcome.frees[0].sites)
    assert len(judged) <= WIDTH * len(filling)


def test_every_place_on_the_way_gets_the_verdict() -> None:
    for last, proof in ((Visibility.LIVE, Proof.UNSAFE), (Visibility.FRESH, Proof.UNPUBLISHED)):
        found = verdicts(filled(last))
        assert {one.proofs for one in found.values()} == {frozenset({proof})}


def test_containers_that_are_filled_from_each_other_say_nothing_more() -> None:
    outcome = filled(Visibility.LIVE)
    first, last = next(iter(outcome.parked)), list(outcome.parked)[-1]
    outcome.parked[first].append(Parked(first, free(7, Visibility.PARKED, last)))
    found = verdicts(outcome)
    assert {one.proofs for one in found.values()} == {frozenset({Proof.UNSAFE})}


def test_a_container_that_nothing_fills_leaves_it_open() -> None:
    outcome = Outcome(frees=[free(1, Visibility.PARKED, "struct s.table")])
    (judged,) = Judge(outcome).judge(outcome.frees[0])
    assert judged.proof is Proof.UNDECIDED
    assert judged.reason == "what struct s.table holds is not known"


def test_a_grace_period_after_the_container_is_none_for_what_was_live_in_it() -> None:
    outcome = Outcome(
        frees=[free(1, Visibility.PARKED, "batch", Sync.GRACE)],
        parked={
            "batch": [
                Parked("batch", free(2, Visibility.UNLINKED)),
                Parked("batch", free(3, Visibility.LIVE)),
            ]
        },
    )
    judged = {one.sites[0].line: one.proof for one in Judge(outcome).judge(outcome.frees[0])}
    assert judged == {2: Proof.RCU, 3: Proof.UNSAFE}
