# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files have a word in their text, whatever the configuration. May serve many trees at once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence, Set
from typing import Final

# A definition begins in column 0 with a type or the name itself; prototypes are weeded out later.
DEFINITION: Final = re.compile(rb"^[A-Za-z_][^\n;={}#\"]*?\b([A-Za-z_]\w*)\s*\(", re.M)
# A macro with its body; a word in that which is called, or handed on, or whose member is read.
_MACRO: Final = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)([^\n\\]*+(?:\\.[^\n\\]*+)*+)", re.M | re.S)
_USED: Final = re.compile(rb"\b([A-Za-z_]\w*)\b(?=\s*(?:\(|,|\)|\[|$|->|\.))", re.M)
_CAST: Final = rb"(?:\((?:[^();]|\([^();]*\))*+\)\s*(?=[&\w]))?"  # or none
_NAME: Final = rb"([A-Za-z_]\w*)"
_INDICES: Final = rb"(?:\s*\[[^\]\n]*\])*"
_ATTRIBUTES: Final = rb"(?:\s+__\w+)*"
_PARAMETERS: Final = rb"(?:\s*\)\s*\([^;{}=]*\))?"  # of the functions that a pointer points to
_WORD: Final = re.compile(r"[A-Za-z0-9_]+", re.A)
_BLANKED: Final = bytes(c if chr(c).isascii() and (chr(c).isalnum() or c == 95) else 32 for c in range(256))


def assigned(member: bytes, function: bytes = _NAME) -> bytes:
    """Return a pattern for what makes *member* point to *function*, each a pattern, by an assignment."""
    return rb"(?:\.|->)\s*" + member + rb"\s*=\s*" + _CAST + rb"&?\s*\(?\s*" + function + rb"\s*\)?\s*[,;}\n]"


def stored(variable: bytes, function: bytes) -> bytes:
    """Return a pattern for what makes *variable* point to *function*, each a pattern.

    So does an initialiser, an assignment, or a call whose last two arguments they are: an atomic store, say.
    """
    target = rb"(?<![\w.>])" + variable
    value = _CAST + rb"&?\s*\(?\s*" + function
    return (
        target + _INDICES + _PARAMETERS + _ATTRIBUTES + rb"\s*=\s*" + value + rb"\s*\)?\s*[,;}\n]|"
        rb"[(&]\s*" + variable + _INDICES + rb"\s*,\s*" + value + rb"\s*\)"
    )


def listed(array: bytes, function: bytes) -> bytes:
    """Return a pattern for an array's initialiser that has *function* in it, each a pattern."""
    return rb"(?<![\w.>])" + array + rb"\s*\[" + rb"[^\]]*\][^;={}]*=\s*\{[^{};]*?\b" + function + rb"\b"


def text_words(text: bytes) -> set[bytes]:
    """Return the words of a text: whatever stands between what can be in none."""
    return set(text.translate(_BLANKED).split())


