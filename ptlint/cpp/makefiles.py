# SPDX-License-Identifier: GPL-2.0-or-later
"""The variables of kernel makefiles, read without running anything.

Assignments, conditionals, includes and the pure text functions are obeyed; rules and ``define`` are passed
over, ``$(shell …)`` gives nothing. Enough to know the options that a Makefile gives the compiler.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from ptlint.source.tree import Tree, normal_path

DEEPEST: Final = 40
"""References inside references."""

LONGEST: Final = 100_000
"""Characters of one value. A hostile makefile can double a variable many times over."""

MOST_INCLUDED: Final = 200

MOST_EXPANSIONS: Final = 100_000
"""Texts with references, expanded by one reader. The kernel's top Makefile needs some 2,000."""

_ASSIGNMENT = re.compile(
    r"(?:(?:export|override)\s+)*([^\s:#=+?!\t][^\s:#=+?!]*)\s*(\+=|:::?=|::?=|\?=|=)\s*(.*)", re.DOTALL
)
_REFERENCE = re.compile(r"\$(?:([({])|(.))")
_CONDITIONAL = re.compile(r"(else\s+)?(ifdef|ifndef|ifeq|ifneq)\b\s*(.*)", re.DOTALL)
_INCLUDE = re.compile(r"[-s]?include\s+(.*)", re.DOTALL)


class Makefiles:
    """Variables as they stand after reading some makefiles of a tree.

    *given* are variables that no makefile can change, as those on make's command line: ``CONFIG_…``,
    ``srctree`` and the like. Paths are relative to the tree.
    """

    def __init__(self, tree: Tree, given: Mapping[str, str]) -> None:
        self._tree = tree
        self._given = given
        self._variables: dict[str, str] = {}
        self._included = 0
        self._depth = 0
        self._left = MOST_EXPANSIONS

    def read(self, path: str) -> None:
        """Obey the makefile at *path*, if there is one."""
        content = self._tree.find(path)
        if content is None or self._included >= MOST_INCLUDED:
            return
        self._included += 1
        open_conditionals: list[_Conditional] = []
        defining = False
        for line in _logical_lines(content.decode("utf-8", "replace")):
            text = line.strip()
            if defining:
                defining = text != "endef"
                continue
            if not text:
                continue
            match = _CONDITIONAL.match(text)
            if match:
                if match[1]:
                    if open_conditionals:
                        last = open_conditionals[-1]
                        last.turn(last.open and self._holds(match[2], match[3]))
                else:
                    outer = not open_conditionals or open_conditionals[-1].active
                    open_conditionals.append(_Conditional(outer and self._holds(match[2], match[3]), outer))
            elif text == "else" or text.startswith("else "):
                if open_conditionals:
                    open_conditionals[-1].turn(True)
            elif text == "endif" or text.startswith("endif "):
                if open_conditionals:
                    open_conditionals.pop()
            elif not open_conditionals or open_conditionals[-1].active:
                defining = text.startswith(("define ", "override define "))
                if not defining:
                    self._obey(text)

    def set(self, name: str, value: str) -> None:
        """Give a variable a value."""
        self._variables[name] = value

    def value(self, name: str) -> str:
        """Return the expanded value of a variable, "" if it has none."""
        raw = self._variables.get(name)
        if raw is None:
            return self._given.get(name, "")
        return self.expanded(raw)

    def expanded(self, text: str) -> str:
        """Return *text* with all references to variables and functions replaced."""
        if "$" not in text:
            return text
        self._left -= 1
        if self._depth >= DEEPEST or self._left < 0:
            return ""
        self._depth += 1
        parts: list[str] = []
        position = 0
        while (match := _REFERENCE.search(text, position)) is not None:
            parts.append(text[position : match.start()])
            position = match.end()
            if match[1]:
                inside, position = _balanced(text, position, ")" if match[1] == "(" else "}")
                parts.append(self._reference(inside))
            elif match[2] == "$":
                parts.append("$")
            else:
                parts.append(self.value(match[2]))
        parts.append(text[position:])
        self._depth -= 1
        return "".join(parts)[:LONGEST]

    def _obey(self, text: str) -> None:
        match = _INCLUDE.match(text)
        if match:
            for word in self.expanded(match[1]).split():
                path = normal_path(word.lstrip("/"))
                if path:
                    self.read(path)
            return
        match = _ASSIGNMENT.match(text)
        if match is None:
            return
        name, sign, value = self.expanded(match[1]), match[2], match[3]
        if name in self._given:
            return
        if sign == "?=":
            self._variables.setdefault(name, value)
        elif sign == "=":
            self._variables[name] = value
        elif sign == "+=":
            old = self._variables.get(name)
            self._variables[name] = f"{old} {value}"[:LONGEST] if old else value
        else:
            self._variables[name] = self.expanded(value).replace("$", "$$")

    def _holds(self, word: str, argument: str) -> bool:
        if word in ("ifdef", "ifndef"):
            return bool(self.value(self.expanded(argument).strip())) == (word == "ifdef")
        if argument.startswith("("):
            inside, _ = _balanced(argument, 1, ")")
            left, right = (*_arguments(inside, 2), "")[:2]
        else:
            quoted = re.findall(r"\"([^\"]*)\"|'([^']*)'", argument)
            words = [double or single for double, single in quoted] + ["", ""]
            left, right = words[0], words[1]
        return (self.expanded(left).strip() == self.expanded(right).strip()) == (word == "ifeq")

    def _reference(self, inside: str) -> str:
        name, blank, rest = inside.partition(" ")
        if blank and name in _FUNCTIONS:
            count, function = _FUNCTIONS[name]
            return function([self.expanded(part) for part in _arguments(rest.lstrip(), count)])
        if blank and name == "if":
            test, yes, no = (*_arguments(rest.lstrip(), 3), "", "")[:3]
            return self.expanded(yes if self.expanded(test).strip() else no)
        if blank and name in ("or", "and"):
            value = ""
            for part in _arguments(rest.lstrip(), 1000):
                value = self.expanded(part).strip()
                if bool(value) == (name == "or"):
                    break
            return value
        if blank and name == "call":
            called, *arguments = _arguments(rest.lstrip(), 1000)
            if called.strip() == "cc-option-yn":
                return "y"
            # Options are taken for supported; everything else that is called is about commands.
            return self.expanded(arguments[0]) if called.strip() in _OPTION_CHECKS and arguments else ""
        if blank and name in ("foreach", "shell", "wildcard", "eval", "error", "warning", "info", "origin"):
            return ""
        name, colon, substitution = inside.partition(":")
        value = self.value(self.expanded(name))
        if colon and "=" in substitution:
            old, _, new = self.expanded(substitution).partition("=")
            if "%" not in old:
                old, new = f"%{old}", f"%{new}"
            return _patsubst([old, new, value])
        return value


