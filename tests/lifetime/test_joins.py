# SPDX-License-Identifier: GPL-2.0-or-later
"""What a join of two paths keeps of freed tables."""

from dataclasses import replace

import pytest

from ptlint.lifetime.executor import real_ones
from ptlint.lifetime.objects import Object, Origin, State, Visibility

REAL = Object(Origin.FIELD, "table", Visibility.PARKED, table=True, freed=True)
SUPPOSED = replace(REAL, flagged=True, supposed=True)


@pytest.mark.parametrize(
    ("mine", "theirs", "taken"),
    [
        (SUPPOSED, REAL, [7]),
        (REAL, SUPPOSED, []),
        (SUPPOSED, SUPPOSED, []),
        (replace(SUPPOSED, freed=False), REAL, []),
        (SUPPOSED, replace(REAL, freed=False), []),
        (SUPPOSED, None, []),
    ],
)
def test_a_freed_table_that_nobody_supposes_the_kernels_is_kept(
    mine: Object, theirs: Object | None, taken: list[int]
) -> None:
    other = State(objects={7: theirs} if theirs is not None else {})
    assert real_ones(State(objects={7: mine}), other) == taken
