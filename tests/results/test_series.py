# SPDX-License-Identifier: GPL-2.0-or-later
"""What a series brings and mends, patch by patch."""

from dataclasses import replace

import fakes
import pytest

from ptlint.errors import PatchDoesNotApply
from ptlint.results.engine import Request
from ptlint.results.fingerprint import fingerprint
from ptlint.results.matching import PlaceMap, match_findings
from ptlint.results.model import Finding, Result, Severity, Status
from ptlint.results.run import Run, patch
from ptlint.results.selection import Selection
from ptlint.results.status import exit_status
from ptlint.rules.loader import load_rules
from ptlint.source.patches import parse_series
from ptlint.source.tree import MemoryTree

PATH = "mm/a.c"
CLEAN = "void f(void)\n{\n\tone();\n\ttwo();\n}\n"
FAULTY = CLEAN.replace("two();", "two(); // finding: PTL001 table-a")
TWO = "x86_64/1 PT_RECLAIM=y SMP=y\nx86_64/2 PT_RECLAIM=y SMP=n\n"


def run_series(
    texts: list[str], files: dict[str, str] | None = None, final: bool = False, path: str = PATH
) -> Run:
    return run_mails(fakes.mbox(path, texts), {path: texts[0]} | (files or {}), final)


def run_mails(mails: str, files: dict[str, str], final: bool = False) -> Run:
    rules = load_rules()
    request = Request(MemoryTree(fakes.kernel(files)), ("x86_64",), (), (), "gcc-12", rules)
    selection = Selection((), frozenset(rule.code for rule in rules))
    return patch(
        request, parse_series(mails.encode(), "s"), selection, fakes.FakeEngine(), lambda text: None, final
    )


def events(result: Result) -> list[tuple[str, str, int | None, int, tuple[str, ...]]]:
    return [(one.rule, one.status, one.patch, one.line, one.combinations) for one in result.findings]


ONE = ("x86_64/1",)


def test_what_a_patch_brings_is_new_and_makes_the_exit_status_1() -> None:
    result = run_series([CLEAN, FAULTY]).result
    assert events(result) == [("PTL001", "new", 1, 4, ONE)]
    assert exit_status(result) == 1


def test_what_was_there_is_existing_and_no_error_of_the_patch() -> None:
    result = run_series([FAULTY, FAULTY.replace("one", "uno")]).result
    assert events(result) == [("PTL001", "existing", None, 4, ONE)]
    assert exit_status(result) == 0


def test_what_patch_2_brings_and_patch_3_mends_is_two_events_with_one_id() -> None:
    moved = FAULTY.replace("one();", "one();\n\tone();")
    result = run_series(
        [CLEAN, CLEAN.replace("one", "uno"), FAULTY, moved.replace(" // finding: PTL001 table-a", "")]
    ).result
    assert sorted(events(result), key=str) == [("PTL001", "fixed", 3, 4, ONE), ("PTL001", "new", 2, 4, ONE)]
    assert len({fingerprint(one) for one in result.findings}) == 1
    assert exit_status(result) == 1


def test_only_the_ends_are_compared_if_so_asked() -> None:
    result = run_series([CLEAN, FAULTY, CLEAN], final=True).result
    assert events(result) == []
    assert [one.index for one in result.patches] == [1, 2]
    assert exit_status(result) == 0
    assert events(run_series([CLEAN, CLEAN + "\n", FAULTY], final=True).result) == [
        ("PTL001", "new", None, 4, ONE)
    ]


def test_a_finding_that_moved_down_and_into_a_renamed_file_is_existing() -> None:
    mail = (
        "From: A <a@b>\nSubject: [PATCH] move\n\n---\ndiff --git a/mm/a.c b/mm/b.c\nsimilarity index 90%\n"
        "rename from mm/a.c\nrename to mm/b.c\n--- a/mm/a.c\n+++ b/mm/b.c\n"
        "@@ -1,2 +1,3 @@\n+// more\n void f(void)\n {\n"
    )
    result = run_mails(mail, {PATH: FAULTY}).result
    assert [(one.path, one.line, one.status) for one in result.findings] == [("mm/b.c", 5, Status.EXISTING)]


def test_the_same_rule_at_the_same_line_is_the_same_finding_even_if_names_around_it_changed() -> None:
    one = run_series([FAULTY, FAULTY + "\n"]).result.findings[0]
    before, after = MemoryTree({PATH: FAULTY.encode()}), MemoryTree({PATH: ("\n" + FAULTY).encode()})
    places = PlaceMap(before, after, {})
    moved = replace(one, line=5, identity=("table-b",), function="g")
    assert match_findings([one], [moved], places) == {0: 0}
    assert match_findings([one], [replace(moved, line=4)], places) == {}
    assert match_findings([one], [replace(moved, rule="PTL002")], places) == {}


