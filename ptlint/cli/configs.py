# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint configs`: the combinations of a run, and a .config for each."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ptlint.cli import inputs
from ptlint.cli.arguments import add_analysis
from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.cli.session import Session
    from ptlint.results.engine import Engine
    from ptlint.results.model import Combination, Result
    from ptlint.results.run import Run
    from ptlint.source.tree import DiskTree

HELP = "list the combinations of a run, and write a .config for each"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="PATH|PATCH|A..B",
        help="as for check, or as for patch (default: the whole tree)",
    )
    inputs.add_base(parser)
    parser.add_argument("--emit", metavar="DIR", help="write each combination's .config to DIR/ID.config")
    add_analysis(parser)
    parser.add_argument("--quiet", action="store_true", help="do not tell of progress")


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command: 3 if a tree's Kconfig could not be read, else 0."""
    from ptlint.cli.trees import open_tree
    from ptlint.reports.plain import neutral
    from ptlint.results.status import CLEAN, INCOMPLETE

    found = _run(arguments, engine, open_tree(arguments.tree))
    for one in found.result.combinations:
        sys.stdout.write(
            neutral(f"{one.id}  {one.arch}  {one.condition}  {_purpose(found.result, one)}") + "\n"
        )
    if arguments.emit is not None:
        _emit(found, Path(arguments.emit))
    unread = any(gap.reason.startswith("Kconfig cannot be read") for gap in found.result.unanalyzed)
    return INCOMPLETE if unread and not arguments.allow_gaps else CLEAN


def file_name(combination: str) -> str:
    """Return the name of the file for a combination's .config."""
    return f"{combination.replace('/', '-')}.config"


def note(result: "Result") -> str:
    """Return lines for the top of a .config that no kernel build would make; "" if there are no such."""
    forced = [f"{one.symbol}={one.value}" for one in result.assumed if one.forced]
    if not forced:
        return ""
    return f"# ptlint: {', '.join(forced)} is assumed against the Kconfig files: no real configuration\n"


def _run(arguments: argparse.Namespace, engine: "Engine | None", tree: "DiskTree") -> "Run":
    from ptlint.cli.session import open_session, paths_in, progress
    from ptlint.results.run import check, patch

    session: Session
    given = [_is_patch(tree, one) for one in arguments.inputs]
    if any(given) and not all(given):
        raise UsageError("paths and patches do not go together; name either")
    with progress(arguments) as teller:
        if given and all(given):
            base, series = inputs.given(
                argparse.Namespace(patches=arguments.inputs, staged=False, base=arguments.base), tree
            )
            session = open_session(arguments, engine, base, touched=inputs.touched(series))
            return patch(session.request, series, session.selection, session.engine, teller, final=False)
        if arguments.base is not None:
            raise UsageError("--base goes with patches, and none is given")
        session = open_session(arguments, engine, tree, paths_in(tree, arguments.inputs))
        return check(session.request, session.selection, session.engine, teller, "check", ledger=False)


def _is_patch(tree: "DiskTree", name: str) -> bool:
    """Tell whether an input is a patch or a range: by its name, or because it lies outside of the tree."""
    if (
        name == "-"
        or inputs.is_range(name)
        or name.endswith(tuple(one for one in inputs.SUFFIXES if one != ".txt"))
    ):
        return True
    top = os.path.realpath(tree.root)
    inside = os.path.realpath(name)
    in_tree = inside == top or inside.startswith(top.rstrip("/") + "/") or os.path.exists(f"{top}/{name}")
    return not in_tree and os.path.exists(name)


def _purpose(result: "Result", combination: "Combination") -> str:
    """Return what a combination is there for: the findings that hold in it."""
    found = dict.fromkeys(
        f"{one.rule} {one.path}:{one.line}" for one in result.findings if combination.id in one.combinations
    )
    return f"shows {', '.join(found)}" if found else "no finding"


def _emit(found: "Run", folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in found.configurations.items():
            (folder / file_name(name)).write_text(note(found.result) + text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--emit {folder}: cannot write to it: {error.strerror}") from error
