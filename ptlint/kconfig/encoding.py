# SPDX-License-Identifier: GPL-2.0-or-later
"""Encodes a Kconfig model in propositional logic, as far as it is asked about.

What goes in is symbols and expressions of a `Language`; what comes out is literals of `Gates`, and clauses
that hold in the evaluation of whatever a user sets. So nothing that is feasible is excluded. The other way
round, a solution of the clauses is meant to be an evaluation of the settings in it, with these exceptions:

* comparisons of two numbers that are both variable, of numbers that are not written as C reads them (before
  6.8, those without a default too), and the order of strings, are left open;
* the choices of before 6.11 may have any mode that their prompts allow.

A tristate is two variables, "m or y" and "y"; a bool is one. The definitions of symbols are in `logicals`,
`choices` and `quantities`. A symbol gets one when an expression or a caller asks for the symbol, and then all
that can change it gets one too, selects included. That is some 1000 symbols for those of the page tables, and
6000 for all of mm and arch/x86: few enough that leaving the far ones undefined would not pay.
"""

from collections.abc import Callable, Container, Mapping
from typing import Any

from kconfiglib import AND, NOT, OR, TRISTATE, Choice

from ptlint.kconfig.choices import Choices
from ptlint.kconfig.configuration import TRI_VALUES
from ptlint.kconfig.evaluation import LOGICAL, TRI_NAMES, related
from ptlint.kconfig.gates import FALSE, TRUE, Gates, Pair
from ptlint.kconfig.language import Expression, Language
from ptlint.kconfig.logicals import Logicals
from ptlint.kconfig.quantities import Quantities

_CONSTANTS: tuple[Pair, Pair, Pair] = ((FALSE, FALSE), (TRUE, FALSE), (TRUE, TRUE))


class Encoder:
    """The literals of a model's symbols and expressions."""

    def __init__(
        self,
        language: Language,
        forced: Mapping[Any, int | str],
        zero_default: bool,
        gates: Gates | None = None,
        loose: Container[str] = (),
    ) -> None:
        """Begin with no symbol defined. *forced* symbols are constants, as in `Evaluation`.

        Symbols that are *loose* may have any value of their type.
        """
        self.language = language
        self.forced = forced
        self.zero_default = zero_default
        self.loose = loose
        self.gates = Gates() if gates is None else gates
        self.choices = Choices(self)
        self.logicals = Logicals(self)
        self.quantities = Quantities(self)
        self._pairs: dict[Any, Pair] = {}
        self._expressions: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._relations: dict[int, int] = {}
        self._free: dict[str, int] = {}
        self._undefined: list[tuple[Callable[[], None], Any]] = []
        self.modules = self.enabled(language.modules) if language.has_modules else FALSE
        """The literal for whether there are modules, and so m."""

    def later(self, define: Callable[[], None], of: Any = None) -> None:
        """Have the definition of something added by `finish`, so that definitions need not nest."""
        self._undefined.append((define, of))

    def finish(self) -> None:
        """Add the definitions of all that was asked for, and of what these ask for."""
        while self._undefined:
            define, self.gates.owner = self._undefined.pop()
            define()
        self.gates.owner = None

    # Expressions

    def enabled(self, expr: Expression) -> int:
        """Return the literal for "not n"."""
        return self._literal(expr, False)

    def full(self, expr: Expression) -> int:
        """Return the literal for "y"."""
        return self._literal(expr, True)

    def _literal(self, expr: Expression, full: bool) -> int:
        if expr.__class__ is not tuple:
            return self.pair(expr)[full]
        cache = self._expressions[full]
        literal = cache.get(id(expr))
        if literal is None:
            operator = expr[0]
            if operator is AND:
                literal = self.gates.both(self._literal(expr[1], full), self._literal(expr[2], full))
            elif operator is OR:
                literal = self.gates.either(self._literal(expr[1], full), self._literal(expr[2], full))
            elif operator is NOT:
                literal = -self._literal(expr[1], not full)
            else:
                literal = self._relation(expr)
            cache[id(expr)] = literal
        return literal

    def _relation(self, expr: Expression) -> int:
        literal = self._relations.get(id(expr))
        if literal is None:
            literal = self._relations[id(expr)] = self._new_relation(expr)
        return literal

    def _new_relation(self, expr: Expression) -> int:
        operator, left, right = expr
        first, second = self._values(left), self._values(right)
        if first is not None and second is not None:
            return self.gates.any(
                [
                    self.gates.both(a, b)
                    for one, a in first
                    for other, b in second
                    if related(operator, left.orig_type, one, right.orig_type, other)
                ]
            )
        undecided = self.gates.fresh(lambda evaluation: evaluation.tri(expr) == 2)
        if left.name in self.loose or right.name in self.loose:
            return undecided
        if first is None and second is not None and len(second) == 1:
            return self.quantities.relation(
                operator, left, right.orig_type, second[0][0], undecided, mirrored=False
            )
        if second is None and first is not None and len(first) == 1:
            return self.quantities.relation(
                operator, right, left.orig_type, first[0][0], undecided, mirrored=True
            )
        return undecided

    def _values(self, item: Any) -> list[tuple[str, int]] | None:
        """Return the values that an operand of a comparison may have, None for numbers and strings."""
        text = self.fixed_text(item)
        if text is not None:
            return [(text, TRUE)]
        if item.orig_type not in LOGICAL:
            return None
        enabled, full = self.pair(item)
        return [("n", -enabled), ("m", self.gates.both(enabled, -full)), ("y", full)]

    def fixed_text(self, item: Any) -> str | None:
        """Return the value of a constant, of a forced symbol, or of one without a type; None for others."""
        if item in self.forced:
            value = self.forced[item]
            return TRI_NAMES[value] if isinstance(value, int) else value
        return str(item.name) if item.is_constant or not item.orig_type else None

    def free(self, name: str) -> int:
        """Return the literal of something that no symbol decides."""
        if name not in self._free:
            self._free[name] = self.gates.fresh(lambda _: False)
        return self._free[name]

    # Symbols

    def pairs(self) -> Mapping[Any, Pair]:
        """Return the literals of all symbols and choices that have been asked for."""
        return self._pairs

    def has(self, symbol: Any) -> bool:
        """Tell whether the value of a symbol has been asked for."""
        return symbol in self._pairs or self.quantities.has(symbol)

    def pair(self, item: Any) -> Pair:
        """Return the literals of a symbol's value, or of a choice's mode."""
        pair = self._pairs.get(item)
        if pair is None:
            pair = self._pairs[item] = self._new_pair(item)
        return pair

    def _new_pair(self, item: Any) -> Pair:
        is_choice = item.__class__ is Choice
        if item in self.forced:
            value = self.forced[item]
            return _CONSTANTS[value if isinstance(value, int) else 0]
        if item.orig_type not in LOGICAL:
            return _CONSTANTS[0]
        if not is_choice and item.is_constant:
            return _CONSTANTS[TRI_VALUES[item.name]]
        enabled = full = self.gates.fresh(lambda evaluation: evaluation.tri(item) > 0)
        if item.orig_type is TRISTATE:
            full = self.gates.fresh(lambda evaluation: evaluation.tri(item) == 2)
            self.gates.add(-full, enabled)
        if not is_choice and item.name in self.loose:
            return enabled, full
        if is_choice:
            self.later(lambda: self.choices.define_mode(item, (enabled, full)), item)
        elif item.choice:
            self.later(lambda: self.choices.define_member(item, (enabled, full)), item)
        else:
            self.later(lambda: self.logicals.define(item, (enabled, full)), item)
        return enabled, full
