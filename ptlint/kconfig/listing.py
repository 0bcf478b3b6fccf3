# SPDX-License-Identifier: GPL-2.0-or-later
"""Under which configurations Kbuild compiles a file, read from the text of the makefiles.

`ptlint.kconfig.kbuild` tells it for one configuration and exactly; this is for all of them at once. Read are
lists of the form ``obj-$(CONFIG_X) += a.o b/``, composite objects, and ifdef, ifndef, ifeq and ifneq of one
symbol. What else stands around a list is left out, so a formula may hold where the file is not compiled.
"""

import re
from collections.abc import Iterator
from posixpath import dirname
from typing import Final

from ptlint.kconfig.formula import FALSE, TRUE, Enabled, Formula, Is
from ptlint.kconfig.simplify import conjunction, disjunction, negation
from ptlint.source.tree import Tree

_LIST: Final = re.compile(r"([\w./-]+?)-(y|m|objs|\$[({]CONFIG_(\w+)[)}])\s*[:+?]*=\s*(.*)")
_TEST: Final = re.compile(r"(ifdef|ifndef|ifeq|ifneq|else|endif)\b\s*(.*)")
_COMPARED: Final = re.compile(
    r"\(\$[({]CONFIG_(\w+)[)}]\s*,\s*(\w*)\)|\"\$[({]CONFIG_(\w+)[)}]\"\s*\"(\w*)\""
)
_DEFINED: Final = re.compile(r"CONFIG_(\w+)\s*$")
_REFERENCE: Final = re.compile(r"\$[({]([\w./-]+)-[ym][)}]")
_BITS: Final = re.compile(r"\$[({]BITS[)}]")
_DEEPEST: Final = 20


class Listing:
    """The makefiles of a tree as texts; each is read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._lists: dict[str, dict[str, list[tuple[str, Formula]]]] = {}

    def compiled(self, path: str) -> Formula:
        """Return where a .c file is compiled into the kernel or a module. One that no list has: always."""
        stem = path.rpartition(".")[0]
        directory, name = dirname(stem), stem.rpartition("/")[2]
        own = self._listed(directory, f"{name}.o", 0)
        return conjunction((TRUE if own is None else own, self._reached(directory)))

    def _reached(self, directory: str) -> Formula:
        """Return where Kbuild goes down into a directory."""
        parts: list[Formula] = []
        while directory:
            above = dirname(directory)
            found = self._listed(above, f"{directory[len(above) :].strip('/')}/", 0)
            if found is not None:
                parts.append(found)
            directory = above
        return conjunction(parts)

    def _listed(self, directory: str, word: str, depth: int) -> Formula | None:
        """Return where some list that counts has a word, None if none has it."""
        found = self._read(directory).get(word)
        if found is None or depth > _DEEPEST:
            return None
        parts: list[Formula] = []
        for variable, where in found:
            if variable not in ("obj", "lib", "core", "libs", "drivers"):
                outer = self._listed(directory, f"{variable}.o", depth + 1) or self._listed(
                    directory, f"$({variable})", depth + 1
                )
                where = conjunction((where, TRUE if outer is None else outer))
            parts.append(where)
        return disjunction(parts)

    def _read(self, directory: str) -> dict[str, list[tuple[str, Formula]]]:
        known = self._lists.get(directory)
        if known is None:
            known = self._lists[directory] = {}
            for name in ("Kbuild", "Makefile"):
                text = self._tree.find(f"{directory}/{name}" if directory else name)
                if text is not None:
                    self._lines(text.decode("utf-8", "replace"), known)
                    break
        return known

    def _lines(self, text: str, known: dict[str, list[tuple[str, Formula]]]) -> None:
        tests: list[Formula] = []
        for line in text.replace("\\\n", " ").split("\n"):
            stripped = line.split("#", 1)[0].strip()
            if test := _TEST.match(stripped):
                _branch(test[1], test[2], tests)
            elif found := _LIST.match(stripped):
                where = conjunction((Enabled(found[3]) if found[3] else TRUE, *tests))
                if where == FALSE:
                    continue
                entry = (found[1], where)
                for reference in _REFERENCE.findall(found[4]):
                    known.setdefault(f"$({reference})", []).append(entry)
                for word in found[4].split():
                    for one, width in _widths(word):
                        known.setdefault(one, []).append((found[1], conjunction((where, width))))


def _widths(word: str) -> Iterator[tuple[str, Formula]]:
    """Yield what a word of a list is, with where: the makefiles of the architectures define BITS."""
    if _BITS.search(word):
        yield _BITS.sub("64", word), Enabled("64BIT")
        yield _BITS.sub("32", word), negation(Enabled("64BIT"))
    else:
        yield word, TRUE


def _branch(word: str, rest: str, tests: list[Formula]) -> None:
    if word == "endif":
        if tests:
            tests.pop()
    elif word == "else":
        if tests and tests[-1] != TRUE:
            tests[-1] = negation(tests[-1])
        if tests and (chained := _TEST.match(rest)):
            further: list[Formula] = []
            _branch(chained[1], chained[2], further)
            tests[-1] = conjunction((tests[-1], *further))
    else:
        tests.append(_holds(word, rest))


def _holds(word: str, rest: str) -> Formula:
    """Return where a test of a makefile holds; TRUE if it is none of one symbol."""
    if word in ("ifdef", "ifndef"):
        defined = _DEFINED.match(rest)
        where: Formula = Enabled(defined[1]) if defined else TRUE
    else:
        compared = _COMPARED.match(rest)
        if compared is None:
            return TRUE
        symbol, wanted = compared[1] or compared[3], compared[2] or compared[4] or ""
        if wanted not in ("", "y", "m", "n"):
            return TRUE
        where = Is(symbol, wanted) if wanted in ("y", "m") else negation(Enabled(symbol))
    return negation(where) if word in ("ifndef", "ifneq") and where != TRUE else where
