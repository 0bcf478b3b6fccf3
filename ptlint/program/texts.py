# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files have a word in their text, whatever the configuration. May serve many trees at once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence, Set
from typing import Final

# A definition begins in column 0 with a type or the name itself; prototypes are weeded out later.
DEFINITION: Final = re.compile(rb"^[A-Za-z_][^\n;={}#\"]*?\b([A-Za-z_]\w*)\s*\(", re.M)
_CAST: Final = rb"(?:\((?:[^();]|\([^();]*\))*+\)\s*(?=[&\w]))?"  # or none
_WORD: Final = re.compile(r"[A-Za-z0-9_]+", re.A)
_BLANKED: Final = bytes(c if chr(c).isascii() and (chr(c).isalnum() or c == 95) else 32 for c in range(256))


def assigned(member: bytes) -> bytes:
    """Return a pattern for what assigns to *member*, itself a pattern; its last group is the function."""
    return rb"(?:\.|->)\s*" + member + rb"\s*=\s*" + _CAST + rb"&?\s*\(?\s*([A-Za-z_]\w*)\s*\)?\s*[,;}\n]"


class Texts:
    """Files by the digest of their content; each has a number. Grows with what it is asked for.

    A name is looked for as a whole word: the preprocessor makes words of two, but never takes one apart.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._having: dict[bytes, list[int]] = {}  # rising
        self._indexed: set[int] = set()
        self._defining: dict[bytes, set[int]] = {}

    def number(self, digest: str, text: Callable[[], bytes]) -> int:
        """Return the number of a file; its text is only asked for once."""
        known = self._numbers.get(digest)
        if known is None:
            known = self._numbers[digest] = len(self._numbers)
            having = self._having
            for word in set(text().translate(_BLANKED).split()):
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
