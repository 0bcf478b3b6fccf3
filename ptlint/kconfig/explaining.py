# SPDX-License-Identifier: GPL-2.0-or-later
"""Why no configuration makes some formulas true together: which of them, and which lines of Kconfig files.

The encoding of `ptlint.kconfig.encoding` is built once more, with a switch on every clause that a definition
adds, and on clauses of our own that say what single ``depends on`` and ``select`` lines demand. Of the
switches that a solver needs for its "no" each is then left out that can be: what remains is a minimal
unsatisfiable core.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kconfiglib import AND, TRISTATE, Choice, expr_str
from pysat.solvers import Solver

from ptlint.kconfig.encoding import Encoder
from ptlint.kconfig.evaluation import LOGICAL
from ptlint.kconfig.formula import And, Enabled, Formula, Is, Not, Or
from ptlint.kconfig.gates import TRUE, Gates
from ptlint.kconfig.goals import goal
from ptlint.kconfig.model import Model, not_too_deep

_SOLVER = "glucose4"


class Kind(StrEnum):
    """What it is that excludes a value."""

    DEPENDS = "depends on"
    SELECT = "select"
    VALUE = "value"  # prompts, defaults, implies and selects of a symbol, as a whole
    CHOICE = "choice"  # of which the symbol is a member
    UNDEFINED = "undefined"  # no Kconfig file of the architecture has the symbol


_WHOLE = frozenset({Kind.VALUE, Kind.CHOICE})


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a core: what Kconfig says of *symbol*.

    *text* is the dependency (of ``depends on``), or the symbol that is selected.
    """

    kind: Kind
    symbol: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Core:
    """What excludes one another: formulas, by their places, and reasons."""

    formulas: tuple[int, ...]
    reasons: tuple[Reason, ...]


class _Switched(Gates):
    """Gates whose clauses, but for those of the gates themselves, hold only if their switch does."""

    def __init__(self) -> None:
        super().__init__()
        self.switches: dict[int, Reason] = {}
        self._by_reason: dict[Reason, int] = {}

    def add(self, *literals: int) -> None:
        if self.owner is None:
            super().add(*literals)
        else:
            reason = Reason(Kind.VALUE, self.owner.name or "")
            if self.owner.__class__ is Choice:
                reason = Reason(Kind.CHOICE, next((one.name for one in self.owner.syms), ""))
            super().add(-self.switch(reason), *literals)

    def switch(self, reason: Reason) -> int:
        """Return the switch of what a reason says."""
        known = self._by_reason.get(reason)
        if known is None:
            known = self._by_reason[reason] = self.fresh(lambda _: True)
            self.switches[known] = reason
        return known


def explain(model: Model, formulas: Sequence[Formula], loose: Container[str] = ()) -> Core | None:
    """Return why formulas cannot all be true in a configuration of a model, None if they can.

    Symbols that are *loose* may have any value.
    """
    with not_too_deep():
        return _Explainer(model, loose).explain(formulas)


