# SPDX-License-Identifier: GPL-2.0-or-later
"""What pointers to functions point to, by the name of the member or the variable that holds them.

Over-approximates: members of one name in different structures are not told apart, nor are the elements of an
array, and whatever is assigned anywhere may be there. Under-approximates: what reaches a variable or a member
through another variable, or a parameter, is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ptlint.program.units import Units
from ptlint.syntax import ir
from ptlint.syntax.records import Prototype

# A member of such a common name is no hook of the page tables; following all would open the whole kernel.
MAX_ASSIGNING_FILES: Final = 24

Named = tuple[str, str]  # a function, and the unit that names it


class Pointers:
    """Answers for the units of one program."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._targets: dict[str, tuple[Named, ...]] = {}
        self._held: dict[Named, tuple[Named, ...]] = {}

    def targets(self, member: str) -> tuple[Named, ...]:
        """Return everything that is ever assigned to a member of this name."""
        if member not in self._targets:
            found = {
                (name, path)
                for path in self._few(member)
                for name, line in self._units.assigning(path, member)
                if name != "NULL" and self._units.is_active(path, line)
            }
            self._targets[member] = tuple(sorted(found))
        return self._targets[member]

    def held(self, variable: str, unit: str) -> tuple[Named, ...]:
        """Return everything that a variable is ever made to point to which a unit names so.

        That of a function is named "function.variable".
        """
        key = (variable, unit)
        if key not in self._held:
            function, _, own = variable.rpartition(".")
            known = None if function else self._units.syntax(unit).variable(own)
            local = bool(function) or (known is not None and known.static)
            found = {
                (name, path)
                for path in ((unit,) if local else self._few(own))
                for name in self._made_to(own, path)
                if isinstance(self._units.syntax(path).entity(name), Prototype)
            }
            self._held[key] = tuple(sorted(found))
        return self._held[key]

    def _made_to(self, variable: str, path: str) -> Iterator[str]:
        """Yield what one unit makes a variable point to, and other names."""
        known = self._units.syntax(path).variable(variable)
        if known is not None and known.initialiser is not None:
            yield from functions_in(known.initialiser)
        for name, line in self._units.storing(path, variable):
            if self._units.is_active(path, line):
                yield name

    def holders(self, function: ir.Function) -> frozenset[str]:
        """Return what is ever made to point to a function, members and variables, but for common names."""
        local = function.static and function.path.endswith(".c")
        paths: Iterable[str] = (function.path,) if local else self._units.mentioning(function.name)
        return frozenset(
            name
            for path in paths
            for name, line in self._units.holding(path, function.name)
            if self._units.is_active(path, line) and self._few(name)
        )

    def _few(self, name: str) -> list[str]:
        """Return the units that mention a name; none if it is in too many."""
        files = [p for p in self._units.mentioning(name) if p.endswith(".c")]
        return files if len(files) <= MAX_ASSIGNING_FILES else []


def functions_in(e: ir.Expression) -> Iterator[str]:
    """Yield the functions whose addresses an initialiser has."""
    match e:
        case ir.Name(name=name, scope=ir.Scope.FUNCTION):
            yield name
        case ir.Cast(operand=inner) | ir.AddressOf(operand=inner):
            yield from functions_in(inner)
        case ir.Aggregate(fields=fields):
            for _, value in fields:
                yield from functions_in(value)


def places(e: ir.Expression, function: ir.Function, reading: frozenset[str]) -> Iterator[ir.Member | ir.Name]:
    """Yield the members, variables and functions that a pointer to a function may be read from.

    It may have been copied to a local before, by a call of one of *reading*, say; whatever the order.
    """
    seen: set[str] = set()
    waiting = [e]
    while waiting:
        match waiting.pop():
            case ir.Cast(operand=inner) | ir.AddressOf(operand=inner) | ir.Deref(pointer=inner):
                waiting.append(inner)
            case ir.Binary(left=left):
                waiting.append(left)
            case ir.Member() as found:
                yield found
            case ir.Name(name=name, scope=scope) as found:
                if scope in (ir.Scope.GLOBAL, ir.Scope.FUNCTION):
                    yield found
                elif name not in seen:
                    seen.add(name)
                    waiting.extend(copied_to(name, function, reading))


def copied_to(local: str, function: ir.Function, reading: frozenset[str]) -> Iterator[ir.Expression]:
    """Yield what a function copies to a local of its own."""
    for one in ir.instructions_of(function):
        if isinstance(one, ir.Declare):
            continue
        if isinstance(one, ir.Assign):
            if isinstance(one.target, ir.Name) and one.target.name == local:
                yield one.value
        elif (
            one.result is not None
            and one.result.name == local
            and isinstance(one.callee, ir.Name)
            and one.callee.name in reading
        ):
            yield from one.arguments
