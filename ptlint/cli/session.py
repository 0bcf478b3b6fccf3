# SPDX-License-Identifier: GPL-2.0-or-later
"""From a parsed command line to what is asked of the engine."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from ptlint.cli.arguments import assumptions, words
from ptlint.cli.progress import Progress
from ptlint.errors import ConfigurationError, UsageError
from ptlint.kconfig.arch import arch_named, arches_of
from ptlint.kconfig.toolchain import DEFAULT
from ptlint.results.baseline import Accepted, decode, read_baseline
from ptlint.results.cache import CachingEngine
from ptlint.results.engine import Engine, Request, StateResult
from ptlint.results.selection import Selection
from ptlint.rules.loader import choose_rules, load_rules
from ptlint.source.repository import GitTree
from ptlint.source.tree import DiskTree, Tree

DEFAULT_ARCH = "x86_64"

SETTINGS = ".ptlint.toml"
"""The nearest one at or above the current directory; the one at the top of the tree, called from outside."""

_OF_ARCH = re.compile(r"arch/([a-z0-9_]+)/")

_WIDTHS = {"x86": ("x86_64", "i386"), "sparc": ("sparc64", "sparc32"), "parisc": ("parisc64", "parisc")}
"""Values of ARCH that leave the word size open, where two others fix it."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a command that analyses needs."""

    tree: Tree
    request: Request
    selection: Selection
    engine: Engine
    accepted: tuple[Accepted, ...]


def paths_in(tree: DiskTree, paths: Sequence[str]) -> tuple[str, ...]:
    """Return paths of the command line relative to the tree: seen from here, or else from its top.

    Raises:
        UsageError: one does not exist.
    """
    top = os.path.realpath(tree.root)
    found: list[str] = []
    for path in paths:
        for candidate in (os.path.realpath(path), os.path.realpath(os.path.join(top, path))):
            inside = candidate == top or candidate.startswith(top.rstrip("/") + "/")
            if inside and os.path.exists(candidate):
                relative = os.path.relpath(candidate, top)
                found.append("" if relative == "." else relative)
                break
        else:
            raise UsageError(f"{path}: no such file or folder in the tree {tree.root}")
    return tuple(found)


def open_session(
    arguments: argparse.Namespace,
    engine: Engine | None,
    tree: Tree,
    paths: tuple[str, ...] = (),
    touched: Iterable[str] = (),
) -> Session:
    """Return the session of a command line; *touched* are the files of a patch.

    Raises:
        PtlintError: a rule, architecture, configuration or assumption cannot be used.
    """
    rules = choose_rules(
        load_rules([Path(folder) for folder in arguments.rules]),
        words(arguments.select),
        words(arguments.ignore),
    )
    configs = tuple((name, _config(name)) for name in arguments.config)
    archs = _archs(tree, words(arguments.arch), (*paths, *touched))
    if not configs:
        archs = tuple(dict.fromkeys(width for arch in archs for width in _WIDTHS.get(arch, (arch,))))
    request = Request(
        tree=tree,
        archs=archs,
        configs=configs,
        assume=assumptions(arguments.assume),
        toolchain=arguments.toolchain or DEFAULT,
        rules=rules,
        paths=paths,
        jobs=arguments.jobs,
        thorough=arguments.thorough,
    )
    selection = Selection(paths, frozenset(rule.code for rule in rules))
    if engine is None:
        engine = _Deferred() if arguments.no_cache else CachingEngine(_Remembering())
    return Session(tree, request, selection, engine, _accepted(tree, arguments.baseline))


class _Deferred:
    """The analysis, imported when it is asked: where the cache has the answer, it never is."""

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """See `ptlint.results.engine.Engine`."""
        return analysis().analyse(request, progress)


class _Remembering:
    """The analysis with what earlier runs have found, imported when it is asked."""

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """See `ptlint.results.engine.Engine`."""
        return cast(Engine, import_module("ptlint.results.image").remembering()).analyse(request, progress)


def analysis() -> Engine:
    """Return the analysis: a module whose `analyse` is the engine's."""
    return cast(Engine, import_module("ptlint.results.analysis"))


@contextmanager
def progress(arguments: argparse.Namespace) -> Iterator[Progress]:
    """Give what tells of progress, and clean up after it."""
    teller = Progress(sys.stderr, arguments.quiet)
    try:
        yield teller
    finally:
        teller.clear()


def _archs(tree: Tree, named: Sequence[str], paths: Iterable[str]) -> tuple[str, ...]:
    known = [arch.name for arch in arches_of(tree)]
    found: list[str] = []
    for name in named:
        if name == "all":
            found += known
        elif tree.find(f"arch/{arch_named(name).srcarch}/Kconfig") is None:
            raise UsageError(f"--arch {name}: the tree has no such architecture; it has {', '.join(known)}")
        else:
            found.append(name)
    if not named:
        below = [match[1] for path in paths if (match := _OF_ARCH.match(path + "/"))]
        found = sorted({name for name in below if name in known}) or [DEFAULT_ARCH]
    return tuple(dict.fromkeys(found))


def _accepted(base: Tree, baseline: str | None) -> tuple[Accepted, ...]:
    """Return the findings that a baseline and the tree's own settings accept.

    The settings are those of the base: a patch cannot accept what it brings.
    """
    found: tuple[Accepted, ...] = ()
    for name in _settings(base):
        text = base.find(name)
        if text is not None:
            found = decode(text, name)
            break
    return found if baseline is None else (*found, *read_baseline(baseline))


def _settings(base: Tree) -> Iterator[str]:
    """Yield where settings may be, the nearest first."""
    root = base.repository.folder if isinstance(base, GitTree) else ""
    if isinstance(base, DiskTree):
        root = os.path.realpath(base.root)
    here = os.path.relpath(os.path.realpath(os.getcwd()), root) if root else "."
    parts = [] if here == "." or here.split("/")[0] == ".." else here.split("/")
    for count in range(len(parts), -1, -1):
        yield "/".join([*parts[:count], SETTINGS])


def _config(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--config {name}: cannot read it: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"--config {name}: is no .config: {error.reason}") from error
