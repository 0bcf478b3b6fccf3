# SPDX-License-Identifier: GPL-2.0-or-later
"""The directives of one file, compiled into a program that a translation unit runs.

A file becomes a list of steps. Text and definitions between two directives of any other kind are one `Block`,
which a run adds at once; conditionals jump. So a run costs about as much as the conditionals and includes
that it meets, however many macros the blocks define.
"""

import re
from collections.abc import Iterator
from typing import Final

from ptlint.cpp.tokens import Macro, Token, decoded, include_name, lex

BLOCK: Final = 0  # add the block
IF: Final = 1  # go to `target` unless the condition holds
IFDEF: Final = 2  # go to `target` unless `name` is defined
IFNDEF: Final = 3  # go to `target` if `name` is defined
JUMP: Final = 4  # go to `target`: the end of a group that was taken
INCLUDE: Final = 5
INCLUDE_NEXT: Final = 6
ERROR: Final = 7
ONCE: Final = 8

_COMMENT = rb"/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/"
_LINE_COMMENT = rb"//[^\n\\]*+(?:\\(?:\r\n|[\s\S])[^\n\\]*+)*+"
_STRING = rb'"[^"\\\n]*+(?:\\(?:\r\n|[\s\S])[^"\\\n]*+)*+"'
_CHARACTER = rb"'[^'\\\n]*+(?:\\(?:\r\n|[\s\S])[^'\\\n]*+)*+'"
_BLANK = rb"[ \t\f\v\r]*+"
_HASH = rb"\n" + _BLANK + rb"(?:" + _COMMENT + _BLANK + rb")*+\#"
_INSIDE = rb"|".join((_COMMENT, rb"/\*[\s\S]*+", _LINE_COMMENT, _STRING, _CHARACTER, rb"[/\"']"))

_DIRECTIVE = re.compile(
    rb"(?:[^\n/\"'\\]++|\\(?:\r\n|[\s\S])|" + _INSIDE + rb"|\n(?!" + _HASH[2:] + rb"))*+"
    + _HASH
    + rb"((?:[^\n/\"'\\]++|\\(?:\r\n|[\s\S])|" + _INSIDE + rb")*+)"
)  # fmt: skip
_NO_TOKEN = re.compile(rb"(?:[ \t\n\f\v\r]++|\\\r?\n|" + _COMMENT + rb"|" + _LINE_COMMENT + rb")*+")
_KEYWORD = re.compile(_BLANK + rb"([a-z_]+)" + _BLANK)
_NAME = re.compile(_BLANK + rb"([A-Za-z_$][A-Za-z0-9_$]*+)")
_NOT_CODE = re.compile(
    rb"(" + _STRING + rb"|" + _CHARACTER + rb")|" + _COMMENT + rb"|/\*[\s\S]*+|" + _LINE_COMMENT
)
_SPLICE = re.compile(rb"\\\r?\n")
_NOT_DEFINED = re.compile(rb"\s*!\s*defined\s*(?:\(\s*([A-Za-z_$][\w$]*)\s*\)|([A-Za-z_$][\w$]*))\s*$")


class Block:
    """Text and definitions that are compiled together or not at all.

    Each run of text and each definition has an offset, in source order; `length` is their number.
    """

    __slots__ = ("final", "history", "length", "path", "texts")

    def __init__(self, path: str) -> None:
        self.path = path
        self.texts: list[tuple[int, int, int]] = []  # first line, last line, offset
        self.history: list[tuple[int, str, Macro | None]] = []  # offset, name, definition or #undef
        self.final: dict[str, Macro | None] = {}  # what holds after the block
        self.length = 0


class Condition:
    """The expression of an #if or #elif."""

    __slots__ = ("known", "line", "path", "text", "tokens")

    def __init__(self, path: str, line: int, text: bytes) -> None:
        self.path = path
        self.line = line
        self.text = text
        self.tokens: tuple[Token, ...] | None = None
        """Lexed when first evaluated."""
        self.known: list[tuple[tuple[tuple[str, Macro | None], ...], int]] = []
        """Values found so far, each with the definitions that it rests on."""


class Step:
    """One step of the program of a file. Which attributes count is said with the constants above.

    A conditional step governs the lines *line* + 1 to *last*, without those after its #else; the JUMP of an
    #else has the lines after that.
    """

    __slots__ = ("block", "condition", "kind", "last", "line", "name", "quoted", "target")

    def __init__(self, kind: int, line: int) -> None:
        self.kind = kind
        self.line = line
        self.last = line
        self.target = 0
        self.name = ""
        self.quoted = False
        self.block: Block = _NO_BLOCK
        self.condition: Condition = _NO_CONDITION


_NO_BLOCK = Block("")
_NO_CONDITION = Condition("", 0, b"")


class File:
    """The program of one file. *guard* is the macro that, once defined, leaves nothing of the file."""

    __slots__ = ("blocks", "directory", "guard", "path", "steps")

    def __init__(self, path: str, steps: list[Step], blocks: list[Block], guard: str | None) -> None:
        self.path = path
        self.directory = path.rpartition("/")[0]
        self.steps = steps
        self.blocks = blocks
        self.guard = guard


