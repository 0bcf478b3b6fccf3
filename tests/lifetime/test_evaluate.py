# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of the bits of an entry."""

import pytest
from one_unit import program_of

from ptlint.lifetime.executor import Executor
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.values import Reference


@pytest.mark.parametrize(
    ("origin", "mask", "bits"),
    [
        (Origin.GLOBAL, 0x80, 0),
        (Origin.GLOBAL, 0xFFF, 0),
        (Origin.GLOBAL, 1 << 59, 0),
        (Origin.GLOBAL, 0xFFFF_FFFF_F000, None),
        (Origin.GLOBAL, ~0xFFF, None),
        (Origin.ENTRY, 0x80, None),
    ],
)
def test_the_bare_address_of_a_static_table_has_no_flags(origin: Origin, mask: int, bits: int | None) -> None:
    program = program_of("int one;\n")
    evaluator = Executor(program, program.facts, Relevance(program, program.facts), Journal()).evaluator
    state = State(objects={7: Object(origin, "nothing", Visibility.LIVE, table=True)})
    assert evaluator.tag(Reference(7, 0), mask, state, typed=False) == bits
