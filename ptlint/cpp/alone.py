# SPDX-License-Identifier: GPL-2.0-or-later
"""Under which configurations the branches of a file are compiled, seen from the file alone.

A formula is what the conditionals around a branch say of symbols of Kconfig. All else that they ask, macros
and constants, is free: it may be true or false under any configuration. So a branch whose formula no
configuration makes true is compiled under none, whatever includes the file; an ``#if 0`` is no such branch.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ptlint.cpp.branches import Branch, Branches
from ptlint.cpp.directives import IF, IFNDEF, Step, directive_tokens, parse
from ptlint.cpp.expressions import BadExpression
from ptlint.cpp.expressions import number as integer
from ptlint.cpp.symbolic import ENABLED
from ptlint.cpp.tokens import IDENT, NUMBER, Token
from ptlint.kconfig.formula import Compare, Formula, Free, Is, compares
from ptlint.kconfig.simplify import conjunction, disjunction, negation

_COMPARING: Final = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%", "&", "|", "^", "~", "<<", ">>"})
_DEEPEST: Final = 60

Kinds = Callable[[str], str]
"""Gives the type of a symbol: bool, tristate, int, hex, string, or "" if nothing defines it."""


@dataclass(frozen=True, slots=True)
class Test:
    """A conditional that must turn out one way for a branch to be compiled."""

    line: int  # 1-based, of the directive
    text: str  # as it is written
    holds: bool  # whether it must be true; the tests before an #elif or #else must be false
    formula: Formula


class Alone:
    """The branches of one file."""

    def __init__(self, text: bytes, path: str, kinds: Kinds, own: Container[str] = ()) -> None:
        """*own* are names, without CONFIG_, to which code gives a meaning of its own: they are free."""
        file = parse(text, path)
        self.branches = Branches(file)
        self._path = path
        self._lines = text.split(b"\n")
        self._kinds = kinds
        self._own = own
        self._formulas: dict[Step, Formula] = {}

    def tests(self, branch: Branch) -> tuple[Test, ...]:
        """Return what must hold for a branch to be compiled if its file is, the outermost first."""
        found: list[Test] = []
        here: Branch | None = branch
        while here is not None:
            own: list[Test] = []
            if not here.guard:
                own = [self._test(elder, False) for elder in here.elders]
                if here.test is not None:
                    own.append(self._test(here.test, True))
            found[:0] = own
            here = here.parent
        return tuple(found)

    def formula(self, branch: Branch) -> Formula:
        """Return the conjunction of the tests of a branch."""
        return conjunction(test.formula for test in self.tests(branch))

    def text(self, line: int) -> str:
        """Return the directive on a line, without what continues it."""
        return " ".join(self._lines[line - 1].decode("utf-8", "replace").split())

    def _test(self, step: Step, holds: bool) -> Test:
        formula = self._formulas.get(step)
        if formula is None:
            if step.kind == IF:
                reader = _Reader(f"{self._path}:{step.line}", self._kinds, self._own)
                try:
                    formula = reader.truth(directive_tokens(step.condition), 0)
                except (BadExpression, IndexError):
                    formula = Free(f"{self._path}:{step.line}")
            else:
                reader = _Reader(f"{self._path}:{step.line}", self._kinds, self._own)
                formula = reader.defined(step.name)
                if step.kind == IFNDEF:
                    formula = negation(formula)
            self._formulas[step] = formula
        return Test(step.line, self.text(step.line), holds, formula if holds else negation(formula))


class _Reader:
    """Reads the expression of one directive. What is free has the place of the directive in its name."""

    def __init__(self, place: str, kinds: Kinds, own: Container[str]) -> None:
        self._place = place
        self._kinds = kinds
        self._own = own

    def truth(self, tokens: Sequence[Token], depth: int) -> Formula:
        """Return where an expression is not zero."""
        texts = [token.text for token in tokens]
        if depth > _DEEPEST or not tokens:
            return self._free(texts)
        outer = _outer(texts)
        if any(texts[at] in ("?", ":", ",") for at in outer):
            return self._free(texts)
        for sign, join in (("||", disjunction), ("&&", conjunction)):
            places = [at for at in outer if texts[at] == sign]
            if places:
                cuts = [-1, *places, len(tokens)]
                parts = [tokens[a + 1 : b] for a, b in pairwise(cuts)]
                return join([self.truth(part, depth + 1) for part in parts])
        compared = [at for at in outer if texts[at] in _COMPARING]
        if compared:
            at = compared[0]
            found = self._compared(tokens[:at], texts[at], tokens[at + 1 :]) if len(compared) == 1 else None
            return self._free(texts) if found is None else found
        if any(texts[at] in _ARITHMETIC for at in outer):
            return self._free(texts)
        if texts[0] == "!":
            return negation(self.truth(tokens[1:], depth + 1))
        if texts[0] == "(" and len(outer) == 2 and outer[1] == len(texts) - 1:
            return self.truth(tokens[1:-1], depth + 1)
        if texts[0] == "defined" and len(texts) in (2, 4):
            name = texts[1] if len(texts) == 2 else texts[2]
            if len(texts) == 2 or (texts[1], texts[3]) == ("(", ")"):
                return self.defined(name)
        if (
            texts[0] in ENABLED
            and len(texts) == 4
            and (texts[1], texts[3]) == ("(", ")")
            and self._is_symbol(texts[2])
            and self._kinds(texts[2][7:]) in ("", "bool", "tristate")
        ):
            return ENABLED[texts[0]](texts[2][7:])
        if len(texts) == 1 and tokens[0].kind == IDENT and self._is_symbol(texts[0]):
            if self._kinds(texts[0][7:]) in ("int", "hex"):
                return self._number(texts[0][7:], "!=", "0")
            return self.defined(texts[0])
        return self._free(texts)

    def defined(self, name: str) -> Formula:
        """Return where a macro is defined."""
        if not self._is_symbol(name):
            return self._free(["defined", name])
        symbol = name[7:]
        kind = self._kinds(symbol)
        if not kind and symbol.endswith("_MODULE") and self._kinds(symbol[:-7]):
            return Is(symbol[:-7], "m")
        if kind in ("int", "hex"):
            return _shown(symbol)
        if kind == "string":
            return self._free(["defined", name])
        return Is(symbol, "y")

    def _compared(self, left: Sequence[Token], sign: str, right: Sequence[Token]) -> Formula | None:
        if len(left) != 1 or len(right) != 1:
            return None
        if left[0].kind == NUMBER and right[0].kind == IDENT:
            left, right, sign = right, left, _MIRRORED.get(sign, sign)
        if left[0].kind != IDENT or right[0].kind != NUMBER or not self._is_symbol(left[0].text):
            return None
        symbol = left[0].text[7:]
        if self._kinds(symbol) not in ("int", "hex"):
            return None
        return self._number(symbol, _COMPARING[sign], str(integer(right[0].text)[0]))

    def _number(self, symbol: str, sign: str, constant: str) -> Formula:
        """Return where a number compares with a constant; one that is not defined is 0 to the compiler."""
        parts: list[Formula] = [conjunction((_shown(symbol), Compare(symbol, sign, constant)))]
        if compares(sign, "0", constant):
            parts.append(negation(_shown(symbol)))
        return disjunction(parts)

    def _is_symbol(self, name: str) -> bool:
        return name.startswith("CONFIG_") and name[7:] not in self._own

    def _free(self, texts: Sequence[str]) -> Formula:
        return Free(f"{self._place}: {' '.join(texts)}")


def _shown(symbol: str) -> Formula:
    """Return where a number has a value."""
    return disjunction((Compare(symbol, ">=", "0"), Compare(symbol, "<", "0")))


def _outer(texts: Sequence[str]) -> list[int]:
    """Return the places of what stands in no parentheses, and of the outermost parentheses."""
    found: list[int] = []
    depth = 0
    for at, text in enumerate(texts):
        depth -= text == ")"
        if depth <= 0:
            found.append(at)
        depth += text == "("
    return found
