# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers statements and declarations to blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

from ptlint.syntax.calls import Calls
from ptlint.syntax.constants import UNKNOWN, VOID
from ptlint.syntax.ir import (
    AddressOf,
    Assign,
    Call,
    Constant,
    Declare,
    Expression,
    Jump,
    Lost,
    Name,
    Opaque,
    Place,
    Return,
    Scope,
    Type,
    Unreachable,
)
from ptlint.syntax.records import Typedef
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Cleanup, Local, Scopes, left_between
from ptlint.syntax.types import Environment
from ptlint.syntax.values import Value
from ptlint.syntax.words import AUTO, CALL_RANGE


class _Target(NamedTuple):
    """Where `break` or `continue` goes, and the cleanups that stay in force there."""

    block: int
    cleanup: Cleanup | None


@dataclass(slots=True, eq=False)
class _Switch:
    """A switch statement while its body is read."""

    cases: list[tuple[int | None, Expression, Expression | None, int, Place]] = field(default_factory=list)
    default: int | None = None


class _Goto(NamedTuple):
    """A jump to a label whose scope is known when the whole function has been read."""

    block: int
    label: str
    cleanup: Cleanup | None
    place: Place


class Statements(Calls):
    """Lowers the body of one function."""

    def __init__(
        self,
        environment: Environment,
        text: Rewritten,
        operands: Sequence[Node],
        scopes: Scopes,
        function: str,
    ) -> None:
        super().__init__(environment, text, operands, scopes, function)
        self.result = UNKNOWN
        self._breaks: list[_Target] = []
        self._continues: list[_Target] = []
        self._switches: list[_Switch] = []
        self._labels: dict[str, tuple[int, Cleanup | None]] = {}
        self._gotos: list[_Goto] = []
        self._statements: dict[str, Callable[[Node], None]] = {
            "expression_statement": self._expression_statement,
            "declaration": self.declaration,
            "if_statement": self._if,
            "compound_statement": self.compound,
            "return_statement": self._return,
            "for_statement": self._for,
            "while_statement": self._while,
            "do_statement": self._do,
            "switch_statement": self._switch,
            "case_statement": self._case,
            "goto_statement": self._goto,
            "labeled_statement": self._labeled,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "type_definition": self._type_definition,
            "struct_specifier": self._specifier,
            "union_specifier": self._specifier,
            "enum_specifier": self._specifier,
            "comment": self._nothing,
            ";": self._nothing,
        }

    def release(self) -> None:
        super().release()
        self._statements.clear()

    def statement(self, node: Node) -> None:
        handler = self._statements.get(node.type)
        if handler is not None:
            handler(node)
        elif node.type == "ERROR" or node.is_missing:
            pass  # noted for the whole function at once
        elif node.type in self.handlers:
            self.discard(node)
        else:
            self.lost.append(Lost(self.place(node), f"no statement: {node.type}"))

    def finish(self) -> None:
        """Resolve jumps to labels."""
        graph = self.graph
        for jump in self._gotos:
            target = self._labels.get(jump.label)
            graph.current = jump.block
            if target is None:
                self.lost.append(Lost(jump.place, f"no label {jump.label}"))
                graph.close(Unreachable())
                continue
            self._clean(jump.cleanup, target[1])
            graph.close(Jump(target[0]))
        self._gotos.clear()

    # Scopes.

    def compound(self, node: Node) -> None:
        self.scopes.push()
        for child in node.named_children:
            self.statement(child)
        self.leave_scope()

    def leave_scope(self) -> None:
        """Close the innermost scope; what has to run at its end is called."""
        self._clean(self.scopes.cleanup, self.scopes.outer_cleanup())
        self.scopes.pop()

    def _clean(self, inner: Cleanup | None, outer: Cleanup | None) -> None:
        for cleanup in left_between(inner, outer):
            callee = self.named(cleanup.function, None)
            self.graph.emit(Call(None, callee.expression, (AddressOf(cleanup.variable),), cleanup.place))

    def statement_expression(self, body: Node, wanted: bool, ways: tuple[int, int] | None = None) -> Value:
        self.scopes.push()
        value = Value(Opaque("void"), VOID)
        children = [child for child in body.named_children if child.type != "comment"]
        for position, child in enumerate(children):
            if position == len(children) - 1:
                while child.type == "labeled_statement":
                    self._label(child)
                    child = child.named_children[-1]
                expression = (
                    next(iter(child.named_children), None) if child.type == "expression_statement" else None
                )
                if wanted and expression is not None:
                    cleaned = self.scopes.cleanup is not self.scopes.outer_cleanup()
                    if ways is not None and not cleaned:
                        self.condition(expression, *ways)
                        self.scopes.pop()
                        return value
                    value = self.value(expression)
                    if cleaned and value.type != VOID and not isinstance(value.expression, Constant):
                        kept = self.scopes.temporary(value.type)
                        self.graph.emit(Assign(kept, value.expression, self.place(expression)))
                        value = Value(kept, value.type)
                    break
            self.statement(child)
        self.leave_scope()
        if ways is not None:
            self.branch(value.expression, *ways, self.place(body))
        return value

    # Declarations.

    def declaration(self, node: Node) -> None:
        static = external = False
        for child in node.children:
            if child.type == "storage_class_specifier":
                word = self.spelling(child)
                static = static or word == "static"
                external = external or word == "extern"
        base = self.specified(node.child_by_field_name("type"))
        for declarator_node in node.children_by_field_name("declarator"):
            initialiser: Node | None = None
            if declarator_node.type == "init_declarator":
                initialiser = declarator_node.child_by_field_name("value")
                inner = declarator_node.child_by_field_name("declarator")
                if inner is None:
                    continue
                declarator_node = inner
            self._declare(declarator_node, initialiser, base, static, external)

    def _declare(
        self, node: Node, initialiser: Node | None, base: Type, static: bool, external: bool
    ) -> None:
        declarator = self.declarator(node)
        if declarator.name is None:
            return
        place = self.place(declarator.name)
        name = self.declared_name(declarator)
        first: Value | None = None
        if base.name == AUTO:
            first = self.value(initialiser) if initialiser is not None else Value(Opaque("auto"), UNKNOWN)
            base = first.type
        kind = declarator.applied(base)
        if declarator.function and initialiser is None and _is_prototype(node):
            self.prototypes.add(name)
            return
        if external:
            self.scopes.bind(name, Local(Name(name, Scope.GLOBAL, kind)))
            return
        lengths = self.lengths(declarator) if declarator.lengths else ()
        if static:
            full = f"{self.function}.{name}"
            self.scopes.bind(name, Local(Name(full, Scope.GLOBAL, kind), lengths))
            return
        for length in declarator.lengths:
            if length is not None and length.type not in ("number_literal", "identifier"):
                self.discard(length)
        target = self.scopes.declare(name, Scope.LOCAL, kind, lengths)
        if first is not None:
            self.graph.emit(Assign(target, first.expression, place))
        elif initialiser is None:
            self.graph.emit(Declare(target, place))
        else:
            self.assign(Value(target, kind), initialiser, place)
            if lengths:
                self.set_length(name, target)
        cleanup = self.cleanups.get(declarator.name.start_point[0])
        if cleanup is not None:
            self.scopes.enter_cleanup(cleanup, target, place)

    def _type_definition(self, node: Node) -> None:
        declarators = node.children_by_field_name("declarator")
        label = ""
        if declarators:
            label = self.declared_name(self.declarator(declarators[0]))
        base = self.specified(node.child_by_field_name("type"), label)
        for declarator_node in declarators:
            declarator = self.declarator(declarator_node)
            name = self.declared_name(declarator)
            if name and declarator.name is not None:
                typedef = Typedef(
                    name, declarator.applied(base), self.lengths(declarator), self.place(declarator.name)
                )
                self.scopes.bind(name, typedef)

    def _specifier(self, node: Node) -> None:
        self.specified(node)

    def _nothing(self, node: Node) -> None:
        return None

    # Statements.

    def _expression_statement(self, node: Node) -> None:
        for child in node.named_children:
            self.discard(child)

    def _if(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        consequence = node.child_by_field_name("consequence")
        alternative = node.child_by_field_name("alternative")
        if condition is None:
            return
        graph = self.graph
        then, after = graph.new(), graph.new()
        other = graph.new() if alternative is not None else after
        self.condition(condition, then, other)
        graph.current = then
        if consequence is not None:
            self._scoped(consequence)
        graph.close(Jump(after))
        if alternative is not None:
            graph.current = other
            for child in alternative.named_children:  # else_clause
                self._scoped(child)
            graph.close(Jump(after))
        graph.current = after

    def _scoped(self, node: Node) -> None:
        """Lower the body of a statement; it is a scope even without braces."""
        if node.type == "declaration":
            self.scopes.push()
            self.statement(node)
            self.leave_scope()
        else:
            self.statement(node)

    def _loop_body(self, body: Node | None, after: int, again: int) -> None:
        target = self.scopes.cleanup
        self._breaks.append(_Target(after, target))
        self._continues.append(_Target(again, target))
        if body is not None:
            self._scoped(body)
        self._breaks.pop()
        self._continues.pop()

    def _while(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        graph = self.graph
        head, body, after = graph.new(), graph.new(), graph.new()
        graph.start(head)
        if condition is not None:
            self.condition(condition, body, after)
        graph.current = body
        self._loop_body(node.child_by_field_name("body"), after, head)
        graph.close(Jump(head))
        graph.current = after

    def _do(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        graph = self.graph
        body, test, after = graph.new(), graph.new(), graph.new()
        graph.start(body)
        self._loop_body(node.child_by_field_name("body"), after, test)
        graph.start(test)
        if condition is not None:
            self.condition(condition, body, after)
        graph.current = after

    def _for(self, node: Node) -> None:
        graph = self.graph
        self.scopes.push()
        initializer = node.child_by_field_name("initializer")
        condition = node.child_by_field_name("condition")
        update = node.child_by_field_name("update")
        if initializer is not None:
            if initializer.type == "declaration":
                self.declaration(initializer)
            else:
                self.discard(initializer)
        head, body, step, after = graph.new(), graph.new(), graph.new(), graph.new()
        graph.start(head)
        if condition is not None:
            self.condition(condition, body, after)
        else:
            graph.close(Jump(body))
        graph.current = body
        self._loop_body(node.child_by_field_name("body"), after, step)
        graph.start(step)
        if update is not None:
            self.discard(update)
        graph.close(Jump(head))
        graph.current = after
        self.leave_scope()

    def _switch(self, node: Node) -> None:
        condition = node.child_by_field_name("condition")
        body = node.child_by_field_name("body")
        if condition is None or body is None:
            return
        graph = self.graph
        value = self.value(condition)
        place = self.place(condition)
        if not isinstance(value.expression, (Name, Constant)):
            temporary = self.scopes.temporary(value.type)
            graph.emit(Assign(temporary, value.expression, place))
            value = Value(temporary, value.type)
        dispatch = graph.current
        after = graph.new()
        graph.current = graph.new()
        switch = _Switch()
        self._switches.append(switch)
        self._breaks.append(_Target(after, self.scopes.cleanup))
        self.statement(body)
        self._breaks.pop()
        self._switches.pop()
        graph.close(Jump(after))
        graph.current = dispatch
        self._dispatch(switch, value, after)
        graph.current = after

    def _dispatch(self, switch: _Switch, value: Value, after: int) -> None:
        """Emit the comparisons of a switch, in the order of its labels."""
        graph = self.graph
        for _, low, high, block, place in switch.cases:
            following = graph.new()
            if high is None:
                test = self.operation("==", value, Value(low, value.type)).expression
                self.branch(test, block, following, place)
            else:
                above = graph.new()
                test = self.operation(">=", value, Value(low, value.type)).expression
                self.branch(test, above, following, place)
                graph.current = above
                test = self.operation("<=", value, Value(high, value.type)).expression
                self.branch(test, block, following, place)
            graph.current = following
        graph.close(Jump(after if switch.default is None else switch.default))

    def _case(self, node: Node) -> None:
        graph = self.graph
        block = graph.new()
        graph.start(block)
        value_node = node.child_by_field_name("value")
        if not self._switches:
            self.lost.append(Lost(self.place(node), "case outside of a switch"))
        elif value_node is None:
            self._switches[-1].default = block
        else:
            low_node, high_node = value_node, None
            if value_node.type == "call_expression":
                function = value_node.child_by_field_name("function")
                arguments = value_node.child_by_field_name("arguments")
                if function is not None and arguments is not None and self.spelling(function) == CALL_RANGE:
                    limits = arguments.named_children
                    if len(limits) == 2:
                        low_node, high_node = limits
            low = self.value(low_node).expression
            high = self.value(high_node).expression if high_node is not None else None
            number = low.value if isinstance(low, Constant) else None
            self._switches[-1].cases.append((number, low, high, block, self.place(node)))
        for child in node.named_children:
            if value_node is None or child.start_byte != value_node.start_byte:
                self.statement(child)

    def _break(self, node: Node) -> None:
        self._leave(self._breaks, node, "break")

    def _continue(self, node: Node) -> None:
        self._leave(self._continues, node, "continue")

    def _leave(self, targets: list[_Target], node: Node, word: str) -> None:
        if not targets:
            self.lost.append(Lost(self.place(node), f"{word} outside of a loop"))
            self.graph.end(Unreachable())
            return
        target = targets[-1]
        self._clean(self.scopes.cleanup, target.cleanup)
        self.graph.end(Jump(target.block))

    def _goto(self, node: Node) -> None:
        label = node.child_by_field_name("label")
        name = self.spelling(label) if label is not None else ""
        self._gotos.append(_Goto(self.graph.current, name, self.scopes.cleanup, self.place(node)))
        self.graph.current = self.graph.new()

    def _labeled(self, node: Node) -> None:
        self._label(node)
        for child in node.named_children[1:]:
            self.statement(child)

    def _label(self, node: Node) -> None:
        label = node.child_by_field_name("label")
        block = self.graph.new()
        self.graph.start(block)
        if label is not None:
            self._labels[self.spelling(label)] = (block, self.scopes.cleanup)

    def _return(self, node: Node) -> None:
        place = self.place(node)
        value: Expression | None = None
        for child in node.named_children:
            if child.type == "comment":
                continue
            lowered = self.value(child)
            if lowered.type == VOID or (isinstance(lowered.expression, Opaque) and self.result == VOID):
                break
            value = lowered.expression
        if self.scopes.cleanup is not None:
            if value is not None and not isinstance(value, Constant):
                kept = self.scopes.temporary(self.result)
                self.graph.emit(Assign(kept, value, place))
                value = kept
            self._clean(self.scopes.cleanup, None)
        self.graph.end(Return(value, place))


def _is_prototype(node: Node) -> bool:
    """Whether a declarator declares a function, not a pointer to one."""
    at: Node | None = node
    while at is not None:
        if at.type == "function_declarator":
            inner = at.child_by_field_name("declarator")
            return inner is not None and inner.type in ("identifier", "struct_specifier", "type_identifier")
        if at.type == "parenthesized_declarator":
            return False
        at = at.child_by_field_name("declarator")
    return False
