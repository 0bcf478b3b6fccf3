# SPDX-License-Identifier: GPL-2.0-or-later
"""The program under one configuration: which definition a name means, and who mentions it.

A name is looked up as the compiler and linker would: in the translation unit that uses it (its own file,
then its headers), else as the external definition in a unit that Kbuild compiles. Function pointers
are resolved by member: all functions that an active line of a compiled unit assigns to a member of that name
(over-approximation: members of one name in different structures are not told apart).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ptlint.program.facts import Facts
from ptlint.program.pointers import Named, Pointers
from ptlint.program.units import Units
from ptlint.syntax import ir
from ptlint.syntax.ir import Function
from ptlint.syntax.parts import names_function

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as one translation unit sees it."""

    function: Function
    unit: str

    @property
    def key(self) -> tuple[str, str]:
        """The file that holds the definition, and its name."""
        return self.function.path, self.function.name


@dataclass(slots=True)
class Answers:
    """What was asked of a program, with the answers."""

    resolved: dict[tuple[str, str], Definition | None] = field(default_factory=dict)
    targets: dict[str, tuple[Named, ...]] = field(default_factory=dict)
    held: dict[tuple[str, str], tuple[Named, ...]] = field(default_factory=dict)
    unknown: dict[tuple[str, str], bool] = field(default_factory=dict)
    parameters: dict[tuple[str, str], tuple[ir.Type, ...]] = field(default_factory=dict)
    shared: dict[tuple[str, str, str], bool] = field(default_factory=dict)  # see lifetime/storage.py
    starts: dict[tuple[str, str, str], int | None] = field(default_factory=dict)  # the same
    overlapped: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)  # the same


