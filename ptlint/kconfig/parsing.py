# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads formulas in Kconfig's syntax: a formula is true where the expression is not n."""

import re

from ptlint.errors import ConfigurationError
from ptlint.kconfig.configuration import TRI_VALUES, unquoted
from ptlint.kconfig.formula import (
    COMPARISONS,
    FALSE,
    TRUE,
    Compare,
    Enabled,
    Formula,
    Is,
    Not,
    all_of,
    any_of,
    compares,
    number,
)

_TOKEN = re.compile(r"\s*(?:(&&|\|\||!=|<=|>=|[!=<>()])|(-[0-9]+|[A-Za-z0-9_]+)|(\"(?:[^\"\\]|\\.)*\"))")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DEPTH = 50


class FormulaError(ConfigurationError):
    """A text that is no Kconfig expression."""


def parse_formula(text: str) -> Formula:
    """Return the formula that *text* writes; "" and "y" are always true.

    A name stands for the symbol's value; only at the right of a comparison it is its own name, as in
    ``ARCH=powerpc``. Numbers, y, m, n, and what is quoted are constants.

    Raises:
        FormulaError: it is no Kconfig expression.
    """
    tokens: list[str] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise FormulaError(f"{text!r} is no Kconfig expression: {stripped[position:]!r} cannot be read")
        tokens.append(match[1] or match[2] or match[3])
        position = match.end()
    if not tokens:
        return TRUE
    parser = _Parser(text, tokens)
    formula = parser.either(0, False)
    if parser.position < len(tokens):
        raise FormulaError(f"{text!r} is no Kconfig expression: {parser.ahead()!r} is one too many")
    return formula


class _Parser:
    """Each method returns that what it reads is not n; or, if *full*, that it is y."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self._text = text
        self._tokens = tokens
        self.position = 0

    def ahead(self) -> str:
        return self._tokens[self.position] if self.position < len(self._tokens) else ""

    def either(self, depth: int, full: bool) -> Formula:
        parts = [self._both(depth, full)]
        while self.ahead() == "||":
            self.position += 1
            parts.append(self._both(depth, full))
        return any_of(parts)

    def _both(self, depth: int, full: bool) -> Formula:
        parts = [self._one(depth, full)]
        while self.ahead() == "&&":
            self.position += 1
            parts.append(self._one(depth, full))
        return all_of(parts)

    def _one(self, depth: int, full: bool) -> Formula:
        if depth > _DEPTH:
            raise FormulaError(f"{self._text[:80]!r} is nested too deeply")
        token = self.ahead()
        if token == "!":
            self.position += 1
            return Not(self._one(depth + 1, not full))  # !X is m where X is m
        if token == "(":
            self.position += 1
            inner = self.either(depth + 1, full)
            if self.ahead() != ")":
                raise FormulaError(f"{self._text!r} is no Kconfig expression: a parenthesis is left open")
            self.position += 1
            return inner
        left = self._operand()
        if self.ahead() in COMPARISONS:
            operator = self.ahead()
            self.position += 1
            return _comparison(left, operator, self._operand())
        if _is_constant(left):
            return TRUE if TRI_VALUES.get(_plain(left), 0) > full else FALSE
        return Is(_plain(left), "y") if full else Enabled(_plain(left))

    def _operand(self) -> str:
        token = self.ahead()
        if not token or not (token[0] in '"-_' or token[0].isalnum()):
            where = f"at {token!r}" if token else "at its end"
            raise FormulaError(f"{self._text!r} is no Kconfig expression: a symbol is missing {where}")
        self.position += 1
        return token


def _comparison(left: str, operator: str, right: str) -> Formula:
    if _is_constant(left):
        if _is_constant(right):
            return TRUE if compares(operator, _plain(left), _plain(right)) else FALSE
        left, operator, right = right, _MIRRORED.get(operator, operator), left
    symbol, constant = _plain(left), unquoted(right)
    if constant in TRI_VALUES and operator in ("=", "!="):
        equal = Is(symbol, constant)
        return equal if operator == "=" else Not(equal)
    return Compare(symbol, operator, constant)


def _is_constant(token: str) -> bool:
    return token in TRI_VALUES or token[0] == '"' or number(token) is not None


def _plain(token: str) -> str:
    return unquoted(token) if token[0] == '"' else token.removeprefix("CONFIG_")
