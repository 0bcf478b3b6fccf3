# SPDX-License-Identifier: GPL-2.0-or-later
"""The headers that a build would generate, made in memory."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree

if TYPE_CHECKING:
    from ptlint.cpp.view import Unit

AUTOCONF: Final = "include/generated/autoconf.h"

_KNOWN: Final = frozenset(
    "include/generated/" + name
    for name in (
        "autoconf.h", "bounds.h", "asm-offsets.h", "rq-offsets.h", "timeconst.h", "utsrelease.h", "compile.h",
        "utsversion.h",
    )
) | {"include/generated/uapi/linux/version.h"}  # fmt: skip


class Generated:
    """The generated headers of one tree under one configuration."""

    def __init__(
        self,
        tree: Tree,
        arch: Arch,
        values: Mapping[str, str],
        unit: "Callable[[str, Mapping[str, str]], Unit | None]",
    ) -> None:
        self._tree = tree
        self._arch = arch
        self._values = values
        self._unit = unit
        self._wrappers: frozenset[str] | None = None
        self._contents: dict[str, bytes | None] = {}

    def has(self, path: str) -> bool:
        """Tell whether a build would generate the header *path*."""
        return "generated/" in path and (path in _KNOWN or path in self._asm())

    def find(self, path: str) -> bytes | None:
        """Return the content of the generated header *path*, None if it is none."""
        if not self.has(path):
            return None
        if path in self._asm() and path not in self._listed:
            name = path.rpartition("/asm/")[2]
            return b"#include <asm-generic/" + name.encode() + b">\n"
        return b""

    def paths(self) -> tuple[str, ...]:
        """Return the sorted paths of all generated headers but autoconf.h."""
        return tuple(sorted((_KNOWN | self._asm()) - {AUTOCONF}))

    def free(self, path: str) -> tuple[str, ...]:
        """Return the names of the constants in the header *path* that cannot be computed."""
        return ()

    def _asm(self) -> frozenset[str]:
        known = self._wrappers
        if known is None:
            found: set[str] = set()
            listed: set[str] = set()
            for uapi in ("", "uapi/"):
                own = f"arch/{self._arch.srcarch}/include/{uapi}asm"
                lists = _kbuild_lists(self._tree.find(f"{own}/Kbuild") or b"", self._values)
                wrapped = set(lists.get("generic", ()))
                if self._arch.srcarch != "um":
                    common = self._tree.find(f"include/{uapi}asm-generic/Kbuild") or b""
                    for name in _kbuild_lists(common, self._values).get("mandatory", ()):
                        if self._tree.find(f"{own}/{name}") is None:
                            wrapped.add(name)
                made = {*lists.get("generated", ()), *lists.get("syscall", ())}
                folder = f"arch/{self._arch.srcarch}/include/generated/{uapi}asm/"
                found.update(folder + name for name in wrapped | made)
                listed.update(folder + name for name in made)
            self._listed = listed
            known = self._wrappers = frozenset(found)
        return known


def _kbuild_lists(text: bytes, values: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the lists ``name-y += words`` and ``name-$(CONFIG_X) += words`` of a Kbuild file, by name."""
    lists: dict[str, list[str]] = {}
    for line in text.decode("utf-8", "replace").replace("\\\n", " ").splitlines():
        name, assign, words = line.partition("#")[0].partition("=")
        if not assign:
            continue
        name, _, condition = name.strip(" \t+:").partition("-")
        if condition.startswith("$(CONFIG_"):
            condition = values.get(condition[9:-1], "n")
        if condition in ("y", "m"):
            lists.setdefault(name, []).extend(words.split())
    return lists
