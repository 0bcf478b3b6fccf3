# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives symbols the values that a user assumes, by setting what a user can set; by force where that fails.

The policy for one assumption, in the order of trying:

1. The base configuration gives the value already: nothing is changed.
2. A few settings give it: the symbol itself is set if it has a prompt; a prompt or a default that is not in
   force, and symbols that would select it, are brought about by setting the symbols they depend on, and so
   on. The search tries plans from the simplest on; each must leave the earlier assumptions as they are.
3. Else the symbol's definition is replaced by the value. A value that the model could give by a plan beyond
   `_MOST_PLANS` is then forced too: the search errs on that side only, and says so by ``forced``.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kconfiglib import AND, EQUAL, NOT, OR, TYPE_TO_STR, UNEQUAL, Choice

from ptlint.errors import ConfigurationError
from ptlint.kconfig.configuration import TRI_VALUES, Assumption
from ptlint.kconfig.evaluation import LOGICAL, Evaluation
from ptlint.kconfig.language import Expression, Language

Setting = int | str
Plan = dict[Any, Setting]

_MOST_PLANS = 300
"""How many plans are tried for one assumption."""

_MOST_STEPS = 50_000
"""How many expressions are looked at for one assumption."""

_DEEPEST = 8
"""How far a plan follows dependencies of dependencies."""

_MOST_ALTERNATIVES = 12
"""How many symbols that select another are considered."""


class Assumer:
    """Turns assumptions into user values and forced values, over one base of user values."""

    def __init__(self, language: Language, user: Mapping[Any, Setting], zero_default: bool) -> None:
        """Begin with what the base configuration sets."""
        self._language = language
        self._zero_default = zero_default
        self.user: Plan = dict(user)
        self.forced: Plan = {}
        self._kept: list[tuple[Any, Setting]] = []
        self._order: list[tuple[str, str, Any]] = []

    def assume(self, name: str, value: str) -> None:
        """Bring one assumption about.

        Raises:
            ConfigurationError: the value is none for the symbol's type.
        """
        name = name.removeprefix("CONFIG_")
        symbol = self._language.syms.get(name)
        if symbol is None or not symbol.nodes:
            symbol = symbol or self._language._lookup_sym(name)
            self.forced[symbol] = TRI_VALUES.get(value, value)
            self._order.append((name, value, symbol))
            return
        setting = setting_of(symbol, value)
        self._order.append((name, value, symbol))
        plan = self._plan_for(symbol, setting)
        if plan is None:
            self.forced[symbol] = setting
        else:
            self.user = _with(self.user, plan)
            self._kept.append((symbol, setting))

    def result(self) -> tuple[Assumption, ...]:
        """Return the assumptions, in the order of asking; ends with forcing those that a later one broke."""
        evaluation = self.evaluation(self.user)
        for symbol, setting in self._kept:
            if symbol not in self.forced and not _has(evaluation, symbol, setting):
                self.forced[symbol] = setting
                evaluation = self.evaluation(self.user)
        return tuple(Assumption(name, value, symbol in self.forced) for name, value, symbol in self._order)

    def evaluation(self, user: Mapping[Any, Setting]) -> Evaluation:
        """Return the values of all symbols under *user* and what is forced."""
        return Evaluation(self._language, user, forced=self.forced, zero_default=self._zero_default)

    def _plan_for(self, symbol: Any, setting: Setting) -> Plan | None:
        """Return what to set so that *symbol* has the value and earlier assumptions keep theirs."""
        plans = _Planner(self.evaluation(self.user), {s for s, _ in self._kept}).exactly(symbol, setting)
        for plan in islice(plans, _MOST_PLANS):
            outcome = self.evaluation(_with(self.user, plan))
            if _has(outcome, symbol, setting) and all(_has(outcome, s, v) for s, v in self._kept):
                return plan
        return None


