# SPDX-License-Identifier: GPL-2.0-or-later
"""The -I and -D options that makefiles give one unit, and other options that define macros.

Source: scripts/Makefile.lib (``_c_flags``), scripts/Makefile.kasan, scripts/Makefile.kcsan.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ptlint.cpp.includes import kernel_folders
from ptlint.cpp.makefiles import Makefiles
from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree, normal_path


@dataclass(frozen=True, slots=True)
class UnitFlags:
    """What the command line of one unit says to the preprocessor."""

    folders: tuple[str, ...]
    """Where headers are looked for, in order."""

    defines: tuple[tuple[str, str], ...]
    """Macros (name, replacement text), in order."""


class CommandLines:
    """The command lines of the units of one tree under one configuration."""

    def __init__(self, tree: Tree, arch: Arch, values: Mapping[str, str]) -> None:
        self._tree = tree
        self._arch = arch
        self._values = values
        self._given = _given(arch, values)
        self._common: list[str] | None = None
        self._folders: dict[str, tuple[Makefiles, list[str]]] = {}

    def flags(self, path: str) -> UnitFlags:
        """Return the flags of the unit *path*."""
        folder, _, name = path.rpartition("/")
        variables, inherited = self._folder(folder)
        stem = name.rpartition(".")[0]
        options = [*self._common_options(), *inherited]
        options += variables.value("ccflags-y").split()
        options += variables.value(f"CFLAGS_{stem}.o").split()
        removed = set(variables.value("ccflags-remove-y").split())
        removed.update(variables.value(f"CFLAGS_REMOVE_{stem}.o").split())
        folders = list(kernel_folders(self._arch))
        defines: dict[str, str] = {}
        for letter, word in _options([option for option in options if option not in removed]):
            if letter == "I":
                found = normal_path(word.lstrip("/"))
                if found is not None and found not in folders:
                    folders.append(found)
            elif letter == "D":
                macro, sign, text = word.partition("=")
                if macro != "__KERNEL__":
                    defines[macro] = text.replace("\\", "").strip("'") if sign else "1"
            elif letter == "U":
                defines.pop(word, None)
        defines.update(self._sanitizers(variables, stem))
        return UnitFlags(tuple(folders), tuple(defines.items()))

    def _common_options(self) -> list[str]:
        """Return the options that the top Makefile and that of the architecture give every unit."""
        known = self._common
        if known is None:
            variables = Makefiles(self._tree, {**self._given, **_FINAL_MAKE})
            variables.read("Makefile")
            known = [*variables.value("KBUILD_CPPFLAGS").split(), *variables.value("KBUILD_CFLAGS").split()]
            self._common = known
        return known

    def _folder(self, folder: str) -> tuple[Makefiles, list[str]]:
        """Return the variables of a folder's makefile, and the options that it takes over from above."""
        known = self._folders.get(folder)
        if known is None:
            above = self._folder(folder.rpartition("/")[0])[1] if folder else []
            variables = Makefiles(self._tree, {**self._given, "src": folder, "obj": folder})
            prefix = f"{folder}/" if folder else ""
            own: list[str] = []
            for name in ("Kbuild", "Makefile") if folder else ("Kbuild",):
                # Like kbuild, take the Kbuild file if there is one; arch/X/Makefile belongs to the top.
                if self._tree.find(prefix + name) is not None:
                    if not (name == "Makefile" and folder == f"arch/{self._arch.srcarch}"):
                        variables.read(prefix + name)
                        own = variables.value("subdir-ccflags-y").split()
                    break
            known = self._folders[folder] = (variables, [*above, *own])
        return known

    def _sanitizers(self, variables: Makefiles, stem: str) -> Iterator[tuple[str, str]]:
        def instrumented(name: str) -> bool:
            said = variables.value(f"{name}_{stem}.o").strip() + variables.value(name).strip()
            return not said.startswith("n")

        kasan = self._values.get("KASAN_GENERIC") == "y" or self._values.get("KASAN_SW_TAGS") == "y"
        if kasan and instrumented("KASAN_SANITIZE"):
            yield "__SANITIZE_ADDRESS__", "1"
        if self._values.get("KCSAN") == "y" and instrumented("KCSAN_SANITIZE"):
            yield "__SANITIZE_THREAD__", "1"
        if self._values.get("CC_OPTIMIZE_FOR_SIZE") == "y":
            yield "__OPTIMIZE_SIZE__", "1"
        if self._values.get("X86_KERNEL_IBT") == "y":
            yield "__CET__", "1"


_FINAL_MAKE = {"sub_make_done": "1", "MAKEFLAGS": "--no-print-directory", "CURDIR": "."}
"""What lets the top Makefile pass by its preparations for another make."""


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the letter and the word of each -I, -D and -U."""
    letter = ""
    for word in words:
        if letter:
            yield letter, word
            letter = ""
        elif word in ("-I", "-D", "-U", "-isystem", "-idirafter"):
            letter = "I" if word.startswith("-i") else word[1]
        elif word[:2] in ("-I", "-D", "-U"):
            yield word[1], word[2:]


def _given(arch: Arch, values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that kbuild sets before it reads a folder's makefile."""
    given = {f"CONFIG_{name}": value for name, value in values.items() if value != "n"}
    given.update(arch.environment)
    given.update(
        {
            "srctree": ".", "objtree": ".", "srcroot": ".", "srcarch": arch.srcarch, "CC": "gcc",
            "HEADER_ARCH": arch.header_arch, "BITS": "32" if arch.bits == 32 else "64", "comma": ",",
        }
    )  # fmt: skip
    return given
