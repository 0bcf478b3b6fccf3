# SPDX-License-Identifier: GPL-2.0-or-later
"""Short conditions, and the entries that bring a value about, on small files."""

import pytest
from small import MODULES, model_of

from ptlint.kconfig.condition import deciding, short_condition
from ptlint.kconfig.entries import entry_of, reasons
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.parsing import parse_formula

KCONFIG = (
    MODULES
    + """
config A
\tbool 'a'
config B
\tbool 'b'
config OUTER
\tdef_bool A
\tselect HIDDEN if B
config HIDDEN
\tbool
config RELIES
\tdef_bool HIDDEN
config ALWAYS
\tdef_bool y
config NEVER
\tbool
config DRIVER
\ttristate 'driver'
config COUNT
\tint 'count'
\trange 1 64
\tdefault 4
config MANY
\tdef_bool COUNT >= 8
config TEXT
\tstring 'text'
"""
)


@pytest.mark.parametrize(
    ("formula", "condition"),
    [
        ("HIDDEN", "A && B"),
        ("!RELIES", "!A || !B"),
        ("RELIES && !HIDDEN", "n"),
        ("ALWAYS", "y"),
        ("ALWAYS && !NEVER", "y"),
        ("NEVER", "n"),
        ("DRIVER=m && HIDDEN", "A && B && DRIVER=m"),
        ("A && (B || !B) && !NEVER", "A"),
        ("MANY && A", "A && MANY"),
    ],
)
def test_a_condition_is_told_by_what_can_be_set(formula: str, condition: str) -> None:
    model = model_of(KCONFIG)
    logic = Logic(model)
    found = short_condition(model, logic, parse_formula(formula))
    if "MANY" not in formula:  # a number may be told in more than one right way
        assert logic.text(found) == condition
    wanted = parse_formula(formula)
    for text in (
        "",
        "CONFIG_A=y\n",
        "CONFIG_A=y\nCONFIG_B=y\nCONFIG_DRIVER=m\n",
        "CONFIG_A=y\nCONFIG_COUNT=9\n",
    ):
        configuration = model.complete(text)
        assert found.holds(configuration) == wanted.holds(configuration), (formula, text)


def test_a_condition_is_told_under_what_is_assumed() -> None:
    model = model_of(KCONFIG)
    logic = Logic(model, {"A": "y", "RELIES": "y", "UNKNOWN": "y"})
    formula = parse_formula("UNKNOWN && RELIES")
    assert logic.text(short_condition(model, logic, formula)) == "y"
    forced = Logic(model, {"B": "n", "RELIES": "y"})
    assert forced.text(short_condition(model, forced, parse_formula("RELIES && !HIDDEN"))) == "y"


def test_only_symbols_with_a_prompt_decide() -> None:
    assert deciding(model_of(KCONFIG), {"RELIES", "MISSING"}) == {"A", "B"}


def test_an_entry_is_found_where_the_tree_defines_it() -> None:
    model = model_of(KCONFIG)
    line = KCONFIG.split("\n").index("config HIDDEN") + 1
    assert entry_of(model, "HIDDEN") == ("Kconfig", line)
    assert entry_of(model, "MISSING") is None


@pytest.mark.parametrize(
    ("name", "config", "messages"),
    [
        ("HIDDEN", "", ["HIDDEN is n: what selects it is not in force", "OUTER would select it, but is n"]),
        (
            "HIDDEN",
            "CONFIG_A=y\n",
            [
                "HIDDEN is n: what selects it is not in force",
                "OUTER selects it only if B, which does not hold",
            ],
        ),
        (
            "HIDDEN",
            "CONFIG_A=y\nCONFIG_B=y\n",
            ["HIDDEN is y, whatever its dependencies", "OUTER selects HIDDEN"],
        ),
        ("ALWAYS", "", ["ALWAYS is y: it depends on nothing"]),
        ("NEVER", "", ["NEVER is n: nothing selects it"]),
        ("A", "", ["A is n"]),
        ("MISSING", "", []),
    ],
)
def test_entries_and_selects_say_why_a_symbol_is_what_it_is(
    name: str, config: str, messages: list[str]
) -> None:
    model = model_of(KCONFIG)
    found = list(reasons(model, name, model.complete(config)))
    assert [one.message for one in found] == messages
    lines = KCONFIG.split("\n")
    for one in found:
        text = lines[one.line - 1]
        assert text[one.column - 1 :].startswith(("config ", "select HIDDEN")), text


def test_an_assumed_value_is_said_to_be_assumed() -> None:
    model = model_of(KCONFIG)
    configuration = model.complete("", {"NEVER": "y"})
    (found,) = reasons(model, "NEVER", configuration)
    assert found.message == "NEVER is assumed to be y, against what this entry says"
