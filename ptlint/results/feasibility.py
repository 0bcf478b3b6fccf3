# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an architecture can have what rules require, where, and what in Kconfig excludes it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from kconfiglib import expr_str

from ptlint.kconfig.condition import short_condition
from ptlint.kconfig.explaining import explain
from ptlint.kconfig.formula import FALSE, TRUE, Enabled, Formula, Not, all_of, any_of, assignment_formula
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import FormulaError, parse_formula
from ptlint.results.cores import core_step
from ptlint.results.model import Feasibility, Step
from ptlint.rules.conditions import wished
from ptlint.rules.model import Rule


def feasibilities(
    model: Model, logic: Logic, rules: Iterable[Rule], assume: Mapping[str, str]
) -> Iterator[Feasibility]:
    """Yield the answer for each requirement of some rules that can be wished for.

    *logic* is that of the run, whose assumptions count; but not what is assumed of the requirement itself.
    """
    for requirement in dict.fromkeys(rule.requires for rule in rules):
        wishes = wished(requirement)
        if wishes:
            others = {name: value for name, value in assume.items() if name not in wishes}
            free = logic if len(others) == len(assume) else Logic(model, others)
            yield _feasibility(model, free, requirement)


def _possible(model: Model, requirement: str) -> Formula:
    """Return where a requirement can hold: what has a prompt may be on where its dependencies are met."""
    parts: list[Formula] = []
    for name in wished(requirement):
        symbol = model.symbols.get(name)
        part: Formula = Enabled(name)
        if symbol is not None and any(node.prompt for node in symbol.nodes):
            with suppress(FormulaError):
                part = any_of((part, parse_formula(str(expr_str(symbol.direct_dep)))))
        parts.append(part)
    return all_of(parts)


def _feasibility(model: Model, logic: Logic, requirement: str) -> Feasibility:
    formula = parse_formula(requirement)
    condition = short_condition(model, logic, _possible(model, requirement))
    why: tuple[Step, ...] = ()
    if condition != TRUE:
        restricted = assignment_formula({one.symbol: one.value for one in logic.assumed if not one.forced})
        asked = [formula, restricted] if condition == FALSE else [formula, Not(condition), restricted]
        core = explain(model, asked)
        reasons = list(core.reasons) if core is not None else []
        mine = formula.symbols()
        reasons = sorted(reasons, key=lambda reason: reason.symbol not in mine)
        why = tuple(core_step(reason, model, model.arch) for reason in reasons)
    return Feasibility(model.arch.name, requirement, logic.text(condition), why)
