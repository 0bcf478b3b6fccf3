# SPDX-License-Identifier: GPL-2.0-or-later
"""What gives the answers: the code, the facts, the profiles, the libraries, the interpreter."""

import os
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ptlint import __version__
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import content_digest

_LIBRARIES = ("kconfiglib", "tree-sitter", "tree-sitter-c")
_PACKAGE = Path(__file__).resolve().parent.parent


def program_versions() -> tuple[str, ...]:
    """Return what differs as soon as the same question may be answered in another way."""
    return (__version__, sys.version, *(_library(name) for name in _LIBRARIES), _program())


def _program() -> str:
    """Return a digest that changes whenever the code, the facts or the profiles do."""
    rules = shipped_folder()
    parts = [*_stats(_PACKAGE, (".py", ".toml")), *_stats(rules, (".toml",))]
    return content_digest(repr(parts).encode("utf-8", "surrogatepass"))


def _stats(folder: Path, suffixes: tuple[str, ...]) -> Iterable[tuple[str, int, int]]:
    for above, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(suffixes):
                path = os.path.join(above, name)
                found = os.stat(path)
                yield path, found.st_mtime_ns, found.st_size


def _library(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
