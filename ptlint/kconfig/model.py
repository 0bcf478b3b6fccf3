# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig model of one architecture over a tree, and the configurations that it gives.

`Model.complete` does what the kernel's ``conf --olddefconfig`` does with a .config, byte for byte.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from kconfiglib import TYPE_TO_STR

from ptlint.errors import KconfigError, TreeError
from ptlint.kconfig.arch import Arch
from ptlint.kconfig.assumptions import Assumer
from ptlint.kconfig.configuration import (
    TRI_VALUES,
    Assumption,
    Configuration,
    config_line,
    guessed_type,
    unquoted,
)
from ptlint.kconfig.evaluation import LOGICAL, Evaluation
from ptlint.kconfig.kbuild import default_configuration_name
from ptlint.kconfig.language import Language, read_language
from ptlint.kconfig.probes import Prober
from ptlint.kconfig.toolchain import Toolchain
from ptlint.source.tree import Tree, read, version

UserValues = dict[Any, int | str]
"""What a user set: Kconfiglib symbols and 0, 1, 2 (n, m, y) or text, in the order of setting."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]+")

FRAGMENTS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("powerpc", "ppc64le_defconfig"): ("ppc64_defconfig", "le.config"),
        ("mips", "32r2el_defconfig"): ("generic_defconfig", "generic/32r2.config", "generic/el.config"),
    }
)
"""The default configurations that the kernel merges from several files, by folder and name.

