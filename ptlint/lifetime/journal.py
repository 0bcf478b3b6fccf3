# SPDX-License-Identifier: GPL-2.0-or-later
"""What the walks of all roots have seen: frees, objects left in containers, gaps."""

from __future__ import annotations

from collections.abc import Hashable
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


@dataclass(slots=True)
class Journal:
    """Collects; never judges."""

    frees: dict[Hashable, Free] = field(default_factory=dict)
    parked: dict[Hashable, Parked] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)  # containers of tables, not of pointers to entries
    gaps: dict[tuple[str, int, str, str], None] = field(default_factory=dict)
    definitions: dict[tuple[str, str], Definition] = field(default_factory=dict)  # what was walked
    units: set[str] = field(default_factory=set)

    def free(self, free: Free) -> None:
        """Note that an object reached the allocator."""
        self.frees.setdefault((free.sites, free.object, free.root, free.dead, free.kernel), free)

    def park(self, container: str, free: Free) -> None:
        """Note that an object was left in a container."""
        self.parked.setdefault(
            (container, free.sites, free.object, free.root, free.dead, free.kernel),
            Parked(container, free),
        )

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
