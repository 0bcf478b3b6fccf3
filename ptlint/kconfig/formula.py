# SPDX-License-Identifier: GPL-2.0-or-later
"""Formulas over the symbols of a configuration: what holds in it and what does not.

A formula is true or false, unlike an expression of a Kconfig file, which is n, m or y. `text` writes one in
Kconfig's syntax so that it is not n exactly where the formula is true; so `!X`, which is m where X is m,
stands for "X is not y". `ptlint.kconfig.parsing` reads it back.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ptlint.kconfig.configuration import TRI_VALUES, Configuration, quoted

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})

_NUMBER = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")
_WORD = re.compile(r"[A-Za-z0-9_]+")
_NOTHING: frozenset[str] = frozenset()


class Formula(ABC):
    """A statement about a configuration. Formulas are values: equal ones have equal parts."""

    __slots__ = ()

    def holds(self, configuration: Configuration) -> bool:
        """Tell whether the formula is true in a configuration. ARCH is its architecture."""
        return self.holds_in(_Shown(configuration))

    @abstractmethod
    def holds_in(self, values: Mapping[str, str]) -> bool:
        """Tell whether the formula is true of some values. A symbol that is not among them is n."""

    @abstractmethod
    def symbols(self) -> frozenset[str]:
        """Return the names of the symbols that the formula speaks of."""

    def text(self, bools: Container[str] = _NOTHING) -> str:
        """Return the formula in Kconfig's syntax; "y" is always, "n" is never.

        Of the symbols in *bools* it is known that they are never m; the text is then plainer.
        """
        return _text(self, bools, False)[0]

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Is(Formula):
    """A bool or a tristate has a certain value: y, m or n. A number or a string without a value is n."""

    symbol: str
    value: str

    def __post_init__(self) -> None:
        if self.value not in TRI_VALUES:
            raise ValueError(f"{self.symbol}={self.value}: a bool or tristate is y, m or n")

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return values.get(self.symbol, "n") == self.value

    def symbols(self) -> frozenset[str]:
        return frozenset({self.symbol})


@dataclass(frozen=True, slots=True)
class Enabled(Formula):
    """A bool or a tristate is y or m."""

    symbol: str

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return values.get(self.symbol) in ("y", "m")

    def symbols(self) -> frozenset[str]:
        return frozenset({self.symbol})


@dataclass(frozen=True, slots=True)
class Compare(Formula):
    """A number or a string compares with a constant: =, !=, <, <=, > or >=.

    Numbers are in decimal, or in hexadecimal with 0x. Nothing but != is true of a symbol without a value.
    """

    symbol: str
    operator: str
    constant: str

    def __post_init__(self) -> None:
        if self.operator not in COMPARISONS:
            raise ValueError(f"{self.symbol} {self.operator} {self.constant}: no such comparison")

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return compares(self.operator, values.get(self.symbol), self.constant)

    def symbols(self) -> frozenset[str]:
        return frozenset({self.symbol})


@dataclass(frozen=True, slots=True)
class Free(Formula):
    """Something that Kconfig does not decide: it may be true or false in any configuration.

    Of given values it is false; `settled` makes it true.
    """

    name: str

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return False

    def symbols(self) -> frozenset[str]:
        return _NOTHING


@dataclass(frozen=True, slots=True)
class And(Formula):
    """All of some formulas are true; of none, that is always so."""

    parts: tuple[Formula, ...]

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return all(part.holds_in(values) for part in self.parts)

    def symbols(self) -> frozenset[str]:
        return _NOTHING.union(*(part.symbols() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Or(Formula):
    """One or more of some formulas are true; of none, that is never so."""

    parts: tuple[Formula, ...]

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return any(part.holds_in(values) for part in self.parts)

    def symbols(self) -> frozenset[str]:
        return _NOTHING.union(*(part.symbols() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Not(Formula):
    """A formula is false."""

    part: Formula

    def holds_in(self, values: Mapping[str, str]) -> bool:
        return not self.part.holds_in(values)

    def symbols(self) -> frozenset[str]:
        return self.part.symbols()


TRUE = And(())
FALSE = Or(())


def all_of(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction of some formulas; one alone is itself."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else And(found)


def any_of(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction of some formulas; one alone is itself."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else Or(found)


def settled(formula: Formula) -> Formula:
    """Return a formula with all that is free in it true."""
    match formula:
        case Free():
            return TRUE
        case And(parts):
            return And(tuple(settled(part) for part in parts))
        case Or(parts):
            return Or(tuple(settled(part) for part in parts))
        case Not(part):
            return Not(settled(part))
    return formula


def assignment_formula(values: Mapping[str, str]) -> Formula:
    """Return that symbols have certain values: "y", "m", "n", or a number or text."""
    return all_of(
        Is(name, value) if value in TRI_VALUES else Compare(name, "=", value)
        for name, value in values.items()
    )


def compares(operator: str, value: str | None, constant: str) -> bool:
    """Tell whether a value compares with a constant; None is that of a symbol that has none."""
    if constant in TRI_VALUES and (value is None or value in TRI_VALUES):
        order = TRI_VALUES[value or "n"] - TRI_VALUES[constant]
    elif value is None:
        return operator == "!="
    else:
        first, second = number(value), number(constant)
        if first is not None and second is not None:
            order = first - second
        elif (first is None) == (second is None) or operator in ("=", "!="):
            order = (value > constant) - (value < constant)
        else:
            return False  # a number and a text have no order
    match operator:
        case "=":
            return order == 0
        case "!=":
            return order != 0
        case "<":
            return order < 0
        case "<=":
            return order <= 0
        case ">":
            return order > 0
    return order >= 0


def number(text: str) -> int | None:
    """Return the number that a text is, None if it is none."""
    if _NUMBER.fullmatch(text) is None:
        return None
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)


def plain_value(value: str, kind: str) -> str:
    """Return the value of a symbol so that `number` reads it: a hex number begins with 0x."""
    return f"0x{value}" if kind == "hex" and value[:2] not in ("0x", "0X") else value


class _Shown(Mapping[str, str]):
    """The values that a configuration shows, and ARCH."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def __getitem__(self, name: str) -> str:
        value = self._configuration.values.get(name)
        if value is not None:
            return plain_value(value, self._configuration.types[name])
        if name == "ARCH":
            return self._configuration.arch.name
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._configuration.values)

    def __len__(self) -> int:
        return len(self._configuration.values)


