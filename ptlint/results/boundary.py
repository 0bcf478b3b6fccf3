# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches that touch what a fact stands for: the engine goes by the fact, and does not see the change.

Functions and macros are told apart by their text alone, as a patch may touch any file, compiled or not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from ptlint.program.bodies import Source
from ptlint.program.facts import load_facts
from ptlint.results.model import Gap, Status
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import Tree

_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_FUNCTION = re.compile(
    rb"^[A-Za-z_][^\n;{}()=#]*?\b(\w+)[ \t]*\([^;{}]*\)[^;{}=()]*\{.*?^\}", re.MULTILINE | re.DOTALL
)


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
    """Return the functions that .c files define before and not after, in any branch, and those *known* of."""
    gone = set(known)
    come: set[str] = set()
    for path in paths:
        if path.endswith(".c"):
            gone.update(Source(path, before.find(path) or b"").external())
            come.update(Source(path, after.find(path) or b"").external())
    return tuple(sorted(gone - come))


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