class _Conditional:
    """An ifdef or ifeq whose endif has not come yet."""

    __slots__ = ("active", "open")

    def __init__(self, holds: bool, outer: bool) -> None:
        self.active = holds
        self.open = outer and not holds  # whether a later else may still be taken

    def turn(self, holds: bool) -> None:
        """Come to an else, whose own condition holds or not."""
        self.active = self.open and holds
        self.open = self.open and not self.active


_OPTION_CHECKS: Final = frozenset(("cc-option", "cc-disable-warning", "as-option"))


def _logical_lines(text: str) -> list[str]:
    joined = re.sub(r"[ \t]*\\\r?\n[ \t]*", " ", text)
    return [_uncommented(line) for line in joined.split("\n")]


def _uncommented(line: str) -> str:
    start = line.find("#")
    while start > 0 and line[start - 1] == "\\":
        start = line.find("#", start + 1)
    return line if start < 0 else line[:start]


def _balanced(text: str, start: int, close: str) -> tuple[str, int]:
    """Return the text up to the bracket that closes the one before *start*, and the index after it."""
    opening = "(" if close == ")" else "{"
    depth = 1
    for index in range(start, len(text)):
        if text[index] == close:
            depth -= 1
            if not depth:
                return text[start:index], index + 1
        elif text[index] == opening:
            depth += 1
    return text[start:], len(text)


def _arguments(text: str, count: int) -> list[str]:
    """Return the parts of *text* between commas outside brackets, at most *count*."""
    parts: list[str] = []
    depth = start = 0
    for index, sign in enumerate(text):
        if sign in "({":
            depth += 1
        elif sign in ")}":
            depth -= 1
        elif sign == "," and not depth and len(parts) < count - 1:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return parts


def _matches(pattern: str, word: str) -> bool:
    head, percent, tail = pattern.partition("%")
    if not percent:
        return pattern == word
    return len(word) >= len(head) + len(tail) and word.startswith(head) and word.endswith(tail)


def _filter(arguments: list[str], wanted: bool) -> str:
    patterns, words = (*(a.split() for a in arguments), [], [])[:2]
    return " ".join(w for w in words if any(_matches(p, w) for p in patterns) == wanted)


def _patsubst(arguments: list[str]) -> str:
    old, new, words = (*arguments, "", "", "")[:3]
    head, percent, tail = old.strip().partition("%")
    found: list[str] = []
    for word in words.split():
        if not percent:
            found.append(new if word == head else word)
        elif _matches(f"{head}%{tail}", word):
            found.append(new.replace("%", word[len(head) : len(word) - len(tail)], 1))
        else:
            found.append(word)
    return " ".join(found)


def _each(change: Callable[[str, str], str]) -> Callable[[list[str]], str]:
    def function(arguments: list[str]) -> str:
        first, words = (*arguments, "", "")[:2]
        return " ".join(change(first, word) for word in words.split())

    return function


_FUNCTIONS: Final[Mapping[str, tuple[int, Callable[[list[str]], str]]]] = {
    "strip": (1, lambda a: " ".join(a[0].split())),
    "filter": (2, lambda a: _filter(a, True)),
    "filter-out": (2, lambda a: _filter(a, False)),
    "patsubst": (3, _patsubst),
    "subst": (3, lambda a: a[2].replace(a[0], a[1]) if len(a) == 3 and a[0] else ""),
    "addprefix": (2, _each(lambda first, word: first + word)),
    "addsuffix": (2, _each(lambda first, word: word + first)),
    "findstring": (2, lambda a: a[0] if len(a) == 2 and a[0] in a[1] else ""),
    "firstword": (1, lambda a: "".join(a[0].split()[:1])),
    "sort": (1, lambda a: " ".join(sorted(set(a[0].split())))),
}
