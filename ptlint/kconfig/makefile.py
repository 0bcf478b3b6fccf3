# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates the variables of a makefile, as far as the kernel's makefiles use GNU make's language.

Assignments, conditionals, includes and the text functions are known; rules and recipes are passed over.
No program is run: ``$(shell ...)`` gives a fixed text for ``uname`` and nothing for all else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import normpath

_DEEPEST = 100
"""How deep variables may refer to each other; GNU make refuses loops."""

_LARGEST = 1 << 20
"""Characters of one expansion; makefiles of the kernel stay below a few thousand."""

_MOST_WORK = 200_000
"""References (and 64 characters of what they are and give) that a `Makefile` expands; then all are empty.
A makefile of a kernel needs a few thousand at most. Without it ten lines of makefile could go on for ever.
"""

_OPERATOR = re.compile(r":::?=|:=|\+=|\?=|!=|=|:")
_MODIFIERS = re.compile(r"(?:(?:export|override|private)[ \t]+)+")
_CONDITIONAL = re.compile(r"(ifeq|ifneq|ifdef|ifndef|else|endif)\b[ \t]*(.*)", re.DOTALL)
_INCLUDE = re.compile(r"(?:-include|sinclude|include)[ \t]+(.*)", re.DOTALL)
_DEFINE = re.compile(r"(?:(?:override|export)[ \t]+)*define[ \t]+(\S+)[ \t]*(=|:=|::=|\+=|\?=)?[ \t]*")
_COMMENT = re.compile(r"(?<!\\)#.*", re.DOTALL)
_SHELL = {"uname -m": "x86_64", "uname -s": "Linux"}


@dataclass(slots=True)
class _Variable:
    text: str
    simple: bool


