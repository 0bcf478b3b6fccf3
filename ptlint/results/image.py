# SPDX-License-Identifier: GPL-2.0-or-later
"""The caches of an analysis, kept on disk for later runs over the same folder or repository.

An image is written after a tree as it stands was analysed, not after a patch was laid over it. It serves
whatever the tree has become since: what it holds is looked up by content. Another version of anything that
gives the answers makes it worthless; so does one that could have been written by somebody else.
"""

import functools
import os
import pickle
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from platformdirs import user_cache_dir

from ptlint.results.analysis import Analysis, shipped_analysis, spared_collector
from ptlint.results.caches import Caches
from ptlint.results.engine import Request, StateResult
from ptlint.results.last import write_quietly
from ptlint.results.layers import layers_of
from ptlint.results.versions import program_versions
from ptlint.source.tree import content_digest

KEPT_IMAGES = 6
"""Of trees and choices of architectures. That of a kernel takes 100 MB for x86_64."""

WORTH_WRITING = 1.25
"""How much more than the image that was read the caches hold before it is written again."""

MOST_GROWN = 3
"""How much more than what a first run found; beyond that most is of no use any more: begin anew."""


@dataclass(frozen=True, slots=True)
class _Header:
    """The first line of an image."""

    versions: tuple[str, ...]
    digest: str  # of what follows
    size: int
    first: int  # the size of the first of the images that this one grew out of


class Remembering:
    """An engine that begins with what an earlier run has found, and leaves what it found for later ones."""

    def __init__(self, analysis: Analysis, folder: Path | None = None) -> None:
        self._analysis = analysis
        self._folder = folder if folder is not None else Path(user_cache_dir("ptlint")) / "images"
        self._size = self._first = 0  # of the image that was read or written last
        self._versions = program_versions()  # of the code that runs: it may be replaced meanwhile

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """See `ptlint.results.engine.Engine`."""
        layers = layers_of(request.tree)
        if not layers.root:
            return self._analysis.analyse(request, progress)
        path = self._folder / content_digest(
            repr((layers.root, request.archs)).encode("utf-8", "surrogatepass")
        )
        if not self._analysis.caches.size:
            progress("reading what earlier runs have found")
            self._read(path)
        answer = self._analysis.analyse(request, progress)
        size = self._analysis.caches.size
        if not layers.changes and size > WORTH_WRITING * self._size:
            progress("keeping what was found for later runs")
            self._write(path, size)
        return answer

    def _read(self, path: Path) -> None:
        try:
            with open(path, "rb") as stream:
                if not _ours(os.fstat(stream.fileno())):
                    return
                header = msgspec.json.decode(stream.readline(), type=_Header)
                if header.versions != self._versions:
                    return
                content = stream.read()
            os.utime(path)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return
        if content_digest(content) != header.digest:
            return
        with spared_collector():
            caches: Caches = pickle.loads(content)
        self._analysis.caches = caches
        self._size, self._first = header.size, header.first

    def _write(self, path: Path, size: int) -> None:
        first = self._first or size
        try:
            if size > MOST_GROWN * first:
                path.unlink(missing_ok=True)
                return
            with spared_collector():
                content = pickle.dumps(self._analysis.caches, pickle.HIGHEST_PROTOCOL)
            header = _Header(self._versions, content_digest(content), size, first)
            write_quietly(path, msgspec.json.encode(header) + b"\n" + content)
            self._size, self._first = size, first
            kept = sorted(self._folder.iterdir(), key=lambda one: one.stat().st_mtime_ns)
            for one in kept[:-KEPT_IMAGES]:
                one.unlink()
        except (OSError, RecursionError):  # no room, or expressions nested too deep: there is no image then
            return


def _ours(found: os.stat_result) -> bool:
    """Say whether nobody else can have written a file: what is unpickled can do anything."""
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@functools.cache
def remembering() -> Remembering:
    """Return the engine with the shipped facts, and the images in the user's cache."""
    return Remembering(shipped_analysis())
