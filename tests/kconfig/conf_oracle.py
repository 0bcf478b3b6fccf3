# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own conf, built from a trusted tree with flex, bison and a C compiler, as an oracle.

conf runs the shell commands of the Kconfig files. Only kernels that the user has unpacked are given to it.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from ptlint.kconfig.arch import Arch
from ptlint.kconfig.toolchain import DEFAULT, toolchain_named
from ptlint.source.tree import DiskTree, version

_SOURCES = ("conf", "confdata", "expr", "menu", "preprocess", "symbol", "util")


def conf_program(root: Path) -> Path:
    """Return the tree's conf, built once per version of its sources; skips if it cannot be built here."""
    missing = [tool for tool in ("flex", "bison", "gcc") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the kernel's conf cannot be built: {', '.join(missing)} not installed")
    source = root / "scripts/kconfig"
    digest = hashlib.sha256()
    for path in sorted(source.iterdir()):
        if path.suffix in (".c", ".h", ".l", ".y"):
            digest.update(path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    program = cache / "ptlint/conf" / digest.hexdigest()[:16] / "conf"
    if program.exists():
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        includes = [f"-I{source}", f"-I{source.parent / 'include'}", "-I."]
        files = [str(source / f"{name}.c") for name in _SOURCES if (source / f"{name}.c").exists()]
        for command in (
            ["flex", "-olexer.lex.c", "-L", str(source / "lexer.l")],
            ["bison", "-o", "parser.tab.c", "--defines=parser.tab.h", "-t", "-l", str(source / "parser.y")],
            ["gcc", "-O2", "-w", *includes, "-o", "conf", *files, "lexer.lex.c", "parser.tab.c"],
        ):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (Path(folder) / "conf").replace(program)
    return program


def agrees_with_profile() -> None:
    """Skip unless the compiler here is the one that the default profile describes."""
    done = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=False)
    wanted = toolchain_named(DEFAULT).environment["CC_VERSION_TEXT"]
    if done.stdout.partition("\n")[0] != wanted:
        pytest.skip(f"conf asks the installed compiler, which is not '{wanted}'")


def olddefconfig(root: Path, arch: Arch, text: str) -> str:
    """Return what ``conf --olddefconfig`` makes of a .config."""
    return _run(root, arch, "--olddefconfig", text, {})


def randconfig(root: Path, arch: Arch, seed: int) -> str:
    """Return a random configuration that conf makes."""
    return _run(root, arch, "--randconfig", None, {"KCONFIG_SEED": str(seed)})


def all_config(root: Path, arch: Arch, name: str) -> str:
    """Return what conf makes of nothing: *name* is allmodconfig, allnoconfig, ..."""
    return _run(root, arch, f"--{name}", None, {})


def _run(root: Path, arch: Arch, mode: str, text: str | None, extra: dict[str, str]) -> str:
    program = conf_program(root)
    agrees_with_profile()
    environment = {
        **toolchain_named(DEFAULT).environment,
        **arch.environment,
        "srctree": str(root),
        "KERNELVERSION": version(DiskTree(root)),
        "KCONFIG_CONFIG": ".config",
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        **extra,
    }
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / ".config"
        if text is not None:
            config.write_text(text)
        command = [str(program), "-s", mode, "Kconfig"]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        return config.read_text()
