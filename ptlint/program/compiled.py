# SPDX-License-Identifier: GPL-2.0-or-later
"""Which .c files Kbuild compiles under a configuration, over the whole tree.

A directory that Kbuild does not go down into may still hold files that a Makefile above names, so all but
drivers/ (where none does so, and which holds half of all files) are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator

from ptlint.kconfig.kbuild import Kbuild
from ptlint.source.tree import Tree

# Not part of the kernel image: programs of the build machine, and other architectures.
OUTSIDE = frozenset(
    {
        "Documentation",
        "LICENSES",
        "tools",
        "scripts",
        "usr",
        "samples",
        "include",
        "arch",
        "debian",
        "rust",
        "certs",
    }
)


def compiled_units(tree: Tree, kbuild: Kbuild, srcarch: str) -> tuple[str, ...]:
    """Return the compiled .c files, sorted, of the architecture and of everything it shares."""
    tops = [f"arch/{srcarch}"]
    tops += [name[:-1] for name in tree.entries("") if name.endswith("/") and name[:-1] not in OUTSIDE]
    return tuple(sorted(path for top in tops for path in _below(tree, kbuild, top)))


def _below(tree: Tree, kbuild: Kbuild, directory: str) -> Iterator[str]:
    for name in tree.entries(directory):
        path = f"{directory}/{name}"
        if name.endswith("/"):
            if kbuild.reached(path[:-1]) or not path.startswith("drivers/"):
                yield from _below(tree, kbuild, path[:-1])
        elif name.endswith(".c") and kbuild.built(path):
            yield path
