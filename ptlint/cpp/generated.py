# SPDX-License-Identifier: GPL-2.0-or-later
"""The headers that a build would generate, made in memory.

Constants that only a compiler could compute are free: an #if that hangs on one is listed as undecided.
"""

import re
from collections.abc import Callable, Mapping
from math import gcd
from typing import TYPE_CHECKING, Final

from ptlint.cpp.bounds import constants
from ptlint.cpp.syscalls import syscall_header
from ptlint.cpp.tokens import Token
from ptlint.errors import TreeError
from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree, version

if TYPE_CHECKING:
    from ptlint.cpp.view import Unit

AUTOCONF: Final = "include/generated/autoconf.h"

_TOP: Final = "include/generated/"
_UAPI_VERSION: Final = "include/generated/uapi/linux/version.h"
_OFFSETS: Final = {
    "asm-offsets.h": ("arch/{srcarch}/kernel/asm-offsets.c", "arch/{srcarch}/kernel/asm-offsets_32.c",
                      "arch/{srcarch}/kernel/asm-offsets_64.c", "arch/x86/um/shared/sysdep/kernel-offsets.h"),
    "rq-offsets.h": ("kernel/sched/rq-offsets.c",),
    "user_constants.h": ("arch/{srcarch}/kernel/user-offsets.c", "arch/x86/um/user-offsets.c"),
    "machtypes.h": ("arch/{srcarch}/tools/mach-types",),
}  # fmt: skip
_OFFSET_NAME = re.compile(rb"\b(?:DEFINE|OFFSET)\(\s*([A-Za-z_]\w*)\s*,")
_FEATURE = re.compile(rb"^#define\s+X86_FEATURE_(\w+)\s+\(\s*(\d+)\s*\*\s*32\s*\+\s*(\d+)\s*\)", re.MULTILINE)
_WORDS = re.compile(rb"^#define\s+NCAPINTS\s+(\d+)", re.MULTILINE)