class Makefile:
    """The variables of makefiles that are read one after the other."""

    def __init__(
        self,
        find: Callable[[str], bytes | None],
        entries: Callable[[str], tuple[str, ...]],
        variables: Mapping[str, str],
        config: Mapping[str, str],
    ) -> None:
        """Begin with *variables*; ``CONFIG_X`` is the value of X in *config*, empty where that is n."""
        self._find = find
        self._entries = entries
        self._config = config
        self._variables = {name: _Variable(text, True) for name, text in variables.items()}
        self._depth = 0
        self._work = 0
        self.exported: set[str] = set()
        """The names of variables that sub-makes see."""

    # Reading

    def read(self, path: str) -> bool:
        """Evaluate the makefile at *path* of the tree; return whether there is one."""
        content = self._find(path)
        self._work += 10
        if content is None or self._depth > _DEEPEST or self._work > _MOST_WORK:
            return False
        self._depth += 1
        self.evaluate(content.decode("utf-8", "replace"))
        self._depth -= 1
        return True

    def evaluate(self, text: str) -> None:
        """Evaluate the lines of a makefile."""
        active: list[tuple[bool, bool]] = []  # (this branch counts, a branch has counted)
        in_rule = False
        define: tuple[str, str | None, list[str]] | None = None
        for line in _logical_lines(text):
            if define is not None:
                if line.strip() == "endef":
                    if all(here for here, _ in active):
                        self._assign(define[0], define[1] or "=", "\n".join(define[2]))
                    define = None
                else:
                    define[2].append(line)
                continue
            stripped = _COMMENT.sub("", line).strip()
            if not stripped:
                continue
            conditional = _CONDITIONAL.match(stripped)
            if conditional and not (line[0] == "\t" and in_rule and conditional[1] == "else"):
                self._branch(conditional[1], conditional[2], active)
                continue
            if not all(here for here, _ in active):
                continue
            if line[0] == "\t" and in_rule:
                continue
            if start := _DEFINE.fullmatch(stripped):
                define = (self.expand(start[1]), start[2], [])
            elif include := _INCLUDE.fullmatch(stripped):
                for path in self.expand(include[1]).split():
                    self.read(normpath(path))
            else:
                in_rule = self._statement(stripped, in_rule)

    def _statement(self, line: str, in_rule: bool) -> bool:
        """Evaluate an assignment, an export or a rule; return whether recipe lines may follow."""
        operator = _operator(line)
        if operator is None:
            if line.startswith("export "):
                self.exported.update(self.expand(line[7:]).split())
            else:
                self.expand(line)  # $(eval ...) alone on a line
            return in_rule
        if operator[0] == ":":
            return True
        name = line[: operator.start()].strip()
        modifiers = _MODIFIERS.match(name)
        if modifiers:
            name = name[modifiers.end() :]
        name = self.expand(name).strip()
        self._assign(name, operator[0], line[operator.end() :].lstrip())
        if modifiers and "export" in modifiers[0]:
            self.exported.add(name)
        return False

    def _branch(self, word: str, rest: str, active: list[tuple[bool, bool]]) -> None:
        """Follow a conditional directive."""
        if word == "endif":
            if active:
                active.pop()
            return
        if word == "else":
            if not active:
                return
            _, done = active.pop()
            chained = _CONDITIONAL.match(rest)
            outside = all(here for here, _ in active)
            holds = outside and not done and (chained is None or self._holds(chained[1], chained[2]))
            active.append((holds, done or holds))
            return
        outside = all(here for here, _ in active)
        holds = outside and self._holds(word, rest)
        active.append((holds, holds))

    def _holds(self, word: str, rest: str) -> bool:
        if word in ("ifdef", "ifndef"):
            name = self.expand(rest).strip()
            return bool(self._raw(name)) == (word == "ifdef")
        rest = rest.strip()
        if rest.startswith("("):
            inner = rest[1 : _closing(rest, 0)]
            parts = _split(inner, 1)
            left, right = parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
        else:
            quotes = re.match(r"""(["'])(.*?)\1\s*(["'])(.*?)\3""", rest)
            if quotes is None:
                return False
            left, right = quotes[2], quotes[4]
        return (self.expand(left) == self.expand(right)) == (word == "ifeq")

    def _assign(self, name: str, operator: str, text: str) -> None:
        old = self._variables.get(name)
        if operator == "?=":
            if old is None and not self._raw(name):
                self._variables[name] = _Variable(text, False)
        elif operator == "+=":
            if old is None:
                self._variables[name] = _Variable(text, False)
            else:
                more = self.expand(text) if old.simple else text
                old.text = f"{old.text} {more}" if old.text else more
        elif operator == "=":
            self._variables[name] = _Variable(text, False)
        elif operator == "!=":
            self._variables[name] = _Variable(_SHELL.get(self.expand(text).strip(), ""), True)
        else:
            self._variables[name] = _Variable(self.expand(text), True)

    # Values

    def value(self, name: str) -> str:
        """Return the expanded value of a variable; "" if it has none."""
        variable = self._variables.get(name)
        if variable is None:
            return self._raw(name)
        if variable.simple:
            return variable.text
        if self._depth > _DEEPEST:
            return ""
        self._depth += 1
        text = self.expand(variable.text)
        self._depth -= 1
        return text

    def words(self, name: str) -> list[str]:
        """Return the words of a variable's value."""
        return self.value(name).split()

    def has(self, name: str) -> bool:
        """Return whether a variable has a value that is not empty."""
        return bool(self._raw(name))

    def exports(self) -> dict[str, str]:
        """Return the exported variables with their values."""
        return {name: self.value(name) for name in sorted(self.exported) if name in self._variables}

    def _raw(self, name: str) -> str:
        variable = self._variables.get(name)
        if variable is not None:
            return variable.text
        if name.startswith("CONFIG_"):
            value = self._config.get(name[7:], "n")
            return "" if value == "n" else value
        return ""

    def expand(self, text: str, arguments: tuple[str, ...] = ()) -> str:
        """Return *text* with all references expanded. What cannot be read stays as it is."""
        if "$" not in text:
            return text
        parts: list[str] = []
        i = 0
        while True:
            dollar = text.find("$", i)
            if dollar < 0 or dollar + 1 >= len(text):
                parts.append(text[i:])
                return "".join(parts)[:_LARGEST]
            parts.append(text[i:dollar])
            opening = text[dollar + 1]
            if opening in "({":
                end = _closing(text, dollar + 1)
                self._work += 1 + (end - dollar) // 64
                value = self._reference(text[dollar + 2 : end], arguments)
                self._work += len(value) // 64
                parts.append(value)
                i = end + 1
            else:
                parts.append("$" if opening == "$" else self._named(opening, arguments))
                i = dollar + 2

    def _named(self, name: str, arguments: tuple[str, ...]) -> str:
        if name.isdigit():
            return arguments[int(name)] if int(name) < len(arguments) else ""
        return self.value(name)

    def _reference(self, inner: str, arguments: tuple[str, ...]) -> str:
        """Return what ``$(inner)`` stands for."""
        if self._depth > _DEEPEST or self._work > _MOST_WORK:
            return ""
        self._depth += 1
        try:
            word, _, rest = inner.partition(" ")
            word, tab, more = word.partition("\t")
            if tab:
                rest = f"{more} {rest}"
            if word in _FUNCTIONS and (rest or tab):
                return self._function(word, rest.lstrip(), arguments)
            name, colon, replacement = self.expand_name(inner, arguments)
            value = self._named(name, arguments)
            if colon:
                old, _, new = replacement.partition("=")
                if "%" not in old:
                    old, new = f"%{old}", f"%{new}"
                return " ".join(_pattern(word, old, new) for word in value.split())
            return value
        finally:
            self._depth -= 1

    def expand_name(self, inner: str, arguments: tuple[str, ...]) -> tuple[str, str, str]:
        """Return the name of a reference, a colon if a substitution follows, and the substitution."""
        expanded = self.expand(inner, arguments)
        name, colon, replacement = expanded.partition(":")
        return (name, colon, replacement) if colon and "=" in replacement else (expanded, "", "")

    def _function(self, word: str, rest: str, arguments: tuple[str, ...]) -> str:
        raw = _split(rest, _ARGUMENTS.get(word, 1) - 1)

        def get(index: int) -> str:
            return self.expand(raw[index], arguments) if index < len(raw) else ""

        match word:
            case "if":
                return get(1) if get(0).strip() else get(2)
            case "or":
                return next((value for value in map(get, range(len(raw))) if value.strip()), "")
            case "and":
                value = ""
                for index in range(len(raw)):
                    value = get(index)
                    if not value.strip():
                        return ""
                return value
            case "foreach":
                return self._for_each(
                    get(0).strip(), get(1).split(), raw[2] if len(raw) > 2 else "", arguments
                )
            case "call":
                return self._call(tuple(get(index) for index in range(len(raw))))
            case "eval":
                self.evaluate(get(0))
                return ""
            case "value":
                return self._raw(get(0).strip())
            case "origin":
                return "file" if self._raw(get(0).strip()) else "undefined"
            case "shell":
                return _SHELL.get(get(0).split("|")[0].strip(), "")
            case "wildcard":
                return " ".join(path for pattern in get(0).split() for path in self._matching(pattern))
            case "error" | "warning" | "info" | "flavor":
                return ""
        return _text_function(word, [get(index) for index in range(len(raw))])

    def _for_each(self, name: str, words: list[str], body: str, arguments: tuple[str, ...]) -> str:
        old = self._variables.get(name)
        parts = []
        for word in words:
            self._variables[name] = _Variable(word, True)
            parts.append(self.expand(body, arguments))
        if old is None:
            self._variables.pop(name, None)
        else:
            self._variables[name] = old
        return " ".join(parts)

    def _call(self, arguments: tuple[str, ...]) -> str:
        name = arguments[0].strip()
        variable = self._variables.get(name)
        return self.expand(variable.text, (name, *arguments[1:])) if variable else ""

    def _matching(self, pattern: str) -> list[str]:
        """Return the paths of the tree that match a pattern with "*" in its last part."""
        folder, _, last = normpath(pattern).rpartition("/")
        if "*" not in last:
            path = normpath(pattern)
            there = self._find(path) is not None or bool(self._entries(path))
            return [pattern] if there else []
        wanted = re.compile(".*".join(map(re.escape, last.split("*"))))
        names = (name.rstrip("/") for name in self._entries(folder))
        return [f"{folder}/{name}" if folder else name for name in names if wanted.fullmatch(name)]


