# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions about an entry that a configuration always answers alike: it has no huge ones of a level, say.

What is compiled in other configurations hangs on the conditions that `ptlint.program.conditions` finds for
names that are a constant in some of them, so a branch that is dead here is looked at where it is not. Other
stubs are not believed: that a lock needs no memory, say, is decided by the size of a structure.
"""

from __future__ import annotations

from ptlint.lifetime.operators import number
from ptlint.lifetime.tables import TableTypes
from ptlint.syntax import ir


class Stubs:
    """Tells the answers of functions that are handed an entry, by their bodies."""

    def __init__(self, types: TableTypes) -> None:
        self._types = types
        self._known: dict[ir.Function, int | None] = {}

    def answer(self, function: ir.Function) -> int | None:
        """Return 1 or 0 if a function always says yes or no, without doing anything; None for any other."""
        if function not in self._known:
            asks = any(self._types.is_entry(parameter.type) for parameter in function.parameters)
            self._known[function] = _given(function) if asks else None
        return self._known[function]


def _given(function: ir.Function) -> int | None:
    if function.result.pointers or not function.blocks:
        return None
    block, passed = function.blocks[0], 1
    while isinstance(block.terminator, ir.Jump) and passed <= len(function.blocks):
        if block.instructions:
            return None
        block, passed = function.blocks[block.terminator.target], passed + 1
    end = block.terminator
    if block.instructions or not isinstance(end, ir.Return) or end.value is None:
        return None
    given = number(end.value)
    if given is not None and function.result.name in ("bool", "_Bool"):
        return int(given != 0)
    return given if given in (0, 1) else None
