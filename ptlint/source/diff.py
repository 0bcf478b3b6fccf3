# SPDX-License-Identifier: GPL-2.0-or-later
"""The unified diffs of git and of diff(1), read into values. Text around them is passed over.

The counts in a hunk's header decide where the hunk ends, never the look of a line: so the signature of a mail
is not taken for a deleted line.

Source: Documentation/diff-format.adoc and apply.c of git.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ptlint.errors import PatchError
from ptlint.source.tree import LONGEST_PATH, normal_path

SYMLINK = "120000"
_SUBMODULE = "160000"

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)", re.DOTALL)
_EXTENDED = re.compile(
    rb"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|rename old"
    rb"|rename new|similarity index|dissimilarity index|index) (.*)",
    re.DOTALL,
)
_EPOCH = re.compile(rb"\t.*\b(?:1970-01-01|1969-12-31)\b")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


class ChangeKind(StrEnum):
    """What a patch does to a file."""

    MODIFIED = "modified"
    ADDED = "added"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk. Starts are 1-based, and 0 or the line before where the count is 0, as in its header."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[bytes, ...]  # with their " ", "-" or "+", and a newline unless the file ends without one
    at: int = field(compare=False)  # 1-based line of the header in the patch

    def before(self) -> list[bytes]:
        """Return the lines that the hunk expects."""
        return [line[1:] for line in self.lines if line[:1] != b"+"]

    def after(self) -> list[bytes]:
        """Return the lines that the hunk leaves."""
        return [line[1:] for line in self.lines if line[:1] != b"-"]

    def context(self) -> tuple[int, int]:
        """Return the number of context lines before the first and after the last change."""
        signs = [line[:1] for line in self.lines]
        leading = next((index for index, sign in enumerate(signs) if sign != b" "), len(signs))
        trailing = next((index for index, sign in enumerate(reversed(signs)) if sign != b" "), len(signs))
        return leading, trailing

    def header(self) -> str:
        """Return the header as it names the hunk in messages, without the section."""
        return f"@@ -{self.old_start},{self.old_count} +{self.new_start},{self.new_count} @@"


@dataclass(frozen=True, slots=True)
class FileChange:
    """All that one diff does to one file."""

    kind: ChangeKind
    old_path: str | None  # None if added
    new_path: str | None  # None if deleted
    old_mode: str | None  # octal digits; None if the diff does not say
    new_mode: str | None
    hunks: tuple[Hunk, ...]

    @property
    def path(self) -> str:
        """The file's path after the change, before it if the change deletes the file."""
        return self.new_path or self.old_path or ""

    @property
    def is_symlink(self) -> bool:
        """Whether the change is to a symbolic link itself, not to the file it leads to."""
        return SYMLINK in (self.old_mode, self.new_mode)


def parse_diff(lines: Sequence[bytes], name: str, first_line: int = 1) -> tuple[FileChange, ...]:
    """Return the changes that *lines* (without their newlines) hold, in their order.

    *name* and *first_line*, the 1-based number of the first line, are for messages.

    Raises:
        PatchError: a diff is damaged, binary, of a merge or of a submodule, or a path leaves the tree.
    """
    return tuple(_Reader(lines, name, first_line).changes())


def hunk_end(lines: Sequence[bytes], start: int) -> int | None:
    """Return the index after the hunk whose header is ``lines[start]``, None if there is no whole hunk."""
    try:
        reader = _Reader(lines, "", 1)
        reader.position = start
        reader.hunk()
    except PatchError:
        return None
    return reader.position


