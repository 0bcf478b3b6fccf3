# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint witness`: a configuration in which a finding of the last run holds, and how to compile its code."""

import argparse
import sys
from typing import TYPE_CHECKING

from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "give a .config under which a finding of the last run holds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument("finding", metavar="FINDING", help="the id of a finding, or how it begins")
    parser.add_argument("--full", action="store_true", help="the whole .config, not only what must be set")


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command. All that it prints is a .config; what is no setting is a comment."""
    from ptlint.reports.plain import printable_lines
    from ptlint.results.last import find_in_last
    from ptlint.results.witness import witness_of

    subject = arguments.finding.lower()
    if not subject:
        raise UsageError("the id of a finding is missing")
    last, found = find_in_last(subject)
    text = witness_of(last, found[0], arguments.full)
    sys.stdout.write(printable_lines(text))
    return 0
