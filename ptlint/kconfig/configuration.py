# SPDX-License-Identifier: GPL-2.0-or-later
"""A configuration: one assignment to all symbols of a Kconfig model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ptlint.kconfig.arch import Arch

TRI_VALUES: Mapping[str, int] = MappingProxyType({"n": 0, "m": 1, "y": 2})
"""The values of bools and tristates as numbers."""

_SET = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)")
_UNSET = re.compile(r"# CONFIG_([A-Za-z0-9_]+) is not set")


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value that the user asked for."""

    symbol: str
    value: str
    forced: bool
    """Whether the symbol's definition had to be replaced by the value, because the model does not give it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Values of symbols, as a .config holds them. Names are without "CONFIG_"."""

    arch: Arch
    values: Mapping[str, str]
    """Values of the symbols that a .config shows: "y", "m", "n", "17", "0x10", or the text of a string."""

    types: Mapping[str, str]
    """Types of these symbols: "bool", "tristate", "int", "hex" or "string"."""

    assumed: tuple[Assumption, ...] = ()
    _text: str = field(default="", repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        """Send plain dictionaries to another process: views of them cannot be pickled."""
        return _sent, (self.arch, dict(self.values), dict(self.types), self.assumed, self._text)

    def get(self, name: str, default: str = "n") -> str:
        """Return the value of a symbol, *default* if the .config does not show it."""
        return self.values.get(name, default)

    def text(self) -> str:
        """Return the .config, as conf writes it; a plain list if it did not come from a model."""
        if self._text:
            return self._text
        return "".join(config_line(name, value, self.types[name]) for name, value in self.values.items())

    def autoconf(self) -> Mapping[str, str]:
        """Return the macros of include/generated/autoconf.h: names and replacement texts."""
        macros: dict[str, str] = {}
        for name, value in self.values.items():
            kind = self.types[name]
            if kind in ("bool", "tristate"):
                if value != "n":
                    macros[f"CONFIG_{name}_MODULE" if value == "m" else f"CONFIG_{name}"] = "1"
            elif kind == "string":
                macros[f"CONFIG_{name}"] = quoted(value)
            elif kind == "hex" and value[:2] not in ("0x", "0X"):
                macros[f"CONFIG_{name}"] = f"0x{value}"
            else:
                macros[f"CONFIG_{name}"] = value
        return MappingProxyType(macros)


def _sent(
    arch: Arch, values: dict[str, str], types: dict[str, str], assumed: tuple[Assumption, ...], text: str
) -> Configuration:
    return Configuration(arch, MappingProxyType(values), MappingProxyType(types), assumed, text)


def configuration_from_text(arch: Arch, text: str) -> Configuration:
    """Return what a .config says, without a model; types are guessed from the values."""
    values: dict[str, str] = {}
    types: dict[str, str] = {}
    for line in text.splitlines():
        if match := _SET.fullmatch(line.rstrip()):
            name, value = match.groups()
            types[name] = guessed_type(value)
            values[name] = unquoted(value) if types[name] == "string" else value
        elif match := _UNSET.fullmatch(line.rstrip()):
            types[match[1]] = "bool"
            values[match[1]] = "n"
    return Configuration(arch, MappingProxyType(values), MappingProxyType(types))


def guessed_type(value: str) -> str:
    """Return the type of symbol that a value belongs to."""
    if value in ("y", "n"):
        return "bool"
    if value == "m":
        return "tristate"
    if re.fullmatch("-?[0-9]+", value):
        return "int"
    return "hex" if re.fullmatch("0[xX][0-9a-fA-F]+", value) else "string"


def quoted(value: str) -> str:
    """Return a string as it stands in a .config."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(value: str) -> str:
    """Return the string that a .config's quoted text stands for; the text itself if it is not quoted."""
    match = re.match(r'"((?:[^\\"]|\\.)*)"', value)
    return re.sub(r"\\(.)", r"\1", match[1]) if match else value


def config_line(name: str, value: str, kind: str) -> str:
    """Return the line of a symbol in a .config."""
    if kind in ("bool", "tristate") and value == "n":
        return f"# CONFIG_{name} is not set\n"
    return f"CONFIG_{name}={quoted(value) if kind == 'string' else value}\n"
