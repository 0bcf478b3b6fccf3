# SPDX-License-Identifier: GPL-2.0-or-later
"""Cores: there is one exactly where nothing is feasible, and they name the lines that exclude it."""

import os

import pytest
from generated import Generated, kconfigs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import model_of
from test_logic_generated import assignments

from ptlint.kconfig.explaining import Kind, Reason, explain
from ptlint.kconfig.formula import Formula, Free, Not, all_of, assignment_formula
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.parsing import parse_formula

KCONFIG = """\
config WORD
	def_bool y
config A
	bool "a"
	depends on B && C
config B
	bool "b"
	depends on D
config C
	bool "c"
config D
	bool "d"
config E
	bool "e"
	select F
config F
	bool
"""


@settings(
    max_examples=int(os.environ.get("PTLINT_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_there_is_a_core_exactly_where_nothing_is_feasible(data: st.DataObject) -> None:
    small: Generated = data.draw(kconfigs())
    model = model_of(small.text)
    logic = Logic(model)
    for values in assignments(small.types)[:40]:
        formulas = [assignment_formula({name: value}) for name, value in values.items()]
        core = explain(model, formulas)
        assert (core is None) == logic.feasible(all_of(formulas)), (small.text, values)
        if core is not None:
            chosen = [formulas[place] for place in core.formulas]
            assert not logic.feasible(all_of(chosen)), (small.text, values, core)


def core(*texts: str, loose: tuple[str, ...] = ()) -> tuple[Reason, ...] | None:
    found = explain(model_of(KCONFIG), [parse_formula(text) for text in texts], loose)
    return None if found is None else found.reasons


def test_a_chain_of_dependencies_is_named_and_no_more() -> None:
    assert core("A", "!D", "C") == (
        Reason(Kind.DEPENDS, "A", "B"),
        Reason(Kind.DEPENDS, "B", "D"),
    )


def test_a_select_is_named() -> None:
    assert core("E", "!F") == (Reason(Kind.SELECT, "E", "F"),)


def test_a_symbol_that_is_not_defined_is_named() -> None:
    assert core("NOBODY", "A") == (Reason(Kind.UNDEFINED, "NOBODY"),)


def test_what_nothing_selects_is_decided_by_its_selects() -> None:
    assert core("F", "!E") == (Reason(Kind.VALUE, "F"),)


@pytest.mark.parametrize("text", ["B && !D", "!WORD"])
def test_what_is_loose_may_have_any_value(text: str) -> None:
    assert core(text) is not None
    assert core(text, loose=("B", "WORD")) is None
    assert Logic(model_of(KCONFIG), loose=("B", "WORD")).feasible(parse_formula(text))


def test_what_is_free_may_be_true_or_false() -> None:
    logic = Logic(model_of(KCONFIG))
    free: Formula = Free("x")
    assert logic.feasible(free)
    assert logic.feasible(Not(free))
    assert not logic.feasible(all_of((free, Not(free))))
    assert not logic.feasible(all_of((free, parse_formula("A && !D"))))
