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

from ptlint.cpp.tokens import IDENT, PUNCT, Token
from ptlint.syntax.groups import group_end, split_arguments, typedef_names
from ptlint.syntax.words import (
    ALIGNAS,
    ALIGNED_WORDS,
    ALIGNOF,
    ASM,
    ASM_QUALIFIERS,
    ASM_VOLATILE,
    ASSERT,
    AUTO,
    BASIC,
    BUILTIN_TYPES,
    CALL_ASM,
    CALL_ASM_VALUE,
    CALL_GENERIC,
    CALL_JUMP,
    CALL_OFFSET,
    CALL_RANGE,
    CALL_SAME_TYPE,
    CALL_VA_ARG,
    CLOSING,
    CONSTANT_OPERANDS,
    DEFAULT,
    DROPPED,
    DROPPED_WITH_GROUP,
    KEYWORDS,
    NOT_AFTER_TYPE,
    OFFSETOF,
    OPENING,
    OPERANDS,
    PACKED,
    PACKED_WORDS,
    STATEMENT_START,
    TAGGED,
    TYPE,
    TYPEOF,
    UNKNOWN_ALIGNMENT,
    VA_ARG,
)
from ptlint.syntax.writer import Writer


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
    run.words = {}  # they refer back: without them it needs no garbage collector
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


