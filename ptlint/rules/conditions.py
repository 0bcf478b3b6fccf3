# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig expressions as rules and their cases write them, evaluated on the assignment of a combination."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ptlint.errors import RuleError

_TOKEN = re.compile(r"\s*(?:(&&|\|\||!=|<=|>=|[!=<>()])|([A-Za-z0-9_]+)|\"([^\"]*)\")")
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed Kconfig expression. A symbol that an assignment does not name is n in it.

    Only at the right of a comparison it is its own name, as in ``ARCH=powerpc``.
    """

    text: str
    _tree: "_Node"

    def holds(self, assignment: Mapping[str, str]) -> bool:
        """Tell whether the expression is not n under the assignment."""
        return _level(self._tree, assignment) > 0

    def symbols(self) -> frozenset[str]:
        """Return the symbols that the expression names."""
        return frozenset(_symbols(self._tree))


@dataclass(frozen=True, slots=True)
class _Node:
    operator: str  # "" for an operand
    operands: tuple["_Node", ...] = ()
    text: str = ""


def parse_condition(text: str) -> Condition:
    """Return the condition that *text* writes; "" and "y" always hold.

    Raises:
        RuleError: it is no Kconfig expression.
    """
    tokens: list[str] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise RuleError(f"{text!r} is no Kconfig expression: {stripped[position:]!r} cannot be read")
        tokens.append(match[1] or match[2] or f'"{match[3]}')
        position = match.end()
    if not tokens:
        return Condition(text, _Node("", text="y"))
    parser = _Parser(text, tokens)
    tree = parser.either(0)
    if parser.position < len(tokens):
        raise RuleError(f"{text!r} is no Kconfig expression: {parser.ahead()!r} is one too many")
    return Condition(text, tree)


class _Parser:
    def __init__(self, text: str, tokens: list[str]) -> None:
        self._text = text
        self._tokens = tokens
        self.position = 0

    def ahead(self) -> str:
        return self._tokens[self.position] if self.position < len(self._tokens) else ""

    def either(self, depth: int) -> _Node:
        operands = [self._both(depth)]
        while self.ahead() == "||":
            self.position += 1
            operands.append(self._both(depth))
        return operands[0] if len(operands) == 1 else _Node("||", tuple(operands))

    def _both(self, depth: int) -> _Node:
        operands = [self._one(depth)]
        while self.ahead() == "&&":
            self.position += 1
            operands.append(self._one(depth))
        return operands[0] if len(operands) == 1 else _Node("&&", tuple(operands))

    def _one(self, depth: int) -> _Node:
        if depth > _DEPTH:
            raise RuleError(f"{self._text[:80]!r} is nested too deeply")
        token = self.ahead()
        if token == "!":
            self.position += 1
            return _Node("!", (self._one(depth + 1),))
        if token == "(":
            self.position += 1
            inner = self.either(depth + 1)
            if self.ahead() != ")":
                raise RuleError(f"{self._text!r} is no Kconfig expression: a parenthesis is left open")
            self.position += 1
            return inner
        left = self._operand()
        if self.ahead() in _COMPARISONS:
            operator = self.ahead()
            self.position += 1
            return _Node(operator, (left, self._operand()))
        return left

    def _operand(self) -> _Node:
        token = self.ahead()
        if not token or not (token[0] == '"' or token[0].isalnum() or token[0] == "_"):
            where = f"at {token!r}" if token else "at its end"
            raise RuleError(f"{self._text!r} is no Kconfig expression: a symbol is missing {where}")
        self.position += 1
        return _Node("", text=token)


def _value(node: _Node, assignment: Mapping[str, str], default: str | None = None) -> str:
    text = node.text
    if text.startswith('"'):
        return text[1:]
    if text in ("y", "m", "n") or text[0].isdigit():
        return text
    symbol = text.removeprefix("CONFIG_")
    return assignment.get(symbol, "n" if default is None else default)


def _level(node: _Node, assignment: Mapping[str, str]) -> int:
    """Return 0, 1 or 2 for n, m and y."""
    match node.operator:
        case "":
            value = _value(node, assignment)
            return {"y": 2, "m": 1}.get(value, 0)
        case "!":
            return 2 - _level(node.operands[0], assignment)
        case "&&":
            return min(_level(operand, assignment) for operand in node.operands)
        case "||":
            return max(_level(operand, assignment) for operand in node.operands)
    left = _value(node.operands[0], assignment)
    right = _value(node.operands[1], assignment, node.operands[1].text)
    if node.operator in ("=", "!="):
        return 2 * ((left == right) == (node.operator == "="))
    order = _compare(left, right)
    holds = {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[node.operator]
    return 2 * holds


def _compare(left: str, right: str) -> int:
    try:
        first, second = int(left, 0), int(right, 0)
    except ValueError:
        return (left > right) - (left < right)
    return (first > second) - (first < second)


def _symbols(node: _Node) -> list[str]:
    if node.operator:
        return [name for operand in node.operands for name in _symbols(operand)]
    text = node.text
    if text.startswith('"') or text in ("y", "m", "n") or text[0].isdigit():
        return []
    return [text.removeprefix("CONFIG_")]
