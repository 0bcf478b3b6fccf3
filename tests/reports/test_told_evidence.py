# SPDX-License-Identifier: GPL-2.0-or-later
"""What reports tell of a finding beyond its path: who builds it, what it rests on, what remains."""

from dataclasses import replace

import pytest
from runs import PLAIN, SOURCE, as_text, golden, rendered, run_patch

from ptlint.reports import spans, text
from ptlint.results.model import Assumed, Ground
from ptlint.results.run import Run

GROUNDS = (
    Ground("__free_pages", "the page goes back to the allocator", "include/linux/gfp.h"),
    Ground("call_rcu", "rcu: freed after a grace period that began after its entry was cleared"),
)


@pytest.fixture
def told() -> Run:
    run = run_patch([PLAIN, SOURCE, PLAIN])
    names = tuple(f"board{number}_defconfig" for number in range(10))
    findings = tuple(
        replace(one, met_by=names, not_met_by=("allnoconfig",), grounds=GROUNDS, remains=("x86_64/2",))
        for one in run.result.findings
    )
    assumed = (Assumed("PT_RECLAIM", "y", True),)
    result = replace(run.result, findings=findings, base="commit 1234", assumed=assumed)
    return replace(run, result=result)


@pytest.mark.parametrize("name", ["markdown", "reply"])
def test_evidence_in_a_report(name: str, told: Run) -> None:
    assert golden(f"evidence-{name}", rendered(name, told))


def test_evidence_as_text(told: Run) -> None:
    assert golden("evidence-text", as_text(told))


def test_the_whole_story_tells_why_each_thing_may_be_relied_upon(told: Run) -> None:
    story = spans.plain(text.story(told.result, told.result.findings[0], lambda *_: None, whole=True))
    assert "  rests on: __free_pages: the page goes back to the allocator [include/linux/gfp.h]\n" in story


def test_a_reply_keeps_to_72_columns(told: Run) -> None:
    lines = [line for line in rendered("reply", told).split("\n") if not line.startswith(">")]
    assert max(map(len, lines)) <= 72