class Texts:
    """Files by the digest of their content; each has a number. Grows with what it is asked for.

    A name is looked for as a whole word: the preprocessor makes words of two, but never takes one apart.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._having: dict[bytes, list[int]] = {}  # rising
        self._indexed: set[int] = set()
        self._defining: dict[bytes, set[int]] = {}
        self._macros: dict[int, tuple[tuple[str, frozenset[str]], ...]] = {}
        self._exposing: dict[tuple[int, str], tuple[int, ...]] = {}
        self._assigning: dict[tuple[int, str], tuple[tuple[str, int], ...]] = {}
        self._storing: dict[tuple[int, str], tuple[tuple[str, int], ...]] = {}
        self._holding: dict[tuple[int, str], tuple[tuple[str, int], ...]] = {}
        self._ending: dict[tuple[int, str, tuple[bytes, ...]], bool] = {}

    def number(self, digest: str, text: Callable[[], bytes]) -> int:
        """Return the number of a file; its text is only asked for once."""
        known = self._numbers.get(digest)
        if known is None:
            known = self._numbers[digest] = len(self._numbers)
            having = self._having
            for word in text_words(text()):
                files = having.get(word)
                if files is None:
                    having[word] = [known]
                else:
                    files.append(known)
        return known

    def having(self, name: str) -> Sequence[int] | None:
        """Return the files whose text has *name* as a word, in rising order; None if it can be no word."""
        if not _WORD.fullmatch(name):
            return None
        return self._having.get(name.encode(), ())

    def has(self, number: int, name: str) -> bool:
        """Say whether the text of a file has *name*, which can be a word."""
        files = self._having.get(name.encode(), ())
        at = bisect_left(files, number)
        return at < len(files) and files[at] == number

    def index_definitions(self, number: int, text: Callable[[], bytes]) -> None:
        """Note what a file may define."""
        if number not in self._indexed:
            self._indexed.add(number)
            for name in set(DEFINITION.findall(text())):
                self._defining.setdefault(name, set()).add(number)

    def defining(self, name: str) -> Set[int]:
        """Return the files among those indexed that may define a function."""
        return self._defining.get(name.encode(), frozenset())

    def macros(self, number: int, text: Callable[[], bytes]) -> tuple[tuple[str, frozenset[str]], ...]:
        """Return the macros of a file, each with the names that its body calls or reads as a member."""
        known = self._macros.get(number)
        if known is None:
            known = self._macros[number] = tuple(
                (macro.decode(), frozenset(word.decode() for word in _USED.findall(body)))
                for macro, body in _MACRO.findall(text())
            )
        return known

    def exposing(self, number: int, name: str, text: Callable[[], bytes]) -> tuple[int, ...]:
        """Return the lines of a file that export a function or take its address, 1-based."""
        known = self._exposing.get((number, name))
        if known is None:
            word = name.encode()
            pattern = rb"\bEXPORT_SYMBOL\w*\s*\(\s*" + word + rb"\b|[=,(&]\s*&?" + word + rb"\s*[,;)}]"
            known = self._exposing[number, name] = tuple(line for _, line in _found(pattern, text()))
        return known

    def assigning(self, number: int, member: str, text: Callable[[], bytes]) -> tuple[tuple[str, int], ...]:
        """Return what a file assigns to a member of this name, each with its line, 1-based."""
        known = self._assigning.get((number, member))
        if known is None:
            found = _found(assigned(member.encode()), text())
            known = self._assigning[number, member] = tuple((m.group(1).decode(), line) for m, line in found)
        return known

    def storing(self, number: int, variable: str, text: Callable[[], bytes]) -> tuple[tuple[str, int], ...]:
        """Return what a file makes a variable of this name point to, each with its line, 1-based."""
        known = self._storing.get((number, variable))
        if known is None:
            pattern = stored(variable.encode(), _NAME)
            known = self._storing[number, variable] = _words(_found(pattern, text()))
        return known

    def holding(self, number: int, name: str, text: Callable[[], bytes]) -> tuple[tuple[str, int], ...]:
        """Return the members and variables that a file makes point to a function, each with its line."""
        known = self._holding.get((number, name))
        if known is None:
            word = rb"\b" + name.encode()
            patterns = (assigned(_NAME, word), stored(_NAME, word), listed(_NAME, word))
            content = text()
            found = [one for pattern in patterns for one in _words(_found(pattern, content))]
            known = self._holding[number, name] = tuple(found)
        return known

    def ending(self, number: int, name: str, ends: tuple[bytes, ...], text: Callable[[], bytes]) -> bool:
        """Say whether the body of a function has one of the words *ends*, in a file that may define it."""
        key = (number, name, ends)
        known = self._ending.get(key)
        if known is None:
            known = self._ending[key] = _ends(text(), name, ends)
        return known


def _found(pattern: bytes, text: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield what matches, with the line on which it begins."""
    for match in re.finditer(pattern, text):
        yield match, text.count(b"\n", 0, match.start()) + 1


def _words(found: Iterator[tuple[re.Match[bytes], int]]) -> tuple[tuple[str, int], ...]:
    """Return the word that a group of each match is."""
    return tuple((m[m.lastindex or 0].decode(), line) for m, line in found)


def _ends(text: bytes, name: str, ends: tuple[bytes, ...]) -> bool:
    for match in re.finditer(rb"^[^\n;={}#\"]*\b" + name.encode() + rb"\s*\(", text, re.M):
        body = text[match.end() : text.find(b"\n}", match.end())]
        if b";" in body and any(word in body for word in ends):
            return True
    return False
