# SPDX-License-Identifier: GPL-2.0-or-later
"""Preprocessing tokens, where they stand in the source, and the macros that brought them there."""

import re
from typing import Any, Final, NamedTuple

IDENT: Final = 1
NUMBER: Final = 2
STRING: Final = 3
CHAR: Final = 4
PUNCT: Final = 5


class Token(NamedTuple):
    """One preprocessing token. *path*, *line* and *column* (both 1-based) say where it is spelled.

    *space* tells whether white space, a comment or the start of a line stands before it. *within* is the
    innermost macro expansion whose body holds the token, None for one that the source text itself holds.
    """

    kind: int
    text: str
    path: str
    line: int
    column: int
    space: bool
    within: "Expansion | None"


class Expansion:
    """One use of a macro: where its name stands, and in which expansion that name stood."""

    __slots__ = ("addresses", "column", "definition", "line", "macro", "parent", "path")

    def __init__(
        self,
        macro: str,
        path: str,
        line: int,
        column: int,
        parent: "Expansion | None",
        definition: "Macro",
        addresses: tuple[str, ...] = (),
    ) -> None:
        self.macro = macro
        self.path = path
        self.line = line
        self.column = column
        self.parent = parent
        self.definition = definition
        self.addresses = addresses  # the names of variables whose address is an argument

    def __repr__(self) -> str:
        return f"Expansion({self.macro} at {self.path}:{self.line}:{self.column})"


class Macro:
    """A definition of a macro. Its body is lexed when it is first asked for.

    *parameters* is None for an object-like macro. For a variadic one the last parameter is ``__VA_ARGS__`` or
    the name given to the rest (``args...``). *path* and *line* say where the ``#define`` starts; *path* is ""
    for what the compiler predefines and the command line gives. Two macros are equal only if they are one.
    """

    __slots__ = (
        "_body",
        "_marking",
        "_plain",
        "_source",
        "_start",
        "builtin",
        "free",
        "line",
        "name",
        "parameters",
        "path",
        "prepared",
        "variadic",
    )

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...] | None,
        variadic: bool,
        source: bytes,
        path: str,
        line: int,
        start: tuple[int, int] | None = None,
        free: bool = False,
        builtin: bool = False,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.variadic = variadic
        self.path = path
        self.line = line
        self.free = free
        """The value is a constant that only a build could compute; the body is empty."""
        self.builtin = builtin
        """The preprocessor itself gives the value (``__LINE__``, ``__has_include``); the body is empty."""
        self._source = source
        self._start = start or (line, 1)
        self._body: tuple[Token, ...] | None = None
        self._plain: bool | None = None
        self._marking: bool | None = None
        self.prepared: Any = None
        """What the expander keeps of the body."""

    @property
    def body(self) -> tuple[Token, ...]:
        """The replacement list."""
        known = self._body
        if known is None:
            known = self._body = tuple(lex(self._source, self.path, *self._start))
        return known

    @property
    def plain(self) -> bool:
        """Whether the body is put in as it stands: object-like, and nothing is pasted."""
        known = self._plain
        if known is None:
            known = self._plain = self.parameters is None and b"##" not in self._source
        return known

    @property
    def marking(self) -> bool:
        """Whether it only says that there is a function of its name: the name stands for itself."""
        known = self._marking
        if known is None:
            body = self.body if self.parameters is None else ()
            known = self._marking = len(body) == 1 and body[0].text == self.name
        return known

    @property
    def source(self) -> bytes:
        """The replacement list as it is written, with its comments and line continuations."""
        return self._source

    def __repr__(self) -> str:
        return f"Macro({self.name} at {self.path}:{self.line})"


_TOKEN = re.compile(
    r"""
    (?:[ \t\n\r\f\v]|\\\r?\n)*+                                       # blanks
    (?:
      ((?!(?:u8|[LuU])["'])[A-Za-z_$][A-Za-z0-9_$]*+)                 # 1 identifier
     |(\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*+)                        # 2 number
     |((?:u8|[LuU])?"[^"\\\n]*+(?:\\(?:\r\n|[\s\S])[^"\\\n]*+)*+")    # 3 string
     |((?:u8|[LuU])?'[^'\\\n]*+(?:\\(?:\r\n|[\s\S])[^'\\\n]*+)*+')    # 4 character
     |(/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/                            # 5 comment, to its end ...
       |/\*[\s\S]*+                                                   #   ... or to the end of the text
       |//[^\n\\]*+(?:\\(?:\r\n|[\s\S])[^\n\\]*+)*+)
     |(<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|\#\#|[^ \t\n\r\f\v])  # 6 the rest
    )
    """,
    re.VERBOSE,
)
_BLANKS_AT_END: Final = " \t\n\r\f\v\\"
_KINDS: Final = (0, IDENT, NUMBER, STRING, CHAR, 0, PUNCT)
_SPLICE = re.compile(r"\\\r?\n")
_SPLICES = re.compile(r"\\\r?\n(?:\\\r?\n)*+")
_BLANK = " \t\n\r\f\v"
_INCLUDE_NAME = re.compile(rb'[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>)')


