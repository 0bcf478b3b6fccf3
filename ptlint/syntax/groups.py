# SPDX-License-Identifier: GPL-2.0-or-later
"""Brackets, arguments and typedefs in a row of tokens."""

from collections.abc import Sequence

from ptlint.cpp.tokens import IDENT, PUNCT, Token
from ptlint.syntax.words import CLOSING, DROPPED, DROPPED_WITH_GROUP, OPENING, TYPEOF


def group_end(tokens: Sequence[Token], start: int, end: int) -> int:
    """Return the index behind the bracket that closes the one at *start*; *end* if there is none."""
    depth = 0
    for index in range(start, end):
        token = tokens[index]
        if token.kind == PUNCT:
            text = token.text
            if text in OPENING:
                depth += 1
            elif text in CLOSING:
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
        if text in OPENING:
            depth += 1
        elif text in CLOSING:
            depth -= 1
        elif depth == 0 and text == mark:
            ranges.append((begin, index))
            begin = index + 1
    ranges.append((begin, end))
    return ranges


def typedef_names(tokens: Sequence[Token], start: int, end: int) -> set[str]:
    """Return the names that the typedef declares whose specifiers begin at *start*."""
    names: set[str] = set()
    last = ""
    index = start
    while index < end:
        token = tokens[index]
        if token.kind == IDENT:
            if token.text in DROPPED_WITH_GROUP or token.text in TYPEOF:
                index = group_end(tokens, index + 1, end)
                continue
            last = token.text
        elif token.text == "(":
            at = index + 1
            while at < end and (tokens[at].text == "*" or tokens[at].text in DROPPED):
                at += 1
            alone = at == index + 1
            if at < end and tokens[at].kind == IDENT and (not alone or tokens[at + 1].text == ")"):
                last = tokens[at].text
                while index < end and tokens[index].text != ",":  # what follows are parameters and lengths
                    index = group_end(tokens, index, end) if tokens[index].text in OPENING else index + 1
                continue
            index = group_end(tokens, index, end)
            continue
        elif token.text in OPENING:
            index = group_end(tokens, index, end)
            continue
        elif token.text == ",":
            names.add(last)
        index += 1
    if last:
        names.add(last)
    return names


def joined(pieces: list[str]) -> str:
    """Return adjacent string literals as one."""
    return '"' + "".join(piece[piece.index('"') + 1 : -1] for piece in pieces) + '"'
