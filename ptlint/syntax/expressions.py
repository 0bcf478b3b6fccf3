# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers expressions: values without side effects, and instructions for all that has some.

C leaves the order of most operands open; they are taken from left to right here. A value that is read is
left as an expression and not copied, unless a sequence point comes before its use.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from tree_sitter import Node

from ptlint.syntax.constants import (
    CHAR,
    INT,
    UNKNOWN,
    UNSIGNED_LONG,
    VOID,
    arithmetic,
    common,
    compare,
    is_unsigned,
    literal,
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
    Call,
    Cast,
    Constant,
    ContainerOf,
    Deref,
    Expression,
    Jump,
    Lost,
    Member,
    Name,
    Opaque,
    Place,
    Scope,
    Text,
    Type,
    Unary,
    Unreachable,
)
from ptlint.syntax.records import Enumerator, Prototype, Struct, Variable
from ptlint.syntax.rewrite import (
    AUTO,
    CALL_ASM,
    CALL_GENERIC,
    CALL_JUMP,
    CALL_OFFSET,
    CALL_SAME_TYPE,
    CALL_VA_ARG,
    DEFAULT,
    LABEL_VALUE,
    Rewritten,
)
from ptlint.syntax.rewrite import (
    UNKNOWN as UNKNOWN_NAME,
)
from ptlint.syntax.scopes import Local, Scopes
from ptlint.syntax.types import Environment, TypeReader

_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_FUNCTION_NAMES: Final = frozenset(("__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"))
_UNREACHABLE: Final = frozenset(("__builtin_unreachable", "__builtin_trap"))
_ZERO: Final = Constant(0)
_ONE: Final = Constant(1)


class Value(NamedTuple):
    expression: Expression
    type: Type


