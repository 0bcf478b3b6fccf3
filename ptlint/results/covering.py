# SPDX-License-Identifier: GPL-2.0-or-later
"""Chooses the configurations of a run: every feasible branch of the analysed code is in one of them.

Goals are formulas over Kconfig symbols: the presence conditions of what decides the code, and their
opposites. Goals that decide the same function are covered two by two as well, so that branches that meet in
one function are seen together. A configuration changes as little of the one to start from as its goals allow.

Soundness: that is a covering set for slices in which at most two conditions meet; what three of them
together change may be missed. MOST_CONFIGURATIONS bounds the set; what is left over is listed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.formula import Formula, Not, all_of
from ptlint.kconfig.logic import Logic, UndecidedError
from ptlint.program.conditions import Condition

MOST_CONFIGURATIONS = 24


class Covering:
    """The configurations chosen so far, and the goals that none of them meets."""

    def __init__(self, logic: Logic, start: Configuration) -> None:
        self.logic = logic
        self.start = start
        self.chosen: list[Configuration] = []
        self._goals: dict[Formula, None] = {}
        self._functions: dict[str, dict[Formula, None]] = {}
        self._settled: set[Formula] = set()  # met by a configuration, or infeasible

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
                self._goal(goal)
            for other in known:
                for goal in sides:
                    self._goal(all_of((goal, other)))
                    self._goal(all_of((goal, Not(other))))
            known[condition.formula] = None

    def _goal(self, goal: Formula) -> None:
        if goal not in self._goals:
            self._goals[goal] = None
            if any(goal.holds(c) for c in self.chosen):
                self._settled.add(goal)

    def next(self) -> Configuration | None:
        """Return a configuration that meets goals which no other one does; None if there is none left.

        Raises:
            UndecidedError: never; a goal that cannot be decided is left to `open_goals`.
        """
        for goal in self._goals:
            if goal in self._settled:
                continue
            if not self.logic.feasible(goal):
                self._settled.add(goal)
                continue
            try:
                found = self.logic.find(self._with_others(goal), near=self.start)
                found = found or self.logic.find(goal, near=self.start)
            except UndecidedError:
                continue
            if found is None:
                self._settled.add(goal)
                continue
            return found
        return None

    def _with_others(self, goal: Formula) -> Formula:
        """Return a goal together with as many of the others that are open as go with it."""
        together = goal
        for other in self._goals:
            if other in self._settled or other is goal:
                continue
            both = all_of((together, other))
            if self.logic.feasible(both):
                together = both
        return together

    def open_goals(self) -> tuple[Formula, ...]:
        """Return the goals that no configuration meets and that are not known to be infeasible."""
        return tuple(g for g in self._goals if g not in self._settled)
