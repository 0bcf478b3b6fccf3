# SPDX-License-Identifier: GPL-2.0-or-later
"""Which bits are set in an address that the path itself has put together, or in an entry that it has made.

Pages, descriptors and entries are aligned: of the lowest bits, those that were not put there are zero. The
entry of a table that the path has allocated has the flags that were added: a page is at a multiple of its
size, and no physical address has one of the highest bits. Nothing is said of bits that belong to the address.
"""

from __future__ import annotations

from collections.abc import Callable

from ptlint.lifetime.values import Interner
from ptlint.syntax.builtins import swapped

IN_PAGE = 0xFFF  # the bits of an address that say where in a page it is, with the smallest of pages
WORD = 64  # the bits of an entry that is kept in the other order
HIGHEST = 52  # no physical address has more bits
SWAPPED = "swapped"  # of an expression: its bytes in the other order
ALIGNED = 3  # the bits that are zero in every address of an entry or a descriptor

Clear = Callable[[str, int], bool]  # says whether a variable has none of some bits, whatever it is set to


class Flags:
    """Tells by the expression that made an entry of a table's address. `clear` knows of variables."""

    def __init__(self, interner: Interner, clear: Clear) -> None:
        self.interner = interner
        self.clear = clear

    def of(self, offset: int, mask: int) -> int | None:
        """Return which bits of a mask are set in a representation of an aligned page; None if not known."""
        if not mask:
            return 0
        expression = self.interner.expression(offset) if offset else None
        if expression is None:
            return None if mask & ~IN_PAGE else 0
        if isinstance(expression, tuple) and expression[0] == SWAPPED and not mask >> WORD:
            bits = self.of(expression[1], swapped(mask, WORD))
            return None if bits is None else swapped(bits, WORD)
        if not isinstance(expression, tuple) or len(expression) != 3 or not isinstance(expression[2], int):
            return None
        operator, inner, other = expression
        operand = self.interner.expression(other)
        number = operand[1] if isinstance(operand, tuple) and operand[0] == "int" else None
        match operator:
            case "&" if number is not None:
                return self.of(inner, mask & number)
            case "|" if number is not None:
                rest = self.of(inner, mask & ~number)
                return None if rest is None else rest | (mask & number)
            case "|" if isinstance(operand, tuple) and operand[0] == "load":
                base, path = operand[1], operand[2]
                if base[0] == "global" and not path and self.clear(base[1], mask):
                    return self.of(inner, mask)
            case "<<" if number is not None:
                return self.shifted(mask, number)
            case "+" | "-" if number is not None and not number & IN_PAGE and not mask & ~IN_PAGE:
                return self.of(inner, mask)
        return None

    def shifted(self, mask: int, number: int) -> int | None:
        """As `of`, of a page's number that is shifted to where an entry has its address."""
        address = ((1 << HIGHEST) - 1) & ~((1 << number) - 1)
        return None if mask & address or mask < 0 else 0


def low_bits(offset: int, mask: int, interner: Interner) -> int | None:
    """Return which bits of `mask` are set in an expression of an aligned address, None if unknown.

    Unlike with `Flags`, what is added or subtracted is a whole number of entries, whatever it is.
    """
    if not 0 < mask <= ALIGNED:
        return None
    if not offset:
        return 0
    expression = interner.expression(offset)
    if not isinstance(expression, tuple) or len(expression) != 3 or not isinstance(expression[2], int):
        return None
    other = interner.expression(expression[2])
    number: int | None = other[1] if isinstance(other, tuple) and other[0] == "int" else None
    if expression[0] == "&" and number is not None and not number & mask:
        return 0
    if expression[0] == "<<" and number is not None and mask < 1 << number:
        return 0
    inner = low_bits(expression[1], mask, interner)
    if inner is None or expression[0] in ("+", "-"):
        return inner  # a whole number of entries
    if number is not None and expression[0] == "|":
        return inner | number & mask
    return inner & number if number is not None and expression[0] == "&" else None
