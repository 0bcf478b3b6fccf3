# SPDX-License-Identifier: GPL-2.0-or-later
"""The value of #if expressions, by true macro expansion and the arithmetic of the preprocessor.

A condition remembers its values together with the definitions that each one rests on. In the next translation
unit, or under the next configuration, it is enough to see that these are in force again.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ptlint.cpp.directives import Condition, directive_tokens
from ptlint.cpp.expand import ExpansionTooLarge, expand
from ptlint.cpp.tokens import CHAR, IDENT, NUMBER, Macro, Token

REMEMBERED: Final = 8
"""Values kept per condition. Few conditions are met with more than two or three sets of definitions."""

DEEPEST_EXPRESSION: Final = 100
"""Parentheses and operators inside one another."""

_BITS: Final = 1 << 64
_SIGN: Final = 1 << 63

Table = Mapping[str, Macro | None]
Asked = tuple[tuple[str, Macro | None], ...]
"""The names that a value rests on, each with its definition, None if it has none."""


class BadExpression(Exception):
    """An expression that the preprocessor would refuse."""


class FreeAtom(Exception):
    """The value hangs on a constant that is not known; its name is the argument."""


class Evaluator:
    """Evaluates conditions against a macro table.

    *operators* give the value of names with an operand, such as ``__has_include``; *volatile* are those of
    them whose answer does not rest on macros alone, so that nothing is remembered of a condition with one.
    *atoms* gives free atoms a value.
    """

    def __init__(
        self,
        operators: Mapping[str, Callable[[Sequence[Token]], str]],
        volatile: frozenset[str],
        atoms: Mapping[str, int],
    ) -> None:
        self._given = dict(operators)
        self._volatile = volatile
        self._atoms = atoms

    def value(self, condition: Condition, table: Table) -> tuple[Asked, int]:
        """Return the value of *condition* and the definitions that it rests on.

        Raises:
            BadExpression: the preprocessor would refuse it.
            FreeAtom: it hangs on a free atom that no value was given for.
        """
        get = table.get
        for known in condition.known:
            for name, macro in known[0]:
                if get(name) is not macro:
                    break
            else:
                return known
        asked: dict[str, Macro | None] = {}
        value = self._fresh(directive_tokens(condition), table, asked)
        found = (tuple(asked.items()), value)
        if self._volatile.isdisjoint(asked) and not any(m is not None and m.free for m in asked.values()):
            if len(condition.known) >= REMEMBERED:
                condition.known.clear()
            condition.known.append(found)
        return found

    def expanded(self, condition: Condition, table: Table) -> list[Token]:
        """Return the operand of a computed #include, expanded."""
        return expand(directive_tokens(condition), table.get)

    def _fresh(self, tokens: Sequence[Token], table: Table, asked: dict[str, Macro | None]) -> int:
        def macro_at(name: str) -> Macro | None:
            if name == "defined":
                return None
            macro = table.get(name)
            asked[name] = macro
            if macro is not None and (macro.free or macro.builtin):
                return None
            return macro

        def defined(operand: Sequence[Token]) -> str:
            if len(operand) != 1 or operand[0].kind != IDENT:
                raise BadExpression("operator defined without a name")
            name = operand[0].text
            asked[name] = macro = table.get(name)
            return "0" if macro is None else "1"

        operators: dict[str, Callable[[Sequence[Token]], str]] = {**self._given, "defined": defined}
        try:
            expanded = expand(tokens, macro_at, operators=operators)
        except ExpansionTooLarge as error:
            raise BadExpression(str(error)) from None
        parser = ExpressionParser(expanded, asked, self._atoms)
        value = parser.whole()
        if value is None:
            raise FreeAtom(parser.free[0] if parser.free else "?")
        return value[0]


Value = tuple[int, bool] | None
"""A number and whether it is unsigned; None: not known."""

_BINARY: Final = {
    "*": 11, "/": 11, "%": 11, "+": 10, "-": 10, "<<": 9, ">>": 9, "<": 8, ">": 8, "<=": 8, ">=": 8,
    "==": 7, "!=": 7, "&": 6, "^": 5, "|": 4, "&&": 3, "||": 2,
}  # fmt: skip


