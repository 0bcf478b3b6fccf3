# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines made of styled spans: written plainly to a pipe or file, in colour to a terminal."""

from collections.abc import Iterable
from typing import IO

from ptlint.reports.plain import neutral

Span = tuple[str, str]
"""A text and the name of its style, "" for none."""

Line = list[Span]

_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "good": "green",
    "bold": "bold",
    "gutter": "blue",
    "mark": "bold red",
    "label": "magenta",
    "dim": "dim",
}


def plain(lines: Iterable[Line]) -> str:
    """Return the lines as text without any control character but newlines."""
    return "".join("".join(neutral(text) for text, _ in line).rstrip() + "\n" for line in lines)


def print_coloured(lines: Iterable[Line], stream: IO[str]) -> None:
    """Write the lines to a terminal."""
    from rich.console import Console  # here: a pipe must not pay for its import
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text()
        for content, style in line:
            text.append(neutral(content), _STYLES.get(style, ""))
        console.print(text, soft_wrap=True)
