# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes irredundant formulas from examples of where they hold and where they fail.

An example is an assignment of some symbols; it stands for all configurations that have it. A formula is a
disjunction of terms; each begins as one example, and loses what is not needed to keep it apart from where the
formula fails. Then the terms go that the others make superfluous.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from ptlint.kconfig.configuration import TRI_VALUES
from ptlint.kconfig.formula import (
    FALSE,
    Compare,
    Enabled,
    Formula,
    Is,
    Not,
    all_of,
    any_of,
    assignment_formula,
    number,
)

Assignment = Mapping[str, str]
_Term = dict[str, Formula]
"""A conjunction: for each symbol, a formula that speaks only of it."""


def irredundant_cover(
    holds: Sequence[Assignment],
    fails: Sequence[Assignment],
    order: Sequence[str],
    kinds: Mapping[str, str],
    feasible: Callable[[Formula], bool],
) -> Formula:
    """Return a formula that is true in all configurations of *holds* and false in all of *fails*.

    *order* has the names of all symbols, those to prefer first; *kinds* their types, "" where there is none.

    Raises:
        ValueError: some configuration is in both.
    """
    return _Cover(holds, fails, order, kinds, feasible).formula()


class _Cover:
    def __init__(
        self,
        holds: Sequence[Assignment],
        fails: Sequence[Assignment],
        order: Sequence[str],
        kinds: Mapping[str, str],
        feasible: Callable[[Formula], bool],
    ) -> None:
        self._feasible = cache(feasible)
        self._holds = [one for one in _unique(holds) if self._feasible(assignment_formula(one))]
        self._fails = [one for one in _unique(fails) if self._feasible(assignment_formula(one))]
        self._place = {name: place for place, name in enumerate(order)}
        self._kinds = kinds
        seen: dict[str, set[str]] = {}
        for assignment in (*holds, *fails):
            for name, value in assignment.items():
                seen.setdefault(name, set()).add(value)
        self._values = {name: sorted(values, key=_by_number) for name, values in seen.items()}

    def formula(self) -> Formula:
        terms: list[_Term] = []
        for example in self._holds:
            if not any(self._within(example, term) for term in terms):
                terms.append(self._widest(example))
        terms.sort(key=self._length)
        for term in reversed(terms.copy()):
            others = [other for other in terms if other is not term]
            if self._suffice(others):
                terms = others
        return any_of(all_of(term.values()) for term in terms) if terms else FALSE

    def _length(self, term: _Term) -> tuple[int, list[int], str]:
        return len(term), [self._place[name] for name in term], str(all_of(term.values()))

    def _widest(self, example: Assignment) -> _Term:
        """Return a term that holds in an example, and of which nothing can be left out or loosened."""
        names = sorted(example, key=self._place.__getitem__)
        term: _Term = {name: next(self._literals(name, example[name])) for name in names}
        if not self._is_apart(term):
            raise ValueError(f"{all_of(term.values())} both holds and fails")
        for name in reversed(names):
            shorter = {other: literal for other, literal in term.items() if other != name}
            if self._is_apart(shorter):
                term = shorter
        for name in list(term):
            for literal in self._literals(name, example[name]):
                looser = {**term, name: literal}
                if literal != term[name] and self._is_apart(looser):
                    term = looser
                    break
        return term

    def _literals(self, name: str, value: str) -> Iterator[Formula]:
        """Yield what can be said of a symbol that has a value: first just that, then looser things."""
        values = self._values[name]
        if self._kinds[name] == "bool" or (not self._kinds[name] and set(values) <= {"y", "n"}):
            yield Enabled(name) if value == "y" else Not(Is(name, "y"))
            return
        if value in TRI_VALUES:
            yield Is(name, value)
            if self._kinds[name] in ("tristate", ""):
                if value != "n":
                    yield Enabled(name)
                if value != "y":
                    yield Not(Is(name, "y"))
            return
        yield Compare(name, "=", value)
        if number(value) is None:
            return
        place = values.index(value)
        for other in values[: place + 1]:
            if number(other) is not None:
                yield Compare(name, ">=", other)
        for other in reversed(values[place:]):
            if number(other) is not None:
                yield Compare(name, "<=", other)

    def _is_apart(self, term: _Term) -> bool:
        """Tell whether no configuration where the formula is to fail has a term."""
        return not any(self._meets(term, example) for example in self._fails)

    def _meets(self, term: _Term, example: Assignment) -> bool:
        if any(name in example and not literal.holds_in(example) for name, literal in term.items()):
            return False
        unknown = [literal for name, literal in term.items() if name not in example]
        return not unknown or self._feasible(all_of((assignment_formula(example), *unknown)))

    def _within(self, example: Assignment, term: _Term) -> bool:
        """Tell whether a term holds in an example, by what the example says itself."""
        return all(name in example and literal.holds_in(example) for name, literal in term.items())

    def _suffice(self, terms: Sequence[_Term]) -> bool:
        """Tell whether some terms cover all configurations where the formula is to hold."""
        formula = any_of(all_of(term.values()) for term in terms)
        return all(
            any(self._within(example, term) for term in terms)
            or not self._feasible(all_of((assignment_formula(example), Not(formula))))
            for example in self._holds
        )


def _unique(assignments: Sequence[Assignment]) -> list[Assignment]:
    return list({tuple(sorted(one.items())): one for one in assignments}.values())


def _by_number(text: str) -> tuple[int, str]:
    value = number(text)
    return (0, text) if value is None else (value, text)
