# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds a control-flow graph and tidies it: what cannot be reached goes, straight lines become one block."""

from ptlint.syntax.ir import (
    Block,
    Branch,
    Instruction,
    Jump,
    Terminator,
    Unreachable,
)


class Graph:
    """Blocks under construction. Instructions go to the current block; block 0 is the entry."""

    def __init__(self) -> None:
        self.instructions: list[list[Instruction]] = [[]]
        self.terminators: list[Terminator | None] = [None]
        self.current = 0

    def new(self) -> int:
        """Return a new block, which is not yet the current one."""
        self.instructions.append([])
        self.terminators.append(None)
        return len(self.terminators) - 1

    def emit(self, instruction: Instruction) -> None:
        self.instructions[self.current].append(instruction)

    def end(self, terminator: Terminator) -> None:
        """End the current block; what follows is in a new one that nothing leads to yet."""
        if self.terminators[self.current] is None:
            self.terminators[self.current] = terminator
        self.current = self.new()

    def close(self, terminator: Terminator) -> None:
        """End the current block if it is still open, and leave it current."""
        if self.terminators[self.current] is None:
            self.terminators[self.current] = terminator

    def start(self, block: int) -> None:
        """Go on in *block*; an open current block runs into it."""
        self.close(Jump(block))
        self.current = block

    def position(self) -> tuple[int, int, int]:
        """Return where the graph ends now, for `forget`."""
        return self.current, len(self.instructions[self.current]), len(self.terminators)

    def forget(self, position: tuple[int, int, int]) -> None:
        """Remove all that was made since *position*."""
        current, length, blocks = position
        del self.instructions[blocks:]
        del self.terminators[blocks:]
        del self.instructions[current][length:]
        self.terminators[current] = None
        self.current = current

    def finish(self) -> tuple[Block, ...]:
        """Return the blocks that can be reached, in reverse postorder."""
        terminators: list[Terminator] = [end or Unreachable() for end in self.terminators]
        skip = [self._landing(block, terminators) for block in range(len(terminators))]
        for block, end in enumerate(terminators):
            if isinstance(end, Jump):
                terminators[block] = Jump(skip[end.target])
            elif isinstance(end, Branch):
                then, other = skip[end.then], skip[end.other]
                terminators[block] = (
                    Jump(then) if then == other else Branch(end.condition, then, other, end.place)
                )
        reached, entries = _reached(terminators)
        bodies = self.instructions
        merged: set[int] = set()
        for block in sorted(reached):
            if block in merged:
                continue
            while True:
                end = terminators[block]
                if not isinstance(end, Jump) or end.target == block or end.target == 0:
                    break
                target = end.target
                if entries[target] != 1:
                    break
                bodies[block] = bodies[block] + bodies[target]
                terminators[block] = terminators[target]
                merged.add(target)
        kept = _in_order(terminators)
        number = {block: position for position, block in enumerate(kept)}
        result = []
        for block in kept:
            end = terminators[block]
            if isinstance(end, Jump):
                end = Jump(number[end.target])
            elif isinstance(end, Branch):
                end = Branch(end.condition, number[end.then], number[end.other], end.place)
            result.append(Block(tuple(bodies[block]), end))
        return tuple(result)

    def _landing(self, block: int, terminators: list[Terminator]) -> int:
        """Return the block where control lands that goes to *block*, past blocks that only jump."""
        seen = {block}
        while not self.instructions[block]:
            end = terminators[block]
            if not isinstance(end, Jump) or end.target in seen:
                break
            block = end.target
            seen.add(block)
        return block


def successors(end: Terminator) -> tuple[int, ...]:
    """Return the blocks that a block may go on to."""
    if isinstance(end, Jump):
        return (end.target,)
    if isinstance(end, Branch):
        return (end.then, end.other)
    return ()


def _in_order(terminators: list[Terminator]) -> list[int]:
    """Return the blocks that can be reached in reverse postorder, a branch's `then` before its `other`."""
    finished: list[int] = []
    seen = {0}
    waiting: list[tuple[int, list[int]]] = [(0, list(successors(terminators[0])))]
    while waiting:
        block, targets = waiting[-1]
        if not targets:
            waiting.pop()
            finished.append(block)
            continue
        target = targets.pop()
        if target not in seen:
            seen.add(target)
            waiting.append((target, list(successors(terminators[target]))))
    finished.reverse()
    return finished


def _reached(terminators: list[Terminator]) -> tuple[set[int], dict[int, int]]:
    """Return the blocks that can be reached from the entry, and how many edges lead into each."""
    reached = {0}
    entries: dict[int, int] = {0: 1}
    waiting = [0]
    while waiting:
        for target in successors(terminators[waiting.pop()]):
            entries[target] = entries.get(target, 0) + 1
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached, entries
