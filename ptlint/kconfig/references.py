# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols that the expressions of a Kconfig file name, each with its place, read as text.

Read are ``depends on``, ``select``, ``imply``, ``default``, ``def_bool``, ``def_tristate``, ``range``,
``if``, ``visible if``, and the ``if`` after a prompt. Constants are none: y, m, n, numbers, what is quoted,
what ``$(...)`` gives, and a word that something is compared with if it is not written as symbols are.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"\s+|\#.*|\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|(?P<word>[\w./-]+)|(?P<sign>!=|<=|>=|=|<|>)|."
)
_FIRST: Final = re.compile(r"\s*(\S+)")
_NUMBER: Final = re.compile(r"-?\d+|0[xX][0-9a-fA-F]+")
_NAME: Final = re.compile(r"\w+", re.ASCII)
_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9_]*[A-Za-z0-9_]*")
_ASSIGNMENT: Final = re.compile(r"\s*[\w.-]+\s*(?::=|\+=|=)")
_NO_NAMES: Final = frozenset({"y", "m", "n", "if", "on", "depends", "visible"})

_EXPRESSIONS: Final = frozenset(
    {"depends", "select", "imply", "default", "def_bool", "def_tristate", "range", "if", "visible"}
)
_PROMPTS: Final = frozenset({"bool", "tristate", "int", "hex", "string", "prompt"})


class Reference(NamedTuple):
    """A name in an expression; line and column are 1-based. *keyword* is what its line begins with."""

    name: str
    line: int
    column: int
    keyword: str


def references_in(text: bytes) -> Iterator[Reference]:
    """Yield the symbols that the expressions of a Kconfig file name, in the order of the text."""
    keyword = ""
    continued = False
    help_indent: int | None = None  # of the text of a help that is being read, -1 before its first line
    for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
        line = line.removesuffix("\r")
        if help_indent is not None:
            indent = _indent(line)
            if indent is None:
                continue
            if help_indent < 0 and indent > 0:
                help_indent = indent
            if help_indent > 0 and indent >= help_indent:
                continue
            help_indent = None
        if not continued:
            first = _FIRST.match(line)
            keyword = first[1] if first else ""
            if keyword in ("help", "---help---"):
                help_indent = -1
                keyword = ""
                continue
            if keyword not in _EXPRESSIONS and _ASSIGNMENT.match(line):
                keyword = ""
        continued_before, continued = continued, line.endswith("\\")
        if keyword in _EXPRESSIONS or keyword in _PROMPTS:
            yield from _in_line(line, number, keyword, continued_before)


def _in_line(line: str, number: int, keyword: str, continued: bool) -> Iterator[Reference]:
    code = _without_macros(line)
    waiting = keyword in _PROMPTS  # for the `if` behind a prompt
    compared = False
    first = not continued
    for match in _TOKEN.finditer(code):
        if match["sign"]:
            compared = True
            continue
        word = match["word"]
        if word is None:
            compared = compared and match[0].isspace()
            continue
        constant, compared = compared, False
        if first:
            first = False
            continue
        if word == "if":
            waiting = False
        if waiting or word in _NO_NAMES or _NUMBER.fullmatch(word) or not _NAME.fullmatch(word):
            continue
        if constant and not _SYMBOL.fullmatch(word):
            continue
        yield Reference(word, number, match.start() + 1, keyword)


def _indent(line: str) -> int | None:
    """Return the indentation of a line, None if nothing stands on it."""
    bare = line.lstrip(" \t")
    return len(line[: len(line) - len(bare)].expandtabs(8)) if bare else None


def _without_macros(line: str) -> str:
    """Return a line with $(...) blanked, nested ones included."""
    start = line.find("$(")
    while start >= 0:
        end = _closing(line, start + 1)
        line = line[:start] + " " * (end - start) + line[end:]
        start = line.find("$(", end)
    return line


def _closing(line: str, opening: int) -> int:
    depth = 0
    for index in range(opening, len(line)):
        depth += (line[index] == "(") - (line[index] == ")")
        if not depth:
            return index + 1
    return len(line)
