# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers expressions: values without side effects, and instructions for all that has some.

C leaves the order of most operands open; they are taken from left to right here. A value that is read is
left as an expression and not copied, unless a sequence point comes before its use.
"""

from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node

from ptlint.syntax.constants import INT, UNKNOWN, VOID, literal, promoted, wrap
from ptlint.syntax.ir import Assign, Constant, Jump, Lost, Name, Opaque, Place, Scope, Text, Type, Unary
from ptlint.syntax.nodes import call_arguments, inside, stripped
from ptlint.syntax.operators import Operators
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Scopes
from ptlint.syntax.types import Environment
from ptlint.syntax.values import ONE, ZERO, Value, truth

_INTO: Final = ("call_expression", "conditional_expression")


class Expressions(Operators):
    """Lowers the expressions of one text into one graph."""

    def __init__(
        self,
        environment: Environment,
        text: Rewritten,
        operands: Sequence[Node],
        scopes: Scopes,
        function: str,
    ) -> None:
        super().__init__(environment, text, operands, scopes, function)
        self.handlers: dict[str, Callable[[Node], Value]] = {
            "identifier": self._identifier,
            "number_literal": self._number,
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
            "true": lambda node: Value(Constant(1, "true"), Type("bool")),
            "false": lambda node: Value(Constant(0, "false"), Type("bool")),
            "null": lambda node: Value(ZERO, Type("void", 1)),
        }

    def release(self) -> None:
        """Let go of the handlers, which refer back, so that it needs no garbage collector."""
        self.handlers.clear()

    # What the layers above provide.

    def statement_expression(self, body: Node, wanted: bool, ways: tuple[int, int] | None = None) -> Value:
        """Lower ``({ … })``; a condition goes on to one of the two *ways*, and then no block is current."""
        raise NotImplementedError

    def call(self, node: Node, wanted: bool = True, target: Name | None = None) -> Value:
        """Lower a call; its result goes into *target* if that is given and it has one."""
        raise NotImplementedError

    def aggregate(self, node: Node, kind: Type) -> Value:
        """Lower a brace initialiser of an object of this type."""
        raise NotImplementedError

    # The ways in.

    def value(self, node: Node) -> Value:
        """Lower an expression whose value is used."""
        handler = self.handlers.get(node.type)
        if handler is not None:
            return handler(node)
        return self.odd(node)

    def discard(self, node: Node) -> None:
        """Lower an expression for its effects alone."""
        kind = node.type
        if kind == "call_expression":
            self.call(node, wanted=False)
        elif kind == "assignment_expression":
            self._assignment(node)
        elif kind == "update_expression":
            self._update(node, wanted=False)
        elif kind == "comma_expression":
            for child in node.named_children:
                self.discard(child)
        elif kind == "parenthesized_expression":
            inner = inside(node)
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
        elif kind == "binary_expression" and self.operator(node) in ("&&", "||"):
            after = self.graph.new()
            self.condition(node, after, after)
            self.graph.current = after
        else:
            self.value(node)

    def condition(self, node: Node, then: int, other: int) -> None:
        """Lower a condition to branches; both targets are given, and no block is current afterwards."""
        kind = node.type
        if kind == "parenthesized_expression":
            inner = inside(node)
            if inner is not None:
                if inner.type == "compound_statement":
                    self.statement_expression(inner, True, (then, other))
                else:
                    self.condition(inner, then, other)
                return
        elif kind == "unary_expression" and self.operator(node) == "!":
            operand = node.child_by_field_name("argument")
            if operand is not None:
                self.condition(operand, other, then)
                return
        elif kind == "binary_expression":
            operator = self.operator(node)
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
        elif kind == "conditional_expression":
            # CONFIG_PROFILE_ALL_BRANCHES makes one of each "if": the paths must not meet before they part.
            if self._conditional_branch(node, then, other):
                return
        elif kind == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and self.spelling(function).startswith("__builtin_expect"):
                arguments = call_arguments(node)
                if arguments:
                    self.condition(arguments[0], then, other)
                    return
        value = self.value(node)
        self.branch(value.expression, then, other, self.place(node))

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

    # Names, literals, places.

    def _identifier(self, node: Node) -> Value:
        return self.named(self.spelling(node), node)

    def _number(self, node: Node) -> Value:
        row = node.start_point[0]
        known = literal(self.rows[row], self.word)
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

    def _parenthesized(self, node: Node) -> Value:
        inner = inside(node)
        if inner is None:
            return self.odd(node)
        if inner.type == "compound_statement":
            return self.statement_expression(inner, wanted=True)
        return self.value(inner)

    def _field(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        field = node.child_by_field_name("field")
        if argument is None or field is None:
            return self.odd(node)
        base = self.value(argument)
        name = self.spelling(field)
        if node.children[1].type == "->":
            base = self.dereferenced(base)
        return self.member(base, name, self.place(node))

    def _pointer(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self.odd(node)
        if self.operator(node) == "*":
            return self.dereferenced(self.value(argument))
        return self.address(self.value(argument), self.place(node))

    def _subscript(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        index = node.child_by_field_name("index")
        if argument is None or index is None:
            return self.odd(node)
        base = self.value(argument)
        position = self.value(index)
        return self.element(base, position)

    # Operators.

    def operator(self, node: Node) -> str:
        operator = node.child_by_field_name("operator")
        return self.rows[operator.start_point[0]] if operator is not None else ""

    def _unary(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        operator = self.operator(node)
        if argument is None:
            return self.odd(node)
        if operator == "!" and _is_logical(argument, self):
            return self._truth_value(node)
        return self.unary_operation(operator, self.value(argument))

    def unary_operation(self, operator: str, operand: Value) -> Value:
        """Return ``-``, ``+``, ``~`` or ``!`` of a value, folded if it is known."""
        if operator == "!":
            known = truth(operand.expression)
            if known is not None:
                return Value(Constant(int(not known)), INT)
            return Value(Unary("!", operand.expression), INT)
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
        operator = self.operator(node)
        if operator in ("&&", "||"):
            return self._truth_value(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self.odd(node)
        return self.operation(operator, self.value(left), self.value(right))

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
        for block, known in ((then, ONE), (other, ZERO)):
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
            return self.odd(node)
        kind = self.described(type_node)
        if kind == VOID:
            self.discard(value_node)
            return Value(Opaque("void"), VOID)
        return self.cast(kind, self.value(value_node))

    def _comma(self, node: Node) -> Value:
        children = node.named_children
        for child in children[:-1]:
            self.discard(child)
        return self.value(children[-1])

    def _assignment(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return self.odd(node)
        operator = self.operator(node)
        target = self.value(left)
        if operator == "=":
            return self.assign(target, right, self.place(node))
        value = self.value(right)
        result = self.operation(operator[:-1], target, value)
        self.store(target, result.expression, self.place(node))
        return target

    def assign(self, target: Value, right: Node, place: Place) -> Value:
        """Lower ``target = right``; the result is the value that was stored, where it cannot have changed."""
        expression = target.expression
        if right.type == "initializer_list":
            value = self.aggregate(right, target.type)
        elif isinstance(expression, Name) and expression.scope in (Scope.LOCAL, Scope.PARAMETER):
            value = self._into(right, expression)
            if value.expression is expression and stripped(right).type in _INTO:
                return target
        else:
            value = self.value(right)
        self.store(target, value.expression, place)
        stored = value.expression
        if isinstance(stored, Constant) or (isinstance(stored, Name) and stored.scope is Scope.TEMPORARY):
            return Value(stored, target.type)
        return target

    def _into(self, node: Node, target: Name | None) -> Value:
        """Lower an expression; if a call or a choice gives its value, into *target*."""
        if target is not None:
            bare = stripped(node)
            if bare.type == "call_expression":
                return self.call(bare, target=target)
            if bare.type == "conditional_expression":
                return self._conditional(bare, target=target)
        return self.value(node)

    def _update(self, node: Node, wanted: bool = True) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is None:
            return self.odd(node)
        place = self.place(node)
        operator = self.operator(node)[0]
        postfix = node.children[0].type not in ("++", "--")
        outer: list[str] = []
        while postfix and argument.type == "unary_expression":
            # The grammar binds "!n--" as "(!n)--".
            inner = argument.child_by_field_name("argument")
            if inner is None:
                break
            outer.append(self.operator(argument))
            argument = inner
        target = self.value(argument)
        result = target
        if wanted and postfix:
            temporary = self.scopes.temporary(target.type)
            self.graph.emit(Assign(temporary, target.expression, place))
            result = Value(temporary, target.type)
        changed = self.operation(operator, target, Value(ONE, INT))
        self.store(target, changed.expression, place)
        for sign in reversed(outer):
            result = self.unary_operation(sign, result)
        return result

    def _conditional(self, node: Node, target: Name | None = None) -> Value:
        """Lower ``a ? b : c`` and ``a ?: c``; into *target* if that is given and the type is not void."""
        condition = node.child_by_field_name("condition")
        consequence = node.child_by_field_name("consequence")
        alternative = node.child_by_field_name("alternative")
        if condition is None or alternative is None:
            return self.odd(node)
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
            first = self._into(consequence, target)
        then_end = graph.current
        graph.current = other
        second = self._into(alternative, target)
        other_end = graph.current
        kind = self.joined(first, second)
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

    def _conditional_branch(self, node: Node, then: int, other: int) -> bool:
        """Lower ``a ? b : c`` where it is a condition; say whether it has all three parts."""
        condition = node.child_by_field_name("condition")
        consequence = node.child_by_field_name("consequence")
        alternative = node.child_by_field_name("alternative")
        if condition is None or consequence is None or alternative is None:
            return False
        graph = self.graph
        first, second = graph.new(), graph.new()
        start = graph.current
        self.condition(condition, first, second)
        decided = self._decided(start, first, second)
        if decided is not None:
            self.condition(consequence if decided == first else alternative, then, other)
            return True
        for block, arm in ((first, consequence), (second, alternative)):
            graph.current = block
            self.condition(arm, then, other)
        return True

    def _only_arm(self, arm: Node, unused: Node) -> Value:
        """Lower the arm that a constant condition chooses; the other one still has a say in the type."""
        value = self.value(arm)
        if isinstance(value.expression, Constant):
            kind = self.joined(value, Value(Opaque("unused"), self.operand_type(unused)))
            return Value(value.expression, kind)
        return value

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

    def odd(self, node: Node) -> Value:
        """Note what is no expression that is known here."""
        kind = node.type
        if kind == "comment":
            return Value(ZERO, INT)
        self.lost.append(Lost(self.place(node), f"no expression: {kind}"))
        return Value(Opaque(kind), UNKNOWN)


def _is_logical(node: Node, reader: Expressions) -> bool:
    """Whether an expression is decided by control flow: && and ||, and their negation."""
    node = stripped(node)
    if node.type == "binary_expression":
        return reader.operator(node) in ("&&", "||")
    if node.type == "unary_expression" and reader.operator(node) == "!":
        argument = node.child_by_field_name("argument")
        return argument is not None and _is_logical(argument, reader)
    return False
