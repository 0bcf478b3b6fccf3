# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of its arguments a macro evaluates, in each of its definitions.

An assertion of a debug configuration reads what it asserts; without the option it hands the same text to
`sizeof`, or drops it. Where the text has an event, that option decides whether the event happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ptlint.cpp.tokens import IDENT, Macro, Token

MOST_NESTED: Final = 4
_ONLY_TYPED: Final = frozenset({"sizeof", "typeof", "__typeof__", "typeof_unqual", "_Alignof", "__alignof__"})


def differ(macros: Sequence[Macro], named: Callable[[str], Sequence[Macro]]) -> bool:
    """Say whether some of the definitions evaluate an argument and others do not.

    *named* returns the definitions that a name may have in the unit.
    """
    with_arguments = [one for one in macros if one.parameters]
    return len(with_arguments) > 1 and len({evaluated(one, named) for one in with_arguments}) > 1


def evaluated(
    macro: Macro, named: Callable[[str], Sequence[Macro]], depth: int = MOST_NESTED
) -> frozenset[int]:
    """Return which parameters a macro evaluates, 0-based; what its macros do is known to a depth."""
    names = macro.parameters or ()
    found = set(_evaluated_names(macro.body, frozenset(names), named, depth))
    return frozenset(number for number, name in enumerate(names) if name in found)


def _evaluated_names(
    body: Sequence[Token], names: frozenset[str], named: Callable[[str], Sequence[Macro]], depth: int
) -> Iterator[str]:
    """Yield those of the names that some tokens evaluate."""
    index = 0
    while index < len(body):
        token = body[index]
        index += 1
        if token.kind != IDENT:
            continue
        if token.text in names:
            yield token.text
            continue
        if index >= len(body) or body[index].text != "(":
            continue
        end = _end(body, index)
        if token.text in _ONLY_TYPED:
            index = end
            continue
        inner = [one for one in named(token.text) if one.parameters is not None] if depth else []
        if not inner:
            continue
        used = frozenset[int]().union(*(evaluated(one, named, depth - 1) for one in inner))
        most = max(len(one.parameters or ()) for one in inner) - 1
        for number, argument in enumerate(_arguments(body[index + 1 : end - 1])):
            if min(number, most) in used:
                yield from _evaluated_names(argument, names, named, depth)
        index = end


def _end(body: Sequence[Token], opening: int) -> int:
    """Return the index behind the bracket that closes the one at *opening*."""
    depth = 0
    for index in range(opening, len(body)):
        depth += {"(": 1, ")": -1}.get(body[index].text, 0)
        if not depth:
            return index + 1
    return len(body)


def _arguments(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    depth = start = 0
    for index, token in enumerate(tokens):
        depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(token.text, 0)
        if token.text == "," and not depth:
            yield tokens[start:index]
            start = index + 1
    yield tokens[start:]
