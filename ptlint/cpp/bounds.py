# SPDX-License-Identifier: GPL-2.0-or-later
"""The constants that kernel/bounds.c and its like compute, from the declarations in their unit.

Such a file holds ``DEFINE(NAME, expression)`` lines; a build compiles it and picks the values from the
assembler text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ptlint.cpp.expand import ExpansionTooLarge, expand
from ptlint.cpp.layout import Layouts
from ptlint.cpp.tokens import IDENT, Token
from ptlint.kconfig.arch import Arch

if TYPE_CHECKING:
    from ptlint.cpp.view import Region, Unit

LARGEST_UNIT = 40_000
"""Lines. The unit of kernel/bounds.c has 2,000; in a larger one the constants stay unknown."""


def constants(
    unit: "Unit", tokens_of: Callable[[str], list[Token]], word: int, arch: Arch
) -> dict[str, int | None]:
    """Return the constants that the unit defines, in order, None for each that is not known.

    *tokens_of* gives all tokens of a file; *word* is the size of a word in bytes.
    """
    wanted: dict[str, tuple[list[Token], int]] = {}
    for region in unit.regions_of(unit.path):
        wanted.update(_definitions(_inside(region, tokens_of(region.path)), region.sequence))
    if sum(region.last_line - region.first_line + 1 for region in unit.regions) > LARGEST_UNIT:
        return dict.fromkeys(wanted)
    expanded: list[Token] = []
    try:
        for region in unit.regions:
            expanded += expand(_inside(region, tokens_of(region.path)), unit.lookup(region.sequence))
        layouts = Layouts(expanded, word, _most_alignment(arch, word))
        return {
            name: layouts.value(expand(expression, unit.lookup(sequence)))
            for name, (expression, sequence) in wanted.items()
        }
    except ExpansionTooLarge:
        return dict.fromkeys(wanted)


def _inside(region: "Region", tokens: list[Token]) -> list[Token]:
    """Return those of a file's tokens that stand in the region."""
    first = bisect_left(tokens, region.first_line, key=_line)
    return tokens[first : bisect_right(tokens, region.last_line, first, key=_line)]


def _line(token: Token) -> int:
    return token.line


def _definitions(tokens: list[Token], sequence: int) -> Iterator[tuple[str, tuple[list[Token], int]]]:
    """Yield the name of each DEFINE with its expression and the sequence where it stands."""
    for index, token in enumerate(tokens[:-3]):
        if token.text != "DEFINE" or tokens[index + 1].text != "(" or tokens[index + 2].kind != IDENT:
            continue
        expression: list[Token] = []
        depth = 1
        for part in tokens[index + 4 :]:
            depth += (part.text == "(") - (part.text == ")")
            if not depth:
                break
            expression.append(part)
        yield tokens[index + 2].text, (expression, sequence)


def _most_alignment(arch: Arch, word: int) -> int:
    """Return the largest natural alignment of a scalar type in a structure."""
    if arch.srcarch == "m68k":
        return 2
    return 4 if arch.srcarch == "x86" and word == 4 else 16
