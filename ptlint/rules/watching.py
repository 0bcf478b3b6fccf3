# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the automata of all rules at once, while the paths are walked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptlint.lifetime.monitor import Broken
from ptlint.rules.model import Event, Rule

_Vector = tuple[tuple[str, ...], ...]  # for each rule: the state now, for each state to start from


class RuleMonitor:
    """The product of the rules' automata, as a `ptlint.lifetime.monitor.Monitor`.

    A status is the number of a vector that tells for each rule, and each state its automaton may have started
    in, the state it is in now. Numbers are given in the order of first use.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.watches]
        self._automata = [rule.automaton for rule in self._rules if rule.automaton is not None]
        first: _Vector = tuple(automaton.states for automaton in self._automata)
        self._vectors: list[_Vector] = [first]
        self._numbers: dict[_Vector, int] = {first: 0}
        self._after: dict[tuple[int, str], tuple[int, tuple[Broken, ...]]] = {}
        self._violated: dict[int, tuple[Broken, ...]] = {}
        self._places = {rule.code: index for index, rule in enumerate(self._rules)}

    def after(self, status: int, event: str) -> tuple[int, tuple[Broken, ...]]:
        """Return the status that an event leads to, and the rules that it violates."""
        known = self._after.get((status, event))
        if known is None:
            known = self._after[status, event] = self._step(status, Event(event))
        return known

    def _step(self, status: int, event: Event) -> tuple[int, tuple[Broken, ...]]:
        broken = []
        vector = []
        for rule, automaton, states in zip(self._rules, self._automata, self._vectors[status], strict=True):
            following = tuple(automaton.after(state, event) for state in states)
            vector.append(following)
            starts = frozenset(
                start
                for start, before, now in zip(automaton.states, states, following, strict=True)
                if now == automaton.violation and before != now and start != automaton.violation
            )
            if starts:
                broken.append(Broken(rule.code, starts))
        found = tuple(vector)
        number = self._numbers.get(found)
        if number is None:
            number = self._numbers[found] = len(self._vectors)
            self._vectors.append(found)
        return number, tuple(broken)

    def violated(self, status: int) -> tuple[Broken, ...]:
        """Return the rules that have been violated, now or before."""
        known = self._violated.get(status)
        if known is None:
            known = self._violated[status] = tuple(self._find_violated(status))
        return known

    def _find_violated(self, status: int) -> Iterator[Broken]:
        for rule, automaton, states in zip(self._rules, self._automata, self._vectors[status], strict=True):
            starts = frozenset(
                start
                for start, now in zip(automaton.states, states, strict=True)
                if now == automaton.violation and start != automaton.violation
            )
            if starts:
                yield Broken(rule.code, starts)

    def states(self, status: int, rule: str, start: str) -> str:
        """Return the state that the automaton of a rule is in, if it was in *start*."""
        index = self._places[rule]
        return self._vectors[status][index][self._automata[index].states.index(start)]

    def start(self, rule: str) -> str:
        """Return the state in which the automaton of a rule finds a page that was just allocated."""
        return self._automata[self._places[rule]].start

    def harmless(self, rule: str) -> frozenset[str]:
        """Return the states of a rule's automaton but for its violation."""
        automaton = self._automata[self._places[rule]]
        return frozenset(automaton.states) - {automaton.violation}

    def worst(self, rule: str) -> bool:
        """Say whether a table that is found is supposed to be in the worst of the states it may be in."""
        return self._rules[self._places[rule]].worst