_ARGUMENTS = {
    "subst": 3,
    "patsubst": 3,
    "findstring": 2,
    "filter": 2,
    "filter-out": 2,
    "word": 2,
    "wordlist": 3,
    "addsuffix": 2,
    "addprefix": 2,
    "join": 2,
    "foreach": 3,
    "if": 3,
    "or": 100,
    "and": 100,
    "call": 100,
}
"""How many arguments a function has, where it is not one; commas beyond belong to the last."""

_FUNCTIONS = frozenset(_ARGUMENTS) | {
    "strip", "sort", "words", "firstword", "lastword", "dir", "notdir", "suffix", "basename", "wildcard",
    "shell", "eval", "value", "origin", "flavor", "error", "warning", "info", "realpath", "abspath",
}  # fmt: skip


def _text_function(word: str, given: list[str]) -> str:
    """Return the value of a function that only works on texts."""
    given += [""] * (3 - len(given))
    first, second, third = given[:3]
    match word:
        case "subst":
            return third.replace(first, second) if first else third + second
        case "patsubst":
            return " ".join(_pattern(w, first.strip(), second.strip()) for w in third.split())
        case "strip":
            return " ".join(first.split())
        case "findstring":
            return first if first in second else ""
        case "filter" | "filter-out":
            patterns = first.split()
            keep = word == "filter"
            return " ".join(w for w in second.split() if any(_matches(w, p) for p in patterns) == keep)
        case "sort":
            return " ".join(sorted(set(first.split())))
        case "words":
            return str(len(first.split()))
        case "firstword":
            return " ".join(first.split()[:1])
        case "lastword":
            return " ".join(first.split()[-1:])
        case "word":
            return " ".join(second.split()[int(first) - 1 : int(first)]) if first.strip().isdigit() else ""
        case "wordlist":
            if not (first.strip().isdigit() and second.strip().isdigit()):
                return ""
            return " ".join(third.split()[max(int(first) - 1, 0) : int(second)])
        case "dir":
            return " ".join(w[: w.rfind("/") + 1] or "./" for w in first.split())
        case "notdir":
            return " ".join(w.rpartition("/")[2] for w in first.split())
        case "suffix":
            return " ".join(m[0] for w in first.split() if (m := re.search(r"\.[^./]*$", w)))
        case "basename":
            return " ".join(re.sub(r"\.[^./]*$", "", w) for w in first.split())
        case "addsuffix":
            return " ".join(w + first for w in second.split())
        case "addprefix":
            return " ".join(first + w for w in second.split())
        case "join":
            left, right = first.split(), second.split()
            size = max(len(left), len(right))
            padded = zip(left + [""] * (size - len(left)), right + [""] * (size - len(right)), strict=True)
            return " ".join(a + b for a, b in padded)
        case _:  # realpath, abspath
            return first


