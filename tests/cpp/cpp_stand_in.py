# SPDX-License-Identifier: GPL-2.0-or-later
"""A configuration and a compiler as small as a test needs them."""

from collections.abc import Mapping

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import Arch, arch_named
from ptlint.source.tree import MemoryTree


class Symbols:
    """A configuration made of symbol values."""

    def __init__(self, values: Mapping[str, str], arch: str = "x86_64") -> None:
        self.values = values
        self.arch = arch_named(arch)

    def autoconf(self) -> Mapping[str, str]:
        """Return what generated/autoconf.h defines."""
        macros: dict[str, str] = {}
        for name, value in self.values.items():
            if value == "y":
                macros[f"CONFIG_{name}"] = "1"
            elif value == "m":
                macros[f"CONFIG_{name}_MODULE"] = "1"
            elif value.lstrip("-").isdigit() or value.startswith("0x"):
                macros[f"CONFIG_{name}"] = value
            elif value != "n":
                macros[f"CONFIG_{name}"] = f'"{value}"'
        return macros


class Compiler:
    """A compiler that predefines little."""

    def predefined(self, arch: Arch, bits: int, big_endian: bool | None = None) -> Mapping[str, str]:
        """Return the predefined macros."""
        return {"__GNUC__": "12", "__x86_64__": "1", "__INT8_C(c)": "c"}


def preprocessor(
    files: Mapping[str, str], atoms: Mapping[str, int] | None = None, **values: str
) -> Preprocessor:
    """Return a preprocessor of a tree with *files* under a configuration with *values*."""
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return Preprocessor(tree, Symbols(values), Compiler(), atoms=atoms)