class Expressions(TypeReader):
    """Lowers the expressions of one text into one graph."""

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
        self._values: dict[str, Callable[[Node], Value]] = {
            "identifier": self._identifier,
            "number_literal": self._number,
            "call_expression": self._call,
            "field_expression": self._field,
            "parenthesized_expression": self._parenthesized,
            "binary_expression": self._binary,
            "pointer_expression": self._pointer,
            "cast_expression": self._cast,
            "unary_expression": self._unary,
            "assignment_expression": self._assignment,
            "update_expression": self._update,
            "subscript_expression": self._subscript,
            "conditional_expression": self._conditional,
            "comma_expression": self._comma,
            "string_literal": self._string,
            "sizeof_expression": self._sizeof,
            "compound_literal_expression": self._compound_literal,
            "initializer_list": lambda node: self.aggregate(node, UNKNOWN),
            "true": lambda node: Value(Constant(1, "true"), Type("bool")),
            "false": lambda node: Value(Constant(0, "false"), Type("bool")),
            "null": lambda node: Value(_ZERO, Type("void", 1)),
        }
        self._builtins: dict[str, Callable[[Node, list[Node]], Value]] = {
            "__builtin_expect": self._first,
            "__builtin_expect_with_probability": self._first,
            "__builtin_assume_aligned": self._first,
            "__builtin_constant_p": self._constant_p,
            "__builtin_choose_expr": self._choose,
            "__builtin_object_size": self._object_size,
            "__builtin_dynamic_object_size": self._object_size,
            "$alignof": self._alignof,
            CALL_GENERIC: self._generic,
            CALL_OFFSET: self._offset,
            CALL_SAME_TYPE: self._same_type,
            CALL_VA_ARG: self._va_arg,
            CALL_JUMP: self._computed_jump,
        }

    # What the layer above provides.

    def statement_expression(self, body: Node, wanted: bool) -> Value:
        """Lower ``({ … })``."""
        raise NotImplementedError

    # The ways in.

    def value(self, node: Node) -> Value:
        """Lower an expression whose value is used."""
        handler = self._values.get(node.type)
        if handler is not None:
            return handler(node)
        return self._odd(node)

    def discard(self, node: Node) -> None:
        """Lower an expression for its effects alone."""
        kind = node.type
        if kind == "call_expression":
            self._call(node, wanted=False)
        elif kind == "assignment_expression":
            self._assignment(node)
        elif kind == "update_expression":
            self._update(node, wanted=False)
        elif kind == "comma_expression":
            for child in node.named_children:
                self.discard(child)
        elif kind == "parenthesized_expression":
            inner = _inside(node)
            if inner is None:
                return
            if inner.type == "compound_statement":
                self.statement_expression(inner, wanted=False)
            else:
                self.discard(inner)
        elif kind == "cast_expression":
            operand = node.child_by_field_name("value")
            if operand is not None:
                self.discard(operand)
        elif kind == "conditional_expression":
            self._discard_conditional(node)
        elif kind == "binary_expression" and self._operator(node) in ("&&", "||"):
            after = self.graph.new()
            self.condition(node, after, after)
            self.graph.current = after
        else:
            self.value(node)

    def condition(self, node: Node, then: int, other: int) -> None:
        """Lower a condition to branches; both targets are given, and no block is current afterwards."""
        kind = node.type
        if kind == "parenthesized_expression":
            inner = _inside(node)
            if inner is not None and inner.type != "compound_statement":
                self.condition(inner, then, other)
                return
        elif kind == "unary_expression" and self._operator(node) == "!":
            operand = node.child_by_field_name("argument")
            if operand is not None:
                self.condition(operand, other, then)
                return
        elif kind == "binary_expression":
            operator = self._operator(node)
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if operator in ("&&", "||") and left is not None and right is not None:
                middle = self.graph.new()
                if operator == "&&":
                    self.condition(left, middle, other)
                else:
                    self.condition(left, then, middle)
                self.graph.current = middle
                self.condition(right, then, other)
                return
        elif kind == "comma_expression":
            children = node.named_children
            for child in children[:-1]:
                self.discard(child)
            self.condition(children[-1], then, other)
            return
        elif kind == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and self.spelling(function).startswith("__builtin_expect"):
                arguments = _arguments(node)
                if arguments:
                    self.condition(arguments[0], then, other)
                    return
        value = self.value(node)
        self.branch(value.expression, then, other, self.place(node))

    def branch(self, condition: Expression, then: int, other: int, place: Place) -> None:
        """End the current block on a value that was lowered."""
        while True:
            if isinstance(condition, Unary) and condition.operator == "!":
                condition = condition.operand
                then, other = other, then
            elif (
                isinstance(condition, Binary)
                and condition.operator in ("!=", "==")
                and condition.right == _ZERO
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

    def integer(self, node: Node) -> int | None:
        before = self.graph.position()
        saved = self.scopes.saved()
        expression = self.value(node).expression
        self.graph.forget(before)
        self.scopes.restore(saved)
        return expression.value if isinstance(expression, Constant) else None

    def operand_type(self, node: Node) -> Type:
        before = self.graph.position()
        saved = self.scopes.saved()
        lost = len(self.lost)
        kind = self.value(node).type
        self.graph.forget(before)
        self.scopes.restore(saved)
        del self.lost[lost:]
        return kind

    # Names and literals.

    def _identifier(self, node: Node) -> Value:
        return self.named(self.spelling(node), node)

    def named(self, name: str, node: Node | None) -> Value:
        found = self.scopes.find(name)
        if isinstance(found, Local):
            return Value(found.name, found.name.type)
        if isinstance(found, Enumerator):
            return Value(Constant(found.value, name), found.type)
        if name in _FUNCTION_NAMES:
            return Value(Text(self.function), Type("char", 1))
        if name == UNKNOWN_NAME:
            return Value(Opaque("assembler jump"), INT)
        if name == LABEL_VALUE:
            self.label_values = True
            text = self.tokens[node.start_point[0]].text if node is not None else ""
            return Value(Constant(None, text), Type("void", 1))
        if name.startswith("__builtin_"):
            return Value(Name(name, Scope.FUNCTION, UNKNOWN), UNKNOWN)
        entity = self.environment.entity(name)
        if isinstance(entity, Variable):
            return Value(Name(name, Scope.GLOBAL, entity.type), entity.type)
        if isinstance(entity, Enumerator):
            return Value(Constant(entity.value, name), entity.type)
        if isinstance(entity, Prototype):
            kind = Type(entity.result.name, entity.result.pointers, True)
            return Value(Name(name, Scope.FUNCTION, kind), kind)
        if self.environment.is_kept(name):
            return Value(Name(name, Scope.FUNCTION, UNKNOWN), UNKNOWN)
        return Value(Name(name, Scope.GLOBAL, UNKNOWN), UNKNOWN)

    def _number(self, node: Node) -> Value:
        row = node.start_point[0]
        known = literal(self.rows[row].lstrip(), self.word)
        if known is None:
            return Value(Opaque("floating point"), Type("double"))
        token = self.tokens[row]
        name = ""
        within = token.within
        if within is not None and within.definition.parameters is None:
            numbers = 0
            for piece in within.definition.body:
                if piece.text not in ("(", ")"):
                    numbers += 1
            if numbers == 1:
                name = within.macro
        return Value(Constant(known[0], name), known[1])

    def _string(self, node: Node) -> Value:
        text = self.tokens[node.start_point[0]].text
        return Value(Text(text[text.find('"') + 1 : -1]), Type("char", 1))

    # Lvalues and the like.

    def _parenthesized(self, node: Node) -> Value:
        inner = _inside(node)
        if inner is None:
            return self._odd(node)
        if inner.type == "compound_statement":
            return self.statement_expression(inner, wanted=True)
        return self.value(inner)

    def _field(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        field = node.child_by_field_name("field")
        if argument is None or field is None:
            return self._odd(node)
        base = self.value(argument)
        name = self.spelling(field)
        if node.children[1].type == "->":
            base = self.dereferenced(base)
        return self.member(base, name, self.place(node))

    def member(self, base: Value, name: str, place: Place) -> Value:
        struct = self.struct_of(base.type)
        expression = base.expression
        tag = ""
        kind = UNKNOWN
        if struct is not None:
            path = struct.path(name)
            if path:
                kind = path[-1].type
                tag = struct.declaring_tag(name)
            if isinstance(expression, Aggregate):
                known = _initialised(expression, struct, name)
                if known is not None:
                    return Value(known, kind)
        if isinstance(expression, Aggregate):
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

    def _pointer(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self._odd(node)
        if self._operator(node) == "*":
            return self.dereferenced(self.value(argument))
        return self.address(self.value(argument), self.place(node))

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

    def _subscript(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        index = node.child_by_field_name("index")
        if argument is None or index is None:
            return self._odd(node)
        base = self.value(argument)
        position = self.value(index)
        return self.element(base, position)

    def element(self, base: Value, index: Value) -> Value:
        kind = base.type if base.type.pointers else self.resolved(base.type)
        if index.expression == _ZERO:
            return self.dereferenced(Value(base.expression, kind))
        pointer = Value(Binary("+", base.expression, index.expression, kind), kind)
        if kind.function:
            return Value(Deref(pointer.expression, kind), kind)
        return self.dereferenced(pointer)

    # Operators.

    def _operator(self, node: Node) -> str:
        operator = node.child_by_field_name("operator")
        return self.rows[operator.start_point[0]] if operator is not None else ""

    def _unary(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        operator = self._operator(node)
        if argument is None:
            return self._odd(node)
        if operator == "!":
            if _is_logical(argument, self):
                return self._truth_value(node)
            operand = self.value(argument)
            known = truth(operand.expression)
            if known is not None:
                return Value(Constant(int(not known)), INT)
            return Value(Unary("!", operand.expression), INT)
        operand = self.value(argument)
        name = self.integer_type(operand.type)
        kind = Type(promoted(name)) if name is not None else operand.type
        if operator == "+":
            return Value(operand.expression, kind)
        if isinstance(operand.expression, Constant):
            known_value = operand.expression.value
            if known_value is None or name is None:
                return Value(Constant(None), kind)
            result = -known_value if operator == "-" else ~known_value
            return Value(Constant(wrap(result, kind.name, self.word)), kind)
        return Value(Unary(operator, operand.expression), kind)

    def _binary(self, node: Node) -> Value:
        operator = self._operator(node)
        if operator in ("&&", "||"):
            return self._truth_value(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self._odd(node)
        return self.operation(operator, self.value(left), self.value(right))

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
                kind = LONG_DIFFERENCE if operator == "-" and right_type.pointers else left.type
            elif self.resolved(right.type).pointers:
                kind = right.type
            else:
                kind = left.type if left.type == right.type else UNKNOWN
            if comparing:
                folded = _folded_pointers(operator, left.expression, right.expression)
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
                return Value(_ZERO, kind)
            if not shifting:
                a, b = wrap(a, name, self.word), wrap(b, name, self.word)
            known = compare(operator, a, b) if comparing else arithmetic(operator, a, b, name, self.word)
            return Value(Constant(known), kind)
        if comparing and right.expression == _ZERO and is_unsigned(name) and operator in ("<", ">="):
            return Value(Constant(int(operator == ">=")), kind)
        if operator in ("&", "*") and (left.expression == _ZERO or right.expression == _ZERO):
            return Value(_ZERO, kind)
        return Value(Binary(operator, left.expression, right.expression, kind), kind)

    def _truth_value(self, node: Node) -> Value:
        """Lower a condition whose value, 0 or 1, is used."""
        graph = self.graph
        then, other, after = graph.new(), graph.new(), graph.new()
        start = graph.current
        self.condition(node, then, other)
        decided = self._decided(start, then, other)
        if decided is not None:
            return Value(Constant(int(decided == then)), INT)
        result = self.scopes.temporary(INT)
        place = self.place(node)
        for block, known in ((then, _ONE), (other, _ZERO)):
            graph.current = block
            graph.emit(Assign(result, known, place))
            graph.close(Jump(after))
        graph.current = after
        return Value(result, INT)

    def _decided(self, start: int, then: int, other: int) -> int | None:
        """Return the target that a condition always takes, and go on where it was decided; else None."""
        terminators = self.graph.terminators
        block = start
        while True:
            end = terminators[block]
            if not isinstance(end, Jump):
                return None
            if end.target in (then, other):
                terminators[block] = None
                self.graph.current = block
                return end.target
            block = end.target

    def _cast(self, node: Node) -> Value:
        type_node = node.child_by_field_name("type")
        value_node = node.child_by_field_name("value")
        if type_node is None or value_node is None:
            return self._odd(node)
        kind = self.described(type_node)
        if kind == VOID:
            self.discard(value_node)
            return Value(Opaque("void"), VOID)
        return self.cast(kind, self.value(value_node))

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

    def _comma(self, node: Node) -> Value:
        children = node.named_children
        for child in children[:-1]:
            self.discard(child)
        return self.value(children[-1])

    def _assignment(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self._odd(node)
        operator = self._operator(node)
        target = self.value(left)
        if operator == "=":
            return self.assign(target, right, self.place(node))
        value = self.value(right)
        result = self.operation(operator[:-1], target, value)
        self._store(target, result.expression, self.place(node))
        return target

    def assign(self, target: Value, right: Node, place: Place) -> Value:
        """Lower ``target = right``; the result is the value that was stored, where it cannot have changed."""
        expression = target.expression
        if right.type == "initializer_list":
            value = self.aggregate(right, target.type)
        elif isinstance(expression, Name) and expression.scope in (Scope.LOCAL, Scope.PARAMETER):
            stripped = _stripped(right)
            if stripped.type == "call_expression":
                value = self._call(stripped, target=expression)
                if value.expression is expression:
                    return target
            elif stripped.type == "conditional_expression":
                value = self._conditional(stripped, target=expression)
                if value.expression is expression:
                    return target
            else:
                value = self.value(stripped)
        else:
            value = self.value(right)
        self._store(target, value.expression, place)
        stored = value.expression
        if isinstance(stored, Constant) or (isinstance(stored, Name) and stored.scope is Scope.TEMPORARY):
            return Value(stored, target.type)
        return target

    def _store(self, target: Value, value: Expression, place: Place) -> None:
        expression = target.expression
        while isinstance(expression, Cast):
            expression = expression.operand
        if isinstance(expression, (Name, Deref, Member)):
            self.graph.emit(Assign(expression, value, place))
        else:
            self.lost.append(Lost(place, "assignment to no object"))

    def _update(self, node: Node, wanted: bool = True) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self._odd(node)
        target = self.value(argument)
        place = self.place(node)
        operator = self._operator(node)[0]
        postfix = node.children[0].type not in ("++", "--")
        result = target
        if wanted and postfix:
            temporary = self.scopes.temporary(target.type)
            self.graph.emit(Assign(temporary, target.expression, place))
            result = Value(temporary, target.type)
        changed = self.operation(operator, target, Value(_ONE, INT))
        self._store(target, changed.expression, place)
        return result

    def _conditional(self, node: Node, target: Name | None = None) -> Value:
        """Lower ``a ? b : c`` and ``a ?: c``; into *target* if that is given and the type is not void."""
        condition = node.child_by_field_name("condition")
        consequence = node.child_by_field_name("consequence")
        alternative = node.child_by_field_name("alternative")
        if condition is None or alternative is None:
            return self._odd(node)
        graph = self.graph
        then, other, after = graph.new(), graph.new(), graph.new()
        place = self.place(node)
        if consequence is None:
            first = self.value(condition)
            if not isinstance(first.expression, (Name, Constant)):
                temporary = self.scopes.temporary(first.type)
                graph.emit(Assign(temporary, first.expression, place))
                first = Value(temporary, first.type)
            self.branch(first.expression, then, other, place)
            graph.current = then
        else:
            start = graph.current
            self.condition(condition, then, other)
            decided = self._decided(start, then, other)
            if decided is not None:
                arms = (consequence, alternative) if decided == then else (alternative, consequence)
                return self._only_arm(*arms)
            graph.current = then
            first = self.value(consequence)
        then_end = graph.current
        graph.current = other
        second = self.value(alternative)
        other_end = graph.current
        kind = self._joined(first, second)
        if kind == VOID:
            for block in (then_end, other_end):
                graph.current = block
                graph.close(Jump(after))
            graph.current = after
            return Value(Opaque("void"), VOID)
        result = target or self.scopes.temporary(kind)
        for block, value in ((then_end, first), (other_end, second)):
            graph.current = block
            if value.expression is not result and not (
                isinstance(value.expression, Opaque) and value.type == VOID
            ):
                graph.emit(Assign(result, value.expression, place))
            graph.close(Jump(after))
        graph.current = after
        return Value(result, kind)

    def _only_arm(self, arm: Node, unused: Node) -> Value:
        """Lower the arm of a conditional whose condition is constant; the other one still gives it its type."""
        value = self.value(arm)
        if isinstance(value.expression, Constant):
            kind = self._joined(value, Value(Opaque("unused"), self.operand_type(unused)))
            return Value(value.expression, kind)
        return value

    def _joined(self, first: Value, second: Value) -> Type:
        """Return the type of ``x ? first : second``."""
        if first.type == second.type:
            return first.type
        if self.resolved(first.type).pointers:
            if first.type == Type("void", 1) and second.type.pointers:
                null = _is_null(first.expression)
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

    def _discard_conditional(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        if condition is None:
            return
        graph = self.graph
        then, other, after = graph.new(), graph.new(), graph.new()
        self.condition(condition, then, other)
        for block, field in ((then, "consequence"), (other, "alternative")):
            graph.current = block
            arm = node.child_by_field_name(field)
            if arm is not None:
                self.discard(arm)
            graph.close(Jump(after))
        graph.current = after

    # Calls.

    def _call(self, node: Node, wanted: bool = True, target: Name | None = None) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return self._odd(node)
        arguments = _arguments(node)
        place = self.place(function)
        if function.type == "identifier":
            name = self.spelling(function)
            special = self._builtins.get(name)
            if special is not None:
                return special(node, arguments)
            if name in _UNREACHABLE:
                self.graph.end(Unreachable())
                return Value(Opaque("unreachable"), VOID)
            if name == CALL_ASM:
                operands = tuple(self.value(argument).expression for argument in arguments)
                self.graph.emit(Call(None, Name("asm", Scope.FUNCTION, VOID), operands, place))
                return Value(Opaque("void"), VOID)
            kept = self.environment.is_kept(name)
            if kept and len(arguments) == 3 and arguments[1].start_point[0] in self.wrapped:
                contained = self._container(arguments)
                if contained is not None:
                    return contained
            local = self.scopes.find(name)
            callee = self.named(name, function)
            if local is None and isinstance(callee.expression, Name):
                if callee.expression.scope is Scope.GLOBAL and not callee.type.name:
                    callee = Value(Name(name, Scope.FUNCTION, UNKNOWN), UNKNOWN)
                if self.environment.never_returns(name):
                    values = tuple(self.argument(argument) for argument in arguments)
                    self.graph.emit(Call(None, callee.expression, values, place))
                    self.graph.end(Unreachable())
                    return Value(Opaque("unreachable"), VOID)
        else:
            callee = self.value(function)
        expression = callee.expression
        while isinstance(expression, Deref) and self.resolved(expression.type).function:
            inner = self.resolved(type_of(expression.pointer))
            if not inner.function or isinstance(expression.pointer, Binary):
                break
            expression = expression.pointer
        values = tuple(self.argument(argument) for argument in arguments)
        kind = self._result(callee)
        result: Name | None = None
        if kind != VOID:
            if target is not None:
                result = target
            elif wanted:
                result = self.scopes.temporary(kind)
        self.graph.emit(Call(result, expression, values, place))
        return Value(result if result is not None else Opaque("void"), kind)

    def argument(self, node: Node) -> Expression:
        if node.type == "sizeof_expression" and node.start_point[0] in self.wrapped:
            kind = self.sizeof_operand_type(node)
            return Text(kind.name + " *" * bool(kind.pointers) + "*" * (kind.pointers - 1))
        return self.value(node).expression

    def _result(self, callee: Value) -> Type:
        kind = callee.type if callee.type.function else self.resolved(callee.type)
        return Type(kind.name, kind.pointers) if kind.function else UNKNOWN

    def _container(self, arguments: list[Node]) -> Value | None:
        """Lower ``macro(pointer, type, member)``, the form of container_of."""
        member = self.member_path(arguments[2])
        if member is None:
            return None
        kind = self.sizeof_operand_type(arguments[1])
        pointer = self.value(arguments[0])
        return Value(ContainerOf(pointer.expression, kind.pointer(), member), kind.pointer())

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

    def _first(self, node: Node, arguments: list[Node]) -> Value:
        return self.value(arguments[0]) if arguments else self._odd(node)

    def _constant_p(self, node: Node, arguments: list[Node]) -> Value:
        known = arguments and self.integer(arguments[0]) is not None
        return Value(_ONE if known else _ZERO, INT)

    def _choose(self, node: Node, arguments: list[Node]) -> Value:
        if len(arguments) != 3:
            return self._odd(node)
        chosen = self.integer(arguments[0])
        if chosen is None:
            self.lost.append(Lost(self.place(node), "__builtin_choose_expr on an unknown value"))
            return Value(Opaque("__builtin_choose_expr"), UNKNOWN)
        return self.value(arguments[1 if chosen else 2])

    def _object_size(self, node: Node, arguments: list[Node]) -> Value:
        """The size of an object nobody knows: the largest one, or 0 if the least is asked for."""
        least = len(arguments) == 2 and (self.integer(arguments[1]) or 0) >= 2
        return Value(Constant(0 if least else (1 << self.word) - 1), UNSIGNED_LONG)

    def _alignof(self, node: Node, arguments: list[Node]) -> Value:
        known: int | None = None
        if arguments and arguments[0].start_point[0] in self.wrapped:
            kind = self.resolved(self.sizeof_operand_type(arguments[0]))
            if kind.pointers or self.integer_type(kind) is not None:
                known = self.size_of(kind)
        return Value(Constant(known, "" if known is not None else "_Alignof"), UNSIGNED_LONG)

    def _generic(self, node: Node, arguments: list[Node]) -> Value:
        """`_Generic` by the type of its first argument; the first association if the type is not known."""
        if len(arguments) < 3:
            return self._odd(node)
        first = arguments[0]
        wrapped = first.start_point[0] in self.wrapped
        kind = self.sizeof_operand_type(first) if wrapped else self.operand_type(first)
        wanted = self.resolved(kind)
        default: Node | None = None
        pairs = list(zip(arguments[1::2], arguments[2::2], strict=False))
        for association, value in pairs:
            if association.type == "identifier" and self.spelling(association) == DEFAULT:
                default = value
                continue
            if wanted.name and self.resolved(self.sizeof_operand_type(association)) == wanted:
                return self.value(value)
        if wanted.name and default is not None:
            return self.value(default)
        return self.value(pairs[0][1])

    def _offset(self, node: Node, arguments: list[Node]) -> Value:
        if len(arguments) != 2:
            return self._odd(node)
        kind = self.sizeof_operand_type(arguments[0])
        path = self.member_path(arguments[1]) or ""
        known = self.environment.offset(self.resolved(kind), path) if path and "?" not in path else None
        return Value(Constant(known, f"offsetof({kind.name}, {path})"), UNSIGNED_LONG)

    def _same_type(self, node: Node, arguments: list[Node]) -> Value:
        if len(arguments) != 2:
            return self._odd(node)
        kinds = [self.resolved(self.sizeof_operand_type(argument)) for argument in arguments]
        if not kinds[0].name or not kinds[1].name:
            return Value(Constant(None), INT)
        return Value(Constant(int(kinds[0] == kinds[1])), INT)

    def _va_arg(self, node: Node, arguments: list[Node]) -> Value:
        for argument in arguments[:1]:
            self.discard(argument)
        kind = self.sizeof_operand_type(arguments[1]) if len(arguments) > 1 else UNKNOWN
        return Value(Opaque("va_arg"), kind)

    def _computed_jump(self, node: Node, arguments: list[Node]) -> Value:
        for argument in arguments:
            self.discard(argument)
        self.lost.append(Lost(self.place(node), "computed goto"))
        self.graph.end(Unreachable())
        return Value(Opaque("unreachable"), VOID)

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
            struct = self.struct_of(type_of(expression.base))
            field = struct.field(expression.field) if struct is not None else None
            if field is None:
                return (None,) if expression.type.pointers else ()
            return field.lengths
        if isinstance(expression, Deref):
            pointer = expression.pointer
            base = pointer.left if isinstance(pointer, Binary) else pointer
            return self.array_lengths(base)[1:]
        return ()

    # Aggregates.

    def _compound_literal(self, node: Node) -> Value:
        type_node = node.child_by_field_name("type")
        value_node = node.child_by_field_name("value")
        if type_node is None or value_node is None:
            return self._odd(node)
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

    def _odd(self, node: Node) -> Value:
        """Note what is no expression that is known here."""
        kind = node.type
        if kind == "comment":
            return Value(_ZERO, INT)
        self.lost.append(Lost(self.place(node), f"no expression: {kind}"))
        return Value(Opaque(kind), UNKNOWN)


LONG_DIFFERENCE: Final = Type("long")


def truth(expression: Expression) -> bool | None:
    """Return whether an expression is known not to be zero."""
    while isinstance(expression, Cast) and (
        expression.type.pointers or expression.type.name.endswith("long")
    ):
        expression = expression.operand
    if isinstance(expression, Constant):
        return None if expression.value is None else expression.value != 0
    if isinstance(expression, Text):
        return True
    return None


def type_of(expression: Expression) -> Type:
    """Return the type that an expression carries, or can be told to have."""
    if isinstance(expression, (Name, Binary, Cast, Deref, Member, ContainerOf, Aggregate)):
        return expression.type
    if isinstance(expression, AddressOf):
        return type_of(expression.operand).pointer()
    if isinstance(expression, Text):
        return CHAR.pointer()
    if isinstance(expression, Constant):
        return INT
    if isinstance(expression, Unary):
        return INT if expression.operator == "!" else type_of(expression.operand)
    return UNKNOWN


def _folded_pointers(operator: str, left: Expression, right: Expression) -> int | None:
    """Compare two constants of which one is a pointer."""
    values = []
    for expression in (left, right):
        while isinstance(expression, Cast):
            expression = expression.operand
        if not isinstance(expression, Constant) or expression.value is None:
            return None
        values.append(expression.value)
    return compare(operator, values[0], values[1]) if operator in ("==", "!=") else None


def _is_null(expression: Expression) -> bool:
    while isinstance(expression, Cast):
        expression = expression.operand
    return isinstance(expression, Constant) and expression.value == 0


def _is_logical(node: Node, reader: Expressions) -> bool:
    """Whether an expression is decided by control flow: && and ||, and their negation."""
    node = _stripped(node)
    if node.type == "binary_expression":
        return reader._operator(node) in ("&&", "||")
    if node.type == "unary_expression" and reader._operator(node) == "!":
        argument = node.child_by_field_name("argument")
        return argument is not None and _is_logical(argument, reader)
    return False


def _stripped(node: Node) -> Node:
    """Return an expression without the parentheses around it."""
    while node.type == "parenthesized_expression":
        inner = _inside(node)
        if inner is None or inner.type == "compound_statement":
            break
        node = inner
    return node


def _inside(node: Node) -> Node | None:
    for child in node.named_children:
        if child.type != "comment":
            return child
    return None


def _arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    return arguments.named_children if arguments is not None else []


def _initialised(aggregate: Aggregate, struct: Struct, name: str) -> Expression | None:
    """Return the value that an aggregate gives to the member *name*, None if it takes thought."""
    position = 0
    for designator, value in aggregate.fields:
        if designator:
            if designator == name:
                return value
            return None
        if position < len(struct.fields) and struct.fields[position].name == name:
            return None if isinstance(value, Aggregate) else value
        position += 1
    return None


def _index_text(expression: Expression) -> str:
    if isinstance(expression, Constant):
        return expression.name if expression.value is None else str(expression.value)
    return "?"
