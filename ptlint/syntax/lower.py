# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers the tokens of one definition, after macro expansion, to the intermediate form."""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import tree_sitter
import tree_sitter_c
from tree_sitter import Node

from ptlint.cpp.tokens import IDENT, PUNCT, Token
from ptlint.syntax.constants import UNKNOWN
from ptlint.syntax.ir import Function, Lost, Name, Place, Return, Scope, Type
from ptlint.syntax.records import Entity, Prototype, Struct, Typedef, Variable
from ptlint.syntax.rewrite import Rewritten, rewrite
from ptlint.syntax.scopes import Scopes
from ptlint.syntax.statements import Statements
from ptlint.syntax.types import Declarator, Environment
from ptlint.syntax.values import element_count
from ptlint.syntax.words import OPERANDS

LONGEST_FUNCTION = 400_000
"""Tokens after expansion. The longest of a kernel has a tenth."""


class Declarations(NamedTuple):
    """What the tokens of items at file scope declare."""

    entities: dict[str, Entity]
    typedefs: dict[str, Typedef]
    structs: dict[str, Struct]
    lost: tuple[Lost, ...]


class Parser:
    """tree-sitter's parser for C."""

    def __init__(self) -> None:
        self._parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))

    def __reduce__(self) -> tuple[type["Parser"], tuple[()]]:
        return Parser, ()

    def parse(self, text: Rewritten) -> tuple[list[Node], list[Node], Node]:
        """Return the items of the code, the ``sizeof`` nodes of its typeof operands, and the root."""
        root = self._parser.parse(text.source()).root_node
        items = list(root.named_children)
        operands: list[Node] = []
        if text.operands:
            code: list[Node] = []
            for item in items:
                operand = _operand(item, text)
                if operand is None:
                    code.append(item)
                else:
                    operands.append(operand)
            items = code
        return items, operands, root


def parse_expression(
    tokens: Sequence[Token], typenames: Container[str], keep: Container[str], parser: Parser
) -> tuple[Rewritten, list[Node], Node] | None:
    """Return *tokens* parsed as an expression, None if they are none."""
    if not tokens:
        return None
    at = tokens[0]
    head = [at._replace(kind=IDENT, text=text) for text in ("void", "$expression")]
    head += [at._replace(kind=PUNCT, text=text) for text in ("(", ")", "{")]
    tail = [at._replace(kind=PUNCT, text=text) for text in (";", "}")]
    text = rewrite([*head, *tokens, *tail], typenames, keep)
    items, operands, root = parser.parse(text)
    body = items[0].child_by_field_name("body") if items and not root.has_error else None
    statements = body.named_children if body is not None else []
    if len(statements) != 1 or statements[0].type != "expression_statement":
        return None
    children = statements[0].named_children
    return (text, operands, children[0]) if len(children) == 1 else None


def _operand(item: Node, text: Rewritten) -> Node | None:
    """Return the ``sizeof`` of a function that `rewrite` made for the operand of a typeof."""
    if item.type != "function_definition":
        return None
    row = item.start_point[0] + 1
    if row >= len(text.rows) or not text.rows[row].startswith(OPERANDS):
        return None
    body = item.child_by_field_name("body")
    if body is None or not body.named_children or not body.named_children[0].named_children:
        return item
    return body.named_children[0].named_children[0]


def lower_function(
    tokens: Sequence[Token],
    environment: Environment,
    typenames: Container[str],
    keep: Container[str],
    parser: Parser,
    name: str,
    extent: tuple[str, int, int],
) -> Function | None:
    """Return the function *name* that *tokens* define (after macro expansion), None if they do not.

    *extent* is its file, the line of its name and its last line. Never raises on odd text: what is not
    understood stands in `Function.lost`.
    """
    path, line, last_line = extent
    if len(tokens) > LONGEST_FUNCTION:
        return _lost_function(name, extent, tokens, "too long")
    text = rewrite(tokens, typenames, keep)
    items, operands, root = parser.parse(text)
    definition = _definition(items, text, name)
    if definition is None:
        return None
    lowering = Statements(environment, text, operands, Scopes(), name)
    declarator_node = definition.child_by_field_name("declarator")
    body = definition.child_by_field_name("body")
    if declarator_node is None or body is None:
        return None
    try:
        declarator = lowering.declarator(declarator_node)
        base = lowering.specified(definition.child_by_field_name("type"))
        result = _result(declarator, base, declarator_node)
        lowering.result = result
        parameters = tuple(_parameters(lowering, declarator))
        lowering.compound(body)
        lowering.graph.close(Return(None, _end_place(text, body)))
        lowering.finish()
    except RecursionError:
        return _lost_function(name, extent, tokens, "nested too deeply")
    lowering.release()
    lost = list(lowering.lost)
    lost.extend(Lost(_place(token), why) for token, why in text.unparsed)
    if root.has_error:
        lost.extend(_errors(root, text))
    header = _header_words(definition, text)
    return Function(
        name=name,
        path=path,
        line=line,
        last_line=last_line,
        parameters=parameters,
        result=result,
        static="static" in header,
        inline=any(token.text in ("inline", "__inline", "__inline__") for token in _until_body(tokens)),
        weak=any(token.text in ("weak", "__weak__") for token in _until_body(tokens)),
        blocks=lowering.graph.finish(),
        lost=tuple(lost),
        unmatched=tuple(dict.fromkeys(lowering.unmatched)),
    )


