# SPDX-License-Identifier: GPL-2.0-or-later
"""Which dead code a patch is told of: what it touches, and what it makes dead or alive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname, normpath

from ptlint.cpp.branches import Branch
from ptlint.cpp.mentions import is_makefile
from ptlint.results.branches import Branches, Dead, told
from ptlint.results.claims import Claim
from ptlint.results.edits import Edit, holds
from ptlint.results.model import Status
from ptlint.results.reasons import Reasons
from ptlint.results.side import Side

_CODE = (".c", ".h", ".S")
_OTHER_PROGRAMS = ("Documentation/", "scripts/", "tools/", "samples/bpf/")
_OBJECT = re.compile(r"[\w.,+-][\w./,+-]*\.o\b")


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
        claims.append(Reasons(now).claim(_named(one, old_path), Status.EXISTING if was else Status.NEW))
    for edit in edits:
        for one in _touched_before(then, edit):
            new_path = new_paths.get(one.path, one.path)
            if not new_path or not _is_dead(now, new_path, one):
                claims.append(Reasons(then).claim(one, Status.FIXED))
    for path in cone:
        for one in _killed(then, now, path):
            if one.identity not in found:
                found[one.identity] = one
                claims.append(Reasons(now).claim(one, Status.NEW))
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
        if told(branch, side.file(path).tests(branch)) == wanted:
            yield branch


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
