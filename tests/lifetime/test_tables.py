# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files speak of page tables."""

import pytest
from one_unit import PATH, program_of


@pytest.mark.parametrize(
    ("code", "speaks"),
    [
        ("void f(pte_t *pte);\n", True),
        ("void keep(struct mmu_gather *tlb, void *table);\n", True),  # with no type of a table's
        ("void keep(struct page *page, void *table);\n", False),
    ],
)
def test_who_deals_in_tables_or_in_what_collects_them_speaks_of_them(code: str, speaks: bool) -> None:
    assert program_of(code).units.speaks(PATH) is speaks
