# SPDX-License-Identifier: GPL-2.0-or-later
"""One state of a tree as the rules on touched code see it: what Kconfig defines, and what it allows.

Nothing is read before it is asked for. Much can be told from configurations that the analysis has found; only
what they do not show needs the Kconfig files, and what these do not tell as text needs the models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ptlint.errors import KconfigError
from ptlint.kconfig.arch import Arch, arch_named, arches_of
from ptlint.kconfig.configuration import unquoted
from ptlint.kconfig.definitions import Definitions, Entry, entries_in, probed_in
from ptlint.kconfig.formula import Formula, plain_value, settled
from ptlint.kconfig.logic import Logic
from ptlint.kconfig.model import Model
from ptlint.results.engine import Request, StateResult
from ptlint.source.tree import Tree

_SELECT = re.compile(rb"^[ \t]*select[ \t]+(\w+)", re.MULTILINE | re.ASCII)

Loader = Callable[[Request, Arch], Model]


class Side:
    """A tree, with what is known of its symbols."""

    def __init__(
        self, tree: Tree, request: Request, state: StateResult | None, load: Loader, definitions: Definitions
    ) -> None:
        self.tree = tree
        self.definitions = definitions
        self._request = replace(request, tree=tree)
        self._load = load
        self._state = state
        self._known: list[tuple[str, Mapping[str, str]]] | None = None
        self._kinds: dict[str, str] = {}
        self._models: dict[str, Model | None] = {}
        self._logics: dict[str, Logic] = {}
        self._feasible: dict[tuple[Formula, str], bool] = {}
        self.unread: dict[str, str] = {}  # architectures whose Kconfig cannot be read, and why

    @property
    def asked(self) -> tuple[str, ...]:
        """The architectures of the run."""
        return self._request.archs

    def archs(self) -> tuple[Arch, ...]:
        """Return all architectures of the tree, those of the run first."""
        mine = [arch_named(name) for name in self.asked]
        return tuple(dict.fromkeys((*mine, *arches_of(self.tree))))

    # Symbols

    def is_defined(self, symbol: str) -> bool:
        """Tell whether a Kconfig file of some architecture defines a symbol."""
        return symbol in self._shown() or symbol in self.definitions

    def kind(self, symbol: str) -> str:
        """Return the type of a symbol, "" if nothing defines it. A bool may be called a tristate."""
        return self._shown().get(symbol) or self.definitions.kind(symbol)

    def entries_in(self, path: str, text: bytes) -> Mapping[str, Entry]:
        """Return the symbols that a Kconfig file defines."""
        return entries_in(text, path)

    @cached_property
    def selected(self) -> frozenset[str]:
        """The symbols that some Kconfig file selects."""
        found: set[str] = set()
        for path in self.definitions.files:
            text = self.tree.find(path) or b""
            found.update(match[1].decode() for match in _SELECT.finditer(text))
        return frozenset(found)

    @cached_property
    def probed(self) -> frozenset[str]:
        """The symbols that hang on what the compiler can: another one may answer otherwise."""
        texts = (self.tree.find(path) or b"" for path in self.definitions.files)
        return frozenset().union(*map(probed_in, texts))

    # Configurations

    def is_shown(self, formula: Formula, archs: Sequence[str]) -> bool:
        """Tell whether a configuration that is known has a formula. "No" says nothing."""
        always = settled(formula)
        return any(
            formula.holds_in(values) or always.holds_in(values)
            for arch, values in self._configurations()
            if arch in archs
        )

    def feasible(self, formula: Formula, arch: Arch) -> bool:
        """Tell whether a configuration of an architecture has a formula; "yes" if that cannot be told.

        What Kconfig asks the compiler may be answered either way.
        """
        key = (formula, arch.name)
        if key not in self._feasible:
            model = self.model(arch)
            self._feasible[key] = True if model is None else self._logic(arch, model).feasible(formula)
        return self._feasible[key]

    def model(self, arch: Arch) -> Model | None:
        """Return the model of an architecture, None if its Kconfig files cannot be read."""
        if arch.name not in self._models:
            try:
                self._models[arch.name] = self._load(self._request, arch)
            except KconfigError as error:
                self._models[arch.name] = None
                self.unread[arch.name] = str(error)
        return self._models[arch.name]

    def _logic(self, arch: Arch, model: Model) -> Logic:
        if arch.name not in self._logics:
            self._logics[arch.name] = Logic(model, loose=self.probed)
        return self._logics[arch.name]

    def _configurations(self) -> list[tuple[str, Mapping[str, str]]]:
        if self._known is None:
            self._known = []
            forced = self._state is not None and any(one.forced for one in self._state.assumed)
            if self._state is not None and not forced:
                archs = {one.id: one.arch for one in self._state.combinations}
                for name, text in self._state.configurations.items():
                    if name in archs:
                        self._known.append((archs[name], {**_values(text, self._kinds), "ARCH": archs[name]}))
        return self._known

    def _shown(self) -> Mapping[str, str]:
        self._configurations()
        return self._kinds


def _values(text: str, kinds: dict[str, str]) -> dict[str, str]:
    """Return the values of a .config, and note the types that they show."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        if line.startswith("CONFIG_"):
            name, _, value = line[7:].partition("=")
            if value in ("y", "m"):
                kind = "tristate"
            elif value.startswith('"'):
                kind, value = "string", unquoted(value)
            else:
                kind = "hex" if value[:2] in ("0x", "0X") else "int"
                value = plain_value(value, kind)
            found[name] = value
            kinds[name] = kind
        elif line.startswith("# CONFIG_") and line.endswith(" is not set"):
            kinds.setdefault(line[9:-11], "tristate")
    return found
