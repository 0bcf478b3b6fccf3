# SPDX-License-Identifier: GPL-2.0-or-later
"""Textual edits of a kernel tree, held in memory, and the git-style diff they make.

An edit names its place by a short fragment of a line, inside one function if need be. It fails loudly
if the fragment does not stand there exactly as often as expected (once, unless `count` says otherwise):
a series whose edits silently miss would prove nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec


class EditError(Exception):
    """An edit does not fit the tree: names the path, the function and the fragment."""


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change of one file.

    `find` is a fragment of a line. `replace` takes the fragment's place; `before` and `after` are lines
    put in front of and behind the line it stands in (both may be given). With `take` the lines from
    `find` to `to` (the whole function, if `find` is empty) are cut out and kept under that name; any
    text of a later edit may hold `@name@`, which stands for them. `rename` changes whole words;
    `create` makes a new file, `append` adds lines at the end of one. `inside` limits an edit to a
    function's definition (`nth`, 1-based, if there are several), or to a macro's ("#define NAME").
    `trees` limits it to some kernels.
    """

    path: str
    inside: str = ""
    nth: int = 0
    find: str = ""
    to: str = ""
    count: int = 1
    replace: str | None = None
    before: str | None = None
    after: str | None = None
    take: str = ""
    rename: dict[str, str] = {}
    create: str | None = None
    append: str | None = None
    trees: tuple[str, ...] = ()


class Draft:
    """The files of a tree with edits laid over them; nothing is written to the tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._before: dict[str, str | None] = {}
        self._texts: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def text(self, path: str) -> str:
        """Return the present text of a file."""
        if path not in self._texts:
            file = self.root / path
            if not file.is_file():
                raise EditError(f"{path}: no such file in {self.root.name}")
            self._texts[path] = file.read_text(encoding="utf-8", errors="surrogateescape")
            self._before[path] = self._texts[path]
        return self._texts[path]

    def changed(self) -> Mapping[str, str]:
        """Return the files that differ from the tree, with their new text."""
        return {p: t for p, t in sorted(self._texts.items()) if self._before.get(p) != t}

    def apply(self, edits: Iterable[Edit]) -> None:
        for edit in edits:
            self._apply(edit)

    def commit(self) -> None:
        """Take what stands now as the state that the next diff starts from."""
        self._before.update(self._texts)

    def diff(self) -> str:
        """Return the changes since the start, or since the last `commit`, as `git diff` prints them."""
        return "".join(_file_diff(p, self._before.get(p), t) for p, t in self.changed().items())

    def _fill(self, text: str) -> str:
        def stored(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in self._taken:
                raise EditError(f"nothing was taken as @{name}@")
            return self._taken[name]

        return re.sub(r"@(\w+)@", stored, text)

    def _apply(self, edit: Edit) -> None:
        if edit.create is not None:
            if (self.root / edit.path).exists() or edit.path in self._texts:
                raise EditError(f"{edit.path}: exists already")
            self._before[edit.path] = None
            self._texts[edit.path] = self._fill(edit.create)
            return
        text = self.text(edit.path)
        if edit.append is not None:
            self._texts[edit.path] = text + self._fill(edit.append)
            return
        start, end = scope(text, edit)
        if edit.rename:
            part = _renamed(text[start:end], edit)
            self._texts[edit.path] = text[:start] + part + text[end:]
            return
        spots = _spots(text, start, end, edit)
        for at in reversed(spots):
            text = self._at(text, at, end, edit)
        self._texts[edit.path] = text

    def _at(self, text: str, at: int, end: int, edit: Edit) -> str:
        line = text.rfind("\n", 0, at) + 1
        if edit.take:
            stop = end
            if edit.find:
                last = text.find(edit.to, at, end) if edit.to else at
                if last < 0:
                    raise EditError(f"{_where(edit)}: no {edit.to!r} behind {edit.find!r}")
                stop = text.index("\n", last) + 1
            self._taken[edit.take] = text[line:stop].removesuffix("\n")
            put = "" if edit.replace is None else _lines(self._fill(edit.replace))
            return text[:line] + put + text[stop:]
        if edit.replace is not None:
            text = text[:at] + self._fill(edit.replace) + text[at + len(edit.find) :]
        if edit.after is not None:
            below = text.index("\n", at) + 1
            text = text[:below] + _lines(self._fill(edit.after)) + text[below:]
        if edit.before is not None:
            text = text[:line] + _lines(self._fill(edit.before)) + text[line:]
        return text


def scope(text: str, edit: Edit) -> tuple[int, int]:
    """Return where the text that an edit may touch begins and ends."""
    if not edit.inside:
        return 0, len(text)
    if edit.inside.startswith("#define "):
        name = re.escape(edit.inside.removeprefix("#define "))
        found = [m.span() for m in re.finditer(rf"^#\s*define {name}\b(?:.*\\\n)*.*\n", text, re.M)]
    else:
        found = list(definitions(text, edit.inside))
    if not found or (edit.nth == 0 and len(found) > 1) or edit.nth > len(found):
        raise EditError(f"{_where(edit)}: {len(found)} definitions")
    return found[max(edit.nth, 1) - 1]


def definitions(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each definition of a function, its return type on a line above included."""
    for match in re.finditer(
        rf"^[A-Za-z_][^\n;{{}}#=]*?\b{re.escape(name)}\s*\(|^{re.escape(name)}\s*\(", text, re.M
    ):
        depth, at = 0, match.end() - 1
        while at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                break
        rest = re.match(r"[\s\w()]*?\{", text[at:])
        if rest is None:
            continue
        if re.match(r"[^\n]*\}\n", text[at + rest.end() :]) and "\n" not in rest.group():
            end = text.index("\n", at) + 1
        else:
            end = text.index("\n}", at + rest.end() - 1) + 1
            end = text.index("\n", end) + 1
        start = match.start()
        above = text.rfind("\n", 0, max(start - 1, 0)) + 1
        if re.fullmatch(r"[A-Za-z_][\w *]*", text[above : start - 1]):
            start = above
        yield start, end