def decoded(text: bytes) -> str:
    """Return *text* as a string. Every byte sequence has one, and no two have the same."""
    return text.decode("utf-8", "surrogateescape")


def lex(text: bytes, path: str, first_line: int = 1, first_column: int = 1) -> list[Token]:
    """Return the tokens of *text*, which starts at *first_line* and *first_column* of the file *path*.

    Comments are removed and lines continued. A quote that has no partner on its line is a token of its own.
    Columns count characters. Any bytes are accepted.
    """
    return lex_source(decoded(text), path, first_line, first_column)


def lex_source(source: str, path: str, first_line: int = 1, first_column: int = 1) -> list[Token]:
    """Return the tokens of a text that is decoded already; see `lex`."""
    source = source.rstrip(_BLANKS_AT_END)
    if "\\" in source and has_tight_splice(source):
        return _lex_spliced(source, path, first_line, first_column)
    tokens: list[Token] = []
    append = tokens.append
    new = tuple.__new__
    kinds = _KINDS
    line = first_line
    line_start = 1 - first_column  # offset of column 1 of the current line
    next_newline = source.find("\n")
    if next_newline < 0:
        next_newline = len(source)
    end = 0
    for match in _TOKEN.finditer(source):
        group = match.lastindex or 6
        if group == 5:
            continue
        start = match.start(group)
        while start > next_newline:
            line += 1
            line_start = next_newline + 1
            next_newline = source.find("\n", line_start)
            if next_newline < 0:
                next_newline = len(source)
        word = match[group]
        if (group == 3 or group == 4) and "\n" in word:
            word = _SPLICE.sub("", word)
        append(new(Token, (kinds[group], word, path, line, start - line_start + 1, start != end, None)))
        end = match.end()
    return tokens


def has_tight_splice(source: str) -> bool:
    """Say whether a line is continued inside a token, or between two without a blank."""
    for match in _SPLICES.finditer(source):
        start, end = match.span()
        if start and source[start - 1] not in _BLANK and end < len(source) and source[end] not in _BLANK:
            return True
    return False


def _lex_spliced(source: str, path: str, first_line: int, first_column: int) -> list[Token]:
    """Lex text in which a line continuation stands inside a token or between two without a blank.

    The continuations are cut out first; a table of the cuts brings the places back.
    """
    pieces: list[str] = []
    cuts: list[tuple[int, int]] = []  # offset in the spliced text -> characters cut out before it
    position = removed = length = 0
    for match in _SPLICE.finditer(source):
        pieces.append(source[position : match.start()])
        length += match.start() - position
        position = match.end()
        removed += position - match.start()
        cuts.append((length, removed))
    pieces.append(source[position:])
    spliced = "".join(pieces)
    starts = [0]
    for match in re.finditer("\n", source):
        starts.append(match.end())
    starts.append(len(source) + 1)
    tokens: list[Token] = []
    cut = row = end = 0
    for match in _TOKEN.finditer(spliced):
        group = match.lastindex or 6
        if group == 5:
            continue
        start = match.start(group)
        while cut < len(cuts) and cuts[cut][0] <= start:
            cut += 1
        place = start + (cuts[cut - 1][1] if cut else 0)
        while starts[row + 1] <= place:
            row += 1
        column = place - starts[row] + (first_column if row == 0 else 1)
        tokens.append(Token(_KINDS[group], match[group], path, first_line + row, column, start != end, None))
        end = match.end()
    return tokens


def include_name(text: bytes) -> tuple[str, bool] | None:
    """Return the name in ``"name"`` or ``<name>`` and whether it is quoted; None if *text* is neither."""
    match = _INCLUDE_NAME.match(text)
    if match is None:
        return None
    quoted = match[1] is not None
    return decoded(match[1] if quoted else match[2]), quoted
