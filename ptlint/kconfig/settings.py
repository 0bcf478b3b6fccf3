# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what a user would have to set from a solution of an encoding."""

from collections.abc import Collection, Sequence
from typing import Any

from kconfiglib import HEX, STRING, Choice

from ptlint.kconfig.encoding import Encoder
from ptlint.kconfig.evaluation import LOGICAL, Evaluation
from ptlint.kconfig.gates import Pair
from ptlint.kconfig.model import UserValues
from ptlint.kconfig.quantities import read_number


class Solution:
    """A solution of the clauses of an encoding."""

    def __init__(self, encoder: Encoder, literals: Sequence[int]) -> None:
        """Take the solution's literals, in the order of their variables."""
        self._encoder = encoder
        self._literals = literals
        self.reasons: list[int] = []
        """The literals that the settings were read from."""

    def settings(self, items: Collection[Any], base: Evaluation) -> UserValues:
        """Return the settings of those symbols among *items* that a user can set.

        A number or a string keeps the value that it has in *base*, if the solution allows that value.
        """
        found: UserValues = {}
        encoder = self._encoder
        for item in items:
            if item.__class__ is Choice or item in encoder.forced or not encoder.has(item):
                continue
            if item not in encoder.language.transitional and not any(node.prompt for node in item.nodes):
                continue
            visible = encoder.logicals.visibility(item)
            if not self._true(visible[0]):
                if self._unmade(item):
                    found[item] = 0
                continue
            setting = (
                self._logical(item, visible) if item.orig_type in LOGICAL else self._quantity(item, base)
            )
            if setting is not None:
                found[item] = setting
        found.update(self._selected(items))
        return found

    def _selected(self, items: Collection[Any]) -> UserValues:
        """Return what choices select that nothing else asks for: a member is n where another one is y."""
        encoder = self._encoder
        found: UserValues = {}
        for choice in dict.fromkeys(item.choice for item in items if item.__class__ is not Choice):
            for member, literal in encoder.choices.selected(choice).items() if choice else ():
                if not encoder.has(member) and member not in encoder.forced and self._true(literal):
                    self.reasons.append(literal)
                    found[member] = 2
        return found

    def _unmade(self, item: Any) -> bool:
        """Tell whether an invisible symbol is in a choice that (before 6.11) no member may raise."""
        choice, encoder = item.choice, self._encoder
        return choice and not encoder.language.member_choices and not self._true(encoder.full(choice))

    def _true(self, literal: int) -> bool:
        """Tell whether a literal holds; what the solution does not know does not."""
        variable = abs(literal)
        return variable <= len(self._literals) and (self._literals[variable - 1] > 0) == (literal > 0)

    def _read(self, literal: int) -> bool:
        holds = self._true(literal)
        self.reasons.append(literal if holds else -literal)
        return holds

    def _level(self, pair: Pair) -> int:
        return self._true(pair[0]) + self._true(pair[1])

    def _logical(self, symbol: Any, visible: Pair) -> int | None:
        """Return the user's value of a bool or tristate, None where only its default gives the value."""
        enabled, full = self._encoder.pair(symbol)
        value = self._read(enabled) + self._read(full)
        if symbol.choice and value != 2 and self._encoder.language.member_choices:
            return None
        return value if value <= self._level(visible) else None

    def _quantity(self, symbol: Any, base: Evaluation) -> str | None:
        now = base.text(symbol)
        if symbol.orig_type is STRING:
            texts = self._encoder.quantities.texts(symbol)
            for text, literal in texts.items():
                if self._read(literal):
                    return text
            while now in texts:
                now += "_"
            return now
        low: int | None = None
        high: int | None = None
        for limit in self._encoder.quantities.limits(symbol):
            if not self._read(self._encoder.quantities.at_least(symbol, limit)):
                high = limit
                break
            low = limit
        number = read_number(now, symbol)
        if low is not None and number < low:
            number = low
        elif high is not None and number >= high:
            number = high - 1
        else:
            return now or None
        return hex(number) if symbol.orig_type is HEX else str(number)
