# SPDX-License-Identifier: GPL-2.0-or-later
"""The headers with numbers of system calls, made from tables.

Source: scripts/syscallhdr.sh, arch/x86/entry/syscalls/Makefile, scripts/Makefile.asm-headers.
"""

from collections.abc import Mapping

from ptlint.cpp.makefiles import Makefiles
from ptlint.kconfig.arch import Arch
from ptlint.source.tree import Tree

_X86 = {
    "unistd_32.h": ("syscall_32.tbl", "i386", "", ""),
    "unistd_64.h": ("syscall_64.tbl", "common,64", "", ""),
    "unistd_x32.h": ("syscall_64.tbl", "common,x32", "__X32_SYSCALL_BIT", ""),
    "unistd_32_ia32.h": ("syscall_32.tbl", "i386", "", "ia32_"),
    "unistd_64_x32.h": ("syscall_64.tbl", "x32", "", "x32_"),
}
"""For each header its table, the ABIs whose calls count, an offset, and a prefix of the names."""


def syscall_header(tree: Tree, arch: Arch, values: Mapping[str, str], srcarch: str, name: str) -> bytes:
    """Return the header *name* (``unistd_64.h``) of an architecture; empty if there is no table for it."""
    if srcarch == "x86" and name in _X86:
        table, abis, offset, prefix = _X86[name]
        return _header(
            tree.find(f"arch/x86/entry/syscalls/{table}") or b"", set(abis.split(",")), offset, prefix
        )
    width = name.removeprefix("unistd_").removesuffix(".h")
    prefix = "compat_" if width.startswith("compat_") else ""
    width = width.removeprefix("compat_")
    variables = Makefiles(
        tree, {f"CONFIG_{symbol}": value for symbol, value in values.items() if value != "n"}
    )
    variables.set("syscall_abis_32", "common,32")
    variables.set("syscall_abis_64", "common,64")
    variables.set("syscalltbl", "scripts/syscall.tbl")
    for makefile in ("Makefile.syscalls", "syscalls/Makefile"):
        variables.read(f"arch/{srcarch}/kernel/{makefile}")
    table = variables.value("syscalltbl").lstrip("/")
    text = tree.find(f"arch/{srcarch}/kernel/syscalls/syscall.tbl") or tree.find(table) or b""
    abis = variables.value(f"syscall_abis_{width}").replace(",", " ")
    return _header(text, set(abis.split()) or {"common"}, "", prefix)


def _header(table: bytes, abis: set[str], offset: str, prefix: str) -> bytes:
    lines: list[str] = []
    last = -1
    for line in table.decode("utf-8", "replace").splitlines():
        words = line.split()
        if len(words) < 3 or not words[0].isdigit() or words[1] not in abis:
            continue
        last = max(last, int(words[0]))
        number = f"({offset} + {words[0]})" if offset else words[0]
        lines.append(f"#define __NR_{prefix}{words[2]} {number}")
    if last >= 0:
        lines += ["#ifdef __KERNEL__", f"#define __NR_{prefix}syscalls {last + 1}", "#endif"]
    return "\n".join((*lines, "")).encode()
