# SPDX-License-Identifier: GPL-2.0-or-later
"""Enumerators and sizes of types, read from the declarations of a unit.

Made for kernel/bounds.c, whose unit is small: it knows the declarations that headers use, not statements.
What it does not know makes a value unknown, never wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ptlint.cpp.expressions import BadExpression, ExpressionParser, Value
from ptlint.cpp.tokens import IDENT, Token


@dataclass(frozen=True, slots=True)
class Type:
    """The size and alignment of a type in bytes, and its members with their offsets."""

    size: int
    alignment: int
    members: tuple[tuple[str, int, "Type"], ...] = ()

    def offset(self, name: str) -> int | None:
        """Return the offset of a member, those of unnamed members included; None if there is none."""
        for member, offset, inner in self.members:
            if member == name:
                return offset
            if not member:
                found = inner.offset(name)
                if found is not None:
                    return offset + found
        return None


class NotKnown(Exception):
    """A declaration or expression that is beyond this reader."""


_QUALIFIERS: Final = frozenset(
    ("const", "volatile", "restrict", "__const", "__volatile__", "__restrict", "__extension__", "static",
     "extern", "inline", "__inline", "__inline__", "typedef", "register", "_Atomic", "_Noreturn", "__const__")
)  # fmt: skip
_INTEGERS: Final = frozenset(
    ("char", "short", "int", "long", "signed", "unsigned", "_Bool", "float", "double", "__int128",
     "__signed__", "void")
)  # fmt: skip
_ATTRIBUTES: Final = frozenset(("__attribute__", "__attribute", "_Alignas", "__declspec", "asm", "__asm__"))


class Layouts:
    """The types and enumerators that expanded tokens declare, laid out for words of *word* bytes."""

    def __init__(self, tokens: Sequence[Token], word: int, most_alignment: int = 16) -> None:
        self._tokens = tokens
        self._word = word
        self._most = most_alignment
        self._tags: dict[str, int] = {}  # tag -> index after its "struct" of the definition
        self._typedefs: dict[str, int] = {}  # name -> index after "typedef"
        self._enumerators: dict[str, int | None] = {}
        self._known: dict[int, Type] = {}
        self._busy: set[int] = set()
        self._collect()

    def value(self, expression: Sequence[Token]) -> int | None:
        """Return the value of an expanded constant expression, None if it is not known."""
        parser = _Constant(expression, self)
        try:
            value = parser.whole()
        except (BadExpression, NotKnown, RecursionError):
            return None
        return None if value is None else value[0]

    def enumerator(self, name: str) -> int | None:
        """Return the value of an enumerator, None if it is none or is not known."""
        return self._enumerators.get(name)

    def is_type(self, tokens: Sequence[Token], index: int) -> bool:
        """Tell whether a type starts at *index*."""
        text = tokens[index].text if index < len(tokens) else ""
        return (
            text in _INTEGERS
            or text in _QUALIFIERS
            or text in ("struct", "union", "enum")
            or text in self._typedefs
        )

    def type_at(self, tokens: Sequence[Token], index: int) -> tuple[Type, int]:
        """Return the type that is named at *index*, with its abstract declarator, and the index after it."""
        base, index, _ = self._specifiers(tokens, index)
        _, made, index = self._declarator(tokens, index, base)
        return made, index

    def _collect(self) -> None:
        tokens = self._tokens
        for index, token in enumerate(tokens):
            text = token.text
            if text in ("struct", "union", "enum"):
                place = _after_attributes(tokens, index + 1)[0]
                if place < len(tokens) and tokens[place].kind == IDENT:
                    after = _after_attributes(tokens, place + 1)[0]
                    if after < len(tokens) and tokens[after].text == "{":
                        self._tags[tokens[place].text] = index
                        place = after
                if text == "enum" and place < len(tokens) and tokens[place].text == "{":
                    self._enumerate(place + 1)
            elif text == "typedef":
                name = self._typedef_name(index + 1)
                if name:
                    self._typedefs.setdefault(name, index + 1)

    def _enumerate(self, index: int) -> None:
        tokens = self._tokens
        following: int | None = 0
        while index < len(tokens) and tokens[index].text != "}":
            name = tokens[index].text
            index = _after_attributes(tokens, index + 1)[0]
            if index < len(tokens) and tokens[index].text == "=":
                start = index + 1
                index = _end_of_part(tokens, start)
                following = self.value(tokens[start:index])
            self._enumerators[name] = following
            following = None if following is None else following + 1
            if index < len(tokens) and tokens[index].text == ",":
                index += 1
            elif index < len(tokens) and tokens[index].text != "}":
                return

    def _typedef_name(self, index: int) -> str:
        """Return the name that a typedef gives: the last word before ";", or the one in "(*name)"."""
        tokens = self._tokens
        name = ""
        depth = 0
        while index < len(tokens) and not (tokens[index].text == ";" and depth == 0):
            token = tokens[index]
            if token.text in _ATTRIBUTES:
                index = _skipped(tokens, index + 1)
                continue
            if token.text in "({[":
                if token.text == "(" and tokens[index + 1].text == "*" and depth == 0:
                    return tokens[index + 2].text
                depth += 1
            elif token.text in ")}]":
                depth -= 1
            elif token.kind == IDENT and depth == 0:
                name = token.text
            index += 1
        return name

    def _specifiers(self, tokens: Sequence[Token], index: int) -> tuple[Type, int, int]:
        """Return the type that specifiers name, the index after them, and an alignment asked for."""
        words: list[str] = []
        found: Type | None = None
        aligned = 0
        while index < len(tokens):
            text = tokens[index].text
            if text in _ATTRIBUTES:
                index, _, asked = _after_attributes_with(tokens, index, self)
                aligned = max(aligned, asked)
            elif text in _QUALIFIERS:
                index += 1
            elif text in ("struct", "union", "enum"):
                found, index = self._tagged(tokens, index)
            elif text in _INTEGERS:
                words.append(text)
                index += 1
            elif text in ("typeof", "__typeof__", "__typeof_unqual__", "__auto_type"):
                raise NotKnown(text)
            elif text in self._typedefs and found is None and not words:
                found = self._typedef(text)
                index += 1
            else:
                break
        if found is None:
            found = self._integer(words)
        return found, index, aligned

    def _integer(self, words: list[str]) -> Type:
        if not words:
            raise NotKnown("no type")
        if "__int128" in words:
            size = 16
        elif "char" in words or "_Bool" in words or "void" in words:
            size = 1
        elif "short" in words:
            size = 2
        elif "double" in words:
            size = 8
        elif "long" in words:
            size = 8 if words.count("long") == 2 else self._word
        else:
            size = 4
        return Type(size, min(size, self._most))

    def _typedef(self, name: str) -> Type:
        start = self._typedefs[name]
        if start in self._known:
            return self._known[start]
        if start in self._busy:
            raise NotKnown(name)
        self._busy.add(start)
        try:
            base, index, aligned = self._specifiers(self._tokens, start)
            while True:
                declared, made, index = self._declarator(self._tokens, index, base)
                if declared == name:
                    break
                if index >= len(self._tokens) or self._tokens[index].text != ",":
                    raise NotKnown(name)
                index += 1
            index, _, asked = _after_attributes_with(self._tokens, index, self)
        finally:
            self._busy.discard(start)
        made = Type(made.size, max(made.alignment, aligned, asked), made.members)
        self._known[start] = made
        return made

    def _tagged(self, tokens: Sequence[Token], index: int) -> tuple[Type, int]:
        kind = tokens[index].text
        place, packed, aligned = _after_attributes_with(tokens, index + 1, self)
        tag = ""
        if place < len(tokens) and tokens[place].kind == IDENT:
            tag = tokens[place].text
            place, more_packed, more = _after_attributes_with(tokens, place + 1, self)
            packed, aligned = packed or more_packed, max(aligned, more)
        if place < len(tokens) and tokens[place].text == "{":
            end = _skipped(tokens, place)
            after, packed_after, aligned_after = _after_attributes_with(tokens, end, self)
            if kind == "enum":
                return Type(4, 4), after
            made = self._members(
                tokens,
                place + 1,
                end - 1,
                kind == "union",
                packed or packed_after,
                max(aligned, aligned_after),
            )
            return made, after
        if kind == "enum":
            return Type(4, 4), place
        start = self._tags.get(tag)
        if start is None:
            return Type(0, 1, (("?", 0, Type(0, 1)),)), place  # incomplete: good for pointers only
        if start not in self._known:
            if start in self._busy:
                return Type(0, 1, (("?", 0, Type(0, 1)),)), place
            self._busy.add(start)
            try:
                self._known[start] = self._tagged(self._tokens, start)[0]
            finally:
                self._busy.discard(start)
        return self._known[start], place

    def _members(
        self, tokens: Sequence[Token], index: int, end: int, union: bool, packed: bool, aligned: int
    ) -> Type:
        bits = size = 0  # the next free bit; the largest member of a union
        alignment = max(1, aligned)
        members: list[tuple[str, int, Type]] = []
        while index < end:
            if tokens[index].text == ";":
                index += 1
                continue
            if tokens[index].text in ("_Static_assert", "static_assert"):
                index = _skipped(tokens, index + 1)
                continue
            base, index, asked_first = self._specifiers(tokens, index)
            while True:
                name, made, index = self._declarator(tokens, index, base)
                width: int | None = None
                if index < end and tokens[index].text == ":":
                    start = index + 1
                    index = _end_of_part(tokens, start)
                    width = self.value(tokens[start:index])
                    if width is None:
                        raise NotKnown("width of a bit-field")
                index, packed_member, asked = _after_attributes_with(tokens, index, self)
                natural = 1 if packed or packed_member else made.alignment
                natural = max(natural, asked, asked_first)
                if made.members == (("?", 0, Type(0, 1)),):
                    raise NotKnown(f"member {name} of incomplete type")
                if union:
                    bits = 0
                if width is None:
                    offset = _rounded((bits + 7) // 8, natural)
                    bits = (offset + made.size) * 8
                    members.append((name, offset, made))
                elif width == 0:
                    bits = _rounded(bits, made.size * 8)
                else:
                    if not packed and bits % (made.size * 8) + width > made.size * 8:
                        bits = _rounded(bits, made.size * 8)
                    members.append((name or "?", bits // 8, Type(0, 1)))
                    bits += width
                if width is None or width:
                    alignment = max(alignment, natural)
                size = max(size, (bits + 7) // 8)
                if index < end and tokens[index].text == ",":
                    index += 1
                    continue
                break
            if index < end and tokens[index].text != ";":
                raise NotKnown(tokens[index].text)
        return Type(_rounded(size, alignment), alignment, tuple(members))

    def _declarator(self, tokens: Sequence[Token], index: int, base: Type) -> tuple[str, Type, int]:
        """Return the declared name ("" if none), its type and the index after the declarator."""
        made = base
        name = ""
        while index < len(tokens):
            text = tokens[index].text
            if text == "*":
                made = Type(self._word, min(self._word, self._most))
            elif text in _ATTRIBUTES:
                index = _after_attributes(tokens, index)[0]
                continue
            elif text not in _QUALIFIERS:
                break
            index += 1
        if index < len(tokens) and tokens[index].kind == IDENT:
            name = tokens[index].text
            index += 1
        elif index + 1 < len(tokens) and tokens[index].text == "(" and tokens[index + 1].text == "*":
            end = _skipped(tokens, index)
            inside = tokens[index + 1 : end - 1]
            name = next((token.text for token in reversed(inside) if token.kind == IDENT), "")
            if any(token.text == "[" for token in inside):
                raise NotKnown("array of pointers to functions")
            made = Type(self._word, min(self._word, self._most))
            index = end
            while index < len(tokens) and tokens[index].text in ("(", "["):
                index = _skipped(tokens, index)
            return name, made, index
        counts: list[int] = []
        while index < len(tokens) and tokens[index].text in ("[", "("):
            end = _skipped(tokens, index)
            if tokens[index].text == "(":
                raise NotKnown("function")
            inside = tokens[index + 1 : end - 1]
            count = self.value(inside) if inside else 0
            if count is None:
                raise NotKnown("array bound")
            counts.append(count)
            index = end
        for count in reversed(counts):
            made = Type(made.size * count, made.alignment)
        return name, made, index


class _Constant(ExpressionParser):
    """Parses constant expressions of C: those of #if and also casts, sizeof, offsetof and enumerators."""

    def __init__(self, tokens: Sequence[Token], layouts: Layouts) -> None:
        super().__init__(list(tokens), {}, {})
        self._layouts = layouts

    def unary(self, live: bool) -> Value:
        text = self.peek()
        if text == "(" and self._layouts.is_type(self.tokens, self.index + 1):
            self.index = _skipped(self.tokens, self.index)
            return self.unary(live)
        if text in ("sizeof", "_Alignof", "__alignof__"):
            self.index += 1
            end = _skipped(self.tokens, self.index)
            if self.peek() != "(" or not self._layouts.is_type(self.tokens, self.index + 1):
                self.index = max(end, self.index + 1)  # of an expression: not known
                return None
            found, _ = self._layouts.type_at(self.tokens, self.index + 1)
            self.index = end
            if found.members == (("?", 0, Type(0, 1)),):
                return None
            return (found.size if text == "sizeof" else found.alignment), True
        return super().unary(live)

    def name(self, name: str, live: bool) -> Value:
        if self.peek() == "(":
            start, end = self.index, _skipped(self.tokens, self.index)
            self.index = end
            inside = self.tokens[start + 1 : end - 1]
            return self._called(name, inside)
        value = self._layouts.enumerator(name)
        return None if value is None else (value, False)

    def _called(self, name: str, inside: list[Token]) -> Value:
        if name == "__builtin_offsetof":
            found, index = self._layouts.type_at(inside, 0)
            if index + 2 != len(inside) or inside[index].text != ",":
                return None
            offset = found.offset(inside[index + 1].text)
            return None if offset is None else (offset, True)
        value = self._layouts.value(inside)
        if name == "__builtin_constant_p":
            return int(value is not None), False
        if value is None or value <= 0:
            return None
        if name in ("__builtin_clzll", "__builtin_clz"):
            return (64 if name.endswith("ll") else 32) - value.bit_length(), False
        if name in ("__builtin_ctzll", "__builtin_ctz"):
            return (value & -value).bit_length() - 1, False
        return None


