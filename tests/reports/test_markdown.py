# SPDX-License-Identifier: GPL-2.0-or-later
"""The format markdown."""

from dataclasses import replace

from markdown_it import MarkdownIt
from runs import COMBINATIONS, LEDGER, PLAIN, SOURCE, golden, rendered, run_check, run_patch


def test_a_patch_as_markdown() -> None:
    assert golden("markdown-patch", rendered("markdown", run_patch([PLAIN, SOURCE, PLAIN])))
    texts = [LEDGER.replace("unsafe", "rcu").replace("// hole", "//"), LEDGER]
    assert golden("markdown-verdicts", rendered("markdown", run_patch(texts)))


def test_the_ledger_as_markdown() -> None:
    files = {"mm/a.c": SOURCE, "mm/b.c": LEDGER, "combinations": COMBINATIONS}
    assert golden("markdown-audit", rendered("markdown", run_check(files, "audit", ledger=True)))


def test_text_of_strangers_is_no_markup() -> None:
    run = run_patch([PLAIN, SOURCE])
    bad = "a | b\n# <img src=x> [l](http://h/) `c` *d* @all ``` "
    finding = replace(run.result.findings[0], message=bad, function=bad, name=bad)
    patches = tuple(replace(one, subject=bad) for one in run.result.patches)
    run = replace(run, result=replace(run.result, findings=(finding,), patches=patches))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(rendered("markdown", run))
    kinds = {inner.type for one in tokens for inner in (one, *(one.children or ()))}
    assert not kinds & {"image", "link_open", "html_inline", "em_open", "html_block"}
    assert sum(one.type == "th_open" for one in tokens) == 3
    assert sum(one.type == "td_open" for one in tokens) == 3
