# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint patch`: what each patch of a series brings and mends."""

import argparse
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_analysis, add_output, targets
from ptlint.cli.inputs import add_inputs, given, touched

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "analyse patches one by one, before against after"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_inputs(parser)
    parser.add_argument("--final", action="store_true", help="compare only the tree before and after all")
    add_analysis(parser)
    add_output(parser)


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    wanted = targets(arguments.format, arguments.output)
    from ptlint.cli.session import open_tree

    tree = open_tree(arguments.tree)
    base, series = given(arguments, tree)
    from ptlint.cli.output import conclude
    from ptlint.cli.session import open_session, progress
    from ptlint.results.run import patch

    session = open_session(arguments, engine, base, touched=touched(series))
    with progress(arguments) as teller:
        found = patch(
            session.request, series, session.selection, session.engine, teller, final=arguments.final
        )
    return conclude(found, wanted, arguments)
