# SPDX-License-Identifier: GPL-2.0-or-later
"""The combinations of a series: one name for one assignment, whichever state it belongs to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ptlint.results.engine import StateResult
from ptlint.results.model import Combination, Finding, Site
from ptlint.rules.conditions import Condition


def unite(states: Sequence[StateResult]) -> tuple[tuple[StateResult, ...], tuple[Combination, ...]]:
    """Return the states with ids of combinations that are unique over all of them, and all combinations.

    The same assignment of the same architecture has the same id everywhere. The condition is that of the last
    state that has it.
    """
    ids: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    taken: set[str] = set()
    united: dict[str, Combination] = {}
    renamed: list[StateResult] = []
    for state in states:
        names: dict[str, str] = {}
        for combination in state.combinations:
            key = (combination.arch, tuple(sorted(combination.assignment.items())))
            if key not in ids:
                ids[key] = _free_id(combination, taken)
                taken.add(ids[key])
            names[combination.id] = ids[key]
            united[ids[key]] = replace(combination, id=ids[key])
        renamed.append(_renamed(state, names))
    return tuple(renamed), tuple(united.values())


def _free_id(combination: Combination, taken: set[str]) -> str:
    if combination.id not in taken:
        return combination.id
    number = 1
    while f"{combination.arch}/{number}" in taken:
        number += 1
    return f"{combination.arch}/{number}"


def _renamed(state: StateResult, names: dict[str, str]) -> StateResult:
    def rename(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names[old] for old in ids))

    def finding(one: Finding) -> Finding:
        return replace(one, combinations=rename(one.combinations))

    def site(one: Site) -> Site:
        return replace(one, combinations=rename(one.combinations))

    return replace(
        state,
        combinations=tuple(replace(one, id=names[one.id]) for one in state.combinations),
        findings=tuple(finding(one) for one in state.findings),
        sites=tuple(site(one) for one in state.sites),
        configurations={names[old]: text for old, text in state.configurations.items()},
    )


def narrowed(state: StateResult, cone: frozenset[str]) -> StateResult:
    """Return a state whose combinations assign the symbols of a cone only; of equal ones the first stays."""
    if not cone:
        return state
    names: dict[str, str] = {}
    first: dict[tuple[str, tuple[tuple[str, str], ...]], Combination] = {}
    for one in state.combinations:
        assignment = {s: one.assignment[s] for s in sorted(cone) if s in one.assignment}
        kept = first.setdefault((one.arch, tuple(assignment.items())), replace(one, assignment=assignment))
        names[one.id] = kept.id
    unique = tuple(first.values())
    texts = {one.id: state.configurations[one.id] for one in unique if one.id in state.configurations}
    return _renamed(replace(state, combinations=unique, configurations=texts), names)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Which combinations of two neighbouring states can be the same configuration."""

    before_of: dict[str, tuple[str, ...]]  # id after -> ids before, sorted; () = infeasible before
    after_of: dict[str, tuple[str, ...]]  # id before -> ids after, sorted; () = infeasible after
    replaced_by: dict[str, tuple[str, ...]]  # id after -> ids before, where neither side has any of the above


def correspondence(before: Sequence[Combination], after: Sequence[Combination]) -> Correspondence:
    """Return which combinations agree on all symbols that both assign.

    A symbol that only one of the two states knows decides nothing in the other one. Where the assignment of a
    combination is found again unchanged, it corresponds to that one first.
    """
    same = {one.id for one in before} & {one.id for one in after}
    pairs = {(one, one) for one in same}
    pairs |= {
        (old.id, new.id)
        for old in before
        for new in after
        if old.id not in same and new.id not in same and _agree(old, new)
    }
    paired_before, paired_after = {old for old, _ in pairs}, {new for _, new in pairs}
    pairs |= {
        (old.id, new.id)
        for old in before
        for new in after
        if (old.id not in paired_before or new.id not in paired_after) and _agree(old, new)
    }
    before_of = {new.id: tuple(sorted(old for old, one in pairs if one == new.id)) for new in after}
    after_of = {old.id: tuple(sorted(new for one, new in pairs if one == old.id)) for old in before}
    replaced_by = {
        new.id: tuple(sorted(old.id for old in before if old.arch == new.arch and not after_of[old.id]))
        for new in after
        if not before_of[new.id]
    }
    return Correspondence(before_of, after_of, replaced_by)


def satisfies(combination: Combination, condition: Condition) -> bool:
    """Tell whether a condition holds in a combination; it may name ARCH as well."""
    return condition.holds({"ARCH": combination.arch, **combination.assignment})


def _agree(one: Combination, other: Combination) -> bool:
    return one.arch == other.arch and all(
        other.assignment.get(symbol, value) == value for symbol, value in one.assignment.items()
    )


def condition_of(chosen: Sequence[str], combinations: Iterable[Combination]) -> str:
    """Return a condition for some combinations: theirs joined, without repetition."""
    by_id = {one.id: one for one in combinations}
    parts = sorted({by_id[one].condition for one in chosen})
    if "y" in parts or not parts:
        return "y"
    if len(parts) == 1:
        return parts[0]
    return " || ".join(parts)


def over_archs(conditions: Mapping[str, str], archs: Collection[str]) -> str:
    """Return one condition of several architectures' own; *archs* are all those of the run."""
    texts = set(conditions.values())
    if len(texts) == 1 and set(conditions) == set(archs):
        return texts.pop()
    parts: list[str] = []
    for arch, text in conditions.items():
        both = f"({text})" if " || " in text else text
        parts.append(f"ARCH={arch}" if text == "y" else f"ARCH={arch} && {both}")
    return " || ".join(parts)