def _rounded(value: int, unit: int) -> int:
    return -(-value // unit) * unit if unit else value


def _skipped(tokens: Sequence[Token], index: int) -> int:
    """Return the index after the bracket that closes the one at *index*."""
    depth = 0
    while index < len(tokens):
        text = tokens[index].text
        if text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
            if depth <= 0:
                return index + 1
        elif depth == 0:
            return index
        index += 1
    return index


def _end_of_part(tokens: Sequence[Token], index: int) -> int:
    """Return the index of the comma, semicolon or closing bracket that ends the expression at *index*."""
    depth = 0
    while index < len(tokens):
        text = tokens[index].text
        if depth == 0 and text in (",", ";", "}", ")", "]", "__attribute__"):
            return index
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        index += 1
    return index


def _after_attributes(tokens: Sequence[Token], index: int) -> tuple[int, list[Sequence[Token]]]:
    """Return the index after the attributes at *index*, and what stands in their parentheses."""
    found: list[Sequence[Token]] = []
    while index < len(tokens) and tokens[index].text in _ATTRIBUTES:
        end = _skipped(tokens, index + 1)
        found.append(tokens[index + 1 : end])
        index = end
    return index, found


def _after_attributes_with(tokens: Sequence[Token], index: int, layouts: Layouts) -> tuple[int, bool, int]:
    """Return the index after the attributes at *index*, whether one packs, and the alignment asked for."""
    packed = False
    aligned = 0
    index, attributes = _after_attributes(tokens, index)
    for attribute in attributes:
        for place, token in enumerate(attribute):
            if token.text in ("packed", "__packed__"):
                packed = True
            elif token.text in ("aligned", "__aligned__"):
                asked: int | None = 16
                if place + 1 < len(attribute) and attribute[place + 1].text == "(":
                    end = _skipped(attribute, place + 1)
                    asked = layouts.value(attribute[place + 2 : end - 1])
                if asked is None:
                    raise NotKnown("alignment")
                aligned = max(aligned, asked)
    return index, packed, aligned
