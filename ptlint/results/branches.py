# SPDX-License-Identifier: GPL-2.0-or-later
"""Code that no configuration compiles: branches that patches touch, and files that makefiles exclude.

The condition of a branch is what the conditionals around it in its own file, and the makefiles that list the
file, say of symbols; so what is dead by it is dead, and what is dead only by what an included file defines
stays untold. Only architectures that compile the file count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, normpath

from kconfiglib import expr_str

from ptlint.cpp.alone import Alone, Test
from ptlint.cpp.branches import Branch
from ptlint.cpp.mentions import definitions_in, is_makefile
from ptlint.kconfig.arch import Arch
from ptlint.kconfig.entries import entry_of, line_of
from ptlint.kconfig.explaining import Core, Kind, Reason, explain
from ptlint.kconfig.formula import FALSE, TRUE, And, Enabled, Formula, Is
from ptlint.kconfig.listing import Listing
from ptlint.kconfig.model import Model
from ptlint.kconfig.simplify import conjunction
from ptlint.results.claims import Claim
from ptlint.results.edits import Edit, holds
from ptlint.results.model import Status, Step
from ptlint.results.side import Side
from ptlint.source.tree import walk

_CODE = (".c", ".h", ".S")
_OTHER_PROGRAMS = ("Documentation/", "scripts/", "tools/", "samples/bpf/")
_QUOTED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
_OBJECT = re.compile(r"[\w.,+-][\w./,+-]*\.o\b")
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
        return Dead(path, branch.line, tests, listed, archs, ("branch", path, *_told(branch, tests)))

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
        needed = list(_needed(formula))
        if formula == FALSE or any(not self.side.is_defined(name) for name in needed):
            return False
        possible = [arch for arch in archs if all(self._may_define(arch, name) for name in needed)]
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

    def _may_define(self, arch: Arch, name: str) -> bool:
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

    # Reasons

    def claim(self, dead: Dead, status: Status) -> Claim:
        """Return what is to be said of something dead, with a minimal core of the reasons."""
        formulas = [dead.listed, *(test.formula for test in dead.tests)]
        arch, model, core = self._core(dead, formulas)
        steps = [Step(dead.path, dead.line, 1, "", "this is compiled under no configuration")]
        reasons: tuple[Reason, ...] = ()
        chosen = range(len(formulas))
        if core is not None:
            reasons, chosen = core.reasons, core.formulas or chosen  # type: ignore[assignment]
        for place in chosen:
            if place == 0:
                if dead.listed.symbols():
                    steps.append(self._listed_step(dead))
            else:
                test = dead.tests[place - 1]
                must = "needs" if test.holds else "needs the opposite of"
                steps.append(Step(dead.path, test.line, 1, "", f"it {must} {test.text}"))
        texts: list[str] = []
        undefined: set[str] = set()
        for reason in reasons:
            step = self._reason(reason, model, arch)
            steps.append(step)
            texts.append(step.message)
            if reason.kind is Kind.UNDEFINED and not self.side.is_defined(reason.symbol):
                undefined.add(reason.symbol)
        what = "the file" if dead.identity[0] == "file" else "the branch"
        conditions = [step.message for step in steps[1:] if step.message not in texts]
        why = "; ".join(texts) or f"its conditions exclude one another: {'; '.join(conditions)}"
        if len({one.srcarch for one in dead.archs}) > 1 and texts and arch is not None:
            why += f" (on {arch.name}; it is dead on all other architectures, too)"
        return Claim(
            path=dead.path,
            line=dead.line,
            column=1,
            fields={"what": what, "why": why},
            trace=tuple(dict.fromkeys(steps)),
            identity=dead.identity,
            status=status,
            symbols=frozenset(undefined),
            archs=tuple(one.name for one in dead.archs),
        )

    def _core(self, dead: Dead, formulas: Sequence[Formula]) -> tuple[Arch | None, Model | None, Core | None]:
        """Return a minimal core, and the architecture whose Kconfig files it is from, None if from none."""
        needed = [(place, name) for place, one in enumerate(formulas) for name in _needed(one)]
        undefined = [(place, name) for place, name in needed if not self.side.is_defined(name)]
        if undefined:
            place, name = undefined[0]
            return None, None, Core((place,), (Reason(Kind.UNDEFINED, name),))
        arch, model = self._explained(dead)
        return arch, model, explain(model, formulas, self.side.probed) if model is not None else None

    def _explained(self, dead: Dead) -> tuple[Arch | None, Model | None]:
        """Return an architecture that tells why, at best one of the run that defines what is asked for."""
        needed = list(_needed(conjunction((dead.listed, *(test.formula for test in dead.tests)))))
        asked = sorted(  # what the run asked for comes first anyway
            dead.archs, key=lambda arch: sum(not self._may_define(arch, name) for name in needed)
        )
        for arch in asked:
            model = self.side.model(arch)
            if model is not None:
                return arch, model
        return None, None

    def _listed_step(self, dead: Dead) -> Step:
        """Return the line of a makefile that lists a file."""
        folder, _, name = dead.path.rpartition("/")
        for makefile in ("Kbuild", "Makefile"):
            path = f"{folder}/{makefile}"
            text = self.side.tree.find(path)
            if text is None:
                continue
            wanted = f"{name.rpartition('.')[0]}.o".encode()
            for number, line in enumerate(text.split(b"\n"), 1):
                if wanted in line.split(b"#")[0].split():
                    return Step(path, number, 1, "", f"{dead.path} is compiled where {dead.listed}")
            return Step(path, 1, 1, "", f"{dead.path} is compiled where {dead.listed}")
        return Step(dead.path, dead.line, 1, "", f"it is compiled where {dead.listed}")

    def _reason(self, reason: Reason, model: Model | None, arch: Arch | None) -> Step:
        name = reason.symbol
        place = entry_of(model, name) if model is not None else None
        path, line = place or ("Kconfig", 1)
        match reason.kind:
            case Kind.UNDEFINED:
                others = [entry for entry in self.side.definitions.places(name)]
                if not others:
                    return Step("Kconfig", 1, 1, "", f"no Kconfig file defines {name}")
                first = others[0]
                what = f"{arch} has no {name}, which only {first.path} defines"
                if len(others) > 1:
                    what = f"{arch} has no {name}; it is defined by others, as in {first.path}"
                return Step(first.path, first.line, 1, "", what)
            case Kind.DEPENDS:
                line = line_of(model, name, "depends on", reason.text) or line if model else line
                return Step(path, line, 1, "", f"{name} depends on {reason.text}")
            case Kind.SELECT:
                line = line_of(model, name, "select", reason.text) or line if model else line
                return Step(path, line, 1, "", f"{name} selects {reason.text}")
            case Kind.CHOICE:
                return Step(
                    path, line, 1, "", f"of the choice with {name} one member is on, if it is visible"
                )
        return Step(path, line, 1, "", _decided(name, model, arch))


def _decided(name: str, model: Model | None, arch: Arch | None) -> str:
    """Return what decides a symbol, in words."""
    symbol = model.symbols.get(name) if model is not None else None
    if symbol is None or any(node.prompt for node in symbol.nodes):
        return f"{name} is as its prompt, defaults and selects allow"
    if not symbol.defaults:
        return f"{name} is on only where something selects it, on {arch}"
    values = [str(expr_str(value)) for value, _ in symbol.defaults]
    return f"{name} has no prompt, and its default is {' or '.join(dict.fromkeys(values))}"


def dead_branches(before: Side, after: Side, edits: Iterable[Edit], cone: Iterable[str]) -> list[Claim]:
    """Return what is dead after the patches where they touch it, and what they make dead or alive.

    *cone* are files in which something may have become dead by a change of Kconfig files.
    """
    edits = tuple(edits)
    now, then = Branches(after), Branches(before)
    old_paths = {edit.new_path: edit.old_path for edit in edits if edit.new_path}
    new_paths = {edit.old_path: edit.new_path for edit in edits if edit.old_path}
    found: dict[tuple[str, ...], Dead] = {}
    for edit in edits:
        for one in _touched(now, edit):
            found.setdefault(one.identity, one)
    for identity in [one for one in found if one[0] == "file" and len(one) > 2]:
        found.pop(("file", identity[2]), None)  # told where the makefile lists it
    claims: list[Claim] = []
    for one in found.values():
        old_path = old_paths.get(one.path, one.path)
        was = bool(old_path) and _is_dead(then, old_path, one)
        claims.append(now.claim(_named(one, old_path), Status.EXISTING if was else Status.NEW))
    for edit in edits:
        for one in _touched_before(then, edit):
            new_path = new_paths.get(one.path, one.path)
            if not new_path or not _is_dead(now, new_path, one):
                claims.append(then.claim(one, Status.FIXED))
    for path in cone:
        for one in _killed(then, now, path):
            if one.identity not in found:
                found[one.identity] = one
                claims.append(now.claim(one, Status.NEW))
    return claims


def _killed(then: Branches, now: Branches, path: str) -> Iterator[Dead]:
    """Yield the branches of a file that were alive on an architecture of the run, and are dead on all."""
    if then.side.tree.find(path) is None or now.side.tree.find(path) is None:
        return
    killed: set[Branch] = set()
    for branch in _outermost(now, path):
        if branch.parent in killed:
            killed.add(branch)
            continue
        near = now.dead(path, branch, nearby=True)
        if near is None:
            continue
        was = [then.dead(path, twin, nearby=True) for twin in _twin(then, path, near)]
        if was and all(one is None for one in was):
            dead = now.dead(path, branch)
            if dead is not None:
                killed.add(branch)
                yield dead


def _named(dead: Dead, old_path: str) -> Dead:
    """Return something dead by the name that its file had in the base."""
    if not old_path or old_path == dead.path:
        return dead
    identity = (dead.identity[0], old_path, *dead.identity[2:])
    return Dead(dead.path, dead.line, dead.tests, dead.listed, dead.archs, identity)


def _is_code(path: str) -> bool:
    return path.endswith(_CODE) and not path.startswith(_OTHER_PROGRAMS)


def _touched(side: Branches, edit: Edit) -> Iterator[Dead]:
    """Yield what is dead in the lines that patches bring to a file."""
    path = edit.new_path
    if is_makefile(path) and not path.startswith(_OTHER_PROGRAMS):
        yield from _built(side, edit)
    elif path and _is_code(path) and (edit.brought or edit.seams):
        first = edit.brought[0][0] if edit.brought else edit.seams[0]
        whole = side.dead_file(path, first)
        if whole is not None:
            yield whole
        else:
            yield from _all(side, path, edit)


def _touched_before(side: Branches, edit: Edit) -> Iterator[Dead]:
    """Yield what was dead in the lines that patches take away."""
    if edit.old_path and _is_code(edit.old_path) and edit.taken and not edit.whole:
        whole = side.dead_file(edit.old_path, edit.taken[0][0])
        if whole is not None:
            yield whole
        else:
            for branch in _outermost(side, edit.old_path):
                if any(_meets(branch, first, last) for first, last in edit.taken):
                    dead = side.dead(edit.old_path, branch)
                    if dead is not None:
                        yield dead


def _all(side: Branches, path: str, edit: Edit) -> Iterator[Dead]:
    """Yield the dead branches of a file that patches touch, no inner one of a dead one."""
    dead: set[Branch] = set()
    for branch in _outermost(side, path):
        if branch.parent in dead:
            dead.add(branch)
            continue
        if not (
            any(_meets(branch, first, last) for first, last in edit.brought)
            or any(_meets(branch, at, at) for at in edit.seams)
        ):
            continue
        found = side.dead(path, branch)
        if found is not None:
            dead.add(branch)
            yield found


def _outermost(side: Branches, path: str) -> Iterator[Branch]:
    """Yield the branches of a file, outer ones before inner ones."""
    chains = side.file(path).branches.chains
    for chain in sorted(chains, key=lambda one: (one.first_line, -one.last_line)):
        yield from chain.branches


def _meets(branch: Branch, first: int, last: int) -> bool:
    """Tell whether some lines are of a branch: its text, its directive, or one before it in its chain."""
    if first <= branch.last and last >= branch.line:
        return True
    return any(first <= elder.line <= last for elder in branch.elders)


def _built(side: Branches, edit: Edit) -> Iterator[Dead]:
    """Yield the files that a makefile lists, in lines that patches bring, for no configuration."""
    folder = dirname(edit.new_path)
    for number, line in enumerate(edit.new.split(b"\n"), 1):
        if not holds(edit.brought, number):
            continue
        for name in _OBJECT.findall(line.split(b"#")[0].decode("utf-8", "replace")):
            for suffix in (".c", ".S"):
                path = normpath(f"{folder}/{name[:-2]}{suffix}")
                if side.side.tree.find(path) is not None:
                    dead = side.dead_file(path, 1)
                    if dead is not None:
                        yield Dead(
                            edit.new_path, number, (), dead.listed, dead.archs, ("file", edit.new_path, path)
                        )


def _twin(side: Branches, path: str, dead: Dead) -> Iterator[Branch]:
    """Yield the branches of a file that stand in the same conditionals."""
    wanted = dead.identity[2:]
    for branch in _outermost(side, path):
        if _told(branch, side.file(path).tests(branch)) == wanted:
            yield branch


def _told(branch: Branch, tests: Iterable[Test]) -> tuple[str, ...]:
    """Return the conditionals that a branch stands in, in words that say which branch it is."""
    told = (f"{'' if test.holds else 'not '}{test.text}" for test in tests)
    return (*told, "#else" if branch.test is None else "")


def _is_dead(side: Branches, path: str, dead: Dead) -> bool:
    """Tell whether the same thing is dead on the other side."""
    if dead.identity[0] == "file":
        target = dead.identity[2] if len(dead.identity) > 2 else path
        return side.side.tree.find(target) is not None and side.dead_file(target, 1) is not None
    if side.side.tree.find(path) is None:
        return False
    if side.dead_file(path, 1) is not None:
        return True
    return any(side.dead(path, branch) is not None for branch in _twin(side, path, dead))


def _needed(formula: Formula) -> Iterator[str]:
    """Yield symbols that must be on for a formula to be true."""
    for part in formula.parts if isinstance(formula, And) else (formula,):
        if isinstance(part, Enabled) or (isinstance(part, Is) and part.value != "n"):
            yield part.symbol
