# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells whether Kbuild compiles a file under a configuration, from the makefiles of the tree.

Makefiles are read when a question needs them, from the file's directory up to the top. No make is run.

Source: scripts/Makefile.build, Documentation/kbuild/makefiles.rst, and the Kbuild file at the top.
"""

from dataclasses import dataclass
from posixpath import dirname, normpath
from types import MappingProxyType

from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.makefile import Makefile
from ptlint.source.tree import Tree, walk

_TOP_DIRECTORIES = ("init", "usr", "kernel", "certs", "mm", "fs", "ipc", "security", "crypto", "drivers")
_LATER_DIRECTORIES = ("sound", "virt")
"""What kernels before 6.1 name in their top Makefile, beside block, io_uring, net and samples."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """What the makefile of one directory says. Paths are from the top of the tree."""

    objects: MappingProxyType[str, str]
    """Objects without ".o", and "y" or "m"."""

    directories: MappingProxyType[str, str]
    """Directories to go down into, and "y" or "m"."""


_EMPTY = _Directory(MappingProxyType({}), MappingProxyType({}))


class Kbuild:
    """The makefiles of a tree under one configuration."""

    def __init__(self, tree: Tree, configuration: Configuration) -> None:
        """Prepare to answer; nothing is read yet."""
        self._tree = tree
        self._config = configuration.values
        self._arch = configuration.arch
        self._directories: dict[str, _Directory] = {}
        self._reached: dict[str, str | None] = {}
        self._top: dict[str, str] | None = None
        self._elsewhere: dict[str, dict[str, str]] = {}

    def built(self, path: str) -> str | None:
        """Return "y" if the .c (or .S) file is compiled into the kernel, "m" into a module, None if not.

        Only what goes into vmlinux or modules counts: no host programs, boot loaders, vdso images, samples
        of tools. A file in a directory that is gone down into for modules only is "m" or None.
        """
        stem, dot, suffix = normpath(path).rpartition(".")
        if not dot or suffix not in ("c", "S", "rs"):
            return None
        best: str | None = None
        directory = dirname(stem)
        while True:
            state = self._reached_state(directory)
            if state is not None:
                best = _higher(best, _within(state, self._directory(directory).objects.get(stem)))
            if best == "y" or not directory:
                break
            directory = dirname(directory)
        if best is None:
            best = self._objects_elsewhere(stem)
        return best

    def reached(self, directory: str) -> bool:
        """Say whether Kbuild goes down into a directory."""
        return self._reached_state(directory) is not None

    def _reached_state(self, directory: str) -> str | None:
        """Return "y" or "m" if Kbuild goes down into a directory, None if it does not."""
        if not directory:
            return "y"
        if directory not in self._reached:
            self._reached[directory] = None
            best: str | None = None
            above = dirname(directory)
            while True:
                state = self._reached_state(above)
                if state is not None:
                    best = _higher(
                        best, _within_directory(state, self._directory(above).directories.get(directory))
                    )
                if best == "y" or not above:
                    break
                above = dirname(above)
            self._reached[directory] = best
        return self._reached[directory]

    def _directory(self, directory: str) -> _Directory:
        found = self._directories.get(directory)
        if found is None:
            found = self._directories[directory] = self._read(directory)
        return found

    def _read(self, directory: str) -> _Directory:
        prefix = f"{directory}/" if directory else ""
        path = next(
            (p for p in (f"{prefix}Kbuild", f"{prefix}Makefile") if self._tree.find(p) is not None), None
        )
        if path is None or (not directory and path == "Makefile"):
            return self._old_top() if not directory else _EMPTY
        make = self._makefile({**self.top_variables(), "obj": directory or ".", "src": directory or "."})
        make.read(path)
        found = _listed(make, directory)
        if not directory and not found.directories:
            return self._old_top()
        return found

    def _makefile(self, variables: dict[str, str]) -> Makefile:
        return Makefile(self._tree.find, self._tree.entries, variables, self._config)

    def top_variables(self) -> dict[str, str]:
        """Return the variables that all makefiles see, those that the architecture exports among them."""
        if self._top is None:
            arch = self._arch
            base = {
                "srctree": ".",
                "objtree": ".",
                "srcroot": ".",
                "abs_srctree": ".",
                "CONFIG_SHELL": "sh",
                "ARCH_DIR": f"arch/{arch.srcarch}",
                "KBUILD_BUILTIN": "y",
                "KBUILD_MODULES": "y",
                **arch.environment,
            }
            if arch.name == "um":
                base["OS"] = "Linux"
            make = self._makefile({**base, "libs-y": "lib/", "KBUILD_DEFCONFIG": "defconfig"})
            make.read(f"arch/{arch.srcarch}/Makefile")
            self._top = {
                **base,
                **make.exports(),
                "ARCH_CORE": make.value("core-y"),
                "ARCH_LIB": " ".join(word for word in make.words("libs-y") if word.endswith("/")),
                "ARCH_DRIVERS": f"{make.value('drivers-y')} {make.value('drivers-m')}",
                "KBUILD_DEFCONFIG": make.value("KBUILD_DEFCONFIG"),
            }
        return self._top

    def _old_top(self) -> _Directory:
        """Return the directories at the top of a kernel whose Kbuild file does not name them."""
        top = self.top_variables()
        names = [*_TOP_DIRECTORIES, *_LATER_DIRECTORIES, f"arch/{self._arch.srcarch}"]
        names += [
            word.rstrip("/") for key in ("ARCH_CORE", "ARCH_LIB", "ARCH_DRIVERS") for word in top[key].split()
        ]
        for symbol, name in (
            ("BLOCK", "block"),
            ("IO_URING", "io_uring"),
            ("NET", "net"),
            ("SAMPLES", "samples"),
        ):
            if self._config.get(symbol, "n") != "n":
                names.append(name)
        return _Directory(MappingProxyType({}), MappingProxyType(dict.fromkeys(names, "y")))

    def _objects_elsewhere(self, stem: str) -> str | None:
        """Return how an object is built that a makefile takes from another directory ("../x.o").

        Looks at makefiles of the architecture (virt/kvm) and below the same folder at the top.
        """
        arches = dict.fromkeys((self._arch.srcarch, self._arch.header_arch))
        folders = [f"arch/{name}" for name in arches]
        top = stem.partition("/")[0]
        if top not in ("arch", stem):
            folders.append(top)
        best: str | None = None
        for folder in folders:
            if folder not in self._elsewhere:
                self._elsewhere[folder] = self._taken_from_outside(folder)
            best = _higher(best, self._elsewhere[folder].get(stem))
        return best

    def _taken_from_outside(self, folder: str) -> dict[str, str]:
        """Return the objects that makefiles below *folder* take from outside their own directory."""
        found: dict[str, str] = {}
        for path in walk(self._tree, folder, ("Makefile", "Kbuild")):
            directory = dirname(path)
            content = self._tree.find(path) or b""
            if b".." not in content and b"include " not in content:
                continue
            state = self._reached_state(directory)
            if state is None:
                continue
            for stem, kind in self._directory(directory).objects.items():
                within = None if stem.startswith(f"{directory}/") else _within(state, kind)
                if within is not None:
                    found[stem] = _higher(found.get(stem), within) or within
        return found


def default_configuration_name(tree: Tree, configuration: Configuration) -> str:
    """Return the name of the default configuration, which the architecture's makefile sets."""
    return Kbuild(tree, configuration).top_variables()["KBUILD_DEFCONFIG"]


