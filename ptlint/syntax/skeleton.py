# SPDX-License-Identifier: GPL-2.0-or-later
"""Lexes the active text of a file, but for the bodies of functions and initialisers.

Most of a file stands in those braces, and hardly any of it is ever asked for: it is lexed when it is.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from ptlint.cpp.tokens import Token, has_tight_splice, lex_source

_SKIPPED: Final = (
    r"/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/|/\*[\s\S]*+|//[^\n\\]*+(?:\\(?:\r\n|[\s\S])[^\n\\]*+)*+"
    r'|"[^"\\\n]*+(?:\\(?:\r\n|[\s\S])[^"\\\n]*+)*+"|' + r"'[^'\\\n]*+(?:\\(?:\r\n|[\s\S])[^'\\\n]*+)*+'"
)
_BRACKET: Final = re.compile(
    r"[^(){}\[\]\"'/]*+(?:(?:" + _SKIPPED + r"|[\"'/])[^(){}\[\]\"'/]*+)*+([(){}\[\]])"
)
_MARK: Final = re.compile(
    r"[^(){}\[\]\"'/;=]*+(?:(?:" + _SKIPPED + r"|[\"'/])[^(){}\[\]\"'/;=]*+)*+([(){}\[\];=])"
)
_KEYWORD: Final = re.compile(r"\b(?:struct|union|enum)\b", re.A)
_POINTER: Final = re.compile(r"\s+\w+\s*\*", re.A)
_OPENING: Final = frozenset("([{")
_COMPARED: Final = frozenset("=!<>+-*/%&|^")

_Span = tuple[int, int]


class Hidden(NamedTuple):
    """What stands between two braces, not lexed yet."""

    source: "Source"
    spans: tuple[_Span, ...]

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        for start, end in self.spans:
            found.extend(self.source.lexed(start, end))
        return found

    def has_any(self, names: frozenset[str]) -> bool:
        """Say whether a token may be one of *names*; no only if none is."""
        text = self.source.text
        for start, end in self.spans:
            if text.find("\\", start, end) >= 0 or any(text.find(name, start, end) >= 0 for name in names):
                return True
        return False


class Source:
    """The text of a file, and where its lines begin."""

    __slots__ = ("lines", "path", "spliced", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.spliced = "\\" in text and has_tight_splice(text)
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, first: int, last: int) -> _Span:
        """Return where the text of two lines and all between them begins and ends."""
        end = self.lines[last] if last < len(self.lines) else len(self.text)
        return self.lines[first - 1], end

    def lexed(self, start: int, end: int) -> list[Token]:
        """Return the tokens of a part that begins at the start of a token or of blanks."""
        if start and self.text[start - 1].isspace():
            start -= 1  # so that the first token knows of the blank
        line = bisect_right(self.lines, start)
        return lex_source(self.text[start:end], self.path, line, start - self.lines[line - 1] + 1)


class Skeleton(NamedTuple):
    """The tokens of a file without what is hidden, and what that is: behind the token of which index."""

    tokens: list[Token]
    hidden: list[tuple[int, Hidden]]


def skeleton(source: Source, ranges: Sequence[tuple[int, int]]) -> Skeleton | None:
    """Return the skeleton of the lines of *ranges* (inclusive, sorted); None if it has to be lexed whole.

    That is so where brackets do not match, or a line is continued inside a token.
    """
    if source.spliced:
        return None
    shown, groups = [source.span(first, last) for first, last in ranges], _groups(source.text, source, ranges)
    if groups is None:
        return None
    tokens: list[Token] = []
    hidden: list[tuple[int, Hidden]] = []
    waiting = iter(groups)
    group = next(waiting, None)
    for start, end in shown:
        while start < end:
            if group is not None and group[-1][1] <= start:
                group = next(waiting, None)
            elif group is None or group[0][0] >= end:
                tokens.extend(source.lexed(start, end))
                break
            elif group[0][0] > start:
                tokens.extend(source.lexed(start, group[0][0]))
                hidden.append((len(tokens) - 1, Hidden(source, tuple(group))))
                start = group[0][0]
            elif group[-1][1] >= end:
                break
            else:
                start = group[-1][1]
    return Skeleton(tokens, hidden)


def _groups(text: str, source: Source, ranges: Sequence[tuple[int, int]]) -> list[list[_Span]] | None:
    """Return the parts to hide, each as its spans in the ranges."""
    found: list[list[_Span]] = []
    group: list[_Span] | None = None  # the one that is open
    depth = 0
    outermost = ""  # the bracket that is open
    tagged = False  # a struct, union or enum may have begun since the last item
    for first, last in ranges:
        position, end = source.span(first, last)
        opened = segment = position
        before, behind = "", -1  # the last mark outside of brackets, and where it ends
        while True:
            match = (_BRACKET if depth else _MARK).match(text, position, end)
            if match is None:
                break
            mark, at, position = match[1], match.start(1), match.end()
            if depth:
                if mark in _OPENING:
                    depth += 1
                    continue
                depth -= 1
                if depth:
                    continue
                if group is not None and text[at - 1] != "/":  # a comment: the brace would not know of it
                    group.append((opened, at))
                    found.append(group)
                group = None
                tagged = tagged and outermost != "{"
                before, behind, segment = mark, position, position
                continue
            tagged = tagged or _tags(text, segment, at)
            if mark in _OPENING:
                depth = 1
                outermost = mark
                beside = behind >= 0 and (behind == at or text[behind:at].isspace())
                if mark == "{" and beside and (before == "=" or (before == ")" and not tagged)):
                    group = []
                    opened = position
            elif mark == ";":
                tagged = False
            elif mark == "=" and (text[at - 1 : at] in _COMPARED or text[position : position + 1] == "="):
                mark = ""
            elif mark != "=":
                return None
            before, behind, segment = mark, position, position
        if depth and group is not None:
            group.append((opened, end))
        elif not depth:
            tagged = tagged or _tags(text, segment, end)
    return None if depth else found


def _tags(text: str, start: int, end: int) -> bool:
    """Say whether a structure may begin here: something is tagged, and not what a pointer leads to."""
    first = _KEYWORD.search(text, start, end)
    if first is None:
        return False
    if text.find("/", first.start(), end) >= 0:
        return True
    *_, last = _KEYWORD.finditer(text, first.start(), end)
    return _POINTER.match(text, last.end(), end) is None
