# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint check`: what is wrong in a tree as it is."""

import argparse
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_analysis, add_output, targets

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "analyse a tree"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_paths(parser)
    parser.add_argument("--audit", action="store_true", help="list the free sites and their verdicts as well")
    add_analysis(parser)
    add_output(parser)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add the paths that say what is reported."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="report what lies or leads through these files and folders (default: everything)",
    )


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    return analyse(arguments, engine, "check", arguments.audit)


def analyse(arguments: argparse.Namespace, engine: "Engine | None", mode: str, ledger: bool) -> int:
    """Analyse a tree, report on it, and return the exit status.

    The overview of an audit takes another analysis, and only people read it.
    """
    wanted = targets(arguments.format, arguments.output)
    from ptlint.cli.output import conclude
    from ptlint.cli.session import open_session, paths_in, progress
    from ptlint.cli.trees import open_tree
    from ptlint.results.run import check
    from ptlint.results.suppression import suppress

    tree = open_tree(arguments.tree)
    session = open_session(arguments, engine, tree, paths_in(tree, arguments.paths))
    overview = mode == "audit" and not arguments.quiet and any(one.format == "text" for one in wanted)
    with progress(arguments) as teller:
        found = check(session.request, session.selection, session.engine, teller, mode, ledger, overview)
    found = suppress(found, session.accepted, session.selection.rules)
    return conclude(found, wanted, arguments)
