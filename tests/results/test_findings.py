# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a finding stands on its way."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from ptlint.lifetime.sites import SiteKey
from ptlint.lifetime.verdicts import Proof
from ptlint.results.findings import lost_at

OUTER, INNER, SHARED, OUTSIDE = (SiteKey("mm/a.c", line, 1, "f", f"g{line}") for line in (1, 2, 3, 4))


@dataclass(frozen=True)
class FakeJudgement:
    proof: Proof
    sites: tuple[SiteKey, ...]


@dataclass(frozen=True)
class FakeVerdict:
    key: SiteKey
    judgements: tuple[FakeJudgement, ...]

    @property
    def proofs(self) -> frozenset[Proof]:
        return frozenset(one.proof for one in self.judgements)


WAY = (OUTER, INNER, SHARED)


@pytest.mark.parametrize(
    ("other", "way", "place"),
    [
        (Proof.UNSAFE, WAY, INNER),
        (Proof.UNPUBLISHED, (INNER, SHARED), OUTER),
        (Proof.UNDECIDED, (OUTSIDE, INNER, SHARED), OUTER),
        (Proof.UNDECIDED, (INNER, SHARED), INNER),
        (Proof.RCU, (OUTER,), INNER),
    ],
)
def test_the_place_is_the_deepest_call_that_nothing_else_joins(
    other: Proof, way: tuple[SiteKey, ...], place: SiteKey
) -> None:
    judgement = FakeJudgement(Proof.UNSAFE, WAY)
    right = FakeJudgement(Proof.UNPUBLISHED, (SHARED,))
    every = (judgement, right, FakeJudgement(other, way))
    sites = {key: FakeVerdict(key, tuple(one for one in every if key in one.sites)) for key in WAY}
    assert lost_at(cast(Any, judgement), cast(Any, sites), cast(Any, None)) == place