def test_a_second_finding_of_one_identity_is_new_where_it_was_added() -> None:
    both = FAULTY.replace("one();", "one(); // finding: PTL001 table-a")
    result = run_series([FAULTY, both]).result
    assert events(result) == [("PTL001", "new", 1, 3, ONE), ("PTL001", "existing", None, 4, ONE)]


def test_a_finding_is_new_only_where_it_was_not_before() -> None:
    before = FAULTY + "// when\n"
    narrow = before.replace("table-a", "table-a when SMP")
    result = run_series([narrow, before], {"combinations": TWO}).result
    assert [(one.status, one.combinations, one.condition) for one in result.findings] == [
        (Status.EXISTING, ("x86_64/1",), "SMP"),
        (Status.NEW, ("x86_64/2",), "!SMP"),
    ]
    back = run_series([before, narrow], {"combinations": TWO}).result
    assert [(one.status, one.combinations, one.condition) for one in back.findings] == [
        (Status.EXISTING, ("x86_64/1",), "SMP"),
        (Status.FIXED, ("x86_64/2",), "!SMP"),
    ]


def changed_combinations(before: str, after: str, text: str, other: str | None = None) -> Result:
    mails = fakes.mbox("combinations", [before, after])
    if other is not None:
        mails = (
            mails.replace("-- \n2.40\n", "") + fakes.diff(PATH, text, other, "", 1, 1).split("---\n", 1)[1]
        )
    return run_mails(mails, {PATH: text, "combinations": before}).result


def test_a_combination_that_a_patch_makes_feasible_brings_its_findings() -> None:
    text = FAULTY.replace("table-a", "table-a when !SMP")
    result = changed_combinations("x86_64/1 PT_RECLAIM=y SMP=y\n", TWO, text)
    assert [(one.status, one.patch, one.combinations) for one in result.findings] == [
        (Status.NEW, 1, ("x86_64/2",))
    ]
    gone = changed_combinations(TWO, "x86_64/1 PT_RECLAIM=y SMP=y\n", text)
    assert [(one.status, one.patch, one.combinations) for one in gone.findings] == [
        (Status.FIXED, 1, ("x86_64/2",))
    ]


def test_a_finding_that_does_not_depend_on_a_new_combination_is_no_news() -> None:
    result = changed_combinations("x86_64/1 PT_RECLAIM=y SMP=y\n", TWO, FAULTY)
    assert [one.status for one in result.findings] == [Status.EXISTING]
    assert result.findings[0].combinations == ("x86_64/1", "x86_64/2")


def test_a_changed_default_does_not_turn_all_findings_over() -> None:
    result = changed_combinations("x86_64/1 PT_RECLAIM=y NR=1\n", "x86_64/1 PT_RECLAIM=y NR=2\n", FAULTY)
    assert [one.status for one in result.findings] == [Status.EXISTING]
    assert [one.id for one in result.combinations] == ["x86_64/1", "x86_64/2"]


def test_a_symbol_that_a_patch_adds_splits_a_combination() -> None:
    old = "x86_64/1 PT_RECLAIM=y\n"
    new = "x86_64/1 PT_RECLAIM=y NEW=y\nx86_64/2 PT_RECLAIM=y NEW=n\n"
    text = FAULTY.replace("table-a", "table-a when !NEW")
    kept = changed_combinations(old, new, text)
    assert [(one.status, one.combinations) for one in kept.findings] == [
        (Status.EXISTING, ("x86_64/3",)),
        (Status.FIXED, ("x86_64/2",)),
    ]


def test_a_guard_that_a_patch_removes_makes_a_finding_new_where_it_held_it_off() -> None:
    old = "x86_64/1 PT_RECLAIM=y OLD=y\nx86_64/2 PT_RECLAIM=y OLD=n\n"
    text = FAULTY.replace("table-a", "table-a when OLD")
    result = changed_combinations(old, "x86_64/1 PT_RECLAIM=y\n", text, FAULTY)
    found = sorted((one.status, one.condition) for one in result.findings)
    assert found == [(Status.EXISTING, "y"), (Status.NEW, "!OLD")]