def _text(formula: Formula, bools: Container[str], negated: bool) -> tuple[str, int]:
    """Return a formula, or its negation, as text, and how tightly it binds: || 0, && 1, a literal 2."""
    match formula:
        case Not(part):
            return _text(part, bools, not negated)
        case And(parts) | Or(parts):
            is_and = isinstance(formula, And) != negated
            found = [_text(part, bools, negated) for part in parts]
            if not found:
                return "y" if is_and else "n", 2
            if len(found) == 1:
                return found[0]
            if is_and:
                return " && ".join(text if level else f"({text})" for text, level in found), 1
            return " || ".join(text for text, _ in found), 0
        case Free(name):
            return ("!" if negated else "") + quoted(name), 2
        case Enabled(symbol):
            if negated:
                return (f"!{symbol}" if symbol in bools else f"{symbol}=n"), 2
            return symbol, 2
        case Is(symbol, value):
            if symbol in bools and value != "m":
                return (symbol if (value == "y") != negated else f"!{symbol}"), 2
            if negated:
                return (f"!{symbol}" if value == "y" else symbol if value == "n" else f"{symbol}!=m"), 2
            return f"{symbol}={value}", 2
        case Compare(symbol, operator, constant):
            written = constant if _WORD.fullmatch(constant) else quoted(constant)
            if negated and operator in ("=", "!="):
                return f"{symbol}{'!=' if operator == '=' else '='}{written}", 2
            text = f"{symbol}{operator}{written}"
            return (f"!({text})" if negated else text), 2
    raise TypeError(formula)
