# SPDX-License-Identifier: GPL-2.0-or-later
"""Where code and makefiles name symbols of Kconfig: ``CONFIG_X``, outside of comments and strings.

A name that is pasted together (``CONFIG_##x``), that is a member, or that an #define or #undef is about, is
no mention.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_NO_CODE: Final = re.compile(
    rb'/\*.*?(?:\*/|\Z)|//(?:[^\n\\]|\\\r?\n|\\.)*|"(?:[^"\\\n]|\\\r?\n|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?',
    re.DOTALL,
)
_NAME: Final = re.compile(rb"\bCONFIG_\w+", re.ASCII)
_BEHIND: Final = re.compile(rb"\s*##")
_BEFORE: Final = re.compile(rb"(?:##|\.|->|\b(?:define|undef|goto|struct|enum|union))[ \t]*\Z")
_ASKED: Final = re.compile(rb"\b(?:IS_\w+|__is_defined|defined|config_enabled)\s*\(?\s*\Z")
_DIRECTIVE: Final = re.compile(rb"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif|elifdef|elifndef)\b", re.MULTILINE)
_DEFINED: Final = re.compile(rb"^[ \t]*#[ \t]*(?:define|undef)[ \t]+(CONFIG_\w+)", re.MULTILINE | re.ASCII)
_PARAMETERS: Final = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+\w+\(([^()]*)\)", re.MULTILINE | re.ASCII)
_ENUM: Final = re.compile(rb"\benum\b[^;{}()]*\{([^}]*)\}", re.ASCII)
_FLAG: Final = re.compile(rb"-D\s*(CONFIG_\w+)", re.ASCII)
_ASSIGNED: Final = re.compile(
    rb"^[ \t]*(?:export[ \t]+)?(CONFIG_\w+)[ \t]*(?:[:+?]?=|$)", re.MULTILINE | re.ASCII
)
_REMARK: Final = re.compile(rb"(?<![\\$])#[^\n]*")

_C: Final = (".c", ".h")
_ASSEMBLER: Final = (".S",)
_MAKEFILE: Final = re.compile(r"(?:^|/)(?:Makefile|Kbuild|Platform)(?:\.[\w.-]+)?$")


class Mention(NamedTuple):
    """A name of a symbol, without CONFIG_; line and column (of CONFIG_) are 1-based.

    *asked*: it stands where only a symbol has a meaning: in a conditional, an IS_ENABLED() or its like, or a
    makefile. Elsewhere it may be any identifier.
    """

    symbol: str
    line: int
    column: int
    asked: bool


def is_makefile(path: str) -> bool:
    """Tell whether a file is one of Kbuild's, by its name."""
    return _MAKEFILE.search(path) is not None


def has_mentions(path: str) -> bool:
    """Tell whether a file may name symbols of Kconfig as code does, by its name."""
    return path.endswith((*_C, *_ASSEMBLER)) or is_makefile(path)


def mentions_in(text: bytes, path: str) -> Iterator[Mention]:
    """Yield the symbols that a file names, in the order of the text."""
    if b"CONFIG_" not in text:
        return
    makefile = is_makefile(path)
    code = _REMARK.sub(_blank, text) if makefile else _NO_CODE.sub(_blank, text)
    directives = [] if makefile else list(_directives(code))
    line, at, place = 1, 0, 0
    for match in _NAME.finditer(code):
        start = match.start()
        line += code.count(b"\n", at, start)
        at = start
        before = code[max(0, start - 60) : start]
        if _BEFORE.search(before) or _BEHIND.match(code, match.end()) or before[-1:] == b"$":
            continue
        while place < len(directives) and directives[place][1] <= start:
            place += 1
        directed = place < len(directives) and directives[place][0] <= start
        asked = makefile or directed or _ASKED.search(before) is not None
        if not asked and path.endswith(_ASSEMBLER):
            continue  # it may stand in a comment of that assembler
        column = start - code.rfind(b"\n", 0, start)
        yield Mention(match[0][len(b"CONFIG_") :].decode(), line, column, asked)


def definitions_in(text: bytes, path: str) -> Iterator[str]:
    """Yield the names, without CONFIG_, that code or a makefile itself gives a meaning to: macros, their
    parameters, enumerators, variables and compiler flags."""
    if b"CONFIG_" not in text:
        return
    for pattern in (_ASSIGNED, _FLAG) if is_makefile(path) else (_DEFINED,):
        for match in pattern.finditer(text):
            yield match[1][len(b"CONFIG_") :].decode()
    if not is_makefile(path):
        code = _NO_CODE.sub(_blank, text)
        for match in (*_PARAMETERS.finditer(code), *_ENUM.finditer(code)):
            for name in _NAME.finditer(match[1]):
                yield name[0][len(b"CONFIG_") :].decode()


def _directives(code: bytes) -> Iterator[tuple[int, int]]:
    """Yield where conditionals stand: from, and up to but without."""
    for match in _DIRECTIVE.finditer(code):
        end = match.end()
        while True:
            end = code.find(b"\n", end)
            if end < 0:
                end = len(code)
                break
            if code[end - 1 : end] != b"\\" and code[end - 2 : end] != b"\\\r":
                break
            end += 1
        yield match.start(), end


def _blank(match: re.Match[bytes]) -> bytes:
    """Return blanks of the same length and with the same line ends."""
    return re.sub(rb"[^\n]", b" ", match[0])
