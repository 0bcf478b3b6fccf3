# SPDX-License-Identifier: GPL-2.0-or-later
"""Clauses for a SAT solver, built from gates; every variable has a meaning in an evaluation.

Literals are numbers: a variable, or its negation by sign. `TRUE` is one that always holds.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ptlint.kconfig.evaluation import Evaluation

TRUE = 1
FALSE = -1

Meaning = Callable[[Evaluation], bool]

Pair = tuple[int, int]
"""Literals for "m or y" and "y"."""


class Gates:
    """Grows only. The clauses say no more than what the meanings of the variables say."""

    def __init__(self) -> None:
        self.clauses: list[list[int]] = [[TRUE]]
        """All clauses so far; whoever feeds a solver keeps count of what it has."""

        self.owner: Any = None
        """The symbol or choice whose definition is being added."""

        self._of: list[Meaning | tuple[int, ...]] = [(), ()]  # by variable; 0 is none
        self._ands: dict[tuple[int, ...], int] = {}

    def __len__(self) -> int:
        """Return the greatest variable."""
        return len(self._of) - 1

    def fresh(self, meaning: Meaning) -> int:
        """Return a new variable."""
        self._of.append(meaning)
        return len(self._of) - 1

    def add(self, *literals: int) -> None:
        """Demand that one of some literals holds."""
        if TRUE not in literals:
            self.clauses.append([literal for literal in literals if literal != FALSE])

    def all(self, literals: Iterable[int]) -> int:
        """Return a literal that holds if and only if all of some literals hold."""
        found = sorted({literal for literal in literals if literal != TRUE})
        if not found:
            return TRUE
        if found[0] == FALSE or (found[0] < 0 and _contradict(found)):
            return FALSE
        if FALSE in found:
            return FALSE
        if len(found) == 1:
            return found[0]
        key = tuple(found)
        gate = self._ands.get(key)
        if gate is None:
            self._of.append(key)
            gate = self._ands[key] = len(self._of) - 1
            for literal in key:
                self.clauses.append([-gate, literal])
            self.clauses.append([gate, *(-literal for literal in key)])
        return gate

    def any(self, literals: Iterable[int]) -> int:
        """Return a literal that holds if and only if one of some literals holds."""
        return -self.all([-literal for literal in literals])

    def both(self, first: int, second: int) -> int:
        """Return the conjunction of two literals."""
        if first in (TRUE, second):
            return second
        if second == TRUE:
            return first
        return self.all((first, second))

    def either(self, first: int, second: int) -> int:
        """Return the disjunction of two literals."""
        return -self.both(-first, -second)

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """Return *then* where *condition* holds, else *otherwise*."""
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        return self.either(self.both(condition, then), self.both(-condition, otherwise))

    def assignment(self, evaluation: Evaluation) -> list[bool]:
        """Return the value of every variable, by its number, in an evaluation."""
        values = [False, True]
        for meaning in self._of[2:]:
            if isinstance(meaning, tuple):
                values.append(all(values[part] if part > 0 else not values[-part] for part in meaning))
            else:
                values.append(meaning(evaluation))
        return values


def _contradict(literals: list[int]) -> bool:
    positive = {literal for literal in literals if literal > 0}
    return any(-literal in positive for literal in literals)