class _Rewriter(Writer):
    """Knows the words that the grammar does not."""

    def __init__(self, tokens: Sequence[Token], typenames: Container[str], keep: Container[str]) -> None:
        super().__init__(tokens, typenames, keep)
        self.words = {
            **dict.fromkeys(DROPPED, self.drop),
            **dict.fromkeys(DROPPED_WITH_GROUP, self.drop_group),
            **dict.fromkeys(BASIC, self.basic),
            **dict.fromkeys(BUILTIN_TYPES, self.builtin_type),
            **dict.fromkeys(KEYWORDS, self.plain),
            **dict.fromkeys(ALIGNOF, self.alignof),
            **dict.fromkeys(TYPEOF, self.typeof),
            **dict.fromkeys(ASM, self.assembler),
            **dict.fromkeys(OFFSETOF, self.offset),
            **dict.fromkeys(VA_ARG, self.va_arg),
            **dict.fromkeys(ASSERT, self.static_assert),
            **dict.fromkeys(("signed", "__signed", "__signed__"), self.signed),
            **dict.fromkeys(("auto", "__auto_type"), self.automatic),
            "__int128": self.wide,
            "__label__": self.local_label,
            "typedef": self.type_definition,
            "case": self.case,
            "goto": self.goto,
            "_Generic": self.generic,
            "__builtin_types_compatible_p": self.same_type,
        }

    # Words with a meaning of their own. Each handler returns the index of the next token.

    def drop(self, token: Token, index: int, end: int) -> int:
        return index + 1

    def drop_group(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        start = index + 1
        if start < end and tokens[start].text == "(":
            stop = group_end(tokens, start, end)
            if token.text in ALIGNAS:
                self.alignment(start, stop)
            for at in range(start + 2, stop - 2):
                word = tokens[at].text
                if word in PACKED_WORDS:
                    self.layout.append((len(self.rows), PACKED))
                elif word in ALIGNED_WORDS:
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
        self.put(token.text, token, TYPE)
        return index + 1

    def wide(self, token: Token, index: int, end: int) -> int:
        for _ in range(3):  # the grammar takes any number of them
            self.put("long", token, TYPE)
        return index + 1

    def builtin_type(self, token: Token, index: int, end: int) -> int:
        self.put("struct $" + token.text, token, TYPE)
        return index + 1

    def plain(self, token: Token, index: int, end: int) -> int:
        self.put(token.text, token)
        return index + 1

    def signed(self, token: Token, index: int, end: int) -> int:
        following = self.input[index + 1].text if index + 1 < end else ""
        if following in BASIC:
            if following == "char":
                self.put("signed", token, TYPE)
            return index + 1
        self.put("int", token, TYPE)
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
                self.put("struct " + AUTO, token, TYPE)
        return index + 1

    def typeof(self, token: Token, index: int, end: int) -> int:
        tokens = self.input
        if index + 1 >= end or tokens[index + 1].text != "(":
            return self.plain(token, index, end)
        stop = group_end(tokens, index + 1, end)
        self.put(f"struct {OPERANDS}{len(self.typeofs)}", token, TYPE)
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
            if index < end and tokens[index].text == ";" and self.rows and self.rows[-1] in STATEMENT_START:
                index += 1
            return index
        return self.plain(token, index, end)

    def type_definition(self, token: Token, index: int, end: int) -> int:
        """A typedef in a function: its name is a type from here on."""
        tokens = self.input
        stop = index + 1
        depth = 0
        while stop < end and not (depth == 0 and tokens[stop].text == ";"):
            depth += (tokens[stop].text in OPENING) - (tokens[stop].text in CLOSING)
            stop += 1
        names = typedef_names(tokens, index + 1, stop)
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
                if text in OPENING:
                    depth += 1
                elif text in CLOSING:
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
                depth += (tokens[stop].text in OPENING) - (tokens[stop].text in CLOSING)
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
        qualifiers: set[str] = set()
        while start < end and tokens[start].text in ASM_QUALIFIERS:
            qualifiers.add(tokens[start].text)
            start += 1
        if start >= end or tokens[start].text != "(":
            return start
        stop = group_end(tokens, start, end)
        if self.rows and (self.places[-1].kind == IDENT and self.rows[-1] not in ("else", "do")):
            return stop  # "register long sp asm("rsp")", "int f(void) asm("g")"
        # template, outputs, inputs, clobbers, labels
        parts = split_arguments(tokens, start + 1, stop - 1, ":")
        labels = []
        if len(parts) > 4 and "goto" in qualifiers:
            labels = [tokens[begin] for begin, _ in split_arguments(tokens, *parts[4]) if begin < stop - 1]
        if labels:
            decided = self.is_static_branch(parts)
            self.put("(", token)
            self.put("{", token)
            if not decided:
                self.assembler_call(token, parts)
                self.put(";", token)
            self.jumps(token, labels, (parts[0], *self.operands(parts[2])) if decided else ())
            self.put("}", token)
            self.put(")", token)
        elif not qualifiers & ASM_VOLATILE and self.reads_nothing(parts):
            ((begin, finish),) = self.operands(parts[1])
            self.range(begin, finish)
            self.put("=", token)
            self.assembled(token, (parts[0],), 0)
        else:
            self.assembler_call(token, parts)
        return stop

    def is_static_branch(self, parts: Sequence[tuple[int, int]]) -> bool:
        """Whether an assembler jump has constant operands only: the same ones always decide the same."""
        outputs, inputs = (self.operands(part) for part in parts[1:3])
        return (
            not outputs
            and bool(inputs)
            and self.is_text(parts[0])
            and all(self.input[begin - 1].text in CONSTANT_OPERANDS for begin, _ in inputs)
        )

    def reads_nothing(self, parts: Sequence[tuple[int, int]]) -> bool:
        """Whether an assembler statement writes one output, and has no input and clobbers nothing."""
        used = [split_arguments(self.input, *part) for part in parts]
        return len(used) > 1 and len(used[1]) == 1 and not any(used[2:]) and self.is_text(parts[0])

    def is_text(self, part: tuple[int, int]) -> bool:
        return all(token.text.endswith('"') for token in self.input[slice(*part)])

    def operands(self, part: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the ranges of the expressions of an assembler statement's operands, with their brackets."""
        tokens = self.input
        found = []
        for begin, finish in split_arguments(tokens, *part):
            while begin < finish and tokens[begin].text != "(":
                begin = group_end(tokens, begin, finish) if tokens[begin].text == "[" else begin + 1
            if begin < finish:
                found.append((begin, group_end(tokens, begin, finish)))
        return found

    def assembler_call(self, token: Token, parts: Sequence[tuple[int, int]]) -> None:
        """Write a call of `CALL_ASM` with the inputs and the addresses of the outputs."""
        self.put(CALL_ASM, token)
        self.put("(", token)
        first = True
        for part, output in ((2, False), (1, True)):
            for begin, finish in self.operands(parts[part]) if part < len(parts) else ():
                if not first:
                    self.put(",", self.input[begin])
                first = False
                if output:
                    self.put("&", self.input[begin])
                self.range(begin, finish)
        self.put(")", token)

    def jumps(self, token: Token, labels: Sequence[Token], operands: Sequence[tuple[int, int]]) -> None:
        """Write a jump to each label, that *operands* decide if there are any, else nothing that is known."""
        for number, label in enumerate(labels):
            self.put("if", token)
            self.put("(", token)
            self.assembled(token, operands, number)
            self.put(")", token)
            for text in ("goto", label.text, ";"):
                self.put(text, token)

    def assembled(self, token: Token, operands: Sequence[tuple[int, int]], number: int) -> None:
        """Write a call of `CALL_ASM_VALUE` with some operands, and the number of a label (0 without one)."""
        self.put(CALL_ASM_VALUE, token)
        self.put("(", token)
        for begin, finish in operands:
            self.range(begin, finish)
            self.put(",", token)
        self.put(str(number), token)
        self.put(")", token)

    def looks_like_type(self, start: int, end: int) -> bool:
        """Whether the tokens of an argument are a type name."""
        tokens = self.input
        while start < end and tokens[start].text in DROPPED:
            start += 1
        if start >= end or tokens[start].kind != IDENT:
            return False
        text = tokens[start].text
        if text in TAGGED or text in BASIC or text in TYPEOF or text in BUILTIN_TYPES:
            return True
        if text in self.not_types or not (text in self.typenames or text in self.local_types):
            # A lone name before stars and nothing else can only be a type.
            return end - start > 1 and all(token.text == "*" for token in tokens[start + 1 : end])
        following = tokens[start + 1].text if start + 1 < end else ""
        return following not in NOT_AFTER_TYPE

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
        while start < end and tokens[start].text in DROPPED:
            start += 1
        token = tokens[start]
        if token.kind == IDENT and token.text not in self.words and tokens[start].text not in TAGGED:
            self.put("struct $" + token.text, token, TYPE)
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
                depth += (tokens[colon].text in OPENING) - (tokens[colon].text in CLOSING)
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
