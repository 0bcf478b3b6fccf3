# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symbols can change the value of which: all that a definition refers to, and so on."""

from collections.abc import Iterable
from typing import Any

from kconfiglib import Choice

from ptlint.kconfig.language import Expression, Language


class Closure:
    """Follows the references of a language. Answers are in an order that only the Kconfig files decide."""

    def __init__(self, language: Language) -> None:
        """Follow nothing yet."""
        self._language = language
        self._operands: dict[int, dict[Any, None]] = {}
        self._references: dict[Any, dict[Any, None]] = {}

    def of(self, items: Iterable[Any]) -> Iterable[Any]:
        """Return some symbols with all symbols and choices that can change their values."""
        found = dict.fromkeys(items)
        if self._language.has_modules:
            found[self._language.modules] = None  # decides what m means
        waiting = list(found)
        while waiting:
            for item in self._referred(waiting.pop()):
                if item not in found:
                    found[item] = None
                    waiting.append(item)
        return found

    def _referred(self, item: Any) -> Iterable[Any]:
        references = self._references.get(item)
        if references is None:
            references = self._references[item] = dict.fromkeys(
                operand for expr in self._expressions(item) for operand in self._in(expr)
            )
        return references

    def _expressions(self, item: Any) -> Iterable[Expression]:
        """Yield all that a definition is made of."""
        yield from (node.prompt[1] for node in item.nodes if node.prompt)
        if item.__class__ is Choice:
            yield from item.syms
            yield from (cond for _, cond in item.defaults)
            return
        if item.choice:
            yield item.choice
        for default, cond in item.defaults:
            yield from (default, cond)
        for limits in item.ranges:
            yield from limits
        for links in (self._language.selectors, self._language.impliers):
            for source, cond, _ in links.get(item, ()):
                yield from (source, cond)
        if item in self._language.impliers:
            yield item.direct_dep

    def _in(self, expr: Expression) -> dict[Any, None]:
        """Return the symbols and choices that an expression names."""
        if expr.__class__ is not tuple:
            return {} if expr.__class__ is not Choice and expr.is_constant else {expr: None}
        found = self._operands.get(id(expr))
        if found is None:
            found = self._operands[id(expr)] = (
                {**self._in(expr[1]), **self._in(expr[2])} if (len(expr) == 3) else self._in(expr[1])
            )
        return found
