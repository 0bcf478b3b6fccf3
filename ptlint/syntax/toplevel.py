# SPDX-License-Identifier: GPL-2.0-or-later
"""Splits the text of a file into items at file scope: functions, types, variables, macro invocations.

An `Outline` tells from the bytes of a file alone which names it may declare, whatever the configuration, so
that only files that matter are ever lexed. `split` works on the tokens that are active in one view.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from ptlint.cpp.tokens import IDENT, PUNCT, STRING, Token
from ptlint.syntax.groups import group_end
from ptlint.syntax.skeleton import Hidden

_COMMENT = re.compile(rb"/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/|//[^\n]*+")
_DIRECTIVE = re.compile(rb"^[ \t]*#[^\\\n]*+(?:\\(?:\r?\n|.)[^\\\n]*+)*+", re.MULTILINE)
_COLUMN_ONE = re.compile(rb"^(?:[A-Za-z_}]|[ \t]+(?:extern|static)\b)[^\n]*", re.MULTILINE)
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_TYPEDEF = re.compile(rb"\btypedef\b")
_ATTRIBUTES = re.compile(
    rb"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b__aligned\s*\([^()]*\)|\b__packed\b"
)
_POINTER_NAME = re.compile(rb"\(\s*(?:__\w+\s+|asmlinkage\s+)?\*+\s*(?:const\s+|__\w+\s+)*([A-Za-z_]\w*)")
_GROUPED_NAME = re.compile(rb"\(\s*([A-Za-z_]\w*)\s*\)\s*\(")
_TAIL_NAME = re.compile(rb"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$")
_ENUM_BODY = re.compile(rb"\benum\b[^;{}()=]*\{([^{}]*)\}")
_ENUMERATOR = re.compile(rb"(?:^|,)\s*([A-Za-z_]\w*)")
_GENERATED_ENUMERATOR = re.compile(rb"(?:^|,)\s*[A-Za-z_]\w*\s*\(([^()]*)\)")
_TAG = re.compile(rb"\b(struct|union|enum)\s+(?:__\w+(?:\s*\([^()]*\))*\s+)*([A-Za-z_]\w*)[^;{}()=,*]*\{")
_INVOCATION = re.compile(
    rb"^(?:static\s+|extern\s+)?(?:inline\s+)?[A-Za-z_]\w*\s*\(([^(){};]*)", re.MULTILINE
)
_BASIC_WORDS: Final = frozenset((b"int", b"char", b"void", b"long", b"short", b"unsigned", b"signed"))
_GROUP = re.compile(rb"\([^()]*\)")

_TAGGED: Final = frozenset(("struct", "union", "enum"))
_ATTRIBUTE_NAMES: Final = frozenset(("__attribute__", "__attribute", "__aligned", "_Alignas", "alignas"))


class Kind(Enum):
    FUNCTION = "function"
    DECLARATION = "declaration"  # variables, prototypes, types
    INVOCATION = "invocation"  # a macro without a semicolon


@dataclass(slots=True, eq=False)
class Item:
    """One item at file scope. `body` is the index of the brace that opens a function's body, else -1."""

    kind: Kind
    shown: Sequence[Token]  # without what is hidden
    hidden: tuple[tuple[int, Hidden], ...]  # what stands behind the shown token of this index
    body: int
    names: frozenset[str]  # words outside of brackets: the name that is declared is among them
    hints: frozenset[str]  # arguments of macros in it, which may build names
    tags: tuple[str, ...]  # "struct x" that it defines
    enumerators: tuple[str, ...]
    _tokens: Sequence[Token] | None = None
    _identifiers: frozenset[str] | None = None

    @property
    def tokens(self) -> Sequence[Token]:
        """All tokens of the item."""
        if not self.hidden:
            return self.shown
        known = self._tokens
        if known is None:
            tokens: list[Token] = []
            start = 0
            for at, hidden in self.hidden:
                tokens.extend(self.shown[start : at + 1])
                tokens.extend(hidden.tokens())
                start = at + 1
            known = self._tokens = [*tokens, *self.shown[start:]]
        return known

    @property
    def identifiers(self) -> frozenset[str]:
        """All identifiers of the item, before macro expansion."""
        known = self._identifiers
        if known is None:
            known = self._identifiers = frozenset(t.text for t in self.tokens if t.kind == IDENT)
        return known

    @property
    def first_line(self) -> int:
        return self.shown[0].line

    @property
    def last_line(self) -> int:
        return self.shown[-1].line

    def header(self) -> Sequence[Token]:
        """Return the tokens before the body."""
        return self.tokens if self.body < 0 else self.shown[: self.body]

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """Leave out what can be lexed again."""
        state = {name: getattr(self, name) for name in self.__slots__}
        if self.hidden:
            state["_tokens"] = None
        return None, state

    def mentions(self, names: frozenset[str]) -> bool:
        """Say whether one of *names* is an identifier of the item."""
        if self._identifiers is None and not any(hidden.has_any(names) for _, hidden in self.hidden):
            return any(token.text in names and token.kind == IDENT for token in self.shown)
        return not names.isdisjoint(self.identifiers)


