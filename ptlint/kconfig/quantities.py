# SPDX-License-Identifier: GPL-2.0-or-later
"""Encodes numbers by their order, and strings by what they are equal to (see `encoding`).

A number has a literal for each limit that something compares it with: "at least 4". Each limit is defined on
its own, by the defaults and ranges at that limit, so that new ones can be asked for at any time. Numbers mean
what Python's int() reads, since that is how formulas compare; where conf reads less than all of a text, or
more than 63 bits, a comparison of the Kconfig files is left open.
"""

from bisect import bisect, insort
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kconfiglib import EQUAL, GREATER, GREATER_EQUAL, HEX, INT, LESS, LESS_EQUAL, STRING, UNEQUAL

from ptlint.kconfig.evaluation import LOGICAL, strtoll
from ptlint.kconfig.gates import FALSE, TRUE

if TYPE_CHECKING:
    from ptlint.kconfig.encoding import Encoder

_MIRRORED = {LESS: GREATER, GREATER: LESS, LESS_EQUAL: GREATER_EQUAL, GREATER_EQUAL: LESS_EQUAL}
_MOST = (1 << 63) - 1


class Quantities:
    """Mirrors `Evaluation._textual` and what it calls."""

    def __init__(self, encoder: "Encoder") -> None:
        """Work for an encoder."""
        self._encoder = encoder
        self._gates = encoder.gates
        self._limits: dict[Any, list[int]] = {}
        self._at_least: dict[tuple[Any, int], int] = {}
        self._equal: dict[Any, dict[str, int]] = {}
        self._shown: dict[Any, int] = {}
        self._odd: dict[tuple[Any, bool], int] = {}

    # What is known of a symbol

    def limits(self, symbol: Any) -> list[int]:
        """Return the numbers that a symbol is compared with, in order."""
        return self._limits.get(symbol, [])

    def has(self, symbol: Any) -> bool:
        """Tell whether the value of a number or a string has been asked for."""
        return symbol in self._limits or symbol in self._equal

    def texts(self, symbol: Any) -> Mapping[str, int]:
        """Return the texts that a string is compared with, and the literals of being equal to them."""
        return self._equal.get(symbol, {})

    def shown(self, symbol: Any) -> int:
        """Return the literal for whether a .config shows a number or a string."""
        literal = self._shown.get(symbol)
        if literal is None:
            logicals = self._encoder.logicals
            if symbol in self._encoder.forced:
                literal = TRUE
            elif symbol in self._encoder.language.transitional:
                literal = FALSE
            else:
                default = logicals.first(
                    symbol.defaults, lambda value, _: FALSE if value.__class__ is tuple else TRUE, FALSE
                )
                literal = self._gates.either(logicals.visibility(symbol)[0], default)
            self._shown[symbol] = literal
        return literal

    # Comparisons in Kconfig files

    def relation(
        self, operator: int, symbol: Any, kind: int, constant: str, undecided: int, *, mirrored: bool
    ) -> int:
        """Return the literal of a comparison with a constant; *undecided* where this cannot tell it."""
        if mirrored:
            operator = _MIRRORED.get(operator, operator)
        negated = operator is UNEQUAL
        number, whole = strtoll(constant, 10 if kind is INT else 16 if kind is HEX else 0)
        if kind in LOGICAL and symbol.orig_type is not STRING:
            return undecided
        if symbol.orig_type is STRING:
            if whole or operator not in (EQUAL, UNEQUAL):
                return undecided
            literal = self.equal(symbol, constant)
            return -literal if negated else literal
        if whole:
            if symbol.orig_type is HEX or kind is HEX:
                number %= 1 << 64
            literal = self.compared(operator, symbol, number)
        elif constant == "" and operator in (EQUAL, UNEQUAL):
            literal = TRUE if negated else FALSE
        else:
            return undecided
        return self._gates.choose(self._unusual(symbol), undecided, literal)

    def compared(self, operator: int, symbol: Any, number: int) -> int:
        """Return the literal of a comparison of a number that the symbol has with another one."""
        if operator is GREATER_EQUAL:
            return self.at_least(symbol, number)
        if operator is GREATER:
            return self.at_least(symbol, number + 1)
        if operator is LESS:
            return -self.at_least(symbol, number)
        if operator is LESS_EQUAL:
            return -self.at_least(symbol, number + 1)
        equal = self._gates.both(self.at_least(symbol, number), -self.at_least(symbol, number + 1))
        return equal if operator is EQUAL else -equal

    def _unusual(self, symbol: Any) -> int:
        """Return a literal that holds where a value may be no number of 63 bits, as C reads it."""
        literal = self.no_number(symbol)
        if any(node.prompt for node in symbol.nodes):
            literal = self._gates.either(literal, self.at_least(symbol, _MOST))
            if symbol.orig_type is INT:
                literal = self._gates.either(literal, -self.at_least(symbol, -_MOST))
        return literal

    def no_number(self, symbol: Any) -> int:
        """Return a literal that holds where a value may be a text that is no number."""
        odd, blank = self.odd(symbol), self.odd(symbol, blank=True)
        if blank == odd:
            return odd
        return self._gates.either(odd, self._gates.both(blank, self.compared(EQUAL, symbol, 0)))

    def odd(self, symbol: Any, *, blank: bool = False) -> int:
        """Return a literal that holds where a default or a limit may give a text that is no number.

        With *blank*, the text that numbers without a default had before 6.8 counts as well; it reads as 0.
        """
        literal = self._odd.get((symbol, blank))
        if literal is None:
            zero = TRUE if blank and not self._encoder.zero_default else FALSE
            literal = self._encoder.logicals.first(
                symbol.defaults,
                lambda value, _: (
                    zero if value.__class__ is tuple else self._odd_operand(symbol, value, blank)
                ),
                zero,
            )
            for low, high, _ in symbol.ranges:
                for limit in (low, high):
                    literal = self._gates.either(literal, self._odd_operand(symbol, limit, blank))
            self._odd[symbol, blank] = literal
        return literal

    def _odd_operand(self, symbol: Any, value: Any, blank: bool) -> int:
        text = self._encoder.fixed_text(value)
        if text is not None:
            return FALSE if strtoll(text, _base(symbol))[1] else TRUE
        return self.odd(value, blank=blank) if value.orig_type is symbol.orig_type else TRUE

    # Numbers

    def at_least(self, symbol: Any, number: int) -> int:
        """Return the literal for "the value is *number* or more"."""
        text = self._encoder.fixed_text(symbol)
        if text is not None:
            return TRUE if read_number(text, symbol) >= number else FALSE
        literal = self._at_least.get((symbol, number))
        if literal is None:
            literal = self._at_least[symbol, number] = self._gates.fresh(
                lambda evaluation: read_number(evaluation.text(symbol), symbol) >= number
            )
            limits = self._limits.setdefault(symbol, [])
            place = bisect(limits, number)
            if place:
                self._gates.add(-literal, self._at_least[symbol, limits[place - 1]])
            if place < len(limits):
                self._gates.add(-self._at_least[symbol, limits[place]], literal)
            insort(limits, number)
            self._encoder.later(lambda: self._define_limit(symbol, number, literal), symbol)
        return literal

    def _define_limit(self, symbol: Any, number: int, literal: int) -> None:
        """Say that a value is within its range, and the default (within the range) where it is invisible."""
        gates, encoder = self._gates, self._encoder
        zero = TRUE if number <= 0 else FALSE
        default = encoder.logicals.first(
            symbol.defaults,
            lambda value, _: zero if value.__class__ is tuple else self._operand(symbol, value, number),
            zero,
        )
        add, visible = gates.add, encoder.logicals.visibility(symbol)[0]
        odd = self.odd(symbol)
        earlier = FALSE
        for low, high, cond in symbol.ranges:
            holds = encoder.enabled(cond)
            other = -gates.both(holds, -earlier)
            lowest, highest = self._operand(symbol, low, number), self._operand(symbol, high, number)
            add(other, odd, -literal, highest, lowest)
            add(other, odd, literal, -highest, -lowest)
            add(other, odd, visible, -literal, default, lowest)
            add(other, odd, visible, literal, -default, -highest)
            earlier = gates.either(earlier, holds)
        add(earlier, odd, visible, -literal, default)
        add(earlier, odd, visible, literal, -default)

    def _operand(self, symbol: Any, value: Any, number: int) -> int:
        """Return the literal for "the value of a default or a limit is *number* or more"."""
        text = self._encoder.fixed_text(value)
        if text is not None:
            return TRUE if read_number(text, symbol) >= number else FALSE
        if value.orig_type is symbol.orig_type:
            return self.at_least(value, number)
        return TRUE if number <= 0 else FALSE  # never looked at: the value is odd

    # Strings

    def equal(self, symbol: Any, text: str) -> int:
        """Return the literal for "the value is *text*"."""
        fixed = self._encoder.fixed_text(symbol)
        if fixed is not None:
            return TRUE if fixed == text else FALSE
        known = self._equal.setdefault(symbol, {})
        literal = known.get(text)
        if literal is None:
            literal = self._gates.fresh(lambda evaluation: evaluation.text(symbol) == text)
            for other in known.values():
                self._gates.add(-literal, -other)
            known[text] = literal
            self._encoder.later(lambda: self._define_text(symbol, text, literal), symbol)
        return literal

    def _define_text(self, symbol: Any, text: str, literal: int) -> None:
        default = self._encoder.logicals.first(
            symbol.defaults, lambda value, _: self._default_text(value, text), TRUE if text == "" else FALSE
        )
        visible = self._encoder.logicals.visibility(symbol)[0]
        self._gates.add(visible, -literal, default)
        self._gates.add(visible, literal, -default)

    def _default_text(self, value: Any, text: str) -> int:
        if value.__class__ is tuple:
            return TRUE if text == "" else FALSE
        if value.orig_type in LOGICAL and not value.is_constant:
            return TRUE if text == "n" else FALSE
        fixed = self._encoder.fixed_text(value)
        if fixed is not None:
            return TRUE if fixed == text else FALSE
        if value.orig_type is STRING:
            return self.equal(value, text)
        return self._gates.fresh(lambda evaluation: evaluation.text(value) == text)


def read_number(text: str, symbol: Any) -> int:
    """Return the number that a symbol's text is; as much of it as C reads where it is none."""
    base = _base(symbol)
    try:
        return int(text, base)
    except ValueError:
        return strtoll(text, base)[0]


def _base(symbol: Any) -> int:
    return 10 if symbol.orig_type is INT else 16
