# SPDX-License-Identifier: GPL-2.0-or-later
"""Integer types, literals and arithmetic, as C has them.

Source: ISO C23 6.4.4 (constants), 6.3.1 (promotions and conversions); GCC's choices for what is left open
(two's complement, arithmetic right shift).
"""

import re
from typing import Final

from ptlint.syntax.ir import Type

INT: Final = Type("int")
LONG: Final = Type("long")
UNSIGNED_LONG: Final = Type("unsigned long")
BOOL: Final = Type("bool")
CHAR: Final = Type("char")
VOID: Final = Type("void")
UNKNOWN: Final = Type()

_RANKS: Final = {
    "bool": 0,
    "_Bool": 0,
    "char": 1,
    "signed char": 1,
    "unsigned char": 1,
    "short": 2,
    "unsigned short": 2,
    "int": 3,
    "unsigned int": 3,
    "long": 4,
    "unsigned long": 4,
    "long long": 5,
    "unsigned long long": 5,
    "__int128": 6,
    "unsigned __int128": 6,
}
_BITS: Final = {0: 8, 1: 8, 2: 16, 3: 32, 5: 64, 6: 128}
_UNSIGNED: Final = {
    "char": "unsigned char",
    "short": "unsigned short",
    "int": "unsigned int",
    "long": "unsigned long",
    "long long": "unsigned long long",
    "__int128": "unsigned __int128",
}
_NUMBER = re.compile(
    r"(?:0[xX](?P<hex>[0-9a-fA-F']+)|0[bB](?P<bin>[01']+)|(?P<dec>[0-9][0-9']*))(?P<suffix>[uUlLzZ]*)$"
)
_CHARACTER = re.compile(r"(?:u8|[LuU])?'(.*)'$", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}


def is_integer(kind: Type) -> bool:
    """Whether *kind* is one of C's own integer types (not a typedef, not an enum)."""
    return kind.pointers == 0 and not kind.function and kind.name in _RANKS


def is_unsigned(name: str) -> bool:
    """Whether the integer type of this name has no negative values."""
    return name.startswith("unsigned") or name in ("bool", "_Bool")


def width(name: str, word: int) -> int:
    """Return the bits of an integer type; `long` has *word* of them."""
    rank = _RANKS[name]
    return word if rank == 4 else _BITS[rank]


def wrap(value: int, name: str, word: int) -> int:
    """Return *value* as an object of the integer type would hold it."""
    if name in ("bool", "_Bool"):
        return int(value != 0)
    bits = width(name, word)
    value &= (1 << bits) - 1
    if not is_unsigned(name) and value >> (bits - 1):
        value -= 1 << bits
    return value


def promoted(name: str) -> str:
    """Return the type of a value of integer type *name* in an expression."""
    return "int" if _RANKS[name] < _RANKS["int"] else name


def common(left: str, right: str, word: int) -> str:
    """Return the type of an arithmetic result of two integer types."""
    left, right = promoted(left), promoted(right)
    if left == right:
        return left
    ranks = _RANKS[left], _RANKS[right]
    if is_unsigned(left) == is_unsigned(right):
        return left if ranks[0] >= ranks[1] else right
    unsigned, signed = (left, right) if is_unsigned(left) else (right, left)
    if _RANKS[unsigned] >= _RANKS[signed]:
        return unsigned
    if width(signed, word) > width(unsigned, word):
        return signed
    return _UNSIGNED[signed]


def literal(text: str, word: int) -> tuple[int, Type] | None:
    """Return value and type of an integer literal; None if the text is none (a floating one)."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    hexadecimal, binary, decimal, suffix = match.group("hex", "bin", "dec", "suffix")
    is_decimal = False
    try:
        if hexadecimal:
            value = int(hexadecimal.replace("'", ""), 16)
        elif binary:
            value = int(binary.replace("'", ""), 2)
        else:
            digits = decimal.replace("'", "")
            is_decimal = not (digits.startswith("0") and len(digits) > 1)
            value = int(digits, 10 if is_decimal else 8)
    except ValueError:
        return None
    suffix = suffix.lower()
    unsigned = "u" in suffix
    long = 5 if "ll" in suffix else 4 if "l" in suffix or "z" in suffix else 3
    for name in ("int", "long", "long long", "__int128"):
        if _RANKS[name] < long:
            continue
        bits = width(name, word)
        if not unsigned and value < 1 << (bits - 1):
            return value, Type(name)
        if (unsigned or not is_decimal) and value < 1 << bits:
            return value, Type(_UNSIGNED[name])
    return value, Type("unsigned __int128")


def character_value(text: str) -> int:
    """Return the value of a character literal (0 if it is malformed)."""
    match = _CHARACTER.match(text)
    if match is None:
        return 0
    value = 0
    content = match[1]
    position = 0
    while position < len(content):
        escape = _ESCAPE.match(content, position)
        if escape is None:
            code = ord(content[position])
            position += 1
        else:
            position = escape.end()
            if escape[1]:
                code = int(escape[1], 16)
            elif escape[2]:
                code = int(escape[2], 8)
            else:
                code = _ESCAPES.get(escape[3], ord(escape[3]))
        value = (value << 8 | code & 0xFF) if len(content) > 1 else code
    return wrap(value, "int", 64)


def arithmetic(operator: str, left: int, right: int, name: str, word: int) -> int | None:
    """Return ``left operator right`` in the integer type *name*; None where C gives no value."""
    bits = width(name, word)
    if operator in ("/", "%"):
        if right == 0:
            return None
        quotient = abs(left) // abs(right)
        if (left < 0) != (right < 0):
            quotient = -quotient
        return wrap(quotient if operator == "/" else left - quotient * right, name, word)
    if operator in ("<<", ">>"):
        if not 0 <= right < bits:
            return None
        return wrap(left << right if operator == "<<" else left >> right, name, word)
    if operator == "+":
        return wrap(left + right, name, word)
    if operator == "-":
        return wrap(left - right, name, word)
    if operator == "*":
        return wrap(left * right, name, word)
    if operator == "&":
        return wrap(left & right, name, word)
    if operator == "|":
        return wrap(left | right, name, word)
    if operator == "^":
        return wrap(left ^ right, name, word)
    return None


def compare(operator: str, left: int, right: int) -> int | None:
    """Return the result of a comparison of two values of one type."""
    if operator == "==":
        return int(left == right)
    if operator == "!=":
        return int(left != right)
    if operator == "<":
        return int(left < right)
    if operator == ">":
        return int(left > right)
    if operator == "<=":
        return int(left <= right)
    if operator == ">=":
        return int(left >= right)
    return None
