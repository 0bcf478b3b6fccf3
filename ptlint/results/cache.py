# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole answers of the engine, kept on disk, and given again while all they rest on is as it was.

An answer is stored with a manifest: the digest of each file that was read, the paths that were no file, the
digest of each folder that was listed. It is given again only if all of that still holds. A file whose stat is
as it was when the digest was taken is not read again; as in git's index, a stat says nothing of a file that
was changed about when the run began ("racily clean"), so then the content is compared.

A commit's tree has a name of its own, so its answer never becomes stale; but the next commit has another
name. An answer for one is given for another if no file in which they differ is one that it rests on
(`ptlint.results.footprint`). Which trees there are answers for stands beside the answers.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from platformdirs import user_cache_dir

from ptlint.errors import UsageError
from ptlint.results.engine import Engine, Request, StateResult
from ptlint.results.footprint import unaffected
from ptlint.results.last import write_quietly
from ptlint.results.layers import layers_of
from ptlint.results.versions import program_versions
from ptlint.source.repository import GitTree
from ptlint.source.tree import RecordingTree, Tree, content_digest, entries_digest

KEPT_TREES = 8
"""Trees in git whose answers are looked at for others, most recent first."""

MOST_DIFFERING = 2000
"""Files in which two trees may differ for the answer of one to be looked at for the other."""

KEPT_RUNS = 200
"""Answers. The oldest beyond that are forgotten."""

_RACY = 2_000_000_000
"""Nanoseconds. The coarsest time stamps of file systems in use (FAT) are this far apart."""

HOST = "host"
"""The toolchain that is none of our profiles."""

_Stat = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    digest: str
    stat: _Stat | None  # None: not to be trusted


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is stored of one answer."""

    key: str
    reads: dict[str, _Read]
    listed: dict[str, _Read]
    absent: list[str]
    answer: msgspec.Raw


@dataclass(frozen=True, slots=True)
class _Kin:
    """A tree in git, and the key of its answer."""

    oid: str
    key: str


class CachingEngine:
    """An engine that asks another one only for what is not known yet."""

    def __init__(self, engine: Engine, folder: Path | None = None) -> None:
        self._engine = engine
        self._folder = folder if folder is not None else Path(user_cache_dir("ptlint")) / "runs"

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        """Return the stored answer if all that it rests on is unchanged, else the engine's.

        What is not on disk, or answered by the compiler of this machine, is never stored.
        """
        layers = layers_of(request.tree)
        if not layers.root or request.toolchain == HOST:
            return self._engine.analyse(replace(request, paths=()), progress)
        key = request_key(request)
        path = self._folder / f"{key}.json"
        answer = self._recall(request.tree, path, key)
        if answer is None:
            answer = self._of_kin(request)
        if answer is not None:
            return answer
        started = time.time_ns()
        recording = RecordingTree(request.tree)
        answer = self._engine.analyse(replace(request, tree=recording, paths=()), progress)
        disk = _Disk(request.tree)
        entry = _Entry(
            key,
            {name: _Read(digest, disk.stat(name, started)) for name, digest in recording.reads.items()},
            {
                name: _Read(digest, disk.folder_stat(name, started))
                for name, digest in recording.listed.items()
            },
            sorted(recording.absent),
            msgspec.Raw(msgspec.json.encode(answer)),
        )
        write_quietly(path, msgspec.json.encode(entry))
        if layers.oid and not layers.changes:
            kin = self._kin(request)
            known = [_Kin(layers.oid, key), *(one for one in self._known_kin(kin) if one.oid != layers.oid)]
            write_quietly(kin, msgspec.json.encode(known[:KEPT_TREES]))
        self._forget()
        return answer

    def _of_kin(self, request: Request) -> StateResult | None:
        """Return the answer for another tree of the repository if it holds for this one."""
        tree = request.tree
        if not isinstance(tree, GitTree):
            return None
        for one in self._known_kin(self._kin(request)):
            try:
                paths = tree.repository.differing(one.oid, tree.oid)
            except UsageError:  # the other tree was pruned
                continue
            other = GitTree(tree.repository, one.oid)
            if len(paths) > MOST_DIFFERING or any("\ufffd" in path for path in paths):
                continue
            answer = self._recall(other, self._folder / f"{one.key}.json", one.key)
            if answer is not None and unaffected(answer.footprint, other, tree, paths):
                return answer
        return None

    def _kin(self, request: Request) -> Path:
        """Return the file that lists the trees of a repository of which the same was asked."""
        return self._folder / f"{content_digest(repr(_parts(request)).encode('utf-8', 'surrogatepass'))}.kin"

    def _known_kin(self, path: Path) -> list[_Kin]:
        try:
            return msgspec.json.decode(path.read_bytes(), type=list[_Kin])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return []

    def _recall(self, tree: Tree, path: Path, key: str) -> StateResult | None:
        started = time.time_ns()
        try:
            entry = msgspec.json.decode(path.read_bytes(), type=_Entry)
            if entry.key != key:
                return None
            refreshed = _check(tree, entry, started)
            if refreshed is None:
                return None
            answer = msgspec.json.decode(entry.answer, type=StateResult)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if refreshed is not entry:
            write_quietly(path, msgspec.json.encode(refreshed))
        return answer

    def _forget(self) -> None:
        try:
            found = sorted(self._folder.glob("*.[jk]*"), key=lambda path: path.stat().st_mtime_ns)
            for path in found[:-KEPT_RUNS]:
                path.unlink()
        except OSError:
            return


def request_key(request: Request) -> str:
    """Return the digest of all that is asked, of what answers it, and of where; not of the tree's content."""
    layers = layers_of(request.tree)
    changes = [(path, None if text is None else content_digest(text)) for path, text in layers.changes]
    return content_digest(repr([*_parts(request), layers.oid, changes]).encode("utf-8", "surrogatepass"))


