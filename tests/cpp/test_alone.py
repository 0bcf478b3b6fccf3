# SPDX-License-Identifier: GPL-2.0-or-later
"""Branches of a file on its own, and the names of symbols in code."""

import pytest

from ptlint.cpp.alone import Alone
from ptlint.cpp.mentions import definitions_in, mentions_in
from ptlint.kconfig.formula import settled

KINDS = {"A": "bool", "B": "tristate", "N": "int", "S": "string"}


def holds(condition: str, **values: str) -> set[bool]:
    """Return what a condition may be, with all that is free false and true."""
    file = Alone(f"#if {condition}\nint x;\n#endif\n".encode(), "mm/x.c", lambda name: KINDS.get(name, ""))
    formula = file.formula(file.branches.chains[0].branches[0])
    return {formula.holds_in(values), settled(formula).holds_in(values)}


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("defined(CONFIG_A)", {"A": "y"}, {True}),
        ("defined CONFIG_B", {"B": "m"}, {False}),
        ("defined(CONFIG_B_MODULE)", {"B": "m"}, {True}),
        ("IS_ENABLED(CONFIG_B)", {"B": "m"}, {True}),
        ("IS_BUILTIN(CONFIG_B)", {"B": "m"}, {False}),
        ("!defined(CONFIG_A) || CONFIG_N > 3", {"A": "y", "N": "4"}, {True}),
        ("!defined(CONFIG_A) || 3 < CONFIG_N", {"A": "y", "N": "3"}, {False}),
        ("CONFIG_N < 3", {}, {True}),
        ("CONFIG_N", {"N": "0"}, {False}),
        ("defined(CONFIG_N)", {"N": "0"}, {True}),
        ("CONFIG_A && FOO", {"A": "y"}, {False, True}),
        ("CONFIG_A && !FOO", {"A": "y"}, {False, True}),
        ("CONFIG_A && FOO", {}, {False}),
        ("CONFIG_A && (PTRS > 4 || CONFIG_N + 1)", {"A": "y"}, {False, True}),
        ("defined(CONFIG_S)", {"S": "x"}, {False, True}),
        ("!CONFIG_A | 4", {"A": "y"}, {False, True}),
        ("0", {}, {False, True}),
        ("CONFIG_A ? 1 : 0", {"A": "y"}, {False, True}),
        ("defined(CONFIG_A) &&", {"A": "y"}, {False, True}),
        ("CONFIG_UNKNOWN", {}, {False}),
    ],
)
def test_a_condition_is_what_it_says_of_symbols(
    condition: str, values: dict[str, str], expected: set[bool]
) -> None:
    assert holds(condition, **values) == expected


def test_an_else_needs_that_what_is_before_it_fails() -> None:
    text = b"#ifdef CONFIG_A\n#elif defined(CONFIG_B)\n#else\nint x;\n#endif\n"
    file = Alone(text, "mm/x.c", KINDS.__getitem__)
    branch = file.branches.chains[0].branches[2]
    assert [(test.line, test.holds) for test in file.tests(branch)] == [(1, False), (2, False)]
    assert file.formula(branch).holds_in({})
    assert not file.formula(branch).holds_in({"B": "y"})


def test_an_include_guard_and_a_symbol_of_the_file_itself_are_free() -> None:
    text = b"#ifndef X_H\n#define X_H\n#ifdef CONFIG_A\nint x;\n#endif\n#endif\n"
    file = Alone(text, "mm/x.h", KINDS.__getitem__, {"A"})
    inner = file.branches.chains[1].branches[0]
    assert file.formula(inner).symbols() == frozenset()


def test_mentions_are_found_outside_of_comments_and_strings() -> None:
    text = b"""\
/* CONFIG_A */ char *s = "CONFIG_B"; // CONFIG_C
#if defined(CONFIG_D) && \\
    CONFIG_E
#define CONFIG_F 1
int g = IS_ENABLED(CONFIG_G) + CONFIG_H + x.CONFIG_I;
#define J(x) CONFIG_##x + CONFIG_J##x
"""
    found = {one.symbol: (one.line, one.column, one.asked) for one in mentions_in(text, "mm/x.c")}
    assert found == {"D": (2, 13, True), "E": (3, 5, True), "G": (5, 20, True), "H": (5, 32, False)}


def test_mentions_of_a_makefile_and_its_own_variables() -> None:
    text = b"obj-$(CONFIG_A) += a.o # $(CONFIG_B)\nCONFIG_C := y\nccflags-y += -DCONFIG_D\nifdef CONFIG_E\n"
    assert {one.symbol for one in mentions_in(text, "mm/Makefile")} >= {"A", "E"}
    assert "B" not in {one.symbol for one in mentions_in(text, "mm/Makefile")}
    assert set(definitions_in(text, "mm/Makefile")) == {"C", "D"}


def test_code_gives_names_a_meaning_of_its_own() -> None:
    text = b"#define CONFIG_A\n#undef CONFIG_B\nenum x { CONFIG_C, CONFIG_D = 3 };\n"
    text += b"#define F(CONFIG_e) CONFIG_e\n"
    assert set(definitions_in(text, "mm/x.c")) == {"A", "B", "C", "D", "e"}
