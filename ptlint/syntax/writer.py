# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes tokens one to a row, and tells types from other names while it does."""

from collections.abc import Callable, Container, Mapping, Sequence

from ptlint.cpp.tokens import CHAR, IDENT, NUMBER, PUNCT, STRING, Token
from ptlint.syntax.constants import character_value
from ptlint.syntax.groups import joined
from ptlint.syntax.words import (
    BEFORE_CALL,
    CLOSING,
    DECLARES,
    DROPPED,
    KEYWORDS,
    LABEL_VALUE,
    NO_TYPE,
    NOT_AFTER_TYPE,
    OPERANDS,
    PADDING,
    STAR,
    STATEMENT_START,
    TAGGED,
    TYPE,
)

Handler = Callable[[Token, int, int], int]


class Writer:
    """One run over the tokens of an item.

    A word with a meaning of its own has a handler in `words`, which returns the index of the next token.
    """

    def __init__(self, tokens: Sequence[Token], typenames: Container[str], keep: Container[str]) -> None:
        self.input = tokens
        self.words: Mapping[str, Handler] = {}
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
        self.last = NO_TYPE
        self.cast = -1  # row of the parenthesis that closes a cast, the last one
        self.opened: list[int] = []  # rows of the open parentheses

    def put(self, text: str, token: Token, last: int = NO_TYPE) -> None:
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
                    token = token._replace(text=joined(pieces))
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
            self.put(text, token, STAR if self.last != NO_TYPE else NO_TYPE)
        elif text == ":":
            if self.last == TYPE and len(rows) > 1 and rows[-2] != "enum":
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
            if opening == len(rows) - 2 and last == NO_TYPE:
                content = self.places[-1]
                before = self.places[opening - 1] if opening else None
                if (
                    content.kind in (IDENT, NUMBER)
                    and rows[-1] != "void"
                    and (
                        before is None
                        or (before.kind == PUNCT and rows[opening - 1] not in BEFORE_CALL)
                        or before.text in ("return", "sizeof", "case")
                    )
                ):
                    row = rows.pop()
                    self.places.pop()
                    rows[-1] = row
                    self.places[-1] = content
                    return
        if last != NO_TYPE and rows[opening - 1] != "sizeof":
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
                return self.places[-2].kind == PUNCT and self.rows[-2] not in CLOSING
            return row not in CLOSING or self.cast == len(self.rows) - 1
        return before.text in ("return", "case")

    def ends_label(self) -> bool:
        """Whether the colon that comes next ends a label."""
        rows = self.rows
        if len(rows) < 2 or self.last or self.places[-1].kind != IDENT or rows[-1] in KEYWORDS:
            return False
        before = rows[-2]
        return before in STATEMENT_START or (before == ":" and len(rows) > 3 and self.after_case())

    def after_case(self) -> bool:
        """Whether the colon before the last row ends a `case` or `default`."""
        row = len(self.rows) - 3
        while row >= 0 and self.rows[row] not in STATEMENT_START and self.rows[row] != "?":
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
        handler = self.words.get(text)
        if handler is not None:
            return handler(token, index, end)
        if previous in TAGGED:
            self.put(text, token, TYPE)
            return index + 1
        if text in self.keep and after == "(":
            return self.kept_macro(token, index, end)
        if self.is_type(text, index, end, after, previous):
            self.put("struct $" + text, token, TYPE)
            return index + 1
        if self.last != NO_TYPE and text in self.typenames:
            self.not_types.add(text)
        self.put(text, token)
        return index + 1

    def is_type(self, text: str, index: int, end: int, after: str, previous: str) -> bool:
        """Whether the identifier at *index* names a type here."""
        if self.last != NO_TYPE or after in NOT_AFTER_TYPE or previous == "*":
            return False
        if text in self.local_types:
            return True
        if text in self.typenames:
            return text not in self.not_types
        if text in self.not_types:
            return False
        tokens = self.input
        if previous in STATEMENT_START or not previous or previous in ("static", "typedef", "extern", "("):
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
                if other.kind == IDENT and other.text not in self.words and following + 1 < end:
                    behind = tokens[following + 1]
                    if (not stars and other.text not in DROPPED) or (
                        behind.kind == PUNCT and behind.text in DECLARES and behind.text != ")"
                    ):
                        self.local_types.add(text)
                        return True
        return False

    def kept_macro(self, token: Token, index: int, end: int) -> int:
        """Write the call of a macro that stays."""
        raise NotImplementedError
