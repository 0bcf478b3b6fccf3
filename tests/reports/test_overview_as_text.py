# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of an audit of several architectures, as text."""

from dataclasses import replace

import fakes
from runs import as_text, everything, golden, request

from ptlint.reports import spans
from ptlint.reports.overview import overview_lines
from ptlint.results.run import Run, check

SOURCE = """\
void f(void)
{
\ta(); // site: pte_free unsafe when !PT_RECLAIM
\tb(); // site: pte_free rcu when PT_RECLAIM
\tc(); // site: pte_free undecided when PT_RECLAIM && LPAE
\td(); // site: pud_free unpublished when LPAE
\te(); // site: pgd_free exclusive
\tg(); // site: any_free kernel
\th(); // finding: PTL001 table when PT_RECLAIM && !LPAE && !PLAIN
\ti(); // finding: PTL001 other when PT_RECLAIM && !LPAE && !PLAIN
\tj(); // finding: PTL011 table when PT_RECLAIM && !LPAE && !PLAIN
\tk(); // finding: PTL010 table when !PT_RECLAIM && LPAE
}
"""
FILES = {
    "mm/a.c": SOURCE,
    "combinations": "x86_64/1 PT_RECLAIM=y PLAIN=y\n"
    "arm/1 PT_RECLAIM=y LPAE=y\narm/2 PT_RECLAIM=n LPAE=y\ncsky/1 PT_RECLAIM=n\n",
    "feasibility": "arm ARM_LPAE+SMP ARM selects it\ncsky n nothing selects it\n",
}


def audit(files: dict[str, str]) -> Run:
    asked = replace(request(files), archs=("x86_64", "arm", "csky"))
    run = check(asked, everything(), fakes.FakeEngine(), lambda text: None, "audit", True, overview=True)
    return replace(run, result=replace(run.result, stats=replace(run.result.stats, seconds=0.5)))


def test_an_audit_of_several_architectures_ends_with_an_overview() -> None:
    assert golden("audit-overview", as_text(audit(FILES)))


def test_tables_of_any_level_have_a_column_if_walkers_may_reach_them() -> None:
    files = FILES | {"mm/b.c": "void g(void)\n{\n\ta(); // site: any_free rcu when LPAE\n}\n"}
    files["mm/c.c"] = "void h(void)\n{\n\ta(); // hole: strange\n}\n"
    (overview,) = audit(files).result.overviews
    assert golden("overview-any", spans.plain(overview_lines(overview)))


def test_a_quiet_audit_has_none() -> None:
    assert "by architecture" not in as_text(audit(FILES), quiet=True)
