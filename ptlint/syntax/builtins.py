# SPDX-License-Identifier: GPL-2.0-or-later
"""What GCC's builtin functions return, and the value of those of a constant.

Source: GCC manual, "Other Built-in Functions Provided by GCC", "Bit Operation Builtins".
"""

from collections.abc import Sequence
from typing import Final

from ptlint.syntax.constants import BOOL, CHAR, INT, UNSIGNED_LONG, VOID
from ptlint.syntax.ir import Type

_PREFIX: Final = "__builtin_"
_LONG_LONG: Final = Type("unsigned long long")
_POINTER: Final = VOID.pointer()
_SWAP: Final = "bswap"
_BITS: Final = ("clz", "ctz", "ffs", "popcount", "parity", "clrsb")
_TYPES: Final[dict[str, Type]] = {
    **{f"{name}{suffix}": INT for name in _BITS for suffix in ("", "l", "ll")},
    **{
        f"{kind}{name}{suffix}_overflow": BOOL
        for kind in ("", "s", "u")
        for name in ("add", "sub", "mul")
        for suffix in ("", "l", "ll")
    },
    "bswap16": Type("unsigned short"),
    "bswap32": Type("unsigned int"),
    "bswap64": _LONG_LONG,
    "return_address": _POINTER,
    "frame_address": _POINTER,
    "extract_return_addr": _POINTER,
    "alloca": _POINTER,
    "memcpy": _POINTER,
    "memmove": _POINTER,
    "memset": _POINTER,
    "memchr": _POINTER,
    "memcmp": INT,
    "strcmp": INT,
    "strncmp": INT,
    "strlen": UNSIGNED_LONG,
    "strnlen": UNSIGNED_LONG,
    "strcpy": CHAR.pointer(),
    "strncpy": CHAR.pointer(),
    "strcat": CHAR.pointer(),
    "strncat": CHAR.pointer(),
    "strchr": CHAR.pointer(),
    "strrchr": CHAR.pointer(),
    "strstr": CHAR.pointer(),
    "abs": INT,
    "prefetch": VOID,
    "va_start": VOID,
    "va_end": VOID,
    "va_copy": VOID,
    "classify_type": INT,
}


def result_type(name: str) -> Type | None:
    """Return the type of the builtin's result, None if it is not known."""
    return _TYPES.get(name.removeprefix(_PREFIX))


def folded(name: str, arguments: Sequence[int | None], word: int) -> int | None:
    """Return the result of an operation on the bits of a constant; None if it is none, or has no value."""
    operation = name.removeprefix(_PREFIX)
    if operation.startswith(_SWAP) and len(arguments) == 1 and arguments[0] is not None:
        return swapped(arguments[0], int(operation.removeprefix(_SWAP)))
    bits = 32
    if operation.endswith("ll"):
        operation, bits = operation[:-2], 64
    elif operation.endswith("l"):
        operation, bits = operation[:-1], word
    if operation not in _BITS or len(arguments) != 1 or arguments[0] is None:
        return None
    value = arguments[0] & ((1 << bits) - 1)
    if operation == "popcount":
        return value.bit_count()
    if operation == "parity":
        return value.bit_count() & 1
    if operation == "ffs":
        return (value & -value).bit_length()
    if value == 0 or operation == "clrsb":
        return None
    return bits - value.bit_length() if operation == "clz" else (value & -value).bit_length() - 1


def swapped(value: int, bits: int) -> int:
    """Return a number of so many bits with its bytes in the other order."""
    return int.from_bytes((value & ((1 << bits) - 1)).to_bytes(bits // 8, "little"), "big")
