# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads types and declarators out of a syntax tree.

A declarator is read from the outside in: ``T (*a[3])(int)`` is a function type with result T; the pointers
and arrays that lead to a function are not counted (`Type` has one level of function only).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from tree_sitter import Node

from ptlint.cpp.tokens import Token
from ptlint.syntax.constants import INT, UNKNOWN, width
from ptlint.syntax.ir import Place, Type
from ptlint.syntax.layout import Layouts
from ptlint.syntax.records import Entity, Enumerator, Field, Member, Struct, Typedef
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Local, Scopes
from ptlint.syntax.words import AUTO, OPERANDS, PACKED, PADDING

DEEPEST_TYPEDEF: Final = 32
"""Typedefs of typedefs; more of them is a circle."""

_TAGS: Final = {"struct_specifier": "struct ", "union_specifier": "union ", "enum_specifier": "enum "}
_BUILTIN_NAMES: Final = {"_Bool": "bool", "__uint128_t": "unsigned __int128", "__int128_t": "__int128"}


class Environment(Protocol):
    """What a unit says about the names that a piece of code uses but does not declare."""

    word: int  # the bits of a pointer and of long

    def entity(self, name: str) -> Entity | None:
        """Return what *name* means at file scope, if it is a function, a variable or an enumerator."""
        ...

    def typedef(self, name: str) -> Typedef | None: ...

    def struct(self, tag: str) -> Struct | None: ...

    def member(self, access: tuple[str, str]) -> Member | None:
        """Return what an access to a member needs to know: of the struct of this tag, that of this name."""
        ...

    def never_returns(self, function: str) -> bool: ...

    def is_kept(self, macro: str) -> bool:
        """Whether *macro* is a name that stays unexpanded."""
        ...

    def expression(self, tokens: Sequence[Token]) -> tuple[Rewritten, list[Node], Node] | None:
        """Return the call of a kept macro that *tokens* are, expanded after all and parsed; None if no
        expression comes of it."""
        ...

    def size(self, kind: Type) -> int | None:
        """Return the size in bytes of a struct or union, if it is known."""
        ...

    def offset(self, kind: Type, path: str) -> int | None:
        """Return the offset in bytes of a member, if it is known."""
        ...


class Declarator(NamedTuple):
    name: Node | None
    pointers: int
    function: bool
    parameters: Node | None
    lengths: tuple[Node | None, ...]

    def applied(self, base: Type) -> Type:
        """Return the declared type, where *base* is that of the specifiers."""
        if not self.pointers and not self.function:
            return base
        return Type(base.name, base.pointers + self.pointers, base.function or self.function)


class _Inside:
    """The types in scope at a point of a function."""

    def __init__(self, reader: "TypeReader") -> None:
        self._reader = reader
        self.word = reader.word

    def typedef(self, name: str) -> Typedef | None:
        found = self._reader.scopes.find(name)
        return found if isinstance(found, Typedef) else self._reader.environment.typedef(name)

    def struct(self, tag: str) -> Struct | None:
        return self._reader.scopes.struct(tag) or self._reader.environment.struct(tag)


