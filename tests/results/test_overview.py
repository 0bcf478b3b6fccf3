# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of an audit of several architectures."""

from dataclasses import replace

import fakes
import pytest

from ptlint.results.engine import Request
from ptlint.results.model import ArchOverview, Holds, Overview, Result, Verdict
from ptlint.results.run import check
from ptlint.results.selection import Selection
from ptlint.rules.loader import load_rules
from ptlint.source.tree import MemoryTree

SOURCE = """\
void f(void)
{
\ta(); // site: pte_free unsafe when !PT_RECLAIM
\tb(); // site: pte_free rcu when PT_RECLAIM
\tc(); // site: pmd_free unpublished
\td(); // site: pgd_free caller
\te(); // site: pgd_free kernel
\tg(); // site: any_free exclusive
\th(); // finding: PTL001 table when PT_RECLAIM
\ti(); // finding: PTL010 table when !PT_RECLAIM
\tj(); // hole: strange when PT_RECLAIM
}
"""
FILES = {
    "mm/a.c": SOURCE,
    "combinations": "x86_64/1 PT_RECLAIM=y\narm/1 PT_RECLAIM=y\narm/2 PT_RECLAIM=n\ncsky/1 PT_RECLAIM=n\n",
    "feasibility": "arm SMP+ARM_LPAE it is selected\ncsky n nothing selects it\n",
}


def run(engine: fakes.FakeEngine, overview: bool = True, **asked: object) -> Result:
    """Return the result of an audit."""
    tree = MemoryTree(fakes.kernel(FILES))
    request = Request(tree, ("x86_64", "arm", "csky"), (), (), "gcc-12", load_rules())
    request = replace(request, **asked)  # type: ignore[arg-type]
    selection = Selection((), frozenset(rule.code for rule in load_rules()))
    return check(request, selection, engine, lambda text: None, "audit", True, overview).result


def rows(overview: Overview) -> dict[str, list[tuple[Holds, dict[str, int]]]]:
    return {
        row.feasibility.arch: [(one.holds, dict(one.findings)) for one in row.ways] for row in overview.archs
    }


def test_an_architecture_has_ways_where_the_requirement_holds_and_where_not() -> None:
    (overview,) = run(fakes.FakeEngine()).overviews
    assert (overview.requirement, overview.assumption) == ("PT_RECLAIM", "--assume PT_RECLAIM=y")
    on, off = {"PTL001 sync-free": 1}, {"PTL010 early-free": 1}
    assert rows(overview) == {
        "x86_64": [(Holds.ON, on)],
        "arm": [(Holds.ON, on), (Holds.OFF, off)],
        "csky": [(Holds.OFF, off), (Holds.ASSUMED, on)],
    }


def levels(row: ArchOverview) -> list[dict[str, tuple[Verdict, ...]]]:
    return [dict(one.levels) for one in row.ways]


def test_tables_that_nobody_can_reach_say_nothing_of_a_level_that_has_others() -> None:
    (overview,) = run(fakes.FakeEngine()).overviews
    always = {
        "pmd": (Verdict.UNPUBLISHED,),
        "pgd": (Verdict.KERNEL,),
        "any": (Verdict.EXCLUSIVE,),
    }
    on = {"pte": (Verdict.RCU,), **always}
    off = {"pte": (Verdict.UNSAFE,), **always}
    assert [levels(row) for row in overview.archs] == [[on], [on, off], [off, on]]


def test_what_is_assumed_for_it_is_asked_once_and_is_no_finding_of_the_run() -> None:
    engine = fakes.FakeEngine()
    result = run(engine)
    assert [(one.archs, one.assume) for one in engine.requests] == [
        (("x86_64", "arm", "csky"), ()),
        (("csky",), (("PT_RECLAIM", "y"),)),
    ]
    assert {name for one in result.findings for name in one.combinations} == {
        "x86_64/1",
        "arm/1",
        "arm/2",
        "csky/1",
    }
    assert result.assumed == ()
    assert result.overviews[0].gaps == 1


@pytest.mark.parametrize(
    "asked",
    [{"assume": (("PT_RECLAIM", "y"),)}, {"configs": (("a.config", ""),)}, {"archs": ("x86_64", "arm")}],
)
def test_the_tree_is_analysed_once_where_that_says_it_all(asked: dict[str, object]) -> None:
    engine = fakes.FakeEngine()
    result = run(engine, **asked)
    assert len(engine.requests) == 1
    assert len(result.overviews) == 1


def test_what_the_user_assumes_is_told_from_what_can_be() -> None:
    (overview,) = run(fakes.FakeEngine(), assume=(("PT_RECLAIM", "y"),)).overviews
    assert [[one.holds for one in row.ways] for row in overview.archs] == [
        [Holds.ON],
        [Holds.ON],
        [Holds.ASSUMED],
    ]


def test_one_architecture_needs_no_overview() -> None:
    engine = fakes.FakeEngine()
    assert run(engine, archs=("csky",)).overviews == ()
    assert run(engine, overview=False).overviews == ()
    assert len(engine.requests) == 2
