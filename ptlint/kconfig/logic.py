# SPDX-License-Identifier: GPL-2.0-or-later
"""The logic of Kconfig: what is feasible, configurations in which a formula is true, and short formulas.

A SAT solver works on an encoding (`ptlint.kconfig.encoding`) that excludes nothing feasible. What it finds is
read as settings, and these are completed as conf would; a configuration is returned only if the formula is
true in it. So an answer of `Logic.find` is exact either way, or `UndecidedError`.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kconfiglib import TYPE_TO_STR, Choice
from pysat.solvers import Solver

from ptlint.errors import ConfigurationError, KconfigError
from ptlint.kconfig.assumptions import setting_of
from ptlint.kconfig.closure import Closure
from ptlint.kconfig.configuration import TRI_VALUES, Assumption, Configuration, config_line
from ptlint.kconfig.cover import irredundant_cover
from ptlint.kconfig.encoding import Encoder
from ptlint.kconfig.evaluation import TRI_NAMES, Evaluation
from ptlint.kconfig.formula import Formula, all_of, assignment_formula
from ptlint.kconfig.goals import Shown, goal
from ptlint.kconfig.model import Model, UserValues, not_too_deep
from ptlint.kconfig.settings import Solution

_NOTHING: Mapping[str, str] = MappingProxyType({})

_SOLVER = "glucose4"

_MOST_SOLUTIONS = 20
"""How many solutions are tried that do not become what they should, before a formula is undecided."""

_ENOUGH_SOLUTIONS = 5
"""How many are looked at once one makes the formula true, and some of what is wished for with it."""


class UndecidedError(KconfigError):
    """A formula that may be feasible or not."""


class InfeasibleError(ConfigurationError):
    """A formula that no configuration makes true, where one was asked for that does."""


class Logic:
    """Answers questions about the configurations of a model, one at a time."""

    def __init__(
        self, model: Model, assume: Mapping[str, str] = _NOTHING, loose: Container[str] = ()
    ) -> None:
        """Look at those configurations of a model that are as a user assumes.

        Symbols that are *loose* may have any value, whatever their definitions: then only "no" is an answer
        of `feasible`, and nothing else is to be asked.

        An assumption restricts the model if that leaves a configuration; else it is forced, that is, the
        symbol's definition is replaced by the value (see `ptlint.kconfig.assumptions`).

        Raises:
            ConfigurationError: an assumed value is none for the type of its symbol.
        """
        self._model = model
        self._loose = loose
        self._closure = Closure(model.kconf)
        self._forced: dict[Any, int | str] = {}
        self._restriction: Formula = all_of(())
        self._base: tuple[Configuration | None, UserValues, Evaluation] | None = None
        self._begin()
        self.assumed: tuple[Assumption, ...] = self._assume(assume) if assume else ()
        """The assumptions, and which are forced."""

    # Questions

    def feasible(self, formula: Formula) -> bool:
        """Tell whether a formula is true in some configuration. "No" is certain, "yes" nearly so."""
        with not_too_deep():
            literal = self._literal(all_of((formula, self._restriction)))
        return bool(self._solver.solve(assumptions=[literal]))

    def together(self, first: Formula, others: Iterable[Formula]) -> tuple[Formula, ...]:
        """Return a feasible formula and as many of some others, taken in their order, as go with it."""
        parts = [first]
        with not_too_deep():
            literals = [self._literal(self._restriction), self._literal(first)]
            for other in others:
                literal = self._literal(other)
                if self._solver.solve(assumptions=[*literals, literal]):
                    literals.append(literal)
                    parts.append(other)
        return tuple(parts)

    def find(self, formula: Formula, near: Configuration | None = None) -> Configuration | None:
        """Return a configuration in which a formula is true, None if there is none.

        It changes as few settings of *near* (by default, of a .config without any) as the search can see to.

        Raises:
            UndecidedError: settings that should make the formula true do not.
        """
        with not_too_deep():
            return self._changed(self._changes(formula, near), near)

    def find_most(
        self, first: Formula, others: Iterable[Formula], near: Configuration | None = None
    ) -> Configuration | None:
        """Return a configuration in which a formula is true, and with it as many others as are seen to.

        The others are wished for in their order: one that does not go with those before it is left out. None
        if no configuration makes the first true.

        Raises:
            UndecidedError: settings that should make all of that true do not even make the first true.
        """
        with not_too_deep():
            if not self.feasible(first):
                return None
            parts = self.together(first, others)
            return self._changed(self._changes(first, near, parts[1:]), near)

    def _changed(self, changes: UserValues | None, near: Configuration | None) -> Configuration | None:
        """Return *near* with some changes."""
        if changes is None:
            return None
        _, user, evaluation = self._base_of(near)
        if changes:
            evaluation = self._evaluate(_with(user, changes))
        return self._model.configuration(evaluation, self.assumed)

    def fragment(self, formula: Formula, near: Configuration) -> str:
        """Return the lines of a .config that make a formula true when they are set after those of *near*.

        No line can be left out.

        Raises:
            InfeasibleError: it is true in no configuration.
            UndecidedError: settings that should make the formula true do not.
        """
        with not_too_deep():
            changes = self._changes(formula, near)
        if changes is None:
            raise InfeasibleError(f"no configuration has {formula}")
        return "".join(
            config_line(
                symbol.name,
                TRI_NAMES[value] if isinstance(value, int) else value,
                TYPE_TO_STR[symbol.orig_type],
            )
            for symbol, value in changes.items()
        )

    def irredundant(
        self,
        holds: Sequence[Mapping[str, str]],
        fails: Sequence[Mapping[str, str]],
        prefer: Sequence[str] = (),
    ) -> Formula:
        """Return a formula that is true where some assignments hold, and false where others do.

        No literal and no term of it can be left out. What is neither in *holds* nor in *fails*, or is
        infeasible, may be either. An assignment need not name all symbols. Symbols with a prompt are
        preferred, then those in *prefer*, in their order, then by the alphabet.

        Raises:
            ValueError: some configuration is in both *holds* and *fails*.
        """
        names = {name for assignment in (*holds, *fails) for name in assignment}
        places = {name: place for place, name in enumerate(prefer)}

        def rank(name: str) -> tuple[bool, int, str]:
            symbol = self._model.symbols.get(name)
            has_prompt = symbol is not None and any(node.prompt for node in symbol.nodes)
            return not has_prompt, places.get(name, len(places)), name

        kinds = {name: self._kind(name) for name in names}
        return irredundant_cover(holds, fails, sorted(names, key=rank), kinds, self.feasible)

    def symbols_of(self, names: Iterable[str]) -> frozenset[str]:
        """Return some symbols with all symbols that can change their values."""
        return frozenset(
            item.name for item in self._items(names) if item.__class__ is not Choice and item.nodes
        )

    def text(self, formula: Formula) -> str:
        """Return a formula in Kconfig's syntax, as plain as the types of its symbols allow."""
        return formula.text({name for name in formula.symbols() if self._kind(name) == "bool"})

    def values(self, configuration: Configuration) -> dict[str, str]:
        """Return the values of all symbols of the model, "n" for those that a .config does not show."""
        return {**dict.fromkeys(self._model.symbols, "n"), **configuration.values}

    # Solving

    def _begin(self) -> None:
        """Begin a new encoding, after what is forced has changed."""
        self._encoder = Encoder(self._model.kconf, self._forced, self._model.zero_default, loose=self._loose)
        self._solver = Solver(name=_SOLVER)
        self._fed = 0
        self._base = None

    def _literal(self, formula: Formula) -> int:
        literal = goal(formula, self._encoder, self._model.arch.name)
        self._encoder.finish()
        clauses = self._encoder.gates.clauses
        if self._fed < len(clauses):
            self._solver.append_formula(clauses[self._fed :])
            self._fed = len(clauses)
        return literal

    def _changes(
        self, formula: Formula, near: Configuration | None, wishes: Sequence[Formula] = ()
    ) -> UserValues | None:
        """Return what to set over *near* so that a formula is true; None if nothing makes it true.

        Wishes go together with the formula. As settings may not give what the encoding says that they do,
        some solutions are looked at, and the one taken that fulfils most wishes.
        """
        needed = all_of((formula, self._restriction))
        wanted = all_of((needed, *wishes))
        near, user, base = self._base_of(near)
        if wanted.holds_in(Shown(self._model, base)):
            return {}
        literal = self._literal(wanted)
        phases = self._encoder.gates.assignment(base)
        self._solver.set_phases([place if phases[place] else -place for place in range(1, len(phases))])
        items = list(self._items(wanted.symbols()))
        best: tuple[int, UserValues, Formula] | None = None
        for attempt in range(_MOST_SOLUTIONS):
            if best is not None and attempt >= _ENOUGH_SOLUTIONS:
                break
            if not self._solver.solve(assumptions=[literal]):
                if attempt:
                    break
                return None
            solution = Solution(self._encoder, self._solver.get_model())
            settings = solution.settings(items, base)
            for changes in _candidates(settings, user, base):
                shown = Shown(self._model, self._evaluate(_with(user, changes)))
                if not needed.holds_in(shown):
                    continue
                fulfilled = [wish for wish in wishes if wish.holds_in(shown)]
                if best is None or len(fulfilled) > best[0]:
                    best = len(fulfilled), changes, all_of((needed, *fulfilled))
                if len(fulfilled) == len(wishes):
                    return self._fewest(best[2], user, changes)
            self._solver.add_clause([-literal, *(-reason for reason in solution.reasons)])
        if best is not None:
            return self._fewest(best[2], user, best[1])
        raise UndecidedError(f"Kconfig: cannot tell whether a configuration has {formula}")

    def _gives(self, wanted: Formula, user: UserValues, changes: UserValues) -> bool:
        return wanted.holds_in(Shown(self._model, self._evaluate(_with(user, changes))))

    def _fewest(self, wanted: Formula, user: UserValues, changes: UserValues) -> UserValues:
        """Return those changes that are needed: none of them can be left out."""
        size = len(changes)
        while size:
            reduced = False
            place = 0
            while place < len(changes):
                names = list(changes)
                dropped = set(names[place : place + size])
                fewer = {name: changes[name] for name in names if name not in dropped}
                if self._gives(wanted, user, fewer):
                    changes = fewer
                    reduced = True
                else:
                    place += size
            size = size // 2 if size > 1 else int(reduced)
        return changes

    def _evaluate(self, user: UserValues) -> Evaluation:
        return self._model.evaluate(user, self._forced)

    def _base_of(self, near: Configuration | None) -> tuple[Configuration | None, UserValues, Evaluation]:
        """Return a configuration with what it sets and what comes of that; the last one is remembered."""
        if self._base is None or self._base[0] is not near:
            user = self._model.user_values(near.text()) if near is not None else {}
            self._base = near, user, self._evaluate(user)
        return self._base

    def _items(self, names: Iterable[str]) -> Iterable[Any]:
        syms = self._model.kconf.syms
        return self._closure.of(syms[name] for name in sorted(names) if name in syms)

    def _kind(self, name: str) -> str:
        symbol = self._model.symbols.get(name)
        return "" if symbol is None else str(TYPE_TO_STR[symbol.orig_type])

    # Assumptions

    def _assume(self, assume: Mapping[str, str]) -> tuple[Assumption, ...]:
        """Restrict the model, or force symbols, in the order of the assumptions."""
        kept: dict[str, str] = {}
        for given, value in assume.items():
            name = given.removeprefix("CONFIG_")
            symbol = self._model.symbols.get(name)
            if symbol is None:
                self._force(self._model.kconf._lookup_sym(name), TRI_VALUES.get(value, value))
            else:
                setting = setting_of(symbol, value)
                if self._exists({**kept, name: value}):
                    kept[name] = value
                else:
                    self._force(symbol, setting)
        holding: dict[str, str] = {}
        for name, value in kept.items():  # what is forced later may exclude what was kept
            if self._exists({**holding, name: value}):
                holding[name] = value
            else:
                symbol = self._model.symbols[name]
                self._force(symbol, setting_of(symbol, value))
        self._restriction = assignment_formula(holding)
        return tuple(
            Assumption(name, value, name not in holding)
            for name, value in ((given.removeprefix("CONFIG_"), value) for given, value in assume.items())
        )

    def _force(self, symbol: Any, setting: int | str) -> None:
        self._forced[symbol] = setting
        self._begin()

    def _exists(self, values: Mapping[str, str]) -> bool:
        try:
            return self._changes(assignment_formula(values), None) is not None
        except UndecidedError:
            return False


def _with(user: UserValues, changes: UserValues) -> UserValues:
    """Return *user* with some changes set after it."""
    return {**{symbol: value for symbol, value in user.items() if symbol not in changes}, **changes}


def _candidates(settings: UserValues, user: UserValues, base: Evaluation) -> Iterable[UserValues]:
    """Yield the settings that differ from what *base* has, then all that *user* does not set the same."""
    changes = {symbol: value for symbol, value in settings.items() if user.get(symbol) != value}
    differing = {
        symbol: value
        for symbol, value in changes.items()
        if (base.tri(symbol) if isinstance(value, int) else base.text(symbol)) != value
    }
    yield differing
    if len(differing) < len(changes):
        yield changes
