# SPDX-License-Identifier: GPL-2.0-or-later
"""Rewrites preprocessed tokens into text that tree-sitter's C grammar parses without an error.

What the grammar does not know, or can only guess at, is turned into what it knows:

* Names of types become tags: ``pte_t`` is written ``struct $pte_t``. A cast is then never a call, and a
  declaration never a product. `typeof` becomes ``struct $typeof_N``; what it is applied to stands after the
  function, in a function of its own that is called like it (`OPERANDS`).
* Attributes and qualifiers are dropped, but for ``cleanup``, which is kept in a table.
* ``asm``, `_Generic`, ``offsetof`` and macros that take types become calls whose types stand in ``sizeof``.

One token is written per line of the text: the row of a tree-sitter node is the index of its token.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

from ptlint.cpp.tokens import CHAR, IDENT, NUMBER, PUNCT, STRING, Token
from ptlint.syntax.constants import character_value

OPERANDS: Final = "$typeof_"
AUTO: Final = "$auto"
CALL_ASM: Final = "$asm"
CALL_GENERIC: Final = "$generic"
CALL_RANGE: Final = "$range"
CALL_SAME_TYPE: Final = "$same_type"
CALL_OFFSET: Final = "$offset"
CALL_VA_ARG: Final = "$va_arg"
CALL_JUMP: Final = "$goto"
UNKNOWN: Final = "$unknown"
LABEL_VALUE: Final = "$label"
DEFAULT: Final = "$default"
PADDING: Final = "$padding"
PACKED: Final = -1
UNKNOWN_ALIGNMENT: Final = -2

_DROPPED = frozenset((
    "const", "__const", "__const__", "volatile", "__volatile", "__volatile__", "restrict", "__restrict",
    "__restrict__", "register", "inline", "__inline", "__inline__", "_Noreturn", "__extension__",
    "__thread", "_Thread_local", "__seg_gs", "__seg_fs", "constexpr", "_Atomic", "__signed", "__signed__",
    "signed",
))  # fmt: skip
_DROPPED_WITH_GROUP = frozenset((
    "__attribute__", "__attribute", "_Alignas", "alignas", "__declspec", "__attribute_malloc__",
))  # fmt: skip
_ALIGNAS = frozenset(("_Alignas", "alignas"))
_PACKED = frozenset(("packed", "__packed__"))
_ALIGNED = frozenset(("aligned", "__aligned__", "mode", "__mode__", "vector_size", "__vector_size__"))
_TYPEOF = frozenset((
    "typeof", "__typeof__", "__typeof", "typeof_unqual", "__typeof_unqual__", "__typeof_unqual",
))  # fmt: skip
_ASM = frozenset(("asm", "__asm__", "__asm"))
_ASM_QUALIFIERS = frozenset((
    "volatile", "__volatile__", "__volatile", "inline", "__inline", "__inline__", "goto",
))  # fmt: skip
_OFFSETOF = frozenset(("offsetof", "__builtin_offsetof"))
_VA_ARG = frozenset(("va_arg", "__builtin_va_arg"))
_ASSERT = frozenset(("_Static_assert", "static_assert"))
_BASIC = frozenset(("void", "char", "short", "int", "long", "float", "double", "unsigned", "signed"))
_TAGGED = frozenset(("struct", "union", "enum"))
_BUILTIN_TYPES = frozenset((
    "_Bool", "__builtin_va_list", "__int128_t", "__uint128_t", "_Float16", "_Float32", "_Float64",
    "__float128", "_Complex",
))  # fmt: skip
_STATEMENT_START = frozenset((";", "{", "}"))
_NOT_AFTER_TYPE = frozenset((
    ".", "->", "=", "+=", "-=", "*=", "/=", "==", "!=", "<", ">", "<=", ">=", "++", "--", "?", "|", "||",
    "/", "%", "^", "]",
))  # fmt: skip
_DECLARES = frozenset(("=", ";", ",", "[", ")"))
_KEYWORDS = frozenset((
    "if", "else", "while", "do", "for", "switch", "case", "default", "return", "goto", "break", "continue",
    "sizeof", "struct", "union", "enum", "typedef", "static", "extern", "_Alignof", "alignof",
    "__alignof__", "__alignof",
))  # fmt: skip
_ALIGNOF = frozenset(("_Alignof", "alignof", "__alignof__", "__alignof"))
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_BEFORE_CALL = frozenset(")]")

_NO_TYPE = 0
_TYPE = 1  # the token that was written last ends a type name
_STAR = 2


@dataclass(slots=True, eq=False)
class Rewritten:
    """Text for tree-sitter and the way back: row *n* of the text is ``tokens[n]``."""

    rows: list[str]
    tokens: list[Token]
    operands: int  # how many operands of typeof follow the code itself
    cleanups: dict[int, str]  # row of a declared name -> the function its cleanup attribute names
    kept: dict[int, tuple[int, int]]  # row of the name of a kept macro -> which tokens of the input call it
    input: Sequence[Token]
    types: frozenset[int]  # rows of a sizeof that only stands for a type given to a macro
    unparsed: list[tuple[Token, str]]  # what could not be rewritten
    layout: list[tuple[int, int]]  # row that follows an attribute; PACKED, or the operand of its alignment

    def source(self) -> bytes:
        """Return the text to parse."""
        return "\n".join(self.rows).encode("utf-8", "surrogateescape")


def rewrite(tokens: Sequence[Token], typenames: Container[str], keep: Container[str]) -> Rewritten:
    """Return *tokens* (after macro expansion) as text that tree-sitter parses.

    *typenames* holds the names of all typedefs; a name that the tokens declare as something else is taken for
    that. *keep* holds the macros that stand there unexpanded.
    """
    run = _Rewriter(tokens, typenames, keep)
    run.range(0, len(tokens))
    operands = run.write_operands()
    return Rewritten(
        rows=run.rows,
        tokens=run.places,
        operands=operands,
        cleanups=run.cleanups,
        kept=run.kept,
        input=tokens,
        types=frozenset(run.types),
        unparsed=run.unparsed,
        layout=run.layout,
    )


def group_end(tokens: Sequence[Token], start: int, end: int) -> int:
    """Return the index behind the bracket that closes the one at *start*; *end* if there is none."""
    depth = 0
    for index in range(start, end):
        token = tokens[index]
        if token.kind == PUNCT:
            text = token.text
            if text in _OPENING:
                depth += 1
            elif text in _CLOSING:
                depth -= 1
                if depth <= 0:
                    return index + 1
    return end


def split_arguments(tokens: Sequence[Token], start: int, end: int, mark: str = ",") -> list[tuple[int, int]]:
    """Return the ranges between the *mark*s that stand in no bracket; none for an empty range."""
    if start >= end:
        return []
    ranges: list[tuple[int, int]] = []
    depth = 0
    begin = start
    for index in range(start, end):
        token = tokens[index]
        if token.kind != PUNCT:
            continue
        text = token.text
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
        elif depth == 0 and text == mark:
            ranges.append((begin, index))
            begin = index + 1
    ranges.append((begin, end))
    return ranges


class _Rewriter:
    """One run over the tokens of an item."""

    def __init__(self, tokens: Sequence[Token], typenames: Container[str], keep: Container[str]) -> None:
        self.input = tokens
        self.typenames = typenames
        self.keep = keep
        self.rows: list[str] = []
        self.places: list[Token] = []
        self.cleanups: dict[int, str] = {}
        self.types: set[int] = set()
        self.unparsed: list[tuple[Token, str]] = []
        self.kept: dict[int, tuple[int, int]] = {}
        self.layout: list[tuple[int, int]] = []
        self.local_types: set[str] = set()
        self.not_types: set[str] = set()
        self.typeofs: list[tuple[int, int]] = []
        self.last = _NO_TYPE
        self.cast = -1  # row of the parenthesis that closes a cast, the last one
        self.opened: list[int] = []  # rows of the open parentheses

    def put(self, text: str, token: Token, last: int = _NO_TYPE) -> None:
        self.rows.append(text)
        self.places.append(token)
        self.last = last

    def write_operands(self) -> int:
        """Write what each `typeof` is applied to; operands may hold others."""
        done = 0
        while done < len(self.typeofs):
            start, end = self.typeofs[done]
            at = self.input[min(start, len(self.input) - 1)]
            for text in ("void", f"{OPERANDS}{done}", "(", "void", ")", "{", "sizeof", "("):
                self.put(text, at)
            self.range(start, end)
            for text in (")", ";", "}"):
                self.put(text, at)
            done += 1
        return done

    def range(self, start: int, end: int) -> None:
        """Rewrite the tokens from *start* to before *end*."""
        tokens = self.input
        put = self.put
        index = start
        while index < end:
            token = tokens[index]
            kind = token.kind
            text = token.text
            if kind == IDENT:
                index = self.identifier(token, index, end)
            elif kind == PUNCT:
                index = self.punctuation(token, index, end)
            elif kind == NUMBER:
                put(text, token)
                index += 1
            elif kind == STRING:
                index += 1
                if index < end and tokens[index].kind == STRING:
                    pieces = [text]
                    while index < end and tokens[index].kind == STRING:
                        pieces.append(tokens[index].text)
                        index += 1
                    token = token._replace(text=_joined(pieces))
                put('""', token)
            elif kind == CHAR:
                put(str(character_value(text)), token)
                index += 1
            else:
                put(text, token)
                index += 1

    def punctuation(self, token: Token, index: int, end: int) -> int:
        text = token.text
        rows = self.rows
        if text == "(":
            self.opened.append(len(rows))
            self.put(text, token)
        elif text == ")":
            self.close(token)
        elif text == "&&" and index + 1 < end and self.input[index + 1].kind == IDENT and self.at_operand():
            self.put(LABEL_VALUE, self.input[index + 1])
            return index + 2
        elif text == "*":
            self.put(text, token, _STAR if self.last != _NO_TYPE else _NO_TYPE)
        elif text == ":":
            if self.last == _TYPE and len(rows) > 1 and rows[-2] != "enum":
                self.put(PADDING, token)  # a bit-field without a name
            label = self.ends_label()
            self.put(text, token)
            if label:
                self.put(";", token)
        elif text == "#" or text == "\\" or text == "@" or text == "`":
            self.unparsed.append((token, f"stray {text!r}"))
        else:
            self.put(text, token)
        return index + 1

    def close(self, token: Token) -> None:
        """Write a closing parenthesis, or remove the pair if it holds nothing but a name or a number."""
        rows = self.rows
        last = self.last
        opening = -1
        if self.opened:
            opening = self.opened.pop()
            if opening == len(rows) - 2 and last == _NO_TYPE:
                content = self.places[-1]
                before = self.places[opening - 1] if opening else None
                if (
                    content.kind in (IDENT, NUMBER)
                    and rows[-1] != "void"
                    and (
                        before is None
                        or (before.kind == PUNCT and rows[opening - 1] not in _BEFORE_CALL)
                        or before.text in ("return", "sizeof", "case")
                    )
                ):
                    row = rows.pop()
                    self.places.pop()
                    rows[-1] = row
                    self.places[-1] = content
                    return
        if last != _NO_TYPE and rows[opening - 1] != "sizeof":
            self.cast = len(rows)
        self.put(")", token)

    def at_operand(self) -> bool:
        """Whether an operand, not an operator, comes next."""
        if not self.rows:
            return True
        before = self.places[-1]
        if before.kind == PUNCT:
            row = self.rows[-1]
            if row in ("++", "--") and len(self.rows) > 1:  # "n-- && m"
                return self.places[-2].kind == PUNCT and self.rows[-2] not in _CLOSING
            return row not in _CLOSING or self.cast == len(self.rows) - 1
        return before.text in ("return", "case")

    def ends_label(self) -> bool:
        """Whether the colon that comes next ends a label."""
        rows = self.rows
        if len(rows) < 2 or self.last or self.places[-1].kind != IDENT or rows[-1] in _KEYWORDS:
            return False
        before = rows[-2]
        return before in _STATEMENT_START or (before == ":" and len(rows) > 3 and self.after_case())

    def after_case(self) -> bool:
        """Whether the colon before the last row ends a `case` or `default`."""
        row = len(self.rows) - 3
        while row >= 0 and self.rows[row] not in _STATEMENT_START and self.rows[row] != "?":
            if self.rows[row] in ("case", "default"):
                return True
            row -= 1
        return False

    def identifier(self, token: Token, index: int, end: int) -> int:
        text = token.text
        tokens = self.input
        following = tokens[index + 1] if index + 1 < end else None
        after = following.text if following is not None and following.kind == PUNCT else ""
        previous = self.rows[-1] if self.rows else ""
        if previous == "." or previous == "->" or previous == "goto":
            self.put(text, token)
            return index + 1
        handler = _WORDS.get(text)
        if handler is not None:
            return handler(self, token, index, end)
        if previous in _TAGGED:
            self.put(text, token, _TYPE)
            return index + 1
        if text in self.keep and after == "(":
            return self.kept_macro(token, index, end)
        if self.is_type(text, index, end, after, previous):
            self.put("struct $" + text, token, _TYPE)
            return index + 1
        if self.last != _NO_TYPE and text in self.typenames:
            self.not_types.add(text)
        self.put(text, token)
        return index + 1

    def is_type(self, text: str, index: int, end: int, after: str, previous: str) -> bool:
        """Whether the identifier at *index* names a type here."""
        if self.last != _NO_TYPE or after in _NOT_AFTER_TYPE or previous == "*":
            return False
        if text in self.local_types:
            return True
        if text in self.typenames:
            return text not in self.not_types
        if text in self.not_types:
            return False
        tokens = self.input
        if previous in _STATEMENT_START or not previous or previous in ("static", "typedef", "extern", "("):
            # A type that no text defines under this name (a macro pasted it): "class_foo_t x" declares.
            following = index + 1
            stars = 0
            while following < end and tokens[following].text == "*" and tokens[following].kind == PUNCT:
                stars += 1
                following += 1
            if following < end:
                other = tokens[following]
                if previous == "(":
                    return bool(stars and other.text == ")" and other.kind == PUNCT)
                if other.kind == IDENT and other.text not in _WORDS and following + 1 < end:
                    behind = tokens[following + 1]
                    if (not stars and other.text not in _DROPPED) or (
                        behind.kind == PUNCT and behind.text in _DECLARES and behind.text != ")"
                    ):
                        self.local_types.add(text)
                        return True
        return False

    # Words with a meaning of their own. Each handler returns the index of the next token.

    def drop(self, token: Token, index: int, end: int) -> int:
        return index + 1

    def drop_group(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        start = index + 1
        if start < end and tokens[start].text == "(":
            stop = group_end(tokens, start, end)
            if token.text in _ALIGNAS:
                self.alignment(start, stop)
            for at in range(start + 2, stop - 2):
                word = tokens[at].text
                if word in _PACKED:
                    self.layout.append((len(self.rows), PACKED))
                elif word in _ALIGNED:
                    self.alignment(at + 1, stop - 2)
                elif word in ("cleanup", "__cleanup__") and tokens[at + 1].text == "(":
                    row = len(self.rows) - 1
                    while row >= 0 and self.places[row].kind != IDENT:
                        row -= 1
                    if row >= 0:
                        self.cleanups[row] = tokens[at + 2].text
            return stop
        return start

    def alignment(self, index: int, end: int) -> None:
        """Note an alignment whose operand stands in the parentheses at *index*, if there are any."""
        operand = UNKNOWN_ALIGNMENT
        if index < end and self.input[index].text == "(":
            operand = len(self.typeofs)
            self.typeofs.append((index + 1, group_end(self.input, index, end) - 1))
        self.layout.append((len(self.rows), operand))

    def basic(self, token: Token, index: int, end: int) -> int:
        self.put(token.text, token, _TYPE)
        return index + 1

    def wide(self, token: Token, index: int, end: int) -> int:
        for _ in range(3):  # the grammar takes any number of them
            self.put("long", token, _TYPE)
        return index + 1

    def builtin_type(self, token: Token, index: int, end: int) -> int:
        self.put("struct $" + token.text, token, _TYPE)
        return index + 1

    def plain(self, token: Token, index: int, end: int) -> int:
        self.put(token.text, token)
        return index + 1

    def signed(self, token: Token, index: int, end: int) -> int:
        following = self.input[index + 1].text if index + 1 < end else ""
        if following in _BASIC:
            if following == "char":
                self.put("signed", token, _TYPE)
            return index + 1
        self.put("int", token, _TYPE)
        return index + 1

    def alignof(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 < end and tokens[index + 1].text == "(":
            stop = group_end(tokens, index + 1, end)
            self.put("$alignof", token)
            self.put("(", token)
            self.type_argument(index + 2, stop - 1)
            self.put(")", token)
            return stop
        return self.plain(token, index, end)

    def automatic(self, token: Token, index: int, end: int) -> int:
        """``auto`` and ``__auto_type``: the type of the initialiser, unless another type follows."""
        tokens = self.input
        if index + 2 < end and tokens[index + 1].kind == IDENT:
            behind = tokens[index + 2].text
            if behind == "=" or behind.startswith("__attribute"):
                self.put("struct " + AUTO, token, _TYPE)
        return index + 1

    def typeof(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 >= end or tokens[index + 1].text != "(":
            return self.plain(token, index, end)
        stop = group_end(tokens, index + 1, end)
        self.put(f"struct {OPERANDS}{len(self.typeofs)}", token, _TYPE)
        self.typeofs.append((index + 2, stop - 1))
        return stop

    def local_label(self, token: Token, index: int, end: int) -> int:
        while index < end and self.input[index].text != ";":
            index += 1
        return index + 1

    def static_assert(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 < end and tokens[index + 1].text == "(":
            index = group_end(tokens, index + 1, end)
            if index < end and tokens[index].text == ";" and self.rows and self.rows[-1] in _STATEMENT_START:
                index += 1
            return index
        return self.plain(token, index, end)

    def type_definition(self, token: Token, index: int, end: int) -> int:
        """A typedef in a function: its name is a type from here on."""
        tokens = self.input
        stop = index + 1
        depth = 0
        while stop < end and not (depth == 0 and tokens[stop].text == ";"):
            depth += (tokens[stop].text in _OPENING) - (tokens[stop].text in _CLOSING)
            stop += 1
        names = _typedef_names(tokens, index + 1, stop)
        self.put("typedef", token)
        self.local_types -= names
        self.not_types |= names
        self.range(index + 1, stop)
        self.not_types -= names
        self.local_types |= names
        return stop

    def case(self, token: Token, index: int, end: int) -> int:
        """A case label; a range ``a ... b`` becomes a call."""
        tokens = self.input
        self.put("case", token)
        stop = index + 1
        depth = questions = 0
        dots = -1
        while stop < end:
            at = tokens[stop]
            if at.kind == PUNCT:
                text = at.text
                if text in _OPENING:
                    depth += 1
                elif text in _CLOSING:
                    depth -= 1
                elif depth == 0:
                    if text == "...":
                        dots = stop
                    elif text == "?":
                        questions += 1
                    elif text == ":":
                        if not questions:
                            break
                        questions -= 1
                    elif text == ";":
                        break
            stop += 1
        if dots < 0:
            self.range(index + 1, stop)
            if stop < end and tokens[stop].text == ":":
                self.put(":", tokens[stop])
                return stop + 1
            return stop
        self.put(CALL_RANGE, token)
        self.put("(", token)
        self.range(index + 1, dots)
        self.put(",", token)
        self.range(dots + 1, stop)
        self.put(")", token)
        return stop

    def goto(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 < end and tokens[index + 1].text == "*":
            stop = index + 2
            depth = 0
            while stop < end and not (depth == 0 and tokens[stop].text == ";"):
                depth += (tokens[stop].text in _OPENING) - (tokens[stop].text in _CLOSING)
                stop += 1
            self.put(CALL_JUMP, token)
            self.put("(", token)
            self.range(index + 2, stop)
            self.put(")", token)
            return stop
        self.put("goto", token)
        return index + 1

    def assembler(self, token: Token, index: int, end: int) -> int:
        """An assembler statement becomes a call of `CALL_ASM`; a register name is dropped."""
        tokens = self.input
        start = index + 1
        jumps = False
        while start < end and tokens[start].text in _ASM_QUALIFIERS:
            jumps = jumps or tokens[start].text == "goto"
            start += 1
        if start >= end or tokens[start].text != "(":
            return start
        stop = group_end(tokens, start, end)
        if self.rows and (self.places[-1].kind == IDENT and self.rows[-1] not in ("else", "do")):
            return stop  # "register long sp asm("rsp")", "int f(void) asm("g")"
        parts = self.assembler_parts(start + 1, stop - 1)
        labels = []
        if len(parts) > 4:
            labels = [tokens[begin] for begin, _ in split_arguments(tokens, *parts[4]) if begin < stop - 1]
        if jumps and labels:
            self.put("(", token)
            self.put("{", token)
        self.put(CALL_ASM, token)
        self.put("(", token)
        first = True
        for part, output in ((2, False), (1, True)):
            if part >= len(parts):
                continue
            for begin, finish in split_arguments(tokens, *parts[part]):
                while begin < finish and tokens[begin].text != "(":
                    begin = group_end(tokens, begin, finish) if tokens[begin].text == "[" else begin + 1
                if begin >= finish:
                    continue
                if not first:
                    self.put(",", tokens[begin])
                first = False
                if output:
                    self.put("&", tokens[begin])
                self.range(begin, group_end(tokens, begin, finish))
        self.put(")", token)
        if jumps and labels:
            self.put(";", token)
            for label in labels:
                for text in ("if", "(", UNKNOWN, ")", "goto", label.text, ";"):
                    self.put(text, token)
            self.put("}", token)
            self.put(")", token)
        return stop

    def assembler_parts(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return template, outputs, inputs, clobbers and labels of an assembler statement."""
        tokens = self.input
        parts: list[tuple[int, int]] = []
        depth = 0
        begin = start
        for index in range(start, end):
            token = tokens[index]
            if token.kind != PUNCT:
                continue
            text = token.text
            if text in _OPENING:
                depth += 1
            elif text in _CLOSING:
                depth -= 1
            elif text == ":" and depth == 0:
                parts.append((begin, index))
                begin = index + 1
        parts.append((begin, end))
        return parts

    def looks_like_type(self, start: int, end: int) -> bool:
        """Whether the tokens of an argument are a type name."""
        tokens = self.input
        while start < end and tokens[start].text in _DROPPED:
            start += 1
        if start >= end or tokens[start].kind != IDENT:
            return False
        text = tokens[start].text
        if text in _TAGGED or text in _BASIC or text in _TYPEOF or text in _BUILTIN_TYPES:
            return True
        if text in self.not_types or not (text in self.typenames or text in self.local_types):
            # A lone name before stars and nothing else can only be a type.
            return end - start > 1 and all(token.text == "*" for token in tokens[start + 1 : end])
        following = tokens[start + 1].text if start + 1 < end else ""
        return following not in _NOT_AFTER_TYPE

    def type_argument(self, start: int, end: int) -> None:
        """Write a type given to a macro as ``sizeof ( type )``, or the expression as it is."""
        if start < end and self.looks_like_type(start, end):
            token = self.input[start]
            self.types.add(len(self.rows))
            self.put("sizeof", token)
            self.put("(", token)
            self.lone_type(start, end)
            self.put(")", token)
        else:
            self.range(start, end)

    def lone_type(self, start: int, end: int) -> None:
        """Write tokens that are known to be a type name."""
        tokens = self.input
        while start < end and tokens[start].text in _DROPPED:
            start += 1
        token = tokens[start]
        if token.kind == IDENT and token.text not in _WORDS and tokens[start].text not in _TAGGED:
            self.put("struct $" + token.text, token, _TYPE)
            start += 1
        self.range(start, end)

    def kept_macro(self, token: Token, index: int, end: int) -> int:
        """A macro that stays: the types among its arguments are written in ``sizeof``."""
        row = len(self.rows)
        stop = self.call_with_types(token.text, token, index, end)
        self.kept[row] = (index, stop)
        return stop

    def call_with_types(self, name: str, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 >= end or tokens[index + 1].text != "(":
            return self.plain(token, index, end)
        stop = group_end(tokens, index + 1, end)
        self.put(name, token)
        self.put("(", tokens[index + 1])
        for number, (begin, finish) in enumerate(split_arguments(tokens, index + 2, stop - 1)):
            if number:
                self.put(",", tokens[min(begin, finish - 1)])
            self.type_argument(begin, finish)
        self.put(")", tokens[stop - 1])
        return stop

    def same_type(self, token: Token, index: int, end: int) -> int:
        return self.call_with_types(CALL_SAME_TYPE, token, index, end)

    def offset(self, token: Token, index: int, end: int) -> int:
        return self.call_with_types(CALL_OFFSET, token, index, end)

    def va_arg(self, token: Token, index: int, end: int) -> int:
        return self.call_with_types(CALL_VA_ARG, token, index, end)

    def generic(self, token: Token, index: int, end: int) -> int:
        """``_Generic(x, T: a, default: b)`` becomes a call with x, sizeof(T), a, `DEFAULT`, b."""
        tokens = self.input
        if index + 1 >= end or tokens[index + 1].text != "(":
            return self.plain(token, index, end)
        stop = group_end(tokens, index + 1, end)
        arguments = split_arguments(tokens, index + 2, stop - 1)
        self.put(CALL_GENERIC, token)
        self.put("(", token)
        if arguments:
            self.type_argument(*arguments[0])
        for begin, finish in arguments[1:]:
            colon = begin
            depth = 0
            while colon < finish and not (depth == 0 and tokens[colon].text == ":"):
                depth += (tokens[colon].text in _OPENING) - (tokens[colon].text in _CLOSING)
                colon += 1
            if colon >= finish:
                continue
            self.put(",", token)
            if tokens[begin].text == "default":
                self.put(DEFAULT, tokens[begin])
            else:
                self.types.add(len(self.rows))
                self.put("sizeof", tokens[begin])
                self.put("(", tokens[begin])
                self.lone_type(begin, colon)
                self.put(")", tokens[begin])
            self.put(",", token)
            self.range(colon + 1, finish)
        self.put(")", token)
        return stop


def _typedef_names(tokens: Sequence[Token], start: int, end: int) -> set[str]:
    """Return the names that the typedef declares whose specifiers begin at *start*."""
    names: set[str] = set()
    last = ""
    index = start
    while index < end:
        token = tokens[index]
        if token.kind == IDENT:
            if token.text in _DROPPED_WITH_GROUP or token.text in _TYPEOF:
                index = group_end(tokens, index + 1, end)
                continue
            last = token.text
        elif token.text == "(":
            at = index + 1
            while at < end and (tokens[at].text == "*" or tokens[at].text in _DROPPED):
                at += 1
            alone = at == index + 1
            if at < end and tokens[at].kind == IDENT and (not alone or tokens[at + 1].text == ")"):
                last = tokens[at].text
                while index < end and tokens[index].text != ",":  # what follows are parameters and lengths
                    index = group_end(tokens, index, end) if tokens[index].text in _OPENING else index + 1
                continue
            index = group_end(tokens, index, end)
            continue
        elif token.text in _OPENING:
            index = group_end(tokens, index, end)
            continue
        elif token.text == ",":
            names.add(last)
        index += 1
    if last:
        names.add(last)
    return names


def _joined(pieces: list[str]) -> str:
    """Return adjacent string literals as one."""
    return '"' + "".join(piece[piece.index('"') + 1 : -1] for piece in pieces) + '"'


_WORDS = {
    **dict.fromkeys(_DROPPED, _Rewriter.drop),
    **dict.fromkeys(_DROPPED_WITH_GROUP, _Rewriter.drop_group),
    **dict.fromkeys(_BASIC, _Rewriter.basic),
    **dict.fromkeys(_BUILTIN_TYPES, _Rewriter.builtin_type),
    **dict.fromkeys(_KEYWORDS, _Rewriter.plain),
    **dict.fromkeys(_ALIGNOF, _Rewriter.alignof),
    **dict.fromkeys(_TYPEOF, _Rewriter.typeof),
    **dict.fromkeys(_ASM, _Rewriter.assembler),
    **dict.fromkeys(_OFFSETOF, _Rewriter.offset),
    **dict.fromkeys(_VA_ARG, _Rewriter.va_arg),
    **dict.fromkeys(_ASSERT, _Rewriter.static_assert),
    **dict.fromkeys(("signed", "__signed", "__signed__"), _Rewriter.signed),
    **dict.fromkeys(("auto", "__auto_type"), _Rewriter.automatic),
    "__int128": _Rewriter.wide,
    "__label__": _Rewriter.local_label,
    "typedef": _Rewriter.type_definition,
    "case": _Rewriter.case,
    "goto": _Rewriter.goto,
    "_Generic": _Rewriter.generic,
    "__builtin_types_compatible_p": _Rewriter.same_type,
}
