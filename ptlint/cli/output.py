# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a run's result in each format that was asked for, and keeps it for `ptlint explain`."""

import argparse
import os
import sys
from collections.abc import Sequence

from ptlint.cli.arguments import Target
from ptlint.errors import UsageError
from ptlint.reports.excerpt import Sources
from ptlint.reports.formats import Material, renderer
from ptlint.results.last import keep
from ptlint.results.model import Finding
from ptlint.results.run import Run
from ptlint.results.status import exit_status
from ptlint.source.tree import Tree


def conclude(run: Run, targets: Sequence[Target], arguments: argparse.Namespace) -> int:
    """Write the result, keep it as the last one, and return the exit status."""
    sources = _sources(run)
    keep(run, sources)
    status = exit_status(run.result, arguments.allow_gaps)
    material = Material(run, sources, status, arguments.quiet)
    for target in targets:
        if target.file is None and target.format == "text" and wants_colour(arguments.no_color):
            from ptlint.reports import spans, text

            spans.print_coloured(text.lines(run.result, sources, arguments.quiet), sys.stdout)
            continue
        content = renderer(target.format)(material)
        if target.file is None:
            sys.stdout.write(content)
        else:
            _write(target.file, content)
    return status


def wants_colour(refused: bool) -> bool:
    """Tell whether standard output is a terminal that should get colour."""
    dumb = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
    return sys.stdout.isatty() and not refused and not dumb


def _write(file: str, content: str) -> None:
    try:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(content)
    except OSError as error:
        raise UsageError(f"{file}: cannot write it: {error.strerror}") from error


def _sources(run: Run) -> Sources:
    texts: dict[tuple[int, str], list[bytes]] = {}

    def line(finding: Finding, path: str, number: int) -> str | None:
        tree: Tree = run.tree_of(finding)
        key = (id(tree), path)
        if key not in texts:
            texts[key] = (tree.find(path) or b"").split(b"\n")
        found = texts[key]
        return found[number - 1].decode("utf-8", "replace") if 1 <= number <= len(found) else None

    return line
