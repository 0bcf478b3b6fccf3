# SPDX-License-Identifier: GPL-2.0-or-later
"""Which levels of the page tables are folded on a path, where that is known at run time only.

Where a level is folded, its table *is* the table above it: a pointer into the upper one is cast to the lower
type. A table that is reached through an entry of the level above shows that its level is not folded. Levels
fold from the top: below one that is not folded, none is. A path that says both does not exist.

Soundness: all user address spaces of one path are taken to fold the same levels (a fork copies them), and so
are the kernel's tables. An address space that is given another root table may fold others from then on.
"""

from __future__ import annotations

from ptlint.lifetime.objects import Object, Origin, Owner, State
from ptlint.lifetime.tables import BELOW
from ptlint.lifetime.truths import assume
from ptlint.lifetime.values import Interner

FOLDABLE = ("p4d", "pud", "pmd")  # from the top; the root and the last level are never folded
LEVELS = tuple(BELOW)  # those whose entries point to tables


class Folding:
    """Notes in the truths of a path which levels are folded."""

    def __init__(self, interner: Interner) -> None:
        self.interner = interner
        self.keys = tuple(self.key(level, kernel) for level in FOLDABLE for kernel in (False, True))

    def known(self, state: State) -> tuple[bool | None, ...]:
        """Return what a path knows of all levels."""
        return tuple([state.truths.get(key) for key in self.keys])

    def suppose(self, level: str, kernel: bool, folded: bool, state: State) -> bool:
        """Note whether a level is folded, and what follows for others; False if that contradicts the path."""
        at = FOLDABLE.index(level)
        implied = FOLDABLE[: at + 1] if folded else FOLDABLE[at:]
        return all(assume(self.key(one, kernel), folded, state) for one in implied)

    def cast(self, known: Object, level: str, state: State) -> None:
        """A pointer to a table is given the type of a level: the path learns which levels are folded."""
        kernel = known.owner is Owner.KERNEL
        if known.origin is Origin.ENTRY and not known.table:
            possible = level not in FOLDABLE or self.suppose(level, kernel, False, state)
        elif level in FOLDABLE and known.level in LEVELS and LEVELS.index(known.level) < LEVELS.index(level):
            possible = self.suppose(level, kernel, True, state)
        else:
            return
        if not possible:
            state.impossible = True

    def forget(self, kernel: bool, state: State) -> None:
        """An address space is given another root: the levels that it folds are not known any more."""
        for level in FOLDABLE:
            state.truths.pop(self.key(level, kernel), None)

    def key(self, level: str, kernel: bool) -> int:
        """Return the number that stands for "this level is folded"."""
        return self.interner.key(("folded", level, kernel))
