# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of functions and macros, whatever the configuration: words, definitions, and where they end."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ptlint.source.tree import Tree

_NOT_CODE: Final = re.compile(
    rb"/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/|//[^\n]*+|\"[^\"\\\n]*+(?:\\[\s\S][^\"\\\n]*+)*+\""
    rb"|'[^'\\\n]*+(?:\\[\s\S][^'\\\n]*+)*+'"
)
_DIRECTIVE: Final = re.compile(rb"^[ \t]*#[^\\\n]*+(?:\\(?:\r?\n|.)[^\\\n]*+)*+", re.M)
_BLANKS: Final = bytes(byte if byte == 10 else 32 for byte in range(256))  # all but newlines
_WORD: Final = re.compile(rb"(\.|->)?[ \t]*\b([A-Za-z_]\w*)\b[ \t]*(\()?")
_DEFINED: Final = re.compile(rb"^(?:[A-Za-z_][^\n;={}#\"]*?[ \t*])?([A-Za-z_]\w*)[ \t]*\(", re.M)
_ROUND: Final = re.compile(rb"[()]")
_CURLY: Final = re.compile(rb"[{}]")
_MOST_HEAD: Final = 2000


class Word(NamedTuple):
    """An identifier: where it stands, whether it is a member, whether a parenthesis follows."""

    name: str
    line: int
    member: bool
    called: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A definition of a function in some branch of a file. Lines are those of its head and its end."""

    path: str
    name: str
    line: int
    last_line: int
    static: bool
    text: bytes


class Source:
    """A file without its comments, strings and directives; lines stay where they are."""

    def __init__(self, path: str, text: bytes) -> None:
        self.path = path
        self.raw = text
        self._code: bytes | None = None
        self._starts: list[int] | None = None
        self._heads: dict[str, list[int]] | None = None
        self._bodies: dict[str, tuple[Body, ...]] = {}
        self._words: dict[tuple[int, int], tuple[Word, ...]] = {}

    @property
    def code(self) -> bytes:
        if self._code is None:
            plain = _NOT_CODE.sub(_blank, self.raw)
            self._code = _DIRECTIVE.sub(_blank, plain)
        return self._code

    def line(self, offset: int) -> int:
        return bisect_right(self._line_starts(), offset)

    def part(self, first: int, last: int) -> bytes:
        """Return the code of some lines."""
        starts = self._line_starts()
        if first > len(starts) or last < first:
            return b""
        end = starts[last] if last < len(starts) else len(self.code)
        return self.code[starts[first - 1] : end]

    def words(self, first: int, last: int) -> tuple[Word, ...]:
        """Return the identifiers of some lines, in order."""
        known = self._words.get((first, last))
        if known is None:
            known = self._words[first, last] = tuple(words(self.part(first, last), first))
        return known

    @property
    def defined(self) -> frozenset[str]:
        """The names that the file may define as functions."""
        return frozenset(self._all_heads())

    def heads(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield the line and the text of what declares or defines a function, by its first line."""
        for start in self._all_heads().get(name, ()):
            yield self.line(start), self.raw[start : start + _MOST_HEAD]

    def external(self) -> frozenset[str]:
        """Return the names of the functions that the file defines for others, in any branch."""
        return frozenset(body.name for body in self.functions() if not body.static)

    def naming(self, name: str) -> tuple[Body, ...]:
        """Return the functions in whose code a name stands, but for that of this name."""
        pattern = re.compile(rb"\b" + name.encode() + rb"\b")
        if not pattern.search(self.raw):
            return ()
        return tuple(body for body in self.functions() if body.name != name and pattern.search(body.text))

    def functions(self) -> Iterator[Body]:
        """Yield all definitions of functions in the file."""
        for name in sorted(self._all_heads()):
            yield from self.bodies(name)

    def _all_heads(self) -> dict[str, list[int]]:
        heads = self._heads
        if heads is None:
            heads = self._heads = {}
            for match in _DEFINED.finditer(self.raw):
                heads.setdefault(match[1].decode(), []).append(match.start())
        return heads

    def bodies(self, name: str) -> tuple[Body, ...]:
        """Return the definitions of a function, of all branches."""
        known = self._bodies.get(name)
        if known is None:
            found = (self._body(name, start) for start in self._all_heads().get(name, ()))
            known = self._bodies[name] = tuple(one for one in found if one is not None)
        return known

    def _body(self, name: str, start: int) -> Body | None:
        code = self.code
        opening = code.find(b"(", code.find(name.encode(), start))
        if opening < 0:
            return None
        close = closing(code, opening)
        brace = code.find(b"{", close, close + _MOST_HEAD)
        if brace < 0 or b";" in code[close:brace]:
            return None
        end = closing(code, brace)
        head = code[code.rfind(b"\n", 0, max(start - 1, 0)) + 1 : opening]
        return Body(
            self.path,
            name,
            self.line(start),
            self.line(end),
            b"static" in head.split(),
            code[start : end + 1],
        )

    def _line_starts(self) -> list[int]:
        known = self._starts
        if known is None:
            known = self._starts = [0]
            known.extend(match.end() for match in re.finditer(rb"\n", self.raw))
        return known