@dataclass(slots=True, eq=False)
class Items:
    """The items of one file in one view, and where to find a name."""

    items: tuple[Item, ...]
    by_name: dict[str, list[Item]] = field(default_factory=dict)
    by_tag: dict[str, list[Item]] = field(default_factory=dict)
    by_enumerator: dict[str, list[Item]] = field(default_factory=dict)
    generating: list[Item] = field(default_factory=list)  # those that may declare names their text has not

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Items":
        made = cls(tuple(items))
        for item in made.items:
            for name in item.names:
                made.by_name.setdefault(name, []).append(item)
            for tag in item.tags:
                made.by_tag.setdefault(tag, []).append(item)
            for name in item.enumerators:
                made.by_enumerator.setdefault(name, []).append(item)
            if item.hints:
                made.generating.append(item)
        return made


class KnownItems:
    """The items of one file that were met so far, in whatever view: equal ones become the same object.

    What lies between the first and the last token of an item depends on which lines of these are active only.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Item] = {}

    def known(self, items: Sequence[Item], ranges: Sequence[tuple[int, int]]) -> list[Item]:
        """Return the items of a view that has the lines of *ranges* (inclusive, sorted)."""
        starts = [first for first, _ in ranges]
        found = []
        for item in items:
            first, last = item.shown[0], item.shown[-1]
            begin = max(bisect_right(starts, first.line) - 1, 0)
            end = bisect_right(starts, last.line)
            inside = tuple([(max(a, first.line), min(b, last.line)) for a, b in ranges[begin:end]])
            hidden = tuple([(at, part.spans) for at, part in item.hidden])
            place = (first.line, first.column, last.line, last.column)
            key = (place, item.kind, item.body, len(item.shown), hidden, inside)
            found.append(self._known.setdefault(key, item))
        return found


@dataclass(frozen=True, slots=True)
class Outline:
    """Names that a file may declare, whatever the configuration. Some are none; few are missed."""

    names: frozenset[str]  # words on lines that begin at the first column, or with extern or static
    typedefs: frozenset[str]
    enumerators: frozenset[str]
    tags: frozenset[str]  # "struct page"
    hints: frozenset[str]  # arguments of macros at the first column


def outline(text: bytes) -> Outline:
    """Return the outline of a file."""
    text = _DIRECTIVE.sub(b"", _COMMENT.sub(b" ", text))
    names = set(_WORD.findall(b"\n".join(_COLUMN_ONE.findall(text))))
    hints: set[bytes] = set()
    for arguments in _INVOCATION.findall(text):
        hints.update(_WORD.findall(arguments))
    enumerators: set[bytes] = set()
    if b"enum" in text:
        for body in _ENUM_BODY.findall(text):
            for arguments in _GENERATED_ENUMERATOR.findall(body):
                hints.update(_WORD.findall(arguments))
            while b"(" in body:
                shorter = _GROUP.sub(b"", body)
                if shorter == body:
                    break
                body = shorter
            enumerators.update(_ENUMERATOR.findall(body))
    tags = {kind + b" " + tag for kind, tag in _TAG.findall(text)}
    typedefs = set()
    for match in _TYPEDEF.finditer(text):
        typedefs.update(_typedef_names(text, match.end()))
    return Outline(_texts(names), _texts(typedefs), _texts(enumerators), _texts(tags), _texts(hints))


def _texts(words: set[bytes]) -> frozenset[str]:
    return frozenset(word.decode("ascii") for word in words)


def _typedef_names(text: bytes, start: int) -> list[bytes]:
    """Return the names that the typedef declares whose specifiers begin at *start*."""
    depth = 0
    pieces = []
    position = start
    for match in re.finditer(rb"[{};]", text[start : start + 65536]):
        mark = match[0]
        if mark == b"{":
            if depth == 0:
                pieces.append(text[position : start + match.start()])
            depth += 1
        elif mark == b"}":
            depth -= 1
            if depth < 0:
                return []
            if depth == 0:
                position = start + match.end()
        elif depth == 0:
            pieces.append(text[position : start + match.start()])
            break
    declaration = _ATTRIBUTES.sub(b"", b" ".join(pieces))
    bracket = declaration.find(b"(")
    pointer = None
    if bracket >= 0:
        pointer = _POINTER_NAME.match(declaration, bracket) or _GROUPED_NAME.match(declaration, bracket)
    if pointer is not None:
        return [pointer[1]]
    while b"(" in declaration:
        shorter = _GROUP.sub(b"", declaration)
        if shorter == declaration:
            break
        declaration = shorter
    names = []
    for piece in declaration.split(b","):
        tail = _TAIL_NAME.search(piece.rstrip())
        if tail is not None and tail[1] not in _BASIC_WORDS:
            names.append(tail[1])
    return names


def active_tokens(tokens: Sequence[Token], ranges: Sequence[tuple[int, int]]) -> list[Token]:
    """Return those of a file's tokens that stand on the lines of *ranges* (inclusive, sorted)."""
    lines = [token.line for token in tokens]
    result: list[Token] = []
    for first, last in ranges:
        result.extend(tokens[bisect_left(lines, first) : bisect_right(lines, last)])
    return result