class ExpressionParser:
    """Parses and evaluates by operator precedence. What is not evaluated (``0 && …``) may divide by zero."""

    def __init__(
        self, tokens: list[Token], asked: Mapping[str, Macro | None], atoms: Mapping[str, int]
    ) -> None:
        self.tokens = tokens
        self._asked = asked
        self._atoms = atoms
        self.index = 0
        self._depth = 0
        self.free: list[str] = []

    def whole(self) -> Value:
        value = self.comma(True)
        if self.index < len(self.tokens):
            raise BadExpression(f"missing binary operator before {self.tokens[self.index].text}")
        return value

    def peek(self) -> str:
        """Return the text of the next token, "" at the end."""
        return self.tokens[self.index].text if self.index < len(self.tokens) else ""

    def comma(self, live: bool) -> Value:
        """Parse an expression with commas."""
        value = self.conditional(live)
        while self.peek() == ",":
            self.index += 1
            value = self.conditional(live)
        return value

    def conditional(self, live: bool) -> Value:
        """Parse an expression without commas."""
        test = self._binary(2, live)
        if self.peek() == "?":
            self.index += 1
            yes = self.comma(live and (test is None or test[0] != 0))
            if self.peek() != ":":
                raise BadExpression("'?' without ':'")
            self.index += 1
            self._depth += 1
            no = self.conditional(live and (test is None or test[0] == 0))
            self._depth -= 1
            if test is None:
                value = yes if yes is not None and no is not None and yes[0] == no[0] else None
            else:
                value = yes if test[0] else no
                other = no if test[0] else yes
                if value is not None and other is not None and other[1] and not value[1]:
                    value = (value[0] % _BITS, True)
            test = value
        return test

    def _binary(self, least: int, live: bool) -> Value:
        self._depth += 1
        if self._depth > DEEPEST_EXPRESSION:
            raise BadExpression("an expression nested too deeply")
        left = self.unary(live)
        while True:
            sign = self.peek()
            precedence = _BINARY.get(sign, 0)
            if precedence < least:
                self._depth -= 1
                return left
            self.index += 1
            if sign == "&&":
                right = self._binary(precedence + 1, live and (left is None or left[0] != 0))
                left = _and(left, right)
            elif sign == "||":
                right = self._binary(precedence + 1, live and (left is None or left[0] == 0))
                left = _or(left, right)
            else:
                right = self._binary(precedence + 1, live)
                left = _calculated(sign, left, right, live)

    def unary(self, live: bool) -> Value:
        """Parse an operand with the operators before it."""
        if self.index >= len(self.tokens):
            raise BadExpression("an operand is missing")
        token = self.tokens[self.index]
        self.index += 1
        text = token.text
        if token.kind == NUMBER:
            return number(text)
        if token.kind == IDENT:
            return self.name(text, live)
        if token.kind == CHAR:
            return character(text), False
        if text == "(":
            value = self.comma(live)
            if self.peek() != ")":
                raise BadExpression("missing ')'")
            self.index += 1
            return value
        if text not in ("!", "-", "+", "~"):
            raise BadExpression(f"{text} is not valid in #if")
        self._depth += 1
        if self._depth > DEEPEST_EXPRESSION:
            raise BadExpression("an expression nested too deeply")
        operand = self.unary(live)
        self._depth -= 1
        if operand is None:
            return None
        if text == "!":
            return int(not operand[0]), False
        if text == "-":
            return _wrapped(-operand[0], operand[1])
        if text == "~":
            return _wrapped(~operand[0], operand[1])
        return operand

    def name(self, name: str, live: bool) -> Value:
        """Return the value of an identifier that was just read and is no macro."""
        macro = self._asked.get(name)
        if macro is None or not macro.free:
            return 0, False
        given = self._atoms.get(name)
        if given is not None:
            return given, False
        if live:
            self.free.append(name)
        return None


