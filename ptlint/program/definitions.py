# SPDX-License-Identifier: GPL-2.0-or-later
"""What functions call that one configuration does not declare, does not define, or declares otherwise.

Declarations and numbers of arguments are known from the lowering (`ptlint.syntax.ir.Unmatched`). A
definition is missing only if there is one in other configurations, or if it was there before (`removed`):
what assembler, linker scripts or macros make, and what is never meant to be called, has none to be seen.

Under-approximates: what a unit might declare through a header that was not found, or by pasting names
together, counts as declared; so does what was a macro at some time. A function that other configurations
define is looked for in the files that speak of page tables and in those beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ptlint.cpp.tokens import Macro
from ptlint.kconfig.formula import TRUE, Formula
from ptlint.kconfig.simplify import conjunction, disjunction
from ptlint.program.bodies import Body, Sources
from ptlint.program.conditions import Condition, Slice
from ptlint.program.declared import Declared
from ptlint.program.program import Definition, Program
from ptlint.program.reach import Reach
from ptlint.program.texts import text_words
from ptlint.syntax import ir
from ptlint.syntax.ir import Place, Unmatched
from ptlint.syntax.records import Prototype

_BUILTIN: Final = ("__builtin_", "__sync_", "__atomic_")
_SHORTEST_PIECE: Final = 3
_MOST_FILES: Final = 24
_MOST_NAMES: Final = 16
_IN_WORD: Final = re.compile(rb"\w")
_INVOKED: Final = re.compile(rb"^([A-Za-z_]\w*)[ \t]*\(", re.M)
_ALIASES: Final = re.compile(rb"\balias\w*\s*\(")
_BODY: Final = re.compile(rb"\s*\([^;{}]*\)[\s\\]*\{")
_ALIAS: Final = re.compile(rb"\balias")
_MARKS: Final = (b"EXPORT_SYMBOL", b"NOKPROBE_SYMBOL", b"ALLOW_ERROR_INJECTION", b"BTF_ID")
"""Macros at file scope that name a function and do not define it."""


class Lack(StrEnum):
    """What is missing of a function or macro that is called."""

    DECLARATION = "declaration"
    DEFINITION = "definition"
    ARGUMENTS = "arguments"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a name is defined or declared, here or in other configurations."""

    path: str
    line: int
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A call that something is missing for."""

    lack: Lack
    callee: str
    place: Place
    function: str
    path: str  # of the function
    where: Formula = TRUE  # in which configurations it does, by the text
    given: int = 0  # arguments
    elsewhere: tuple[Elsewhere, ...] = ()


def conditions_of(lacking: Iterable[Lacking]) -> Iterator[Condition]:
    """Yield where something lacks, to be looked at both ways."""
    for one in lacking:
        if one.where != TRUE:
            yield Condition(one.place.path, one.place.line, one.where, f"{one.callee}()")


class Callees:
    """What functions call; may serve many configurations and trees."""

    def __init__(self) -> None:
        self._known: dict[ir.Function, frozenset[str]] = {}

    def of(self, function: ir.Function) -> frozenset[str]:
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = ir.called_by(function)
        return known


class Definitions:
    """Looks at the functions of one slice, and at those that would be of it in another configuration."""

    def __init__(
        self,
        program: Program,
        part: Slice,
        sources: Sources,
        callees: Callees,
        removed: frozenset[str] = frozenset(),
    ) -> None:
        self._program = program
        self._units = program.units
        self._slice = part
        self._sources = sources
        self._callees = callees
        self._removed = removed
        self._compiled = frozenset(program.units.compiled)
        self._reach = Reach(program)
        self._declared = Declared(program.units, part, sources)
        self._bodies: dict[str, list[Body]] | None = None
        self._defined: dict[str, bool] = {}
        self._assembler: frozenset[bytes] | None = None

    def lacking(
        self, speaking: Iterable[Definition], before: Iterable[tuple[str, str]] = ()
    ) -> tuple[Lacking, ...]:
        """Return what is missing for the functions of the slice, and for those of `speaking` that free.

        *before* are files and names of functions that were of a slice in another state of the tree. What such
        a function lacks now may be what led on to the free.
        """
        way = (*self._slice.functions, *self._slice.passed())
        walked = {definition.key: definition for definition in way}
        for path, name in before:
            known = None if (path, name) in walked else self._in_view(path, name)
            if known is not None:
                walked[known.key] = known
        calling = {definition.key: definition for definition in self.callers()}
        every = {**{definition.key: definition for definition in speaking}, **calling, **walked}
        elsewhere = self._elsewhere().keys() | self._removed
        found: list[Lacking] = []
        for key in sorted(every):
            definition = every[key]
            function = definition.function
            if not function.unmatched and elsewhere.isdisjoint(self._callees.of(function)):
                continue
            mine = list(self._of(definition, elsewhere & self._callees.of(function)))
            if mine and (key in walked or self._slice.hands_on(definition)):
                found += mine
            elif key in calling:
                found += (one for one in mine if one.callee in self._removed)
        return tuple(dict.fromkeys(found))

    def callers(self) -> Iterator[Definition]:
        """Yield who calls what a series has removed or made conditional.

        What many files name, or many names, are looked for only in those that speak of page tables.
        """
        for name in sorted(self._removed):
            many = len(self._removed) > _MOST_NAMES or len(self._units.mentioning(name)) > _MOST_FILES
            yield from self._program.mentions(name, speaking=many)

    def _in_view(self, path: str, name: str) -> Definition | None:
        """Return a function that a file defines, if a unit compiles it."""
        if path not in self._compiled and path not in self._units.headers:
            return None
        for unit in self._units.seeing(path)[:1]:
            function = self._units.syntax(unit).function(name)
            if function is not None and function.path == path:
                return Definition(function, unit)
        return None

    def _of(self, definition: Definition, names: Iterable[str]) -> Iterator[Lacking]:
        function = definition.function
        for unmatched in function.unmatched:
            lack = self._unmatched(definition, unmatched)
            if lack is not None:
                yield Lacking(
                    lack,
                    unmatched.callee,
                    unmatched.place,
                    function.name,
                    function.path,
                    self._where(definition, unmatched.callee, unmatched.place, unmatched.arguments),
                    unmatched.arguments,
                    tuple(self._told(definition, unmatched.callee, lack)),
                )
        for name in sorted(names):
            if self._is_undefined(definition, name) and self._reach.emitted(definition):
                for call in self._reach.calls(function, definition.unit, name):
                    yield Lacking(
                        Lack.DEFINITION,
                        name,
                        call.place,
                        function.name,
                        function.path,
                        self._where(definition, name, call.place, len(call.arguments)),
                        len(call.arguments),
                        tuple(self._told(definition, name, Lack.DEFINITION)),
                    )

    def _where(self, definition: Definition, name: str, place: Place, given: int) -> Formula:
        """Return where a call lacks something, as far as the text tells."""
        presence = self._slice.presence(definition.unit)
        called = presence.of(place.path, place.line) if place.path in presence.paths else TRUE
        ways = self._declared.ways(name, definition.unit)
        absent = ways.absent() if ways.all else TRUE
        refusing = (way.where for way in ways.refusing({given}))
        return conjunction((called, disjunction((absent, *refusing))))

    # Declarations

    def _unmatched(self, definition: Definition, call: Unmatched) -> Lack | None:
        """Return what a call lacks that the lowering could not match, None if that is not certain."""
        syntax = self._units.syntax(definition.unit)
        name = call.callee
        if any(lost.place.line == call.place.line for lost in definition.function.lost):
            return None
        if call.declared:
            entity = syntax.entity(name)
            return (
                Lack.ARGUMENTS if isinstance(entity, Prototype) and not entity.takes(call.arguments) else None
            )
        unit = syntax.unit
        macro = self._macro(definition, name)
        if macro is not None and not _inside(call.place, name):
            wrong = macro.parameters is not None and not fits(macro, call.arguments)
            return Lack.ARGUMENTS if wrong else None
        if macro is None and unit.definitions(name):
            return None  # of a macro that is redefined in a function the last definition is known only
        if unit.missing or name.startswith(_BUILTIN):
            return None
        if name.encode() not in self._units.text(call.place.path):
            return None  # a macro put it together, as it may have its declaration
        if any(name in item.names for _, item in syntax.index.candidates(name)):
            return None  # a declaration that could not be read
        if not self._declared.places(name, definition.unit) and self._may_be_pasted(definition.unit, name):
            return None
        return Lack.DECLARATION

    def _macro(self, definition: Definition, name: str) -> Macro | None:
        """Return the macro that a name is where a function ends."""
        unit = self._units.syntax(definition.unit).unit
        sequence = unit.region_sequence(definition.function.path, definition.function.last_line)
        return unit.macro(name, unit.end if sequence is None else sequence)

    def _may_be_pasted(self, unit: str, name: str) -> bool:
        """Say whether a macro in view may put a name together out of a piece of it and something else."""
        for path in self._units.syntax(unit).unit.files:
            file = self._units.preprocessor.file(path)
            for block in file.blocks if file is not None else ():
                for _, _, macro in block.history:
                    if macro is not None and macro.parameters and _makes(macro, name):
                        return True
        return False

    # Definitions

    def _elsewhere(self) -> Mapping[str, list[Body]]:
        """Return the external functions that only other configurations define."""
        if self._bodies is None:
            self._bodies = {}
            for body, _ in self._slice.not_compiled():
                if body.path.endswith(".c") and not body.static:
                    self._bodies.setdefault(body.name, []).append(body)
            for path in self._slice.variants.beside():
                for name in self._sources.of(path).defined:
                    self._bodies.setdefault(name, [])
        return self._bodies

    def _is_undefined(self, definition: Definition, name: str) -> bool:
        """Say whether a function is declared, but defined nowhere."""
        syntax = self._units.syntax(definition.unit)
        macro = self._macro(definition, name)
        if not isinstance(syntax.entity(name), Prototype) or not (macro is None or macro.marking):
            return False
        if self._program.resolve(name, definition.unit) is not None:
            return False
        if name not in self._defined:
            self._defined[name] = self._is_defined(name)
        return not self._defined[name]

    def _is_defined(self, name: str) -> bool:
        """Say whether a function of that name may come from some compiled unit, or from no C at all."""
        for path in self._units.defining(name):
            for body in self._sources.of(path).bodies(name):
                if not body.static and self._units.is_active(path, body.line):
                    return True
        if name not in self._removed and not any(self._external(name)):
            return True  # nobody is seen to define it anywhere
        word = name.encode()
        if any(may_make(self._units.text(path), word) for path in self._units.mentioning(name)):
            return True
        return word in self._assembler_words()

    def _external(self, name: str) -> Iterator[Body]:
        """Yield the definitions of a function that are not compiled here."""
        yield from self._elsewhere().get(name, ())
        for path in self._slice.variants.beside():
            if name in self._sources.of(path).defined:
                yield from (body for body in self._sources.of(path).bodies(name) if not body.static)

    def _assembler_words(self) -> frozenset[bytes]:
        """Return the words of assembler files and linker scripts of the architecture and of lib/."""
        if self._assembler is None:
            tree = self._units.tree
            waiting = [f"arch/{self._units.preprocessor.configuration.arch.srcarch}", "lib"]
            words: set[bytes] = set()
            while waiting:
                folder = waiting.pop()
                for entry in tree.entries(folder):
                    path = f"{folder}/{entry}"
                    if entry.endswith("/"):
                        waiting.append(path[:-1])
                    elif entry.endswith((".S", ".lds")):
                        words.update(text_words(tree.find(path) or b""))
            self._assembler = frozenset(words)
        return self._assembler

    # What is told of it

    def _told(self, definition: Definition, name: str, lack: Lack) -> Iterator[Elsewhere]:
        """Yield where a name is defined, or how it is declared in view."""
        if lack is Lack.ARGUMENTS:
            macro = self._macro(definition, name)
            entity = self._units.syntax(definition.unit).entity(name)
            if isinstance(entity, Prototype):
                count = len(entity.parameters)
                yield Elsewhere(entity.place.path, entity.place.line, name, _takes(count, entity.open))
            elif macro is not None and macro.parameters is not None:
                count = len(macro.parameters) - macro.variadic
                yield Elsewhere(macro.path, macro.line, name, _takes(count, macro.variadic))
            return
        what = "declared" if lack is Lack.DECLARATION else "defined"
        told = f"it is {what} here, which this configuration does not compile"
        places = self._declared.places(name, definition.unit, declarations=lack is Lack.DECLARATION)
        for body in self._external(name):
            places.setdefault((body.path, body.line))
        for path, line in places:
            yield Elsewhere(path, line, name, told)


def fits(macro: Macro, arguments: int) -> bool:
    """Say whether a macro takes so many arguments; none may be an empty one."""
    count = len(macro.parameters or ())
    if macro.variadic:
        return arguments >= count - 1
    return arguments == count or (count == 1 and arguments == 0)


def _takes(count: int, further: bool) -> str:
    least = "at least " if further else ""
    return f"this takes {least}{count} argument{'' if count == 1 else 's'}"


def _inside(place: Place, macro: str) -> bool:
    """Say whether a place is in the body of a macro, directly or through others."""
    expansion = place.within
    while expansion is not None:
        if expansion.macro == macro:
            return True
        expansion = expansion.parent
    return False


def _makes(macro: Macro, name: str) -> bool:
    """Say whether a macro pastes a parameter and a piece of a name."""
    body, parameters = macro.body, macro.parameters or ()
    for index in range(1, len(body) - 1):
        if body[index].text != "##":
            continue
        left, right = body[index - 1].text, body[index + 1].text
        if (left in parameters) != (right in parameters):
            piece, fitting = (right, name.endswith) if left in parameters else (left, name.startswith)
            if len(piece) >= _SHORTEST_PIECE and fitting(piece):
                return True
    return False


def may_make(text: bytes, word: bytes) -> bool:
    """Say whether a text may define a function by a macro that is handed or has its name, or as an alias."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_IN_WORD.match(text, at - 1) and at) and not _IN_WORD.match(text, end):
            before = text[max(text.rfind(mark, 0, at) for mark in (b";", b"{", b"}")) + 1 : at]
            stops = [found for mark in (b";", b"{", b"}") if (found := text.find(mark, end)) >= 0]
            if any(m[1] != word and not m[1].startswith(_MARKS) for m in _INVOKED.finditer(before)):
                return True
            if _ALIASES.search(before) or _ALIAS.search(text, end, min(stops, default=len(text))):
                return True
            if _BODY.match(text, end) and _in_directive(text, at):
                return True
        at = text.find(word, end)
    return False


def _in_directive(text: bytes, at: int) -> bool:
    """Say whether a place is in a directive, on whichever of its lines."""
    start = at
    while True:
        start = text.rfind(b"\n", 0, start)
        if start < 1 or text[start - 1 : start] != b"\\":
            return text[start + 1 : at].lstrip().startswith(b"#")