def split(tokens: Sequence[Token], hidden: Sequence[tuple[int, Hidden]] = ()) -> list[Item]:
    """Return the items at file scope in order. Any tokens are accepted; *hidden* are in order, too."""
    return _Splitter(tokens, hidden).run()


class _Splitter:
    def __init__(self, tokens: Sequence[Token], hidden: Sequence[tuple[int, Hidden]]) -> None:
        self.tokens = tokens
        self.hidden = hidden
        self.passed = 0  # how many of the hidden parts belong to earlier items
        self.items: list[Item] = []
        self.begin(0)

    def begin(self, start: int) -> None:
        """Start an item."""
        self.start = start
        self.names: list[str] = []
        self.hints: list[str] = []
        self.tags: list[str] = []
        self.enumerators: list[str] = []
        self.assigned = False
        self.groups = 0  # pairs of parentheses outside of others
        self.keyword = -1  # index of the last struct, union or enum

    def finish(self, kind: Kind, end: int, body: int = -1) -> None:
        if end > self.start and not (end == self.start + 1 and self.tokens[self.start].text == ";"):
            self.items.append(
                Item(
                    kind,
                    self.tokens[self.start : end],
                    self.hidden_before(end),
                    body - self.start if body >= 0 else -1,
                    frozenset(self.names),
                    frozenset(self.hints),
                    tuple(self.tags),
                    tuple(self.enumerators),
                )
            )
        self.begin(end)

    def hidden_before(self, end: int) -> tuple[tuple[int, Hidden], ...]:
        """Return what is hidden in the item, up to the token *end*."""
        first = self.passed
        while self.passed < len(self.hidden) and self.hidden[self.passed][0] < end:
            self.passed += 1
        return tuple((at - self.start, hidden) for at, hidden in self.hidden[first : self.passed])

    def run(self) -> list[Item]:
        tokens = self.tokens
        end = len(tokens)
        index = 0
        while index < end:
            token = tokens[index]
            kind = token.kind
            if kind == IDENT:
                text = token.text
                if text in _TAGGED:
                    self.keyword = index
                elif not self.assigned:
                    self.names.append(text)
                index += 1
            elif kind == PUNCT:
                index = self.punctuation(token.text, index, end)
            else:
                index += 1
        self.finish(Kind.DECLARATION, end)
        return self.items

    def punctuation(self, text: str, index: int, end: int) -> int:
        if text == ";":
            self.finish(Kind.DECLARATION, index + 1)
        elif text == "=":
            self.assigned = True
        elif text == "(":
            return self.group(index, end)
        elif text == "[":
            return group_end(self.tokens, index, end)
        elif text == "{":
            return self.braces(index, end)
        return index + 1

    def group(self, index: int, end: int) -> int:
        tokens = self.tokens
        stop = group_end(tokens, index, end)
        if self.assigned:
            return stop
        self.groups += 1
        if index + 1 < stop and tokens[index + 1].text == "*":
            at = index + 1
            while at < stop and tokens[at].text in ("*", "const", "volatile", "__percpu", "__rcu", "__user"):
                at += 1
            if at < stop and tokens[at].kind == IDENT:
                self.names.append(tokens[at].text)
        before = tokens[index - 1] if index > self.start else None
        alone = index == self.start + 1
        if before is not None and before.kind == IDENT and (alone or before.text.isupper()):
            depth = 0
            for token in tokens[index:stop]:
                if token.kind == PUNCT:
                    depth += (token.text == "(") - (token.text == ")")
                elif token.kind == IDENT and depth == 1:
                    self.hints.append(token.text)
        if alone and stop < end:
            following = tokens[stop]
            if following.line > tokens[stop - 1].line and following.kind == IDENT:
                self.finish(Kind.INVOCATION, stop)
        return stop

    def braces(self, index: int, end: int) -> int:
        tokens = self.tokens
        stop = group_end(tokens, index, end)
        if self.assigned:
            return stop
        if self.keyword >= 0 and self.opens_record(index):
            self.record(self.keyword, index, stop)
            return stop
        if (
            index == self.start + 2
            and tokens[self.start].text == "extern"
            and tokens[index - 1].kind == STRING
        ):
            self.begin(index + 1)
            return index + 1
        self.finish(Kind.FUNCTION, stop, index)
        return stop

    def opens_record(self, index: int) -> bool:
        """Whether the brace at *index* opens the members of a struct, not the body of a function."""
        tokens = self.tokens
        at = self.keyword + 1
        while at < index:
            token = tokens[at]
            if token.kind == IDENT:
                at += 1
            elif token.kind == PUNCT and token.text == "(":
                name = tokens[at - 1].text
                if not name.startswith("__"):
                    return False
                at = group_end(tokens, at, index)
                if at >= index and name not in _ATTRIBUTE_NAMES:
                    return False
            elif token.text == ":":  # enum x : u8
                at += 1
            else:
                return False
        return True

    def record(self, keyword: int, index: int, stop: int) -> None:
        """Note the tags and enumerators that a struct, union or enum defines."""
        tokens = self.tokens
        self.tag(keyword, index)
        if tokens[keyword].text == "enum":
            self.enumeration(index, stop)
            return
        for at in range(index + 1, stop):
            token = tokens[at]
            if token.kind == PUNCT and token.text == "{":
                back = at - 1
                while back > index and tokens[back].kind == IDENT and tokens[back].text not in _TAGGED:
                    back -= 1
                if tokens[back].text in _TAGGED:
                    self.tag(back, at)
                    if tokens[back].text == "enum":
                        self.enumeration(at, group_end(tokens, at, stop))

    def tag(self, keyword: int, brace: int) -> None:
        tokens = self.tokens
        at = keyword + 1
        while at < brace:
            token = tokens[at]
            if token.kind != IDENT:
                return
            if at + 1 < brace and tokens[at + 1].text == "(":
                at = group_end(tokens, at + 1, brace)
                continue
            if token.text.startswith("__") and at + 1 < brace and tokens[at + 1].kind == IDENT:
                at += 1
                continue
            self.tags.append(f"{tokens[keyword].text} {token.text}")
            return

    def enumeration(self, index: int, stop: int) -> None:
        tokens = self.tokens
        expected = True
        at = index + 1
        while at < stop - 1:
            token = tokens[at]
            if token.kind == IDENT and expected:
                self.enumerators.append(token.text)
                expected = False
                if tokens[at + 1].text == "(":  # a macro that makes enumerators
                    end = group_end(tokens, at + 1, stop)
                    self.hints.extend(one.text for one in tokens[at + 1 : end] if one.kind == IDENT)
                    at = end
                    continue
            elif token.kind == PUNCT:
                if token.text == ",":
                    expected = True
                elif token.text == "(":
                    at = group_end(tokens, at, stop)
                    continue
            at += 1
