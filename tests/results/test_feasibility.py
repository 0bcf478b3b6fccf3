# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an architecture can have what rules require, and why not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.results.feasibility import feasibilities
from ptlint.rules.conditions import wished
from ptlint.rules.loader import find_rule, load_rules
from ptlint.source.tree import MemoryTree

RULE = replace(find_rule(load_rules(), "PTL001"), requires="GOAL")

COMMON = """\
config BATCH
	bool
config OVERRIDE
	bool
config SMP
	bool 'smp'
config HUGE
	bool 'huge'
source "arch/$(SRCARCH)/Kconfig"
"""
GOAL = COMMON + "config GOAL\n\tdef_bool y\n\tdepends on BATCH && !OVERRIDE\n"


def feasible(
    arch: str, kconfig: str = GOAL, assume: Mapping[str, str] | None = None
) -> tuple[str, list[str]]:
    """Return the condition and the reasons for an x86 that selects what *arch* says."""
    files = {
        "Makefile": "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n",
        "Kconfig": kconfig,
        "arch/x86/Kconfig": f"config X86\n\tdef_bool y\n{arch}",
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    model = Model.load(tree, arch_named("x86_64"), toolchain_named(DEFAULT))
    given = assume or {}
    (found,) = feasibilities(model, Logic(model, given), [RULE], given)
    assert (found.arch, found.requirement) == ("x86_64", "GOAL")
    return found.condition, [f"{one.path}:{one.line}: {one.message}" for one in found.why]


def test_what_is_always_selected_holds_anywhere() -> None:
    assert feasible("\tselect BATCH\n") == ("y", [])


def test_what_nothing_selects_holds_nowhere() -> None:
    assert feasible("") == (
        "n",
        ["Kconfig:12: GOAL depends on BATCH", "Kconfig:1: nothing selects BATCH on x86_64"],
    )


def test_what_excludes_it_is_a_minimal_core() -> None:
    condition, why = feasible("\tselect BATCH\n\tselect OVERRIDE\n")
    assert condition == "n"
    assert why[0] == "Kconfig:12: GOAL depends on !OVERRIDE"
    assert "arch/x86/Kconfig:4: X86 selects OVERRIDE" in why
    assert not any("BATCH" in one for one in why)


def test_a_default_does_not_hide_who_selects() -> None:
    kconfig = GOAL.replace("config OVERRIDE\n\tbool\n", "config OVERRIDE\n\tdef_bool n\n")
    condition, why = feasible("\tselect BATCH if SMP\n\tselect OVERRIDE if SMP\n", kconfig)
    assert condition == "n"
    assert "Kconfig:3: OVERRIDE has no prompt, and its default is n; it is selected by X86 if SMP" in why


def test_where_it_holds_is_told_in_what_a_user_sets() -> None:
    assert feasible("\tselect BATCH if SMP\n\tselect OVERRIDE if HUGE\n") == (
        "!HUGE && SMP",
        [
            "Kconfig:12: GOAL depends on !OVERRIDE",
            "Kconfig:12: GOAL depends on BATCH",
            "Kconfig:1: BATCH is on only if selected, on x86_64 by X86 if SMP",
            "Kconfig:3: OVERRIDE is on only if selected, on x86_64 by X86 if HUGE",
        ],
    )


def test_what_can_be_chosen_can_hold_where_its_dependencies_are_met() -> None:
    prompt = GOAL.replace("def_bool y", "bool 'goal'")
    assert feasible("\tselect BATCH\n", prompt)[0] == "y"
    assert feasible("\tselect BATCH if SMP\n", prompt)[0] == "SMP"


def test_a_symbol_that_the_tree_does_not_define_holds_nowhere() -> None:
    assert feasible("", COMMON) == ("n", ["Kconfig:1: no Kconfig file of x86_64 defines GOAL"])


def test_assumptions_count_but_for_those_of_the_requirement_itself() -> None:
    arch = "\tselect BATCH if SMP\n"
    assert feasible(arch, assume={"SMP": "y"}) == ("y", [])
    assert feasible(arch, assume={"GOAL": "y"})[0] == "SMP"
    assert feasible("", assume={"GOAL": "y"})[0] == "n"
    assert feasible("", assume={"BATCH": "y"})[0] == "y"  # forced
    never, why = feasible(arch, assume={"SMP": "n"})
    assert (never, why[0]) == ("n", "Kconfig:12: GOAL depends on BATCH")


@pytest.mark.parametrize(
    ("requirement", "assumptions"),
    [
        ("", {}),
        ("A", {"A": "y"}),
        ("A && B", {"A": "y", "B": "y"}),
        ("!A", {}),
        ("A && !B", {}),
        ("A || B", {}),
        ("NR_CPUS>=4", {}),
    ],
)
def test_only_a_conjunction_of_symbols_can_be_wished_for(
    requirement: str, assumptions: dict[str, str]
) -> None:
    assert wished(requirement) == assumptions
