# SPDX-License-Identifier: GPL-2.0-or-later
"""Formulas as literals of an encoding, and formulas in an evaluation.

Both speak of what a .config shows, as `Formula.holds` does: a number that is invisible and has no default
has no value there, and a transitional symbol is n.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kconfiglib import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, STRING, TYPE_TO_STR, UNEQUAL

from ptlint.kconfig.encoding import Encoder
from ptlint.kconfig.evaluation import LOGICAL, TRI_NAMES, Evaluation
from ptlint.kconfig.formula import (
    And,
    Compare,
    Enabled,
    Formula,
    Free,
    Is,
    Not,
    Or,
    compares,
    number,
    plain_value,
)
from ptlint.kconfig.gates import FALSE, TRUE
from ptlint.kconfig.language import Language
from ptlint.kconfig.model import Model

_OPERATORS = {"=": EQUAL, "!=": UNEQUAL, "<": LESS, "<=": LESS_EQUAL, ">": GREATER, ">=": GREATER_EQUAL}


def goal(formula: Formula, encoder: Encoder, arch: str) -> int:
    """Return the literal of a formula for an architecture."""
    match formula:
        case And(parts):
            return encoder.gates.all([goal(part, encoder, arch) for part in parts])
        case Or(parts):
            return encoder.gates.any([goal(part, encoder, arch) for part in parts])
        case Not(part):
            return -goal(part, encoder, arch)
        case Enabled(symbol):
            return encoder.gates.either(_has(symbol, 1, encoder), _has(symbol, 2, encoder))
        case Is(symbol, value):
            return _has(symbol, TRI_NAMES.index(value), encoder)
        case Compare():
            return _compares(formula, encoder, arch)
        case Free(name):
            return encoder.free(name)
    raise TypeError(formula)


def _has(name: str, value: int, encoder: Encoder) -> int:
    """Return the literal for "the .config shows n (0), m (1) or y (2)"; what it does not show is n."""
    symbol = _named(name, encoder.language, encoder.forced)
    if symbol is None or symbol in encoder.language.transitional:
        return FALSE if value else TRUE
    if symbol.nodes and symbol.orig_type and symbol.orig_type not in LOGICAL:
        return FALSE if value else -encoder.quantities.shown(symbol)
    enabled, full = encoder.pair(symbol)
    return (-enabled, encoder.gates.both(enabled, -full), full)[value]


def _compares(formula: Compare, encoder: Encoder, arch: str) -> int:
    operator, constant, gates = formula.operator, formula.constant, encoder.gates
    symbol = _named(formula.symbol, encoder.language, encoder.forced)
    fixed: str | None = None
    if symbol is not None and symbol in encoder.forced:
        fixed = plain_value(encoder.fixed_text(symbol) or "", TYPE_TO_STR[symbol.orig_type])
    elif symbol is not None and symbol.nodes and symbol.orig_type:
        if symbol.orig_type in LOGICAL:
            return gates.any(
                [
                    _has(formula.symbol, place, encoder)
                    for place, value in enumerate(TRI_NAMES)
                    if compares(operator, value, constant)
                ]
            )
        if formula.symbol in encoder.loose:
            return encoder.free(str(formula))
        shown = encoder.quantities.shown(symbol)
        return gates.choose(shown, _quantity(formula, encoder), TRUE if operator == "!=" else FALSE)
    elif formula.symbol == "ARCH":
        fixed = arch
    return TRUE if compares(operator, fixed, constant) else FALSE


def _quantity(formula: Compare, encoder: Encoder) -> int:
    """Return the literal of a comparison of a number or a string that is shown."""
    symbol = encoder.language.syms[formula.symbol]
    wanted = number(formula.constant)
    if symbol.orig_type is not STRING and wanted is not None:
        literal = encoder.quantities.compared(_OPERATORS[formula.operator], symbol, wanted)
        undecided = encoder.quantities.no_number(symbol)
    elif symbol.orig_type is STRING and wanted is None and formula.operator in ("=", "!="):
        literal = encoder.quantities.equal(symbol, formula.constant)
        return literal if formula.operator == "=" else -literal
    else:
        literal, undecided = FALSE, TRUE
    if undecided == FALSE:
        return literal
    free = encoder.gates.fresh(
        lambda evaluation: compares(
            formula.operator,
            plain_value(evaluation.text(symbol), TYPE_TO_STR[symbol.orig_type]),
            formula.constant,
        )
    )
    return encoder.gates.choose(undecided, free, literal)


def _named(name: str, language: Language, forced: Mapping[Any, int | str]) -> Any:
    """Return the symbol of a name, None if there is none; what is forced need not occur in the tree."""
    symbol = language.syms.get(name)
    return symbol if symbol is not None else next((one for one in forced if one.name == name), None)


class Shown(Mapping[str, str]):
    """The values that a .config shows, each computed when it is asked for."""

    def __init__(self, model: Model, evaluation: Evaluation) -> None:
        """Look into an evaluation of a model."""
        self._model = model
        self._evaluation = evaluation

    def __getitem__(self, name: str) -> str:
        evaluation = self._evaluation
        symbol = _named(name, self._model.kconf, evaluation.forced)
        if symbol is not None and (symbol in evaluation.forced or (symbol.nodes and symbol.orig_type)):
            text = evaluation.text(symbol)
            if symbol in evaluation.written:
                return plain_value(text, TYPE_TO_STR[symbol.orig_type])
        if name == "ARCH":
            return self._model.arch.name
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._model.symbols if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
