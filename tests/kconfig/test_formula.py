# SPDX-License-Identifier: GPL-2.0-or-later
"""Formulas: what they mean, and how they are written."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import completed

from ptlint.kconfig.formula import FALSE, TRUE, And, Compare, Enabled, Formula, Is, Not, Or
from ptlint.kconfig.parsing import FormulaError, parse_formula

LEVELS = {"n": 0, "m": 1, "y": 2}
LITERALS = st.one_of(
    st.builds(Enabled, st.sampled_from("AB")),
    st.builds(Is, st.sampled_from("AB"), st.sampled_from("nmy")),
    st.builds(
        Compare, st.just("N"), st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), st.sampled_from("123")
    ),
    st.builds(Compare, st.just("S"), st.sampled_from(("=", "!=")), st.text(max_size=4)),
)
FORMULAS = st.recursive(
    LITERALS,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(And, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "A": st.sampled_from("nmy"),
        "B": st.sampled_from("nmy"),
        "N": st.sampled_from(("0", "1", "2", "0x3", "17")),
        "S": st.text(max_size=4),
    },
)


@given(FORMULAS, VALUES)
def test_what_is_written_reads_as_the_same_formula(formula: Formula, values: Mapping[str, str]) -> None:
    assert parse_formula(formula.text()).holds_in(values) == formula.holds_in(values)


@given(FORMULAS, VALUES)
def test_what_is_written_of_bools_reads_as_the_same_formula(
    formula: Formula, values: Mapping[str, str]
) -> None:
    bools = {name: "y" if value == "m" else value for name, value in values.items()}
    assert parse_formula(formula.text({"A", "B"})).holds_in(bools) == formula.holds_in(bools)


@given(st.data())
def test_an_expression_holds_where_kconfig_does_not_give_n(data: st.DataObject) -> None:
    values = {name: data.draw(st.sampled_from("nmy")) for name in "ABC"}

    def expression(depth: int) -> tuple[str, int]:
        kind = data.draw(st.sampled_from(("", "!", "&&", "||", "=") if depth else ("",)))
        if kind in ("", "="):
            name = data.draw(st.sampled_from("ABC"))
            if not kind:
                return name, LEVELS[values[name]]
            value = data.draw(st.sampled_from("nmy"))
            return f"{name}={value}", 2 * (values[name] == value)
        left, first = expression(depth - 1)
        if kind == "!":
            return f"!({left})", 2 - first
        right, second = expression(depth - 1)
        return f"({left} {kind} {right})", (min if kind == "&&" else max)(first, second)

    text, level = expression(4)
    assert parse_formula(text).holds_in(values) == (level > 0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (TRUE, "y"),
        (FALSE, "n"),
        (Enabled("A"), "A"),
        (Not(Is("A", "y")), "!A"),
        (Not(Enabled("A")), "A=n"),
        (Is("A", "m"), "A=m"),
        (Compare("NR_CPUS", ">=", "4"), "NR_CPUS>=4"),
        (Compare("S", "=", 'a "b"'), 'S="a \\"b\\""'),
        (Or((And((Enabled("A"), Not(Is("B", "y")))), Enabled("C"))), "A && !B || C"),
        (And((Or((Enabled("A"), Enabled("B"))), Enabled("C"))), "(A || B) && C"),
        (Not(And((Enabled("A"), Is("B", "y")))), "A=n || !B"),
    ],
)
def test_a_formula_is_written_as_kconfig_writes_it(formula: Formula, text: str) -> None:
    assert formula.text() == text


def test_bools_are_written_plainly() -> None:
    formula = And((Is("A", "y"), Not(Enabled("B")), Is("C", "n"), Not(Enabled("T"))))
    assert formula.text({"A", "B", "C"}) == "A && !B && !C && T=n"


def test_a_formula_holds_in_a_configuration() -> None:
    configuration = completed(
        "config A\n\tdef_bool y\nconfig H\n\thex 'h'\n\tdefault 10\nconfig I\n\tint 'i'\n\tdepends on n\n"
    )
    assert parse_formula("A && H=0x10 && H<17 && ARCH=x86_64 && I!=0").holds(configuration)
    assert not parse_formula("I=0 || I<1 || I>=0 || !A").holds(configuration)


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(FormulaError, match="parenthesis"):
        parse_formula("(A")


def test_a_name_may_begin_with_a_digit() -> None:
    assert parse_formula("64BIT && 0x10 <= H") == And((Enabled("64BIT"), Compare("H", ">=", "0x10")))
