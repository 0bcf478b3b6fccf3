# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig expressions as rules and their cases write them, evaluated on the assignment of a combination."""

from collections.abc import Mapping
from dataclasses import dataclass

from ptlint.errors import RuleError
from ptlint.kconfig.formula import And, Enabled, Formula
from ptlint.kconfig.parsing import FormulaError, parse_formula


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed Kconfig expression, and its text. A symbol that an assignment does not name is n in it."""

    text: str
    formula: Formula

    def holds(self, assignment: Mapping[str, str]) -> bool:
        """Tell whether the expression is not n under the assignment."""
        return self.formula.holds_in(assignment)

    def symbols(self) -> frozenset[str]:
        """Return the symbols that the expression names."""
        return self.formula.symbols()


def parse_condition(text: str) -> Condition:
    """Return the condition that *text* writes; "" and "y" always hold.

    Raises:
        RuleError: it is no Kconfig expression.
    """
    try:
        return Condition(text, parse_formula(text))
    except FormulaError as error:
        raise RuleError(str(error)) from error


def wished(requirement: str) -> Mapping[str, str]:
    """Return the assumptions that bring a rule's requirement about, none if it is no conjunction of symbols.

    What a rule requires to be off is no wish: there the rule has nothing to say.
    """
    formula = parse_condition(requirement).formula
    parts = formula.parts if isinstance(formula, And) else (formula,)
    wishes = {part.symbol: "y" for part in parts if isinstance(part, Enabled)}
    return wishes if len(wishes) == len(parts) else {}
