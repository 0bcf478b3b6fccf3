# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint hook`: judge what is staged before each commit, without any framework."""

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "install a git hook that judges what is staged"

_MARK = "# Installed by `ptlint hook install`."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument("action", choices=["install"], help="write .git/hooks/pre-commit")
    parser.add_argument("--tree", metavar="DIR", help="the kernel tree (default: found upward from here)")
    parser.add_argument("--force", action="store_true", help="replace a hook that is there already")


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    from ptlint.cli.trees import open_tree
    from ptlint.source.repository import Repository

    tree = open_tree(arguments.tree)
    path = Path(Repository(tree.root).hooks_folder()) / "pre-commit"
    if not arguments.force and os.path.lexists(path) and not _is_ours(path):
        raise UsageError(f"{path}: there is a hook already; --force replaces it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # a link there is replaced, not followed
        path.write_text(_script(os.path.realpath(tree.root)), encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise UsageError(f"{path}: cannot write the hook: {error.strerror}") from error
    print(f"installed {path}")
    return 0


def _is_ours(path: Path) -> bool:
    try:
        return path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _script(tree: str) -> str:
    """Return a hook that runs this ptlint, whatever the PATH is by then."""
    command = shlex.join([sys.executable, "-P", "-m", "ptlint.cli.main"])
    return f"#!/bin/sh\n{_MARK}\nexec {command} patch --staged --quiet --tree {shlex.quote(tree)}\n"
