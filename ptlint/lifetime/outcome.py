# SPDX-License-Identifier: GPL-2.0-or-later
"""All that the walks have seen, before it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptlint.lifetime.journal import Free, Parked, Violation
from ptlint.lifetime.sites import SiteKey
from ptlint.program.program import Definition

Key = tuple[str, str]  # the file that holds a function's definition, and its name


@dataclass(slots=True)
class Outcome:
    """All that was seen, over all roots."""

    frees: list[Free] = field(default_factory=list)
    parked: dict[str, list[Parked]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    wrong: dict[tuple[str, SiteKey], frozenset[str]] = field(default_factory=dict)  # as in Journal
    doubts: dict[tuple[str, SiteKey], set[Violation]] = field(default_factory=dict)  # as in Journal
    left: dict[tuple[str, bool], set[int]] = field(default_factory=dict)  # statuses, by level and kernel's
    gaps: list[tuple[str, int, str, str]] = field(default_factory=list)
    owned: set[Key] = field(default_factory=set)  # as in Journal
    definitions: dict[Key, Definition] = field(default_factory=dict)  # what was walked
    units: set[str] = field(default_factory=set)
    unreached: dict[Key, int] = field(default_factory=dict)  # lines of roots that nobody is seen to call
