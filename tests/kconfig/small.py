# SPDX-License-Identifier: GPL-2.0-or-later
"""Small trees that have a Kconfig model."""

from collections.abc import Mapping

from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.source.tree import MemoryTree

MODULES = "config MODULES\n\tbool 'modules'\n\tmodules\n\tdefault y\n\n"


def tree_with(kconfig: str | bytes, version: str = "7.3.0", **files: str) -> MemoryTree:
    """Return a tree of x86 that consists of one Kconfig file and *files* (__ in a name is a slash)."""
    numbers = version.split(".")
    makefile = f"VERSION = {numbers[0]}\nPATCHLEVEL = {numbers[1]}\nSUBLEVEL = {numbers[2]}\nEXTRAVERSION =\n"
    content = kconfig if isinstance(kconfig, bytes) else kconfig.encode()
    more = {name.replace("__", "/"): text.encode() for name, text in files.items()}
    return MemoryTree({"Makefile": makefile.encode(), "Kconfig": content, "arch/x86/Kconfig": b"", **more})


def model_of(kconfig: str | bytes, version: str = "7.3.0", **files: str) -> Model:
    """Return the model of such a tree."""
    return Model.load(tree_with(kconfig, version, **files), arch_named("x86_64"), toolchain_named(DEFAULT))


def completed(
    kconfig: str, config: str = "", assume: Mapping[str, str] | None = None, version: str = "7.3.0"
) -> Configuration:
    """Return the configuration that such a tree makes of a .config."""
    return model_of(kconfig, version).complete(config, assume or {})
