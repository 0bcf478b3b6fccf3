# SPDX-License-Identifier: GPL-2.0-or-later
"""The last result, kept so that `ptlint explain` can tell more of one of its findings."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from platformdirs import user_cache_dir

from ptlint import __version__
from ptlint.results.model import Finding, Result

_NAME = "last.json"


@dataclass(frozen=True, slots=True)
class Last:
    """A result, and the source lines that its findings show: by index of the finding, path and line."""

    ptlint: str
    result: Result
    sources: dict[str, str]

    def line(self, finding: Finding, path: str, number: int) -> str | None:
        """Return the text of a line that the finding shows."""
        return self.sources.get(f"{self.result.findings.index(finding)}:{number}:{path}")


def keep(result: Result, line: Callable[[Finding, str, int], str | None]) -> None:
    """Keep *result* in the user's cache; *line* gives the text of its places. Failing to is no error."""
    sources: dict[str, str] = {}
    for index, finding in enumerate(result.findings):
        places = {(step.path, step.line) for way in (finding.trace, *finding.further) for step in way}
        for path, number in sorted(places | {(finding.path, finding.line)}):
            text = line(finding, path, number)
            if text is not None:
                sources[f"{index}:{number}:{path}"] = text
    write_quietly(_file(), msgspec.json.encode(Last(__version__, result, sources)))


def recall() -> Last | None:
    """Return the last result that was kept, None if there is none that this version can read."""
    try:
        last = msgspec.json.decode(_file().read_bytes(), type=Last)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return last if last.ptlint == __version__ else None


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