def test_ids_of_combinations_are_unique_over_the_run() -> None:
    result = changed_combinations("x86_64/1 PT_RECLAIM=y SMP=y\n", "x86_64/1 PT_RECLAIM=y SMP=n\n", CLEAN)
    assert [(one.id, dict(one.assignment)["SMP"]) for one in result.combinations] == [
        ("x86_64/1", "y"),
        ("x86_64/2", "n"),
    ]


def site(verdict: str, callee: str = "pte_free") -> str:
    return CLEAN.replace("two();", f"two(); // site: {callee} {verdict} why")


def test_changed_verdicts_are_told_with_their_patch() -> None:
    result = run_series([site("unsafe"), site("unsafe").replace("one", "\n\tone"), site("rcu")]).result
    assert [
        (one.line, one.callee, one.before, one.after, one.combinations, one.patch) for one in result.verdicts
    ] == [(4, "pte_free", "unsafe", "rcu", ONE, 2)]
    assert result.sites == ()


def test_sites_that_come_and_go_have_a_verdict_on_one_side_only() -> None:
    result = run_series([CLEAN, site("rcu"), CLEAN]).result
    assert [(one.before, one.after, one.patch) for one in result.verdicts] == [
        (None, "rcu", 1),
        ("rcu", None, 2),
    ]


def test_a_new_gap_counts_and_an_old_one_does_not() -> None:
    gap = CLEAN.replace("one();", "one(); // hole: no idea")
    new = run_series([CLEAN, gap]).result
    assert [(one.reason, one.status) for one in new.unanalyzed] == [("no idea", Status.NEW)]
    assert exit_status(new) == 3
    assert exit_status(new, allow_gaps=True) == 0
    old = run_series([gap, gap.replace("two", "\n\n\tdos")]).result
    assert [(one.reason, one.status) for one in old.unanalyzed] == [("no idea", Status.EXISTING)]
    assert exit_status(old) == 0


def test_a_site_that_turns_from_proved_to_undecided_is_a_new_gap() -> None:
    result = run_series([site("rcu"), site("undecided")]).result
    assert [(one.reason, one.status) for one in result.unanalyzed] == [("pte_free: why", Status.NEW)]
    assert exit_status(result) == 3
    assert exit_status(run_series([site("undecided"), site("undecided") + "\n"]).result) == 0


def test_a_kconfig_that_a_patch_breaks_is_a_new_gap_and_mends_nothing() -> None:
    broken = fakes.mbox("Kconfig", ["# a\n", "syntax error\n", "# a\n"])
    result = run_mails(broken, {PATH: FAULTY, "Kconfig": "# a\n"}).result
    assert [(one.path, one.line, one.status) for one in result.unanalyzed] == [("mm/Kconfig", 12, Status.NEW)]
    assert events(result) == [("PTL001", "existing", None, 4, ONE)]
    assert exit_status(result) == 3


def test_a_series_without_any_readable_state_is_incomplete() -> None:
    result = run_series([CLEAN, FAULTY], {"Kconfig": "syntax error\n"}).result
    assert [one.status for one in result.unanalyzed] == [Status.NEW]
    assert exit_status(result) == 3 and result.version == "7.3.4"


def test_nothing_is_analysed_before_the_whole_series_applies() -> None:
    with pytest.raises(PatchDoesNotApply):
        run_mails(fakes.mbox(PATH, [CLEAN, FAULTY]), {PATH: "other\n"})


def test_the_lines_of_an_event_are_those_of_its_own_state() -> None:
    texts = [CLEAN, FAULTY, "// moved\n" + FAULTY, CLEAN]
    run = run_series(texts)
    for finding in run.result.findings:
        line = (run.tree_of(finding).find(PATH) or b"").decode().split("\n")[finding.line - 1]
        assert "table-a" in line


def test_the_id_does_not_depend_on_lines_conditions_or_combinations() -> None:
    def finding(**changes: object) -> Finding:
        values = {
            "rule": "PTL001",
            "name": "n",
            "severity": Severity.ERROR,
            "status": Status.NEW,
            "message": "m",
            "path": "p",
            "line": 1,
            "column": 1,
            "function": "f",
            "combinations": ("a",),
            "condition": "y",
            "trace": (),
            "identity": ("x", "y"),
        }
        return Finding(**(values | changes))  # type: ignore[arg-type]

    one = fingerprint(finding())
    assert one == fingerprint(finding(line=7, function="g", condition="SMP", combinations=("b",), path="q"))
    assert one != fingerprint(finding(identity=("x", "z")))
    assert one != fingerprint(finding(rule="PTL002"))
    assert len(one) >= 12 and set(one) <= set("0123456789abcdef")
