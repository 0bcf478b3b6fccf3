# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain that is installed on this machine.

Asks the compiler, the assembler and the linker about what the profile gcc-12 lists, with command lines made
here. No text of a tree ever becomes part of one: an option that only a tree names is not asked about.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ptlint.errors import ConfigurationError
from ptlint.kconfig.toolchain import DEFAULT, Toolchain, toolchain_named

_SECONDS = 20.0
"""After that long a compiler is taken to have failed."""

_KERNEL_FLAGS = (
    "-nostdinc -std=gnu11 -O2 -fshort-wchar -funsigned-char -fno-common -fno-PIE -fno-strict-aliasing"
    " -fno-asynchronous-unwind-tables -fno-stack-protector"
)
_WIDTH_FLAGS = {
    "x86_64": "-m64 -mno-sse -mno-mmx -mno-80387 -mno-red-zone -mcmodel=kernel",
    "i386": "-m32 -msoft-float -mno-sse -mno-mmx -march=i686 -ffreestanding -mregparm=3",
}
_DEFINE = re.compile(r"#define (\w+(?:\([^)]*\))?)(?: (.*))?")


def host_toolchain() -> Toolchain:
    """Return the compiler named by $CC, else gcc, else clang, with its assembler and linker.

    Raises:
        ConfigurationError: there is none, or it does not tell its version.
    """
    named = os.environ.get("CC")
    found = next((c for c in ((named,) if named else ("gcc", "clang")) if shutil.which(c)), None)
    if found is None:
        raise ConfigurationError(f"toolchain host: no compiler {named or 'gcc or clang'} is installed")
    return _Host(found).toolchain()


class _Host:
    def __init__(self, cc: str) -> None:
        self._cc = cc
        self._base = toolchain_named(DEFAULT)

    def toolchain(self) -> Toolchain:
        version = self._printed([self._cc, "--version"]).partition("\n")[0]
        clang = "clang" in version
        ld = "ld.lld" if clang and shutil.which("ld.lld") else "ld"
        known = self._base.answers
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            compile_empty = [self._cc, "-Werror", *(["-fintegrated-as"] if clang else [])]

            def option(text: str) -> bool:
                own = str(Path(folder) / f"{abs(hash(text))}.o")
                return self._succeeds(
                    [*compile_empty, *text.split(), "-c", "-x", "c", "/dev/null", "-o", own]
                )

            def instruction(text: str) -> bool:
                code = text.replace("\\n", "\n").replace("\\$", "$") + "\n"
                command = [self._cc, "-Wa,--fatal-warnings", "-c", "-x", "assembler", "-o", "/dev/null", "-"]
                return self._succeeds(command, code)

            def source(text: str) -> bool:
                command = [self._cc, "-x", "c", "-", "-c", "-Werror", "-o", "/dev/null"]
                return self._succeeds(command, text + "\n")

            def link_option(text: str) -> bool:
                return self._succeeds([ld, "-v", *text.split()])

            options = dict(zip(known.options, pool.map(option, known.options), strict=True))
            instructions = dict(
                zip(known.instructions, pool.map(instruction, known.instructions), strict=True)
            )
            sources = dict(zip(known.sources, pool.map(source, known.sources), strict=True))
            links = dict(zip(known.link_options, pool.map(link_option, known.link_options), strict=True))
        macros = {name: self._macros(flags) for name, flags in _WIDTH_FLAGS.items()}
        plain = self._macros("")
        number = _compiler_number(plain, clang)
        if number == "0":
            raise ConfigurationError(f"toolchain host: {self._cc} does not tell its version")
        versions = {
            **known.versions,
            "cc-version.sh": f"{'Clang' if clang else 'GCC'} {number}",
            "as-version.sh": f"LLVM {number}"
            if clang
            else f"GNU {_number(self._printed(['as', '--version']))}",
            "ld-version.sh": f"{'LLD' if ld != 'ld' else 'BFD'} {_number(self._printed([ld, '--version']))}",
        }
        environment = {**self._base.environment, "CC": self._cc, "LD": ld, "HOSTCC": self._cc}
        environment |= {"CPP": f"{self._cc} -E", "CC_VERSION_TEXT": version}
        if clang:
            environment["CLANG_FLAGS"] = "-fintegrated-as"
        answers = replace(
            known,
            cc=self._cc,
            ld=ld,
            flags=frozenset(environment["CLANG_FLAGS"].split()),
            versions=MappingProxyType(versions),
            options=MappingProxyType(options),
            instructions=MappingProxyType(instructions),
            link_options=MappingProxyType(links),
            sources=MappingProxyType(sources),
        )
        identity = {n: t for n, t in plain.items() if n.startswith(("__GNUC", "__clang", "__VERSION__"))}
        complete = {} if not all(macros.values()) else {"x86": {}, **macros}
        return Toolchain(
            "host",
            MappingProxyType(environment),
            answers,
            MappingProxyType({"common": MappingProxyType(identity), **(complete or self._base.macros)}),
        )

    def _macros(self, flags: str) -> Mapping[str, str]:
        command = [self._cc, *_KERNEL_FLAGS.split(), *flags.split(), "-dM", "-E", "-x", "c", "/dev/null"]
        found: dict[str, str] = {}
        for line in self._printed(command).splitlines():
            if match := _DEFINE.fullmatch(line):
                found[match[1]] = match[2] or ""
        return MappingProxyType(found)

    def _printed(self, command: Sequence[str]) -> str:
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                env=_environment(),
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout if done.returncode == 0 else ""

    def _succeeds(self, command: Sequence[str], text: str = "") -> bool:
        try:
            done = subprocess.run(
                command,
                input=text,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                env=_environment(),
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _compiler_number(macros: Mapping[str, str], clang: bool) -> str:
    """Return a version as the kernel writes it: 120200 for 12.2.0."""
    names = (
        ("__clang_major__", "__clang_minor__", "__clang_patchlevel__")
        if clang
        else ("__GNUC__", "__GNUC_MINOR__", "__GNUC_PATCHLEVEL__")
    )
    major, minor, patch = (int(macros[n]) if macros.get(n, "").isdigit() else 0 for n in names)
    return str(10000 * major + 100 * minor + patch)


def _number(text: str) -> str:
    """Return the version in the first line of a tool's output, as the kernel writes it."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?\s*$", text.partition("\n")[0]) or re.search(
        r"(\d+)\.(\d+)(?:\.(\d+))?", text.partition("\n")[0]
    )
    if match is None:
        return "0"
    return str(10000 * int(match[1]) + 100 * int(match[2]) + int(match[3] or 0))
