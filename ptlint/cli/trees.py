# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel tree that a command line means. Apart from the session, which takes longer to import."""

from pathlib import Path

from ptlint.errors import TreeError
from ptlint.source.tree import DiskTree, is_kernel_tree


def open_tree(folder: str | None) -> DiskTree:
    """Return the tree that --tree names, or the nearest one at or above the current directory.

    Raises:
        TreeError: there is none.
    """
    if folder is not None:
        tree = DiskTree(Path(folder))
        if not is_kernel_tree(tree):
            raise TreeError(f"{folder}: is no kernel tree (no Makefile with a VERSION, no Kconfig, no arch/)")
        return tree
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / "Kconfig").is_file() and is_kernel_tree(tree := DiskTree(above)):
            return tree
    raise TreeError(f"{here}: no kernel tree here or above; name one with --tree DIR")
