# SPDX-License-Identifier: GPL-2.0-or-later
"""The expression of an #if as a formula over Kconfig symbols, without choosing a configuration.

A value is a list of cases: a formula, and what the value is where it holds. What cannot be expressed is
`None` there, and its name is noted; an atom that is None is left out of the formula around it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ptlint.cpp.expressions import BadExpression, character
from ptlint.cpp.expressions import number as integer
from ptlint.cpp.tokens import CHAR, IDENT, NUMBER, Token
from ptlint.kconfig.formula import FALSE, TRUE, Compare, Enabled, Formula, Is
from ptlint.kconfig.simplify import conjunction, disjunction, negation

MOST_CASES: Final = 12
"""Cases of one value that are told apart."""

_DEEPEST: Final = 60


@dataclass(frozen=True, slots=True)
class Symbol:
    """The value of a numeric symbol of Kconfig."""

    name: str


Case = tuple[Formula, "int | Symbol | None"]
Cases = tuple[Case, ...]
UNKNOWN: Final[Cases] = ((TRUE, None),)


class Names(Protocol):
    """What an expression asks about names."""

    def kind(self, symbol: str) -> str:
        """Return the type of a Kconfig symbol, "" if there is none."""

    def value(self, symbol: str) -> int | None:
        """Return the value of a numeric symbol in this configuration."""

    def defined(self, macro: str) -> Formula | None:
        """Return where a macro that is no symbol of Kconfig is defined."""

    def cases(self, macro: str, arguments: Sequence[Token]) -> Cases:
        """Return the values of such a macro."""

    def note(self, name: str) -> None:
        """Note a name whose part in the expression is not expressed."""


def symbol_formula(name: str, names: Names) -> Formula:
    """Return where the macro *name* ("CONFIG_X" or "CONFIG_X_MODULE") is defined."""
    symbol = name.removeprefix("CONFIG_")
    kind = names.kind(symbol)
    if not kind and symbol.endswith("_MODULE") and names.kind(symbol[:-7]):
        return Is(symbol[:-7], "m")
    if kind in ("int", "hex"):
        return disjunction((Compare(symbol, ">=", "0"), Compare(symbol, "<", "0")))
    return Is(symbol, "y")  # a string is rarely asked for, a symbol that nothing defines is n


ENABLED: Final[Mapping[str, Callable[[str], Formula]]] = {
    "IS_ENABLED": Enabled,
    "IS_BUILTIN": lambda symbol: Is(symbol, "y"),
    "IS_MODULE": lambda symbol: Is(symbol, "m"),
    "IS_REACHABLE": Enabled,  # m is reachable from modules only
}
"""Macros of include/linux/kconfig.h."""


def truth(tokens: Sequence[Token], names: Names) -> Formula | None:
    """Return where an expression is not zero, None if nothing of it can be expressed."""
    return as_formula(value(tokens, names))


def value(tokens: Sequence[Token], names: Names) -> Cases:
    """Return the cases of an expression; UNKNOWN if it cannot be parsed."""
    parser = _Parser(tokens, names)
    try:
        found = parser.conditional()
    except (BadExpression, IndexError):
        return UNKNOWN
    return found if parser.index == len(tokens) else UNKNOWN


def as_formula(cases: Cases) -> Formula | None:
    """Return where a value is not zero. Cases that are not known are left out, None if all are."""
    parts: list[Formula] = []
    known = False
    for where, what in cases:
        if what is None:
            continue
        known = True
        if isinstance(what, Symbol):
            parts.append(conjunction((where, Compare(what.name, "!=", "0"))))
        elif what:
            parts.append(where)
    return disjunction(parts) if known else None


def as_cases(formula: Formula | None) -> Cases:
    """Return a truth as a value."""
    if formula is None:
        return UNKNOWN
    if formula == TRUE:
        return ((TRUE, 1),)
    if formula == FALSE:
        return ((TRUE, 0),)
    return ((formula, 1), (negation(formula), 0))


_LEVELS: Final = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_COMPARING: Final = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Parser:
    def __init__(self, tokens: Sequence[Token], names: Names) -> None:
        self.tokens = tokens
        self.names = names
        self.index = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.index].text if self.index < len(self.tokens) else ""

    def conditional(self) -> Cases:
        test = self.binary(1)
        if self.peek() != "?":
            return test
        self.index += 1
        yes = self.conditional()
        self.expect(":")
        no = self.conditional()
        where = as_formula(test)
        if where is None:
            return UNKNOWN
        return _limited((*_under(where, yes), *_under(negation(where), no)))

    def expect(self, text: str) -> None:
        if self.peek() != text:
            raise BadExpression(f"missing {text}")
        self.index += 1

    def binary(self, least: int) -> Cases:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadExpression("nested too deeply")
        left = self.unary()
        while (level := _LEVELS.get(self.peek(), 0)) >= least:
            sign = self.peek()
            self.index += 1
            left = self.joined(sign, left, self.binary(level + 1))
        self.depth -= 1
        return left

    def joined(self, sign: str, left: Cases, right: Cases) -> Cases:
        if sign in ("&&", "||"):
            parts = [part for part in (as_formula(left), as_formula(right)) if part is not None]
            if not parts:
                return UNKNOWN
            return as_cases(conjunction(parts) if sign == "&&" else disjunction(parts))
        found: list[Case] = []
        for one, first in left:
            for other, second in right:
                where = conjunction((one, other))
                if where != FALSE:
                    found.extend(self.calculated(sign, where, first, second))
        return _limited(tuple(found))

    def calculated(
        self, sign: str, where: Formula, first: int | Symbol | None, second: int | Symbol | None
    ) -> Cases:
        if first is None or second is None:
            return ((where, None),)
        if sign in _COMPARING and isinstance(first, Symbol) != isinstance(second, Symbol):
            if isinstance(second, Symbol):
                first, second, sign = second, first, _MIRRORED[sign]
            assert isinstance(first, Symbol)
            return _under(where, as_cases(Compare(first.name, _COMPARING[sign], str(second))))
        if sign in _COMPARING and isinstance(first, Symbol) and isinstance(second, Symbol):
            constant = self.constant(second)
            if constant is None:
                return ((where, None),)
            return _under(where, as_cases(Compare(first.name, _COMPARING[sign], str(constant))))
        a = self.constant(first) if isinstance(first, Symbol) else first
        b = self.constant(second) if isinstance(second, Symbol) else second
        if a is None or b is None:
            return ((where, None),)
        return ((where, _arithmetic(sign, a, b)),)

    def constant(self, symbol: Symbol) -> int | None:
        """Return the value that a symbol has here: the formula is exact only where it has the same."""
        self.names.note(f"CONFIG_{symbol.name}")
        return self.names.value(symbol.name)

    def unary(self) -> Cases:
        token = self.tokens[self.index]
        self.index += 1
        if token.kind == NUMBER:
            return ((TRUE, integer(token.text)[0]),)
        if token.kind == CHAR:
            return ((TRUE, character(token.text)),)
        if token.kind == IDENT:
            return self.name(token.text)
        if token.text == "(":
            found = self.conditional()
            self.expect(")")
            return found
        if token.text not in ("!", "-", "+", "~"):
            raise BadExpression(f"{token.text} is not valid in #if")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise BadExpression("nested too deeply")
        operand = self.unary()
        self.depth -= 1
        if token.text == "!":
            where = as_formula(operand)
            return as_cases(None if where is None else negation(where))
        if token.text == "+":
            return operand
        sign = -1 if token.text == "-" else 0
        return tuple(
            (where, (-what if sign else ~what) if isinstance(what, int) else None) for where, what in operand
        )

    def name(self, name: str) -> Cases:
        if name == "defined":
            bracket = self.peek() == "("
            self.index += bracket
            operand = self.tokens[self.index].text
            self.index += 1
            if bracket:
                self.expect(")")
            if operand.startswith("CONFIG_"):
                return as_cases(symbol_formula(operand, self.names))
            return as_cases(self.names.defined(operand))
        arguments: Sequence[Token] = ()
        if self.peek() == "(":
            arguments = self.arguments()
        if name in ENABLED and len(arguments) == 1 and arguments[0].text.startswith("CONFIG_"):
            return as_cases(ENABLED[name](arguments[0].text[7:]))
        if name.startswith("CONFIG_"):
            kind = self.names.kind(name[7:])
            if kind in ("int", "hex"):
                return ((TRUE, Symbol(name[7:])),)
            return as_cases(symbol_formula(name, self.names))
        return self.names.cases(name, arguments)

    def arguments(self) -> Sequence[Token]:
        start = self.index + 1
        depth = 0
        while True:
            text = self.tokens[self.index].text
            depth += (text == "(") - (text == ")")
            self.index += 1
            if not depth:
                return self.tokens[start : self.index - 1]


def _under(where: Formula, cases: Cases) -> Cases:
    found = ((conjunction((where, one)), what) for one, what in cases)
    return tuple((one, what) for one, what in found if one != FALSE)


def _limited(cases: Cases) -> Cases:
    merged: dict[int | Symbol | None, list[Formula]] = {}
    for where, what in cases:
        merged.setdefault(what, []).append(where)
    if len(merged) > MOST_CASES:
        return UNKNOWN
    return tuple((disjunction(where), what) for what, where in merged.items())


def _arithmetic(sign: str, a: int, b: int) -> int | None:
    match sign:
        case "==" | "!=" | "<" | ">" | "<=" | ">=":
            order = (a > b) - (a < b)
            return int({"==": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0,
                        "<=": order <= 0, ">=": order >= 0}[sign])  # fmt: skip
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "|":
            return a | b
        case "&":
            return a & b
        case "^":
            return a ^ b
        case "<<" | ">>" if 0 <= b < 64:
            return a << b if sign == "<<" else a >> b
        case "/" | "%" if b > 0 and a >= 0:
            return a // b if sign == "/" else a % b
    return None