class Generated:
    """The generated headers of one tree under one configuration.

    *unit* gives the unit of a .c file that a build would compile to make a header, *tokens_of* the tokens of
    a file; *word* is the size of a word in bytes.
    """

    def __init__(
        self,
        tree: Tree,
        arch: Arch,
        values: Mapping[str, str],
        word: int,
        unit: "Callable[[str], Unit | None]",
        tokens_of: Callable[[str], list[Token]],
    ) -> None:
        self._tree = tree
        self._arch = arch
        self._values = values
        self._word = word
        self._unit = unit
        self._tokens_of = tokens_of
        self._makers: dict[str, Callable[[], bytes]] | None = None
        self._contents: dict[str, bytes] = {}
        self._free: dict[str, tuple[str, ...]] = {}

    def has(self, path: str) -> bool:
        """Tell whether a build would generate the header *path*."""
        return "generated/" in path and (path == AUTOCONF or path in self._by_path())

    def paths(self) -> tuple[str, ...]:
        """Return the sorted paths of all generated headers but autoconf.h."""
        return tuple(sorted(self._by_path()))

    def find(self, path: str) -> bytes | None:
        """Return the content of the generated header *path*, None if it is none (or autoconf.h)."""
        known = self._contents.get(path)
        if known is None:
            maker = self._by_path().get(path) if "generated/" in path else None
            if maker is None:
                return None
            self._contents[path] = b""  # for a header that would need itself
            known = self._contents[path] = maker()
        return known

    def free(self, path: str) -> tuple[str, ...]:
        """Return the names of the constants in the header *path* that are not known."""
        self.find(path)
        return self._free.get(path, ())

    def _by_path(self) -> dict[str, Callable[[], bytes]]:
        known = self._makers
        if known is None:
            known = self._makers = {
                f"{_TOP}bounds.h": self._bounds,
                f"{_TOP}timeconst.h": self._timeconst,
                f"{_TOP}utsrelease.h": self._utsrelease,
                f"{_TOP}utsversion.h": lambda: b'#define UTS_VERSION "#1"\n',
                f"{_TOP}compile.h": self._compile,
                _UAPI_VERSION: self._version,
            }
            for name, patterns in _OFFSETS.items():
                sources = [pattern.format(srcarch=self._arch.srcarch) for pattern in patterns]
                if any(self._tree.find(source) is not None for source in sources):
                    known[_TOP + name] = self._offsets(_TOP + name, sources)
            for folder in dict.fromkeys((self._arch.srcarch, self._arch.header_arch)):
                for uapi in ("", "uapi/"):
                    self._add_asm(known, folder, uapi)
        return known

    def _add_asm(self, makers: dict[str, Callable[[], bytes]], srcarch: str, uapi: str) -> None:
        """Add what stands in asm/Kbuild: wrappers of asm-generic, and headers made from tables."""
        own = f"arch/{srcarch}/include/{uapi}asm"
        target = f"arch/{srcarch}/include/generated/{uapi}asm/"
        lists = kbuild_lists(self._tree.find(f"{own}/Kbuild") or b"", self._values)
        generic = dict.fromkeys(lists.get("generic", ()))
        if srcarch != "um":
            common = self._tree.find(f"include/{uapi}asm-generic/Kbuild") or b""
            for name in kbuild_lists(common, self._values).get("mandatory", ()):
                if self._tree.find(f"{own}/{name}") is None:
                    generic.setdefault(name)
        for name in (*lists.get("generated", ()), *lists.get("syscall", ())):
            generic.pop(name, None)
            makers[target + name] = self._table_maker(srcarch, name)
        for name in generic:
            makers[target + name] = _wrapper(name)

    def _table_maker(self, srcarch: str, name: str) -> Callable[[], bytes]:
        if name == "cpufeaturemasks.h":
            return self._feature_masks
        if name.startswith("unistd_"):
            return lambda: syscall_header(self._tree, self._arch, self._values, srcarch, name)
        return lambda: b""  # lists of system calls or hypercalls, a hash: no directive hangs on them

    def _bounds(self) -> bytes:
        """Make bounds.h as kernel/bounds.c says."""
        unit = self._unit("kernel/bounds.c")
        known = constants(unit, self._tokens_of, self._word, self._arch) if unit is not None else {}
        path = f"{_TOP}bounds.h"
        self._free[path] = tuple(name for name, value in known.items() if value is None)
        lines = [f"#define {name} {value}" for name, value in known.items() if value is not None]
        return _guarded("__LINUX_BOUNDS_H__", lines)

    def _offsets(self, path: str, sources: list[str]) -> Callable[[], bytes]:
        def make() -> bytes:
            names: dict[str, None] = {}
            for source in sources:
                text = self._tree.find(source) or b""
                names.update(dict.fromkeys(name.decode() for name in _OFFSET_NAME.findall(text)))
            self._free[path] = tuple(names)
            return b""

        return make

    def _timeconst(self) -> bytes:
        """Make the exact fractions of timeconst.h; the fixed-point ones are free."""
        hz = int(self._values.get("HZ", "0") or 0)
        if hz <= 0:
            return b""
        lines: list[str] = []
        free: list[str] = []
        for unit, per_second in (("MSEC", 1000), ("USEC", 1_000_000), ("NSEC", 1_000_000_000)):
            common = gcd(hz, per_second)
            for name, top, bottom in ((f"HZ_TO_{unit}", per_second, hz), (f"{unit}_TO_HZ", hz, per_second)):
                lines.append(f"#define {name}_NUM {top // common}")
                lines.append(f"#define {name}_DEN {bottom // common}")
                if unit != "NSEC":
                    free += [f"{name}_MUL32", f"{name}_ADJ32", f"{name}_SHR32"]
        self._free[f"{_TOP}timeconst.h"] = tuple(free)
        return _guarded("KERNEL_TIMECONST_H", lines)

    def _release(self) -> str:
        try:
            return version(self._tree)
        except TreeError:
            return "0.0.0"

    def _utsrelease(self) -> bytes:
        return f'#define UTS_RELEASE "{self._release()}"\n'.encode()

    def _compile(self) -> bytes:
        machine = "i386" if self._arch.srcarch == "x86" and self._word == 4 else self._arch.name
        compiler = self._values.get("CC_VERSION_TEXT", "")
        return (
            f'#define UTS_MACHINE "{machine}"\n#define LINUX_COMPILE_BY "ptlint"\n'
            f'#define LINUX_COMPILE_HOST "ptlint"\n#define LINUX_COMPILER "{compiler}"\n'
        ).encode()

    def _version(self) -> bytes:
        numbers = [int(part) for part in re.findall(r"\d+", self._release().partition("-")[0])]
        major, minor, patch = (*numbers, 0, 0, 0)[:3]
        return (
            f"#define LINUX_VERSION_CODE {(major << 16) + (minor << 8) + min(patch, 255)}\n"
            "#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n"
            f"#define LINUX_VERSION_MAJOR {major}\n#define LINUX_VERSION_PATCHLEVEL {minor}\n"
            f"#define LINUX_VERSION_SUBLEVEL {patch}\n"
        ).encode()

    def _feature_masks(self) -> bytes:
        """Make asm/cpufeaturemasks.h as arch/x86/tools/cpufeaturemasks.awk does."""
        text = self._tree.find("arch/x86/include/asm/cpufeatures.h") or b""
        count = _WORDS.search(text)
        words = int(count[1]) if count else 0
        places = {name.decode(): (int(word), int(bit)) for name, word, bit in _FEATURE.findall(text)}
        lines: list[str] = []
        for kind in ("REQUIRED", "DISABLED"):
            masks = [0] * words
            prefix = f"X86_{kind}_FEATURE_"
            for symbol, value in self._values.items():
                if value == "y" and symbol.startswith(prefix):
                    word, bit = places.get(symbol[len(prefix) :], (words, 0))
                    if word < words:
                        masks[word] |= 1 << bit
            lines += [f"#define {kind}_MASK{index} 0x{mask:08x}U" for index, mask in enumerate(masks)]
            chosen = "".join(
                f"((x) >> 5) == {index} ? {kind}_MASK{index} : " for index, mask in enumerate(masks) if mask
            )
            lines.append(f"#define {kind}_MASK_BIT_SET(x) (({chosen}0) & (1U << ((x) & 31)))")
        return _guarded("_ASM_X86_CPUFEATUREMASKS_H", lines)


def _wrapper(name: str) -> Callable[[], bytes]:
    return lambda: f"#include <asm-generic/{name}>\n".encode()


def _guarded(guard: str, lines: list[str]) -> bytes:
    return "\n".join((f"#ifndef {guard}", f"#define {guard}", *lines, "#endif", "")).encode()


def kbuild_lists(text: bytes, values: Mapping[str, str]) -> dict[str, list[str]]:
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
