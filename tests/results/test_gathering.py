# SPDX-License-Identifier: GPL-2.0-or-later
"""The condition that tells some combinations of a run from the others."""

from collections.abc import Sequence

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.results.gathering import Conditions, OneCombination
from ptlint.source.tree import MemoryTree

KCONFIG = "".join(f"config {name}\n\tbool '{name}'\n" for name in "ABC") + "config ALWAYS\n\tdef_bool y\n"
CONE = frozenset({"A", "B", "C", "ALWAYS"})


def conditions(*formulas: str) -> Conditions:
    """Return those of a run with a combination for each formula, named by its number."""
    makefile = b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n"
    tree = MemoryTree({"Makefile": makefile, "Kconfig": KCONFIG.encode(), "arch/x86/Kconfig": b""})
    logic = Logic(Model.load(tree, arch_named("x86_64"), toolchain_named(DEFAULT)))
    combinations = [combination(logic, str(number), text) for number, text in enumerate(formulas)]
    deciding = {"f": {"A"}, "g": {"B", "ALWAYS"}}
    return Conditions(combinations, {"x86_64": logic}, CONE, deciding, {})


def combination(logic: Logic, name: str, text: str) -> OneCombination:
    found = logic.find(parse_formula(text))
    assert found is not None
    nothing: Sequence[str] = ()
    return OneCombination(name, found, {}, (), (), (), tuple(nothing), frozenset(), frozenset())


def test_what_no_combination_lacks_is_told_where_it_is_compiled() -> None:
    run = conditions("A && B", "!A && B")
    assert run.of(["0", "1"], ["f"], "f") == "y"
    assert run.of(["0", "1"], ["f"], "f", parse_formula("B && ALWAYS")) == "B"


def test_where_it_is_compiled_is_added_to_what_tells_combinations_apart() -> None:
    run = conditions("A && B && C", "!A && B && C", "A && B && !C")
    assert run.of(["0", "2"], ["f"], "f", parse_formula("B")) == "A && B"


def test_a_combination_that_seems_to_lack_the_function_is_believed() -> None:
    run = conditions("A && B", "A && !B")
    assert run.of(["0", "1"], ["f"], "f", parse_formula("B && C")) == "y"
