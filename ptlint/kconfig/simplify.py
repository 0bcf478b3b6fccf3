# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds formulas that stay small: what is always or never true is left out, and so is what is said twice.

Formulas that differ only in the order of their parts become equal. That two formulas are equivalent is not
always found; that is the solver's task.
"""

from collections.abc import Iterable

from ptlint.kconfig.formula import FALSE, TRUE, And, Formula, Not, Or


def negation(formula: Formula) -> Formula:
    """Return a formula that is true where *formula* is false; the negation goes down to the atoms."""
    match formula:
        case Not(part):
            return part
        case And(parts):
            return disjunction(negation(part) for part in parts)
        case Or(parts):
            return conjunction(negation(part) for part in parts)
    return Not(formula)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """Return that all of *parts* are true."""
    return _joined(parts, True)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Return that one of *parts* is true."""
    return _joined(parts, False)


def _joined(given: Iterable[Formula], is_and: bool) -> Formula:
    neutral, absorbing = (TRUE, FALSE) if is_and else (FALSE, TRUE)
    flat: dict[Formula, None] = {}
    for part in given:
        flat.update(dict.fromkeys(_parts(part, is_and)))
    flat.pop(neutral, None)
    if absorbing in flat:
        return absorbing
    if len(flat) == 1:
        return next(iter(flat))
    if not flat:
        return neutral
    facts = {part for part in flat if not isinstance(part, And | Or)}
    opposite = {negation(part) for part in facts}
    if not facts.isdisjoint(opposite):
        return absorbing
    kept: dict[Formula, None] = {}
    again = False
    for part in flat:
        if part in facts:
            kept[part] = None
            continue
        inner = _parts(part, not is_and)
        if not facts.isdisjoint(inner) or any(
            _covers(other, inner, is_and) for other in flat if other != part
        ):
            continue  # A || (A && B) is A
        rest = [one for one in inner if one not in opposite]
        if len(rest) < len(inner):  # A || (!A && B) is A || B
            kept[_joined(rest, not is_and)] = None
            again = True
        else:
            kept[part] = None
    if again:
        return _joined(kept, is_and)
    if len(kept) == 1:
        return next(iter(kept))
    ordered = tuple(sorted(kept, key=str))
    return And(ordered) if is_and else Or(ordered)


def _parts(formula: Formula, is_and: bool) -> tuple[Formula, ...]:
    """Return the parts of a conjunction (or disjunction), the formula itself if it is none."""
    if isinstance(formula, And) and is_and:
        return formula.parts
    if isinstance(formula, Or) and not is_and:
        return formula.parts
    return (formula,)


def _covers(other: Formula, inner: tuple[Formula, ...], is_and: bool) -> bool:
    """Whether the parts of *other* are a proper subset of *inner*: then *inner* adds nothing beside it."""
    parts = _parts(other, not is_and)
    return 1 < len(parts) < len(inner) and set(parts) < set(inner)
