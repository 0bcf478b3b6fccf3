# SPDX-License-Identifier: GPL-2.0-or-later
"""Formulas that are built small mean what plain ones mean."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ptlint.kconfig.formula import FALSE, TRUE, And, Enabled, Formula, Is, Not, Or
from ptlint.kconfig.simplify import conjunction, disjunction, negation

NAMES = "ABC"
formulas = st.recursive(
    st.sampled_from([TRUE, FALSE, *(Enabled(n) for n in NAMES), *(Is(n, "y") for n in NAMES)]),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=4).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=12,
)


def built(formula: Formula) -> Formula:
    match formula:
        case And(parts):
            return conjunction(built(part) for part in parts)
        case Or(parts):
            return disjunction(built(part) for part in parts)
        case Not(part):
            return negation(built(part))
    return formula


@given(formulas)
def test_a_built_formula_is_equivalent(formula: Formula) -> None:
    small = built(formula)
    for values in product("ymn", repeat=len(NAMES)):
        assignment = dict(zip(NAMES, values, strict=True))
        assert small.holds_in(assignment) == formula.holds_in(assignment)


def test_order_and_repetition_do_not_matter() -> None:
    a, b, c = (Enabled(name) for name in NAMES)
    assert conjunction((a, b, a)) == conjunction((b, TRUE, a))
    assert disjunction((a, conjunction((a, b)))) == a
    assert disjunction((a, conjunction((negation(a), b)))) == disjunction((b, a))
    assert conjunction((a, negation(a), c)) == FALSE
    assert disjunction((a, negation(a))) == TRUE
