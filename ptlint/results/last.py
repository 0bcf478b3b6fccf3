# SPDX-License-Identifier: GPL-2.0-or-later
"""The last result, kept so that `ptlint explain` and `ptlint witness` can tell more of its findings."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from platformdirs import user_cache_dir

from ptlint import __version__
from ptlint.errors import UsageError
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding, Result
from ptlint.results.run import Run
from ptlint.source.repository import GitTree
from ptlint.source.tree import DiskTree, Overlay, Tree

_NAME = "last.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the configurations of a finding come from: a tree on disk or in git, and what lay over it."""

    root: str  # of the tree, or of its repository; "" if there is none
    changes: dict[str, bytes | None]
    oid: str = ""  # of the tree in git


@dataclass(frozen=True, slots=True)
class Last:
    """A result, and the source lines that its findings show: by index of the finding, path and line."""

    ptlint: str
    result: Result
    sources: dict[str, str]
    configurations: dict[str, str]  # of the first combination of each finding: its .config
    origins: list[Origin]  # of each finding
    toolchain: str  # as it was asked for
    given: bool  # whether the user gave the configurations

    def line(self, finding: Finding, path: str, number: int) -> str | None:
        """Return the text of a line that the finding shows."""
        return self.sources.get(f"{self.result.findings.index(finding)}:{number}:{path}")


def keep(run: Run, line: Callable[[Finding, str, int], str | None]) -> None:
    """Keep a run's result in the user's cache; *line* gives the text of places. Failing to is no error."""
    result = run.result
    sources: dict[str, str] = {}
    for index, finding in enumerate(result.findings):
        places = {(step.path, step.line) for way in (finding.trace, *finding.further) for step in way}
        for path, number in sorted(places | {(finding.path, finding.line)}):
            text = line(finding, path, number)
            if text is not None:
                sources[f"{index}:{number}:{path}"] = text
    shown = dict.fromkeys(name for finding in result.findings for name in finding.combinations[:1])
    last = Last(
        __version__,
        result,
        sources,
        {name: run.configurations[name] for name in shown if name in run.configurations},
        [_origin(run.tree_of(finding)) for finding in result.findings],
        run.request.toolchain,
        bool(run.request.configs),
    )
    write_quietly(_file(), msgspec.json.encode(last))


def recall() -> Last | None:
    """Return the last result that was kept, None if there is none that this version can read."""
    try:
        last = msgspec.json.decode(_file().read_bytes(), type=Last)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return last if last.ptlint == __version__ else None


def find_in_last(subject: str) -> tuple[Last, list[Finding]]:
    """Return the last result, and each event in it of the finding whose id begins with *subject*.

    Raises:
        UsageError: there is no last result, or none or several of its findings have such an id.
    """
    last = recall()
    if last is None:
        raise UsageError(f"{subject}: there is no last run to explain it from; run a check or patch first")
    found = [one for one in last.result.findings if fingerprint(one).startswith(subject)]
    if not found:
        raise UsageError(f"{subject}: no finding of the last run has that id")
    if len({fingerprint(one) for one in found}) > 1:
        raise UsageError(f"{subject}: more than one finding of the last run begins so; give more digits")
    return last, found


def _origin(tree: Tree) -> Origin:
    changes = dict(tree.changes) if isinstance(tree, Overlay) else {}
    while isinstance(tree, Overlay):
        tree = tree.base
    if isinstance(tree, GitTree):
        return Origin(tree.repository.folder, changes, tree.oid)
    return Origin(os.path.realpath(tree.root) if isinstance(tree, DiskTree) else "", changes)


def write_quietly(path: Path, content: bytes) -> None:
    """Put *content* at *path* at once or not at all."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except OSError:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _file() -> Path:
    return Path(user_cache_dir("ptlint")) / _NAME