class _Explainer:
    def __init__(self, model: Model, loose: Container[str]) -> None:
        self._model = model
        self._loose = loose
        self._gates = _Switched()
        self._encoder = Encoder(model.kconf, {}, model.zero_default, self._gates, loose)
        self._fine: set[Any] = set()

    def explain(self, formulas: Sequence[Formula]) -> Core | None:
        goals = [self._goal(formula) for formula in formulas]
        self._encoder.finish()
        self._refine()
        whole = [one for one, reason in self._gates.switches.items() if reason.kind in _WHOLE]
        single = [one for one, reason in self._gates.switches.items() if reason.kind not in _WHOLE]
        with Solver(name=_SOLVER, bootstrap_with=self._gates.clauses) as solver:
            core: list[int] | None = None
            for assumed in ([*goals, *single], [*goals, *single, *whole]):
                if not solver.solve(assumptions=assumed):
                    core = list(solver.get_core() or ())
                    break
            if core is None:
                return None
            rank = {one: (one in goals, one not in whole) for one in core}
            for one in sorted(core, key=lambda literal: (rank[literal], abs(literal))):
                if one in core:
                    rest = [other for other in core if other != one]
                    if not solver.solve(assumptions=rest):
                        kept = set(solver.get_core() or ())
                        core = [other for other in rest if other in kept]
        needed = set(core)
        reasons = [reason for one, reason in self._gates.switches.items() if one in needed]
        return Core(
            tuple(place for place, literal in enumerate(goals) if literal in needed or literal == -TRUE),
            tuple(sorted(reasons, key=lambda reason: (reason.symbol, reason.kind, reason.text))),
        )

    def _goal(self, formula: Formula) -> int:
        """Return the literal of a formula. That a symbol is not defined is a reason like others."""
        gates = self._gates
        match formula:
            case And(parts):
                return gates.all([self._goal(part) for part in parts])
            case Or(parts):
                return gates.any([self._goal(part) for part in parts])
            case Not(part):
                return -self._goal(part)
            case Is(symbol, value) if symbol not in self._model.symbols:
                literal = self._undefined(symbol)
                return -literal if value == "n" else literal
            case Enabled(symbol) if symbol not in self._model.symbols:
                return self._undefined(symbol)
        return goal(formula, self._encoder, self._model.arch.name)

    def _undefined(self, symbol: str) -> int:
        literal = self._encoder.free(f"CONFIG_{symbol}")
        self._gates.clauses.append([-self._gates.switch(Reason(Kind.UNDEFINED, symbol)), -literal])
        return literal

    def _refine(self) -> None:
        """Add what each ``depends on`` and ``select`` says by itself, for all symbols of the encoding."""
        while True:
            waiting = [item for item in self._encoder.pairs() if item not in self._fine]
            if not waiting:
                return
            for item in waiting:
                self._fine.add(item)
                if item.__class__ is Choice or item.name in self._loose:
                    continue
                if item.nodes and item.orig_type in LOGICAL:
                    self._dependencies(item)
                    self._selects(item)
            self._encoder.finish()

    def _dependencies(self, symbol: Any) -> None:
        if not (symbol.defaults or any(node.prompt for node in symbol.nodes)):
            return  # only selects can set it
        if symbol in self._encoder.language.transitional:
            return
        encoder, gates = self._encoder, self._gates
        enabled, _ = encoder.pair(symbol)
        selected = [
            gates.both(encoder.enabled(source), encoder.enabled(cond))
            for source, cond, _ in encoder.language.selectors.get(symbol, ())
        ]
        for part in _conjuncts(symbol.direct_dep):
            reason = Reason(Kind.DEPENDS, symbol.name, str(expr_str(part)))
            if reason.text != "y":
                gates.clauses.append([-gates.switch(reason), -enabled, *selected, encoder.enabled(part)])

    def _selects(self, symbol: Any) -> None:
        if symbol in self._encoder.language.transitional or symbol.choice:
            return  # these are never selected
        encoder, gates = self._encoder, self._gates
        enabled, full = encoder.pair(symbol)
        for source, cond, own in encoder.language.selectors.get(symbol, ()):
            # What is never selected itself is on only where its dependencies hold.
            limit = cond if encoder.language.selectors.get(source) else own
            switch = gates.switch(Reason(Kind.SELECT, source.name, symbol.name))
            gates.clauses.append([-switch, -encoder.enabled(source), -encoder.enabled(limit), enabled])
            if symbol.orig_type is TRISTATE:
                gates.clauses.append([-switch, -encoder.full(source), -encoder.full(cond), full])


def _conjuncts(expression: Any) -> Iterator[Any]:
    if expression.__class__ is tuple and expression[0] is AND:
        yield from _conjuncts(expression[1])
        yield from _conjuncts(expression[2])
    else:
        yield expression
