# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether text may mean an event of a page table, judged by its words alone, in all branches.

Text matters if it names a page-table type, a primitive that means an event, or a function of the slice;
directly, or through macros and functions that it calls, a few steps deep. Names are told by the facts.

Soundness: what hides a table behind more than `_DEPTH` calls and names no table type on the way, nor is
walked, is taken for event-free. Such a function can only hand a page on under another name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ptlint.cpp.presence import Alternative, Presence
from ptlint.cpp.tokens import IDENT
from ptlint.program.bodies import Body, words
from ptlint.program.facts import Facts
from ptlint.program.variants import Variants

QUIET: Final = frozenset(
    {
        "none", "predicate", "noreturn", "value", "read", "write", "convert", "copy", "assert-lock",
        "flag-test", "sleep", "opaque", "list-add", "list-del", "list-init", "list-splice", "list-take",
        "list-test",
        "exchange", "table-type", "entry-type", "space-root", "space-type", "page-type", "link-type",
        "head-type", "batch-type", "word-type", "walker", "last-reference", "lock", "unlock", "downgrade",
        "flag-set", "flag-clear", "count", "kernel-root", "kernel-flag", "boot-flag", "container", "folded",
        "question", "may-block", "constructed", "hardware-walk", "swap-bytes", "mark-set", "mark-clear",
        "mark-test", "mark-take",
    }
)  # fmt: skip
"""Events that alone say nothing of a page table: where they happen to one, its type is named nearby."""

ENDING: Final = frozenset({"free", "queue", "defer", "release-tree", "list-add"})
"""Events by which a table is handed on to be freed."""

TRANSFERS: Final = frozenset({"return", "goto", "break", "continue"})
_CONSTANTS: Final = frozenset({"true", "false", "NULL", "return"})
_DEPTH: Final = 2
_MOST_BODIES: Final = 6


class Events:
    """Judges the words of one slice: *walked* are the names of its functions."""

    def __init__(self, facts: Facts, variants: Variants, walked: Iterable[str]) -> None:
        self.facts = facts
        walked = frozenset(walked)
        self.types = frozenset(
            fact.name.removeprefix("struct ")
            for fact in facts.by_name.values()
            if fact.event in ("entry-type", "table-type")
        )
        loud = {
            fact.name for fact in facts.by_name.values() if fact.event not in QUIET and fact.kind != "slab"
        }
        self.loud = walked | self.types | loud
        self.ending = frozenset(
            fact.name
            for fact in facts.by_name.values()
            if fact.event in ENDING and fact.kind not in ("slab", "data")
        )
        self._variants = variants
        self._known: dict[tuple[str, str, int], bool] = {}
        self._texts: dict[bytes, tuple[str, ...]] = {}

    def matter(self, names: Iterable[str], presence: Presence, depth: int = _DEPTH) -> bool:
        """Say whether one of some words may mean an event."""
        return any(self.name(name, presence, depth) for name in names)

    def name(self, name: str, presence: Presence, depth: int = _DEPTH) -> bool:
        """Say whether a word may mean an event, itself or through its definitions."""
        if name in self.loud:
            return True
        if depth <= 0 or name in self.facts.by_name:
            return False
        key = (presence.unit.path, name, depth)
        known = self._known.get(key)
        if known is None:
            self._known[key] = False  # what it asks of itself
            choice = self._variants.choice(name, presence)
            known = any(
                self.matter(macro_words(one), presence, depth - 1) for one in choice.macros[:_MOST_BODIES]
            ) or any(
                self.matter(self.words(one), presence, depth - 1) for one in choice.bodies[:_MOST_BODIES]
            )
            self._known[key] = known
        return known

    def words(self, body: Body) -> tuple[str, ...]:
        """Return the words of a function without members and its own name."""
        known = self._texts.get(body.text)
        if known is None:
            found = dict.fromkeys(word.name for word in words(body.text) if not word.member)
            found.pop(body.name, None)
            known = self._texts[body.text] = tuple(found)
        return known

    def differ(self, macros: Iterable[Alternative], bodies: Iterable[Body], presence: Presence) -> bool:
        """Say whether alternatives differ in what matters: an event, or a way out of the function."""
        texts = [macro_words(one) for one in macros]
        transfers = {not TRANSFERS.isdisjoint(text) for text in texts}
        if len(transfers) > 1:
            return True
        return any(self.matter(text, presence, _DEPTH - 1) for text in texts) or any(
            self.matter(self.words(body), presence, _DEPTH - 1) for body in bodies
        )


def macro_words(one: Alternative) -> tuple[str, ...]:
    """Return the words of a macro's body without its parameters and members."""
    parameters = frozenset(one.macro.parameters or ())
    found: dict[str, None] = {}
    before = ""
    for token in one.macro.body:
        if token.kind == IDENT and token.text not in parameters and before not in (".", "->"):
            found.setdefault(token.text)
        before = token.text
    found.pop(one.macro.name, None)
    return tuple(found)


def is_constant(one: Alternative | Body) -> bool:
    """Say whether an alternative gives a constant: then what hangs on it may be dead code."""
    if isinstance(one, Alternative):
        return bool(one.macro.body) and set(macro_words(one)) <= _CONSTANTS
    inner = one.text[one.text.find(b"{") :]
    return b"return" in inner and {word.name for word in words(inner)} <= _CONSTANTS