def _parts(request: Request) -> list[object]:
    """Return all that is asked, what answers it, and the place of the tree, but not what the tree is."""
    return [
        *program_versions(),
        request.archs,
        request.configs,
        request.assume,
        request.also,
        request.goals,
        request.cone,
        request.closed,
        request.removed,
        request.walked,
        request.touched,
        request.callers,
        request.toolchain,
        _file_digest(request.toolchain),
        [(rule.code, rule.digest) for rule in request.rules],
        layers_of(request.tree).root,
    ]


def _check(tree: Tree, entry: _Entry, started: int) -> _Entry | None:
    """Return the entry if it still holds, with fresh stats where contents had to be compared; else None.

    A tree in git never changes, and what lies over it is part of the key.
    """
    if layers_of(tree).oid:
        return entry
    disk = _Disk(tree)
    fresh: dict[str, _Read] = {}
    for name, read in entry.reads.items():
        if read.stat is not None and read.stat == disk.stat(name, None):
            continue
        if tree.digest(name) != read.digest:
            return None
        fresh[name] = _Read(read.digest, disk.stat(name, started))
    folders: dict[str, _Read] = {}
    for name, read in entry.listed.items():
        if read.stat is not None and read.stat == disk.folder_stat(name, None):
            continue
        if entries_digest(tree.entries(name)) != read.digest:
            return None
        folders[name] = _Read(read.digest, disk.folder_stat(name, started))
    if any(tree.digest(name) is not None for name in entry.absent):
        return None
    trusted = any(read.stat is not None for found in (fresh, folders) for read in found.values())
    if not trusted:
        return entry
    return replace(entry, reads=entry.reads | fresh, listed=entry.listed | folders)


class _Disk:
    """The stats of a tree's files and folders, as far as it lies on disk."""

    def __init__(self, tree: Tree) -> None:
        layers = layers_of(tree)
        self._root = "" if layers.oid else layers.root
        self._changed = tuple(path for path, _ in layers.changes)

    def stat(self, path: str, started: int | None) -> _Stat | None:
        """Return what tells a file from a changed one.

        None if there is nothing that could, or if, with *started*, the file may have changed since then.
        """
        if not self._root:
            return None
        try:
            found = os.stat(f"{self._root}/{path}")
        except (OSError, ValueError):
            return None
        latest = max(found.st_mtime_ns, found.st_ctime_ns)
        if started is not None and latest >= started - _RACY:
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    def folder_stat(self, path: str, started: int | None) -> _Stat | None:
        """Return the same of a folder; None also if its names depend on more than the folder itself."""
        prefix = path.rstrip("/") + "/" if path else ""
        if any(changed.startswith(prefix) for changed in self._changed):
            return None
        if started is not None and self._has_links(path):
            return None
        return self.stat(path, started)

    def _has_links(self, path: str) -> bool:
        try:
            with os.scandir(f"{self._root}/{path}") as entries:
                return any(entry.is_symlink() for entry in entries)
        except (OSError, ValueError):
            return True


def _file_digest(name: str) -> str | None:
    """Return the digest of a file that --toolchain may name, None if it names none."""
    try:
        return content_digest(Path(name).read_bytes())
    except (OSError, ValueError):
        return None
