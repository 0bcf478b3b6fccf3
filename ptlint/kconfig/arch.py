# SPDX-License-Identifier: GPL-2.0-or-later
"""The architectures of the kernel, named by the values of its ARCH variable.

Source: "Additional ARCH settings" in the kernel's Makefile, and the 64BIT symbols of arch/*/Kconfig.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from ptlint.errors import UsageError
from ptlint.source.tree import Tree


@dataclass(frozen=True, slots=True)
class Arch:
    """One value of ARCH."""

    name: str
    """The value of ARCH: "x86_64", "i386", "x86", ..."""

    srcarch: str
    """The folder below arch/: "x86" for x86_64 and i386."""

    bits: int | None
    """32 or 64 where ARCH alone decides it, None where Kconfig leaves 64BIT open."""

    big_endian: bool = False
    """The byte order of machines that have only one; others follow CPU_BIG_ENDIAN."""

    @property
    def header_arch(self) -> str:
        """The folder below arch/ whose headers are used besides: "x86" for um."""
        return "x86" if self.name == "um" else self.srcarch

    @property
    def subarch(self) -> str:
        """The value of SUBARCH: the host's kind of machine, x86_64 wherever it matters."""
        return "x86_64" if self.name == "um" else "x86"

    @property
    def header_dirs(self) -> tuple[str, ...]:
        """The folders in which ``#include <...>`` looks, in order; folders of generated files are left out.

        Folders that depend on the configuration (machine folders of arm, mips, sh, xtensa) are not here.
        """
        extra = _FIRST_HEADERS.get(self.srcarch, ())
        own = f"arch/{self.srcarch}/include"
        last = _LAST_HEADERS.get(self.srcarch, ())
        return (*extra, own, "include", f"{own}/uapi", "include/uapi", *last)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which Kconfig files ask for the architecture."""
        return MappingProxyType(
            {
                "ARCH": self.name,
                "SRCARCH": self.srcarch,
                "SUBARCH": self.subarch,
                "HEADER_ARCH": self.header_arch,
                "UTS_MACHINE": self.name,
            }
        )

    def __str__(self) -> str:
        return self.name


_FIRST_HEADERS = {
    "um": ("arch/um/include/shared", "arch/x86/um/shared", "arch/um/include/shared/skas"),
}
"""Folders that come before all others (ARCH_INCLUDE and MODE_INCLUDE of arch/um/Makefile)."""

_LAST_HEADERS = {
    "um": ("arch/x86/um", "arch/x86/include", "arch/x86/include/uapi"),
    "powerpc": ("arch/powerpc",),
    "mips": ("arch/mips/include/asm/mach-generic",),
}
"""Folders that come after all others (KBUILD_CPPFLAGS of the architecture's Makefile)."""

_ARCHES = (
    Arch("alpha", "alpha", 64),
    Arch("arc", "arc", 32),
    Arch("arm", "arm", 32),
    Arch("arm64", "arm64", 64),
    Arch("csky", "csky", 32),
    Arch("hexagon", "hexagon", 32),
    Arch("i386", "x86", 32),
    Arch("ia64", "ia64", 64),
    Arch("loongarch", "loongarch", None),
    Arch("m68k", "m68k", 32, big_endian=True),
    Arch("microblaze", "microblaze", 32),
    Arch("mips", "mips", None),
    Arch("nios2", "nios2", 32),
    Arch("openrisc", "openrisc", 32, big_endian=True),
    Arch("parisc", "parisc", None, big_endian=True),
    Arch("parisc64", "parisc", 64, big_endian=True),
    Arch("powerpc", "powerpc", None),
    Arch("riscv", "riscv", None),
    Arch("s390", "s390", 64, big_endian=True),
    Arch("sh", "sh", 32),
    Arch("sparc", "sparc", None, big_endian=True),
    Arch("sparc32", "sparc", 32, big_endian=True),
    Arch("sparc64", "sparc", 64, big_endian=True),
    Arch("um", "um", 64),
    Arch("x86", "x86", None),
    Arch("x86_64", "x86", 64),
    Arch("xtensa", "xtensa", 32),
)

ARCHES: Mapping[str, Arch] = MappingProxyType({arch.name: arch for arch in _ARCHES})
"""All architectures by name, in alphabetical order."""

_OTHER_NAMES = {
    "aarch64": "arm64",
    "amd64": "x86_64",
    "hppa": "parisc",
    "i486": "i386",
    "i586": "i386",
    "i686": "i386",
    "or1k": "openrisc",
    "ppc": "powerpc",
    "ppc64": "powerpc",
    "ppc64le": "powerpc",
    "riscv32": "riscv",
    "riscv64": "riscv",
    "s390x": "s390",
    "x64": "x86_64",
}
"""What compilers and distributions call them."""


def arch_named(name: str) -> Arch:
    """Return the architecture of that name.

    Raises:
        UsageError: there is none; names the nearest.
    """
    arch = ARCHES.get(name)
    if arch is not None:
        return arch
    known_as = _OTHER_NAMES.get(name.lower())
    near = [known_as] if known_as else get_close_matches(name, ARCHES, 1, 0.4)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(ARCHES)}"
    raise UsageError(f"unknown architecture '{name}'; {hint}")


def arches_of(tree: Tree) -> tuple[Arch, ...]:
    """Return the architectures that the tree has, one for each folder below arch/, in alphabetical order.

    A folder with several values of ARCH is given once, by the name that leaves the most open (x86, sparc,
    parisc).
    """
    folders = {name.rstrip("/") for name in tree.entries("arch") if name.endswith("/")}
    return tuple(
        arch
        for arch in _ARCHES
        if arch.name == arch.srcarch and arch.srcarch in folders and tree.find(f"arch/{arch.srcarch}/Kconfig")
    )
