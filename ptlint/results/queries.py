# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that ask Kconfig: which of their queries some configuration violates, and the findings of that.

A query is asked of each architecture by itself (`asked`); what it finds becomes one finding for all of them
(`query_findings`), once the combinations of the run are known. The answers are those of
`ptlint.kconfig.logic`: "no" is certain, and "yes" is shown by a configuration, or else it is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptlint.kconfig.condition import short_condition
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.entries import entry_of, reasons
from ptlint.kconfig.formula import FALSE, Formula, Or, all_of
from ptlint.kconfig.logic import Logic, UndecidedError
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import parse_formula
from ptlint.kconfig.simplify import disjunction
from ptlint.program.conditions import Condition
from ptlint.program.overrides import Override
from ptlint.results.combining import over_archs
from ptlint.results.model import Finding, Gap, Severity, Status, Step
from ptlint.rules.model import Query, Rule


@dataclass(frozen=True, slots=True)
class Violation:
    """A query that configurations of one architecture violate."""

    rule: Rule
    query: Query
    arch: str
    formula: Formula  # it is true of exactly the configurations that violate the query
    condition: str  # the same, irredundant; "y" if that is all configurations
    path: str
    line: int
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of the queries of one architecture."""

    violations: tuple[Violation, ...] = ()
    witnesses: tuple[Configuration, ...] = ()  # what the run needs besides its own configurations
    gaps: tuple[Gap, ...] = ()


def asked(
    model: Model,
    logic: Logic,
    rules: Iterable[Rule],
    configurations: Sequence[Configuration],
    only_these: bool,
) -> Asked:
    """Ask the queries of some rules.

    *configurations* are those that the run looks at anyway; if *only_these*, nothing else counts. For each
    term of a violation's condition that none of them has, a witness is found near the first one.
    """
    violations: list[Violation] = []
    witnesses: list[Configuration] = []
    gaps: list[Gap] = []
    near = configurations[0] if configurations else None
    for rule, query in [(owner, query) for owner in rules for query in owner.queries]:
        formula = _formula(rule, query)
        place = _place(model, query)
        if query.overrides or place is None or not _is_defined(model, logic, formula):
            continue
        known = [one for one in (*configurations, *witnesses) if formula.holds(one)]
        if not known and (only_these or not logic.feasible(formula)):
            continue
        try:
            condition = short_condition(model, logic, formula, near)
            if condition == FALSE:  # a forced assumption made the .config what Kconfig alone does not give
                condition = formula
            if not only_these:
                for term in _terms(condition):
                    wanted = all_of((formula, term))
                    if not any(wanted.holds(one) for one in known):
                        witness = logic.find(wanted, near)
                        if witness is not None:
                            witnesses.append(witness)
                            known.append(witness)
        except UndecidedError as error:
            gaps.append(Gap(*place, "", f"{rule}: {query.name}: {error}"))
            continue
        if known:
            trace = tuple(_trace(model, query, formula, known[0]))
            violations.append(
                Violation(rule, query, model.arch.name, formula, logic.text(condition), *place, trace)
            )
    return Asked(tuple(violations), tuple(witnesses), tuple(gaps))


def wanted(rules: Iterable[Rule], overrides: Iterable[Override]) -> list[Condition]:
    """Return the configurations to be looked at for what an architecture has in the place of generic code."""
    found = list(overrides)
    return [
        Condition(*one.own, all_of((_formula(rule, query), one.where)), one.name)
        for rule in rules
        for query in rule.queries
        for one in found
        if one.symbol == query.overrides
    ]


def overridden(
    model: Model,
    logic: Logic,
    rules: Iterable[Rule],
    overrides: Iterable[Override],
    configurations: Sequence[Configuration],
) -> Asked:
    """Return what comes of the queries about code that an architecture has in the place of generic code.

    Of the configurations only those that the run has looked at count.
    """
    violations: list[Violation] = []
    every = tuple(dict.fromkeys(overrides))
    near = configurations[0] if configurations else None
    for rule, query in [(owner, query) for owner in rules for query in owner.queries if query.overrides]:
        mine = [one for one in every if one.symbol == query.overrides]
        asking, place = _formula(rule, query), _place(model, query)
        formula = all_of((asking, disjunction(one.where for one in mine)))
        known = [one for one in configurations if formula.holds(one)]
        if place is None or not known:
            continue
        try:
            condition = short_condition(model, logic, formula, near)
        except UndecidedError:
            condition = formula
        steps = [*_trace(model, query, asking, known[0])]
        for one in mine:
            if one.where.holds(known[0]):
                steps.append(Step(*one.generic, 1, one.name, "generic code defines it here"))
                steps.append(Step(*one.own, 1, one.name, "the architecture defines one of its own here"))
        text = logic.text(formula if condition == FALSE else condition)
        violations.append(Violation(rule, query, model.arch.name, formula, text, *place, tuple(steps)))
    return Asked(tuple(violations))


def _formula(rule: Rule, query: Query) -> Formula:
    return all_of((parse_formula(rule.requires), parse_formula(query.formula)))


def query_findings(
    violations: Iterable[Violation], combinations: Mapping[str, Configuration], archs: Sequence[str]
) -> list[Finding]:
    """Return one finding for each query and place, under those combinations of the run that violate it.

    *archs* are those of the run; a finding that only some of them have says so in its condition.
    """
    groups: dict[tuple[str, str, str, int], list[Violation]] = {}
    for one in violations:
        groups.setdefault((one.rule.code, one.query.name, one.path, one.line), []).append(one)
    findings: list[Finding] = []
    for of_group in groups.values():
        first = of_group[0]
        holding = tuple(
            name
            for name, configuration in combinations.items()
            for one in of_group
            if one.arch == configuration.arch.name and one.formula.holds(configuration)
        )
        traces = tuple(dict.fromkeys(one.trace for one in of_group))
        findings.append(
            Finding(
                rule=first.rule.code,
                name=first.rule.name,
                severity=Severity(first.rule.severity.value),
                status=Status.EXISTING,
                message=first.rule.message.format(
                    symbol=first.query.symbol, lacks=first.query.lacks, why=first.query.why
                ),
                path=first.path,
                line=first.line,
                column=1,
                function=None,
                combinations=holding,
                condition=over_archs(dict(sorted((one.arch, one.condition) for one in of_group)), archs),
                trace=traces[0],
                identity=("kconfig", first.query.symbol, first.query.name),
                further=traces[1:8],
            )
        )
    return findings


def _is_defined(model: Model, logic: Logic, formula: Formula) -> bool:
    """Tell whether each symbol of a query is defined by the tree or assumed."""
    assumed = {one.symbol for one in logic.assumed}
    return all(name in model.symbols or name in assumed for name in formula.symbols())


def _place(model: Model, query: Query) -> tuple[str, int] | None:
    places = (entry_of(model, name) for name in query.at)
    return next((place for place in places if place is not None), None)


def _terms(condition: Formula) -> tuple[Formula, ...]:
    return condition.parts if isinstance(condition, Or) else (condition,)


def _trace(model: Model, query: Query, formula: Formula, configuration: Configuration) -> Iterator[Step]:
    """Yield the entries and selects that bring a violation about, the query's own symbol first."""
    others = sorted(formula.symbols() - {query.symbol})
    for name in (query.symbol, *others):
        for path, line, column, message in reasons(model, name, configuration):
            yield Step(path, line, column, "", message)
