# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symbols the Kconfig files of a tree define, whatever the architecture, read as text.

A model has the symbols of one architecture; that of each takes seconds to load. For the question whether any
Kconfig file knows a name, the ``config`` lines are enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptlint.source.tree import Tree, walk

_ENTRY = re.compile(
    rb"^[ \t]*(?:(?:menu)?config[ \t]+(\w+)"
    rb"|(bool|tristate|int|hex|string|def_bool|def_tristate)\b"
    rb"|(?:help|---help---)[ \t]*\r?$())",
    re.MULTILINE | re.ASCII,
)
_PROBED = re.compile(
    rb"^[ \t]*(?:(?:menu)?config[ \t]+(\w+)|(help|---help---)[ \t]*\r?$|[a-z_].*\$\((?!"
    rb"(?:ARCH|SRCARCH|SUBARCH|HEADER_ARCH|UTS_MACHINE|KERNELVERSION|srctree)\)))",
    re.MULTILINE | re.ASCII,
)
_NO_KERNEL = ("scripts/kconfig/", "tools/", "Documentation/")
"""Folders whose Kconfig files are those of other programs, or of tests of Kconfig itself."""

_OF_KERNEL = frozenset({"Documentation/Kconfig"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The first ``config`` line of a symbol in a file; *kind* is its type, "" if another entry gives it."""

    path: str
    line: int
    kind: str


def is_kconfig(path: str) -> bool:
    """Tell whether a file is a Kconfig file of the kernel, by its name."""
    if not path.rpartition("/")[2].startswith("Kconfig"):
        return False
    return path in _OF_KERNEL or not path.startswith(_NO_KERNEL)


def entries_in(text: bytes, path: str) -> dict[str, Entry]:
    """Return the symbols that a Kconfig file defines."""
    found: dict[str, Entry] = {}
    name, line, at = "", 1, 0
    for match in _ENTRY.finditer(text):
        if match[1] is not None:
            line += text.count(b"\n", at, match.start(1))
            at = match.start(1)
            name = match[1].decode()
            found.setdefault(name, Entry(path, line, ""))
        elif match[2] is not None and name and not found[name].kind:
            found[name] = Entry(path, found[name].line, match[2].decode().removeprefix("def_"))
        elif match[3] is not None:
            name = ""  # what follows is help
    return found


def probed_in(text: bytes) -> frozenset[str]:
    """Return the symbols whose entries ask the compiler or another program, as in ``$(cc-option,...)``."""
    found: set[str] = set()
    name = ""
    for match in _PROBED.finditer(text) if b"$(" in text else ():
        if match[1] is not None:
            name = match[1].decode()
        elif match[2] is not None:
            name = ""
        elif name:
            found.add(name)
    return frozenset(found)


class Definitions:
    """The symbols of one tree. Files are read when the first name is asked for."""

    def __init__(self, tree: Tree, before: Definitions | None = None, changed: frozenset[str] = frozenset()):
        """*before* is what is known of another tree that differs from this one in *changed* files only."""
        self._tree = tree
        self._before = before
        self._changed = changed
        self._files: dict[str, dict[str, Entry]] | None = None
        self._names: dict[str, Entry] | None = None

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All symbols, each with its first entry, the kind taken from whichever entry gives one."""
        if self._names is None:
            self._names = {}
            for path in sorted(self.files):
                for name, entry in self.files[path].items():
                    known = self._names.setdefault(name, entry)
                    if not known.kind and entry.kind:
                        self._names[name] = Entry(known.path, known.line, entry.kind)
        return self._names

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def kind(self, name: str) -> str:
        """Return the type of a symbol, "" if there is none."""
        entry = self.entries.get(name)
        return entry.kind if entry is not None else ""

    def places(self, name: str) -> Iterator[Entry]:
        """Yield the entries of a symbol, by path."""
        for path in sorted(self.files):
            if name in self.files[path]:
                yield self.files[path][name]

    @property
    def files(self) -> Mapping[str, Mapping[str, Entry]]:
        """The symbols that each Kconfig file defines."""
        if self._files is None:
            if self._before is None:
                paths = [path for path in walk(self._tree, "", ("",)) if is_kconfig(path)]
                self._files = {path: entries_in(self._tree.find(path) or b"", path) for path in paths}
            else:
                self._files = {path: dict(names) for path, names in self._before.files.items()}
                for path in self._changed:
                    text = self._tree.find(path) if is_kconfig(path) else None
                    self._files.pop(path, None)
                    if text is not None:
                        self._files[path] = entries_in(text, path)
        return self._files
