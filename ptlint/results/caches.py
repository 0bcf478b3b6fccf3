# SPDX-License-Identifier: GPL-2.0-or-later
"""What has been parsed, lowered and walked: all by content, so that it never becomes stale.

It serves every configuration, every state of a series and, kept on disk, later runs.
"""

from dataclasses import dataclass, field

from ptlint.cpp.sources import SourceCache
from ptlint.lifetime.questions import WalkCache
from ptlint.program.definitions import Callees
from ptlint.program.texts import Texts
from ptlint.rules.watching import RuleMonitor
from ptlint.syntax.unit import SyntaxCache


@dataclass(frozen=True, slots=True)
class Watch:
    """A monitor, and the walks made under it: what a walk remembers is in the monitor's numbers."""

    monitor: RuleMonitor
    walks: WalkCache


@dataclass(slots=True)
class Caches:
    """For one set of facts. What one of them holds refers to the others by identity: they stay together."""

    sources: SourceCache = field(default_factory=SourceCache)
    syntax: SyntaxCache = field(default_factory=SyntaxCache)
    texts: Texts = field(default_factory=Texts)
    callees: Callees = field(default_factory=Callees)
    watches: dict[tuple[str, ...], Watch] = field(default_factory=dict)  # by the digests of the rules

    @property
    def size(self) -> int:
        """How many results they hold: functions that were lowered, and walks."""
        lowered = sum(len(made) for made in self.syntax.functions.values())
        return lowered + sum(watch.walks.size for watch in self.watches.values())
