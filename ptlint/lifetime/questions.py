# SPDX-License-Identifier: GPL-2.0-or-later
"""What a walk asked of the program, so that its journal can serve wherever the answers are the same.

Functions are lowered once for all configurations and trees in which they look the same, and then are the same
object. So a walk that would get the same answers under another configuration would see the same. Where
functions have moved, it would see the same at other lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ptlint.lifetime.journal import Journal
from ptlint.lifetime.relevance import Asked, Relevance
from ptlint.lifetime.relocation import relocated
from ptlint.lifetime.shapes import Shape
from ptlint.program.program import Answers, Definition, Program
from ptlint.syntax import ir
from ptlint.syntax.moved import Moves, moves_between


@dataclass(frozen=True, slots=True)
class Walk:
    """A journal, and what it rests on."""

    root: Definition
    answers: Answers
    asked: Asked
    journal: Journal

    def seen(
        self, root: Definition, program: Program, relevance: Relevance, moved: MovedFunctions
    ) -> Journal | None:
        """Return what walking `root` in another program would give, None if that is not known from here."""
        displaced = Displaced(moved)
        if not (
            displaced.same(self.root, root)
            and all(
                displaced.same(known, program.resolve(name, unit))
                for (name, unit), known in self.answers.resolved.items()
            )
            and all(program.targets(member) == known for member, known in self.answers.targets.items())
            and all(program.held(*key) == known for key, known in self.answers.held.items())
            and all(program.unknown(*key) == known for key, known in self.answers.unknown.items())
            and all(program.parameters(*key) == known for key, known in self.answers.parameters.items())
            and all(relevance.storage.shares(*key) == known for key, known in self.answers.shared.items())
            and all(relevance.storage.starts(*key) == known for key, known in self.answers.starts.items())
            and all(
                relevance.storage.overlapped(*key) == known for key, known in self.answers.overlapped.items()
            )
            and all(relevance.deferred(name) == known for name, known in self.asked.deferred.items())
            and all(relevance.holds(container) == known for container, known in self.asked.holding.items())
            and all(relevance.of_body(key) == known for key, known in self.asked.bodies.items())
            and all(
                relevance.enters(name, unit, displaced.shape(shape)) == known
                for (name, unit, shape), known in self.asked.entered.items()
            )
        ):
            return None
        if not displaced.definitions:
            return self.journal
        return relocated(self.journal, displaced.moves, displaced.definitions)


@dataclass(slots=True)
class MovedFunctions:
    """How functions have moved: compared once for all walks, and not kept for other runs."""

    known: dict[tuple[ir.Function, ir.Function], Moves | None] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type[MovedFunctions], tuple[()]]:
        return MovedFunctions, ()

    def between(self, old: ir.Function, new: ir.Function) -> Moves | None:
        """See `ptlint.syntax.moved.moves_between`."""
        key = (old, new)
        if key not in self.known:
            self.known[key] = moves_between(old, new)
        return self.known[key]


class Displaced:
    """What has moved of the functions that one walk went through."""

    def __init__(self, moved: MovedFunctions) -> None:
        self.moves = Moves()
        self.definitions: dict[Definition, Definition] = {}
        self._moved = moved

    def same(self, old: Definition | None, new: Definition | None) -> bool:
        """Say whether two functions are the same but for the lines they stand at."""
        if old is None or new is None or old == new:
            return old == new
        if old.unit != new.unit:
            return False
        if old not in self.definitions:
            moves = self._moved.between(old.function, new.function)
            if moves is None or not self.moves.add(moves):
                return False
            self.definitions[old] = new
        return self.definitions[old] == new

    def shape(self, old: Shape) -> Shape:
        """Return the shape of a call as the function makes it where it stands now."""
        caller = self.definitions.get(old.caller)
        return old if caller is None else replace(old, caller=caller)


@dataclass(slots=True)
class WalkCache:
    """The walks made so far, under whatever configuration, by root."""

    walks: dict[tuple[str, str], list[Walk]] = field(default_factory=dict)
    moved: MovedFunctions = field(default_factory=MovedFunctions)

    @property
    def size(self) -> int:
        """How many walks are kept."""
        return sum(len(walks) for walks in self.walks.values())

    def find(self, root: Definition, program: Program, relevance: Relevance) -> Journal | None:
        """Return the journal of a walk that holds here, too."""
        for walk in reversed(self.walks.get(root.key, ())):
            seen = walk.seen(root, program, relevance, self.moved)
            if seen is not None:
                return seen
        return None

    def add(self, walk: Walk) -> None:
        """Keep a walk."""
        self.walks.setdefault(walk.root.key, []).append(walk)
