# SPDX-License-Identifier: GPL-2.0-or-later
"""What one translation unit declares and defines: found, expanded and lowered when it is asked for.

Nothing is read that is not asked for: a name is looked up in the outlines of the unit's files first, then in
the items of those files that may declare it. Results are shared between units through `SyntaxCache`, each
with what it was made from: the macros that its expansion met and the declarations that its lowering asked
for. It serves another unit, tree or configuration where these are the same objects.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from ptlint.cpp.evaluated import evaluated
from ptlint.cpp.expand import expand
from ptlint.cpp.tokens import IDENT, PUNCT, Macro, Token
from ptlint.cpp.unit import Preprocessor, Unit, word_bits
from ptlint.errors import PtlintError
from ptlint.syntax.cache import Made, SyntaxCache
from ptlint.syntax.constants import INT
from ptlint.syntax.groups import group_end
from ptlint.syntax.index import UnitIndex
from ptlint.syntax.ir import Function, Lost, Place, Type
from ptlint.syntax.layout import Layouts
from ptlint.syntax.lower import Declarations, lower_function, parse_expression, read_declarations
from ptlint.syntax.recording import Recorder
from ptlint.syntax.records import (
    Entity,
    Enumerator,
    FunctionItem,
    Member,
    Prototype,
    Struct,
    Typedef,
    Variable,
)
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.toplevel import Item, Kind, split

__all__ = ["SyntaxCache", "UnitSyntax"]

_NORETURN: Final = frozenset(("noreturn", "__noreturn__", "_Noreturn"))
_NO_DECLARATIONS: Final = Declarations({}, {}, {}, ())


class UnitSyntax:
    """The syntax of one unit. *facts_kept* names the macros that stay unexpanded, *noreturn* functions that
    never return and whose declaration does not say so. Of the kept ones, *idle* do nothing but evaluate their
    arguments: where a definition evaluates none, it is expanded."""

    def __init__(
        self,
        unit: Unit,
        preprocessor: Preprocessor,
        facts_kept: frozenset[str] = frozenset(),
        noreturn: frozenset[str] = frozenset(),
        cache: SyntaxCache | None = None,
        idle: frozenset[str] = frozenset(),
    ) -> None:
        self.unit = unit
        self.word = word_bits(preprocessor.configuration)
        self._keep = facts_kept
        self._idle = idle
        self._noreturn = noreturn
        self._cache = cache or SyntaxCache()
        self.index = UnitIndex(unit, preprocessor, self._cache)
        self._layouts = Layouts(self)
        self._read: dict[Item, Declarations] = {}
        self._entities: dict[str, Entity | None] = {}
        self._typedefs: dict[str, Typedef | None] = {}
        self._structs: dict[str, Struct | None] = {}
        self._members: dict[tuple[str, str], Member | None] = {}
        self._functions: dict[str, Function | None] = {}
        self._pending: set[str] = set()

    def close(self) -> None:
        """Let go of what refers back to the unit; nothing can be asked any more."""
        del self._layouts

    # What other rooms ask.

    def function(self, name: str) -> Function | None:
        """Return the function *name* as the unit defines it, in its .c file or in a header; else None."""
        if name in self._functions:
            return self._functions[name]
        found: Function | None = None
        for path, item in self.index.candidates(name):
            if item.kind is Kind.FUNCTION or item.hints:
                found = self._lowered(path, item, name)
                if found is not None:
                    break
        self._functions[name] = found
        return found

    def defined(self, path: str, mentioning: frozenset[str] | None = None) -> tuple[FunctionItem, ...]:
        """Return the functions that one file of the unit defines, in order; those that macros define too.

        With *mentioning*, only those whose text has one of these names.
        """
        result = []
        for item in self.index.items(path).items:
            if mentioning is not None and not item.mentions(mentioning):
                continue
            if item.kind is Kind.FUNCTION:
                names = self._defined_names(path, item)
                for name in names:
                    result.append(self._function_item(name, path, item))
            elif item.hints and (item.kind is Kind.INVOCATION or _is_call(item)):
                for name in self._generated_functions(path, item):
                    result.append(self._function_item(name, path, item))
        return tuple(result)

    def struct(self, tag: str) -> Struct | None:
        """Return the struct or union *tag* ("struct page"), None if the unit does not define it."""
        if tag in self._structs:
            return self._structs[tag]
        outer, nested, _ = tag.partition("::")
        if nested:
            self.struct(outer)
            self.typedef(outer.partition(" ")[2])
            return self._structs.setdefault(tag, None)
        for path in self.index.paths(self._cache.tags, tag):
            for item in self.index.items(path).by_tag.get(tag, ()):
                self._declarations(path, item)
                if self._structs.get(tag) is not None:
                    return self._structs[tag]
        name = tag.partition(" ")[2]
        if name in self.index.typenames:
            self.typedef(name)
        if tag not in self._structs:
            for path, item in self.index.generating(name):
                self._declarations(path, item)
                if tag in self._structs:
                    break
        return self._structs.setdefault(tag, None)

    def member(self, access: tuple[str, str]) -> Member | None:
        """Return what an access to a member needs to know: of the struct of this tag, that of this name."""
        try:
            return self._members[access]
        except KeyError:
            struct = self.struct(access[0])
            found = struct.member(access[1]) if struct is not None else None
            self._members[access] = found
            return found

    def typedef(self, name: str) -> Typedef | None:
        """Return the typedef *name*, None if the unit has none."""
        if name in self._typedefs:
            return self._typedefs[name]
        self._typedefs[name] = None  # while it is looked for
        found: Typedef | None = None
        paths = self.index.paths(self._cache.typedefs, name) if name in self.index.typenames else []
        for path in paths:
            for item in self.index.items(path).by_name.get(name, ()):
                if any(token.text == "typedef" for token in item.shown[:3]):
                    found = self._declarations(path, item).typedefs.get(name)
                    if found is not None:
                        break
            if found is not None:
                break
        if found is None and not paths:
            for path, item in self.index.generating(name):
                found = self._declarations(path, item).typedefs.get(name)
                if found is not None:
                    break
        self._typedefs[name] = found
        return found

    def variable(self, name: str) -> Variable | None:
        """Return the variable *name* at file scope; the declaration with its initialiser, if there is one."""
        best: Variable | None = None
        for path, item in self.index.candidates(name):
            found = self._declarations(path, item).entities.get(name)
            if isinstance(found, Variable):
                if found.initialiser is not None:
                    return found
                if best is None or (best.extern and not found.extern):
                    best = found
        return best

    def prototype(self, name: str) -> Prototype | None:
        """Return what the unit declares of the function *name*."""
        found = self.entity(name)
        return found if isinstance(found, Prototype) else None

    def size(self, kind: Type) -> int | None:
        """Return the size in bytes of a type, None if it is not known."""
        return self._layouts.size(kind)

    def offset(self, kind: Type, path: str) -> int | None:
        """Return the offset in bytes of the member *path* ("a.b") in a struct or union, if it is known."""
        return self._layouts.offset(kind, path)

    # The environment of the lowering.

    def entity(self, name: str) -> Entity | None:
        """Return the function, variable or enumerator that *name* means at file scope."""
        try:
            return self._entities[name]
        except KeyError:
            pass
        if name in self._pending:
            return None
        self._pending.add(name)
        try:
            found = self._entities[name] = self._find_entity(name)
        finally:
            self._pending.discard(name)
        return found

    def never_returns(self, function: str) -> bool:
        if function in self._noreturn:
            return True
        found = self.entity(function)
        return isinstance(found, Prototype) and found.noreturn

    def is_kept(self, macro: str) -> bool:
        return macro in self._keep

    def _find_entity(self, name: str) -> Entity | None:
        macro = self.unit.macro(name, self.unit.end)
        if macro is not None and macro.free:
            return Enumerator(name, None, INT, Place(macro.path, macro.line, 1))
        best: Entity | None = None
        for path, item in self.index.candidates(name, enumerators=True):
            found = self._declarations(path, item).entities.get(name)
            if isinstance(found, Variable) and found.extern:
                best = best or found
            elif found is not None:
                return found
        return best

    # Reading items.

    def _sequence(self, path: str, item: Item) -> int:
        found = self.unit.region_sequence(path, item.last_line)
        return self.unit.end if found is None else found

    def _expanded(
        self, path: str, item: Item, tokens: Sequence[Token], macros: list[tuple[str, Macro | None]]
    ) -> list[Token]:
        """Expand tokens of an item with the macros in force there, which are noted in *macros*."""
        sequence = self._sequence(path, item)
        macro = self.unit.macro
        known: dict[str, Macro | None] = {}

        def macro_at(name: str) -> Macro | None:
            try:
                return known[name]
            except KeyError:
                found = macro(name, sequence)
                macros.append((name, found))
                if found is not None and found.free:
                    found = None
                known[name] = found
                return found

        return expand(tokens, macro_at, _Standing(self._keep, self._idle, macro_at))

    def kept_call(
        self, tokens: Sequence[Token], sequence: int, macros: list[tuple[str, Macro | None]]
    ) -> tuple[Rewritten, list[Node], Node] | None:
        """Return the call of a kept macro, expanded after all and parsed as an expression."""

        def macro_at(name: str) -> Macro | None:
            found = self.unit.macro(name, sequence)
            macros.append((name, found))
            return None if found is not None and found.free else found

        try:
            expanded = expand(tokens, macro_at, self._keep - {tokens[0].text})
        except PtlintError:
            return None
        return parse_expression(expanded, self.index.typenames, self._keep, self._cache.parser)

    def _still_holds(self, made: Made[Declarations] | Made[Function | None], sequence: int) -> bool:
        """Whether what a result was made from is the same in this unit."""
        macro = self.unit.macro
        for name, found in made.macros:
            if macro(name, sequence) is not found:
                return False
        for name in self.unit.perhaps_macros(made.plain):
            if macro(name, sequence) is not None:
                return False
        for kind, what, answer in made.asked:
            found = getattr(self, kind)(what)
            if found is not answer and (kind != "member" or found != answer):
                return False
        return True

    def _declarations(self, path: str, item: Item) -> Declarations:
        """Return what an item declares."""
        known = self._read.get(item)
        if known is not None:
            return known
        made_before = self._cache.declarations.setdefault((item, self.word), [])
        self._read[item] = _NO_DECLARATIONS  # what it asks of itself
        sequence = self._sequence(path, item)
        for made in made_before:
            if self._still_holds(made, sequence):
                found = made.result
                break
        else:
            macros: list[tuple[str, Macro | None]] = []
            recorder = Recorder(self, sequence, macros)
            found = self._make_declarations(path, item, recorder, macros)
            made_before.append(Made.of(macros, recorder.asked, found))
        self._read[item] = found
        for tag, struct in found.structs.items():
            self._structs[tag] = struct
        return found

    def _make_declarations(
        self, path: str, item: Item, recorder: "Recorder", macros: list[tuple[str, Macro | None]]
    ) -> Declarations:
        header = list(item.header())
        if not header:
            return _NO_DECLARATIONS
        end = header[-1]
        try:
            if item.hints and item.body >= 0:
                tokens = _without_bodies(self._expanded(path, item, item.tokens, macros))
            else:
                tokens = self._expanded(path, item, header, macros)
                if item.hints:
                    tokens = _without_bodies(tokens)
        except PtlintError as error:
            lost = Lost(Place(end.path, end.line, end.column), str(error))
            return Declarations({}, {}, {}, (lost,))
        if not tokens:
            return _NO_DECLARATIONS
        if tokens[-1].text != ";":
            tokens.append(Token(PUNCT, ";", end.path, end.line, end.column, False, None))
        found = read_declarations(tokens, recorder, self.index.typenames, self._keep, self._cache.parser)
        words = {token.text for token in tokens if token.kind == IDENT}
        if not words.isdisjoint(_NORETURN):
            entities = {
                name: replace(entity, noreturn=True) if isinstance(entity, Prototype) else entity
                for name, entity in found.entities.items()
            }
            found = found._replace(entities=entities)
        if "const" in words and "static" in words:
            entities = {
                name: replace(entity, constant=not entity.type.pointers and not entity.lengths)
                if isinstance(entity, Variable)
                else entity
                for name, entity in found.entities.items()
            }
            found = found._replace(entities=entities)
        return found

    def _lowered(self, path: str, item: Item, name: str) -> Function | None:
        """Return the function *name* if the item defines it."""
        made_before = self._cache.functions.setdefault((item, self.word, name), [])
        sequence = self._sequence(path, item)
        for made in made_before:
            if self._still_holds(made, sequence):
                return made.result
        macros: list[tuple[str, Macro | None]] = []
        recorder = Recorder(self, sequence, macros)
        found = self._lower(path, item, name, recorder, macros)
        made_before.append(Made.of(macros, recorder.asked, found))
        return found

    def _lower(
        self,
        path: str,
        item: Item,
        name: str,
        recorder: "Recorder",
        macros: list[tuple[str, Macro | None]],
    ) -> Function | None:
        if item.body >= 0 and not item.hints:
            header = self._expanded(path, item, item.header(), macros)
            if not any(token.text == name for token in header):
                return None
        line = _line_of(item, name)
        extent = (path, line, item.last_line)
        try:
            tokens = self._expanded(path, item, item.tokens, macros)
        except PtlintError as error:
            lost = Lost(Place(path, line, 1), str(error))
            return Function(name, path, line, item.last_line, (), Type(), False, False, False, (), (lost,))
        if item.hints:
            tokens = next(
                (
                    list(part.tokens)
                    for part in split(tokens)
                    if part.kind is Kind.FUNCTION and name in part.names
                ),
                [],
            )
            if not tokens:
                return None
        return lower_function(
            tokens, recorder, self.index.typenames, self._keep, self._cache.parser, name, extent
        )

    # Listing functions.

    def _defined_names(self, path: str, item: Item) -> list[str]:
        """Return the functions that an item with a body defines."""
        if item.hints:
            return self._generated_functions(path, item)
        declared = self._declarations(path, item)
        names = [name for name, entity in declared.entities.items() if isinstance(entity, Prototype)]
        return names[-1:]

    def _generated_functions(self, path: str, item: Item) -> list[str]:
        """Return the functions that macros in the item define."""
        try:
            tokens = self._expanded(path, item, item.tokens, [])
        except PtlintError:
            return []
        names: list[str] = []
        for part in split(tokens):
            if part.kind is Kind.FUNCTION:
                name = _declared_by(part)
                if name:
                    names.append(name)
        return names

    def _function_item(self, name: str, path: str, item: Item) -> FunctionItem:
        line = _line_of(item, name)
        return FunctionItem(name, path, line, item.first_line, item.last_line, item.identifiers)


def _is_call(item: Item) -> bool:
    """Whether a declaration is a macro invocation with a semicolon."""
    tokens = item.shown
    return len(tokens) > 2 and tokens[0].kind == IDENT and tokens[1].text == "("


def _line_of(item: Item, name: str) -> int:
    """Return the line where the header of an item names the function, else where the item begins."""
    for token in item.header():
        if token.text == name and token.kind == IDENT:
            return token.line
    return item.first_line


def _without_bodies(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens at file scope with each function's body replaced by a semicolon."""
    result: list[Token] = []
    for part in split(tokens):
        result.extend(part.header())
        last = part.tokens[-1]
        if part.kind is not Kind.DECLARATION or last.text != ";":
            result.append(last._replace(kind=PUNCT, text=";"))
    return result


def _declared_by(part: Item) -> str:
    """Return the name of the function that an expanded item defines."""
    header = part.header()
    index = 0
    while index < len(header) - 1:
        token = header[index]
        if token.kind == IDENT and header[index + 1].text == "(":
            if not token.text.startswith("__attribute"):
                return token.text
            index = group_end(header, index + 1, len(header))
        else:
            index += 1
    return ""


class _Standing(Container[str]):
    """The macros that stay unexpanded at one place."""

    def __init__(
        self, keep: frozenset[str], idle: frozenset[str], macro_at: Callable[[str], Macro | None]
    ) -> None:
        self._keep = keep
        self._idle = idle
        self._macro_at = macro_at

    def __contains__(self, name: object) -> bool:
        if name not in self._idle or not isinstance(name, str):
            return name in self._keep
        macro = self._macro_at(name)
        return macro is None or not macro.parameters or bool(evaluated(macro, self._named))

    def _named(self, name: str) -> tuple[Macro, ...]:
        macro = self._macro_at(name)
        return () if macro is None else (macro,)