Source: arch/powerpc/Makefile (merge_into_defconfig), arch/mips/Makefile (gen_generic_defconfigs).
"""


class Model:
    """The symbols of one architecture. Never changes; any number of configurations can be made from it."""

    def __init__(self, tree: Tree, arch: Arch, toolchain: Toolchain, kconf: Language, prober: Prober) -> None:
        """Use `Model.load`."""
        self.tree = tree
        self.arch = arch
        self.toolchain = toolchain
        self.kconf = kconf
        """The Kconfiglib objects: symbols, choices, expressions. Their own values are never computed."""

        self.symbols: Mapping[str, Any] = MappingProxyType(
            {symbol.name: symbol for symbol in kconf.unique_defined_syms}
        )
        """The Kconfiglib symbols that the tree defines, by name, in the order of definition."""

        self.files: tuple[str, ...] = tuple(dict.fromkeys(kconf.kconfig_filenames))
        """The Kconfig files that were read."""

        self.unknown_probes: tuple[str, ...] = tuple(prober.unknown)
        """Shell commands of Kconfig files to which the toolchain has no answer; they count as failed."""

        self.zero_default = _release(tree) >= (6, 8)
        """Whether a number without a default is 0, and one out of range becomes the nearest limit."""

    @classmethod
    def load(cls, tree: Tree, arch: Arch, toolchain: Toolchain) -> "Model":
        """Read the Kconfig files of a tree for one architecture. Nothing is run.

        Raises:
            KconfigError: they cannot be read; names file and line.
            TreeError: the tree has no such architecture.
        """
        if tree.find(f"arch/{arch.srcarch}/Kconfig") is None:
            raise TreeError(
                f"the tree has no architecture {arch.name}: arch/{arch.srcarch}/Kconfig is missing"
            )
        prober = Prober(toolchain.answers, tree.find)
        environment = {
            **toolchain.environment,
            **arch.environment,
            "KERNELVERSION": version(tree),
            "KCONFIG_CONFIG": ".config",
        }
        release = _release(tree)
        kconf = read_language(
            tree.find,
            environment,
            prober.output,
            member_choices=release >= (6, 11),
            sourced_once=release >= (7, 1),
        )
        return cls(tree, arch, toolchain, kconf, prober)

    def defconfig(self, assume: Mapping[str, str] = _NOTHING) -> Configuration:
        """Return the architecture's own default configuration (``make defconfig``)."""
        return self.complete(self.defconfig_text(), assume)

    def defconfig_text(self) -> str:
        """Return the files of the architecture's default configuration, one after the other."""
        name = self.defconfig_name()
        folder = f"arch/{self.arch.srcarch}/configs"
        if self.tree.find(f"{folder}/{name}") is not None:
            parts: tuple[str, ...] = (name,)
        else:
            parts = FRAGMENTS.get((self.arch.srcarch, name), (name,))
        return "\n".join(read(self.tree, f"{folder}/{part}").decode("utf-8", "replace") for part in parts)

    def defconfig_name(self) -> str:
        """Return the name of the default configuration, which arch/*/Makefile sets (KBUILD_DEFCONFIG)."""
        return default_configuration_name(self.tree, Configuration(self.arch, _NOTHING, _NOTHING))

    def complete(self, text: str, assume: Mapping[str, str] = _NOTHING) -> Configuration:
        """Return the configuration that ``make olddefconfig`` makes of a .config (or a fragment of one).

        Each assumption (a symbol and its value) is brought about by setting symbols, or forced where that
        does not give it; `Configuration.assumed` tells which. See `ptlint.kconfig.assumptions`.

        Raises:
            ConfigurationError: an assumed value is none for the type of its symbol.
            KconfigError: expressions are nested too deeply to be evaluated.
        """
        user = self.user_values(text)
        with not_too_deep():
            if not assume:
                return self.configuration(self.evaluate(user))
            assumer = Assumer(self.kconf, user, self.zero_default)
            for name, value in assume.items():
                assumer.assume(name, value)
            assumed = assumer.result()
            return self.configuration(assumer.evaluation(assumer.user), assumed)

    def user_values(self, text: str) -> UserValues:
        """Return what a .config sets. Lines that conf would pass over are passed over."""
        found: UserValues = {}
        symbols = self.kconf.syms
        for line in text.split("\n"):
            line = line.removesuffix("\r")
            if line.startswith("CONFIG_"):
                name, equals, value = line[7:].partition("=")
                if not equals:
                    continue
            elif line.startswith("# CONFIG_") and line.endswith(" is not set"):
                name, value = line[9:-11], "n"
            else:
                continue
            symbol = symbols.get(name)
            if symbol is None:
                continue
            setting = _user_value(symbol, value)
            if setting is not None:
                found.pop(symbol, None)
                found[symbol] = setting
        return found

    def evaluate(self, user: UserValues, forced: Mapping[Any, int | str] | None = None) -> Evaluation:
        """Return the values of all symbols under what a user set."""
        return Evaluation(self.kconf, user, forced=forced, zero_default=self.zero_default)

    def configuration(self, evaluation: Evaluation, assumed: tuple[Assumption, ...] = ()) -> Configuration:
        """Return the values of an evaluation as a configuration."""
        header = f"#\n# Automatically generated file; DO NOT EDIT.\n# {self.kconf.top_node.prompt[0]}\n#\n"
        text = evaluation.config_text(header)
        values: dict[str, str] = {}
        types: dict[str, str] = {}
        for symbol in self.kconf.unique_defined_syms:
            if symbol in evaluation.written and symbol.orig_type:
                values[symbol.name] = evaluation.text(symbol)
                types[symbol.name] = TYPE_TO_STR[symbol.orig_type]
        for symbol in evaluation.forced:
            if symbol.name not in values:
                value = values[symbol.name] = evaluation.text(symbol)
                kind = types[symbol.name] = guessed_type(value)
                text += config_line(symbol.name, value, kind)
        return Configuration(self.arch, MappingProxyType(values), MappingProxyType(types), assumed, text)


@contextmanager
def not_too_deep() -> Iterator[None]:
    """Raise a KconfigError where expressions turn out to be nested too deeply."""
    try:
        yield
    except RecursionError as error:
        raise KconfigError("Kconfig: expressions are nested too deeply to be evaluated") from error


def _release(tree: Tree) -> tuple[int, int]:
    """Return the first two numbers of the tree's version."""
    numbers = re.findall(r"\d+", version(tree))
    return (int(numbers[0]), int(numbers[1])) if len(numbers) > 1 else (0, 0)


def _user_value(symbol: Any, value: str) -> int | str | None:
    """Return what a .config line sets a symbol to, None if conf refuses the value."""
    kind = TYPE_TO_STR[symbol.orig_type]
    if symbol.orig_type in LOGICAL:
        setting = TRI_VALUES.get(value[:1])
        return None if setting == 1 and kind == "bool" else setting
    if kind == "string":
        return unquoted(value) if value.startswith('"') else value
    if kind == "int":
        return value if _INT.fullmatch(value) else None
    if kind == "hex":
        return value if _HEX.fullmatch(value) else None
    return None
