# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules on touched lines over a series: what is new, what was there, what only a state between has."""

from difflib import unified_diff

import fakes
import pytest

from ptlint.kconfig.toolchain import DEFAULT
from ptlint.results.bearing import may_matter
from ptlint.results.engine import Request
from ptlint.results.lookouts import Found, Stage, judged
from ptlint.results.model import Finding
from ptlint.rules.loader import load_rules
from ptlint.source.patches import parse_files, place_series
from ptlint.source.tree import MemoryTree

RULES = tuple(rule for rule in load_rules() if rule.lookout is not None)
BASE = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "mm/Kconfig"\n',
    "mm/Kconfig": "config A\n\tbool 'a'\nconfig B\n\tbool 'b'\n\tdepends on A\n",
    "arch/x86/Kconfig": "config X86\n\tdef_bool y\nconfig ONLY_X86\n\tbool 'x'\n",
    "arch/arm/Kconfig": "config ARM\n\tdef_bool y\nconfig ONLY_ARM\n\tbool 'x'\n",
    "mm/Makefile": "obj-y := a.o\nobj-$(CONFIG_ONLY_ARM) += b.o\n",
    "mm/a.c": "int a;\n",
    "mm/b.c": "int b;\n",
    "arch/arm/mm/c.c": "int c;\n",
}


def run(*states: dict[str, str], final: bool = False, thorough: bool = False) -> Found:
    """Judge a series whose patches replace files."""
    files = {path: text.encode() for path, text in BASE.items()}
    base = MemoryTree(fakes.kernel({}) | files)
    mails: list[tuple[str, bytes]] = []
    now = dict(BASE)
    for number, state in enumerate(states, 1):
        text = f"From {40 * '0'} Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\n"
        text += f"Subject: [PATCH {number}/{len(states)}] change\n\n---\n"
        for path, new in state.items():
            sides = (now.get(path, "").splitlines(True), new.splitlines(True))
            text += "".join(unified_diff(*sides, f"a/{path}" if path in now else "/dev/null", f"b/{path}"))
        now |= state
        mails.append((f"{number}.patch", (text + "-- \n2.40\n\n").encode()))
    series = parse_files(mails, "x")
    stages = [Stage(base, None, None, None)]
    for number, (patch, applied) in enumerate(place_series(base, series), 1):
        stages.append(Stage(applied.tree, None, patch, number))
    request = Request(base, ("x86_64",), (), (), DEFAULT, RULES)
    return judged(request, stages, (), thorough, final)


def told(found: Found) -> list[tuple[str, str, str, int | None, str, int]]:
    def row(one: Finding) -> tuple[str, str, str, int | None, str, int]:
        return (one.rule, one.severity, one.status, one.patch, one.path, one.line)

    assert found.gaps == ()
    return sorted(map(row, found.findings), key=str)


def guarded(*conditions: str) -> str:
    return (
        "int a;\n" + "".join(f"#if {one}\n" for one in conditions) + "int x;\n" + "#endif\n" * len(conditions)
    )


def test_a_name_that_a_later_patch_defines_is_a_note() -> None:
    use = {"mm/a.c": guarded("defined(CONFIG_NEW)")}
    define = {"mm/Kconfig": BASE["mm/Kconfig"] + "config NEW\n\tbool 'new'\n"}
    found = run(use, define)
    assert told(found) == [
        ("PTL014", "note", "fixed", 2, "mm/a.c", 2),
        ("PTL014", "note", "new", 1, "mm/a.c", 2),
    ]
    assert all("(defined by patch 2)" in one.message for one in found.findings)
    assert told(run(define, use)) == told(run(use | define)) == told(run(use, define, final=True)) == []


def test_a_name_that_nothing_defines_is_of_the_patch_that_brings_it() -> None:
    found = run({"mm/b.c": "int c;\n"}, {"mm/a.c": guarded("defined(CONFIG_AB)")}, {"mm/b.c": "int d;\n"})
    assert told(found) == [("PTL014", "warning", "new", 2, "mm/a.c", 2)]


def test_users_of_a_removed_entry_are_new_at_the_patch_that_removes_it() -> None:
    use = {"mm/a.c": guarded("defined(CONFIG_A)")}
    remove = {"mm/Kconfig": "config OTHER\n\tbool 'a'\nconfig B\n\tbool 'b'\n\tdepends on A\n"}
    rows = told(run(use, remove))
    assert ("PTL014", "warning", "new", 2, "mm/a.c", 2) in rows
    assert ("PTL014", "warning", "new", 2, "mm/Kconfig", 5) in rows


@pytest.mark.parametrize(
    ("path", "conditions", "line"),
    [
        ("mm/a.c", ("defined(CONFIG_B)", "!defined(CONFIG_A)"), 3),
        ("mm/a.c", ("defined(CONFIG_ONLY_X86)", "defined(CONFIG_ONLY_ARM)"), 3),
        ("arch/arm/mm/c.c", ("defined(CONFIG_ONLY_X86)",), 2),
        ("mm/b.c", ("defined(CONFIG_ONLY_X86)",), 2),
        ("mm/a.c", ("defined(CONFIG_ONLY_ARM)",), 0),
        ("mm/a.c", ("defined(CONFIG_A)", "!defined(CONFIG_B)"), 0),
        ("arch/arm/mm/c.c", ("defined(CONFIG_ONLY_ARM)", "FOO"), 0),
        ("mm/a.c", ("0",), 0),
    ],
)
def test_a_branch_is_dead_if_no_architecture_that_compiles_it_selects_it(
    path: str, conditions: tuple[str, ...], line: int
) -> None:
    expected = [("PTL013", "warning", "new", 1, path, line)] if line else []
    assert told(run({path: guarded(*conditions)})) == expected


def test_a_file_that_a_makefile_lists_for_nothing_is_dead() -> None:
    makefile = BASE["mm/Makefile"] + "ifndef CONFIG_A\nobj-$(CONFIG_B) += d.o\nendif\n"
    found = run({"mm/Makefile": makefile, "mm/d.c": "int d;\n"})
    assert told(found) == [("PTL013", "warning", "new", 1, "mm/Makefile", 4)]
    assert "B depends on A" in found.findings[0].message


def test_a_patch_that_changes_only_such_things_is_not_passed_over() -> None:
    for path, old, new in [
        ("drivers/x.c", "int a;\n", guarded("defined(CONFIG_AB)")),
        ("drivers/Kconfig", "config X\n", "config X\n\tselect Y\n"),
        ("drivers/Makefile", "", "obj-$(CONFIG_AB) += a.o\n"),
        ("samples/x.c", "int a;\n", guarded("defined(CONFIG_AB)")),
    ]:
        base = MemoryTree({path: old.encode()})
        diff = "".join(unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}"))
        series = parse_files([("x", diff.encode())], "x")
        ((patch, applied),) = place_series(base, series)
        assert may_matter(base, applied.tree, patch.files), path
