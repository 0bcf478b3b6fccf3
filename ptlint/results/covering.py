# SPDX-License-Identifier: GPL-2.0-or-later
"""Chooses the configurations of a run: every feasible branch of the analysed code is in one of them.

Goals are formulas over Kconfig symbols: the presence conditions of what decides the code, and their
opposites. Conditions that are told of the same function are covered two by two as well, so that such branches
are seen together, and each branch is seen together with what rules require. A configuration changes as little
of the one to start from as its goals allow.

Soundness: each condition is seen both ways, and each range of a number that conditions tell apart. What
conditions of different functions change together, or three of one function, may be missed; the alternatives
of a macro or of a callee are conditions of that name, not of the function that uses it. For functions that a
patch has changed they are met together with its own (`cross`), as many as one more configuration can have.
MOST_CONFIGURATIONS bounds the set; what is left over is listed by `unmet`, but for what is only crossed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.formula import And, Compare, Formula, Not, Or, all_of, number
from ptlint.kconfig.logic import Logic, UndecidedError
from ptlint.program.conditions import Condition

MOST_CONFIGURATIONS = 12

_SEEDS: Final = 8
"""From how many of the goals a configuration is tried to be made, each time."""

_STEPS: Final = {"<": (0,), ">=": (0,), "<=": (1,), ">": (1,), "=": (0, 1), "!=": (0, 1)}
"""How far from its constant on a comparison says something else."""


class Covering:
    """The configurations chosen so far, and the goals that none of them meets."""

    def __init__(self, logic: Logic, start: Configuration, requirements: Iterable[Formula] = ()) -> None:
        """Begin with no configuration; what rules require is met with each branch that goes with it."""
        self.logic = logic
        self.start = start
        self._requirements = tuple(one for one in requirements if logic.feasible(one))
        self.chosen: list[Configuration] = []
        self._goals: dict[Formula, Condition] = {}  # each with the condition that asks for it
        self._functions: dict[str, dict[Formula, None]] = {}
        self._settled: set[Formula] = set()  # met by a configuration, or infeasible
        self._limits: dict[str, set[int]] = {}  # the numbers from which on a symbol makes a difference
        self._ranges: set[Formula] = set()  # goals that no condition asks for by itself
        self._crossed: dict[Formula, None] = {}  # wanted for what a patch has changed

    def choose(self, configuration: Configuration) -> None:
        """Take a configuration into the set."""
        self.chosen.append(configuration)
        self._settled.update(g for g in self._goals if g not in self._settled and g.holds(configuration))

    def learn(self, conditions: Iterable[Condition]) -> None:
        """Add what decides the code that was analysed under the last configuration."""
        for condition in conditions:
            known = self._functions.setdefault(condition.function, {})
            if condition.formula in known:
                continue
            sides = (condition.formula, Not(condition.formula))
            for goal in sides:
                self._goal(goal, condition)
                for requirement in self._requirements:
                    self._goal(all_of((goal, requirement)), condition)
            for other in known:
                for goal in sides:
                    self._goal(all_of((goal, other)), condition)
                    self._goal(all_of((goal, Not(other))), condition)
            known[condition.formula] = None
            for comparison in comparisons(condition.formula):
                self._limit(comparison, condition)

    def _limit(self, comparison: Compare, condition: Condition) -> None:
        """Ask for a configuration in each range between the numbers that a symbol is compared with."""
        constant = number(comparison.constant)
        if constant is None:
            return
        symbol, limits = comparison.symbol, self._limits.setdefault(comparison.symbol, set())
        found = {constant + step for step in _STEPS[comparison.operator]} - limits
        limits |= found
        ordered = sorted(limits)
        for low, high in pairwise(ordered):
            if low in found or high in found:
                least, most = Compare(symbol, ">=", str(low)), Compare(symbol, "<", str(high))
                goal = all_of((least, most))
                self._ranges.add(goal)
                self._goal(goal, condition)

    def demand(self, conditions: Iterable[Condition]) -> None:
        """Add configurations that are to be looked at, by themselves."""
        for condition in conditions:
            self._goal(condition.formula, condition)

    def cross(self, where: Formula, function: str, names: Iterable[str]) -> None:
        """Ask for what decides a function, compiled as it is, together with what decides the names in it."""
        own = list(self._functions.get(function, ()))
        others = [formula for name in names for formula in self._functions.get(name, ())]
        within = [where, *(all_of((where, side)) for one in own for side in (one, Not(one)))]
        for outer in within:
            for one in others:
                for side in (one, Not(one)):
                    self._crossed[all_of((outer, side))] = None

    def next_crossed(self) -> Configuration | None:
        """Return a configuration that meets much of what is crossed and no other one meets, if any."""
        opened = [g for g in self._crossed if not any(g.holds(chosen) for chosen in self.chosen)]
        for goal in opened:
            if self.logic.feasible(goal):
                try:
                    return self.logic.find_most(goal, opened, near=self.start)
                except UndecidedError:
                    continue
        return None

    def _goal(self, goal: Formula, condition: Condition) -> None:
        if goal not in self._goals:
            self._goals[goal] = condition
            if any(goal.holds(c) for c in self.chosen):
                self._settled.add(goal)

    def next(self) -> Configuration | None:
        """Return a configuration that meets goals which no other one does; None if none is found."""
        for goal in self._promising():
            others = [other for other in self._goals if other not in self._settled and other is not goal]
            for wished in (others, ()):
                try:
                    found = self.logic.find_most(goal, wished, near=self.start)
                except UndecidedError:
                    continue  # alone it may be decided; if not, `unmet` tells of it
                if found is not None:
                    return found
                self._settled.add(goal)
                break
        return None

    def unmet(self) -> Iterator[tuple[Condition, Formula]]:
        """Yield the goals that no configuration meets and that may be feasible, with what asks for them.

        One that says more than another of them is left out: where that one is met nowhere, neither is this.
        So are ranges of numbers: no condition needs more of them than its own two.
        """
        goals = {goal: _parts(goal) for goal in self._open() if goal not in self._ranges}
        least = set(goals.values())
        for goal, parts in goals.items():
            if not any(other < parts for other in least):
                yield self._goals[goal], goal

    def _promising(self) -> Iterator[Formula]:
        """Yield the goals that no configuration meets, first some of them: those most others go with."""
        opened = list(self._open())
        chosen = opened[:: max(1, len(opened) // _SEEDS)]
        company = {goal: len(self.logic.together(goal, opened)) for goal in chosen}
        yield from dict.fromkeys((*sorted(chosen, key=lambda goal: -company[goal]), *opened))

    def _open(self) -> Iterator[Formula]:
        """Yield the goals that no configuration meets, and settle those that are infeasible."""
        for goal in self._goals:
            if goal not in self._settled:
                if self.logic.feasible(goal):
                    yield goal
                else:
                    self._settled.add(goal)


def comparisons(formula: Formula) -> Iterator[Compare]:
    """Yield the comparisons in a formula."""
    match formula:
        case Compare():
            yield formula
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)


def _parts(goal: Formula) -> frozenset[Formula]:
    """Return the formulas that a goal is the conjunction of."""
    if isinstance(goal, And):
        return frozenset().union(*(_parts(part) for part in goal.parts))
    return frozenset({goal})
