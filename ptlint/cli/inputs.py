# SPDX-License-Identifier: GPL-2.0-or-later
"""What patches a command line names, and what tree they begin from."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.errors import PatchError, TreeError, UsageError

if TYPE_CHECKING:
    from ptlint.source.patches import Series
    from ptlint.source.tree import DiskTree, Tree

SUFFIXES = (".patch", ".diff", ".eml", ".mbox", ".mbx", ".txt")
"""How the names of patches in a folder end."""


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the flags that name patches."""
    parser.add_argument(
        "patches",
        nargs="*",
        metavar="PATCH",
        help="patches, mails, mboxes, folders of them, or -, as one series; or a git range A..B",
    )
    parser.add_argument(
        "--staged", action="store_true", help="what git's index has that HEAD (or --base) has not"
    )
    add_base(parser)


def add_base(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names what patches begin from."""
    parser.add_argument(
        "--base",
        metavar="REV",
        help="the commit that the patches apply to (default: the tree as it is on disk)",
    )


def given(arguments: argparse.Namespace, tree: "DiskTree") -> "tuple[Tree, Series]":
    """Return the tree that the patches begin from, and the patches as one series, empty if nothing is staged.

    Raises:
        PtlintError: an input is none, or the inputs do not go together.
    """
    names, base = arguments.patches, arguments.base
    if arguments.staged and names:
        raise UsageError("--staged looks at git's index; it takes no PATCH")
    if not arguments.staged and not names:
        raise UsageError("no PATCH is given; name patches, a git range A..B, - or --staged")
    ranges = [name for name in names if is_range(name)]
    if ranges and (len(names) > 1 or base is not None):
        raise UsageError(
            f"{ranges[0]}: a git range is a series of its own; neither PATCH nor --base goes with it"
        )
    if not arguments.staged and not ranges and base is None:
        return tree, read_series(names)
    from ptlint.source.repository import Repository
    from ptlint.source.tree import is_kernel_tree

    start: Tree
    repository = Repository(tree.root)
    if arguments.staged:
        start, series = repository.staged(base or "HEAD")
    elif ranges:
        begin, _, end = ranges[0].partition("..")
        start, series = repository.range(begin, end)
    else:
        start, series = repository.tree(base), read_series(names)
    if not is_kernel_tree(start):
        raise TreeError(f"{tree.root}: what git has there is no kernel tree (no Makefile with a VERSION)")
    return start, series


def is_range(name: str) -> bool:
    """Tell whether an input is a git range, not the name of a file."""
    return ".." in name and ".." not in name.split("/") and "\0" not in name and not Path(name).exists()


def read_series(names: Sequence[str]) -> "Series":
    """Return the series that some inputs make.

    Raises:
        UsageError: an input does not exist or cannot be read.
        PatchError: one has no patch.
    """
    from ptlint.source.patches import parse_files

    return parse_files(_inputs(names), ", ".join(names))


def touched(series: "Series") -> tuple[str, ...]:
    """Return the files that the patches of a series change."""
    changes = [change for one in series.patches for change in one.files]
    return tuple(path for one in changes for path in (one.old_path, one.new_path) if path)


def _inputs(names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each input; folders give their patches in the order of their names.

    Raises:
        UsageError: an input does not exist or cannot be read.
    """
    for name in names:
        path = Path(name)
        try:
            if name == "-":
                yield "standard input", sys.stdin.buffer.read()
            elif path.is_dir():
                files = sorted(file for file in path.iterdir() if file.is_file() and file.suffix in SUFFIXES)
                if not files:
                    raise PatchError(f"{name}: no patch in the folder (names end in {', '.join(SUFFIXES)})")
                yield from ((str(file), file.read_bytes()) for file in files)
            else:
                yield name, path.read_bytes()
        except OSError as error:
            raise UsageError(f"{name}: cannot read the patch: {error.strerror}") from error
        except ValueError as error:
            raise UsageError(f"{name!r}: cannot read the patch: {error}") from error
