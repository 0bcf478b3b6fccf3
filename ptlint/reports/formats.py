# SPDX-License-Identifier: GPL-2.0-or-later
"""The formats that are built, by the names that `--format` takes. Cheap to import."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.reports.excerpt import Sources
    from ptlint.results.model import Result

FORMATS = ("text", "concise", "json")
"""In the order of `--help`; the first is the default."""


def known_format(name: str) -> str:
    """Return the name of a format that is built.

    Raises:
        UsageError: it is not.
    """
    if name not in FORMATS:
        raise UsageError(f"no format '{name}' is built; there are: {', '.join(FORMATS)}")
    return name


def renderer(name: str) -> Callable[["Result", "Sources", bool], str]:
    """Return what makes the text of a format from a result, its sources, and whether to be quiet."""
    if name == "json":
        from ptlint.reports import json

        return lambda result, sources, quiet: json.render(result)
    if name == "concise":
        from ptlint.reports import concise

        return lambda result, sources, quiet: concise.render(result)
    from ptlint.reports import spans, text

    return lambda result, sources, quiet: spans.plain(text.lines(result, sources, quiet))