def _until_body(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.kind == PUNCT and token.text == "{":
            return
        yield token


def _definition(items: Sequence[Node], text: Rewritten, name: str) -> Node | None:
    """Return the definition of the function *name* among the items."""
    for item in items:
        if item.type == "function_definition":
            found = _declared(item, text)
            if found == name:
                return item
        elif item.type == "ERROR":
            inner = _definition(item.named_children, text, name)
            if inner is not None:
                return inner
    return None


def _declared(item: Node, text: Rewritten) -> str:
    node = item.child_by_field_name("declarator")
    while node is not None:
        if node.type in ("identifier", "type_identifier"):
            return text.rows[node.start_point[0]]
        if node.type == "struct_specifier":
            return text.rows[node.start_point[0]].removeprefix("struct $")
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type == "parenthesized_declarator" and node.named_children:
            inner = node.named_children[0]
        node = inner
    return ""


def _result(declarator: Declarator, base: Type, node: Node) -> Type:
    return Type(base.name, base.pointers + declarator.pointers)


def _parameters(lowering: Statements, declarator: Declarator) -> Iterator[Name]:
    """Declare and yield the parameters; one without a name is called after its position."""
    nodes = declarator.parameters.named_children if declarator.parameters is not None else []
    number = 0
    for node in nodes:
        if node.type != "parameter_declaration":
            continue
        base = lowering.specified(node.child_by_field_name("type"))
        inner = node.child_by_field_name("declarator")
        if inner is None:
            if base == Type("void"):
                continue
            yield lowering.scopes.declare(f"%p{number}", Scope.PARAMETER, base)
        else:
            parameter = lowering.declarator(inner)
            name = lowering.declared_name(parameter) or f"%p{number}"
            yield lowering.scopes.declare(name, Scope.PARAMETER, parameter.applied(base))
        number += 1


def _header_words(definition: Node, text: Rewritten) -> set[str]:
    body = definition.child_by_field_name("body")
    end = body.start_point[0] if body is not None else definition.end_point[0]
    return set(text.rows[definition.start_point[0] : end])


def _place(token: Token) -> Place:
    return Place(token.path, token.line, token.column, token.within)


def _end_place(text: Rewritten, body: Node) -> Place:
    return _place(text.tokens[min(body.end_point[0], len(text.tokens) - 1)])


def _errors(root: Node, text: Rewritten) -> Iterator[Lost]:
    """Yield what tree-sitter could not parse."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "ERROR" or node.is_missing:
            row = min(node.start_point[0], len(text.tokens) - 1)
            words = " ".join(text.rows[row : min(node.end_point[0] + 1, row + 8)])
            why = f"missing {node.type}" if node.is_missing else f"syntax error at {words!r}"
            if text.tokens:
                yield Lost(_place(text.tokens[row]), why)
        elif node.has_error:
            waiting.extend(reversed(node.children))


def _lost_function(name: str, extent: tuple[str, int, int], tokens: Sequence[Token], why: str) -> Function:
    path, line, last_line = extent
    place = Place(path, line, 1)
    return Function(name, path, line, last_line, (), UNKNOWN, False, False, False, (), (Lost(place, why),))


def read_declarations(
    tokens: Sequence[Token],
    environment: Environment,
    typenames: Container[str],
    keep: Container[str],
    parser: Parser,
) -> Declarations:
    """Return what *tokens* (after macro expansion, without the bodies of functions) declare at file scope."""
    text = rewrite(tokens, typenames, keep)
    items, operands, root = parser.parse(text)
    entities: dict[str, Entity] = {}
    typedefs: dict[str, Typedef] = {}
    reader = Statements(environment, text, operands, Scopes(), "")
    lost: list[Lost] = []
    try:
        for item in items:
            for entity in _entities(item, reader, text, typedefs):
                known = entities.get(entity.name)
                if known is None or _tells_more(entity, known):
                    entities[entity.name] = entity
    except RecursionError:
        lost.append(Lost(_place(tokens[0]), "nested too deeply"))
    for enumerator in reader.enumerators:
        entities.setdefault(enumerator.name, enumerator)
    reader.release()
    lost.extend(reader.lost)
    lost.extend(Lost(_place(token), why) for token, why in text.unparsed)
    if root.has_error:
        lost.extend(_errors(root, text))
    structs = {struct.tag: struct for struct in reader.structs}
    return Declarations(entities, typedefs, structs, tuple(lost))


def _tells_more(new: Entity, old: Entity) -> bool:
    return (
        isinstance(new, Variable)
        and isinstance(old, Variable)
        and (new.initialiser is not None or (old.extern and not new.extern))
    )


def _entities(
    item: Node, reader: Statements, text: Rewritten, typedefs: dict[str, Typedef]
) -> Iterator[Entity]:
    kind = item.type
    if kind == "type_definition":
        reader.statement(item)
        for declarator_node in item.children_by_field_name("declarator"):
            name = reader.declared_name(reader.declarator(declarator_node))
            found = reader.scopes.find(name)
            if isinstance(found, Typedef):
                typedefs[name] = found
        return
    if kind in ("struct_specifier", "union_specifier", "enum_specifier"):
        reader.specified(item)
        return
    if kind == "ERROR":
        for child in item.named_children:
            if child.type in ("declaration", "function_definition", "type_definition", "struct_specifier"):
                yield from _entities(child, reader, text, typedefs)
        return
    if kind not in ("declaration", "function_definition"):
        return
    words = {reader.spelling(child) for child in item.children if child.type == "storage_class_specifier"}
    base = reader.specified(item.child_by_field_name("type"))
    for node in item.children_by_field_name("declarator"):
        initialiser: Node | None = None
        if node.type == "init_declarator":
            initialiser = node.child_by_field_name("value")
            inner = node.child_by_field_name("declarator")
            if inner is None:
                continue
            node = inner
        declarator = reader.declarator(node)
        if declarator.name is None:
            continue
        name = reader.declared_name(declarator)
        place = reader.place(declarator.name)
        if declarator.function and initialiser is None and _is_function(node, reader, declarator):
            result = _result(declarator, base, node)
            parameters = tuple(_parameter_types(reader, declarator))
            yield Prototype(name, result, parameters, False, place, _is_open(declarator))
            continue
        type_ = declarator.applied(base)
        lengths = reader.lengths(declarator)
        value = None
        if initialiser is not None:
            if initialiser.type == "initializer_list":
                value = reader.aggregate(initialiser, type_).expression
            else:
                value = reader.value(initialiser).expression
        if lengths and lengths[0] is None and value is not None:
            lengths = (element_count(value), *lengths[1:])
        yield Variable(name, type_, "static" in words, value, place, lengths, "extern" in words)


def _is_function(node: Node, reader: Statements, declarator: Declarator) -> bool:
    at: Node | None = node
    while at is not None:
        if at.type == "parenthesized_declarator":
            # "(f)(int)" declares a function, "(*f)(int)" a pointer.
            inner = at.named_children[0] if at.named_children else None
            return inner is not None and inner.type == "identifier"
        at = at.child_by_field_name("declarator")
    return True


def _is_open(declarator: Declarator) -> bool:
    """Say whether a function takes any number of arguments besides its parameters, if it has some."""
    nodes = declarator.parameters.children if declarator.parameters is not None else []
    inside = [node for node in nodes if node.type not in ("(", ")", ",", "comment")]
    return any(node.type != "parameter_declaration" for node in inside) or not inside


def _parameter_types(reader: Statements, declarator: Declarator) -> Iterator[Type]:
    nodes = declarator.parameters.named_children if declarator.parameters is not None else []
    for node in nodes:
        if node.type != "parameter_declaration":
            continue
        base = reader.specified(node.child_by_field_name("type"))
        inner = node.child_by_field_name("declarator")
        kind = base if inner is None else reader.declarator(inner).applied(base)
        if kind != Type("void"):
            yield kind
