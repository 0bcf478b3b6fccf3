# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that give the same result whenever they are called, or for the same values.

Those without parameters read no memory: a capability of the processor that is patched in, or a control
register, decides. What is known of one call's result then holds for the next (how many levels the tables of
arm64 have, for instance).

Soundness: a register that assembler reads which is not volatile is taken not to change on a path, as the
compiler takes it.
"""

from __future__ import annotations

from ptlint.program.program import Definition, Program
from ptlint.syntax import ir

MOST_NESTED = 8


class Purity:
    """Tells which functions read no memory, by their bodies."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[tuple[str, str], bool] = {}

    def constant(self, name: str, unit: str) -> bool:
        """Say whether a function, as a unit names it, has no parameter and always gives the same result."""
        key = name, unit
        known = self._known.get(key)
        if known is None:
            definition = self.program.resolve(name, unit)
            known = definition is not None and not definition.function.parameters
            known = self._known[key] = known and self._reads_nothing(definition, MOST_NESTED)
        return known

    def by_value(self, name: str, unit: str) -> bool:
        """Say whether a function has no parameter by which it may write; no if it is not known."""
        definition = self.program.resolve(name, unit)
        return definition is not None and not any(
            p.type.pointers or p.type.function for p in definition.function.parameters
        )

    def _reads_nothing(self, definition: Definition | None, depth: int) -> bool:
        if definition is None or not depth or not definition.function.blocks:
            return False
        for block in definition.function.blocks:
            end = block.terminator
            if isinstance(end, ir.Branch) and not _is_plain(end.condition):
                return False
            if isinstance(end, ir.Return) and end.value is not None and not _is_plain(end.value):
                return False
            if not all(self._is_harmless(one, definition.unit, depth) for one in block.instructions):
                return False
        return True

    def _is_harmless(self, instruction: ir.Instruction, unit: str, depth: int) -> bool:
        if isinstance(instruction, ir.Declare):
            return True
        if isinstance(instruction, ir.Assign):
            return _is_plain(instruction.target) and _is_plain(instruction.value)
        callee = instruction.callee
        if not isinstance(callee, ir.Name) or callee.scope is not ir.Scope.FUNCTION:
            return False
        if not all(_is_plain(argument) for argument in instruction.arguments):
            return False
        if callee.name == ir.ASSEMBLED or instruction.result is None:
            return True  # what such a call writes is not read
        return self._reads_nothing(self.program.resolve(callee.name, unit), depth - 1)


def _is_plain(e: ir.Expression) -> bool:
    """Say whether an expression is made of constants and locals alone.

    A name that nothing declares is a constant of a header that the build generates.
    """
    names = ir.plain_names(e)
    return names is not None and all(
        one.scope is not ir.Scope.FUNCTION and (one.scope is not ir.Scope.GLOBAL or not one.type.name)
        for one in names
    )
