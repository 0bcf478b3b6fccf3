# SPDX-License-Identifier: GPL-2.0-or-later
"""The formats checkpatch and github."""

from dataclasses import replace

import pytest
from runs import COMBINATIONS, LEDGER, PLAIN, SOURCE, golden, rendered, run_check, run_mails, run_patch

FILES = {"mm/a.c": SOURCE, "mm/b.c": LEDGER, "combinations": COMBINATIONS}


@pytest.mark.parametrize("name", ["checkpatch", "github"])
def test_the_findings_and_gaps_that_count(name: str) -> None:
    assert golden(f"{name}-check", rendered(name, run_check(FILES)))
    assert golden(f"{name}-patch", rendered(name, run_patch([PLAIN, SOURCE, PLAIN])))


@pytest.mark.parametrize("name", ["checkpatch", "github"])
def test_nothing_is_said_when_all_is_well(name: str) -> None:
    assert rendered(name, run_check({})) == ""
    assert rendered(name, run_patch([SOURCE, SOURCE + "\n"])) == ""


def test_checkpatch_counts_lines_in_the_patch() -> None:
    mail = (
        "From: A <a@b>\nSubject: [PATCH] x\n\nlog\n---\n"
        "--- a/mm/a.c\n+++ b/mm/a.c\n@@ -20,2 +20,3 @@\n one\n"
        "+\tfree(); // finding: PTL001 t\n two\n"
    )
    run = run_mails(mail, {"mm/a.c": "zero\none\ntwo\n"})  # applies at an offset
    assert run.result.findings[0].line == 3
    assert mail.split("\n")[10 - 1].startswith("+\tfree")
    assert "\n#10: FILE: mm/a.c:3:\n" in rendered("checkpatch", run)


def test_the_commands_of_github_are_escaped() -> None:
    run = run_check(FILES)
    hostile = replace(run.result.findings[0], path="mm/a,b:c.c", message="100%\n::error::x")
    run = replace(run, result=replace(run.result, findings=(hostile,)))
    line = rendered("github", run).split("\n")[0]
    assert line.startswith("::error file=mm/a%2Cb%3Ac.c,line=7,col=3,title=PTL001 sync-free::")
    assert "::100%25\\x0a::error::x%0Awhen: SMP%0A" in line