class TypeReader:
    """Reads the types that the tree of one `Rewritten` text holds."""

    def __init__(
        self, environment: Environment, text: Rewritten, operands: Sequence[Node], scopes: Scopes
    ) -> None:
        self.environment = environment
        self.rows = text.rows
        self.tokens: list[Token] = text.tokens
        self.cleanups = text.cleanups
        self.wrapped = text.types
        self.layout = text.layout
        self.kept = text.kept
        self.input = text.input
        self.operands = operands
        self.scopes = scopes
        self.structs: list[Struct] = []
        """All structs and unions that the text defines, inner ones too."""
        self.enumerators: list[Enumerator] = []
        self.word = environment.word

    # What layers above provide.

    def integer(self, node: Node) -> int | None:
        """Return the value of a constant expression."""
        raise NotImplementedError

    def operand_type(self, node: Node) -> Type:
        """Return the type of an expression without evaluating it."""
        raise NotImplementedError

    def place(self, node: Node) -> Place:
        """Return where the text of *node* begins."""
        token = self.tokens[node.start_point[0]]
        return Place(token.path, token.line, token.column, token.within)

    def spelling(self, node: Node) -> str:
        """Return the text of a node that is one token."""
        return self.rows[node.start_point[0]]

    def specified(self, node: Node | None, name: str = "") -> Type:
        """Return the type that a type specifier names; *name* is given to a struct that has no tag."""
        if node is None:
            return UNKNOWN
        kind = node.type
        if kind == "primitive_type":
            return Type(self.spelling(node))
        if kind in _TAGS:
            return self._tagged(node, kind, name)
        if kind == "sized_type_specifier":
            return Type(_normal([self.rows[child.start_point[0]] for child in node.children]))
        if kind == "type_identifier":
            return Type(self.spelling(node))
        return UNKNOWN

    def _tagged(self, node: Node, kind: str, name: str) -> Type:
        tag_node = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if tag_node is not None:
            tag = self.rows[tag_node.start_point[0]]
            if tag.startswith("struct $"):
                tag = tag[7:]
            if tag.startswith("$"):
                return self._synthetic(tag)
            full = _TAGS[kind] + tag
        elif name:
            full = _TAGS[kind] + name
        else:
            place = self.place(node)
            full = f"{_TAGS[kind]}<{place.path}:{place.line}>"
        if body is not None:
            if kind == "enum_specifier":
                self._enumerators(body, Type(full))
            else:
                struct = self._struct(node, body, full)
                self.scopes.define_struct(struct)
        return Type(full)

    def _synthetic(self, tag: str) -> Type:
        """Return the type that a tag written by `rewrite` stands for."""
        if tag.startswith(OPERANDS):
            number = int(tag[len(OPERANDS) :])
            if number >= len(self.operands):
                return UNKNOWN
            return self.sizeof_operand_type(self.operands[number])
        if tag == AUTO:
            return Type(AUTO)
        tag = tag[1:]
        return Type(_BUILTIN_NAMES.get(tag, tag))

    def sizeof_operand_type(self, node: Node) -> Type:
        """Return the type to which the ``sizeof`` *node* is applied."""
        named = node.child_by_field_name("type")
        if named is not None:
            return self.described(named)
        value = node.child_by_field_name("value")
        return UNKNOWN if value is None else self.operand_type(value)

    def described(self, node: Node) -> Type:
        """Return the type that a type_descriptor names."""
        base = self.specified(node.child_by_field_name("type"))
        declarator = node.child_by_field_name("declarator")
        if declarator is None:
            return base
        return self.declarator(declarator).applied(base)

    def declarator(self, node: Node) -> Declarator:
        pointers = 0
        function = False
        parameters: Node | None = None
        lengths: list[Node | None] = []
        at: Node | None = node
        while at is not None:
            kind = at.type
            if kind in ("pointer_declarator", "abstract_pointer_declarator"):
                if not function:
                    pointers += 1
            elif kind in ("array_declarator", "abstract_array_declarator"):
                if not function:
                    pointers += 1
                lengths.append(at.child_by_field_name("size"))
            elif kind in ("function_declarator", "abstract_function_declarator"):
                function = True
                if parameters is None:
                    parameters = at.child_by_field_name("parameters")
            elif kind in ("identifier", "field_identifier", "type_identifier", "primitive_type"):
                return Declarator(at, pointers, function, parameters, tuple(reversed(lengths)))
            elif kind == "struct_specifier":  # a typedef's name that is declared anew
                return Declarator(
                    at.child_by_field_name("name"), pointers, function, parameters, tuple(reversed(lengths))
                )
            following = at.child_by_field_name("declarator")
            if following is None and kind in (
                "parenthesized_declarator",
                "abstract_parenthesized_declarator",
            ):
                following = next(
                    (
                        child
                        for child in at.named_children
                        if "declarator" in child.type or "identifier" in child.type
                    ),
                    None,
                )
            at = following
        return Declarator(None, pointers, function, parameters, tuple(reversed(lengths)))

    def declared_name(self, declarator: Declarator) -> str:
        if declarator.name is None:
            return ""
        name = self.rows[declarator.name.start_point[0]]
        return name[8:] if name.startswith("struct $") else name

    def lengths(self, declarator: Declarator) -> tuple[int | None, ...]:
        """Return the array lengths of a declarator that are known."""
        return tuple(None if node is None else self.integer(node) for node in declarator.lengths)

    def _struct(self, node: Node, body: Node, tag: str) -> Struct:
        fields: list[Field] = []
        for child in body.named_children:
            if child.type == "field_declaration":
                fields.extend(self._fields(child, tag))
        first, last, opens = node.start_point[0], node.end_point[0], body.start_point[0]
        demands = [what for row, what in self.layout if first < row <= opens or row == last + 1]
        struct = Struct(
            tag,
            node.type == "union_specifier",
            tuple(fields),
            self.place(node),
            PACKED in demands,
            self._alignment(demands),
        )
        self.structs.append(struct)
        return struct

    def _alignment(self, demands: list[int]) -> int | None:
        """Return the greatest of the alignments that attributes demand, in bytes."""
        greatest = 1
        for demand in demands:
            if demand == PACKED:
                continue
            value: int | None = None
            if 0 <= demand < len(self.operands):
                operand = self.operands[demand].child_by_field_name("value")
                value = self.integer(operand) if operand is not None else None
            if value is None:
                return None
            greatest = max(greatest, value)
        return greatest

    def _fields(self, node: Node, outer: str) -> Iterator[Field]:
        type_node = node.child_by_field_name("type")
        declarators = node.children_by_field_name("declarator")
        inner: Struct | None = None
        first = self.declarator(declarators[0]) if declarators else None
        label = self.declared_name(first) if first is not None else ""
        base = UNKNOWN
        if type_node is not None:
            place = self.place(type_node)
            name = f"{outer.partition(' ')[2]}::{label or f'<{place.line}:{place.column}>'}"
            before = len(self.structs)
            base = self.specified(type_node, name)
            if len(self.structs) > before and type_node.child_by_field_name("body") is not None:
                inner = self.structs[-1]
            elif not declarators:
                inner = self.scopes.struct(base.name) or self.environment.struct(base.name)
        if not declarators:
            if inner is not None:
                yield Field("", base, self.place(node), inner=inner)
            return
        widths = _widths(node)
        align = self._field_alignment(node, type_node)
        for number, declarator_node in enumerate(declarators):
            declarator = self.declarator(declarator_node)
            width_node = widths.get(declarator_node.start_byte)
            name = self.declared_name(declarator)
            yield Field(
                "" if name == PADDING else name,
                declarator.applied(base),
                self.place(declarator.name or declarator_node),
                self.lengths(declarator),
                self.integer(width_node) if width_node is not None else None,
                inner if number == 0 else None,
                align,
            )

    def _field_alignment(self, node: Node, type_node: Node | None) -> int | None:
        """Return the alignment that attributes of a field declaration demand; None if it is packed, too."""
        if not self.layout:
            return 1
        first, last = node.start_point[0], node.end_point[0]
        body = type_node.child_by_field_name("body") if type_node is not None else None
        inside = (0, 0) if body is None else (body.start_point[0], body.end_point[0])
        demands = [
            what for row, what in self.layout if first < row <= last and not inside[0] < row <= inside[1]
        ]
        return None if PACKED in demands else self._alignment(demands)

    def _enumerators(self, body: Node, kind: Type) -> None:
        value: int | None = -1
        for child in body.named_children:
            if child.type != "enumerator":
                continue
            name_node = child.child_by_field_name("name")
            if name_node is None:
                continue
            given = child.child_by_field_name("value")
            if given is not None:
                value = self.integer(given)
            elif value is not None:
                value += 1
            enumerator = Enumerator(self.spelling(name_node), value, INT, self.place(name_node))
            self.enumerators.append(enumerator)
            self.scopes.bind(enumerator.name, enumerator)

    def resolved(self, kind: Type) -> Type:
        """Return *kind* with its typedefs replaced by what they stand for."""
        for _ in range(DEEPEST_TYPEDEF):
            name = kind.name
            if not name or " " in name or name in ("int", "char", "void", "long"):
                return kind
            local = self.scopes.find(name)
            typedef = local if isinstance(local, Typedef) else self.environment.typedef(name)
            if typedef is None or typedef.type.name == name:
                return kind
            target = typedef.type
            if target.function and not kind.function:
                kind = Type(target.name, target.pointers, True)
            else:
                kind = Type(target.name, kind.pointers + target.pointers, kind.function)
        return kind

    def struct_of(self, kind: Type) -> Struct | None:
        """Return the struct or union that *kind* is."""
        kind = self.resolved(kind)
        if kind.pointers or kind.function or not kind.name:
            return None
        return self.scopes.struct(kind.name) or self.environment.struct(kind.name)

    def member_of(self, kind: Type, name: str) -> Member | None:
        """Return what an access to the member *name* of an object of type *kind* needs to know."""
        kind = self.resolved(kind)
        if kind.pointers or kind.function or not kind.name:
            return None
        local = self.scopes.struct(kind.name)
        return local.member(name) if local is not None else self.environment.member((kind.name, name))

    def integer_type(self, kind: Type) -> str | None:
        """Return the name of the integer type that *kind* is, None if it is none."""
        kind = self.resolved(kind)
        if kind.pointers or kind.function:
            return None
        if kind.name in _INTEGERS:
            return kind.name
        return "int" if kind.name.startswith("enum ") else None

    def size_of(self, kind: Type, lengths: tuple[int | None, ...] = ()) -> int | None:
        """Return the size in bytes of an object of this type, None if it is not known."""
        resolved = self.resolved(kind)
        if lengths:
            count = 1
            for length in lengths:
                if length is None:
                    return None
                count *= length
            size = self.size_of(Type(resolved.name, resolved.pointers - len(lengths), resolved.function))
            return None if size is None else size * count
        if resolved.function or resolved.pointers > 0:
            return self.word // 8
        name = self.integer_type(resolved)
        if name is not None:
            return width(name, self.word) // 8
        if resolved.name == "void":
            return 1
        if self.scopes.struct(resolved.name) is not None:
            return Layouts(_Inside(self)).size(resolved)
        return self.environment.size(resolved)

    def local(self, name: str) -> Local | None:
        found = self.scopes.find(name)
        return found if isinstance(found, Local) else None


_INTEGERS: Final = frozenset((
    "bool", "_Bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int",
    "unsigned int", "long", "unsigned long", "long long", "unsigned long long", "__int128",
    "unsigned __int128",
))  # fmt: skip


def _normal(words: list[str]) -> str:
    """Return the usual name of an integer type from its specifiers in any order."""
    unsigned = "unsigned" in words
    long = words.count("long")
    if "double" in words:
        return "long double" if long else "double"
    if "char" in words:
        return "unsigned char" if unsigned else "signed char" if "signed" in words else "char"
    base = "short" if "short" in words else ("int", "long", "long long", "__int128")[min(long, 3)]
    return f"unsigned {base}" if unsigned else base


def _widths(node: Node) -> dict[int, Node]:
    """Return the widths of the bit-fields in a field declaration, by where their declarator starts."""
    widths: dict[int, Node] = {}
    last = -1
    for child in node.children:
        kind = child.type
        if kind == "bitfield_clause":
            if last >= 0 and child.named_children:
                widths[last] = child.named_children[0]
        elif child.is_named:
            last = child.start_byte
    return widths
