# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the series and prints a table.

    python -m tests.kernels.run [--kind KIND]… [--only GLOB]… [--tree 7.3] [--one] [--ptlint CMD]

KIND is faults, pairs, refactorings, orders, transformations or renaming; the first three are the default.
With --one patches are analysed under one configuration each, that of their case; orders always over all.
Exit status 1 if a case fails. Kernels lie in $PTLINT_KERNELS, else in ~/.cache/ptlint/kernels, as
linux-source-VERSION.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import compare, orders, rename, series

KINDS = ("faults", "pairs", "refactorings", "orders", "transformations", "renaming")


def kernel(version: str) -> Path:
    """Return where the tree of a version should be."""
    home = Path(os.environ.get("PTLINT_KERNELS", Path.home() / ".cache/ptlint/kernels"))
    return (home / f"linux-source-{version}").resolve()


def patches(arguments: argparse.Namespace, kind: str) -> Iterator[series.Outcome]:
    """Run the cases of a kind that are patches."""
    wanted = [
        (case, tree)
        for case, tree in series.on_trees(series.load(f"{kind}.toml"), arguments.tree)
        if matches(case.name, arguments.only)
    ]

    def one(job: tuple[series.Case, str]) -> series.Outcome:
        case, tree = job
        with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
            further = series.one_configuration(case, kernel(tree), Path(scratch)) if arguments.one else ()
            return series.run(case, kernel(tree), tree, arguments.ptlint, arguments.timeout, further)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        yield from pool.map(one, wanted)


def changes(arguments: argparse.Namespace) -> Iterator[series.Outcome]:
    """Run one change in several orders."""
    for order in orders.load().order:
        if matches(order.name, arguments.only) and arguments.tree in ("", orders.TREE):
            yield orders.run(order, kernel(orders.TREE), arguments.ptlint, arguments.timeout)


def transformations(arguments: argparse.Namespace) -> Iterator[series.Outcome]:
    command = shlex.split(arguments.ptlint)
    before: dict[tuple[str, str], object] = {}
    for case, tree in series.on_trees(series.load("transformations.toml"), arguments.tree):
        if not matches(case.name, arguments.only):
            continue
        began = time.monotonic()
        root, assume = kernel(tree), series.assumptions(case, tree)
        try:
            if (tree, case.arch) not in before:
                before[tree, case.arch] = compare.audit(command, root, case.arch, assume, arguments.timeout)
            with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
                lines = compare.reshaped_differences(
                    case, root, Path(scratch) / "tree", tree, command, before[tree, case.arch], assume
                )
        except series.Broken as broken:
            lines = [str(broken)]
        yield series.Outcome(
            case.name, tree, time.monotonic() - began, "; ".join(lines[:2]), tuple(lines[2:])
        )


def renaming(arguments: argparse.Namespace) -> Iterator[series.Outcome]:
    command = shlex.split(arguments.ptlint)
    for tree in ("7.3", "6.12"):
        if (arguments.tree and tree != arguments.tree) or not matches("renamed", arguments.only):
            continue
        began = time.monotonic()
        assume = ("PT_RECLAIM=y",) if tree == "6.12" else ()
        try:
            with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
                names = rename.make(kernel(tree), Path(scratch) / "tree")
                after = compare.audit(command, Path(scratch) / "tree", "x86_64", assume, arguments.timeout)
            before = compare.audit(command, kernel(tree), "x86_64", assume, arguments.timeout)
            lines = compare.differences(compare.sites(before), compare.sites(after, names.back()), 40)
        except series.Broken as broken:
            lines = [str(broken)]
        yield series.Outcome(
            "renamed", tree, time.monotonic() - began, "; ".join(lines[:2]), tuple(lines[2:])
        )


def matches(name: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatch.fnmatch(name, g) for g in globs)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the series over real kernels.")
    parser.add_argument("--kind", action="append", choices=KINDS, help="default: the patches")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="names of cases")
    parser.add_argument("--tree", default="", metavar="VERSION", help="only this kernel")
    parser.add_argument("--one", action="store_true", help="one configuration for each patch")
    parser.add_argument("--ptlint", default=f"{sys.executable} -m ptlint.cli.main", metavar="CMD")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument(
        "--scratch", type=Path, help="where copies of trees go; best on the kernels' file system"
    )
    arguments = parser.parse_args()
    failed = total = 0
    for kind in arguments.kind or ("faults", "pairs", "refactorings"):
        print(f"== {kind}")
        outcomes = {"orders": changes, "transformations": transformations, "renaming": renaming}.get(kind)
        for outcome in outcomes(arguments) if outcomes else patches(arguments, kind):
            total += 1
            failed += not outcome.passed
            tag = "pass" if outcome.passed else "FAIL"
            more = f"  +{len(outcome.surplus)} more" if outcome.surplus else ""
            what = f"{outcome.case:<34} {outcome.tree:<5} {outcome.seconds:7.1f} s"
            print(f"{tag}  {what}{more}  {outcome.why}".rstrip())
            if not outcome.passed:
                for line in outcome.surplus[:10]:
                    print(f"        {line}")
            sys.stdout.flush()
    print(f"{total - failed} of {total} passed")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main())
