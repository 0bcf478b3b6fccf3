# SPDX-License-Identifier: GPL-2.0-or-later
"""Which configurations a run looks at, and which of its goals are left over."""

from collections.abc import Sequence

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.program.conditions import Condition
from ptlint.results.covering import Covering
from ptlint.source.tree import MemoryTree

KCONFIG = (
    "choice\n\tprompt 'size'\n"
    + "".join(f"config SIZE_{size}\n\tbool '{size}'\n" for size in (4, 16, 64))
    + "endchoice\n"
    + "".join(f"config {name}\n\tbool '{name}'\n" for name in "ABC")
    + "config LEVELS\n\tint 'levels'\n\trange 2 5\n\tdefault 5\n"
    + "config DERIVED\n\tdef_bool A && !B\n"
)


def logic(loose: Sequence[str] = ()) -> Logic:
    makefile = b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n"
    tree = MemoryTree({"Makefile": makefile, "Kconfig": KCONFIG.encode(), "arch/x86/Kconfig": b""})
    return Logic(Model.load(tree, arch_named("x86_64"), toolchain_named(DEFAULT)), loose=frozenset(loose))


def covering(logic: Logic) -> Covering:
    start = logic.find(parse_formula("SIZE_4"))
    assert start is not None
    found = Covering(logic, start)
    found.choose(start)
    return found


def condition(text: str, function: str) -> Condition:
    return Condition("a.c", 1, parse_formula(text), function)


def all_chosen(run: Covering) -> int:
    """Choose until there is nothing left, and return how many configurations that are."""
    while (following := run.next()) is not None:
        run.choose(following)
    return len(run.chosen)


def test_each_condition_is_met_both_ways_by_few_configurations() -> None:
    run = covering(logic())
    run.learn([condition(name, name.lower()) for name in "ABC"])
    assert all_chosen(run) == 2
    assert not list(run.unmet())


def test_a_configuration_is_made_of_the_goal_that_most_others_go_with() -> None:
    run = covering(logic())
    run.learn(condition(text, text.lower()) for text in ("SIZE_16", "SIZE_64", "A && SIZE_64"))
    run.learn(condition(name, name.lower()) for name in "ABC")
    first = run.next()
    assert first is not None
    assert parse_formula("SIZE_64 && A && B && C").holds(first)


def test_a_goal_that_settings_do_not_give_costs_no_configuration() -> None:
    run = covering(logic(loose=["DERIVED"]))
    run.demand([condition("A && B && DERIVED", "derived")])
    run.learn([condition(name, name.lower()) for name in "ABC"])
    assert all_chosen(run) == 2
    assert not list(run.unmet())


def test_of_goals_that_are_left_over_the_least_is_told() -> None:
    run = covering(logic())
    run.demand([condition("A && B && C", "most"), condition("A", "least"), condition("B && C", "other")])
    assert {str(goal) for _, goal in run.unmet()} == {"A", "B && C"}


def test_each_range_of_a_number_is_seen_that_conditions_tell_apart() -> None:
    run = covering(logic())
    run.learn(condition(f"LEVELS>{level}", f"f{level}") for level in (2, 3, 4))
    assert all_chosen(run) == 4
    assert {one.get("LEVELS") for one in run.chosen} == {"2", "3", "4", "5"}


def test_a_range_that_is_left_over_is_no_gap() -> None:
    run = covering(logic())
    run.learn([condition("LEVELS>=3", "f"), condition("LEVELS!=5", "g")])
    assert {str(goal) for _, goal in run.unmet()} == {"!(LEVELS>=3)", "LEVELS!=5"}


def test_what_a_patch_has_changed_is_seen_together_with_what_decides_its_callees() -> None:
    run = covering(logic())
    run.learn([condition("A", "changed"), condition("B", "callee")])
    all_chosen(run)
    wished = [parse_formula(text) for text in ("C && A && B", "C && A && !B", "C && !A && B")]
    run.cross(parse_formula("C"), "changed", ["callee"])
    found = run.next_crossed()
    assert found is not None
    assert any(one.holds(found) for one in wished)
    assert not any(one.holds(chosen) for one in wished for chosen in run.chosen if one.holds(found))


def test_nothing_is_crossed_where_all_of_it_has_been_seen() -> None:
    run = covering(logic())
    run.cross(parse_formula("SIZE_4"), "changed", ["callee"])
    assert run.next_crossed() is None
