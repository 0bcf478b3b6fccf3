# SPDX-License-Identifier: GPL-2.0-or-later
"""The formats that are built, by the names that `--format` takes. Cheap to import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ptlint.errors import UsageError

if TYPE_CHECKING:
    from ptlint.reports.excerpt import Sources
    from ptlint.results.run import Run

FORMATS = ("text", "concise", "checkpatch", "json", "sarif", "markdown", "reply", "github")
"""In the order of `--help`; the first is the default."""

ON_PATCHES = frozenset({"reply"})
"""Those that only `ptlint patch` has."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of."""

    run: Run
    sources: Sources
    status: int  # the exit status
    quiet: bool = False


def known_format(name: str, of_patches: bool = True) -> str:
    """Return the name of a format that is built; *of_patches* tells whether the run is on patches.

    Raises:
        UsageError: it is not built, or not for this run.
    """
    if name not in FORMATS:
        raise UsageError(f"no format '{name}' is built; there are: {', '.join(FORMATS)}")
    if name in ON_PATCHES and not of_patches:
        raise UsageError(f"--format {name} answers patches: only `ptlint patch` has it")
    return name


def renderer(name: str) -> Callable[[Material], str]:
    """Return what makes the text of a format."""
    if name == "json":
        from ptlint.reports import json

        return lambda material: json.render(material.run.result)
    if name == "concise":
        from ptlint.reports import concise

        return lambda material: concise.render(material.run.result)
    if name == "checkpatch":
        from ptlint.reports import checkpatch

        return checkpatch.render
    if name == "github":
        from ptlint.reports import github

        return github.render
    if name == "sarif":
        from ptlint.reports import sarif

        return sarif.render
    if name == "reply":
        from ptlint.reports import reply

        return reply.render
    if name == "markdown":
        from ptlint.reports import markdown

        return markdown.render
    from ptlint.reports import spans, text

    return lambda material: spans.plain(text.lines(material.run.result, material.sources, material.quiet))
