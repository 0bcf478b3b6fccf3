# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint patch`: what each patch of a series brings and mends."""

import argparse
from typing import TYPE_CHECKING

from ptlint.cli.arguments import add_analysis, add_output, targets
from ptlint.cli.inputs import add_inputs, given, touched

if TYPE_CHECKING:
    from ptlint.results.engine import Engine
    from ptlint.source.patches import Series
    from ptlint.source.tree import Tree

HELP = "analyse patches one by one, before against after"

SILENT = ("text", "concise", "checkpatch")
"""Formats that say nothing of a patch that cannot matter."""

_VALIDATED = ("arch", "config", "assume", "toolchain", "rules", "select", "ignore")
"""Flags that may be wrong: then the answer is not given before they have been looked at."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the command."""
    add_inputs(parser)
    parser.add_argument("--final", action="store_true", help="compare only the tree before and after all")
    add_analysis(parser)
    add_output(parser)


def run(arguments: argparse.Namespace, engine: "Engine | None") -> int:
    """Run the command."""
    wanted = targets(arguments.format, arguments.output, of_patches=True)
    from ptlint.cli.trees import open_tree

    tree = open_tree(arguments.tree)
    base, series = given(arguments, tree)
    plain = engine is None and all(one.file is None and one.format in SILENT for one in wanted)
    if plain and not any(getattr(arguments, name) for name in _VALIDATED) and _cannot_matter(base, series):
        return 0
    from ptlint.cli.output import conclude
    from ptlint.cli.session import open_session, progress
    from ptlint.results.run import patch
    from ptlint.results.suppression import suppress

    session = open_session(arguments, engine, base, touched=touched(series))
    with progress(arguments) as teller:
        found = patch(
            session.request, series, session.selection, session.engine, teller, final=arguments.final
        )
    found = suppress(found, session.accepted, session.selection.rules)
    return conclude(found, wanted, arguments)


def _cannot_matter(base: "Tree", series: "Series") -> bool:
    """Tell whether no patch of a series can change an answer. They are applied for it.

    Raises:
        PatchDoesNotApply: one does not apply.
    """
    from ptlint.results.bearing import may_matter
    from ptlint.source.patches import place_series

    before = base
    for patch, applied in place_series(base, series):
        if may_matter(before, applied.tree, patch.files):
            return False
        before = applied.tree
    return True
