# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint patch`: what each patch of a series brings and mends."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_analysis, add_output, targets
from ptlint.errors import PatchError, UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine
    from ptlint.source.patches import Series

HELP = "analyse patches one by one, before against after"

SUFFIXES = (".patch", ".diff", ".eml", ".mbox", ".mbx", ".txt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument(
        "patches",
        nargs="+",
        metavar="PATCH",
        help="patches, mails, mboxes, folders of them, or - for standard input: one series",
    )
    parser.add_argument("--final", action="store_true", help="compare only the tree before and after all")
    add_analysis(parser)
    add_output(parser)


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    wanted = targets(arguments.format, arguments.output, of_patches=True)
    from ptlint.cli.output import conclude
    from ptlint.cli.session import open_session, open_tree, progress
    from ptlint.results.run import patch

    tree = open_tree(arguments.tree)
    series = read_series(arguments.patches)
    session = open_session(arguments, engine, tree, touched=touched(series))
    with progress(arguments) as teller:
        found = patch(
            session.request, series, session.selection, session.engine, teller, final=arguments.final
        )
    return conclude(found, wanted, arguments)


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
            hint = "; git ranges are not built yet" if ".." in name and not path.exists() else ""
            raise UsageError(f"{name}: cannot read the patch: {error.strerror}{hint}") from error
