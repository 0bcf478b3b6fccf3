# SPDX-License-Identifier: GPL-2.0-or-later
"""What a walk asked of the program, so that its journal can serve wherever the answers are the same.

Functions are lowered once for all configurations and trees in which they look the same, and then are the same
object. So a walk that would get the same answers under another configuration would see the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ptlint.lifetime.journal import Journal
from ptlint.lifetime.relevance import Asked, Relevance
from ptlint.program.program import Answers, Definition, Program


@dataclass(frozen=True, slots=True)
class Walk:
    """A journal, and what it rests on."""

    root: Definition
    answers: Answers
    asked: Asked
    journal: Journal

    def holds(self, root: Definition, program: Program, relevance: Relevance) -> bool:
        """Say whether walking `root` in another program would give this journal."""
        return (
            root == self.root
            and all(
                program.resolve(name, unit) == known for (name, unit), known in self.answers.resolved.items()
            )
            and all(program.targets(member) == known for member, known in self.answers.targets.items())
            and all(program.harmless(name) == known for name, known in self.answers.harmless.items())
            and all(relevance.storage.shares(*key) == known for key, known in self.answers.shared.items())
            and all(relevance.storage.starts(*key) == known for key, known in self.answers.starts.items())
            and all(relevance.deferred(name) == known for name, known in self.asked.deferred.items())
            and all(relevance.holds(container) == known for container, known in self.asked.holding.items())
            and all(relevance.flow_of(seed) == known for seed, known in self.asked.flows.items())
            and all(
                relevance.synchronises(definition) == known
                for definition, known in self.asked.synchronises.items()
            )
        )


@dataclass(slots=True)
class WalkCache:
    """The walks made so far, under whatever configuration, by root."""

    walks: dict[tuple[str, str], list[Walk]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many walks are kept."""
        return sum(len(walks) for walks in self.walks.values())

    def find(self, root: Definition, program: Program, relevance: Relevance) -> Journal | None:
        """Return the journal of a walk that holds here, too."""
        for walk in reversed(self.walks.get(root.key, ())):
            if walk.holds(root, program, relevance):
                return walk.journal
        return None

    def add(self, walk: Walk) -> None:
        """Keep a walk."""
        self.walks.setdefault(walk.root.key, []).append(walk)
