# SPDX-License-Identifier: GPL-2.0-or-later
"""Notes what a result was made from, so that it can serve again where that is the same."""

from collections.abc import Hashable, Sequence
from typing import Protocol

from tree_sitter import Node

from ptlint.cpp.tokens import Macro, Token
from ptlint.syntax.ir import Type
from ptlint.syntax.records import Entity, Member, Struct, Typedef
from ptlint.syntax.rewrite import Rewritten


class Answering(Protocol):
    """A unit, as the lowering asks it."""

    word: int

    def entity(self, name: str) -> Entity | None: ...
    def typedef(self, name: str) -> Typedef | None: ...
    def struct(self, tag: str) -> Struct | None: ...
    def member(self, access: tuple[str, str]) -> Member | None: ...
    def never_returns(self, function: str) -> bool: ...
    def is_kept(self, macro: str) -> bool: ...
    def size(self, kind: Type) -> int | None: ...
    def offset(self, kind: Type, path: str) -> int | None: ...
    def kept_call(
        self, tokens: Sequence[Token], sequence: int, macros: list[tuple[str, Macro | None]]
    ) -> tuple[Rewritten, list[Node], Node] | None: ...


class Recorder:
    """Passes questions on to a unit and notes the answers."""

    def __init__(self, unit: Answering, sequence: int, macros: list[tuple[str, Macro | None]]) -> None:
        self._unit = unit
        self._sequence = sequence
        self._macros = macros
        self._known: set[tuple[str, Hashable]] = set()
        self.word = unit.word
        self.asked: list[tuple[str, Hashable, object]] = []

    def _note(self, kind: str, name: Hashable, answer: object) -> None:
        if (kind, name) not in self._known:
            self._known.add((kind, name))
            self.asked.append((kind, name, answer))

    def entity(self, name: str) -> Entity | None:
        found = self._unit.entity(name)
        self._note("entity", name, found)
        return found

    def typedef(self, name: str) -> Typedef | None:
        found = self._unit.typedef(name)
        self._note("typedef", name, found)
        return found

    def struct(self, tag: str) -> Struct | None:
        found = self._unit.struct(tag)
        self._note("struct", tag, found)
        return found

    def member(self, access: tuple[str, str]) -> Member | None:
        found = self._unit.member(access)
        self._note("member", access, found)
        return found

    def never_returns(self, function: str) -> bool:
        found = self._unit.never_returns(function)
        self._note("entity", function, self._unit.entity(function))
        return found

    def is_kept(self, macro: str) -> bool:
        return self._unit.is_kept(macro)

    def expression(self, tokens: Sequence[Token]) -> tuple[Rewritten, list[Node], Node] | None:
        return self._unit.kept_call(tokens, self._sequence, self._macros)

    def size(self, kind: Type) -> int | None:
        self._note("struct", kind.name, self._unit.struct(kind.name))
        return self._unit.size(kind)

    def offset(self, kind: Type, path: str) -> int | None:
        self._note("struct", kind.name, self._unit.struct(kind.name))
        return self._unit.offset(kind, path)
