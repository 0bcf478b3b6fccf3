# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint audit`: every free site, what is proved of it, and what the proof rests on."""

import argparse
from typing import TYPE_CHECKING

from ptlint.cli import check
from ptlint.cli.arguments import add_analysis, add_output

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "list every free site, its verdict and the proof"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    check.add_paths(parser)
    add_analysis(parser)
    add_output(parser)


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    return check.analyse(arguments, engine, "audit", ledger=True)