class Sources:
    """The files of one tree, each read once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known: dict[str, Source] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        self._having: dict[tuple[str, tuple[str, ...]], bool] = {}

    def below(self, directory: str) -> tuple[str, ...]:
        """Return the .c files in a folder, and in all folders below it."""
        known = self._below.get(directory)
        if known is None:
            found: list[str] = []
            for entry in self.tree.entries(directory):
                path = f"{directory}/{entry}"
                if entry.endswith("/"):
                    found += self.below(path[:-1])
                elif entry.endswith(".c"):
                    found.append(path)
            known = self._below[directory] = tuple(found)
        return known

    def has_any(self, path: str, names: tuple[str, ...]) -> bool:
        """Say whether the text of a file has one of some names."""
        known = self._having.get((path, names))
        if known is None:
            text = self.tree.find(path) or b""
            known = self._having[path, names] = any(name.encode() in text for name in names)
        return known

    def of(self, path: str) -> Source:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = Source(path, self.tree.find(path) or b"")
        return known


def words(code: bytes, first_line: int = 1) -> Iterator[Word]:
    """Yield the identifiers of some code."""
    line = first_line
    position = 0
    for match in _WORD.finditer(code):
        start = match.start(2)
        line += code.count(b"\n", position, start)
        position = start
        yield Word(match[2].decode(), line, match[1] is not None, match[3] is not None)


def plain(code: bytes) -> bytes:
    """Return code without comments and strings."""
    return _NOT_CODE.sub(_blank, code)


def closing(code: bytes, opening: int) -> int:
    """Return where the bracket at *opening* closes; the end of the code if it does not.

    Braces of several branches may not match; a brace at the first column ends them.
    """
    pattern, first = (_ROUND, b"(") if code[opening : opening + 1] == b"(" else (_CURLY, b"{")
    depth = 0
    for match in pattern.finditer(code, opening):
        if match[0] == first:
            depth += 1
            continue
        depth -= 1
        at = match.start()
        if depth == 0 or (first == b"{" and code[at - 1 : at] == b"\n"):
            return at
    return len(code)


def listed(code: bytes, opening: int) -> tuple[bytes, ...]:
    """Return what stands between commas in the bracket at *opening*; () if that is empty."""
    inside = code[opening + 1 : closing(code, opening)]
    parts = []
    depth = start = 0
    for at, byte in enumerate(inside):
        depth += (byte in b"([{") - (byte in b")]}")
        if byte == b","[0] and not depth:
            parts.append(inside[start:at].strip())
            start = at + 1
    last = inside[start:].strip()
    return (*parts, last) if parts or last else ()


def _blank(match: re.Match[bytes]) -> bytes:
    return match[0].translate(_BLANKS)
