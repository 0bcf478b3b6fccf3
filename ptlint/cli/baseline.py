# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint baseline`: keep a file of the findings that are known and accepted."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_analysis
from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "write, show and mend a file of accepted findings"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument(
        "action",
        choices=["write", "show", "prune", "accept"],
        help="write: all findings; prune: drop those that are gone; accept: add one of the last run",
    )
    parser.add_argument("finding", nargs="?", metavar="FINDING", help="accept: the id, or how it begins")
    parser.add_argument("--reason", metavar="TEXT", help="accept: why")
    add_analysis(parser)
    parser.add_argument("--quiet", action="store_true", help="do not tell of progress")


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    from ptlint.reports.plain import neutral
    from ptlint.results.baseline import KNOWN, encode, entry_of, read_baseline
    from ptlint.results.fingerprint import fingerprint
    from ptlint.results.last import find_in_last

    action, name = arguments.action, arguments.baseline
    if name is None:
        raise UsageError("name the file with --baseline FILE")
    if action == "accept":
        if not arguments.finding or not (arguments.reason or "").strip():
            raise UsageError("accept needs --reason TEXT and the id of a finding of the last run")
        _, found = find_in_last(arguments.finding.lower())
        entries = read_baseline(name) if Path(name).exists() else ()
        _write(name, encode([*entries, entry_of(found[0], arguments.reason.strip())]))
        return 0
    if arguments.finding or arguments.reason:
        raise UsageError(f"baseline {action} takes neither FINDING nor --reason")
    if action == "show":
        for one in read_baseline(name):
            sys.stdout.write(neutral(f"{one.id}  {one.rule}  {one.path}  {one.reason}") + "\n")
        return 0
    entries = read_baseline(name) if Path(name).exists() or action == "prune" else ()
    arguments.baseline = None
    from ptlint.cli.session import open_session, progress
    from ptlint.cli.trees import open_tree
    from ptlint.results.run import check

    session = open_session(arguments, engine, open_tree(arguments.tree))
    with progress(arguments) as teller:
        findings = check(
            session.request, session.selection, session.engine, teller, "check", False
        ).result.findings
    if action == "write":
        reasons = {one.id: one.reason for one in entries}
        _write(name, encode(entry_of(one, reasons.get(fingerprint(one), KNOWN)) for one in findings))
        return 0
    there = {fingerprint(one) for one in findings}
    for one in entries:
        if one.id not in there:
            sys.stdout.write(neutral(f"dropped {one.id}  {one.rule}  {one.path}  {one.reason}") + "\n")
    _write(name, encode(one for one in entries if one.id in there))
    return 0


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name}: cannot write the baseline: {error.strerror}") from error
