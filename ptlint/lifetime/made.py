# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that was walked before: what came of it, for other paths that make it with the same objects.

Two such paths may differ in what they suppose, and in numbers. The outcomes serve another path if it agrees
with the first in all of that which the walk asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ptlint.lifetime.callsite import Outcomes
from ptlint.lifetime.objects import State
from ptlint.lifetime.values import Int, Location, Reference, Value


@dataclass(slots=True)
class Made:
    """A call with the memory and the truths before it; `asked` and `read` are what the walk asked for."""

    before: dict[Location, Value]
    supposed: dict[int, bool]
    asked: set[int]
    read: set[Location]
    results: Outcomes
    relied: list[tuple[int, bool]] = field(init=False)
    numbers: list[tuple[Location, Value]] = field(init=False)
    learnt: list[dict[int, bool]] = field(init=False)

    def __post_init__(self) -> None:
        supposed, before = self.supposed, self.before
        self.relied = [(key, supposed[key]) for key in self.asked if key in supposed]
        self.numbers = [(at, before[at]) for at in self.read if isinstance(before.get(at), Int)]
        self.learnt = [
            {k: t for k, t in after.truths.items() if supposed.get(k) is not t} for after, _ in self.results
        ]

    def serves(self, state: State) -> bool:
        """Say whether a path supposes what the walk relied upon, and nothing else than what came of it."""
        truths, memory = state.truths, state.memory
        return (
            all(truths.get(key) is truth for key, truth in self.relied)
            and all(memory.get(at) == number for at, number in self.numbers)
            and all(
                truths.get(key, truth) is truth for learnt in self.learnt for key, truth in learnt.items()
            )
        )

    def again(self, state: State, passing: Iterable[int]) -> Outcomes:
        """Return what comes of the call on another path.

        Only what the call changed and what it learnt is taken over; scalars that it did not touch, at which
        entry a pointer to a table is, and what else was supposed, are those of this path. Truths with a
        number in `passing` may have been lost.
        """
        taken: Outcomes = []
        for (result, value), learnt in zip(self.results, self.learnt, strict=True):
            after = result.copy()
            for at in self.before.keys() | state.memory.keys():
                mine, theirs = state.memory.get(at), self.before.get(at)
                if after.memory.get(at) != theirs or not alike(mine, theirs):
                    continue
                if mine is None:
                    after.memory.pop(at, None)
                else:
                    after.memory[at] = mine
            after.truths = {**state.truths, **learnt}
            after.cleared |= state.cleared
            for lost in [k for k in passing if k in self.supposed and k not in result.truths]:
                after.truths.pop(lost, None)
            taken.append((after, value))
        return taken


def alike(mine: Value | None, theirs: Value | None) -> bool:
    """Say whether one value may stand for another: no reference, or one to the same object."""
    if not isinstance(mine, Reference):
        return True
    return isinstance(theirs, Reference) and theirs.object == mine.object
