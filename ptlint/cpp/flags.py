# SPDX-License-Identifier: GPL-2.0-or-later
"""The -I and -D options that Makefiles add for one unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from ptlint.cpp.includes import kernel_folders
from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree


@dataclass(frozen=True, slots=True)
class UnitFlags:
    """What the command line of one unit says to the preprocessor."""

    folders: tuple[str, ...]
    """Where headers are looked for, in order."""

    defines: tuple[tuple[str, str], ...]
    """Macros (name, replacement text), in order."""


def unit_flags(tree: Tree, arch: Arch, values: Mapping[str, str], path: str) -> UnitFlags:
    """Return the flags of the unit *path*."""
    return UnitFlags(kernel_folders(arch), ())
