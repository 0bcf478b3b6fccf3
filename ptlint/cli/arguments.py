# SPDX-License-Identifier: GPL-2.0-or-later
"""Flags that several commands share. Nothing here may cost import time."""

import argparse
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from ptlint.errors import UsageError
from ptlint.reports.formats import FORMATS, known_format

_ASSUMPTION = re.compile(r"(?:CONFIG_)?([A-Za-z0-9_]+)=(.*)")


class Target(NamedTuple):
    """A format and the file that it goes to, None for standard output."""

    format: str
    file: str | None


class Parser(argparse.ArgumentParser):
    """A parser that raises what it refuses, in one line, and takes no abbreviation of a flag."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise UsageError(f"{message}; see `{self.prog} --help`")


def add_analysis(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say what is analysed, and how."""
    group = parser.add_argument_group("what is analysed")
    group.add_argument("--tree", metavar="DIR", help="the kernel tree (default: found upward from here)")
    group.add_argument(
        "--arch",
        action="append",
        default=[],
        metavar="NAME",
        help="a value of the kernel's ARCH, or all; repeatable (default: that of the paths, else x86_64)",
    )
    group.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="FILE",
        help="only this .config; repeatable (default: all that Kconfig allows)",
    )
    group.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="SYM=VALUE",
        help="only configurations with this value, forced if need be; repeatable",
    )
    group.add_argument(
        "--toolchain",
        metavar="NAME",
        help="a profile, its file, or host: what answers Kconfig's questions to the compiler",
    )
    add_rules(group)
    group.add_argument("--select", action="append", default=[], metavar="RULES", help="only these rules")
    group.add_argument("--ignore", action="append", default=[], metavar="RULES", help="all but these rules")
    group.add_argument(
        "--thorough",
        action="store_true",
        help="rules on touched lines look at all code of the page tables, not only at what a patch touches",
    )
    group.add_argument(
        "--baseline", metavar="FILE", help="findings that are accepted, as baseline write makes"
    )
    run = parser.add_argument_group("how")
    run.add_argument(
        "--jobs",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes at most: of more than two architectures, each has one of its own",
    )
    run.add_argument("--no-cache", action="store_true", help="neither use nor fill the cache")
    run.add_argument("--allow-gaps", action="store_true", help="exit 0 where something was not analysed")
    run.add_argument("--bisect", action="store_true", help="exit 125 instead of 3 and 4, for git bisect run")


def add_rules(parser: argparse._ActionsContainer) -> None:
    """Add the flag for rules of one's own."""
    parser.add_argument(
        "--rules", action="append", default=[], metavar="DIR", help="more rules, from this folder; repeatable"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say what is printed, and where."""
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="F[:FILE]",
        help=f"{', '.join(FORMATS)}; repeatable (default: {FORMATS[0]})",
    )
    group.add_argument("-o", dest="output", metavar="FILE", help="where the first format goes")
    group.add_argument("--quiet", action="store_true", help="nothing but findings and gaps")
    group.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")


def targets(formats: Sequence[str], output: str | None, of_patches: bool = False) -> tuple[Target, ...]:
    """Return what --format and -o ask for; *of_patches* tells whether the run is on patches.

    Raises:
        UsageError: a format that is not built or not for this run, no file name, or two formats for
            standard output.
    """
    found: list[Target] = []
    for text in formats or FORMATS[:1]:
        name, colon, file = text.partition(":")
        if colon and not file:
            raise UsageError(f"--format {text}: a file name is missing after the colon")
        found.append(Target(known_format(name, of_patches), file or None))
    if output is not None:
        if found[0].file is not None:
            raise UsageError(f"-o {output}: the first format already goes to {found[0].file}")
        found[0] = Target(found[0].format, output)
    if sum(target.file is None for target in found) > 1:
        raise UsageError("two formats go to standard output; give one a file, as in json:result.json")
    for target in found:
        folder = os.path.dirname(target.file or "") or "."
        if not os.path.isdir(folder):
            raise UsageError(f"{target.file}: there is no folder {folder}")
    return tuple(found)


def assumptions(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return symbols and values of --assume, without CONFIG_ and quotes.

    Raises:
        UsageError: a text is none, or two disagree.
    """
    found: dict[str, str] = {}
    for text in texts:
        match = _ASSUMPTION.fullmatch(text)
        if match is None:
            raise UsageError(f"--assume {text}: expected SYMBOL=VALUE")
        symbol, value = match[1], match[2]
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if found.setdefault(symbol, value) != value:
            raise UsageError(f"--assume {text}: {symbol} is already assumed to be {found[symbol]}")
    return tuple(found.items())


def words(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words of texts that hold them separated by commas."""
    return tuple(word for text in texts for word in text.replace(",", " ").split())


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)
