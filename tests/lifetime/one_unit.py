# SPDX-License-Identifier: GPL-2.0-or-later
"""A program of one file, with the shipped facts."""

from types import MappingProxyType

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.kbuild import Kbuild
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.lifetime.tables import table_names
from ptlint.program.compiled import compiled_units
from ptlint.program.facts import load_facts
from ptlint.program.program import Program
from ptlint.program.units import Units
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import MemoryTree

PATH = "mm/a.c"


def program_of(code: str, arch: str = "x86_64") -> Program:
    """Return the program whose only file, PATH, is *code*; *arch* is x86_64 or i386."""
    values = {"64BIT": "y" if arch == "x86_64" else "n"}
    configuration = Configuration(
        arch_named(arch), MappingProxyType(values), MappingProxyType({"64BIT": "bool"})
    )
    tree = MemoryTree({"Kbuild": b"obj-y += mm/\n", "mm/Makefile": b"obj-y += a.o\n", PATH: code.encode()})
    facts = load_facts(sorted((shipped_folder() / "facts").glob("*.toml")))
    kbuild = Kbuild(tree, configuration)
    units = Units(
        tree,
        kbuild,
        Preprocessor(tree, configuration, toolchain_named("gcc-12")),
        compiled_units(tree, kbuild, configuration.arch.srcarch),
        facts.kept,
        facts.noreturn,
        table_names(facts),
        facts.names("free") | facts.names("queue"),
    )
    return Program(units, facts)
