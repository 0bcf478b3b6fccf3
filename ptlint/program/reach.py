# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls of a function a compiler leaves in: it drops what stands behind a condition that is constant.

The kernel counts on that: functions that no unit defines are called behind `if (IS_ENABLED(...))` and behind
inline functions that return a constant. Constants are followed along the paths, through locals whose address
nobody has taken yet, and through inline functions whose every way out returns the same number.

Conditions on numbers that a static function is handed may become constant where it is put into its callers:
what depends on them is taken to be dropped (an under-approximation).

Source: Wegman, Zadeck, Constant propagation with conditional branches, TOPLAS 1991.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Final

from ptlint.program.program import Definition, Program
from ptlint.syntax import ir
from ptlint.syntax.graph import successors

_DEEPEST: Final = 6
_OPERATIONS: Final = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
}


_Values = dict[str, int | None]  # what is known of locals; None: somebody else may write it


class Reach:
    """Answers for the functions of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._results: dict[tuple[str, str, tuple[int | None, ...]], int | None] = {}
        self._blocks: dict[ir.Function, frozenset[int]] = {}
        self._emitted: dict[tuple[str, str], bool] = {}

    def calls(self, function: ir.Function, unit: str, name: str) -> tuple[ir.Call, ...]:
        """Return the calls of a name that may be made, whatever a static function's numbers are."""
        reached = self._blocks.get(function)
        if reached is None:
            walked = self._walk(function, unit, 0)
            both = [number for number in walked if len(self._ways(function, unit, number, walked)) > 1]
            reached = self._blocks[function] = frozenset(walked) & undecided(function, both)
        return tuple(
            one
            for number in sorted(reached)
            for one in function.blocks[number].instructions
            if isinstance(one, ir.Call) and isinstance(one.callee, ir.Name) and one.callee.name == name
        )

    def emitted(self, definition: Definition) -> bool:
        """Say whether a compiler makes code of a function: of a static one only where it is used."""
        key = definition.key
        if key not in self._emitted:
            self._emitted[key] = True  # what calls itself only is rare
            function = definition.function
            self._emitted[key] = (
                not function.static
                or self._program.visible_outside(definition)
                or any(
                    self.calls(caller.function, caller.unit, function.name) and self.emitted(caller)
                    for caller in self._program.mentions(function.name)
                    if caller.key != key
                )
            )
        return self._emitted[key]

    def _walk(
        self, function: ir.Function, unit: str, depth: int, handed: Mapping[str, int] | None = None
    ) -> dict[int, _Values]:
        """Return the blocks that may be reached, with what is known where they begin.

        *handed* are the parameters that are handed constants.
        """
        known: dict[int, _Values] = {0: dict(handed or {})} if function.blocks else {}
        waiting = list(known)
        while waiting:
            block = function.blocks[waiting[-1]]
            values = dict(known[waiting.pop()])
            for one in block.instructions:
                self._step(one, values, unit, depth)
            for target in _following(block.terminator, values):
                before = known.get(target)
                now = values if before is None else _joined(before, values)
                if now != before:
                    known[target] = dict(now)
                    waiting.append(target)
        return known

    def _ways(
        self, function: ir.Function, unit: str, number: int, walked: dict[int, _Values]
    ) -> tuple[int, ...]:
        """Return where control may go from a block that has been walked."""
        values = dict(walked[number])
        for one in function.blocks[number].instructions:
            self._step(one, values, unit, 0)
        return _following(function.blocks[number].terminator, values)

    def _step(self, one: ir.Instruction, values: _Values, unit: str, depth: int) -> None:
        """Follow one instruction."""
        if isinstance(one, ir.Declare):
            return
        if isinstance(one, ir.Call):
            result = None if one.result is None else self._result(one, values, unit, depth)
            for argument in one.arguments:
                _escape(argument, values)
            if one.result is not None:
                _assign(one.result, result, values)
            return
        number = _number(one.value, values)
        _escape(one.value, values)
        _assign(one.target, number, values)

    def _result(self, call: ir.Call, values: _Values, unit: str, depth: int) -> int | None:
        """Return the number that a call of an inline function gives, whatever its unknown arguments."""
        if not isinstance(call.callee, ir.Name) or depth >= _DEEPEST:
            return None
        arguments = tuple(_number(argument, values) for argument in call.arguments)
        key = (call.callee.name, unit, arguments)
        if key not in self._results:
            self._results[key] = None  # what it asks of itself
            found = self._program.units.syntax(unit).function(call.callee.name)
            if found is not None and found.static and found.inline and not found.lost:
                given = zip(found.parameters, arguments, strict=False)
                handed = {parameter.name: known for parameter, known in given if known is not None}
                self._results[key] = self._returned(found, unit, depth + 1, handed)
        return self._results[key]

    def _returned(
        self, function: ir.Function, unit: str, depth: int, handed: Mapping[str, int]
    ) -> int | None:
        numbers: set[int | None] = set()
        for number, start in self._walk(function, unit, depth, handed).items():
            block = function.blocks[number]
            if isinstance(block.terminator, ir.Return):
                values = dict(start)
                for one in block.instructions:
                    self._step(one, values, unit, depth)
                value = block.terminator.value
                numbers.add(None if value is None else _number(value, values))
        return next(iter(numbers)) if len(numbers) == 1 else None


