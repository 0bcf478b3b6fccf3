# SPDX-License-Identifier: GPL-2.0-or-later
"""Lowers calls, kept macros and builtins."""

from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node

from ptlint.syntax import builtins
from ptlint.syntax.aggregates import Aggregates
from ptlint.syntax.constants import INT, UNKNOWN, UNSIGNED_LONG, VOID
from ptlint.syntax.ir import (
    ASSEMBLED,
    Binary,
    Call,
    Constant,
    ContainerOf,
    Deref,
    Expression,
    Lost,
    Name,
    Opaque,
    Place,
    Scope,
    Text,
    Type,
    Unmatched,
    Unreachable,
)
from ptlint.syntax.nodes import call_arguments
from ptlint.syntax.records import Prototype
from ptlint.syntax.rewrite import Rewritten
from ptlint.syntax.scopes import Scopes
from ptlint.syntax.types import Environment
from ptlint.syntax.values import ONE, ZERO, Value, type_of
from ptlint.syntax.words import (
    CALL_ASM,
    CALL_ASM_VALUE,
    CALL_GENERIC,
    CALL_JUMP,
    CALL_OFFSET,
    CALL_SAME_TYPE,
    CALL_VA_ARG,
    DEFAULT,
)

_UNREACHABLE: Final = frozenset(("__builtin_unreachable", "__builtin_trap"))


class Calls(Aggregates):
    """Lowers calls; those of builtins and of `rewrite`'s own names to what they mean."""

    def __init__(
        self,
        environment: Environment,
        text: Rewritten,
        operands: Sequence[Node],
        scopes: Scopes,
        function: str,
    ) -> None:
        super().__init__(environment, text, operands, scopes, function)
        self.handlers["call_expression"] = self.call
        self.unmatched: list[Unmatched] = []
        self.prototypes: set[str] = set()  # that the function declares itself
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

    def release(self) -> None:
        super().release()
        self._builtins.clear()

    def call(self, node: Node, wanted: bool = True, target: Name | None = None) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return self.odd(node)
        arguments = call_arguments(node)
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
            if name == CALL_ASM_VALUE:
                operands = tuple(self.value(argument).expression for argument in arguments)
                decided = self.scopes.temporary(UNSIGNED_LONG)
                word = ASSEMBLED if len(operands) > 1 else "asm"  # which nothing decides that is known
                self.graph.emit(Call(decided, Name(word, Scope.FUNCTION, UNSIGNED_LONG), operands, place))
                return Value(decided, UNSIGNED_LONG)
            kept = self.environment.is_kept(name)
            if kept and len(arguments) == 3 and arguments[1].start_point[0] in self.wrapped:
                contained = self._container(arguments)
                if contained is not None:
                    return contained
            local = self.scopes.find(name)
            callee = self.named(name, function)
            if local is None:
                self._match(name, node, arguments, place)
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
        if not kind.name and isinstance(expression, Name) and expression.scope is Scope.FUNCTION:
            if expression.name.startswith("__builtin_"):
                kind = builtins.result_type(expression.name) or kind
                known = tuple(one.value if isinstance(one, Constant) else None for one in values)
                constant = builtins.folded(expression.name, known, self.word)
                if constant is not None:
                    return Value(Constant(constant), kind)
            elif target is not None:
                kind = target.type
            elif wanted and self.environment.is_kept(expression.name):
                kind = self._expanded_type(function)
        result: Name | None = None
        if kind != VOID:
            if target is not None:
                result = target
            elif wanted:
                result = self.scopes.temporary(kind)
        self.graph.emit(Call(result, expression, values, place))
        return Value(result if result is not None else Opaque("void"), kind)

    def _match(self, name: str, node: Node, arguments: list[Node], place: Place) -> None:
        """Note a call of what nothing declares, or whose declaration it does not fit."""
        if name.startswith("__builtin_") or name in self.prototypes:
            return
        entity = self.environment.entity(name)
        count = sum(argument.type != "comment" for argument in arguments)
        if entity is None:
            self.unmatched.append(Unmatched(name, place, count, False))
        elif isinstance(entity, Prototype) and not (
            entity.takes(count) or node.has_error or self.environment.is_kept(name)
        ):  # the types in a declaration of a kept name are written as those given to a macro
            self.unmatched.append(Unmatched(name, place, count, True))

    def _expanded_type(self, function: Node) -> Type:
        """Return the type of what a macro would expand to that was kept, called by the name *function*."""
        extent = self.kept.get(function.start_point[0])
        parsed = self.environment.expression(self.input[extent[0] : extent[1]]) if extent else None
        if parsed is None:
            return UNKNOWN
        text, operands, node = parsed
        inner = type(self)(self.environment, text, operands, self.scopes, self.function)
        kind = inner.operand_type(node)
        inner.release()
        return kind

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

    def _first(self, node: Node, arguments: list[Node]) -> Value:
        return self.value(arguments[0]) if arguments else self.odd(node)

    def _constant_p(self, node: Node, arguments: list[Node]) -> Value:
        known = arguments and self.integer(arguments[0]) is not None
        return Value(ONE if known else ZERO, INT)

    def _choose(self, node: Node, arguments: list[Node]) -> Value:
        if len(arguments) != 3:
            return self.odd(node)
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
            return self.odd(node)
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
            return self.odd(node)
        kind = self.sizeof_operand_type(arguments[0])
        path = self.member_path(arguments[1]) or ""
        known = self.environment.offset(self.resolved(kind), path) if path and "?" not in path else None
        return Value(Constant(known, f"offsetof({kind.name}, {path})"), UNSIGNED_LONG)

    def _same_type(self, node: Node, arguments: list[Node]) -> Value:
        if len(arguments) != 2:
            return self.odd(node)
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
