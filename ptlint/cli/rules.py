# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint rules`: the rules that are built; `ptlint rules test DIR` runs their own cases."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_rules
from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.results.engine import Engine

HELP = "list the rules, or test them on their own cases"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_rules(parser)
    actions = parser.add_subparsers(metavar="ACTION")
    test = actions.add_parser(
        "test",
        help="run the cases of a rule",
        description="Run the cases of a rule, or of each rule in a folder, and say which fail.",
    )
    test.add_argument("folder", metavar="DIR", help="a rule's folder, or one that holds rules")
    test.add_argument(
        "--tree",
        metavar="DIR",
        help="what cases are laid over (default: fixtures/linux-mini beside the rules)",
    )
    test.set_defaults(run=run_test)


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """List the rules."""
    from ptlint.reports.plain import neutral
    from ptlint.rules.loader import load_rules

    rules = load_rules([Path(folder) for folder in arguments.rules])
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        sys.stdout.write(neutral(f"{rule.code}  {rule.name:{width}}  {rule.severity:7}  {rule.title}") + "\n")
    return 0


def run_test(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the cases of rules; 1 if one of them fails."""
    from ptlint.cli.session import analysis
    from ptlint.cli.trees import open_tree
    from ptlint.reports.plain import neutral
    from ptlint.results.cases import find_cases, run_case
    from ptlint.rules.loader import load_rule, shipped_folder

    folder = Path(arguments.folder)
    found = [folder] if (folder / "rule.toml").is_file() else []
    found += sorted(path.parent for path in folder.glob("*/rule.toml"))
    if not found:
        raise UsageError(f"{folder}: no rule in it; a rule is a folder with a rule.toml")
    mini = arguments.tree or str(shipped_folder().parent / "fixtures" / "linux-mini")
    if arguments.tree is None and not Path(mini).is_dir():
        raise UsageError("no tree to lay the cases over; name one with --tree DIR")
    tree = open_tree(mini)
    engine = engine or analysis()
    ran = failed = 0
    for path in found:
        rule = load_rule(path)
        for case in find_cases(path, rule):
            ran += 1
            complaints = run_case(case, rule, tree, engine)
            failed += bool(complaints)
            sys.stdout.write(neutral(f"{'FAIL' if complaints else 'ok  '}  {rule.code}  {case.name}") + "\n")
            for complaint in complaints:
                sys.stdout.write(neutral(f"      {complaint}") + "\n")
    if not ran:
        raise UsageError(f"{folder}: no case in it; cases are C or Kconfig files, or folders, below cases/")
    sys.stdout.write(f"{ran} {'case' if ran == 1 else 'cases'}, {failed} failed\n")
    return 1 if failed else 0
