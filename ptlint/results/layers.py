# SPDX-License-Identifier: GPL-2.0-or-later
"""What a tree is made of: a folder on disk or a tree in git, and the changes laid over it."""

import os
from dataclasses import dataclass

from ptlint.source.repository import GitTree
from ptlint.source.tree import DiskTree, Overlay, RecordingTree, Tree


@dataclass(frozen=True, slots=True)
class Layers:
    """The bottom of a tree, and all that lies over it."""

    root: str  # the folder, or that of the repository; "" for neither
    oid: str  # of the tree in git; "" if it lies on disk
    changes: tuple[tuple[str, bytes | None], ...]


def layers_of(tree: Tree) -> Layers:
    """Return what a tree is made of."""
    changes: dict[str, bytes | None] = {}
    while isinstance(tree, Overlay | RecordingTree):
        if isinstance(tree, Overlay):
            changes = {**tree.changes, **changes}
        tree = tree.base
    root, oid = "", ""
    if isinstance(tree, DiskTree):
        root = os.path.realpath(tree.root)
    elif isinstance(tree, GitTree):
        root, oid = tree.repository.folder, tree.oid
    return Layers(root, oid, tuple(sorted(changes.items(), key=lambda change: change[0])))
