# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``gcc -E`` says of a unit, to compare our own answer with.

``-fdirectives-only`` obeys all directives but expands no macro in the text, so that its output holds the
active lines as they are written, each at a place that the line markers tell.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ptlint.cpp.directives import texts
from ptlint.cpp.tokens import lex
from ptlint.cpp.unit import Preprocessor, Unit
from ptlint.source.tree import normal_path

GCC = shutil.which("gcc")
X86_FLAGS = (
    "-std=gnu11", "-O2", "-fshort-wchar", "-funsigned-char", "-fno-PIE", "-fno-strict-aliasing", "-mno-sse",
    "-mno-mmx", "-mno-sse2", "-mno-3dnow", "-mno-avx", "-mno-sse4a", "-fcf-protection=none",
)  # fmt: skip
X86_64_FLAGS = ("-m64", "-march=x86-64", "-mno-80387", "-mno-red-zone", "-mcmodel=kernel")
I386_FLAGS = ("-m32", "-msoft-float", "-mregparm=3", "-freg-struct-return", "-fno-pic", "-march=i686")

_MARKER = re.compile(r'\s*# (\d+) "((?:[^"\\]|\\.)*)"')

_CONSTANT = re.compile(rb'"->([A-Za-z_]\w*) \$(-?\d+) ')

Place = tuple[str, int]


def gcc_places(preprocessor: Preprocessor, unit: Unit, root: Path, scratch: Path) -> list[Place]:
    """Return the active lines with a token, in compile order, as gcc sees them.

    *root* is the tree on disk; generated headers are written below *scratch*, with our own contents.
    """
    command = _command(preprocessor, unit.path, scratch)
    command += ["-DMODULE"] if unit.module else []
    command += ["-E", "-fdirectives-only", unit.path]
    done = subprocess.run(command, cwd=root, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise AssertionError(done.stderr.decode("utf-8", "replace")[:2000])
    return list(_with_tokens(_printed(done.stdout.decode("utf-8", "surrogateescape"), scratch), preprocessor))


def _command(preprocessor: Preprocessor, path: str, scratch: Path) -> list[str]:
    """Return a compiler's command line for the unit *path*, after writing the generated headers."""
    flags = preprocessor.flags_of(path)
    for header in preprocessor.generated.paths():
        _write(scratch / header, preprocessor.generated.find(header) or b"")
    lines = [f"#define {n} {v}\n" for n, v in preprocessor.configuration.autoconf().items()]
    _write(scratch / "include/generated/autoconf.h", "".join(lines).encode())
    command = [GCC or "gcc", "-nostdinc", *X86_FLAGS]
    bits = X86_64_FLAGS if preprocessor.configuration.arch.bits == 64 else I386_FLAGS
    command += bits
    for folder in flags.folders:
        command += [f"-I{scratch / folder}"] if "generated" in folder else [f"-I{folder}"]
        if folder == "include":
            command += [f"-I{scratch / 'include'}"]
    for name in ("compiler-version.h", "kconfig.h", "compiler_types.h"):
        command += ["-include", f"include/linux/{name}"]
    command += ["-D__KERNEL__", '-DKBUILD_MODNAME="x"', '-DKBUILD_BASENAME="x"', '-DKBUILD_MODFILE="x"']
    command += [f"-D{name}={text}" for name, text in flags.defines]
    return command


def gcc_constants(preprocessor: Preprocessor, root: Path, scratch: Path) -> dict[str, int]:
    """Return the constants that a compiler finds in kernel/bounds.c, headers being written as above."""
    command = [*_command(preprocessor, "kernel/bounds.c", scratch), "-w", "-S", "-o", "-", "kernel/bounds.c"]
    done = subprocess.run(command, cwd=root, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise AssertionError(done.stderr.decode("utf-8", "replace")[:2000])
    return {name.decode(): int(value) for name, value in _CONSTANT.findall(done.stdout)}


def our_places(preprocessor: Preprocessor, unit: Unit) -> list[Place]:
    """Return the active lines with a token, in compile order, as we see them."""
    found = (
        (region.path, line)
        for region in unit.regions
        for line in range(region.first_line, region.last_line + 1)
    )
    return list(_with_tokens(found, preprocessor))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _printed(output: str, scratch: Path) -> Iterator[Place]:
    path, line = "", 1
    for text in output.split("\n"):
        marker = _MARKER.match(text)
        if marker:
            path, line = marker[2], int(marker[1])
            if path.startswith(str(scratch)):
                path = path[len(str(scratch)) + 1 :]
            path = normal_path(path) or path
            continue
        if text.strip():
            yield path, line
        line += 1


def _with_tokens(places: Iterator[Place], preprocessor: Preprocessor) -> Iterator[Place]:
    """Yield the places that are text, no directives, and where a token starts."""
    known: dict[str, frozenset[int]] = {}
    for path, line in places:
        if path not in known:
            known[path] = _token_lines(preprocessor, path)
        if line in known[path]:
            yield path, line


def _token_lines(preprocessor: Preprocessor, path: str) -> frozenset[int]:
    file = preprocessor.file(path)
    if file is None:
        return frozenset()
    content = preprocessor.tree.find(path) or preprocessor.generated.find(path) or b""
    lines = {token.line for token in lex(content, path)}
    return frozenset(line for first, last in texts(file) for line in range(first, last + 1) if line in lines)
