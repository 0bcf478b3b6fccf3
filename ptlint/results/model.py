# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run says: findings, free sites, gaps, combinations. Values only; no format, no analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ptlint.rules.model import Severity as Severity


class Status(StrEnum):
    """How a finding or gap relates to the base of a patch."""

    NEW = "new"
    EXISTING = "existing"
    FIXED = "fixed"


class Verdict(StrEnum):
    """What is proved of a free site under a combination."""

    RCU = "rcu"
    UNPUBLISHED = "unpublished"
    KERNEL = "kernel"
    EXCLUSIVE = "exclusive"
    UNSAFE = "unsafe"
    UNDECIDED = "undecided"
    CALLER = "caller"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step of a path. `line` is 1-based; `function` is the macro's name for text in a macro's body."""

    path: str
    line: int
    column: int
    function: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Ground:
    """Something that a proof rests on: a fact of that name, or what is proved of a call to it."""

    name: str
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule violated at a place. `identity` holds what the fingerprint is made of, never a line number."""

    rule: str
    name: str
    severity: Severity
    status: Status
    message: str
    path: str
    line: int
    column: int
    function: str | None
    combinations: tuple[str, ...]
    condition: str
    trace: tuple[Step, ...]
    identity: tuple[str, ...]
    patch: int | None = None
    further: tuple[tuple[Step, ...], ...] = ()  # further ways to the same place
    suppressed: str | None = None  # the reason; then the severity is note
    in_source: bool = False  # suppressed by a comment beside the code
    met_by: tuple[str, ...] = ()  # defconfigs, allmodconfig and allnoconfig that meet the condition
    not_met_by: tuple[str, ...] = ()  # those that do not; both are empty where that was not asked
    grounds: tuple[Ground, ...] = ()
    remains: tuple[str, ...] = ()  # of what is fixed: the combinations that still have it after the patch


@dataclass(frozen=True, slots=True)
class Site:
    """A free site with its verdict under some combinations. `steps` is the path the proof follows."""

    path: str
    line: int
    column: int
    function: str
    callee: str
    level: str  # pte | pmd | pud | p4d | pgd | any
    verdict: Verdict
    reason: str
    combinations: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    facts: tuple[str, ...] = ()  # primitives and lock arguments that the proof relies on
    contexts: tuple[Verdict, ...] = ()  # what is proved of those that reach it, where they differ


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A free site whose verdict a patch changes."""

    path: str
    line: int
    function: str
    callee: str
    before: Verdict | None
    after: Verdict | None
    combinations: tuple[str, ...]
    patch: int | None  # None if only the ends of a series are compared


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not analysed, and why."""

    path: str
    line: int
    function: str
    reason: str
    status: Status = Status.EXISTING


@dataclass(frozen=True, slots=True)
class Combination:
    """A feasible configuration that stands for a class of them."""

    id: str
    arch: str
    assignment: Mapping[str, str]
    condition: str


@dataclass(frozen=True, slots=True)
class Assumed:
    symbol: str
    value: str
    forced: bool


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Whether an architecture can have what rules require."""

    arch: str
    requirement: str  # Kconfig expression
    condition: str  # where the requirement holds, or can be chosen to: "y" anywhere, "n" nowhere
    why: tuple[Step, ...]  # what excludes it elsewhere: a minimal core of lines of Kconfig files


class Holds(StrEnum):
    """How some combinations stand to a requirement."""

    ON = "on"
    OFF = "off"
    ASSUMED = "assumed"  # on, in no real configuration


@dataclass(frozen=True, slots=True)
class Ways:
    """How the tables of each level are freed in some combinations of one architecture."""

    holds: Holds
    levels: Mapping[str, tuple[Verdict, ...]]  # of tables that walkers may reach, the worst first
    findings: Mapping[str, int]  # code and name of a rule, and how many findings it has


@dataclass(frozen=True, slots=True)
class ArchOverview:
    """What stands between an architecture and a requirement."""

    feasibility: Feasibility
    ways: tuple[Ways, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What rules require, architecture by architecture."""

    requirement: str
    assumption: str  # the flags that bring it about where no configuration has it
    archs: tuple[ArchOverview, ...]
    gaps: int  # places that were not analysed under the assumption


@dataclass(frozen=True, slots=True)
class PatchState:
    index: int
    subject: str
    applied: bool
    total: int = 0  # how many patches the series has, as its subjects say


@dataclass(frozen=True, slots=True)
class Stats:
    files: int
    functions: int
    sites: int
    combinations: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a run has to say; each report prints it, none computes."""

    mode: str  # check | patch | audit
    toolchain: str
    version: str  # of the tree
    archs: tuple[str, ...]
    assumed: tuple[Assumed, ...]
    patches: tuple[PatchState, ...]
    combinations: tuple[Combination, ...]
    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    verdicts: tuple[VerdictChange, ...]
    unanalyzed: tuple[Gap, ...]
    stats: Stats
    facts: tuple[str, ...] = ()  # facts and lock arguments relied upon (audit)
    silent: tuple[str, ...] = ()  # codes of rules that speak of none of the combinations
    ledger: bool = False  # whether the sites were asked for
    notes: tuple[str, ...] = ()  # on suppressions that suppress nothing, and on hunks that were moved
    overviews: tuple[Overview, ...] = ()  # of an audit of several architectures
    base: str = ""  # what the patches were laid over, or what was analysed; "" is the tree as it lies on disk
