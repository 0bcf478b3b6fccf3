# SPDX-License-Identifier: GPL-2.0-or-later
"""What the walks of all roots have seen: frees, objects left in containers, gaps."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from ptlint.lifetime.objects import Event, Object
from ptlint.lifetime.sites import SiteKey
from ptlint.program.program import Definition
from ptlint.syntax.ir import Place


@dataclass(frozen=True, slots=True)
class Free:
    """An object reached the allocator (or a container) on one path. `sites` is the way, outermost first."""

    sites: tuple[SiteKey, ...]
    object: Object
    history: tuple[Event, ...]
    root: tuple[str, str]  # path and name of the function the walk started from
    dead: bool  # the last reference to the owning address space was dropped on this path
    kernel: bool  # the owning address space is known to be the kernel's
    space_given: bool = False  # the owning address space is an argument of the root


@dataclass(frozen=True, slots=True)
class Parked:
    """An object was left in a container."""

    container: str
    free: Free
    static: bool = False  # the container is a variable, or in one
    part: bool = False  # by a pointer into its page: what is kept is the rest of that, for other tables


@dataclass(frozen=True, slots=True)
class Violation:
    """An event that violated a rule, if the table's automaton was in one of `starts` when it was found.

    If it was in one of `before`, an earlier event has violated it.
    """

    rule: str
    event: str
    starts: frozenset[str]
    free: Free  # the table, and the way the event came about
    before: frozenset[str] = frozenset()
    cleared: bool = False  # it may be a table whose entry the path has cleared, without knowing it
    below: frozenset[tuple[str, str]] = frozenset()  # of a use: the functions, by path and name, in or below
    # which the table was handed over

    def certain(self, harmless: frozenset[str]) -> bool:
        """Say whether it violates the rule in whichever of the harmless states the table was when found."""
        return harmless <= self.starts | self.before and not harmless <= self.before


@dataclass(slots=True)
class Journal:
    """Collects; never judges."""

    frees: dict[Hashable, Free] = field(default_factory=dict)
    parked: dict[Hashable, Parked] = field(default_factory=dict)
    violations: dict[Hashable, Violation] = field(default_factory=dict)
    wrong: dict[tuple[str, SiteKey], frozenset[str]] = field(default_factory=dict)  # rules that an event may
    # violate at a place, whatever table comes by
    doubts: dict[tuple[str, SiteKey], set[Violation]] = field(default_factory=dict)  # those of `wrong` that
    # depend on how a table was found
    left: dict[tuple[str, bool, int], Object] = field(default_factory=dict)  # level, kernel, status
    filled: set[str] = field(default_factory=set)  # containers of tables, not of pointers to entries
    gaps: dict[tuple[str, int, str, str], None] = field(default_factory=dict)
    owned: set[tuple[str, str]] = field(default_factory=set)  # functions, by path and name, that were called
    # with tables that nobody had handed over
    definitions: dict[tuple[str, str], Definition] = field(default_factory=dict)  # what was walked
    units: set[str] = field(default_factory=set)
    dangling: bool = False  # a table was made and freed, and what the caller handed in still points to it

    def free(self, free: Free) -> None:
        """Note that an object reached the allocator."""
        self.frees.setdefault((free.sites, free.object, free.root, free.dead, free.kernel), free)

    def park(self, container: str, free: Free, static: bool = False, part: bool = False) -> None:
        """Note that an object was left in a container."""
        self.parked.setdefault(
            (container, free.sites, free.object, free.root, free.dead, free.kernel, static, part),
            Parked(container, free, static, part),
        )

    def violate(self, violation: Violation) -> None:
        """Note that an event violated a rule."""
        free = violation.free
        key = (violation.rule, violation.starts, free.sites, free.object, free.root, free.dead, free.kernel)
        self.violations.setdefault((*key, violation.cleared), violation)

    def passes(
        self, event: str, key: SiteKey, wrong: frozenset[str], doubts: Iterable[Violation] = ()
    ) -> None:
        """Note an event of a table that came by a place, and the rules that it may have violated."""
        known = self.wrong.get((event, key))
        self.wrong[event, key] = wrong if known is None else known & wrong
        for doubt in doubts:
            self.doubts.setdefault((event, key), set()).add(doubt)

    def leave(self, known: Object, kernel: bool) -> None:
        """Note how a table that was allocated here is as it is published."""
        self.left.setdefault((known.level, kernel, known.status), known)

    def gap(self, place: Place, function: str, reason: str) -> None:
        """Note something that was not followed."""
        self.gaps[(place.path, place.line, function, reason)] = None

    def overflow(self, definition: Definition, reason: str) -> None:
        """Note that a function's walk was cut short."""
        function = definition.function
        self.gaps[(function.path, function.line, function.name, reason)] = None

    def entered(self, definition: Definition) -> None:
        """Note a function that was walked."""
        self.definitions[definition.key] = definition
        self.units.add(definition.unit)
