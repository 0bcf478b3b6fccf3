# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of C and GNU C that `rewrite` treats alike, and names that it writes for what C has none for."""

from typing import Final

OPERANDS: Final = "$typeof_"
AUTO: Final = "$auto"
CALL_ASM: Final = "$asm"
CALL_ASM_VALUE: Final = "$asm_value"
CALL_GENERIC: Final = "$generic"
CALL_RANGE: Final = "$range"
CALL_SAME_TYPE: Final = "$same_type"
CALL_OFFSET: Final = "$offset"
CALL_VA_ARG: Final = "$va_arg"
CALL_JUMP: Final = "$goto"
LABEL_VALUE: Final = "$label"
DEFAULT: Final = "$default"
PADDING: Final = "$padding"
PACKED: Final = -1
UNKNOWN_ALIGNMENT: Final = -2

DROPPED: Final = frozenset((
    "const", "__const", "__const__", "volatile", "__volatile", "__volatile__", "restrict", "__restrict",
    "__restrict__", "register", "inline", "__inline", "__inline__", "_Noreturn", "__extension__",
    "__thread", "_Thread_local", "__seg_gs", "__seg_fs", "constexpr", "_Atomic", "__signed", "__signed__",
    "signed",
))  # fmt: skip
DROPPED_WITH_GROUP: Final = frozenset((
    "__attribute__", "__attribute", "_Alignas", "alignas", "__declspec", "__attribute_malloc__",
))  # fmt: skip
ALIGNAS: Final = frozenset(("_Alignas", "alignas"))
PACKED_WORDS: Final = frozenset(("packed", "__packed__"))
ALIGNED_WORDS: Final = frozenset(
    ("aligned", "__aligned__", "mode", "__mode__", "vector_size", "__vector_size__")
)
TYPEOF: Final = frozenset((
    "typeof", "__typeof__", "__typeof", "typeof_unqual", "__typeof_unqual__", "__typeof_unqual",
))  # fmt: skip
ASM: Final = frozenset(("asm", "__asm__", "__asm"))
ASM_QUALIFIERS: Final = frozenset((
    "volatile", "__volatile__", "__volatile", "inline", "__inline", "__inline__", "goto",
))  # fmt: skip
ASM_VOLATILE: Final = frozenset(("volatile", "__volatile__", "__volatile"))
CONSTANT_OPERANDS: Final = frozenset(('"i"', '"n"', '"X"'))  # constraints of operands that the compiler knows
OFFSETOF: Final = frozenset(("offsetof", "__builtin_offsetof"))
VA_ARG: Final = frozenset(("va_arg", "__builtin_va_arg"))
ASSERT: Final = frozenset(("_Static_assert", "static_assert"))
BASIC: Final = frozenset(("void", "char", "short", "int", "long", "float", "double", "unsigned", "signed"))
TAGGED: Final = frozenset(("struct", "union", "enum"))
BUILTIN_TYPES: Final = frozenset((
    "_Bool", "__builtin_va_list", "__int128_t", "__uint128_t", "_Float16", "_Float32", "_Float64",
    "__float128", "_Complex",
))  # fmt: skip
STATEMENT_START: Final = frozenset((";", "{", "}"))
NOT_AFTER_TYPE: Final = frozenset((
    ".", "->", "=", "+=", "-=", "*=", "/=", "==", "!=", "<", ">", "<=", ">=", "++", "--", "?", "|", "||",
    "/", "%", "^", "]",
))  # fmt: skip
DECLARES: Final = frozenset(("=", ";", ",", "[", ")"))
KEYWORDS: Final = frozenset((
    "if", "else", "while", "do", "for", "switch", "case", "default", "return", "goto", "break", "continue",
    "sizeof", "struct", "union", "enum", "typedef", "static", "extern", "_Alignof", "alignof",
    "__alignof__", "__alignof",
))  # fmt: skip
ALIGNOF: Final = frozenset(("_Alignof", "alignof", "__alignof__", "__alignof"))
OPENING: Final = frozenset("([{")
CLOSING: Final = frozenset(")]}")
BEFORE_CALL: Final = frozenset(")]")

NO_TYPE: Final = 0
TYPE: Final = 1  # the token that was written last ends a type name
STAR: Final = 2
