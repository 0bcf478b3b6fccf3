# SPDX-License-Identifier: GPL-2.0-or-later
"""Computes the values of all symbols from what a user set, by the rules of the kernel's conf.

Kconfiglib computes values too, by the rules of 2020. What differs, found by comparing with conf:

* An int or hex symbol without a default is 0 (6.8); Kconfiglib leaves it empty, so that ``X = 0`` is false
  and a range that depends on it does not hold (PAGE_BLOCK_MAX_ORDER of 7.3).
* A user's number that is out of range becomes the nearest limit (6.8), not the default; it is written as
  the limit stands in the Kconfig file.
* ``imply`` is limited by the dependencies of what it implies and may give m (5.7).
* The choices of 6.11: a member that the user set to n is passed over, the last member set in the file wins,
  and a choice without visible prompt still has a value.
* Numbers compare as strtoll() reads them; a hex number makes the comparison unsigned.
* A transitional symbol (6.18) has the user's value, is never written, and nothing selects it.

An assumption that is forced replaces a symbol's definition by a constant: the symbol then has that value
whatever its definition says, and what it selects is selected whenever the select's own condition holds.

Source: sym_calc_value(), sym_calc_choice(), sym_validate_range() and __expr_calc_value() of
scripts/kconfig/symbol.c and expr.c, v6.12 and v7.3.
"""

import re
from collections.abc import Mapping
from typing import Any

from kconfiglib import (
    AND,
    BOOL,
    COMMENT,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    HEX,
    INT,
    LESS,
    MENU,
    NOT,
    OR,
    STRING,
    TRISTATE,
    UNEQUAL,
    Choice,
    Symbol,
)

from ptlint.kconfig.configuration import TRI_VALUES
from ptlint.kconfig.language import Expression, Language

TRI_NAMES = ("n", "m", "y")
LOGICAL = frozenset({BOOL, TRISTATE})

_STRTOLL = {
    10: re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)"),
    16: re.compile(r"[ \t\n\v\f\r]*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)"),
}
_STRTOLL_ANY = re.compile(r"[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)")
_LIMIT = 1 << 63


def strtoll(text: str, base: int) -> tuple[int, bool]:
    """Return the number that C's strtoll() reads at the start of *text*, and whether it read all of it."""
    if base == 0:
        match = _STRTOLL_ANY.match(text)
        if match is None:
            return 0, False
        digits = match[2]
        if digits[:2] in ("0x", "0X"):
            number, end = int(digits[2:], 16), match.end()
        elif digits[0] == "0":
            octal = re.match("[0-7]+", digits)
            assert octal is not None
            number, end = int(octal[0], 8), match.start(2) + octal.end()
        else:
            number, end = int(digits), match.end()
    else:
        match = _STRTOLL[base].match(text)
        if match is None:
            return 0, False
        number, end = int(match[2], base), match.end()
    if match[1] == "-":
        number = -number
    if not -_LIMIT <= number < _LIMIT:
        return (_LIMIT - 1 if number > 0 else -_LIMIT), False
    return number, end == len(text)


def related(operator: int, left_type: int, left: str, right_type: int, right: str) -> bool:
    """Tell whether a comparison holds between the values of two symbols of certain types."""
    a: int | str
    b: int | str
    a, b = left, right
    if left_type is not STRING or right_type is not STRING:
        first, a_whole = _number(left_type, a)
        second, b_whole = _number(right_type, b)
        if a_whole and b_whole:
            a, b = first, second
            if left_type is HEX or right_type is HEX:
                a, b = first % (1 << 64), second % (1 << 64)
    if operator is EQUAL:
        return a == b
    if operator is UNEQUAL:
        return a != b
    if isinstance(a, str) or isinstance(b, str):
        a, b = (str(a) > str(b)) - (str(a) < str(b)), 0
    if operator is LESS:
        return a < b
    if operator is GREATER:
        return a > b
    if operator is GREATER_EQUAL:
        return a >= b
    return a <= b


def _number(kind: int, text: str) -> tuple[int, bool]:
    if kind in LOGICAL:
        return TRI_VALUES.get(text, -1), True
    if kind is INT:
        return strtoll(text, 10)
    return strtoll(text, 16 if kind is HEX else 0)


