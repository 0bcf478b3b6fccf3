# SPDX-License-Identifier: GPL-2.0-or-later
"""The logic of small Kconfig files made at random, compared with all their configurations."""

import os
from collections.abc import Mapping
from itertools import product

import pytest
from generated import NUMBERS, Generated, configurations, kconfigs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import model_of

from ptlint.kconfig.evaluation import Evaluation
from ptlint.kconfig.formula import And, Formula, Or, assignment_formula
from ptlint.kconfig.goals import Shown
from ptlint.kconfig.logic import Logic, UndecidedError
from ptlint.kconfig.model import Model

VERSIONS = ("7.3.0", "6.9.0", "6.1.0")
thorough = settings(
    max_examples=int(os.environ.get("PTLINT_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def shown(model: Model, evaluation: Evaluation, types: Mapping[str, str]) -> dict[str, str]:
    """Return what a .config shows of some symbols; n is what it does not show."""
    values = Shown(model, evaluation)
    return {name: values.get(name, "n") for name in types}


def assignments(types: Mapping[str, str]) -> list[dict[str, str]]:
    """Return all assignments that the types of some symbols allow."""
    domains = {"bool": ("n", "y"), "tristate": ("n", "m", "y"), "int": ("n", *NUMBERS)}
    values = product(*(domains[kind] for kind in types.values()))
    return [dict(zip(types, chosen, strict=True)) for chosen in values]


def satisfied(logic: Logic, evaluation: Evaluation) -> bool:
    gates = logic._encoder.gates
    values = gates.assignment(evaluation)
    return all(any(values[abs(one)] == (one > 0) for one in clause) for clause in gates.clauses)


@pytest.mark.parametrize("version", VERSIONS)
@thorough
@given(data=st.data())
def test_what_is_feasible_is_what_a_user_can_bring_about(version: str, data: st.DataObject) -> None:
    small: Generated = data.draw(kconfigs(old=version != "7.3.0"))
    model = model_of(small.text, version)
    logic = Logic(model)
    reachable = configurations(model, small.types)
    known = {tuple(shown(model, one, small.types).items()) for one in reachable}
    exact = version == "7.3.0" or not model.kconf.unique_choices
    everything = assignments(small.types)
    for values in everything:
        formula = assignment_formula(values)
        if tuple(values.items()) in known:
            assert logic.feasible(formula), values
        elif exact and version != "6.1.0":
            assert not logic.feasible(formula), values
    for evaluation in reachable:
        assert satisfied(logic, evaluation), shown(model, evaluation, small.types)
    for values in data.draw(st.lists(st.sampled_from(everything), max_size=6)):
        formula = assignment_formula(values)
        near = model.configuration(data.draw(st.sampled_from(reachable)))
        try:
            found = logic.find(formula, near)
        except UndecidedError:
            assert version == "6.1.0"  # where a number may be "", its comparisons are left open
            continue
        assert (found is not None) == (tuple(values.items()) in known), values
        if found is not None:
            assert formula.holds(found)
            assert model.complete(found.text()).values == found.values
            fragment = logic.fragment(formula, near)
            assert formula.holds(model.complete(near.text() + fragment))
            lines = fragment.splitlines(keepends=True)
            for line in lines:
                rest = "".join(other for other in lines if other != line)
                assert not formula.holds(model.complete(near.text() + rest))


@thorough
@given(data=st.data())
def test_formulas_made_of_examples_are_right_and_irredundant(data: st.DataObject) -> None:
    small: Generated = data.draw(kconfigs())
    model = model_of(small.text)
    logic = Logic(model)
    named = data.draw(st.lists(st.sampled_from(sorted(small.types)), min_size=1, unique=True))
    reachable = [shown(model, one, small.types) for one in configurations(model, small.types)]
    classes = {tuple((name, one[name]) for name in named) for one in reachable}
    chosen = data.draw(st.sets(st.sampled_from(sorted(classes))))
    holds = [dict(one) for one in sorted(chosen)]
    fails = [dict(one) for one in sorted(classes - chosen)]
    formula = logic.irredundant(holds, fails)

    def right(candidate: Formula) -> bool:
        return all(
            candidate.holds_in(one) == (tuple((name, one[name]) for name in named) in chosen)
            for one in reachable
        )

    assert right(formula), formula
    assert not any(right(shorter) for shorter in shortened(formula)), formula


def shortened(formula: Formula) -> list[Formula]:
    """Return a formula with one literal left out, in all ways, and with one term left out."""
    terms = list(formula.parts) if isinstance(formula, Or) else [formula]
    found: list[Formula] = []
    for place, term in enumerate(terms):
        rest = (*terms[:place], *terms[place + 1 :])
        found.append(Or(rest))
        literals = term.parts if isinstance(term, And) else (term,)
        found += [
            Or((*rest, And((*literals[:index], *literals[index + 1 :])))) for index in range(len(literals))
        ]
    return found