def parse(text: bytes, path: str) -> File:
    """Return the program of the file *path* with the content *text*. Any bytes are accepted.

    An #else, #elif or #endif that belongs to no #if is passed over; an #if that is not ended ends with the
    file.
    """
    return _Parser(path).parse(text)


class _Chain:
    """An #if whose #endif has not come yet."""

    __slots__ = ("branch", "has_else", "jumps", "opened_first", "start")

    def __init__(self, branch: Step, opened_first: bool) -> None:
        self.start = branch
        self.branch: Step | None = branch  # the last condition, which jumps to what comes next
        self.jumps: list[Step] = []
        self.opened_first = opened_first
        self.has_else = False


class _Parser:
    def __init__(self, path: str) -> None:
        self.path = path
        self.steps: list[Step] = []
        self.blocks: list[Block] = []
        self.block: Block | None = None
        self.chains: list[_Chain] = []
        self.guard: str | None = None
        self.anything = False  # whether a token or directive has come yet
        self.after_guard = False  # whether one came after the first chain was closed

    def parse(self, text: bytes) -> File:
        source = b"\n" + text  # so that a directive always follows a newline; offsets are one too high
        count = source.count
        position = 0  # the end of the last directive
        last = 0  # last line of the directive before
        blank = _NO_TOKEN.match
        next_directive = _DIRECTIVE.match  # anchored: a search from every byte of the tail would be quadratic
        while (match := next_directive(source, position)) is not None:
            start = match.start(1)
            line = last + count(b"\n", position, start)
            gap = blank(source, position, start)
            if gap is None or gap.end() != start - 1:
                self._text(last + 1, line - 1)
            position = match.end()
            last = line + count(b"\n", start, position)
            self._directive(match[1], line, start - source.rfind(b"\n", 0, start))
        end = len(source)
        lines = last + count(b"\n", position, end - 1 if source[-1] == 10 else end)
        gap = blank(source, position)
        if gap is None or gap.end() != end:
            self._text(last + 1, lines)
        for chain in reversed(self.chains):
            self._close(chain, lines + 1)
        guard = None if self.after_guard or self.chains else self.guard
        return File(self.path, self.steps, self.blocks, guard)

    def _text(self, first: int, last: int) -> None:
        self._outside()
        if last < first:  # only blanks and comments, or the rest of a comment's last line
            return
        block = self._open_block()
        block.texts.append((first, last, block.length))
        block.length += 1

    def _outside(self) -> None:
        """Note something that stands outside the include guard, unless it stands in a chain."""
        self.anything = True
        if not self.chains:
            self.after_guard = True

    def _open_block(self) -> Block:
        block = self.block
        if block is None:
            block = self.block = Block(self.path)
            step = self._step(BLOCK, 0)
            step.block = block
            self.blocks.append(block)
            self.block = block
        return block

    def _step(self, kind: int, line: int) -> Step:
        step = Step(kind, line)
        self.steps.append(step)
        self.block = None
        return step

    def _directive(self, rest: bytes, line: int, column: int) -> None:
        keyword = _KEYWORD.match(rest)
        if keyword is None:
            if b"/*" in rest or b"\\" in rest:
                cleaned = _clean(rest)
                if cleaned != rest:
                    self._directive(cleaned, line, column)
            return
        word = keyword[1]
        if word == b"define":
            self._outside()
            self._define(rest, keyword.end(), line, column)
        elif word == b"undef":
            self._outside()
            name = _name(rest, keyword.end())
            if name:
                self._change(name, None)
        elif word == b"include" or word == b"include_next" or word == b"import":
            self._outside()
            step = self._step(INCLUDE_NEXT if word == b"include_next" else INCLUDE, line)
            self._operand(step, rest[keyword.end() :])
        elif word in _CONDITIONAL:
            self._conditional(word, rest[keyword.end() :], line)
        elif word == b"error":
            self._outside()
            self._step(ERROR, line).name = decoded(_clean(rest[keyword.end() :])).strip()
        elif word == b"pragma":
            self._outside()
            if _name(rest, keyword.end()) == "once":
                self._step(ONCE, line)

    def _operand(self, step: Step, operand: bytes) -> None:
        named = include_name(operand)
        if named is None:
            cleaned = _clean(operand)
            named = include_name(cleaned)
            if named is None:  # a macro gives the name
                step.condition = Condition(self.path, step.line, operand)
                return
        step.name, step.quoted = named

    def _change(self, name: str, macro: Macro | None) -> None:
        block = self._open_block()
        block.history.append((block.length, name, macro))
        block.final[name] = macro
        block.length += 1

    def _define(self, rest: bytes, start: int, line: int, column: int) -> None:
        match = _NAME.match(rest, start)
        if match is None:
            cleaned = _clean(rest)
            if cleaned != rest:
                keyword = _KEYWORD.match(cleaned)
                if keyword is not None:
                    self._define(cleaned, keyword.end(), line, column)
            return
        name = decoded(match[1])
        end = match.end()
        parameters: tuple[str, ...] | None = None
        variadic = False
        if rest[end : end + 1] == b"(":
            close = rest.find(b")", end)
            listed = rest[end + 1 : close]
            if b"/" in listed:
                return self._define_commented(rest, line, column)
            if close < 0:
                return
            parameters, variadic = _parameters(listed)
            end = close + 1
        elif rest[end : end + 2] == b"\\\n" and _NAME_SPLICED.match(rest, end):
            return self._define_commented(rest, line, column)
        place = (line, column + end)
        if b"\n" in rest[:end]:
            place = (line + rest.count(b"\n", 0, end), end - rest.rfind(b"\n", 0, end))
        self._change(name, Macro(name, parameters, variadic, rest[end:], self.path, line, place))

    def _define_commented(self, rest: bytes, line: int, column: int) -> None:
        """Define a macro whose head holds comments or is continued inside a name; columns are lost."""
        cleaned = _clean(rest)
        keyword = _KEYWORD.match(cleaned)
        if keyword is not None and cleaned != rest:
            self._define(cleaned, keyword.end(), line, column)

    def _conditional(self, word: bytes, rest: bytes, line: int) -> None:
        if word in _OPENING:
            first = not self.anything
            self._outside()
            kind = _OPENING[word]
            step = self._step(kind, line)
            self._test(step, rest)
            self.chains.append(_Chain(step, first))
            return
        self.anything = True
        if not self.chains:
            return
        chain = self.chains[-1]
        if word == b"endif":
            self.chains.pop()
            self._close(chain, line)
            if not self.chains:
                self._guard(chain)
            return
        if chain.has_else:
            return
        jump = self._step(JUMP, line)
        chain.jumps.append(jump)
        if chain.branch is not None:
            chain.branch.target = len(self.steps)
            chain.branch.last = line - 1
        chain.opened_first = False
        if word == b"else":
            chain.has_else = True
            chain.branch = None
        else:
            step = self._step(_CONTINUING[word], line)
            self._test(step, rest)
            chain.branch = step

    def _test(self, step: Step, rest: bytes) -> None:
        if step.kind == IF:
            step.condition = Condition(self.path, step.line, rest)
        else:
            step.name = _name(rest, 0)

    def _close(self, chain: _Chain, line: int) -> None:
        self.block = None
        end = len(self.steps)
        if chain.branch is not None:
            chain.branch.target = end
            chain.branch.last = line - 1
        elif chain.jumps:
            chain.jumps[-1].last = line - 1
        for jump in chain.jumps:
            jump.target = end

    def _guard(self, chain: _Chain) -> None:
        """Take the chain that was just closed for the include guard if nothing stands before it."""
        step = chain.start
        self.after_guard = not chain.opened_first
        if not chain.opened_first:
            return
        if step.kind == IFNDEF:
            self.guard = step.name or None
        elif step.kind == IF:
            match = _NOT_DEFINED.match(_clean(step.condition.text))
            self.guard = decoded(match[1] or match[2]) if match else None


