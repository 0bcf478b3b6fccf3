# SPDX-License-Identifier: GPL-2.0-or-later
"""Live variables of a function: which locals may still be read at the start of each block.

Backward dataflow as in Aho et al., Compilers, 9.2.5. A local whose address is taken is live until it is named
for the last time; everywhere, if its address is stored.

Unsound where a callee stores the address that it is handed, and somebody reads there after the last mention:
what was in the local is unknown then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ptlint.lifetime.ordering import weak_topological_order
from ptlint.syntax import ir


@dataclass(frozen=True, slots=True)
class Liveness:
    """`at` gives the live locals at the start of each block.

    `kept` are these and the live ones of those whose address is taken. `stepped` are the locals that are
    moved on from where they are (`p++`, `p = p + n`), `chained` to where they point (`p = p->next`). `once`
    are pointers that are given two constants, a null pointer one of them: the scope of a guard is a loop that
    such a one ends after its first round. `spent` are, for calls in a block, the locals that are named before
    the call for the last time, with what is kept instead. `counted` are, for heads of loops, the numbers that
    the loop changes.
    """

    at: tuple[frozenset[str], ...]
    kept: tuple[frozenset[str], ...]
    heads: frozenset[int]  # blocks that a back edge leads to
    stepped: frozenset[str]
    chained: frozenset[str]
    once: frozenset[str]
    rank: tuple[int, ...]  # of each block, in the order in which a walk takes them
    spent: tuple[Mapping[int, tuple[frozenset[str], frozenset[str]]], ...]  # by the number of an instruction
    counted: Mapping[int, frozenset[str]]


def liveness(function: ir.Function) -> Liveness:
    """Compute the live locals of a function."""
    pinned: set[str] = set()
    stepped: set[str] = set()
    chained: set[str] = set()
    given: dict[str, list[ir.Expression | None]] = {}  # to locals
    escaped: set[str] = set()
    uses: list[set[str]] = []
    kills: list[set[str]] = []
    named: list[set[str]] = []  # as uses, with what is written in part
    for block in function.blocks:
        read: set[str] = set()
        written: set[str] = set()
        partly: set[str] = set()
        for instruction in block.instructions:
            if isinstance(instruction, ir.Assign):
                escaped.update(_escaping(instruction.value))
                if isinstance(instruction.target, ir.Name):
                    given.setdefault(instruction.target.name, []).append(instruction.value)
                _read(instruction.value, read, written, pinned)
                _write(instruction.target, read, written, partly, pinned)
                if steps(instruction):
                    stepped.update(_names(instruction.target))
                if follows(instruction):
                    chained.update(_names(instruction.target))
            elif isinstance(instruction, ir.Call):
                _read(instruction.callee, read, written, pinned)
                for argument in instruction.arguments:
                    if isinstance(argument, ir.Aggregate):
                        escaped.update(_escaping(argument))
                    _read(argument, read, written, pinned)
                if instruction.result is not None:
                    written.add(instruction.result.name)
                    given.setdefault(instruction.result.name, []).append(None)
            else:
                written.add(instruction.target.name)
        terminator = block.terminator
        if isinstance(terminator, ir.Branch):
            _read(terminator.condition, read, written, pinned)
        elif isinstance(terminator, ir.Return) and terminator.value is not None:
            escaped.update(_escaping(terminator.value))
            _read(terminator.value, read, written, pinned)
        uses.append(read)
        kills.append(written)
        named.append(read | partly)
    everywhere = frozenset(escaped & pinned)
    kept = tuple(frozenset(a | everywhere) for a in _backward(function, named, kills))
    return Liveness(
        tuple(map(frozenset, _backward(function, uses, kills))),
        kept,
        frozenset(back_edges(function)),
        frozenset(stepped),
        frozenset(chained),
        frozenset(name for name, values in given.items() if name not in pinned and ends_after_one(values)),
        ranks(function),
        tuple(_spent(block, at, kept, everywhere) for block, at in zip(function.blocks, kept, strict=True)),
        {head: _numbers(function, body) - pinned for head, body in loops(function).items()},
    )


def _numbers(function: ir.Function, blocks: Iterable[int]) -> frozenset[str]:
    """Return the locals that blocks assign a number to."""
    found: set[str] = set()
    for block in blocks:
        for instruction in function.blocks[block].instructions:
            target = instruction.result if isinstance(instruction, ir.Call) else instruction.target
            if isinstance(target, ir.Name) and _is_number(target.type):
                found.update(_names(target))
    return frozenset(found)


def _is_number(type_: ir.Type) -> bool:
    return not type_.pointers and not type_.name.startswith(("struct ", "union "))


def loops(function: ir.Function) -> Mapping[int, frozenset[int]]:
    """Return, for each head, the blocks of its loops: those that get back there without passing it.

    Aho et al., Compilers, 9.6.6.
    """
    before: dict[int, set[int]] = {}
    for index, block in enumerate(function.blocks):
        for after in successors(block.terminator):
            before.setdefault(after, set()).add(index)
    found = {}
    for head, ends in back_edges(function).items():
        body = {head}
        stack = list(ends)
        while stack:
            block_number = stack.pop()
            if block_number not in body:
                body.add(block_number)
                stack += before.get(block_number, ())
        found[head] = frozenset(body)
    return found


def _spent(
    block: ir.Block, start: frozenset[str], kept: Sequence[frozenset[str]], everywhere: frozenset[str]
) -> Mapping[int, tuple[frozenset[str], frozenset[str]]]:
    """Return which locals no instruction of a block names from a call on, and which are kept instead.

    Those that were left out at an earlier call of the block are not told of again.
    """
    if not any(isinstance(one, ir.Call) for one in block.instructions[1:]):
        return {}
    live = everywhere.union(*(kept[after] for after in successors(block.terminator)))
    live |= _mentioned(block.terminator)
    needed: list[frozenset[str]] = []
    for instruction in reversed(block.instructions):
        live = (live - _given(instruction)) | _mentioned(instruction)
        needed.append(live)
    needed.reverse()
    spent = {}
    known = start
    for index, instruction in enumerate(block.instructions):
        if isinstance(instruction, ir.Call) and index:
            gone = known - needed[index]
            if gone:
                spent[index] = gone, needed[index]
                known &= needed[index]
        known |= _given(instruction)
    return spent


def _given(instruction: ir.Instruction) -> frozenset[str]:
    """Return the local that an instruction gives a new value, as a whole."""
    target = instruction.result if isinstance(instruction, ir.Call) else instruction.target
    return frozenset(_names(target)) if isinstance(target, ir.Name) else frozenset()


def _mentioned(one: ir.Instruction | ir.Terminator) -> frozenset[str]:
    """Return the locals that an instruction, or the end of a block, reads or writes in part."""
    found: list[ir.Expression] = []
    match one:
        case ir.Assign(target, value):
            found = [value] if isinstance(target, ir.Name) else [value, target]
        case ir.Call():
            found = [one.callee, *one.arguments]
        case ir.Branch(condition):
            found = [condition]
        case ir.Return(value) if value is not None:
            found = [value]
    return frozenset(name for expression in found for name in _names(expression))


def ranks(function: ir.Function) -> tuple[int, ...]:
    """Return the rank of each block in the order of a walk; those that nothing reaches come last."""
    following = [successors(block.terminator) for block in function.blocks]
    order = weak_topological_order(following) if following else []
    places = {block: rank for rank, block in enumerate(order)}
    return tuple(places.get(block, len(order)) for block in range(len(following)))


def _backward(function: ir.Function, uses: Sequence[set[str]], kills: Sequence[set[str]]) -> list[set[str]]:
    """Return, for the start of each block, what is used on some path from there before it is killed."""
    at = [set(u) for u in uses]
    changed = True
    while changed:
        changed = False
        for index in range(len(function.blocks) - 1, -1, -1):
            out: set[str] = set()
            for successor in successors(function.blocks[index].terminator):
                out |= at[successor]
            new = uses[index] | (out - kills[index])
            if new != at[index]:
                at[index] = new
                changed = True
    return at


def steps(instruction: ir.Assign) -> bool:
    """Say whether an assignment moves a local on from where it is."""
    value = ir.uncast(instruction.value)
    return (
        isinstance(instruction.target, ir.Name)
        and isinstance(value, ir.Binary)
        and value.operator in ("+", "-")
        and isinstance(value.left, ir.Name)
        and value.left.name == instruction.target.name
    )


def ends_after_one(values: Sequence[ir.Expression | None]) -> bool:
    """Say whether all that a pointer is given are a null pointer and one other constant, one time each."""
    plain = [ir.uncast(value) for value in values if isinstance(value, ir.Cast | ir.AddressOf | ir.Constant)]
    if len(values) != 2 or len(plain) != 2 or not any(isinstance(v, ir.Cast | ir.AddressOf) for v in values):
        return False
    nulls = [isinstance(one, ir.Constant) and one.value == 0 for one in plain]
    return nulls.count(True) == 1 and all(isinstance(one, ir.Constant | ir.AddressOf) for one in plain)


def follows(instruction: ir.Assign) -> bool:
    """Say whether an assignment moves a local to what a member of the structure it points to points to."""
    target, value = instruction.target, instruction.value
    while isinstance(value, ir.Cast | ir.Member):
        value = value.operand if isinstance(value, ir.Cast) else value.base
    return (
        isinstance(target, ir.Name)
        and isinstance(value, ir.Deref)
        and isinstance(value.pointer, ir.Name)
        and value.pointer.name == target.name
    )


def back_edges(function: ir.Function) -> Mapping[int, frozenset[int]]:
    """Return the blocks that are reached again from what they reach (depth first), with where from."""
    heads: dict[int, set[int]] = {}
    done: set[int] = set()
    active: set[int] = set()
    stack: list[tuple[int, int]] = [(0, 0)] if function.blocks else []
    active.add(0)
    while stack:
        block, index = stack[-1]
        following = successors(function.blocks[block].terminator)
        if index < len(following):
            stack[-1] = (block, index + 1)
            target = following[index]
            if target in active:
                heads.setdefault(target, set()).add(block)
            elif target not in done:
                active.add(target)
                stack.append((target, 0))
        else:
            stack.pop()
            active.discard(block)
            done.add(block)
    return {head: frozenset(ends) for head, ends in heads.items()}


def successors(terminator: ir.Terminator) -> tuple[int, ...]:
    """Return the blocks that control may go to."""
    if isinstance(terminator, ir.Jump):
        return (terminator.target,)
    if isinstance(terminator, ir.Branch):
        return (terminator.then, terminator.other)
    return ()


def _names(e: ir.Expression) -> Iterator[str]:
    match e:
        case ir.Name(name, scope, _):
            if scope not in (ir.Scope.GLOBAL, ir.Scope.FUNCTION):
                yield name
        case ir.Cast(_, operand) | ir.Unary(_, operand) | ir.AddressOf(operand):
            yield from _names(operand)
        case ir.Binary(_, left, right, _):
            yield from _names(left)
            yield from _names(right)
        case ir.Deref(pointer, _):
            yield from _names(pointer)
        case ir.Member(base, _, _, _):
            yield from _names(base)
        case ir.ContainerOf(pointer, _, _):
            yield from _names(pointer)
        case ir.Aggregate(_, fields):
            for _, value in fields:
                yield from _names(value)


def _escaping(e: ir.Expression) -> Iterator[str]:
    """Yield the locals whose address a value may be, or hold."""
    match e:
        case ir.AddressOf(operand):
            inner = ir.whole(operand)
            if isinstance(inner, ir.Name):
                yield inner.name
        case ir.Name(name, _, type_):
            if type_.pointers > 1 or (type_.name.startswith("struct ") and type_.pointers == 0):
                yield name
        case ir.Cast(_, operand) | ir.Unary(_, operand):
            yield from _escaping(operand)
        case ir.Binary(_, left, right, _):
            yield from _escaping(left)
            yield from _escaping(right)
        case ir.Aggregate(_, fields):
            for _, value in fields:
                yield from _escaping(value)


def _addressed(e: ir.Expression) -> Iterator[str]:
    match e:
        case ir.AddressOf(operand):
            inner = ir.whole(operand)
            if isinstance(inner, ir.Name):
                yield inner.name
            yield from _addressed(operand)
        case ir.Name(name, _, type_):
            if type_.pointers > 1 or (type_.name.startswith("struct ") and type_.pointers == 0):
                yield name  # arrays decay to their address; structures are written member by member
        case ir.Cast(_, operand) | ir.Unary(_, operand):
            yield from _addressed(operand)
        case ir.Binary(_, left, right, _):
            yield from _addressed(left)
            yield from _addressed(right)
        case ir.Deref(pointer, _) | ir.ContainerOf(pointer, _, _):
            yield from _addressed(pointer)
        case ir.Member(base, _, _, _):
            yield from _addressed(base)
        case ir.Aggregate(_, fields):
            for _, value in fields:
                yield from _addressed(value)


def _read(e: ir.Expression, read: set[str], written: set[str], pinned: set[str]) -> None:
    read.update(n for n in _names(e) if n not in written)
    pinned.update(_addressed(e))


def _write(
    target: ir.Expression, read: set[str], written: set[str], partly: set[str], pinned: set[str]
) -> None:
    if isinstance(target, ir.Name):
        written.add(target.name)
        return
    base = ir.whole(target)
    if isinstance(base, ir.Name):
        pinned.add(base.name)  # written in part: what is left stays
        partly.update({base.name} - written)
        return
    _read(target, read, written, pinned)