def _listed(make: Makefile, directory: str) -> _Directory:
    """Return the objects and directories that an evaluated makefile lists."""
    objects: dict[str, str] = {}
    directories: dict[str, str] = {}
    for name, kind in (
        ("obj-y", "y"),
        ("lib-y", "y"),
        ("extra-y", "y"),
        ("always-y", "y"),
        ("obj-m", "m"),
        ("lib-m", "y"),
    ):
        for word in make.words(name):
            if word.endswith("/"):
                if name.startswith("obj-"):
                    path = _at(directory, word.rstrip("/"))
                    directories.setdefault(path, kind)
            elif word.endswith(".o"):
                for part in _parts(make, word[:-2], kind):
                    objects.setdefault(_at(directory, part), kind)
    return _Directory(MappingProxyType(objects), MappingProxyType(directories))


def _parts(make: Makefile, stem: str, kind: str) -> list[str]:
    """Return the objects of which an object is composed, itself if it is compiled from one file."""
    suffixes = ("-objs", "-y", "-m") if kind == "m" else ("-objs", "-y")
    if not any(make.has(f"{stem}{suffix}") for suffix in (*suffixes, "-")):
        return [stem]
    words = (word for suffix in suffixes for word in make.words(f"{stem}{suffix}"))
    return [word[:-2] for word in words if word.endswith(".o")]


def _at(directory: str, name: str) -> str:
    return normpath(f"{directory}/{name}") if directory else normpath(name)


def _higher(first: str | None, second: str | None) -> str | None:
    return "y" if "y" in (first, second) else first or second


def _within(state: str, kind: str | None) -> str | None:
    """Return how an object is built in a directory that is reached for modules only (m), or in full (y)."""
    return kind if state == "y" or kind == "m" else None


def _within_directory(state: str, kind: str | None) -> str | None:
    return None if kind is None else "m" if "m" in (state, kind) else "y"