_NAME_SPLICED = re.compile(rb"(?:\\\r?\n)+[A-Za-z0-9_$(]")
_OPENING: Final = {b"if": IF, b"ifdef": IFDEF, b"ifndef": IFNDEF}
_CONTINUING: Final = {b"elif": IF, b"elifdef": IFDEF, b"elifndef": IFNDEF}
_CONDITIONAL: Final = frozenset((*_OPENING, *_CONTINUING, b"else", b"endif"))


def _name(rest: bytes, start: int) -> str:
    """Return the identifier at *start*, "" if there is none."""
    match = _NAME.match(rest, start)
    if match is None:
        match = _NAME.match(_clean(rest[start:]))
    return "" if match is None else decoded(match[1])


def _clean(rest: bytes) -> bytes:
    """Return *rest* with lines joined and comments replaced by a blank."""
    joined = _SPLICE.sub(b"", rest)
    return _NOT_CODE.sub(lambda match: match[1] or b" ", joined)


def _parameters(listed: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the parameters in the text between the parentheses of a #define, and whether more may follow."""
    names: list[str] = []
    variadic = False
    if b"\\" in listed:
        listed = _SPLICE.sub(b"", listed)
    for part in decoded(listed).split(","):
        name = part.strip()
        if name.endswith("..."):
            variadic = True
            name = name[:-3].rstrip() or "__VA_ARGS__"
        if name:
            names.append(name)
    return tuple(names), variadic


def directive_tokens(condition: Condition) -> tuple[Token, ...]:
    """Return the tokens of a condition or of a computed include's operand, lexed once."""
    known = condition.tokens
    if known is None:
        known = condition.tokens = tuple(lex(condition.text, condition.path, condition.line))
    return known


def texts(file: File) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each run of text of the file that holds a token, in order."""
    for block in file.blocks:
        for first, last, _ in block.texts:
            yield first, last
