# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: which command runs, and what its outcome means as an exit status."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from ptlint import __version__
from ptlint.cli import audit, baseline, check, configs, explain, hook, patch, rules, witness
from ptlint.cli.arguments import Parser
from ptlint.errors import PtlintError
from ptlint.reports.plain import printable_lines

if TYPE_CHECKING:
    import argparse

    from ptlint.results.engine import Engine

BISECT_SKIP = 125
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141

_COMMANDS = (check, patch, audit, configs, witness, explain, rules, baseline, hook)

_EXIT_STATUS = """\
exit status:
  0    everything asked was analysed, no error (patch: none that is new)
  1    errors were found (patch: new ones)
  2    wrong usage, configuration or rule file, or no kernel tree
  3    incomplete: something was not analysed (--allow-gaps: 0)
  4    a patch does not apply
  70   internal error
  130  interrupted
"""


def run() -> NoReturn:
    """Run the command line of this process."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a locale may lack what a subject is written in
    status = main(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed by who started the process
            stream.flush()
    os._exit(status)  # to take the caches apart, value by value, would take seconds


def main(argv: Sequence[str], engine: "Engine | None" = None) -> int:
    """Run a command line and return its exit status; *engine* stands in for the analysis."""
    bisect = False
    try:
        arguments = _parser().parse_args(argv)
        bisect = getattr(arguments, "bisect", False)
        status: int = arguments.run(arguments, engine)
        sys.stdout.flush()
    except PtlintError as error:
        print(f"ptlint: {printable_lines(str(error))}", file=sys.stderr)
        status = error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the flush at exit is quiet, too
        return BROKEN_PIPE
    except Exception:
        import traceback

        traceback.print_exc()
        print("ptlint: internal error: please report it with the lines above", file=sys.stderr)
        return INTERNAL_ERROR
    return BISECT_SKIP if bisect and status in (3, 4) else status


def _parser() -> "argparse.ArgumentParser":
    from argparse import RawDescriptionHelpFormatter

    parser = Parser(
        prog="ptlint",
        description="Checks what patches do to the lifetime of the Linux kernel's page-table pages.",
        epilog=_EXIT_STATUS,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ptlint {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        name = command.__name__.rpartition(".")[2]
        of_command = commands.add_parser(
            name,
            help=command.HELP,
            description=command.HELP[0].upper() + command.HELP[1:] + ".",
            epilog=_EXIT_STATUS,
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.add_arguments(of_command)
        of_command.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    run()