def _matches(word: str, pattern: str) -> bool:
    before, percent, after = pattern.partition("%")
    if not percent:
        return word == pattern
    return len(word) >= len(before) + len(after) and word.startswith(before) and word.endswith(after)


def _pattern(word: str, old: str, new: str) -> str:
    """Return *word* with pattern *old* replaced by *new*, the word itself if it does not match."""
    if not _matches(word, old):
        return word
    before, percent, after = old.partition("%")
    if not percent:
        return new
    return new.replace("%", word[len(before) : len(word) - len(after)], 1)


def _closing(text: str, opening: int) -> int:
    """Return where the bracket at *opening* closes; the end of the text if it does not."""
    kind = text[opening]
    other = ")" if kind == "(" else "}"
    depth = 0
    for i in range(opening, len(text)):
        if text[i] == kind:
            depth += 1
        elif text[i] == other:
            depth -= 1
            if depth == 0:
                return i
    return len(text)


def _operator(line: str) -> re.Match[str] | None:
    """Return the first operator of a line (or the colon of a rule) that is in no brackets."""
    i = depth = 0
    while i < len(line):
        char = line[i]
        if char == "$" and line[i + 1 : i + 2] in ("(", "{"):
            depth += 1
            i += 1
        elif depth and char in "({":
            depth += 1
        elif depth and char in ")}":
            depth -= 1
        elif not depth and char in ":=+?!":
            match = _OPERATOR.match(line, i)
            if match:
                return match
        i += 1
    return None


def _split(text: str, at_most: int) -> list[str]:
    """Return *text* split at commas that are in no brackets, at most *at_most* times."""
    parts: list[str] = []
    depth = start = 0
    for i, char in enumerate(text):
        if char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "," and depth <= 0 and len(parts) < at_most:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return parts


def _logical_lines(text: str) -> list[str]:
    """Return the lines of a makefile with continued lines joined."""
    if "\\\n" in text:
        text = re.sub(r"[ \t]*\\\n[ \t]*", " ", text)
    return text.split("\n")
