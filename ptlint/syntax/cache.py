# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of the syntax of files, whatever the unit, and what results were made from."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ptlint.cpp.tokens import Macro
from ptlint.syntax.ir import Function
from ptlint.syntax.lower import Declarations, Parser
from ptlint.syntax.skeleton import Source
from ptlint.syntax.toplevel import Item, Items, KnownItems, Outline, outline

_T = TypeVar("_T")

FileKey = tuple[str, str]  # path, digest
ViewKey = tuple[str, str, tuple[tuple[int, int], ...]]  # path, digest, active ranges


@dataclass(slots=True)
class Made(Generic[_T]):
    """A result and what it was made from: macros, names that are none, answers of the unit."""

    macros: tuple[tuple[str, Macro], ...]
    plain: frozenset[str]
    asked: list[tuple[str, Hashable, object]]
    result: _T

    @classmethod
    def of(
        cls, met: Sequence[tuple[str, Macro | None]], asked: list[tuple[str, Hashable, object]], result: _T
    ) -> "Made[_T]":
        """Return a result with the names that its text met, and what they were."""
        macros = tuple(dict.fromkeys((name, found) for name, found in met if found is not None))
        return cls(macros, frozenset(name for name, found in met if found is None), asked, result)


@dataclass(slots=True, eq=False)
class SyntaxCache:
    """What is known whatever the unit. May serve many trees and configurations, but one set of facts only."""

    outlines: dict[FileKey, Outline] = field(default_factory=dict)
    sources: dict[FileKey, Source] = field(default_factory=dict)
    items: dict[ViewKey, Items] = field(default_factory=dict)
    known_items: defaultdict[FileKey, KnownItems] = field(default_factory=lambda: defaultdict(KnownItems))
    names: dict[str, list[FileKey]] = field(default_factory=dict)
    tags: dict[str, list[FileKey]] = field(default_factory=dict)
    enumerators: dict[str, list[FileKey]] = field(default_factory=dict)
    typedefs: dict[str, list[FileKey]] = field(default_factory=dict)
    hints: dict[str, list[FileKey]] = field(default_factory=dict)
    declarations: dict[tuple[Item, int], list[Made[Declarations]]] = field(default_factory=dict)
    functions: dict[tuple[Item, int, str], list[Made[Function | None]]] = field(default_factory=dict)
    parser: Parser = field(default_factory=Parser)

    def outline(self, key: FileKey, text: Callable[[], bytes | None]) -> Outline:
        known = self.outlines.get(key)
        if known is None:
            known = self.outlines[key] = outline(text() or b"")
            for index, words in (
                (self.names, known.names),
                (self.tags, known.tags),
                (self.enumerators, known.enumerators),
                (self.typedefs, known.typedefs),
                (self.hints, known.hints),
            ):
                for word in words:
                    found = index.get(word)
                    if found is None:
                        index[word] = [key]
                    else:
                        found.append(key)
        return known
