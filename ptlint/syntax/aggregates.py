# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers brace initialisers, compound literals, member designators and ``sizeof``."""

from collections.abc import Sequence

from tree_sitter import Node

from ptlint.syntax.constants import UNKNOWN, UNSIGNED_LONG
from ptlint.syntax.expressions import Expressions
from ptlint.syntax.ir import Aggregate, Constant, Expression, Text, Type
from ptlint.syntax.records import Struct
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Scopes
from ptlint.syntax.types import Environment
from ptlint.syntax.values import Value
from ptlint.syntax.words import AUTO


class Aggregates(Expressions):
    """Lowers initialisers and what is known of the layout of types."""

    def __init__(
        self,
        environment: Environment,
        text: Rewritten,
        operands: Sequence[Node],
        scopes: Scopes,
        function: str,
    ) -> None:
        super().__init__(environment, text, operands, scopes, function)
        self.handlers["sizeof_expression"] = self._sizeof
        self.handlers["compound_literal_expression"] = self._compound_literal
        self.handlers["initializer_list"] = lambda node: self.aggregate(node, UNKNOWN)

    def _sizeof(self, node: Node) -> Value:
        named = node.child_by_field_name("type")
        value = node.child_by_field_name("value")
        known: int | None = None
        if named is not None:
            base = self.described(named)
            declarator = named.child_by_field_name("declarator")
            lengths = self.lengths(self.declarator(declarator)) if declarator is not None else ()
            lengths = lengths or self.typedef_lengths(base)
            known = self.size_of(base, lengths)
        elif value is not None:
            before = self.graph.position()
            saved = self.scopes.saved()
            lost = len(self.lost)
            operand = self.value(value)
            self.graph.forget(before)
            self.scopes.restore(saved)
            del self.lost[lost:]
            if isinstance(operand.expression, Text):
                known = None
            else:
                known = self.size_of(operand.type, self.array_lengths(operand.expression))
        return Value(Constant(known, "" if known is not None else "sizeof"), UNSIGNED_LONG)

    def _compound_literal(self, node: Node) -> Value:
        type_node = node.child_by_field_name("type")
        value_node = node.child_by_field_name("value")
        if type_node is None or value_node is None:
            return self.odd(node)
        kind = self.described(type_node)
        aggregate = self.aggregate(value_node, kind)
        fields = aggregate.expression.fields if isinstance(aggregate.expression, Aggregate) else ()
        resolved = self.resolved(kind)
        scalar = (resolved.pointers and "[" not in str(type_node.type)) or self.integer_type(
            resolved
        ) is not None
        declarator = type_node.child_by_field_name("declarator")
        is_array = declarator is not None and declarator.type == "abstract_array_declarator"
        if scalar and not is_array and len(fields) == 1 and not fields[0][0]:
            return Value(fields[0][1], kind)
        return aggregate

    def aggregate(self, node: Node, kind: Type) -> Value:
        """Lower a brace initialiser of an object of this type."""
        if kind.name == AUTO:
            kind = UNKNOWN
        resolved = self.resolved(kind)
        struct = self.struct_of(resolved)
        fields: list[tuple[str, Expression]] = []
        position = 0
        members = tuple(struct.fields) if struct is not None else ()
        for child in node.named_children:
            if child.type == "initializer_pair":
                value_node = child.child_by_field_name("value")
                path, inner = self._designator(child, struct, resolved)
                if value_node is None:
                    continue
                if struct is not None and path:
                    first = path.partition(".")[0].partition("[")[0]
                    position = next(
                        (n + 1 for n, field in enumerate(members) if field.name == first), position
                    )
            else:
                if child.type == "comment":
                    continue
                value_node = child
                path = ""
                inner = resolved.pointee() if resolved.pointers else UNKNOWN
                if position < len(members):
                    inner = members[position].type
                position += 1
            if value_node.type == "initializer_list":
                fields.append((path, self.aggregate(value_node, inner).expression))
            else:
                fields.append((path, self.value(value_node).expression))
        return Value(Aggregate(kind, tuple(fields)), kind)

    def _designator(self, node: Node, struct: Struct | None, kind: Type) -> tuple[str, Type]:
        """Return the path that the designators of an initialiser name, and the type of what it leads to."""
        path = ""
        for designator in node.children_by_field_name("designator"):
            if designator.type == "field_designator":
                name = self.spelling(designator.named_children[0])
                path = f"{path}.{name}" if path else name
                field = struct.field(name) if struct is not None else None
                kind = field.type if field is not None else UNKNOWN
            elif designator.type == "field_identifier":
                name = self.spelling(designator)
                path = name
                field = struct.field(name) if struct is not None else None
                kind = field.type if field is not None else UNKNOWN
            else:
                limits = [self.value(child).expression for child in designator.named_children]
                path += f"[{' ... '.join(_index_text(limit) for limit in limits)}]"
                kind = self.resolved(kind).pointee()
            struct = self.struct_of(kind)
        return path, kind

    def member_path(self, node: Node) -> str | None:
        """Return the text of a member designator ``a.b[1]``; None if the node is none."""
        if node.type == "identifier":
            return self.spelling(node)
        if node.type == "field_expression":
            argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
            if argument is None or field is None:
                return None
            base = self.member_path(argument)
            return None if base is None else f"{base}.{self.spelling(field)}"
        if node.type == "subscript_expression":
            argument, index = node.child_by_field_name("argument"), node.child_by_field_name("index")
            if argument is None or index is None:
                return None
            base = self.member_path(argument)
            number = self.integer(index)
            return None if base is None else f"{base}[{'?' if number is None else number}]"
        return None


def _index_text(expression: Expression) -> str:
    if isinstance(expression, Constant):
        return expression.name if expression.value is None else str(expression.value)
    return "?"
