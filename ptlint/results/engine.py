# SPDX-License-Identifier: GPL-2.0-or-later
"""What is asked of the analysis of one tree, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ptlint.results.footprint import Footprint
from ptlint.results.model import Assumed, Combination, Feasibility, Finding, Gap, Site
from ptlint.rules.model import Rule
from ptlint.source.tree import Tree


@dataclass(frozen=True, slots=True)
class Request:
    """All that decides the answer, but for `paths` and `jobs`, which must not change a byte of it."""

    tree: Tree
    archs: tuple[str, ...]  # values of ARCH, none twice, in the order of the command line
    configs: tuple[tuple[str, str], ...]  # name and text of each .config; () = the defconfig of each arch
    assume: tuple[tuple[str, str], ...]  # symbol without CONFIG_, and its value
    toolchain: str
    rules: tuple[Rule, ...]
    paths: tuple[str, ...] = ()  # what will be reported, relative to the tree; a hint, the answer is whole
    jobs: int = 1
    also: tuple[tuple[str, str], ...] = ()  # architecture and text of further .configs, before any other
    goals: tuple[tuple[str, str], ...] = ()  # architecture and formula: conditions to be met both ways
    cone: tuple[str, ...] = ()  # symbols that combinations are told apart by, beside those of this state
    removed: tuple[str, ...] = ()  # functions that fewer configurations define than in states before or after
    walked: tuple[tuple[str, str], ...] = ()  # functions of the slices of the states before
    touched: tuple[tuple[str, str], ...] = ()  # functions that the patches have changed, by file and name
    callers: tuple[tuple[str, str], ...] = ()  # functions in which some state found something missing
    closed: bool = False  # only the .configs that are given: no others are looked for
    thorough: bool = False  # rules on touched lines look at all files of the cone; no business of the engine


@dataclass(frozen=True, slots=True)
class Usual:
    """A configuration that people build without choosing, as far as the symbols of the cone go."""

    arch: str
    name: str  # x86_64_defconfig, allmodconfig, ...
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StateResult:
    """Everything about one state of a tree, whatever paths were asked for; findings are all `existing`.

    Ids of combinations need to be unique within the state only; a series gives them new ones.
    """

    version: str
    toolchain: str
    assumed: tuple[Assumed, ...]
    combinations: tuple[Combination, ...]
    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    gaps: tuple[Gap, ...]
    files: int
    functions: int
    facts: tuple[str, ...] = ()
    cone: frozenset[str] = frozenset()  # the symbols that combinations are told apart by
    queried: tuple[tuple[str, str], ...] = ()  # architecture and condition of each violated query
    configurations: Mapping[str, str] = field(default_factory=dict)  # combination -> its .config
    usual: tuple[Usual, ...] = ()  # if there are findings, and the user gave no configuration
    feasibility: tuple[Feasibility, ...] = ()  # of what the rules require; only if asked for several archs
    footprint: Footprint | None = None  # None: nothing is known of what the answer rests on
    walked: tuple[tuple[str, str], ...] = ()  # the functions of the slices, by file and name
    lacking: tuple[tuple[str, str], ...] = ()  # functions that call what is missing


class Engine(Protocol):
    """Analyses one state of a tree."""

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """Return what is true of the tree under every combination.

        All reading goes through `request.tree`. An engine that reads in other processes does the same reads
        (`Tree.digest` is enough) in this one, or else a cache cannot know what the answer rests on.
        """
        ...
