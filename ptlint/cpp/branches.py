# SPDX-License-Identifier: GPL-2.0-or-later
"""The conditionals of a file as a tree of branches, taken or not."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from ptlint.cpp.directives import BLOCK, IF, IFDEF, IFNDEF, INCLUDE, INCLUDE_NEXT, JUMP, Block, File, Step

_TESTS: Final = (IF, IFDEF, IFNDEF)


class Branch:
    """One branch of a conditional: the text after an #if, #elif or #else.

    *line* is that of the directive, *first* and *last* are the lines of its text. *test* is None for an
    #else. *elders* are the tests of the same conditional that fail if this branch is compiled.
    """

    __slots__ = ("chain", "elders", "first", "guard", "last", "line", "parent", "path", "test")

    def __init__(
        self, path: str, line: int, last: int, test: Step | None, parent: "Branch | None", chain: "Chain"
    ) -> None:
        self.path = path
        self.line = line
        self.first = line + 1
        self.last = last
        self.test = test
        self.parent = parent
        self.chain = chain
        self.elders: tuple[Step, ...] = ()
        self.guard = False
        """Whether it is the text inside of the file's include guard."""

    def within(self, other: "Branch") -> bool:
        """Say whether this is *other*, or a branch inside of it."""
        here: Branch | None = self
        while here is not None and here is not other:
            here = here.parent
        return here is other


class Chain:
    """A conditional: its branches in order. *has_else* tells whether one of them is always compiled."""

    __slots__ = ("branches", "has_else")

    def __init__(self) -> None:
        self.branches: list[Branch] = []
        self.has_else = False

    @property
    def first_line(self) -> int:
        return self.branches[0].line

    @property
    def last_line(self) -> int:
        return self.branches[-1].last + 1


class Branches:
    """The branches of one file; what stands in none is always compiled if the file is."""

    def __init__(self, file: File) -> None:
        self.path = file.path
        self.directory = file.directory
        self.chains: list[Chain] = []
        self.blocks: dict[Block, Branch | None] = {}
        self.includes: list[tuple[Step, Branch | None]] = []
        self.tests: dict[Step, Branch] = {}
        self._file = file
        self._steps = file.steps
        self._read(0, len(file.steps), None)
        self.chains.sort(key=lambda chain: chain.first_line)
        self._starts = [chain.first_line for chain in self.chains]

    def at(self, line: int) -> Branch | None:
        """Return the innermost branch around a line."""
        found: Branch | None = None
        for chain in self.chains[: bisect_right(self._starts, line)]:
            if line <= chain.last_line:
                for branch in chain.branches:
                    if branch.first <= line <= branch.last:
                        found = branch
        return found

    def inside(self, first: int, last: int) -> Iterator[Chain]:
        """Yield the conditionals that begin and end in some lines, the outer ones first."""
        for chain in self.chains:
            if first <= chain.first_line and chain.last_line <= last:
                yield chain

    def _read(self, at: int, end: int, parent: Branch | None) -> None:
        """Read the steps of one branch."""
        steps = self._steps
        while at < end:
            step = steps[at]
            if step.kind in _TESTS:
                at = self._chain(at, parent)
                continue
            if step.kind == BLOCK:
                self.blocks[step.block] = parent
            elif step.kind in (INCLUDE, INCLUDE_NEXT):
                self.includes.append((step, parent))
            at += 1

    def _chain(self, at: int, parent: Branch | None) -> int:
        """Read a whole conditional; return where it ends."""
        steps = self._steps
        chain = Chain()
        elders: tuple[Step, ...] = ()
        while True:
            test = steps[at]
            branch = Branch(self.path, test.line, test.last, test, parent, chain)
            branch.elders = elders
            branch.guard = parent is None and not chain.branches and self._is_guard(test)
            chain.branches.append(branch)
            self.tests[test] = branch
            elders = (*elders, test)
            jump = steps[test.target - 1]
            if jump.kind != JUMP or jump.line != test.last + 1 or test.target - 1 <= at:
                self._read(at + 1, test.target, branch)
                end = test.target
                break
            self._read(at + 1, test.target - 1, branch)
            at = test.target
            end = jump.target
            if at < len(steps) and steps[at].kind in _TESTS and steps[at].line == jump.line:
                continue  # an #elif
            other = Branch(self.path, jump.line, jump.last, None, parent, chain)
            other.elders = elders
            chain.branches.append(other)
            chain.has_else = True
            self._read(at, end, other)
            break
        self.chains.append(chain)
        return end

    def _is_guard(self, test: Step) -> bool:
        guard = self._file.guard
        return guard is not None and test is self._first_test()

    def _first_test(self) -> Step | None:
        return next((step for step in self._steps if step.kind in _TESTS), None)
