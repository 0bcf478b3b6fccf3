# SPDX-License-Identifier: GPL-2.0-or-later
"""The translation units that Kbuild compiles, and a text index over them and their headers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.kbuild import Kbuild
from ptlint.program.texts import Texts
from ptlint.source.tree import NotingTree, Tree
from ptlint.syntax.unit import SyntaxCache, UnitSyntax


class Units:
    """Lazily opened units of one configuration.

    `compiled` are the units; `speaking` those that mention a page-table type; `headers` what these include.
    Names are looked for among the files' words, which `texts` keeps. It may be shared with other trees and
    configurations, as *cache* may.
    """

    def __init__(
        self,
        tree: Tree,
        kbuild: Kbuild,
        preprocessor: Preprocessor,
        compiled: Iterable[str],
        kept: frozenset[str],
        noreturn: frozenset[str],
        vocabulary: Iterable[str],
        ending: Iterable[str],
        cache: SyntaxCache | None = None,
        texts: Texts | None = None,
        idle: frozenset[str] = frozenset(),
    ) -> None:
        self.tree = tree
        self.words: set[str] = set()  # that all texts were searched for
        self.names: set[str] = set()  # of which all texts were asked whether they define them
        self._searched = tree.searched if isinstance(tree, NotingTree) else tree
        self.kbuild = kbuild
        self.preprocessor = preprocessor
        self.compiled = tuple(compiled)
        self._known = frozenset(self.compiled)
        self.kept = kept
        self.idle = idle
        self.noreturn = noreturn
        self.cache = cache or SyntaxCache()
        self._texts = texts or Texts()
        self._syntax: dict[str, UnitSyntax] = {}
        self._mentioning: dict[str, tuple[str, ...]] = {}
        self._defining: dict[str, tuple[str, ...]] = {}
        self._worth: dict[tuple[str, str], bool] = {}
        self._complete = False
        self._indexed = False
        self._seeing: dict[str, tuple[str, ...]] = {}
        self._ending = tuple(n.encode() for n in sorted(ending))
        self._numbers = {p: self._number(p) for p in self.compiled}
        self.vocabulary = tuple(sorted(vocabulary))
        self.speaking = tuple(p for p in self.compiled if self._has_vocabulary(p))
        self._speaks = frozenset(self.speaking)
        headers: dict[str, None] = {}
        for unit in self.speaking:
            headers.update(dict.fromkeys(f for f in self.syntax(unit).unit.files if f not in self._known))
        self.headers = tuple(sorted(h for h in headers if self.tree.find(h) is not None))

    def close(self) -> None:
        """Let go of the units that were opened, without waiting for a garbage collector."""
        for syntax in self._syntax.values():
            syntax.close()
        self._syntax.clear()
        self.preprocessor.close()

    def text(self, path: str) -> bytes:
        """Return a file's bytes (empty if it is gone), to be searched for `words` and `names`."""
        return self._searched.find(path) or b""

    def syntax(self, unit: str) -> UnitSyntax:
        """Return the unit's syntax, opening it on first use."""
        known = self._syntax.get(unit)
        if known is None:
            module = self.kbuild.built(unit) == "m"
            known = UnitSyntax(
                self.preprocessor.unit(unit, module=module),
                self.preprocessor,
                self.kept,
                self.noreturn,
                self.cache,
                self.idle,
            )
            self._syntax[unit] = known
        return known

    def mentioning(self, name: str) -> tuple[str, ...]:
        """Return the compiled units and headers whose text has a name."""
        if name not in self._mentioning:
            self.words.add(name)
            numbers = self._all_numbers()
            having = self._texts.having(name)
            if having is None:
                wanted = name.encode()
                found = tuple(p for p in numbers if wanted in self.text(p))
            else:
                files = set(having)
                found = tuple(p for p, number in numbers.items() if number in files)
            self._mentioning[name] = found
        return self._mentioning[name]

    def defining(self, name: str) -> tuple[str, ...]:
        """Return the compiled units that may define an external function."""
        numbers = self._all_numbers()
        if not self._indexed:
            self._indexed = True
            for path in self.compiled:
                self._texts.index_definitions(numbers[path], partial(self.text, path))
        known = self._defining.get(name)
        if known is None:
            self.names.add(name)
            found = self._texts.defining(name)
            known = tuple(p for p in self.compiled if numbers[p] in found) if found else ()
            self._defining[name] = known
        return known

    def _all_numbers(self) -> dict[str, int]:
        """Return all units and headers with their numbers among the texts."""
        if not self._complete:
            self._complete = True
            for path in self.headers:
                self._numbers[path] = self._number(path)
        return self._numbers

    def number(self, path: str) -> int:
        """Return the number of a file among the texts."""
        known = self._numbers.get(path)
        return self._number(path) if known is None else known

    def _number(self, path: str) -> int:
        return self._texts.number(self._searched.digest(path) or "", partial(self.text, path))

    def _has_vocabulary(self, path: str) -> bool:
        """Say whether a file's text has the name of a page-table type."""
        number = self.number(path)
        return any(self._texts.has(number, name) for name in self.vocabulary)

    def speaks(self, path: str) -> bool:
        """Say whether a file mentions a page-table type."""
        return path in self._speaks or (path not in self._known and self._has_vocabulary(path))

    def worth_opening(self, path: str, name: str) -> bool:
        """Say whether a definition elsewhere may matter: its file mentions page tables, or its text frees.

        What is left out hands a page on at most: it can neither know a table nor end one itself.
        """
        if path in self._speaks or path in self._syntax:
            return True
        known = self._worth.get((path, name))
        if known is None:
            known = self._texts.ending(self.number(path), name, self._ending, partial(self.text, path))
            self._worth[path, name] = known
        return known

    def macros(self, path: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """Return the macros of a file, each with the names that its body calls or reads as a member."""
        return self._texts.macros(self.number(path), partial(self.text, path))

    def exposing(self, path: str, name: str) -> tuple[int, ...]:
        """Return the lines of a file that export a function or take its address."""
        return self._texts.exposing(self.number(path), name, partial(self.text, path))

    def assigning(self, path: str, member: str) -> tuple[tuple[str, int], ...]:
        """Return what a file assigns to a member of this name, each with its line."""
        return self._texts.assigning(self.number(path), member, partial(self.text, path))

    def storing(self, path: str, variable: str) -> tuple[tuple[str, int], ...]:
        """Return what a file makes a variable of this name point to, each with its line."""
        return self._texts.storing(self.number(path), variable, partial(self.text, path))

    def holding(self, path: str, name: str) -> tuple[tuple[str, int], ...]:
        """Return the members and variables that a file makes point to a function, each with its line."""
        return self._texts.holding(self.number(path), name, partial(self.text, path))

    def seeing(self, path: str) -> tuple[str, ...]:
        """Return units that include a file; a unit sees itself."""
        if path in self._known:
            return (path,)
        if path not in self._seeing:
            opened = [u for u, s in self._syntax.items() if path in s.unit.files]
            self._seeing[path] = tuple(opened)
            if not opened:
                stem = path.rsplit("/", 1)[-1].encode()
                self.words.add(stem.decode())
                for unit in self.compiled:
                    if stem in self.text(unit) and path in self.syntax(unit).unit.files:
                        self._seeing[path] = (unit,)
                        break
        return self._seeing[path]

    def is_active(self, path: str, line: int) -> bool:
        """Say whether a line of a unit, or of a header that one includes, is compiled.

        Of a header that is in no unit in view any line may be.
        """
        return all(
            any(first <= line <= last for first, last in self.syntax(unit).unit.active(path))
            for unit in self.seeing(path)[:1]
        )
