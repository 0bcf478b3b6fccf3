# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a tree's findings, sites and gaps is reported."""

from dataclasses import replace

import fakes
import pytest

from ptlint.errors import KconfigError
from ptlint.results.engine import Request
from ptlint.results.model import Result, Step
from ptlint.results.run import check
from ptlint.results.selection import Selection, select
from ptlint.results.status import exit_status
from ptlint.rules.loader import load_rules
from ptlint.source.tree import MemoryTree

FILES = {
    "mm/a.c": "void f(void)\n{\n\tx(); // finding: PTL001 table-a\n\ty(); // hole: not read\n}\n",
    "mm/sub/b.c": "void g(void)\n{\n\tx(); // finding: PTL002 table-b\n}\n",
    "arch/x86/c.c": "void h(void)\n{\n\tx(); // site: pte_free undecided who knows\n}\n",
}
ALL = frozenset({"PTL001", "PTL002"})


def request(files: dict[str, str] = FILES) -> Request:
    return Request(MemoryTree(fakes.kernel(files)), ("x86_64",), (), (), "gcc-12", load_rules())


def chosen(paths: tuple[str, ...], rules: frozenset[str] = ALL, ledger: bool = True) -> Result:
    return check(
        request(), Selection(paths, rules), fakes.FakeEngine(), lambda text: None, "check", ledger
    ).result


@pytest.mark.parametrize(
    ("paths", "found", "sites", "gaps"),
    [
        ((), ["mm/a.c", "mm/sub/b.c"], 1, ["arch/x86/c.c", "mm/a.c"]),
        (("",), ["mm/a.c", "mm/sub/b.c"], 1, ["arch/x86/c.c", "mm/a.c"]),
        (("mm",), ["mm/a.c", "mm/sub/b.c"], 0, ["mm/a.c"]),
        (("mm/sub",), ["mm/sub/b.c"], 0, []),
        (("mm/a",), [], 0, []),
        (("mm/a.c", "arch"), ["mm/a.c"], 1, ["arch/x86/c.c", "mm/a.c"]),
    ],
)
def test_paths_select_what_lies_under_them(
    paths: tuple[str, ...], found: list[str], sites: int, gaps: list[str]
) -> None:
    result = chosen(paths)
    assert [one.path for one in result.findings] == found
    assert len(result.sites) == result.stats.sites == sites
    assert [one.path for one in result.unanalyzed] == gaps


def test_a_step_under_a_path_selects_its_finding_site_and_gap() -> None:
    state = fakes.FakeEngine().analyse(request(), lambda text: None)
    step = Step("fs/elsewhere.c", 1, 1, "z", "comes from here")
    finding = replace(state.findings[0], further=((step,),))
    site = replace(state.sites[0], steps=(step,))
    changed = select(replace(state, findings=(finding,), sites=(site,)), Selection(("fs",), ALL))
    assert [one.path for one in changed.findings] == ["mm/a.c"]
    assert [one.path for one in changed.sites] == ["arch/x86/c.c"]
    assert [(one.path, one.reason) for one in changed.gaps] == [("arch/x86/c.c", "pte_free: who knows")]


def test_an_undecided_site_that_the_engine_lists_as_a_gap_is_listed_once() -> None:
    text = FILES["arch/x86/c.c"].replace("who knows", "who knows").replace("{\n", "{\n", 1)
    state = fakes.FakeEngine().analyse(request(FILES | {"arch/x86/c.c": text}), lambda text: None)
    twice = select(select(state, Selection((), ALL)), Selection((), ALL))
    assert [one.path for one in twice.gaps] == ["mm/a.c", "arch/x86/c.c"]


def test_rules_select_findings() -> None:
    assert [one.rule for one in chosen((), frozenset({"PTL002"})).findings] == ["PTL002"]


def test_sites_are_in_the_result_only_if_asked_for() -> None:
    result = chosen((), ledger=False)
    assert (result.sites, result.stats.sites, result.ledger) == ((), 1, False)


def test_errors_outweigh_gaps_and_gaps_outweigh_nothing() -> None:
    assert exit_status(chosen(())) == 1
    assert exit_status(chosen(("arch",))) == 3
    assert exit_status(chosen(("arch",)), allow_gaps=True) == 0
    assert exit_status(chosen(("init",))) == 0


def test_a_kconfig_that_cannot_be_read_is_a_gap_with_its_place() -> None:
    engine = fakes.FakeEngine(fails_with=KconfigError("arch/x86/Kconfig:7: what is this"))
    run = check(request(), Selection((), ALL), engine, lambda text: None, "check", ledger=False)
    gap = run.result.unanalyzed[0]
    assert (gap.path, gap.line, gap.reason) == ("arch/x86/Kconfig", 7, "Kconfig cannot be read: what is this")
    assert exit_status(run.result) == 3


def test_rules_that_speak_of_no_combination_are_named() -> None:
    files = FILES | {"combinations": "x86_64/1 PT_RECLAIM=n\n"}
    run = check(
        request(files), Selection((), ALL), fakes.FakeEngine(), lambda text: None, "check", ledger=False
    )
    assert run.result.silent == ("PTL001", "PTL002", "PTL011", "PTL015", "PTL016")
    assert chosen(()).silent == ()
