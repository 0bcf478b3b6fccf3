# SPDX-License-Identifier: GPL-2.0-or-later
"""Encodes choices, by the rules of 6.11 and by those of before (see `encoding`)."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ptlint.kconfig.evaluation import Evaluation
from ptlint.kconfig.gates import FALSE, Pair

if TYPE_CHECKING:
    from ptlint.kconfig.encoding import Encoder


class Choices:
    """Mirrors the part of `Evaluation` on choices."""

    def __init__(self, encoder: "Encoder") -> None:
        """Work for an encoder."""
        self._encoder = encoder
        self._gates = encoder.gates
        self._selections: dict[Any, Mapping[Any, int]] = {}

    def selection(self, choice: Any) -> Mapping[Any, int]:
        """Return a literal for each member, that the choice selects it: one, if any is visible."""
        found = self._selections.get(choice)
        if found is None:
            found = self._selections[choice] = {
                member: self._gates.fresh(partial(_selects, choice, member)) for member in choice.syms
            }
            self._encoder.later(partial(self._define_selection, found), choice)
        return found

    def selected(self, choice: Any) -> Mapping[Any, int]:
        """Return the literals of a selection that something has asked for, none of any other."""
        return self._selections.get(choice, {})

    def _define_selection(self, selection: Mapping[Any, int]) -> None:
        literals = list(selection.values())
        for place, literal in enumerate(literals):
            for other in literals[:place]:
                self._gates.add(-literal, -other)
        for member, literal in selection.items():
            visible = self._encoder.logicals.visibility(member)[0]
            self._gates.add(-literal, visible)
            self._gates.add(-visible, *literals)

    def define_member(self, member: Any, pair: Pair) -> None:
        """Say which values a member can have: y if it is selected, else n."""
        encoder, add = self._encoder, self._gates.add
        selected = self.selection(member.choice)[member]
        unless = FALSE
        if not encoder.language.member_choices:
            # A choice that is m or n does not select: its members are then like other symbols.
            visible = encoder.logicals.visibility(member)[1]
            unless = -self._gates.both(visible, encoder.full(member.choice))
            encoder.logicals.define_value(member, pair, (FALSE, FALSE), unless=-unless)
        for literal in pair:
            add(unless, -literal, selected)
            add(unless, literal, -selected)

    def define_mode(self, choice: Any, pair: Pair) -> None:
        """Say which values a choice as a whole can have."""
        encoder, add = self._encoder, self._gates.add
        enabled, full = pair
        visible, fully_visible = encoder.logicals.visibility(choice)
        add(-enabled, visible)
        add(-full, fully_visible)
        if encoder.language.member_choices:
            add(-visible, enabled)
            add(-fully_visible, full)
            return
        add(-enabled, full, encoder.modules if full != enabled else FALSE)
        if not choice.is_optional:
            add(-visible, enabled)


def _selects(choice: Any, member: Any, evaluation: Evaluation) -> bool:
    return evaluation.selected(choice) is member