def undecided(function: ir.Function, branches: Iterable[int]) -> frozenset[int]:
    """Return the blocks that are reached whichever way the branches go that a compiler may decide.

    *branches* are the blocks whose ends constants do not decide.

    It may know what an inline function makes of constants, and the numbers that a static function is handed
    where it puts it into its callers.
    """
    decided = _decided(function)
    blocks = frozenset(range(len(function.blocks)))
    for number in branches:
        end = function.blocks[number].terminator
        if isinstance(end, ir.Branch) and _is_made_of(end.condition, decided):
            for dropped in (end.then, end.other):
                blocks &= _without(function, (number, dropped))
    return blocks


def _decided(function: ir.Function) -> frozenset[str]:
    """Return the names of what calls make of constants, of numbers handed in, and of what these make."""
    handed = {one.name for one in function.parameters}
    decided = {one.name for one in function.parameters if function.static and not one.type.pointers}
    others = handed - decided
    changed = True
    while changed:
        changed = False
        for one in (one for block in function.blocks for one in block.instructions):
            if isinstance(one, ir.Declare):
                continue
            target = one.result if isinstance(one, ir.Call) else one.target
            parts = one.arguments if isinstance(one, ir.Call) else (one.value,)
            if not isinstance(target, ir.Name) or target.scope is ir.Scope.GLOBAL or target.name in others:
                continue
            if not all(_is_plain(part, decided) for part in parts):
                others.add(target.name)
                changed = changed or target.name in decided
                decided.discard(target.name)
            elif target.name not in decided and (
                isinstance(one, ir.Call) or any(_is_made_of(part, decided) for part in parts)
            ):
                decided.add(target.name)
                changed = True
    return frozenset(decided)


def _is_plain(e: ir.Expression, decided: Container[str]) -> bool:
    """Say whether an expression is made of constants and decided names only."""
    names = ir.plain_names(e)
    return names is not None and all(one.name in decided for one in names)


def _is_made_of(e: ir.Expression, decided: Container[str]) -> bool:
    """As `_is_plain`, with a decided name in it."""
    return bool(ir.plain_names(e)) and _is_plain(e, decided)


def _without(function: ir.Function, edge: tuple[int, int]) -> frozenset[int]:
    """Return the blocks that are reached without one edge."""
    reached = {0}
    waiting = [0]
    while waiting:
        number = waiting.pop()
        for target in successors(function.blocks[number].terminator):
            if (number, target) != edge and target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)


def _following(end: ir.Terminator, values: _Values) -> tuple[int, ...]:
    """Return where control may go from a block."""
    if isinstance(end, ir.Branch):
        known = _number(end.condition, values)
        if known is not None:
            return (end.then,) if known else (end.other,)
    return successors(end)


def _joined(one: _Values, other: _Values) -> _Values:
    """Return what is known where two paths meet; what somebody else may write on one of them, he may."""
    found = {
        name: value for name, value in one.items() if value is None or other.get(name, value + 1) == value
    }
    found.update((name, None) for name, value in other.items() if value is None)
    return found


def _assign(target: ir.Expression, number: int | None, values: _Values) -> None:
    """Note what a local holds from now on."""
    if isinstance(target, ir.Name) and values.get(target.name, 0) is not None:
        if number is None or target.scope is ir.Scope.GLOBAL:
            values.pop(target.name, None)
        else:
            values[target.name] = number


def _escape(e: ir.Expression, values: _Values) -> None:
    """Note the locals whose address somebody else has from now on."""
    match e:
        case ir.AddressOf(operand=operand):
            inner = ir.whole(operand)
            if isinstance(inner, ir.Name):
                values[inner.name] = None
        case ir.Cast(operand=operand) | ir.Unary(operand=operand):
            _escape(operand, values)
        case ir.Binary(left=left, right=right):
            _escape(left, values)
            _escape(right, values)
        case ir.Aggregate(fields=fields):
            for _, value in fields:
                _escape(value, values)


def _number(e: ir.Expression, values: _Values) -> int | None:
    """Return the value of an expression, None if it is not constant."""
    match e:
        case ir.Constant(value=value):
            return value
        case ir.Name(name=name):
            return values.get(name)
        case ir.Cast(operand=operand):
            return _number(operand, values)
        case ir.Unary(operator="!", operand=operand):
            inner = _number(operand, values)
            return None if inner is None else int(not inner)
        case ir.Binary(operator=operator, left=left, right=right) if operator in _OPERATIONS:
            first, second = _number(left, values), _number(right, values)
            if operator == "&" and not _mask(e, values):
                return 0
            if first is None or second is None:
                return None
            return int(_OPERATIONS[operator](first, second))
    return None


def _mask(e: ir.Expression, values: _Values) -> int:
    """Return the bits that may be set in an expression, by the constants that it is and-ed with."""
    if isinstance(e, ir.Binary) and e.operator == "&":
        return _mask(e.left, values) & _mask(e.right, values)
    known = _number(e, values)
    return -1 if known is None else known
