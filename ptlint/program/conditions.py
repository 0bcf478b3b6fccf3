# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Kconfig conditions decide what the functions of a slice look like, here and in all other branches.

In: the program under one configuration, and the functions that a walk entered. Out: for each way in which
their text, the macros in it, or the functions that they call may be another, the formula of that.

Soundness: formulas are as exact as `ptlint.cpp.presence` and `ptlint.kconfig.listing` make them; names whose
part could not be expressed are in `Condition.unknown`. What is found by the words of the text alone is too
much rather than too little. Not looked at are layouts (members of structures under an #if: code that names
them stands under the same #if), initialisers, and what facts name, which is the same in all configurations.
Dropped is what `ptlint.program.events` takes for event-free. A function that is entered in another
configuration only brings its own conditions when that one is analysed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ptlint.cpp.branches import Branch, Chain
from ptlint.cpp.evaluated import differ
from ptlint.cpp.presence import Alternative, FileBranches, Presence
from ptlint.cpp.symbolic import ENABLED
from ptlint.cpp.tokens import IDENT, Macro
from ptlint.kconfig.formula import FALSE, TRUE, Compare, Formula, Is
from ptlint.kconfig.simplify import negation
from ptlint.program.bodies import Body, Source, Sources, Word, closing, words
from ptlint.program.events import TRANSFERS, Events, is_constant
from ptlint.program.program import Definition, Program
from ptlint.program.variants import Choice, Variants
from ptlint.syntax import ir

_DEEPEST: Final = 6
"""Macros in macros that are followed from the text of a function."""

_CONTROL: Final = re.compile(rb"\b(?:if|while|for|switch)\s*(?=\()")
_VALUE: Final = re.compile(rb"[^=!<>]=(?!=)|\breturn\b")
_COMPARED: Final = re.compile(rb"\bCONFIG_(\w+)\s*(<=|>=|==|!=|<|>)\s*(\d+)\b")
_OPERATORS: Final = {"==": "="}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is compiled where *formula* holds, and not, or otherwise, where it does not.

    *path* and *line* are those of the directive or the definition, *function* the function or macro of the
    slice that it decides. *unknown* are names whose part in the formula could not be expressed.
    """

    path: str
    line: int
    formula: Formula
    function: str
    unknown: tuple[str, ...] = ()


class Slice:
    """The functions that a walk entered, under one configuration. What is asked of it shares its tables.

    *branches* and *sources* may be shared between the slices of one tree; *asked* are the functions whose
    callers decide what becomes of a table.
    """

    def __init__(
        self,
        program: Program,
        definitions: Iterable[Definition],
        branches: FileBranches | None = None,
        sources: Sources | None = None,
        asked: Iterable[str] = (),
    ) -> None:
        known = {definition.key: definition for definition in definitions}
        self.functions = [known[key] for key in sorted(known)]
        self._program = program
        self._units = program.units
        self._facts = program.facts
        self._sources = sources or Sources(program.units.tree)
        self._branches = branches or FileBranches()
        self.variants = Variants(program.units, self._sources)
        self._events = Events(program.facts, self.variants, (d.function.name for d in self.functions))
        self._beside = frozenset(self.variants.beside())
        self._missing: list[tuple[Body, str]] | None = None
        self._ending: frozenset[str] | None = None
        self._presences: dict[str, Presence] = {}
        self._followed: set[tuple[str, str]] = set()
        self._settled: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, Formula], Condition] = {}
        self._absent: dict[Formula, Condition] = {}
        self._asked = tuple(sorted(asked))
        self.present: dict[tuple[str, str], Formula] = {}  # where functions are compiled, by file and name
        self._naming: dict[str, set[str]] = {}  # what functions, and the macros in them, name

    def decisive(self) -> tuple[Condition, ...]:
        """Return the conditions that decide the text of the functions, each once for each that it decides.

        A formula stands for its negation, too.
        """
        for definition in self.functions:
            self._function(definition)
        return tuple(self._found.values())

    def named(self) -> dict[str, frozenset[str]]:
        """Return for each function the names in it, and in its macros, of which decisive() has conditions."""
        decided = {function for function, _ in self._found}
        found: dict[str, frozenset[str]] = {}
        for definition in self.functions:
            name = definition.function.name
            seen = {name}
            waiting = [name]
            while waiting:
                new = self._naming.get(waiting.pop(), set()) - seen
                seen |= new
                waiting += new
            found[name] = frozenset(seen & decided - {name})
        return found

    def absent(self) -> tuple[Condition, ...]:
        """Return the conditions of functions that no walk can enter, for this configuration lacks them.

        These are functions in units and headers that speak of page tables, and in files beside them, that
        name a page-table type and lead to a primitive by which a table is handed on to be freed, through
        functions of the slice and such that are not compiled either; and whatever names a function whose
        callers decide. Each formula comes once, with the first function that it decides; it does not hold
        here. In a file that is not compiled here only the condition of the file is known, not that of its
        branches.
        """
        for body, unit in self.not_compiled():
            if not self._hands_on(self._events.words(body)):
                continue
            presence = self.presence(unit) if unit else None
            listed = self.variants.listing.compiled(body.path)
            where = listed if presence is None else self.variants.present(body, presence)
            self._note_absent(body, where, presence)
        for body, unit in self._absent_callers():
            presence = self.presence(unit)
            self._note_absent(body, self.variants.present(body, presence), presence)
        return tuple(self._absent.values())

    def _absent_callers(self) -> Iterator[tuple[Body, str]]:
        """Yield what names a function whose callers were asked for and is not compiled, with a unit of it."""
        for name in self._asked:
            for path in self._units.mentioning(name):
                unit = next(iter(self._units.seeing(path)), "")
                if not unit:
                    continue
                for body in self._sources.of(path).naming(name):
                    if not self._units.is_active(path, body.last_line):
                        yield body, unit

    def not_compiled(self) -> list[tuple[Body, str]]:
        """Return the functions that this configuration lacks, each with a unit that sees its file, or ""."""
        if self._missing is None:
            self._missing = list(self._absent_bodies())
        return self._missing

    def passed(self) -> list[Definition]:
        """Return the functions that the walk passed over on its way.

        A function of the slice calls them, and they call another one, or a primitive that ends a table.
        """
        known = {one.key: one for one in self.functions}
        leading = {one.function.name for one in self.functions} | self._events.ending
        found: dict[tuple[str, str], Definition] = {}
        for one in self.functions:
            for name in sorted(ir.called_by(one.function) - self._facts.by_name.keys()):
                callee = self._program.resolve(name, one.unit)
                if callee is None or callee.key in known:
                    continue
                if not leading.isdisjoint(ir.called_by(callee.function)):
                    found[callee.key] = callee
        return [found[key] for key in sorted(found)]

    def hands_on(self, definition: Definition) -> bool:
        """Say whether a function would be of the slice in some configuration, by its words in all branches.

        It names a page-table type, and leads to a primitive by which a table is handed on to be freed.
        """
        function = definition.function
        return any(
            body.line <= function.last_line
            and function.line <= body.last_line
            and self._hands_on(self._events.words(body))
            for body in self._sources.of(function.path).bodies(function.name)
        )

    def _hands_on(self, names: Iterable[str]) -> bool:
        return not self._events.types.isdisjoint(names) and not self._leading().isdisjoint(names)

    def _leading(self) -> frozenset[str]:
        """Return the names that lead to the end of a table, through functions that are not compiled, too."""
        if self._ending is None:
            calls = [(one.function.name, ir.called_by(one.function)) for one in self.functions]
            calls += [(body.name, frozenset(self._events.words(body))) for body, _ in self.not_compiled()]
            ending = set(self._events.ending)
            size = 0
            while size < len(ending):
                size = len(ending)
                ending.update(name for name, called in calls if not ending.isdisjoint(called))
            self._ending = frozenset(ending)
        return self._ending

    # One function

    def _function(self, definition: Definition) -> None:
        """Note everything that decides one function."""
        function = definition.function
        presence = self.presence(definition.unit)
        source = self._sources.of(function.path)
        tables = self._tables(definition)
        self._around(definition, presence)
        for chain in self._chains(definition, presence):
            if self._matters(chain, source, presence, tables):
                for branch in chain.branches:
                    where = presence.of(branch.path, branch.first)
                    self._note(branch.path, branch.line, where, function.name, presence, branch)
        code = source.part(function.line, function.last_line)
        self._symbols(code, function, presence)
        reads = _members_of(tables)
        for word in dict.fromkeys(source.words(function.line, function.last_line)):
            if word.name != function.name:
                if reads is not None and word.called and self._drops(word.name, presence, code, reads):
                    self._note_all(self.variants.choice(word.name, presence), word.name, presence)
                self._word(word, function.name, presence, code, word.name)

    def _absent_bodies(self) -> Iterator[tuple[Body, str]]:
        """Yield functions that are not compiled here, and a unit that sees their file, "" if none does."""
        units = self._units
        for path in (*units.speaking, *units.headers, *self.variants.beside()):
            if not units.speaks(path) and not self._names_types(path):
                continue
            seeing = "" if path in self._beside else next(iter(units.seeing(path)), "")
            active = units.syntax(seeing).unit.active(path) if seeing else []
            starts = [first for first, _ in active]
            for body in self._sources.of(path).functions():
                at = bisect_right(starts, body.last_line) - 1
                if at < 0 or active[at][1] < body.last_line:
                    yield body, seeing

    def _names_types(self, path: str) -> bool:
        text = self._units.text(path)
        return any(name.encode() in text for name in self._events.types)

    def _note_absent(self, body: Body, where: Formula, presence: Presence | None) -> None:
        if where in (TRUE, FALSE) or where in self._absent:
            return
        if where.holds_in(self._units.preprocessor.configuration.values):
            return  # what cannot be expressed hides it
        branches = presence.paths.get(body.path) if presence else None
        unknown = presence.unknown(branches.at(body.line)) if presence and branches else ()
        self._absent[where] = Condition(body.path, body.line, where, body.name, unknown)

    def _around(self, definition: Definition, presence: Presence) -> None:
        """Note where the definition itself is compiled."""
        function = definition.function
        body = Body(function.path, function.name, function.line, function.last_line, function.static, b"")
        branches = presence.paths.get(function.path)
        inner = branches.at(function.line) if branches else None
        line = inner.line if inner else function.line
        where = self.variants.present(body, presence)
        self.present[function.path, function.name] = where
        self._note(function.path, line, where, function.name, presence, inner)
        if len(self._sources.of(function.path).bodies(function.name)) > 1:
            choice = self.variants.choice(function.name, presence)
            if self._differs(choice, presence):
                self._note_all(choice, function.name, presence)

    def _chains(self, definition: Definition, presence: Presence) -> Iterator[Chain]:
        function = definition.function
        branches = presence.paths.get(function.path)
        if branches is not None:
            yield from branches.inside(function.line, function.last_line)

    def _matters(self, chain: Chain, source: Source, presence: Presence, tables: frozenset[str]) -> bool:
        """Say whether the branches of a conditional inside a function may differ in an event."""
        for branch in chain.branches:
            code = source.part(branch.first, branch.last).strip()
            if code and code[-1:] not in b";}":
                return True  # a piece of a statement that goes on behind it
            names = [word for word in source.words(branch.first, branch.last) if not word.member]
            if any(word.name in TRANSFERS or word.name in tables for word in names):
                return True
            if self._events.matter((word.name for word in names), presence):
                return True
        return False

    def _tables(self, definition: Definition) -> frozenset[str]:
        """Return the parameters and locals of a function that are tables or entries."""
        function = definition.function
        names = [*function.parameters]
        for block in function.blocks:
            for one in block.instructions:
                if isinstance(one, ir.Declare | ir.Assign) and isinstance(one.target, ir.Name):
                    names.append(one.target)
        return frozenset(
            name.name.partition(".")[0]
            for name in names
            if name.type.name.removeprefix("struct ") in self._events.types and not name.type.function
        )

    def _symbols(self, code: bytes, function: ir.Function, presence: Presence) -> None:
        """Note symbols of Kconfig that the text uses as values."""
        if b"CONFIG_" not in code:
            return
        for symbol, operator, constant in _COMPARED.findall(code):
            sign = operator.decode()
            formula = Compare(symbol.decode(), _OPERATORS.get(sign, sign), constant.decode())
            self._note(function.path, function.line, formula, function.name, presence)
        for name, symbol, start in _used_symbols(code):
            if self._decides(code, start, presence, True):
                line = function.line + code.count(b"\n", 0, start)
                self._note(function.path, line, _enabled(name, symbol), function.name, presence)

    # Names

    def _word(
        self, word: Word, function: str, presence: Presence, code: bytes, via: str, depth: int = 0
    ) -> None:
        """Note the alternatives of a name, and of those in its macros.

        *code* is the function's text, *via* the name in it whose value this one may become, "" if none.
        """
        name = word.name
        self._naming.setdefault(function, set()).add(name)
        key = (presence.unit.path, name)
        if key in self._settled or name in self._facts.by_name:
            return
        choice = self.variants.choice(name, presence)
        if not choice.macros and not choice.bodies:
            return
        bare = any(one.macro.parameters is None for one in choice.macros)
        if not bare and (word.member or not (word.called or choice.bodies)):
            return
        followed = key in self._followed
        self._followed.add(key)
        may_turn = _may_turn(choice)
        decides = not followed and self._differs(choice, presence)
        if decides or (may_turn and via and self._turns(via, presence, code)):
            self._note_all(choice, name, presence)
            may_turn = False
        if not may_turn:
            self._settled.add(key)
        if depth < _DEEPEST and not followed:
            for one in choice.macros:
                if presence.present(one) != FALSE:
                    self._macro(one, presence, code, via, depth)

    def _note_all(self, choice: Choice, name: str, presence: Presence) -> None:
        for one in choice.macros:
            self._note(one.macro.path, one.macro.line, presence.present(one), name, presence, one.branch)
        for body in choice.bodies:
            where = self.variants.present(body, presence)
            branches = presence.paths.get(body.path)
            branch = branches.at(body.line) if branches else None
            self._note(body.path, body.line, where, name, presence, branch)

    def _differs(self, choice: Choice, presence: Presence) -> bool:
        if len(choice.macros) + len(choice.bodies) < 2:
            return False
        return self._events.differ(choice.macros, choice.bodies, presence)

    def _turns(self, name: str, presence: Presence, code: bytes) -> bool:
        """Say whether events hang on a name of some code."""
        pattern = re.compile(rb"\b" + name.encode() + rb"\b")
        return any(self._decides(code, match.start(), presence, False) for match in pattern.finditer(code))

    def _macro(self, one: Alternative, presence: Presence, code: bytes, via: str, depth: int) -> None:
        """Follow the words of a macro's body."""
        macro = one.macro
        parameters = frozenset(macro.parameters or ())
        body = macro.body
        if any(token.text == ";" for token in body):
            via = ""  # statements: what is named in them does not become the value
        before = ""
        for index, token in enumerate(body):
            if token.kind == IDENT and token.text not in parameters and token.text != macro.name:
                called = index + 1 < len(body) and body[index + 1].text == "("
                if token.text in ENABLED and called and index + 2 < len(body):
                    symbol = body[index + 2].text
                    if symbol.startswith("CONFIG_") and self._events.matter(
                        (t.text for t in body if t.kind == IDENT), presence
                    ):
                        formula = ENABLED[token.text](symbol[7:])
                        self._note(macro.path, macro.line, formula, macro.name, presence)
                word = Word(token.text, token.line, before in (".", "->"), called)
                self._word(word, macro.name, presence, code, via, depth + 1)
            before = token.text

    def _decides(self, code: bytes, at: int, presence: Presence, otherwise: bool) -> bool:
        """Say whether an event or a way out hangs on what stands at an offset of some code.

        *otherwise* is the answer if it stands in no condition and is neither assigned nor returned.
        """
        inside = False
        for match in _CONTROL.finditer(code):
            opening = match.end()
            if opening > at:
                break
            close = closing(code, opening)
            if at > close:
                continue
            inside = True
            names = [word.name for word in words(_statement(code, close + 1)) if not word.member]
            if not TRANSFERS.isdisjoint(names) or self._events.matter(names, presence):
                return True
        return (
            False if inside else otherwise or _VALUE.search(code[_statement_start(code, at) : at]) is not None
        )

    def _drops(self, name: str, presence: Presence, code: bytes, reads: re.Pattern[bytes]) -> bool:
        """Say whether a macro evaluates an argument with a member of a table in some configurations only."""
        choice = self.variants.choice(name, presence)
        fact = self._facts.by_name.get(name)
        if len(choice.macros) < 2 or (fact is not None and fact.event != "none"):
            return False

        def named(inner: str) -> list[Macro]:
            return [one.macro for one in self.variants.choice(inner, presence).macros]

        return any(reads.search(text) for text in _given(code, name)) and differ(
            [one.macro for one in choice.macros], named
        )

    # Results

    def presence(self, unit: str) -> Presence:
        """Return the presence conditions of a unit."""
        known = self._presences.get(unit)
        if known is None:
            opened = self._units.syntax(unit).unit
            known = self._presences[unit] = Presence(opened, self._units.preprocessor, self._branches)
        return known

    def _note(
        self,
        path: str,
        line: int,
        formula: Formula,
        function: str,
        presence: Presence,
        branch: Branch | None = None,
    ) -> None:
        if formula in (TRUE, FALSE):
            return
        if (function, formula) in self._found or (function, negation(formula)) in self._found:
            return
        self._found[function, formula] = Condition(path, line, formula, function, presence.unknown(branch))


def _members_of(tables: frozenset[str]) -> re.Pattern[bytes] | None:
    """Return what finds a member of one of some variables, if there are any."""
    names = "|".join(sorted(map(re.escape, tables)))
    return re.compile(rb"\b(?:" + names.encode() + rb")\s*->") if names else None


def _given(code: bytes, name: str) -> Iterator[bytes]:
    """Yield what some code hands to calls of a name."""
    for match in re.finditer(rb"\b" + name.encode() + rb"\s*(?=\()", code):
        yield code[match.end() + 1 : closing(code, match.end())]


def _statement_start(code: bytes, at: int) -> int:
    return max(code.rfind(mark, 0, at) for mark in (b";", b"{", b"}")) + 1


def _may_turn(choice: Choice) -> bool:
    """Say whether a name is a constant in some configurations and not, or another one, in others."""
    alternatives: tuple[Alternative | Body, ...] = (*choice.macros, *choice.bodies)
    return len(alternatives) > 1 and any(is_constant(one) for one in alternatives)


def _used_symbols(code: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield the macros of include/linux/kconfig.h in some code, their symbols and offsets."""
    for match in re.finditer(rb"\b(IS_\w+)\s*\(\s*CONFIG_(\w+)\s*\)", code):
        name = match[1].decode()
        if name in ENABLED:
            yield name, match[2].decode(), match.start()


def _enabled(name: str, symbol: str) -> Formula:
    return ENABLED[name](symbol) if name in ENABLED else Is(symbol, "y")


def _statement(code: bytes, start: int) -> bytes:
    """Return the statement at an offset, with its else."""
    position = start
    while True:
        rest = len(code) - len(code[position:].lstrip())
        if code[rest : rest + 1] == b"{":
            end = closing(code, rest) + 1
        else:
            semicolon = code.find(b";", rest)
            brace = code.find(b"{", rest)
            if 0 <= brace < semicolon:
                end = closing(code, brace) + 1
            else:
                end = semicolon + 1 if semicolon >= 0 else len(code)
        after = len(code) - len(code[end:].lstrip())
        if code[after : after + 4] != b"else":
            return code[start:end]
        position = after + 4
