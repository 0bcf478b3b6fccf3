# SPDX-License-Identifier: GPL-2.0-or-later
"""Toolchain profiles: what Kconfig would ask the compiler, and the macros the compiler predefines.

A profile is a TOML file. Those in the folder ``profiles`` are fixed per release, so that the same tree gives
the same result on every machine. `host_toolchain` (in `ptlint.kconfig.host`) makes one from the compiler
that is installed.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import msgspec

from ptlint.errors import ConfigurationError, UsageError
from ptlint.kconfig.arch import Arch
from ptlint.kconfig.probes import Answers
from ptlint.kconfig.targets import core_macros

DEFAULT = "gcc-12"


class _YesNo(msgspec.Struct, forbid_unknown_fields=True):
    yes: list[str] = []
    no: list[str] = []

    def answers(self) -> Mapping[str, bool]:
        found = dict.fromkeys((" ".join(text.split()) for text in self.yes), True)
        found.update(dict.fromkeys((" ".join(text.split()) for text in self.no), False))
        return MappingProxyType(found)


class _Profile(msgspec.Struct, forbid_unknown_fields=True):
    """The file of a profile."""

    name: str
    based_on: str = ""
    environment: dict[str, str] = {}
    versions: dict[str, str] = {}
    options: _YesNo = msgspec.field(default_factory=_YesNo)
    instructions: _YesNo = msgspec.field(default_factory=_YesNo)
    link_options: _YesNo = msgspec.field(default_factory=_YesNo)
    sources: _YesNo = msgspec.field(default_factory=_YesNo)
    scripts: _YesNo = msgspec.field(default_factory=_YesNo)
    script_needs: dict[str, str] = {}
    commands: _YesNo = msgspec.field(default_factory=_YesNo)
    outputs: dict[str, str] = {}
    predefined: dict[str, dict[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler with its assembler and linker, as far as Kconfig and the preprocessor see them."""

    name: str
    environment: Mapping[str, str]
    """The variables that Kconfig files name: CC, LD, CC_VERSION_TEXT, PAHOLE_VERSION, ..."""

    answers: Answers
    macros: Mapping[str, Mapping[str, str]] = field(repr=False)
    """Predefined macros: "common" for all targets, and more by the name of a target (see `predefined`)."""

    @property
    def is_clang(self) -> bool:
        """Return whether the compiler is clang."""
        return self.answers.versions.get("cc-version.sh", "").startswith("Clang")

    def predefined(self, arch: Arch, bits: int, big_endian: bool | None = None) -> Mapping[str, str]:
        """Return the macros that the compiler predefines for kernel code of *arch* with words of *bits* bits.

        Names map to replacement texts; a macro with parameters has them in its name ("__INT8_C(c)"). They
        hold for the options that kernels use (-std=gnu11, -O2, -fno-PIE, no floating point). The lists for
        x86 are complete, those of other architectures hold what kernels test. *big_endian* is for
        architectures that have both byte orders.
        """
        big = arch.big_endian if big_endian is None else big_endian
        found: dict[str, str] = {}
        if arch.srcarch in ("x86", "um") and "x86" in self.macros:
            found |= self.macros["x86"]
            found |= self.macros["x86_64" if bits == 64 else "i386"]
        else:
            found |= core_macros(arch.srcarch, bits, big)
        found |= self.macros.get("common", {})
        return MappingProxyType(found)


def toolchain_named(name: str) -> Toolchain:
    """Return the toolchain of a profile that ptlint has, of the profile in a file, or ``host``.

    Raises:
        UsageError: there is no such profile and no such file.
        ConfigurationError: the file is no profile.
    """
    if name == "host":
        from ptlint.kconfig.host import host_toolchain

        return host_toolchain()
    known = profile_names()
    if name in known:
        return _load(_text_of(name), name)
    if "/" in name or name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the toolchain profile {name}: {error}") from error
        return _load(text, name)
    raise UsageError(
        f"unknown toolchain '{name}'; there are: {', '.join(known)}, host, or the path of a profile"
    )


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that ptlint has."""
    folder = files("ptlint.kconfig") / "profiles"
    return tuple(sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name.endswith(".toml")))


def _text_of(name: str) -> str:
    return (files("ptlint.kconfig") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")


def _load(text: str, source: str) -> Toolchain:
    try:
        data = tomllib.loads(text)
        base_name = data.get("based_on", "")
        if base_name:
            base = tomllib.loads(_text_of(base_name)) if base_name in profile_names() else None
            if base is None:
                raise ConfigurationError(f"{source}: based_on names the unknown profile '{base_name}'")
            data = _merged(base, data)
        profile = msgspec.convert(data, _Profile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(f"{source}: no toolchain profile: {error}") from error
    return made_from(profile)


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Return *base* with the tables of *over* laid over it; lists are joined, the later answer counts."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            result[key] = [*old, *value]
        else:
            result[key] = value
    for key in ("options", "instructions", "link_options", "sources", "scripts", "commands"):
        own, table = over.get(key), result.get(key)
        if isinstance(own, dict) and isinstance(table, dict):
            for side, other in (("yes", "no"), ("no", "yes")):
                said = set(own.get(side, []))
                table[other] = [text for text in table.get(other, []) if text not in said]
    return result


def made_from(profile: _Profile) -> Toolchain:
    """Return the toolchain that a decoded profile describes."""
    environment = MappingProxyType(dict(profile.environment))
    answers = Answers(
        cc=environment.get("CC", "gcc"),
        ld=environment.get("LD", "ld"),
        flags=frozenset(environment.get("CLANG_FLAGS", "").split()),
        versions=MappingProxyType(dict(profile.versions)),
        options=profile.options.answers(),
        instructions=profile.instructions.answers(),
        link_options=profile.link_options.answers(),
        sources=profile.sources.answers(),
        scripts=profile.scripts.answers(),
        script_needs=MappingProxyType(dict(profile.script_needs)),
        commands=profile.commands.answers(),
        outputs=MappingProxyType(dict(profile.outputs)),
    )
    macros = MappingProxyType({name: MappingProxyType(dict(m)) for name, m in profile.predefined.items()})
    return Toolchain(profile.name, environment, answers, macros)
