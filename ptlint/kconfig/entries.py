# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the Kconfig files make a symbol what it is: its entry, and the lines that select it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kconfiglib import expr_str

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.language import Expression
from ptlint.kconfig.model import Model
from ptlint.kconfig.parsing import FormulaError, parse_formula

_MOST_SELECTS = 4
"""How many selects of one symbol are told of."""

_NEXT_ENTRY = re.compile(
    r"\s*(config|menuconfig|choice|endchoice|menu|endmenu|if|endif|comment|source|mainmenu)\b"
)
_WORD = re.compile(r"\w+")


class EntryLine(NamedTuple):
    """A line of a Kconfig file (both numbers 1-based), and what it does in a configuration."""

    path: str
    line: int
    column: int
    message: str


def entry_of(model: Model, name: str) -> tuple[str, int] | None:
    """Return path and line of the first ``config`` entry of a symbol, None if the tree does not define it."""
    symbol = model.symbols.get(name)
    return (symbol.nodes[0].filename, symbol.nodes[0].linenr) if symbol is not None else None


def reasons(model: Model, name: str, configuration: Configuration) -> Iterator[EntryLine]:
    """Yield the lines that make a symbol what it is in a configuration: selects, then its own entry."""
    symbol = model.symbols.get(name)
    if symbol is None:
        return
    value = configuration.get(name)
    path, line = symbol.nodes[0].filename, symbol.nodes[0].linenr
    if any(one.symbol == name and one.forced for one in configuration.assumed):
        yield EntryLine(path, line, 1, f"{name} is assumed to be {value}, against what this entry says")
        return
    selects = list(_selects(model, symbol, configuration))
    chosen = [one for in_force, one in selects if in_force == (value != "n")]
    if value != "n" and chosen:
        yield EntryLine(path, line, 1, f"{name} is {value}, whatever its dependencies")
        yield from chosen[:_MOST_SELECTS]
        return
    if value == "n":
        why = "nothing selects it" if not selects else "what selects it is not in force"
        has_other = symbol.defaults or any(node.prompt for node in symbol.nodes)
        yield EntryLine(path, line, 1, f"{name} is n" + ("" if has_other else f": {why}"))
        yield from chosen[:_MOST_SELECTS]
        return
    dependency = _text(symbol.direct_dep)
    depends = f"it depends on {dependency}, which holds" if dependency != "y" else "it depends on nothing"
    yield EntryLine(path, line, 1, f"{name} is {value}: {depends}")


def _selects(model: Model, symbol: Any, configuration: Configuration) -> Iterator[tuple[bool, EntryLine]]:
    """Yield the lines that select a symbol, and whether they are in force."""
    taken: dict[Any, int] = {}
    for source, cond, own in model.kconf.selectors.get(symbol, ()):
        number = taken[source] = taken.get(source, -1) + 1
        path, line, column = _select_place(model, source, symbol.name, number)
        if configuration.get(source.name) == "n":
            message = f"{source.name} would select it, but is n"
        elif not _holds(cond, configuration):
            message = f"{source.name} selects it only if {_text(own)}, which does not hold"
        else:
            yield True, EntryLine(path, line, column, f"{source.name} selects {symbol.name}")
            continue
        yield False, EntryLine(path, line, column, message)


def _select_place(model: Model, source: Any, target: str, number: int) -> tuple[str, int, int]:
    """Return where a symbol selects another (the *number*-th time, from 0), else where its entry is."""
    wanted = re.compile(rf"(\s*)select\s+{re.escape(target)}\b")
    for node in source.nodes:
        content = model.tree.find(node.filename) or b""
        lines = content.decode("utf-8", "replace").split("\n")
        for line, text in enumerate(lines[node.linenr :], node.linenr + 1):
            match = wanted.match(text)
            if match:
                if not number:
                    return node.filename, line, len(match[1]) + 1
                number -= 1
            elif _NEXT_ENTRY.match(text):
                break
    return source.nodes[0].filename, source.nodes[0].linenr, 1


def line_of(model: Model, name: str, keyword: str, text: str) -> int | None:
    """Return the line in the first entry of a symbol that has a keyword and each word of a text, if any."""
    symbol = model.symbols.get(name)
    if symbol is None:
        return None
    node = symbol.nodes[0]
    lines = (model.tree.find(node.filename) or b"").decode("utf-8", "replace").split("\n")
    wanted = set(_WORD.findall(text))
    for line, found in enumerate(lines[node.linenr :], node.linenr + 1):
        if _NEXT_ENTRY.match(found):
            return None
        if found.split()[: len(keyword.split())] == keyword.split() and wanted <= set(_WORD.findall(found)):
            return line
    return None


def _holds(expression: Expression, configuration: Configuration) -> bool:
    try:
        return parse_formula(expr_str(expression)).holds(configuration)
    except FormulaError:
        return False


def _text(expression: Expression) -> str:
    return str(expr_str(expression))
