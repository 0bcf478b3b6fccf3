# SPDX-License-Identifier: GPL-2.0-or-later
"""Where an #include finds its file in a kernel tree that was never built.

Source: LINUXINCLUDE and USERINCLUDE in the kernel's Makefile; scripts/Makefile.asm-headers (7.x) or
scripts/Makefile.asm-generic (6.x) for the headers of asm-generic that stand in for missing ones of asm.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree, normal_path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a header was found: its path and the index of the folder in the search list, -1 for none."""

    path: str
    index: int


def kernel_folders(arch: Arch) -> tuple[str, ...]:
    """Return the folders of LINUXINCLUDE, in order, with those that only a build would make."""
    folders: list[str] = []
    for folder in arch.header_dirs:
        folders.append(folder)
        if folder.endswith("/include"):
            folders.append(f"{folder}/generated")
        elif folder.endswith("include/uapi"):
            folders.append(f"{folder.removesuffix('/uapi')}/generated/uapi")
    return tuple(folders)


class IncludeSearch:
    """The search for headers along one list of folders.

    *is_generated* tells whether a path is that of a header which a build would have made.
    """

    def __init__(self, tree: Tree, folders: tuple[str, ...], is_generated: Callable[[str], bool]) -> None:
        self.folders = folders
        self._tree = tree
        self._is_generated = is_generated
        self._found: dict[tuple[str, int], Place | None] = {}
        self._beside: dict[tuple[str, str], Place | None] = {}

    def find(self, name: str, directory: str | None, start: int = 0) -> Place | None:
        """Return where *name* is.

        *directory* is that of the including file if the name is quoted, else None; *start* is the index of
        the first folder to look in.
        """
        if directory is not None:
            key = (directory, name)
            if key not in self._beside:
                path = self._existing(f"{directory}/{name}" if directory else name)
                self._beside[key] = Place(path, -1) if path else None
            beside = self._beside[key]
            if beside is not None:
                return beside
        if (name, start) not in self._found:
            self._found[name, start] = self._search(name, start)
        return self._found[name, start]

    def _search(self, name: str, start: int) -> Place | None:
        if name.startswith("/"):
            return None
        for index in range(start, len(self.folders)):
            folder = self.folders[index]
            path = self._existing(f"{folder}/{name}" if folder else name)
            if path:
                return Place(path, index)
        return None

    def _existing(self, path: str) -> str | None:
        if "./" in path or "//" in path or path.startswith("/"):
            normal = normal_path(path)
            if not normal:
                return None
            path = normal
        if self._tree.find(path) is not None or self._is_generated(path):
            return path
        return None
