# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs for the tests of reports, and the files that hold what is expected."""

import os
from dataclasses import replace
from pathlib import Path

import fakes

from ptlint.reports import spans, text
from ptlint.reports.formats import Material, renderer
from ptlint.results.engine import Request
from ptlint.results.model import Finding
from ptlint.results.run import Run, check, patch
from ptlint.results.selection import Selection
from ptlint.results.status import exit_status
from ptlint.rules.loader import load_rules
from ptlint.source.patches import parse_series
from ptlint.source.tree import MemoryTree

SOURCE = """\
void drop_table(struct mm_struct *mm, pmd_t *pmd)
{
\tpgtable_t table = pmd_pgtable(*pmd);

\tpmd_clear(pmd);
\tif (mm)
\t\tpte_free(mm, table);	// finding: PTL001 table-a when SMP
}
"""
PLAIN = SOURCE.replace("// finding: PTL001 table-a when SMP", "")
LEDGER = """\
void f(void)
{
\ta(); // site: pte_free unsafe published by pmd_populate(), no grace period on the way
\tb(); // site: call_rcu rcu queued to RCU when SMP
\tc(); // hole: a syntax error
}
"""
COMBINATIONS = "x86_64/1 PT_RECLAIM=y SMP=y\nx86_64/2 PT_RECLAIM=y SMP=n\n"


def request(files: dict[str, str]) -> Request:
    return Request(MemoryTree(fakes.kernel(files)), ("x86_64",), (), (), "gcc-12", load_rules())


def everything() -> Selection:
    return Selection((), frozenset(rule.code for rule in load_rules()))


def run_check(files: dict[str, str], mode: str = "check", ledger: bool = False) -> Run:
    run = check(request(files), everything(), fakes.FakeEngine(), lambda text: None, mode, ledger)
    return replace(run, result=replace(run.result, stats=replace(run.result.stats, seconds=0.5)))


def run_patch(texts: list[str], path: str = "mm/a.c", files: dict[str, str] | None = None) -> Run:
    asked = request({path: texts[0], "combinations": COMBINATIONS} | (files or {}))
    series = parse_series(fakes.mbox(path, texts).encode(), "s")
    return patch(asked, series, everything(), fakes.FakeEngine(), lambda text: None, final=False)


def lines_of(run: Run) -> text.Sources:
    def line(finding: Finding, path: str, number: int) -> str | None:
        content = run.tree_of(finding).find(path)
        return None if content is None else content.decode("utf-8", "replace").split("\n")[number - 1]

    return line


def as_text(run: Run, quiet: bool = False) -> str:
    return spans.plain(text.lines(run.result, lines_of(run), quiet))


def golden(name: str, found: str) -> bool:
    """Tell whether *found* is what golden/NAME.txt holds; with PTLINT_GOLDEN=write, write it there."""
    path = Path(__file__).parent / "golden" / f"{name}.txt"
    if os.environ.get("PTLINT_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found)
    assert found == path.read_text()
    return True


def rendered(name: str, run: Run) -> str:
    return renderer(name)(Material(run, lines_of(run), exit_status(run.result)))


def run_mails(mails: str, files: dict[str, str], final: bool = False) -> Run:
    """Return the run of a series over a tree of some files."""
    asked = request({"combinations": COMBINATIONS} | files)
    series = parse_series(mails.encode(), "s")
    return patch(asked, series, everything(), fakes.FakeEngine(), lambda text: None, final=final)
