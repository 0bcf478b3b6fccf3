# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of a rule, judged by what is written in them."""

from pathlib import Path

import fakes
import pytest

from ptlint.errors import RuleError
from ptlint.results.cases import find_cases, run_case
from ptlint.rules.loader import load_rules
from ptlint.rules.model import Rule
from ptlint.source.tree import MemoryTree

RULE = load_rules()[0]
HEAD = "// file: mm/case.c\n"
FREE = "\tx(); // finding: PTL001 a"


def judge(folder: Path, rule: Rule = RULE, tree: dict[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    engine = fakes.FakeEngine()
    mini = MemoryTree(fakes.kernel(tree or {}))
    return {
        case.name: run_case(case, rule, mini, engine)
        for case in find_cases(folder, rule)
        if not case.name.startswith("README")
    }


def case_in(folder: Path, text: str, name: str = "a.c") -> Path:
    (folder / "cases" / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / "cases" / name).write_text(text)
    return folder


TWO = {"combinations": "x86_64/1 PT_RECLAIM=y SMP=y\nx86_64/2 PT_RECLAIM=y SMP=n\n"}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("/* expect: sync-free */ // finding: PTL001 a", ""),
        ("/* expect: sync-free -- for a reason */ // finding: PTL001 a", ""),
        ("/* expect: sync-free when SMP */ // finding: PTL001 a when SMP", ""),
        ("/* ok: sync-free -- a near miss */", ""),
        ("/* todo-expect: sync-free -- not yet */", ""),
        ("/* gap: cannot be read */ // hole: hm", ""),
        ("/* expect: sync-free when X86_PAE */", ""),
        ("/* expect: other-rule */", ""),
        ("/* expect: sync-free */", "missing: mm/case.c:2: nothing existing is found here"),
        (
            "// finding: PTL001 a",
            "noisy: mm/case.c:2: existing: page-table page reaches the allocator with no grace period",
        ),
        (
            "/* ok: sync-free */ // finding: PTL001 a",
            "noisy: mm/case.c:2: existing: page-table page reaches the allocator with no grace period",
        ),
        (
            "/* expect: sync-free when SMP */ // finding: PTL001 a",
            "wrong: mm/case.c:2: holds under x86_64/1, x86_64/2, expected under x86_64/1 (SMP)",
        ),
        (
            "/* todo-expect: sync-free */ // finding: PTL001 a",
            "wrong: mm/case.c:2: todo-expect is found now; make it expect",
        ),
        ("// hole: hm", "wrong: mm/case.c:2: not analysed: hm"),
        ("/* gap: hm */", "missing: mm/case.c:2: no gap here"),
    ],
)
def test_a_comment_speaks_of_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    found = judge(case_in(tmp_path, HEAD + "x(); " + line + "\n"), tree=TWO)
    assert found == {"a.c": (complaint,) if complaint else ()}


def test_a_new_file_is_built_and_its_needs_are_assumed(tmp_path: Path) -> None:
    text = HEAD + "// config: SMP=n\n// arch: i386\nint x;\n"
    engine = fakes.FakeEngine()
    (case,) = find_cases(case_in(tmp_path, text), rule_without_page())
    assert run_case(case, RULE, MemoryTree(fakes.kernel({"mm/Makefile": "obj-y := b.o\n"})), engine) == ()
    request = engine.requests[0]
    assert (request.archs, request.assume) == (("i386",), (("SMP", "n"),))
    assert request.tree.find("mm/Makefile") == b"obj-y := b.o\n\nobj-y += case.o\n"
    assert [rule.code for rule in request.rules] == ["PTL001"]


def rule_without_page() -> Rule:
    from dataclasses import replace

    return replace(RULE, readme="")


def test_a_case_that_does_not_say_where_it_goes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="begins with the place"):
        judge(case_in(tmp_path, "int x;\n"))


def test_two_sides_expect_what_the_patch_between_them_does(tmp_path: Path) -> None:
    plain, bad = "\tx();", FREE + " /* expect: sync-free */"
    for number, (before, after) in enumerate([(plain, bad), (bad, plain), (bad, "\ty();\n" + bad)]):
        case_in(tmp_path, HEAD + before + "\nend\n", f"s{number}.before.c")
        case_in(tmp_path, HEAD + after + "\nend\n", f"s{number}.after.c")
    assert judge(tmp_path) == {"s0": (), "s1": (), "s2": ()}


def test_a_side_that_is_not_met_is_a_complaint(tmp_path: Path) -> None:
    case_in(tmp_path, HEAD + "\tx();\n", "s.before.c")
    case_in(tmp_path, HEAD + "\ty(); /* expect: sync-free */\n", "s.after.c")
    assert judge(tmp_path) == {"s": ("missing: mm/case.c:2: nothing new is found here",)}


def test_a_folder_is_laid_over_the_tree_and_its_patches_are_judged(tmp_path: Path) -> None:
    before, after = "\tx();\nend\n", FREE + " /* expect: sync-free */\nend\n"
    case_in(tmp_path, before, "f/mm/case.c")
    case_in(tmp_path, fakes.mbox("mm/case.c", [before, after]), "f/0001.patch")
    assert judge(tmp_path) == {"f": ()}


def test_a_case_that_cannot_be_run_fails(tmp_path: Path) -> None:
    case_in(tmp_path, "\tz();\n", "f/mm/case.c")
    case_in(tmp_path, fakes.mbox("mm/case.c", ["a\n", "b\n"]), "f/0001.patch")
    assert judge(tmp_path)["f"][0].startswith("cannot be run: ")


def test_the_blocks_of_a_page_are_cases(tmp_path: Path) -> None:
    from dataclasses import replace

    block = f"```c bad\n{HEAD}{FREE}\n```\n\n```c good\n{HEAD}\tx();\n```\n\n```c bad\n{HEAD}\tx();\n```\n"
    rule = replace(RULE, readme=block + f"\n```c good\n{HEAD}{FREE}\n```\n")
    mini = MemoryTree(fakes.kernel({}))
    found = [run_case(case, rule, mini, fakes.FakeEngine()) for case in find_cases(tmp_path, rule)]
    assert found[:2] == [(), ()]
    assert found[2] == ("missing: nothing is found in a bad block",)
    assert found[3][0].startswith("noisy: mm/case.c:2: ")


def test_the_blocks_of_every_shipped_page_say_where_they_go() -> None:
    for rule in load_rules():
        kinds = [case.hits for case in find_cases(Path("/nonexistent"), rule)]
        assert kinds == [True, False], rule.code
