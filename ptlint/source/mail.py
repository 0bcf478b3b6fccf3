# SPDX-License-Identifier: GPL-2.0-or-later
"""Mails that carry patches: format-patch files, mboxes, pages of list archives, bare diffs.

The standard library's mail parser is not used: it recurses with the nesting of a mail, and patches come from
strangers. Of MIME, what git mailinfo understands is understood here.
"""

import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from ptlint.errors import PatchError
from ptlint.source.diff import hunk_end

LARGEST_INPUT = 64 * 1024 * 1024
"""Bytes. The patch between two releases of the kernel is about as large; nobody reviews it in one piece."""

MOST_LINES = 2_000_000

_LONGEST_SEPARATOR = 300
_LONGEST_TITLE = 1000
_LONGEST_HEADER = 10_000

_DEEPEST = 8
"""Multiparts inside each other."""

_SEPARATOR = re.compile(rb"From \S+\s.*\d\d?:\d\d(?::\d\d)?\s.*\d{4}")
_HEADER = re.compile(rb"([A-Za-z][!-9;-~]*):[ \t]?(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?[^?\s]{1,60}\?[bBqQ]\?)")
_CHARSET = re.compile(r"utf-?8|us-ascii|iso-|windows-|koi8|gb|big5|euc-|shift_jis", re.IGNORECASE)
_MAIL_HEADERS = {"from", "subject", "date", "message-id"}
_ARCHIVE_TITLE = re.compile(r"\[[^\]\n]*PATCH[^\]\n]*\]")
_ARCHIVE_TITLE_WITHIN = 40
_PATCH_TYPES = {"application/octet-stream", "application/x-patch", "application/x-diff"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, its body decoded and split into lines (without newlines)."""

    name: str  # of the input it came from, for messages
    headers: Mapping[str, str]  # lower-case name -> value, unfolded and decoded; empty for a bare diff
    lines: tuple[bytes, ...]
    first_line: int  # 1-based line of the body in the input; 1 if the body had to be decoded

    def subject(self) -> str:
        """Return the subject as sent, or the title of an archive's page or of ``git show``; "" if none."""
        if self.headers:
            return self.headers.get("subject", "")
        for line in self.lines[:_ARCHIVE_TITLE_WITHIN]:
            text = printable(line[:_LONGEST_TITLE].decode("utf-8", "replace"))
            if _ARCHIVE_TITLE.search(text) and not text.startswith((" ", "+", "-", "@")):
                return text.removeprefix("Subject:").strip()
        if self.lines and self.lines[0].startswith(b"commit "):
            indented = (line for line in self.lines[:_ARCHIVE_TITLE_WITHIN] if line.startswith(b"    "))
            return printable(next(indented, b"").decode("utf-8", "replace").strip())
        return ""

    def split(self) -> tuple[int, int]:
        """Return where the log message ends, and where the text begins in which diffs count.

        The line ``---`` parts them; without one, diffs count from the first line on. Such a line inside a
        hunk (a deleted ``--``) parts nothing.
        """
        position = 0
        first_diff: int | None = None
        while position < len(self.lines):
            line = self.lines[position]
            if line.startswith(b"---") and not line[3:].strip():
                return position, position + 1
            if first_diff is None and line.startswith((b"diff --git ", b"--- ", b"Index: ")):
                first_diff = position
            end = hunk_end(self.lines, position) if line.startswith(b"@@ -") else None
            position = position + 1 if end is None else end
        return len(self.lines) if first_diff is None else first_diff, 0


def split_mbox(data: bytes, name: str) -> tuple[Mail, ...]:
    """Return the messages of an mbox, or the one message (or bare diff) that *data* is.

    Raises:
        PatchError: the input is too large, or the encoding of a body is broken.
    """
    if len(data) > LARGEST_INPUT:
        raise PatchError(f"{name}: {len(data)} bytes are more than a patch may have ({LARGEST_INPUT})")
    count = data.count(b"\n") + 1
    if count > MOST_LINES:
        raise PatchError(f"{name}: {count} lines are more than a patch may have ({MOST_LINES})")
    data = _unix(data)
    lines = data.split(b"\n")
    starts = [index for index in range(len(lines)) if _is_separator(lines, index)]
    found: list[Mail] = []
    for start, end in pairwise([-1, *starts, len(lines)]):
        section = lines[start + 1 : end]
        if start >= 0 or any(line.strip() for line in section):
            found.append(_mail(section, name, start + 2))
    return tuple(found)


def printable(text: str) -> str:
    """Return *text* on one line, control characters replaced: it may come from a stranger's mail."""
    return "".join(char if char.isprintable() else " " if char in "\t\n\r" else "\ufffd" for char in text)


def _is_separator(lines: Sequence[bytes], index: int) -> bool:
    line = lines[index]
    if not line.startswith(b"From ") or len(line) > _LONGEST_SEPARATOR or _SEPARATOR.match(line) is None:
        return False
    return index + 1 < len(lines) and _HEADER.match(lines[index + 1]) is not None


def _unix(data: bytes) -> bytes:
    """Return *data* with "\\n" for "\\r\\n" if all its lines end so, as mail does on its way."""
    returns = data.count(b"\r\n")
    return data.replace(b"\r\n", b"\n") if returns and returns == data.count(b"\n") else data


def _mail(lines: Sequence[bytes], name: str, first_line: int) -> Mail:
    blank = 0
    while blank < len(lines) and not lines[blank].strip():
        blank += 1
    headers, body_start = _headers(lines, blank)
    if not _MAIL_HEADERS & headers.keys():
        return Mail(name, MappingProxyType({}), tuple(lines), first_line)
    encoding = headers.get("content-transfer-encoding", "").strip().lower()
    kind = headers.get("content-type", "text/plain").lower()
    decoded = {
        key: printable(_decoded_words(value[:_LONGEST_HEADER])).strip() for key, value in headers.items()
    }
    if encoding in ("base64", "quoted-printable") or kind.startswith("multipart/"):
        body = _unix(_body(headers, lines[body_start:], name, 0))
        return Mail(name, MappingProxyType(decoded), tuple(body.split(b"\n")), 1)
    return Mail(name, MappingProxyType(decoded), tuple(lines[body_start:]), first_line + body_start)


def _headers(lines: Sequence[bytes], start: int) -> tuple[dict[str, str], int]:
    """Return the headers from *start* on (the first of each name, unfolded), and where the body begins."""
    headers: dict[str, list[bytes]] = {}
    current: list[bytes] = []
    position = start
    while position < len(lines) and lines[position].strip():
        line = lines[position]
        match = _HEADER.match(line)
        if line[:1] in (b" ", b"\t") and position > start:
            current.append(line.strip())
        elif match is not None:
            current = [match[2].strip()]
            headers.setdefault(match[1].decode("ascii").lower(), current)
        else:
            break
        position += 1
    values = {key: b" ".join(value).decode("utf-8", "replace") for key, value in headers.items()}
    return values, min(position + 1, len(lines)) if position < len(lines) else position


def _body(headers: Mapping[str, str], lines: Sequence[bytes], name: str, depth: int) -> bytes:
    """Return the text of a message or part, its transfer encoding undone, text parts joined."""
    kind = headers.get("content-type", "text/plain")
    boundary = re.search(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', kind, re.IGNORECASE)
    if kind.lower().startswith("multipart/") and boundary is not None:
        if depth == _DEEPEST:
            raise PatchError(f"{name}: a mail with more than {_DEEPEST} multiparts inside each other")
        mark = b"--" + (boundary[1] or boundary[2]).encode("utf-8", "replace")
        bounds = [index for index, line in enumerate(lines) if line.rstrip() in (mark, mark + b"--")]
        texts: list[bytes] = []
        for start, end in pairwise([*bounds, len(lines)]):
            if lines[start].rstrip() == mark:
                part = lines[start + 1 : end]
                inner, body_start = _headers(part, 0)
                texts.append(_body(inner, part[body_start:], name, depth + 1))
        return b"\n".join(texts)
    essence = kind.partition(";")[0].strip().lower()
    if not essence.startswith("text/") and essence not in _PATCH_TYPES:
        return b""
    if essence == "text/html":
        return b""
    raw = b"\n".join(lines)
    encoding = headers.get("content-transfer-encoding", "").strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding == "base64":
        # A list's footer may follow in plain text; what is no base64 ends it.
        try:
            return binascii.a2b_base64(raw)
        except binascii.Error as error:
            raise PatchError(f"{name}: the base64 body of a mail is broken: {error}") from error
    return raw


def _decoded_words(value: str) -> str:
    """Return a header's text with its encoded words (RFC 2047) decoded."""

    def plain(match: re.Match[str]) -> str:
        charset, method, text = match[1].partition("*")[0], match[2], match[3]
        raw = text.encode("ascii", "replace")
        try:
            raw = binascii.a2b_base64(raw) if method in "bB" else binascii.a2b_qp(raw, header=True)
            return raw.decode(charset if _CHARSET.match(charset) else "utf-8", "replace")
        except (LookupError, ValueError):  # binascii.Error is a ValueError, an unknown charset a LookupError
            return raw.decode("utf-8", "replace")

    return _ENCODED_WORD.sub(plain, _BETWEEN_WORDS.sub(r"\1\2", value))