def _where(edit: Edit) -> str:
    return f"{edit.path}{f': {edit.inside}()' if edit.inside else ''}"


def _lines(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _spots(text: str, start: int, end: int, edit: Edit) -> list[int]:
    if not edit.find:
        if edit.take and edit.inside:
            return [start]
        raise EditError(f"{_where(edit)}: the edit says neither what to find nor what to rename")
    spots, at = [], text.find(edit.find, start, end)
    while at >= 0:
        spots.append(at)
        at = text.find(edit.find, at + len(edit.find), end)
    if len(spots) != edit.count:
        raise EditError(f"{_where(edit)}: {edit.find!r} stands there {len(spots)} times, not {edit.count}")
    return spots


def _renamed(part: str, edit: Edit) -> str:
    for old, new in edit.rename.items():
        part, times = re.subn(rf"(?<![\w.>]){re.escape(old)}(?!\w)", new, part)
        if times == 0:
            raise EditError(f"{_where(edit)}: no word {old!r} to rename")
    return part


def _file_diff(path: str, before: str | None, after: str) -> str:
    head = f"diff --git a/{path} b/{path}\n"
    if before is None:
        head += "new file mode 100644\n"
    old = (before or "").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    same = max(same - 8, 0)  # keep the context; difflib is quadratic, and most of a file is untouched
    body = difflib.unified_diff(
        old[same:], new[same:], "/dev/null" if before is None else f"a/{path}", f"b/{path}"
    )
    return head + "".join(_shifted(body, same))


def _shifted(lines: Iterable[str], by: int) -> Iterator[str]:
    for line in lines:
        if by and line.startswith("@@ "):
            line = re.sub(r"([-+])(\d+)", lambda m: f"{m.group(1)}{int(m.group(2)) + by}", line, count=2)
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
