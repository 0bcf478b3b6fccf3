# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint explain`: what a rule means, or the whole story of one finding of the last run."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_rules
from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "explain a rule, or a finding of the last run"

_ID = re.compile(r"[0-9a-f]{4,64}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument("subject", metavar="RULE|FINDING", help="a rule's code or name, or a finding's id")
    add_rules(parser)
    parser.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    from ptlint.reports.plain import printable_lines
    from ptlint.rules.loader import find_rule, load_rules

    subject = arguments.subject
    rules = load_rules([Path(folder) for folder in arguments.rules])
    named = any(subject.upper() == rule.code or subject.lower() == rule.name for rule in rules)
    if _ID.fullmatch(subject) and not named:
        _tell(subject, arguments.no_color)
        return 0
    rule = find_rule(rules, subject)
    if not rule.readme:
        raise UsageError(f"{rule} has no README.md in {rule.folder}")
    sys.stdout.write(printable_lines(rule.readme.rstrip()) + "\n")
    return 0


def _tell(subject: str, no_color: bool) -> None:
    """Print each event of the last run whose id begins with *subject*."""
    from ptlint.cli.output import wants_colour
    from ptlint.reports import spans, text
    from ptlint.results.last import find_in_last

    last, found = find_in_last(subject)
    lines: list[spans.Line] = []
    for one in found:
        lines += [*text.story(last.result, one, last.line, whole=True), []]
    lines.append([(f"`ptlint explain {found[0].rule}` tells what the rule means", "dim")])
    if wants_colour(no_color):
        spans.print_coloured(lines, sys.stdout)
    else:
        sys.stdout.write(spans.plain(lines))
