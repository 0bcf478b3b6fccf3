# SPDX-License-Identifier: GPL-2.0-or-later
"""Encodes bools and tristates: what a user may set, defaults, implies and selects (see `encoding`)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kconfiglib import TRISTATE, Choice

from ptlint.kconfig.gates import FALSE, TRUE, Pair
from ptlint.kconfig.language import Expression

if TYPE_CHECKING:
    from ptlint.kconfig.encoding import Encoder

Links = Mapping[Any, list[tuple[Any, Expression, Expression]]]


class Logicals:
    """Mirrors `Evaluation._logical` and what it calls."""

    def __init__(self, encoder: "Encoder") -> None:
        """Work for an encoder."""
        self._encoder = encoder
        self._gates = encoder.gates
        self._visible: dict[Any, Pair] = {}

    def define(self, symbol: Any, pair: Pair) -> None:
        """Say which values a symbol can have that is no member of a choice."""
        language = self._encoder.language
        selected = FALSE, FALSE
        if symbol not in language.transitional:
            selected = self._linked(symbol, language.selectors)
        self.define_value(symbol, pair, selected)

    def define_value(self, symbol: Any, pair: Pair, selected: Pair, unless: int = FALSE) -> None:
        """Say that a value is one that a user can set, or the default; and at least what selects demand."""
        enabled, full = pair
        visible, fully_visible = self.visibility(symbol)
        default, full_default = self._default(symbol)
        add, modules = self._gates.add, self._encoder.modules
        add(unless, -selected[0], enabled)
        add(unless, -enabled, selected[0], visible, default)
        add(unless, visible, -default, enabled)
        if full != enabled:
            add(unless, -enabled, full, modules)
            add(unless, -selected[1], full)
            add(unless, -full, selected[1], fully_visible, full_default, -modules)
            add(unless, visible, -full_default, full)

    def visibility(self, item: Any) -> Pair:
        """Return the literals of the upper limit of what a user can set a symbol or a choice to."""
        pair = self._visible.get(item)
        if pair is None:
            pair = self._visible[item] = self._new_visibility(item)
        return pair

    def _new_visibility(self, item: Any) -> Pair:
        encoder, gates = self._encoder, self._gates
        if item in encoder.language.transitional:
            return TRUE, TRUE
        prompts = [node.prompt[1] for node in item.nodes if node.prompt]
        some = gates.any([encoder.enabled(cond) for cond in prompts])
        in_old_choice = item.__class__ is not Choice and item.choice and not encoder.language.member_choices
        if item.orig_type is not TRISTATE:
            if in_old_choice and item.choice.orig_type is TRISTATE:
                some = gates.both(some, encoder.full(item.choice))
            return some, some
        full = gates.any([encoder.full(cond) for cond in prompts])
        if in_old_choice:
            some = gates.both(some, gates.either(full, -encoder.full(item.choice)))
        return some, gates.either(full, gates.both(some, -encoder.modules))

    def first(self, defaults: Any, value: Callable[[Any, Expression], int], otherwise: int) -> int:
        """Return the literal that the first default gives whose condition holds."""
        literal = otherwise
        for default, cond in reversed(defaults):
            literal = self._gates.choose(self._encoder.enabled(cond), value(default, cond), literal)
        return literal

    def _default(self, symbol: Any) -> Pair:
        """Return what the defaults of a symbol, and those that imply it, give."""
        encoder, gates = self._encoder, self._gates
        some = self.first(symbol.defaults, lambda default, _: encoder.enabled(default), FALSE)
        full = some
        if symbol.orig_type is TRISTATE:
            full = self.first(
                symbol.defaults,
                lambda value, cond: gates.both(encoder.full(value), encoder.full(cond)),
                FALSE,
            )
        if symbol.choice or symbol not in encoder.language.impliers:
            return some, full
        implied, fully_implied = self._linked(symbol, encoder.language.impliers)
        limit = encoder.enabled(symbol.direct_dep)
        if symbol.orig_type is TRISTATE:
            wanted = gates.any((full, fully_implied, -encoder.modules))
            allowed = gates.either(encoder.full(symbol.direct_dep), gates.both(limit, -encoder.modules))
            full = gates.choose(implied, gates.both(wanted, allowed), full)
        return gates.choose(implied, limit, some), full

    def _linked(self, target: Any, links: Links) -> Pair:
        """Return the value that the selects, or the implies, of a symbol give."""
        encoder, gates = self._encoder, self._gates
        some: list[int] = []
        full: list[int] = []
        for source, cond, own in links.get(target, ()):
            limit = own if source in encoder.forced else cond
            some.append(gates.both(encoder.enabled(source), encoder.enabled(limit)))
            if target.orig_type is TRISTATE:
                full.append(gates.both(encoder.full(source), encoder.full(limit)))
        return gates.any(some), gates.any(full)
