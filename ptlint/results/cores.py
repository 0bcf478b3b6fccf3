# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of a minimal core of Kconfig, in words: what each of them demands, and where it stands."""

from __future__ import annotations

from typing import Any

from kconfiglib import expr_str

from ptlint.kconfig.arch import Arch
from ptlint.kconfig.entries import entry_of, line_of
from ptlint.kconfig.explaining import Kind, Reason
from ptlint.kconfig.model import Model
from ptlint.results.model import Step

_MOST_SELECTS = 4
"""How many of those that select a symbol are named."""


def core_step(reason: Reason, model: Model | None, arch: Arch | None) -> Step:
    """Return what a reason of a core says; it is of a model of *arch*, if it is of one architecture only."""
    name = reason.symbol
    place = entry_of(model, name) if model is not None else None
    path, line = place or ("Kconfig", 1)
    match reason.kind:
        case Kind.UNDEFINED:
            of = "" if arch is None else f" of {arch.name}"
            return Step(path, line, 1, "", f"no Kconfig file{of} defines {name}")
        case Kind.DEPENDS:
            line = line_of(model, name, "depends on", reason.text) or line if model else line
            return Step(path, line, 1, "", f"{name} depends on {reason.text}")
        case Kind.SELECT:
            line = line_of(model, name, "select", reason.text) or line if model else line
            return Step(path, line, 1, "", f"{name} selects {reason.text}")
        case Kind.CHOICE:
            return Step(path, line, 1, "", f"of the choice with {name} one member is on, if it is visible")
    return Step(path, line, 1, "", _decided(name, model, arch))


def _decided(name: str, model: Model | None, arch: Arch | None) -> str:
    """Return what decides a symbol, in words."""
    symbol = model.symbols.get(name) if model is not None else None
    if model is None or symbol is None or any(node.prompt for node in symbol.nodes):
        return f"{name} is as its prompt, defaults and selects allow"
    selects = [_select(*one) for one in model.kconf.selectors.get(symbol, ())]
    more = len(selects) - _MOST_SELECTS
    listed = ", ".join(selects[:_MOST_SELECTS]) + (f" and {more} more" if more > 0 else "")
    if symbol.defaults:
        values = [str(expr_str(value)) for value, _ in symbol.defaults]
        default = f"{name} has no prompt, and its default is {' or '.join(dict.fromkeys(values))}"
        return f"{default}; it is selected by {listed}" if selects else default
    if selects:
        return f"{name} is on only if selected,{_on(arch)} by {listed}"
    return f"nothing selects {name}{_on(arch)}"


def _select(source: Any, _cond: Any, own: Any) -> str:
    """Return who selects, and its own "if"."""
    text = str(expr_str(own))
    return str(source.name) if text == "y" else f"{source.name} if {text}"


def _on(arch: Arch | None) -> str:
    return "" if arch is None else f" on {arch.name}"