class _Planner:
    """Makes plans by the values of one evaluation; whether they work is for the caller to see."""

    def __init__(self, now: Evaluation, fixed: set[Any]) -> None:
        self._now = now
        self._fixed = fixed
        self._steps = 0

    def exactly(self, symbol: Any, setting: Setting) -> Iterator[Plan]:
        """Yield plans that may give *symbol* the value."""
        if _has(self._now, symbol, setting):
            yield {}
        if isinstance(setting, str):
            for node in symbol.nodes:
                if node.prompt:
                    for plan in self._at_least(node.prompt[1], 1, frozenset({symbol}), _DEEPEST):
                        yield {**plan, symbol: setting}
            return
        if setting:
            for plan in self._raise(symbol, setting, frozenset(), _DEEPEST):
                if setting == 1:
                    yield {**plan, symbol: 1}
                yield plan
        if setting < 2:
            for plan in self._lower(symbol, setting, frozenset(), _DEEPEST):
                yield {**plan, symbol: setting}

    def _at_least(self, expr: Expression, value: int, seen: frozenset[Any], depth: int) -> Iterator[Plan]:
        """Yield plans that may raise *expr* to *value* (1 or 2)."""
        if self._now.tri(expr) >= value:
            yield {}
            return
        self._steps += 1
        if depth <= 0 or self._steps > _MOST_STEPS:
            return
        if expr.__class__ is not tuple:
            if expr not in seen:
                yield from self._raise(expr, value, seen, depth)
        elif expr[0] is AND:
            yield from self._both(
                self._at_least(expr[1], value, seen, depth),
                lambda: self._at_least(expr[2], value, seen, depth),
            )
        elif expr[0] is OR:
            yield from self._at_least(expr[1], value, seen, depth)
            yield from self._at_least(expr[2], value, seen, depth)
        elif expr[0] is NOT:
            yield from self._at_most(expr[1], 2 - value, seen, depth)
        else:
            yield from self._relation(expr, True, seen, depth)

    def _at_most(self, expr: Expression, value: int, seen: frozenset[Any], depth: int) -> Iterator[Plan]:
        """Yield plans that may lower *expr* to *value* (0 or 1)."""
        if self._now.tri(expr) <= value:
            yield {}
            return
        self._steps += 1
        if depth <= 0 or self._steps > _MOST_STEPS:
            return
        if expr.__class__ is not tuple:
            if expr not in seen:
                yield from self._lower(expr, value, seen, depth)
        elif expr[0] is AND:
            yield from self._at_most(expr[1], value, seen, depth)
            yield from self._at_most(expr[2], value, seen, depth)
        elif expr[0] is OR:
            yield from self._both(
                self._at_most(expr[1], value, seen, depth), lambda: self._at_most(expr[2], value, seen, depth)
            )
        elif expr[0] is NOT:
            yield from self._at_least(expr[1], 2 - value, seen, depth)
        else:
            yield from self._relation(expr, False, seen, depth)

    def _raise(self, item: Any, value: int, seen: frozenset[Any], depth: int) -> Iterator[Plan]:
        if item.__class__ is Choice or item.is_constant or item in self._fixed or item in self._now.forced:
            return
        seen |= {item}
        is_bool = TYPE_TO_STR[item.orig_type] == "bool"
        visible = 1 if value == 1 or is_bool else 2
        if is_bool:
            value = 2
        for node in item.nodes:
            if node.prompt:
                for plan in self._at_least(node.prompt[1], visible, seen, depth - 1):
                    yield {**plan, item: value}
        if item.choice:
            return
        for default, cond in item.defaults:
            yield from self._both(
                self._at_least(cond, value, seen, depth - 1),
                lambda d=default: self._at_least(d, value, seen, depth - 1),
            )
        terms = self._now.language.selectors.get(item, []) + self._now.language.impliers.get(item, [])
        terms = sorted(terms, key=lambda term: 2 - self._now.tri(term[1]))
        for source, cond, _ in terms[:_MOST_ALTERNATIVES]:
            if source not in seen:
                yield from self._both(
                    self._at_least(source, visible, seen, depth - 1),
                    lambda c=cond: self._at_least(c, visible, seen, depth - 1),
                )

    def _lower(self, item: Any, value: int, seen: frozenset[Any], depth: int) -> Iterator[Plan]:
        if item.__class__ is Choice or item.is_constant or item in self._fixed or item in self._now.forced:
            return
        seen |= {item}
        if item.choice:
            for other in item.choice.syms:
                if other is not item and other not in seen:
                    yield from self._raise(other, 2, seen, depth - 1)
            return
        if TYPE_TO_STR[item.orig_type] == "bool":
            value = 0
        for plan in self._at_most(item.rev_dep, value, seen, depth - 1):
            if any(node.prompt and self._now.tri(node.prompt[1]) for node in item.nodes):
                yield {**plan, item: value}
            active = next(((d, cond) for d, cond in item.defaults if self._now.tri(cond)), None)
            if active is None:
                yield plan
                continue
            for reason in ((AND, *active), item.direct_dep):
                for more in self._at_most(reason, value, seen, depth - 1):
                    if (joined := _joined(plan, more)) is not None:
                        yield joined

    def _relation(self, expr: Expression, holds: bool, seen: frozenset[Any], depth: int) -> Iterator[Plan]:
        """Yield plans that may make a comparison of a symbol with a constant hold or fail."""
        operator, symbol, constant = expr
        if operator not in (EQUAL, UNEQUAL) or symbol.is_constant or symbol in seen or symbol.nodes == []:
            return
        equal = holds == (operator is EQUAL)
        if symbol.orig_type in LOGICAL:
            wanted = TRI_VALUES.get(constant.name)
            if wanted is None:
                return
            for value in [wanted] if equal else [v for v in (2, 0, 1) if v != wanted]:
                yield from (
                    self._raise(symbol, value, seen, depth - 1)
                    if value
                    else self._lower(symbol, 0, seen, depth - 1)
                )
        elif equal:
            yield {symbol: self._now.text(constant)}

    def _both(self, first: Iterator[Plan], second: Any) -> Iterator[Plan]:
        for plan in first:
            for more in second():
                if (joined := _joined(plan, more)) is not None:
                    yield joined


def _joined(first: Plan, second: Plan) -> Plan | None:
    """Return both plans as one, None if they contradict each other."""
    if any(first.get(symbol, value) != value for symbol, value in second.items()):
        return None
    return {**first, **second}


def _with(user: Mapping[Any, Setting], plan: Plan) -> Plan:
    """Return *user* with a plan set after it."""
    return {**{symbol: value for symbol, value in user.items() if symbol not in plan}, **plan}


def _has(evaluation: Evaluation, symbol: Any, setting: Setting) -> bool:
    return (evaluation.tri(symbol) if isinstance(setting, int) else evaluation.text(symbol)) == setting


def setting_of(symbol: Any, value: str) -> Setting:
    """Return a value in the form in which evaluations hold it.

    Raises:
        ConfigurationError: the value is none for the symbol's type.
    """
    kind = TYPE_TO_STR[symbol.orig_type]
    if symbol.orig_type in LOGICAL:
        if value not in TRI_VALUES or (kind == "bool" and value == "m"):
            kinds = "y or n" if kind == "bool" else "y, m or n"
            raise ConfigurationError(f"{symbol.name}={value}: {symbol.name} is {kind}, it takes {kinds}")
        return TRI_VALUES[value]
    if kind in ("int", "hex"):
        try:
            int(value, 10 if kind == "int" else 16)
        except ValueError as error:
            raise ConfigurationError(
                f"{symbol.name}={value}: {symbol.name} takes a number ({kind})"
            ) from error
    return value