def _and(left: Value, right: Value) -> Value:
    if left is not None and not left[0]:
        return 0, False
    if right is not None and not right[0]:
        return 0, False
    return None if left is None or right is None else (1, False)


def _or(left: Value, right: Value) -> Value:
    if left is not None and left[0]:
        return 1, False
    if right is not None and right[0]:
        return 1, False
    return None if left is None or right is None else (0, False)


def _wrapped(value: int, unsigned: bool) -> tuple[int, bool]:
    value %= _BITS
    return (value, True) if unsigned or value < _SIGN else (value - _BITS, False)


def _calculated(sign: str, left: Value, right: Value, live: bool) -> Value:
    if left is None or right is None:
        return None
    if sign == "<<" or sign == ">>":
        distance = right[0] if sign == "<<" else -right[0]
        if distance >= 64:
            return 0, left[1]
        if distance <= -64:
            return (-1 if left[0] < 0 else 0), left[1]
        return _wrapped(left[0] << distance if distance >= 0 else left[0] >> -distance, left[1])
    unsigned = left[1] or right[1]
    first, second = (left[0] % _BITS, right[0] % _BITS) if unsigned else (left[0], right[0])
    if sign == "/" or sign == "%":
        if second == 0:
            if live:
                raise BadExpression("division by zero in #if")
            return 0, unsigned
        quotient = abs(first) // abs(second)
        if (first < 0) != (second < 0):
            quotient = -quotient
        return _wrapped(quotient if sign == "/" else first - quotient * second, unsigned)
    if sign in _COMPARISONS:
        return int(_COMPARISONS[sign](first, second)), False
    if sign == "*":
        return _wrapped(first * second, unsigned)
    if sign == "+":
        return _wrapped(first + second, unsigned)
    if sign == "-":
        return _wrapped(first - second, unsigned)
    if sign == "&":
        return _wrapped(first & second, unsigned)
    if sign == "^":
        return _wrapped(first ^ second, unsigned)
    return _wrapped(first | second, unsigned)


_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": int.__lt__, ">": int.__gt__, "<=": int.__le__, ">=": int.__ge__, "==": int.__eq__, "!=": int.__ne__,
}  # fmt: skip


def number(text: str) -> tuple[int, bool]:
    """Return the value of an integer constant and whether it is unsigned.

    Raises:
        BadExpression: it is none.
    """
    digits = text.lower().rstrip("ul")
    suffix = text[len(digits) :].lower()
    if suffix not in ("", "u", "l", "ul", "lu", "ll", "ull", "llu") or "_" in digits:
        raise BadExpression(f"{text} is no integer")
    try:
        if digits.startswith("0x"):
            value = int(digits, 16)
        elif digits.startswith("0b"):
            value = int(digits, 2)
        elif digits.startswith("0") and digits != "0":
            value = int(digits, 8)
        else:
            value = int(digits, 10)
    except ValueError:
        raise BadExpression(f"{text} is no integer") from None
    value %= _BITS
    return value, "u" in suffix or value >= _SIGN


_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27, "E": 27}


def character(text: str) -> int:
    """Return the value of a character constant. Plain ones of a single byte are what the kernel compares."""
    inside = text[text.index("'") + 1 : -1]
    value = 0
    while inside:
        if inside[0] != "\\" or len(inside) == 1:
            code, inside = ord(inside[0]), inside[1:]
        elif inside[1] == "x":
            digits = _leading(inside[2:], "0123456789abcdefABCDEF", 16)
            code, inside = int(digits or "0", 16), inside[2 + len(digits) :]
        elif inside[1] in "01234567":
            digits = _leading(inside[1:], "01234567", 3)
            code, inside = int(digits, 8), inside[1 + len(digits) :]
        else:
            code, inside = _ESCAPES.get(inside[1], ord(inside[1])), inside[2:]
        value = (value << 8 | code & 0xFF) & 0xFFFFFFFF
    return value


def _leading(text: str, digits: str, most: int) -> str:
    end = 0
    while end < min(len(text), most) and text[end] in digits:
        end += 1
    return text[:end]
