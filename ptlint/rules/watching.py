# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the automata of all rules at once, while the paths are walked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptlint.lifetime.monitor import UNCHANGED, Broken, of_member, split_member
from ptlint.rules.model import Automaton, Event, Rule

_Vector = tuple[tuple[str, ...], ...]  # for each automaton: the state now, for each state to start from


class RuleMonitor:
    """The product of the rules' automata, as a `ptlint.lifetime.monitor.Monitor`.

    A status is the number of a vector that tells for each automaton, and each state it may have started in,
    the state it is in now. Numbers are given in the order of first use. A rule whose automata are kept for
    members of a descriptor gets another one when a member is first met; one that a vector has no place for
    has not moved.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        watched = [rule for rule in rules if rule.watches]
        self._rules: dict[str, Rule] = {}  # by the key of each automaton: the code, and the member
        self._automata: list[Automaton] = []
        self._keys: dict[str, int] = {}
        self._members: list[Rule] = []
        for rule in watched:
            if rule.automaton is not None and rule.automaton.each:
                self._members.append(rule)
            else:
                self._add(rule.code, rule)
        self._met: set[str] = set()
        self._vectors: list[_Vector] = [()]
        self._numbers: dict[_Vector, int] = {(): UNCHANGED}
        self._after: dict[tuple[int, str], tuple[int, tuple[Broken, ...]]] = {}
        self._violated: dict[int, tuple[Broken, ...]] = {}

    def _add(self, key: str, rule: Rule) -> None:
        if rule.automaton is not None:
            self._rules[key] = rule
            self._keys[key] = len(self._automata)
            self._automata.append(rule.automaton)

    def _meet(self, member: str) -> None:
        """Keep automata for a member from now on."""
        if member and member not in self._met:
            self._met.add(member)
            for rule in self._members:
                self._add(of_member(rule.code, member), rule)

    def _whole(self, status: int) -> _Vector:
        """Return a vector in full length."""
        vector = self._vectors[status]
        return (*vector, *(automaton.states for automaton in self._automata[len(vector) :]))

    def after(self, status: int, event: str) -> tuple[int, tuple[Broken, ...]]:
        """Return the status that an event leads to, and the rules that it violates."""
        known = self._after.get((status, event))
        if known is None:
            known = self._after[status, event] = self._step(status, event)
        return known

    def _step(self, status: int, what: str) -> tuple[int, tuple[Broken, ...]]:
        name, member = split_member(what)
        event = Event(name)
        self._meet(member)
        broken = []
        vector = []
        for key, automaton, states in zip(self._keys, self._automata, self._whole(status), strict=True):
            mine = not automaton.each or split_member(key)[1] == member
            following = tuple(automaton.after(state, event) for state in states) if mine else states
            vector.append(following)
            starts = frozenset(
                start
                for start, before, now in zip(automaton.states, states, following, strict=True)
                if now == automaton.violation and before != now and start != automaton.violation
            )
            if starts:
                broken.append(Broken(key, starts))
        while vector and vector[-1] == self._automata[len(vector) - 1].states:
            del vector[-1]
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
        for key, automaton, states in zip(self._keys, self._automata, self._vectors[status], strict=False):
            starts = frozenset(
                start
                for start, now in zip(automaton.states, states, strict=True)
                if now == automaton.violation and start != automaton.violation
            )
            if starts:
                yield Broken(key, starts)

    def states(self, status: int, rule: str, start: str) -> str:
        """Return the state that the automaton of a rule is in, if it was in *start*."""
        index = self._keys[rule]
        vector = self._vectors[status]
        return vector[index][self._automata[index].states.index(start)] if index < len(vector) else start

    def start(self, rule: str) -> str:
        """Return the state in which the automaton of a rule finds a page that was just allocated."""
        return self._automaton(rule).start

    def harmless(self, rule: str) -> frozenset[str]:
        """Return the states of a rule's automaton but for its violation."""
        automaton = self._automaton(rule)
        return frozenset(automaton.states) - {automaton.violation}

    def worst(self, rule: str) -> bool:
        """Say whether a table that is found is supposed to be in the worst of the states it may be in."""
        return self._rules[rule].worst

    def settled(self, rule: str, state: str) -> str:
        """Return the state in which a table is found that was left in a state of a rule's automaton."""
        automaton = self._automaton(rule)
        return automaton.start if state in automaton.passing else state

    def telling(self, rule: str) -> frozenset[str]:
        """Return the states that count if one table alone is sure to be left in a container in them."""
        return self._automaton(rule).telling

    def _automaton(self, key: str) -> Automaton:
        return self._automata[self._keys[key]]