class Program:
    """Answers questions about names; parses nothing that nobody asked for.

    `noted` takes down the questions, where somebody wants to know on what a result rests.
    """

    def __init__(self, units: Units, facts: Facts) -> None:
        self.units = units
        self.facts = facts
        self.pointers = Pointers(units)
        self.noted: Answers | None = None
        self._resolved: dict[tuple[str, str], Definition | None] = {}
        self._external: dict[str, Definition | None] = {}
        self._macros: dict[str, tuple[str, ...]] | None = None
        self._mentions: dict[tuple[str, frozenset[str] | None, bool], tuple[Definition, ...]] = {}

    def close(self) -> None:
        """Let go of all that was opened; nothing can be asked any more."""
        self.units.close()
        for answers in (self._resolved, self._external, self._mentions):
            answers.clear()

    def aside(self, ask: Callable[[], T]) -> T:
        """Return an answer that stands for all that it rests on: none of that is taken down."""
        noted, self.noted = self.noted, None
        answer = ask()
        self.noted = noted
        return answer

    def resolve(self, name: str, unit: str) -> Definition | None:
        """Return the definition that `name` means in `unit`, or None if it has no body in this program."""
        key = (name, unit)
        if key not in self._resolved:
            found = self.units.syntax(unit).function(name)
            if found is not None and found.weak:
                strong = self.external(name)
                self._resolved[key] = (
                    strong if strong is not None and not strong.function.weak else Definition(found, unit)
                )
            elif found is not None:
                self._resolved[key] = Definition(found, unit)
            else:
                self._resolved[key] = self.external(name)
        if self.noted is not None:
            self.noted.resolved[key] = self._resolved[key]
        return self._resolved[key]

    def taken(self, name: str, unit: str, operands: list[T]) -> list[T]:
        """Return those of an assembler statement's operands that a function takes which it calls: the last.

        Those before are the assembler's own; all, where the function has no body here.
        """
        definition = self.resolve(name, unit)
        count = len(operands) if definition is None else len(definition.function.parameters)
        return operands[-count:] if 0 < count < len(operands) else operands

    def parameters(self, name: str, unit: str) -> tuple[ir.Type, ...]:
        """Return the types of the parameters of what `name` means in `unit`; none if it is not declared."""
        prototype = self.units.syntax(unit).prototype(name)
        types = () if prototype is None else prototype.parameters
        if self.noted is not None:
            self.noted.parameters[name, unit] = types
        return types

    def external(self, name: str) -> Definition | None:
        """Return the definition with external linkage of that name; a strong one before a weak one."""
        if name not in self._external:
            weak: Definition | None = None
            strong: Definition | None = None
            for path in self.units.defining(name):
                if not self.units.worth_opening(path, name):
                    continue
                found = self.units.syntax(path).function(name)
                if found is None or found.path != path or found.static:
                    continue
                if found.weak:
                    weak = weak or Definition(found, path)
                else:
                    strong = Definition(found, path)
                    break
            self._external[name] = strong or weak or self._included(name)
        return self._external[name]

    def unknown(self, name: str, unit: str) -> bool:
        """Say whether what a name means in a unit has no body here, and may do anything.

        What is defined only in files that `Units.worth_opening` leaves closed is harmless: they neither know
        of tables nor free anything. One whose file was opened and gave no body (it could not be parsed, say)
        is none of these.
        """
        paths = self.units.defining(name)
        harmless = bool(paths) and not any(self.units.worth_opening(path, name) for path in paths)
        known = not harmless and self.aside(lambda: self.resolve(name, unit)) is None
        if self.noted is not None:
            self.noted.unknown[name, unit] = known
        return known

    def _included(self, name: str) -> Definition | None:
        """Return an external definition in a .c file that a unit includes."""
        self.units.words.add(name)
        for path in self.units.headers:
            if path.endswith(".c") and name.encode() in self.units.text(path):
                for unit in self.units.seeing(path)[:1]:
                    found = self.units.syntax(unit).function(name)
                    if found is not None and found.path == path and not found.static:
                        return Definition(found, unit)
        return None

    def targets(self, member: str) -> tuple[Named, ...]:
        """Return everything that is ever assigned to a member of this name."""
        found = self.pointers.targets(member)
        if self.noted is not None:
            self.noted.targets[member] = found
        return found

    def held(self, variable: str, unit: str) -> tuple[Named, ...]:
        """Return everything that a variable is ever made to point to which a unit names so."""
        found = self.pointers.held(variable, unit)
        if self.noted is not None:
            self.noted.held[variable, unit] = found
        return found

    def mentions(
        self, name: str, also: frozenset[str] | None = None, speaking: bool = False
    ) -> tuple[Definition, ...]:
        """Return the functions whose text mentions a name, directly or through macros.

        With `also`, only those that mention one of these names, too; with `speaking`, only those in files
        that mention page-table types.
        """
        key = (name, also, speaking)
        if key not in self._mentions:
            names = self.aliases(name, 1 if speaking else 6)
            found: dict[tuple[str, str], Definition] = {}
            for path in sorted(set().union(*(self.units.mentioning(n) for n in names))):
                if speaking and not self.units.speaks(path):
                    continue
                for unit in self.units.seeing(path):
                    syntax = self.units.syntax(unit)
                    for item in syntax.defined(path, names):
                        if (path, item.name) in found:
                            continue
                        if also is not None and also.isdisjoint(item.identifiers):
                            continue
                        function = syntax.function(item.name)
                        if function is not None and function.path == path:
                            found[(path, item.name)] = Definition(function, unit)
                    break
            self._mentions[key] = tuple(found[k] for k in sorted(found))
        return self._mentions[key]

    def visible_outside(self, definition: Definition) -> bool:
        """Say whether code that is not seen may call a function: it is exported, or its address is taken.

        What a function does with the address where no path leads to in this configuration does not count.
        """
        name = definition.function.name
        exposing = [
            (path, line)
            for path in self.units.mentioning(name)
            for line in self.units.exposing(path, name)
            if self.units.is_active(path, line)
        ]
        return bool(exposing) and any(not self.dead(name, path, line) for path, line in exposing)

    def dead(self, name: str, path: str, line: int) -> bool:
        """Say whether a line is in a function that does not name another one on any path."""
        return any(
            one.function.path == path
            and one.function.line < line <= one.function.last_line
            and not names_function(one.function, name)
            for one in self.mentions(name)
        )

    def touches(self, definition: Definition, names: frozenset[str]) -> bool:
        """Say whether a function's own text calls one of the names."""
        return any(
            isinstance(i, ir.Call) and isinstance(i.callee, ir.Name) and i.callee.name in names
            for block in definition.function.blocks
            for i in block.instructions
        )

    def aliases(self, name: str, depth: int = 6) -> frozenset[str]:
        """Return the name and the macros whose bodies lead to it, through at most `depth` others."""
        names = {name}
        last = {name}
        for _ in range(depth):
            last = {
                macro
                for wanted in last
                if wanted == name or wanted not in self.facts.by_name
                for macro in self.macros().get(wanted, ())
                if macro not in names and macro not in self.facts.by_name
            }
            names |= last
        return frozenset(names)

    def macros(self) -> Mapping[str, tuple[str, ...]]:
        """Return, for each name that a macro's body calls or reads as a member, the macros that do."""
        if self._macros is None:
            index: dict[str, set[str]] = {}
            for path in (*self.units.headers, *self.units.speaking):
                for macro, used in self.units.macros(path):
                    for word in used:
                        index.setdefault(word, set()).add(macro)
            self._macros = {word: tuple(sorted(macros - {word})) for word, macros in index.items()}
        return self._macros

    def functions(self, paths: Iterable[str]) -> Iterator[tuple[str, str, frozenset[str]]]:
        """Yield (unit, name, identifiers) for every function defined in the given units' own files."""
        for path in paths:
            for item in self.units.syntax(path).defined(path):
                yield path, item.name, item.identifiers
