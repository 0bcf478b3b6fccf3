# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds values out of values: what C's operators do, without any syntax."""

from collections.abc import Sequence
from typing import Final

from tree_sitter import Node

from ptlint.syntax.constants import (
    INT,
    LONG,
    UNKNOWN,
    VOID,
    arithmetic,
    common,
    compare,
    is_unsigned,
    promoted,
    wrap,
)
from ptlint.syntax.graph import Graph
from ptlint.syntax.ir import (
    AddressOf,
    Aggregate,
    Assign,
    Binary,
    Branch,
    Cast,
    Constant,
    Deref,
    Expression,
    Jump,
    Lost,
    Member,
    Name,
    Place,
    Scope,
    Text,
    Type,
    Unary,
)
from ptlint.syntax.records import Enumerator, Prototype, Variable
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Local, Scopes
from ptlint.syntax.types import Environment, TypeReader
from ptlint.syntax.values import (
    ZERO,
    Value,
    element_count,
    folded_pointers,
    initialised,
    is_null,
    truth,
    type_of,
)
from ptlint.syntax.words import LABEL_VALUE

_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_FUNCTION_NAMES: Final = frozenset(("__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"))


class Operators(TypeReader):
    """Names, members, pointers and arithmetic on values that were lowered."""

    def __init__(
        self,
        environment: Environment,
        text: Rewritten,
        operands: Sequence[Node],
        scopes: Scopes,
        function: str,
    ) -> None:
        super().__init__(environment, text, operands, scopes)
        self.graph = Graph()
        self.function = function
        self.lost: list[Lost] = []
        self.label_values = False

    def named(self, name: str, node: Node | None) -> Value:
        found = self.scopes.find(name)
        if isinstance(found, Local):
            return Value(found.name, found.name.type)
        if isinstance(found, Enumerator):
            return Value(Constant(found.value, name), found.type)
        if name in _FUNCTION_NAMES:
            return Value(Text(self.function), Type("char", 1))
        if name == LABEL_VALUE:
            self.label_values = True
            text = self.tokens[node.start_point[0]].text if node is not None else ""
            return Value(Constant(None, text), Type("void", 1))
        if name.startswith("__builtin_"):
            return Value(Name(name, Scope.FUNCTION, UNKNOWN), UNKNOWN)
        entity = self.environment.entity(name)
        if isinstance(entity, Variable):
            if entity.constant and isinstance(entity.initialiser, Constant):
                return Value(Constant(entity.initialiser.value, name), entity.type)
            return Value(Name(name, Scope.GLOBAL, entity.type), entity.type)
        if isinstance(entity, Enumerator):
            return Value(Constant(entity.value, name), entity.type)
        if isinstance(entity, Prototype):
            kind = Type(entity.result.name, entity.result.pointers, True)
            return Value(Name(name, Scope.FUNCTION, kind), kind)
        if self.environment.is_kept(name):
            return Value(Name(name, Scope.FUNCTION, UNKNOWN), UNKNOWN)
        return Value(Name(name, Scope.GLOBAL, UNKNOWN), UNKNOWN)

    def member(self, base: Value, name: str, place: Place) -> Value:
        found = self.member_of(base.type, name)
        expression = base.expression
        kind, tag = (found.type, found.tag) if found is not None else (UNKNOWN, "")
        if isinstance(expression, Aggregate):
            struct = self.struct_of(base.type)
            known = initialised(expression, struct, name) if struct is not None else None
            if known is not None:
                return Value(known, kind)
            temporary = self.scopes.temporary(base.type)
            self.graph.emit(Assign(temporary, expression, place))
            expression = temporary
        return Value(Member(expression, name, tag, kind), kind)

    def dereferenced(self, pointer: Value) -> Value:
        expression, kind = pointer
        if isinstance(expression, AddressOf):
            inner = expression.operand
            return Value(inner, kind.pointee() if kind.pointers else type_of(inner))
        resolved = kind if kind.pointers else self.resolved(kind)
        if resolved.function:
            return pointer
        target = resolved.pointee()
        return Value(Deref(expression, target), target)

    def address(self, operand: Value, place: Place) -> Value:
        expression, kind = operand
        if isinstance(expression, Deref):
            return Value(expression.pointer, kind.pointer())
        if isinstance(expression, Name) and expression.scope is Scope.FUNCTION:
            return operand
        if not isinstance(expression, (Name, Member)):
            temporary = self.scopes.temporary(kind)
            self.graph.emit(Assign(temporary, expression, place))
            expression = temporary
        return Value(AddressOf(expression), kind.pointer())

    def element(self, base: Value, index: Value) -> Value:
        kind = base.type if base.type.pointers else self.resolved(base.type)
        if index.expression == ZERO:
            return self.dereferenced(Value(base.expression, kind))
        pointer = Value(Binary("+", base.expression, index.expression, kind), kind)
        if kind.function:
            return Value(Deref(pointer.expression, kind), kind)
        return self.dereferenced(pointer)

    def operation(self, operator: str, left: Value, right: Value) -> Value:
        """Return a binary operation on two values, folded if both are known."""
        left_name = self.integer_type(left.type)
        right_name = self.integer_type(right.type)
        comparing = operator in _COMPARISONS
        if left_name is None or right_name is None:
            left_type = left.type if left.type.pointers else self.resolved(left.type)
            if comparing:
                kind = INT
            elif left_type.pointers:
                right_type = right.type if right.type.pointers else self.resolved(right.type)
                kind = LONG if operator == "-" and right_type.pointers else left.type
            elif self.resolved(right.type).pointers:
                kind = right.type
            else:
                kind = left.type if left.type == right.type else UNKNOWN
            if comparing:
                folded = folded_pointers(operator, left.expression, right.expression)
                if folded is not None:
                    return Value(Constant(folded), INT)
            return Value(Binary(operator, left.expression, right.expression, kind), kind)
        shifting = operator in ("<<", ">>")
        name = promoted(left_name) if shifting else common(left_name, right_name, self.word)
        kind = INT if comparing else Type(name)
        if isinstance(left.expression, Constant) and isinstance(right.expression, Constant):
            a, b = left.expression.value, right.expression.value
            if a is None or b is None:
                if not (operator in ("&", "*") and (a == 0 or b == 0)):
                    return Value(Constant(None), kind)
                return Value(ZERO, kind)
            if not shifting:
                a, b = wrap(a, name, self.word), wrap(b, name, self.word)
            known = compare(operator, a, b) if comparing else arithmetic(operator, a, b, name, self.word)
            return Value(Constant(known), kind)
        if comparing and right.expression == ZERO and is_unsigned(name) and operator in ("<", ">="):
            return Value(Constant(int(operator == ">=")), kind)
        if operator in ("&", "*") and (left.expression == ZERO or right.expression == ZERO):
            return Value(ZERO, kind)
        return Value(Binary(operator, left.expression, right.expression, kind), kind)

    def cast(self, kind: Type, value: Value) -> Value:
        expression = value.expression
        if kind == value.type or not kind.name:
            return Value(expression, kind if kind.name else value.type)
        if isinstance(expression, Constant):
            name = self.integer_type(kind)
            if name is not None:
                known = expression.value
                if known is not None:
                    known = wrap(known, name, self.word)
                return Value(Constant(known, expression.name), kind)
        struct = self.resolved(kind)
        if not struct.pointers and struct.name.startswith("union ") and not isinstance(expression, Aggregate):
            return Value(Aggregate(kind, (("", expression),)), kind)
        return Value(Cast(kind, expression), kind)

    def joined(self, first: Value, second: Value) -> Type:
        """Return the type of ``x ? first : second``."""
        if first.type == second.type:
            return first.type
        if self.resolved(first.type).pointers:
            if first.type == Type("void", 1) and second.type.pointers:
                null = is_null(first.expression)
                return second.type if null else first.type
            return first.type
        if self.resolved(second.type).pointers:
            return second.type
        names = self.integer_type(first.type), self.integer_type(second.type)
        if names[0] is not None and names[1] is not None:
            return Type(common(names[0], names[1], self.word))
        if first.type == VOID or second.type == VOID:
            return VOID
        return first.type if first.type.name else second.type

    def store(self, target: Value, value: Expression, place: Place) -> None:
        expression = target.expression
        while isinstance(expression, Cast):
            expression = expression.operand
        if isinstance(expression, (Name, Deref, Member)):
            self.graph.emit(Assign(expression, value, place))
        else:
            self.lost.append(Lost(place, "assignment to no object"))

    def branch(self, condition: Expression, then: int, other: int, place: Place) -> None:
        """End the current block on a value that was lowered."""
        while True:
            if isinstance(condition, Unary) and condition.operator == "!":
                condition = condition.operand
                then, other = other, then
            elif (
                isinstance(condition, Binary)
                and condition.operator in ("!=", "==")
                and condition.right == ZERO
                and isinstance(condition.left, Unary)
                and condition.left.operator == "!"
            ):
                if condition.operator == "==":
                    then, other = other, then
                condition = condition.left
            else:
                break
        known = truth(condition)
        if known is None:
            self.graph.close(Branch(condition, then, other, place))
        else:
            self.graph.close(Jump(then if known else other))

    def set_length(self, source: str, name: Name) -> None:
        """Note how long the array *name* is that was declared without a length and has been assigned to."""
        local = self.local(source)
        emitted = self.graph.instructions[self.graph.current]
        if local is None or not local.lengths or local.lengths[0] is not None or not emitted:
            return
        last = emitted[-1]
        if isinstance(last, Assign) and last.target is name:
            lengths = (element_count(last.value), *local.lengths[1:])
            self.scopes.bind(source, Local(name, lengths))

    def typedef_lengths(self, kind: Type) -> tuple[int | None, ...]:
        """Return the lengths of the array type that a typedef names."""
        if kind.pointers or " " in kind.name:
            return ()
        typedef = self.environment.typedef(kind.name)
        return typedef.lengths if typedef is not None else ()

    def array_lengths(self, expression: Expression) -> tuple[int | None, ...]:
        """Return the lengths of the array that an expression is, () if it is none."""
        if isinstance(expression, Name):
            source = expression.name.partition(".")[0]
            local = self.local(source)
            if local is not None and local.name == expression:
                return local.lengths or self.typedef_lengths(expression.type)
            if expression.scope is Scope.GLOBAL:
                entity = self.environment.entity(expression.name)
                return entity.lengths if isinstance(entity, Variable) else ()
            return ()
        if isinstance(expression, Member):
            member = self.member_of(type_of(expression.base), expression.field)
            if member is None:
                return (None,) if expression.type.pointers else ()
            return member.lengths
        if isinstance(expression, Deref):
            pointer = expression.pointer
            base = pointer.left if isinstance(pointer, Binary) else pointer
            return self.array_lengths(base)[1:]
        return ()
