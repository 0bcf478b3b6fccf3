# SPDX-License-Identifier: GPL-2.0-or-later
"""Code that no configuration compiles: branches, and files that makefiles exclude.

The condition of a branch is what the conditionals around it in its own file, and the makefiles that list the
file, say of symbols; so what is dead by it is dead, and what is dead only by what an included file defines
stays untold. Only architectures that compile the file count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, normpath

from ptlint.cpp.alone import Alone, Test
from ptlint.cpp.branches import Branch
from ptlint.cpp.mentions import definitions_in
from ptlint.kconfig.arch import Arch
from ptlint.kconfig.explaining import Kind, Reason, explain
from ptlint.kconfig.formula import FALSE, TRUE, And, Enabled, Formula, Is
from ptlint.kconfig.listing import Listing
from ptlint.kconfig.simplify import conjunction
from ptlint.results.side import Side
from ptlint.source.tree import walk

_QUOTED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
_MOST_HEADERS = 40
"""Headers beside a file that are looked at for symbols that they redefine."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A branch, or with *branch* None a whole file, that is compiled under no configuration."""

    path: str
    line: int
    tests: tuple[Test, ...]
    listed: Formula
    archs: tuple[Arch, ...]  # that compile the file
    identity: tuple[str, ...]


class Branches:
    """The branches of the files of one side."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._listing = Listing(side.tree)
        self._files: dict[str, Alone] = {}
        self._borrowed: dict[tuple[str, tuple[bytes, ...]], bool] = {}

    def file(self, path: str) -> Alone:
        """Return the branches of a file."""
        if path not in self._files:
            text = self.side.tree.find(path) or b""
            self._files[path] = Alone(text, path, self.side.kind, frozenset(self._own(path)))
        return self._files[path]

    def dead_file(self, path: str, line: int) -> Dead | None:
        """Return that a whole file is never compiled, None if it may be; *line* is where to tell it."""
        listed = self._listed(path)
        archs = self._compiling(path)
        if self._may_hold(listed, archs):
            return None
        return Dead(path, line, (), listed, archs, ("file", path))

    def dead(self, path: str, branch: Branch, nearby: bool = False) -> Dead | None:
        """Return that a branch is never compiled, None if it may be.

        If *nearby*, only the architectures of the run are asked.
        """
        file = self.file(path)
        tests = file.tests(branch)
        if not any(test.formula.symbols() for test in tests):
            return None
        listed = self._listed(path)
        archs = self._compiling(path)
        asked = [one for one in archs if one.name in self.side.asked] if nearby else archs
        if self._may_hold(conjunction((listed, *(test.formula for test in tests))), asked):
            return None
        return Dead(path, branch.line, tests, listed, archs, ("branch", path, *told(branch, tests)))

    def _listed(self, path: str) -> Formula:
        return self._listing.compiled(path) if path.endswith((".c", ".S")) else TRUE

    def _own(self, path: str) -> Iterator[str]:
        """Yield the symbols that a file, or a header beside it that it includes, redefines."""
        waiting, seen = [path], {path}
        while waiting and len(seen) < _MOST_HEADERS:
            here = waiting.pop()
            text = self.side.tree.find(here)
            if text is None:
                continue
            yield from definitions_in(text, here)
            for match in _QUOTED.finditer(text):
                beside = normpath(f"{dirname(here)}/{match[1].decode('utf-8', 'replace')}")
                if beside not in seen:
                    seen.add(beside)
                    waiting.append(beside)

    # Configurations

    def _may_hold(self, formula: Formula, archs: Sequence[Arch]) -> bool:
        """Tell whether some configuration has a formula; those of the run's architectures are asked first."""
        if formula == TRUE:
            return True
        if self.side.is_shown(formula, [arch.name for arch in archs]):
            return True
        needed = list(needed_by(formula))
        if formula == FALSE or any(not self.side.is_defined(name) for name in needed):
            return False
        possible = [arch for arch in archs if all(self.may_define(arch, name) for name in needed)]
        for place, arch in enumerate(possible):
            if self.side.feasible(formula, arch):
                return True
            if not place and len(possible) > 1 and self._is_general(formula, arch):
                return False
        return False

    def _is_general(self, formula: Formula, arch: Arch) -> bool:
        """Tell whether what excludes a formula on one architecture does so on all.

        So it is if it follows from dependencies and selects that all architectures read from the same lines.
        """
        model = self.side.model(arch)
        core = explain(model, [formula], self.side.probed) if model is not None else None
        return core is not None and all(self._is_shared(reason) for reason in core.reasons)

    def _is_shared(self, reason: Reason) -> bool:
        places = [place.path for place in self.side.definitions.places(reason.symbol)]
        if len(places) != 1 or (places[0].startswith("arch/") and places[0].count("/") > 1):
            return False
        if reason.kind is Kind.DEPENDS:
            return reason.symbol not in self.side.selected
        if reason.kind is Kind.SELECT:
            return places == [place.path for place in self.side.definitions.places(reason.text)]
        return False

    def may_define(self, arch: Arch, name: str) -> bool:
        """Tell whether the Kconfig files of an architecture may define a symbol, by where its entries are."""
        folders = [place.path.split("/") for place in self.side.definitions.places(name)]
        if not folders or any(parts[0] != "arch" or len(parts) < 3 for parts in folders):
            return True
        return any(parts[1] in (arch.srcarch, arch.header_arch) for parts in folders)

    def _compiling(self, path: str) -> tuple[Arch, ...]:
        """Return the architectures that may compile a file, those of the run first."""
        every = self.side.archs()
        parts = path.split("/")
        if parts[0] != "arch" or len(parts) < 3:
            return every
        return tuple(arch for arch in every if self._compiles(arch, path, parts[1]))

    def _compiles(self, arch: Arch, path: str, folder: str) -> bool:
        """Tell whether an architecture may compile a file below arch/."""
        if folder == arch.srcarch:
            return not any(
                path.startswith(f"arch/{folder}/{other.srcarch}/")
                for other in self.side.archs()
                if other.header_arch == folder and other.srcarch != folder
            )
        if folder == arch.header_arch:
            own = f"arch/{folder}/{arch.srcarch}"
            if path.endswith(".h") or path.startswith(f"{own}/"):
                return True
            stem = path.rpartition(".")[0].removeprefix(f"arch/{folder}/")
            return f"../{stem}.o".encode() in (self.side.tree.find(f"{own}/Makefile") or b"")
        return self._borrows(arch.srcarch, path)

    def _borrows(self, folder: str, path: str) -> bool:
        """Tell whether makefiles or headers of one architecture name a file of another one, or its folder."""
        above = dirname(path.removeprefix("arch/"))
        wanted = (f"../{above}/".encode(), f"arch/{above}/".encode())
        if path.endswith(".h"):
            wanted = (f"../{path.removeprefix('arch/')}".encode(), path.encode())
        key = (folder, wanted)
        if key not in self._borrowed:
            self._borrowed[key] = any(
                one in text
                for name in walk(self.side.tree, f"arch/{folder}", ("Makefile", "Kbuild", ".h", ".c"))
                if not name.endswith(".c") or path.endswith(".h")
                if (text := self.side.tree.find(name) or b"")
                for one in wanted
            )
        return self._borrowed[key]


def told(branch: Branch, tests: Iterable[Test]) -> tuple[str, ...]:
    """Return the conditionals that a branch stands in, in words that say which branch it is."""
    tests_told = (f"{'' if test.holds else 'not '}{test.text}" for test in tests)
    return (*tests_told, "#else" if branch.test is None else "")


def needed_by(formula: Formula) -> Iterator[str]:
    """Yield symbols that must be on for a formula to be true."""
    for part in formula.parts if isinstance(formula, And) else (formula,):
        if isinstance(part, Enabled) or (isinstance(part, Is) and part.value != "n"):
            yield part.symbol