class _Reader:
    def __init__(self, lines: Sequence[bytes], name: str, first_line: int) -> None:
        self.lines = lines
        self.name = name
        self.first_line = first_line
        self.position = 0

    def error(self, message: str, position: int | None = None) -> PatchError:
        line = self.first_line + (self.position if position is None else position)
        return PatchError(f"{self.name}: line {line}: {message}")

    def peek(self, ahead: int = 0) -> bytes:
        index = self.position + ahead
        return self.lines[index] if index < len(self.lines) else b""

    def changes(self) -> Iterator[FileChange]:
        while self.position < len(self.lines):
            line = self.peek()
            if line.startswith(b"diff --git "):
                yield self.git_change()
            elif line.startswith(b"--- ") and self.peek(1).startswith(b"+++ ") and _HUNK.match(self.peek(2)):
                yield self.plain_change()
            elif line.startswith((b"diff --cc ", b"diff --combined ")):
                raise self.error("a combined diff of a merge: give the diff against one parent")
            elif _HUNK.match(line):
                raise self.error("a hunk without the name of its file")
            else:
                self.refuse_binary()
                self.position += 1

    def refuse_binary(self) -> None:
        line = self.peek().rstrip(b"\r")
        if line == b"GIT binary patch" or (line.startswith(b"Binary files ") and line.endswith(b" differ")):
            raise self.error("a binary diff: only text can be analysed; leave the binary file out")

    def git_change(self) -> FileChange:
        start = self.position
        names = self.peek()[len(b"diff --git ") :].rstrip(b"\r")
        self.position += 1
        extended: dict[bytes, bytes] = {}
        while (match := _EXTENDED.match(self.peek())) is not None:
            extended[match[1]] = match[2].rstrip(b"\r")
            self.position += 1
        self.refuse_binary()
        moved_from = extended.get(b"rename from", extended.get(b"rename old", extended.get(b"copy from")))
        moved_to = extended.get(b"rename to", extended.get(b"rename new", extended.get(b"copy to")))
        if (moved_from is None) != (moved_to is None):
            raise self.error("a rename or copy that names only one file", start)
        bare = _without_prefix(names, moved_from, moved_to)
        stated_old: str | None = None
        stated_new: str | None = None
        if self.peek().startswith(b"--- ") and self.peek(1).startswith(b"+++ "):
            stated_old = self.stated_path(self.peek()[4:], bare, self.position)
            stated_new = self.stated_path(self.peek(1)[4:], bare, self.position + 1)
            self.position += 2
        elif self.peek().startswith(b"@@ -"):
            raise self.error("a hunk without --- and +++ lines before it")
        elif moved_from is None:
            stated_old = stated_new = self.header_path(names, bare, start)
        old: str | None
        new: str | None
        if moved_from is not None and moved_to is not None:
            old, new = self.path(moved_from, start), self.path(moved_to, start)
            if (stated_old not in (None, old)) or (stated_new not in (None, new)):
                raise self.error("the lines of a rename or copy name different files", start)
        else:
            old, new = stated_old, stated_new

        kind = ChangeKind.MODIFIED
        old_mode, new_mode = extended.get(b"old mode"), extended.get(b"new mode")
        if b"new file mode" in extended:
            kind, old, new, new_mode = ChangeKind.ADDED, None, new or old, extended[b"new file mode"]
        elif b"deleted file mode" in extended:
            kind, old, new, old_mode = ChangeKind.DELETED, old or new, None, extended[b"deleted file mode"]
        elif moved_from is not None:
            kind = ChangeKind.COPIED if b"copy from" in extended else ChangeKind.RENAMED
        elif old is None:
            kind = ChangeKind.ADDED
        elif new is None:
            kind = ChangeKind.DELETED
        elif old != new:
            raise self.error(f"{old} and {new} differ, but the diff is no rename", start)
        if old_mode is None and new_mode is None and b" " in extended.get(b"index", b""):
            old_mode = new_mode = extended[b"index"].rpartition(b" ")[2]
        return self.change(kind, old, new, old_mode, new_mode, start)

    def plain_change(self) -> FileChange:
        start = self.position
        old_line, new_line = self.peek()[4:], self.peek(1)[4:]
        bare = old_line.split(b"\t")[0] == new_line.split(b"\t")[0] and not old_line.startswith(b"linux")
        bare = bare or b"/" not in new_line.split(b"\t")[0]
        old = self.stated_path(old_line, bare, start)
        new = self.stated_path(new_line, bare, start + 1)
        self.position += 2
        if old is None or _EPOCH.search(old_line):
            return self.change(ChangeKind.ADDED, None, new or old, None, None, start)
        if new is None or _EPOCH.search(new_line):
            return self.change(ChangeKind.DELETED, old, None, None, None, start)
        # diff(1) names a backup on the left ("mm/memory.c.orig"); the right side is the file that is meant.
        return self.change(ChangeKind.MODIFIED, new, new, None, None, start)

    def change(
        self,
        kind: ChangeKind,
        old: str | None,
        new: str | None,
        old_mode: bytes | None,
        new_mode: bytes | None,
        start: int,
    ) -> FileChange:
        hunks: list[Hunk] = []
        while self.peek().startswith(b"@@ -"):
            hunks.append(self.hunk())
        self.refuse_binary()
        if hunks and self.peek()[:1] in (b"+", b"-") and not self.peek().startswith(b"--"):
            raise self.error("the hunk before this line is longer than its header says")
        if old is None and new is None:
            raise self.error("a diff that names no file", start)
        if kind is ChangeKind.ADDED and any(hunk.old_count for hunk in hunks):
            raise self.error("a new file cannot have lines that were there before", start)
        if kind is ChangeKind.DELETED and any(hunk.new_count for hunk in hunks):
            raise self.error("a deleted file cannot have lines that remain", start)
        modes = tuple(None if mode is None else self.mode(mode, start) for mode in (old_mode, new_mode))
        return FileChange(kind, old, new, modes[0], modes[1], tuple(hunks))

    def hunk(self) -> Hunk:
        start = self.position
        match = _HUNK.match(self.peek())
        if match is None:
            raise self.error("no valid hunk header")
        old_start, new_start = int(match[1]), int(match[3])
        old_count, new_count = (1 if match[group] is None else int(match[group]) for group in (2, 4))
        old_left, new_left = old_count, new_count
        found: list[bytes] = []
        self.position += 1
        while self.position < len(self.lines):
            line = self.lines[self.position]
            sign = line[:1]
            if sign == b"\\":
                if not found or not found[-1].endswith(b"\n"):
                    raise self.error(
                        "this line says a second time, or of nothing, that its newline is missing"
                    )
                found[-1] = found[-1][:-1]
                self.position += 1
                continue
            if old_left == new_left == 0:
                break
            if sign in (b"", b" ") or line == b"\r":  # mailers strip the blank of an empty context line
                line = line if sign == b" " else b" " + line
                old_left, new_left = old_left - 1, new_left - 1
            elif sign == b"-":
                old_left -= 1
            elif sign == b"+":
                new_left -= 1
            else:
                raise self.error(f"the hunk of line {self.first_line + start} ends before its header says")
            if old_left < 0 or new_left < 0:
                raise self.error(f"the hunk of line {self.first_line + start} is longer than its header says")
            if b"\0" in line:
                raise self.error("a NUL byte: only text can be analysed")
            found.append(line + b"\n")
            self.position += 1
        if old_left or new_left:
            raise self.error(f"the text ends inside the hunk of line {self.first_line + start}")
        hunk = Hunk(
            old_start,
            old_count,
            new_start,
            new_count,
            match[5].strip().decode("utf-8", "replace"),
            tuple(found),
            self.first_line + start,
        )
        for side in (hunk.before(), hunk.after()):
            if not all(line.endswith(b"\n") for line in side[:-1]):
                raise self.error("a line without its newline stands inside the file", start)
        return hunk

    def mode(self, digits: bytes, position: int) -> str:
        text = digits.decode("ascii", "replace")
        if not re.fullmatch("[0-7]{5,6}", text):
            raise self.error("no valid file mode", position)
        if text == _SUBMODULE:
            raise self.error("a change of a submodule: there is no source in it to analyse", position)
        return text

    def header_path(self, names: bytes, bare: bool, position: int) -> str:
        """Return the one path that a "diff --git" line names twice."""
        if names.startswith(b'"'):
            quoted = _QUOTED.match(names)
            first = quoted[0] if quoted else names
        else:
            first = names[: len(names) // 2]
        path = self.stated_path(first, bare, position)
        second = self.stated_path(names[len(first) + 1 :], bare, position)
        if path is None or path != second:
            raise self.error("the diff names no file", position)
        return path

    def stated_path(self, text: bytes, bare: bool, position: int) -> str | None:
        """Return the path of a ---, +++ or "diff --git" line without its prefix; None for /dev/null."""
        text = text.rstrip(b"\r")
        quoted = _QUOTED.match(text)
        text = quoted[0] if quoted else text.partition(b"\t")[0]
        if text.rstrip() == b"/dev/null":
            return None
        return self.path(text, position, strip=not bare)

    def path(self, text: bytes, position: int, strip: bool = False) -> str:
        raw = _unquoted(text)
        if strip:
            raw = raw.partition(b"/")[2].lstrip(b"/") if not raw.startswith(b"/") else raw
        try:
            path = raw.decode()
        except UnicodeDecodeError:
            raise self.error("a path that is not UTF-8", position) from None
        if not path or "\0" in path or normal_path(path) != path or len(path) > LONGEST_PATH // 4:
            raise self.error(f"{path[:200]!r} is no path inside the tree", position)
        if ".git" in path.lower().split("/"):
            raise self.error(f"{path[:200]!r} is git's own", position)
        return path


def _without_prefix(names: bytes, moved_from: bytes | None, moved_to: bytes | None) -> bool:
    """Tell whether a "diff --git" line was made with diff.noprefix: then both names are written alike."""
    if moved_from is not None and moved_to is not None:
        return names == moved_from + b" " + moved_to
    middle = len(names) // 2
    return names[middle : middle + 1] == b" " and names[:middle] == names[middle + 1 :]


def _unquoted(text: bytes) -> bytes:
    """Return a path without git's C-style quotes."""
    if len(text) < 2 or not (text.startswith(b'"') and text.endswith(b'"')):
        return text

    def plain(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if len(code) == 3:
            return bytes([int(code, 8) & 0xFF])
        return _ESCAPED.get(code, code)

    return _ESCAPE.sub(plain, text[1:-1])
