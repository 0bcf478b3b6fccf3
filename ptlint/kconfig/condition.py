# SPDX-License-Identifier: GPL-2.0-or-later
"""Says where a formula is true in terms of what a user can set, without anything superfluous.

The vocabulary is found by following definitions: from a symbol without a prompt to what its defaults,
dependencies and selects name, and so on up to symbols with a prompt. The formula is learned over it from
configurations: a guess that is true or false in the wrong place brings a configuration to learn from, until
the solver finds none. So the answer is true exactly where the formula is, given Kconfig.
"""

from collections.abc import Iterable, Iterator

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.evaluation import LOGICAL
from ptlint.kconfig.formula import FALSE, TRUE, Formula, Not, all_of
from ptlint.kconfig.language import Expression
from ptlint.kconfig.logic import Logic, UndecidedError
from ptlint.kconfig.model import Model

_MOST_SYMBOLS = 80
"""How many symbols a condition may be made of, before it is left in the formula's own symbols."""

_MOST_EXAMPLES = 80
"""How many configurations are looked at, before a condition is left as it was asked."""


def short_condition(
    model: Model, logic: Logic, formula: Formula, near: Configuration | None = None
) -> Formula:
    """Return an irredundant formula that is true in the same configurations of *logic* as *formula*.

    A disjunction of terms, preferably of symbols with a prompt. Where none is found (too many symbols, or
    settings whose outcome cannot be told) it is *formula* itself, which is not wrong but may be longer.
    """
    if not logic.feasible(formula):
        return FALSE
    if not logic.feasible(Not(formula)):
        return TRUE
    names = deciding(model, formula.symbols())
    for vocabulary in (names | formula.symbols(), formula.symbols()):
        if len(vocabulary) <= _MOST_SYMBOLS:
            try:
                found = _learned(model, logic, formula, sorted(vocabulary), near)
            except (UndecidedError, ValueError):  # a ValueError: the vocabulary does not tell them apart
                continue
            if found is not None:
                return found
    return formula


def deciding(model: Model, names: Iterable[str]) -> frozenset[str]:
    """Return the symbols with a prompt that some symbols' definitions lead to."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        symbol = model.symbols.get(name)
        if name in seen or symbol is None:
            continue
        seen.add(name)
        if any(node.prompt for node in symbol.nodes):
            found.add(name)
            continue
        expressions: list[Expression] = [symbol.direct_dep]
        for default, cond in symbol.defaults:
            expressions += (default, cond)
        for links in (model.kconf.selectors, model.kconf.impliers):
            for source, cond, _ in links.get(symbol, ()):
                expressions += (source, cond)
        for expression in expressions:
            waiting += _names(expression)
    return frozenset(found)


def _names(expression: Expression) -> Iterator[str]:
    waiting = [expression]
    while waiting:
        one = waiting.pop()
        if one.__class__ is tuple:
            waiting += one[1:]
        elif getattr(one, "name", None) and not getattr(one, "is_constant", False):
            yield one.name


def _learned(
    model: Model, logic: Logic, formula: Formula, names: list[str], near: Configuration | None
) -> Formula | None:
    """Return a formula over some symbols that is true exactly where *formula* is, None after too long."""
    holds: list[dict[str, str]] = []
    fails: list[dict[str, str]] = []
    guess: Formula = FALSE
    for _ in range(_MOST_EXAMPLES):
        missed = logic.find(all_of((formula, Not(guess))), near)
        if missed is not None:
            holds.append(_sample(model, missed, names))
        else:
            excess = logic.find(all_of((Not(formula), guess)), near)
            if excess is None:
                return guess
            fails.append(_sample(model, excess, names))
        guess = logic.irredundant(holds, fails)
    return None


def _sample(model: Model, configuration: Configuration, names: Iterable[str]) -> dict[str, str]:
    """Return what a configuration says of some symbols; a number or text that has no value is left out."""
    sample: dict[str, str] = {}
    for name in names:
        value = configuration.values.get(name)
        if value is None and name in model.symbols and _is_logical(model, name):
            value = "n"
        if value is not None:
            sample[name] = value
    return sample


def _is_logical(model: Model, name: str) -> bool:
    return model.symbols[name].orig_type in LOGICAL