class Evaluation:
    """The values of all symbols of a `Language` under one set of user values. Computed when asked for."""

    def __init__(
        self,
        language: Language,
        user: Mapping[Any, int | str],
        *,
        forced: Mapping[Any, int | str] | None = None,
        zero_default: bool = True,
    ) -> None:
        """Take the user's values of symbols: 0, 1 or 2 for n, m and y, else text, in the order of setting.

        *forced* holds constants for symbols of any kind. *zero_default* is the rule of 6.8 for numbers.
        """
        self.language = language
        self.user = user
        self.forced = forced or {}
        self.written: set[Any] = set()
        self._member_choices = language.member_choices
        self._zero_default = zero_default
        self._tri: dict[Any, int] = {language.n: 0, language.m: 1, language.y: 2}
        self._text: dict[Any, str] = {}
        self._visible: dict[Any, int] = {}
        self._selection: dict[Any, Any] = {}
        self._place = {symbol: place for place, symbol in enumerate(user)} if user else {}
        self._rewired = {
            target
            for symbol in self.forced
            if isinstance(symbol, Symbol)
            for target, _ in (*symbol.selects, *symbol.implies)
        }
        for symbol, value in self.forced.items():
            self._tri[symbol] = value if isinstance(value, int) else 0
            self._text[symbol] = TRI_NAMES[value] if isinstance(value, int) else value
            self.written.add(symbol)
        self._modules = self.tri(language.modules) if language.has_modules else 0

    # Expressions

    def tri(self, expr: Expression) -> int:
        """Return the value of an expression: 0 (n), 1 (m) or 2 (y)."""
        if expr.__class__ is not tuple:
            value = self._tri.get(expr)
            if value is None:
                value = self._compute(expr)
            return value
        operator = expr[0]
        if operator is AND:
            value = self.tri(expr[1])
            return min(value, self.tri(expr[2])) if value else 0
        if operator is OR:
            value = self.tri(expr[1])
            return value if value == 2 else max(value, self.tri(expr[2]))
        if operator is NOT:
            return 2 - self.tri(expr[1])
        return 2 if self._relation(operator, expr[1], expr[2]) else 0

    def _relation(self, operator: int, left: Any, right: Any) -> bool:
        return related(operator, left.orig_type, self.text(left), right.orig_type, self.text(right))

    # Symbols

    def text(self, symbol: Any) -> str:
        """Return the value of a symbol as text: "y", "17", "0x10", or the text of a string."""
        if symbol.orig_type in LOGICAL:
            return TRI_NAMES[self.tri(symbol)]
        value = self._text.get(symbol)
        if value is None:
            self._compute(symbol)
            value = self._text[symbol]
        return value

    def visibility(self, item: Any) -> int:
        """Return the upper limit of what a user can set a symbol or a choice to; 0 is invisible."""
        value = self._visible.get(item)
        if value is None:
            value = self._visible[item] = self._compute_visibility(item)
        return value

    def evaluate_all(self) -> None:
        """Compute the values of all defined symbols."""
        for symbol in self.language.unique_defined_syms:
            if symbol not in self._tri:
                self._compute(symbol)

    def _compute_visibility(self, item: Any) -> int:
        if item in self.language.transitional:
            return 2
        visible = 0
        for node in item.nodes:
            if node.prompt and visible < 2:
                visible = max(visible, self.tri(node.prompt[1]))
        if not self._member_choices and item.__class__ is Symbol and item.choice:
            mode = self._choice_mode(item.choice)
            if item.choice.orig_type is TRISTATE and item.orig_type is not TRISTATE and mode != 2:
                return 0
            if item.orig_type is TRISTATE and visible == 1 and mode == 2:
                return 0
        if visible == 1 and (item.orig_type is not TRISTATE or not self._modules):
            return 2
        return visible

    def _is_bool(self, symbol: Any) -> bool:
        return symbol.orig_type is BOOL or not self._modules

    def _compute(self, item: Any) -> int:
        """Compute the value of a symbol (or the mode of a choice) and return it as a tristate."""
        if item.__class__ is Choice:
            value = self._choice_mode(item)
        elif item.orig_type in LOGICAL:
            value = self._logical(item)
        else:
            self._text[item] = self._textual(item) if item.orig_type else item.name
            value = 0
        if item in self.language.transitional:
            self.written.discard(item)
        self._tri[item] = value
        return value

    def _logical(self, symbol: Any) -> int:
        if symbol.choice and self._member_choices:
            return self._member(symbol)
        visible = self.visibility(symbol)
        is_bool = self._is_bool(symbol)
        if visible:
            self.written.add(symbol)
        if symbol.choice and visible == 2 and self._choice_mode(symbol.choice) == 2:
            return 2 if self._old_selection(symbol.choice) is symbol else 0
        set_by_user = self.user.get(symbol)
        if visible and isinstance(set_by_user, int):
            value = min(set_by_user, visible)
        else:
            value = self._logical_default(symbol, is_bool)
        if not symbol.choice and symbol not in self.language.transitional:
            value = max(value, self._selected(symbol, is_bool))
        return 2 if value == 1 and is_bool else value

    def _logical_default(self, symbol: Any, is_bool: bool) -> int:
        """Return what a symbol's defaults and those that imply it give."""
        value = 0
        for default, cond in symbol.defaults:
            limit = self.tri(cond)
            if limit:
                value = min(self.tri(default), limit)
                if value:
                    self.written.add(symbol)
                break
        if symbol.choice:
            return value
        implied = self._linked(symbol, symbol.weak_rev_dep, self.language.impliers)
        if implied:
            self.written.add(symbol)
            limit = self.tri(symbol.direct_dep)
            if is_bool:
                implied, limit = 2, 2 if limit else 0
            value = min(max(value, implied), limit)
        return value

    def _selected(self, symbol: Any, is_bool: bool) -> int:
        """Return the value that selects demand."""
        value = self._linked(symbol, symbol.rev_dep, self.language.selectors)
        if value:
            self.written.add(symbol)
            if is_bool:
                return 2
        return value

    def _linked(self, target: Any, expr: Expression, links: Mapping[Any, list[tuple[Any, Any, Any]]]) -> int:
        """Return the value of a target's selects or implies; those of forced symbols need only their "if"."""
        if target not in self._rewired:
            return self.tri(expr)
        value = 0
        for source, cond, own in links.get(target, ()):
            holds = self.tri(source)
            if holds:
                value = max(value, min(holds, self.tri(own if source in self.forced else cond)))
        return value

    def _textual(self, symbol: Any) -> str:
        """Return the value of a number or a string."""
        visible = self.visibility(symbol)
        if visible:
            self.written.add(symbol)
        set_by_user = self.user.get(symbol)
        if (
            visible
            and isinstance(set_by_user, str)
            and (self._zero_default or self._in_range(symbol, set_by_user))
        ):
            return self._limited(symbol, set_by_user)
        for default, cond in symbol.defaults:
            if self.tri(cond):
                if default.__class__ is tuple:
                    break
                self.written.add(symbol)
                if default.orig_type in LOGICAL and not default.is_constant:
                    return "n"
                return self._limited(symbol, self.text(default))
        if symbol.orig_type is STRING or not self._zero_default:
            return self._limited(symbol, "")
        return self._limited(symbol, "0" if symbol.orig_type is INT else "0x0")

    def _range(self, symbol: Any) -> tuple[Any, int, Any, int] | None:
        """Return the limits that hold for a number: the symbols that give them, and their values."""
        base = 10 if symbol.orig_type is INT else 16
        for low, high, cond in symbol.ranges:
            if self.tri(cond):
                return low, self._limit(low, base), high, self._limit(high, base)
        return None

    def _limit(self, symbol: Any, base: int) -> int:
        kind = symbol.orig_type
        return strtoll(self.text(symbol), 10 if kind is INT else 16 if kind is HEX else base)[0]

    def _limited(self, symbol: Any, text: str) -> str:
        if symbol.orig_type is STRING or not symbol.ranges:
            return text
        limits = self._range(symbol)
        if limits is None:
            return text
        low, lowest, high, highest = limits
        value = strtoll(text, 10 if symbol.orig_type is INT else 16)[0]
        if value < lowest:
            return self.text(low)
        return self.text(high) if value > highest else text

    def _in_range(self, symbol: Any, text: str) -> bool:
        limits = None if symbol.orig_type is STRING else self._range(symbol)
        value = strtoll(text, 10 if symbol.orig_type is INT else 16)[0]
        return limits is None or limits[1] <= value <= limits[3]

    # Choices

    def selected(self, choice: Any) -> Any:
        """Return the member that a choice selects if its value is y, None if there is none."""
        if not self._member_choices:
            return self._old_selection(choice)
        if choice.syms:
            self._member(choice.syms[0])
        return self._selection.get(choice)

    def _member(self, symbol: Any) -> int:
        """Compute all members of a choice; return the value of one."""
        choice = symbol.choice
        if choice not in self._selection:
            selected = self._selection[choice] = self._selected_member(choice)
            for member in choice.syms:
                if member in self.forced:
                    continue
                self._tri[member] = 2 if member is selected else 0
                if self.visibility(member):
                    self.written.add(member)
        return self._tri[symbol]

    def _selected_member(self, choice: Any) -> Any:
        """Return the member that is y by the rules of 6.11, None if none is visible."""
        visible = [member for member in choice.syms if self.visibility(member)]
        place, user = self._place, self.user
        by_user = sorted((member for member in visible if member in place), key=place.__getitem__)
        for member in reversed(by_user):
            if user[member] == 2:
                return member
        default = None
        for candidate, cond in choice.defaults:
            if self.tri(cond) and candidate.__class__ is Symbol and self.visibility(candidate):
                default = candidate
                break
        else:
            default = visible[0] if visible else None
        if default is not None and default not in place:
            return default
        for member in visible:
            if member not in place:
                return member
        return by_user[0] if by_user else None

    def _choice_mode(self, choice: Any) -> int:
        """Return the value of a choice as a whole, by the rules before 6.11."""
        value = self._tri.get(choice)
        if value is None:
            if self._member_choices:
                value = self.visibility(choice)
            else:
                value = 0 if choice.is_optional else 1
                value = max((value, *(self._user_tri(member) for member in choice.syms)))
                value = min(value, self.visibility(choice))
                if value == 1 and self._is_bool(choice):
                    value = 2
            self._tri[choice] = value
        return value

    def _user_tri(self, symbol: Any) -> int:
        value = self.user.get(symbol)
        return value if isinstance(value, int) else 0

    def _old_selection(self, choice: Any) -> Any:
        if choice not in self._selection:
            self._selection[choice] = None
            visible = [member for member in choice.syms if self.visibility(member)]
            by_user = [m for m in self._place if m in visible and self.user[m] == 2]
            if by_user:
                self._selection[choice] = by_user[-1]
            else:
                defaults = (d for d, cond in choice.defaults if self.tri(cond) and self.visibility(d))
                self._selection[choice] = next(defaults, visible[0] if visible else None)
        return self._selection[choice]

    # The .config

    def config_text(self, header: str) -> str:
        """Return the .config, as conf writes it."""
        self.evaluate_all()
        lines = [header]
        seen: set[Any] = set()
        after_end = False
        node = self.language.top_node
        while True:
            if node.list:
                node = node.list
            elif node.next:
                node = node.next
            else:
                while node.parent:
                    node = node.parent
                    if node.item is MENU and node.parent and self._shown(node):
                        lines.append(f"# end of {node.prompt[0]}\n")
                        after_end = True
                    if node.next:
                        node = node.next
                        break
                else:
                    return "".join(lines)
            item = node.item
            if item.__class__ is Symbol:
                if item in seen or item not in self.written:
                    continue
                seen.add(item)
                if after_end:
                    lines.append("\n")
                    after_end = False
                lines.append(self.config_line(item))
            elif (item is MENU or item is COMMENT) and self._shown(node):
                lines.append(f"\n#\n# {node.prompt[0]}\n#\n")
                after_end = False

    def config_line(self, symbol: Any) -> str:
        """Return the line of a symbol in the .config."""
        text = self.text(symbol)
        if symbol.orig_type in LOGICAL:
            return f"# CONFIG_{symbol.name} is not set\n" if text == "n" else f"CONFIG_{symbol.name}={text}\n"
        if symbol.orig_type is STRING:
            text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"CONFIG_{symbol.name}={text}\n"

    def _shown(self, node: Any) -> bool:
        return bool(self.tri(node.prompt[1]) and (node.item is not MENU or self.tri(node.visibility)))
