# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that touch what a fact stands for: the engine goes by the fact, and does not see the change.

Functions and macros are told apart by their text alone, as a patch may touch any file, compiled or not.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from ptlint.program.bodies import Source, listed
from ptlint.program.facts import load_facts
from ptlint.results.model import Gap, Status
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import Tree

_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_FUNCTION = re.compile(
    rb"^[A-Za-z_][^\n;{}()=#]*?\b(\w+)[ \t]*\([^;{}]*\)[^;{}=()]*\{.*?^\}", re.MULTILINE | re.DOTALL
)

_CONDITIONAL = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b(?:[^\\\n]|\\\n|\\.)*", re.MULTILINE
)
_Around = tuple[str, ...]
_CONTINUED = re.compile(rb"\\\n")
_OBJECT = re.compile(rb"([\w-]+)\.o\b")
_MAKEFILES = ("Makefile", "Kbuild")


@functools.cache
def fact_names() -> frozenset[str]:
    """Return the names that the shipped facts stand for."""
    return frozenset(load_facts(sorted((shipped_folder() / "facts").glob("*.toml"))).by_name)


def touched(before: Tree, after: Tree, paths: Iterable[str], names: frozenset[str]) -> Iterator[Gap]:
    """Yield a gap for each function or macro of these names whose text differs between two trees."""
    for path in paths:
        old = _bodies(before.find(path) or b"", names)
        new = _bodies(after.find(path) or b"", names)
        for name in sorted(old.keys() | new.keys()):
            texts, lines = new.get(name, ((), (1,)))
            if texts != old.get(name, ((), ()))[0]:
                reason = "touched, but the analysis goes by a fact of this name, not by its text"
                yield Gap(path, lines[0], name, reason, Status.NEW)


def removed_functions(
    before: Tree, after: Tree, paths: Iterable[str], known: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return what fewer configurations may have than before, or with other arguments, and what is *known* of.

    They are gone from all files, or have come under other conditionals or into another file, or a makefile
    speaks otherwise of the object that has them. Those that are back count no more. In headers declarations
    count as well.
    """
    old: dict[str, set[_Around]] = {}
    new: dict[str, set[_Around]] = {}
    moved: set[str] = set()
    for path in paths:
        texts = before.find(path) or b"", after.find(path) or b""
        if path.endswith((".c", ".h")):
            for names, text in zip((old, new), texts, strict=True):
                for name, around in _guards(Source(path, text)):
                    names.setdefault(name, set()).add((path, *around))
        elif path.rpartition("/")[2] in _MAKEFILES:
            for name in _listed_otherwise(*texts):
                unit = f"{path.rpartition('/')[0]}/{name}.c"
                moved.update(Source(unit, after.find(unit) or b"").external())
    moved.update(name for name, around in new.items() if old.get(name, around) != around)
    back = new.keys() - old.keys()
    return tuple(sorted((set(known) - back) | (old.keys() - new.keys()) | moved))


def changed_functions(before: Tree, after: Tree, paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the functions, by file and name, that are new or have another text, directives and all."""
    changed: set[tuple[str, str]] = set()
    for path in paths:
        if path.endswith((".c", ".h")):
            old, new = (_texts(Source(path, tree.find(path) or b"")) for tree in (before, after))
            changed.update((path, name) for name, text in new.items() if old.get(name) != text)
    return tuple(sorted(changed))


def _texts(source: Source) -> dict[str, list[bytes]]:
    """Return the functions of a file, each with all its definitions."""
    lines = source.raw.split(b"\n")
    found: dict[str, list[bytes]] = {}
    for body in source.functions():
        found.setdefault(body.name, []).append(b"\n".join(lines[body.line - 1 : body.last_line]))
    return found


def _guards(source: Source) -> Iterator[tuple[str, _Around]]:
    """Yield the functions of a file, with the conditionals around each definition and what it takes."""
    stacks = _stacks(source.raw)
    lines = [line for line, _ in stacks]
    heads = [(body.name, body.line, body.text) for body in source.functions()]
    if source.path.endswith(".h"):
        heads = [(name, *head) for name in source.defined for head in source.heads(name)]
    for name, line, text in heads:
        taken = len(listed(text, text.find(b"(", text.find(name.encode()))))
        yield name, (*stacks[bisect_right(lines, line) - 1][1], str(taken))


def _stacks(text: bytes) -> list[tuple[int, _Around]]:
    """Return the conditionals around the lines of a text: from each of these lines on, until the next one."""
    found: list[tuple[int, _Around]] = [(0, ())]
    stack: list[str] = []
    for match in _CONDITIONAL.finditer(text):
        words = b" ".join(match[0].split()).decode("utf-8", "replace")
        if match[1].startswith(b"if"):
            stack.append(words)
        elif match[1] == b"endif":
            stack = stack[:-1]
        elif stack:
            stack[-1] += f"\n{words}"
        found.append((text.count(b"\n", 0, match.start()) + 1, tuple(stack)))
    return found


def _listed_otherwise(old: bytes, new: bytes) -> set[str]:
    """Return the names of objects on the lines that a makefile has only before or only after."""
    logical = [
        {b" ".join(line.split()) for line in _CONTINUED.sub(b" ", text).splitlines()} for text in (old, new)
    ]
    return {name.decode() for line in logical[0] ^ logical[1] for name in _OBJECT.findall(line)}


def _bodies(text: bytes, names: frozenset[str]) -> dict[str, tuple[tuple[bytes, ...], tuple[int, ...]]]:
    """Return the definitions of the names, without regard to white space, and their lines."""
    found: dict[str, tuple[tuple[bytes, ...], tuple[int, ...]]] = {}
    for pattern in (_MACRO, _FUNCTION):
        for match in pattern.finditer(text):
            name = match[1].decode()
            if name in names:
                texts, lines = found.get(name, ((), ()))
                line = text.count(b"\n", 0, match.start(1)) + 1
                found[name] = ((*texts, b" ".join(match[0].split())), (*lines, line))
    return found
