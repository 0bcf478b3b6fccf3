# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of strangers, made fit for a terminal."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a line read in another order than it is written."""


def neutral(text: str) -> str:
    """Return *text* on one line, with what a terminal would act upon written as an escape."""
    if text.isprintable() and _BIDI.isdisjoint(text):
        return text
    return "".join(_shown(char) for char in text)


def printable_lines(text: str) -> str:
    """Return *text* made neutral line by line, tabs expanded."""
    return "\n".join(neutral(line.expandtabs()) for line in text.split("\n"))


def _shown(char: str) -> str:
    if char == " " or (char.isprintable() and char not in _BIDI):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
