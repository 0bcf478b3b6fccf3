# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run finds out about one architecture, and how the parts of several become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ptlint.kconfig.formula import Formula
from ptlint.results.footprint import Footprint
from ptlint.results.gathering import OneCombination
from ptlint.results.model import Feasibility, Gap
from ptlint.results.queries import Asked


@dataclass(slots=True)
class Part:
    """All that is found out about one architecture; it can be pickled."""

    arch: str  # the value of ARCH
    combinations: list[OneCombination] = field(default_factory=list)
    deciding: dict[str, set[str]] = field(
        default_factory=dict
    )  # symbols, by function or macro; "": of the run
    named: dict[str, set[str]] = field(default_factory=dict)  # what functions name that some of these decide
    present: dict[tuple[str, str], Formula] = field(default_factory=dict)  # where functions are compiled
    gaps: list[Gap] = field(default_factory=list)
    answers: list[Asked] = field(default_factory=list)
    feasible: tuple[Feasibility, ...] = ()
    footprints: list[Footprint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whole:
    """The parts of a run as one, in the order of its architectures."""

    combinations: Sequence[OneCombination]
    deciding: Mapping[str, set[str]]
    named: Mapping[str, set[str]]
    present: Mapping[tuple[str, str], Formula]
    gaps: Sequence[Gap]
    answers: Sequence[Asked]
    feasible: tuple[Feasibility, ...]
    footprints: Sequence[Footprint]


def united(parts: Sequence[Part]) -> Whole:
    """Return all parts as one; of functions of one name, what decides any of them counts."""
    return Whole(
        [one for part in parts for one in part.combinations],
        _unions(part.deciding for part in parts),
        _unions(part.named for part in parts),
        {key: formula for part in parts for key, formula in part.present.items()},
        [gap for part in parts for gap in part.gaps],
        [answer for part in parts for answer in part.answers],
        tuple(one for part in parts for one in part.feasible),
        [footprint for part in parts for footprint in part.footprints],
    )


def _unions(each: Iterable[Mapping[str, set[str]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for names in each:
        for name, symbols in names.items():
            found.setdefault(name, set()).update(symbols)
    return found
