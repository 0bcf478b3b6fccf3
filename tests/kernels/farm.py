# SPDX-License-Identifier: GPL-2.0-or-later
"""A second copy of a kernel tree at little cost: hard links, but for the files that differ."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

LEFT_OUT = ("Documentation", "tools", "samples", "rust", "sound")
"""Directories of which only the Kconfig files and Makefiles are taken."""


def farm(root: Path, to: Path, changed: Mapping[str, str]) -> Path:
    """Make *to* a copy of the tree *root* in which the files of *changed* have another text.

    Unchanged files are hard links, or copies where the file system does not allow links. Symbolic links
    would not do: an analysis of a tree follows none that leads out of it.
    """
    for path in files(root):
        copy = to / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path not in changed:
            try:
                os.link(root / path, copy, follow_symlinks=False)
            except OSError:
                shutil.copy2(root / path, copy, follow_symlinks=False)
    for path, text in changed.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_text(text, encoding="utf-8", errors="surrogateescape")
    return to


def files(root: Path) -> Iterator[str]:
    """Yield the paths, relative to *root*, of the files that a copy needs, in sorted order."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        inside = Path(folder).relative_to(root)
        bare = bool(inside.parts) and inside.parts[0] in LEFT_OUT
        for name in sorted(names):
            if not bare or name.startswith(("Kconfig", "Makefile", "Kbuild")):
                yield (inside / name).as_posix()
