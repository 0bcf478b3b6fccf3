# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel source trees: on disk, in memory, and with changes laid over them.

Paths are relative to the top of the tree, with "/" between their parts. ``.`` and ``..`` are resolved by
name alone; a path that leaves the tree that way, an absolute one, or one that a symbolic link leads out of
the tree names no file: `find` gives None, as for any file that does not exist. Nothing here ever writes.
"""

import errno
import os
import re
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

from ptlint.errors import TreeError

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes. No file of a kernel comes near; what is larger is no source."""

LONGEST_PATH = 4096
"""Characters. The kernel opens no longer path than this."""

CACHED_BYTES = 64 * 1024 * 1024
"""Bytes of file contents that a `KeepingTree` keeps before it forgets them all and reads again."""

_VERSION = re.compile(rb"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*:?=(.*)$", re.MULTILINE)


class Tree(Protocol):
    """A source tree that can be read."""

    def find(self, path: str) -> bytes | None:
        """Return the content of the file at *path*, None if there is none."""
        ...

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory ("" is the top); directories end in "/"; () if none."""
        ...

    def digest(self, path: str) -> str | None:
        """Return the hex hash (blake2b, 128 bits) of the file's content, None if there is none."""
        ...


def content_digest(content: bytes) -> str:
    """Return the hash by which trees, overlays and caches name a content."""
    return blake2b(content, digest_size=16).hexdigest()


def normal_path(path: str) -> str | None:
    """Return *path* without ``.``, ``..``, empty parts and a trailing "/"; None if it leaves the tree."""
    if path.startswith("/"):
        return None
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


class _Listing(NamedTuple):
    """One directory of a `DiskTree`."""

    real: str  # where it is, without symbolic links
    files: Mapping[str, str]  # name -> real path
    directories: frozenset[str]
    linked: Mapping[str, str]  # name of a symbolic link to a directory of the tree -> real path


_NOTHING = _Listing("", {}, frozenset(), {})


class KeepingTree(ABC):
    """A tree that reads files once, and keeps what it has read."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._cached = 0
        self._digests: dict[str, str] = {}

    @abstractmethod
    def _read(self, path: str) -> bytes | None:
        """Read the file at *path*; None if there is none."""

    def find(self, path: str) -> bytes | None:
        """Return the content of the file at *path*, None if there is none; see `Tree`.

        Raises:
            TreeError: the file is there but cannot be read.
        """
        content = self._contents.get(path)
        if content is not None:
            return content
        content = self._read(path)
        if content is None:
            return None
        self._cached += len(content)
        if self._cached > CACHED_BYTES:
            self._contents.clear()
            self._cached = len(content)
        self._contents[path] = content
        return content

    def digest(self, path: str) -> str | None:
        """Return the hash of the file's content; see `Tree`."""
        known = self._digests.get(path)
        if known is None:
            content = self.find(path)
            if content is None:
                return None
            known = self._digests[path] = content_digest(content)
        return known


class DiskTree(KeepingTree):
    """A tree as it lies on disk.

    Directories are listed once and files read once, so the tree should not change meanwhile. A symbolic link
    is followed if it stays in the tree; links to directories can be walked through by name, but `entries`
    leaves them out, so that no file is met twice and no walk is endless. Names that are not UTF-8, and what
    is neither file nor directory, are left out as well.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        real = os.path.realpath(root)
        if not os.path.isdir(real):
            raise TreeError(f"{root}: no such directory")
        self._real = real
        self._inside = real.rstrip("/") + "/"
        self._listings: dict[str, _Listing] = {}
        self._entries: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[type["DiskTree"], tuple[Path]]:
        return DiskTree, (self.root,)

    def __repr__(self) -> str:
        return f"DiskTree({str(self.root)!r})"

    def _read(self, path: str) -> bytes | None:
        """Read the file at *path*. An absent one costs no system call."""
        real = self._real_path(path)
        return None if real is None else _read_file(real, path)

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory; see `Tree`."""
        known = self._entries.get(path)
        if known is None:
            listing = self._listing(path)
            known = tuple(sorted([*listing.files, *(name + "/" for name in listing.directories)]))
            self._entries[path] = known
        return known

    def _real_path(self, path: str) -> str | None:
        if path.startswith("/"):
            return None
        directory, _, name = path.rpartition("/")
        listing = self._listings.get(directory)
        if listing is None:
            listing = self._listing(directory)
        return listing.files.get(name)

    def _listing(self, directory: str) -> _Listing:
        known = self._listings.get(directory)
        if known is None:
            normal = normal_path(directory)
            if normal is None:
                known = _NOTHING
            elif normal != directory:
                known = self._listing(normal)
            else:
                known = self._list(directory)
            self._listings[directory] = known
        return known

    def _list(self, directory: str) -> _Listing:
        """Return the listing of a normal path, from the top down: a long path must not recurse deeply."""
        listing = self._listings.get("") or self._listings.setdefault("", self._scan(self._real))
        if len(directory) > LONGEST_PATH:
            return _NOTHING
        end = 0
        while end < len(directory):
            start, end = end, (directory.find("/", end) + 1 or len(directory) + 1)
            above, path = listing, directory[: end - 1]
            known = self._listings.get(path)
            if known is None:
                name = directory[start : end - 1]
                if name in above.directories:
                    known = self._scan(f"{above.real.rstrip('/')}/{name}")
                elif name in above.linked:
                    known = self._scan(above.linked[name])
                else:
                    return _NOTHING
                self._listings[path] = known
            listing = known
        return listing

    def _scan(self, real: str) -> _Listing:
        files: dict[str, str] = {}
        directories: set[str] = set()
        linked: dict[str, str] = {}
        try:
            with os.scandir(real) as found:
                for entry in found:
                    if not _is_utf8(entry.name):
                        continue
                    if entry.is_symlink():
                        target = os.path.realpath(entry.path)
                        if target != self._real and not target.startswith(self._inside):
                            continue
                        if os.path.isdir(target):
                            linked[entry.name] = target
                        elif os.path.isfile(target):
                            files[entry.name] = target
                    elif entry.is_dir():
                        directories.add(entry.name)
                    elif entry.is_file():
                        files[entry.name] = entry.path
        except OSError as error:
            raise TreeError(f"{real}: cannot list the directory: {error.strerror}") from error
        return _Listing(real, files, frozenset(directories), linked)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_file(real: str, path: str) -> bytes | None:
    """Return the content of a regular file; None if it is none or has vanished."""
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise TreeError(f"{path}: cannot read the file: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGEST_FILE:
            raise TreeError(
                f"{path}: {status.st_size} bytes are more than a source file has ({LARGEST_FILE})"
            )
        chunks = [os.read(descriptor, status.st_size + 1)]
        while chunks[-1]:
            chunks.append(os.read(descriptor, 1 << 20))
        return b"".join(chunks)
    except OSError as error:
        raise TreeError(f"{path}: cannot read the file: {error.strerror}") from error
    finally:
        os.close(descriptor)


class MemoryTree:
    """A tree made of a mapping from path to content."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files: dict[str, bytes] = {}
        for path, content in files.items():
            if not path or normal_path(path) != path:
                raise TreeError(f"{path!r}: no path inside a tree")
            self._files[path] = content
        self._names = _directories(self._files)
        self._digests: dict[str, str] = {}

    def find(self, path: str) -> bytes | None:
        """Return the content of the file at *path*, None if there is none."""
        content = self._files.get(path)
        if content is None and _is_odd(path):
            normal = normal_path(path)
            content = self._files.get(normal) if normal and not path.endswith("/") else None
        return content

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory; see `Tree`."""
        normal = normal_path(path)
        return () if normal is None else tuple(sorted(self._names.get(normal, ())))

    def digest(self, path: str) -> str | None:
        """Return the hash of the file's content; see `Tree`."""
        return _digest_once(self, path, self._digests)


class Overlay:
    """A tree with some files replaced, added (content) or deleted (None). A directory left empty is gone."""

    def __init__(self, base: Tree, changes: Mapping[str, bytes | None]) -> None:
        if isinstance(base, Overlay):  # a series of patches stays one look-up deep
            changes = {**base.changes, **changes}
            base = base.base
        for path in changes:
            if not path or normal_path(path) != path:
                raise TreeError(f"{path!r}: no path inside a tree")
        self.base: Tree = base
        self.changes: Mapping[str, bytes | None] = dict(sorted(changes.items()))
        self._added = _directories({path: b"" for path, content in changes.items() if content is not None})
        self._gone: frozenset[str] | None = None
        self._entries: dict[str, tuple[str, ...]] = {}
        self._digests: dict[str, str] = {}

    def find(self, path: str) -> bytes | None:
        """Return the content of the file at *path* after the changes, None if there is none."""
        if _is_odd(path):
            normal = normal_path(path)
            if not normal or path.endswith("/"):
                return None
            path = normal
        if path in self.changes:
            return self.changes[path]
        return self.base.find(path)

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory after the changes; see `Tree`."""
        normal = normal_path(path)
        if normal is None:
            return ()
        known = self._entries.get(normal)
        if known is None:
            known = self._entries[normal] = self._list(normal)
        return known

    def _list(self, directory: str) -> tuple[str, ...]:
        if self._gone is None:
            self._gone = self._deleted()
        prefix = directory + "/" if directory else ""
        names = {name for name in self.base.entries(directory) if prefix + name not in self._gone}
        return tuple(sorted(names | self._added.get(directory, set())))

    def _deleted(self) -> frozenset[str]:
        """Return the deleted files and, with a trailing "/", the directories that lost all they had."""
        gone = {path for path, content in self.changes.items() if content is None}
        directories = _directories(dict.fromkeys(gone, b""))
        for directory in sorted(directories, key=lambda path: path.count("/"), reverse=True):
            names = (f"{directory}/{name}" for name in self.base.entries(directory))
            if directory and directory not in self._added and gone.issuperset(names):
                gone.add(directory + "/")
        return frozenset(gone)

    def digest(self, path: str) -> str | None:
        """Return the hash of the file's content after the changes; see `Tree`."""
        if not _is_odd(path) and path not in self.changes:
            return self.base.digest(path)
        return _digest_once(self, path, self._digests)


class RecordingTree:
    """A tree that remembers what was asked of it, so that a cache can tell whether an answer still holds.

    `reads` maps each file that was read to its digest, `absent` holds the paths that were no file, and
    `listed` maps each directory that was listed to the digest of its names.
    """

    def __init__(self, base: Tree) -> None:
        self.base = base
        self.reads: dict[str, str] = {}
        self.absent: set[str] = set()
        self.listed: dict[str, str] = {}

    def find(self, path: str) -> bytes | None:
        """Return the content of the file at *path*, None if there is none."""
        content = self.base.find(path)
        if path not in self.reads and path not in self.absent:
            self.digest(path)
        return content

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory; see `Tree`."""
        names = self.base.entries(path)
        if path not in self.listed:
            self.listed[path] = entries_digest(names)
        return names

    def digest(self, path: str) -> str | None:
        """Return the hash of the file's content; see `Tree`."""
        known = self.base.digest(path)
        if known is None:
            self.absent.add(path)
        else:
            self.reads[path] = known
        return known

    def without_base(self) -> "RecordingTree":
        """Return what was asked, of a tree that has nothing: it can be pickled."""
        alone = RecordingTree(MemoryTree({}))
        alone.reads, alone.absent, alone.listed = self.reads, self.absent, self.listed
        return alone


class NotingTree(RecordingTree):
    """A recording tree with a side door: what is read from `searched` is not noted here.

    It is for those who only look whether some text has a word, and themselves say for which words.
    """

    @property
    def searched(self) -> Tree:
        """The tree below."""
        return self.base


def entries_digest(names: tuple[str, ...]) -> str:
    """Return the hash of what `Tree.entries` gave for a directory, as `RecordingTree.listed` holds it."""
    return content_digest("\0".join(names).encode())


def read(tree: Tree, path: str) -> bytes:
    """Return the content of a file that must be there.

    Raises:
        TreeError: there is no such file in the tree.
    """
    content = tree.find(path)
    if content is None:
        raise TreeError(f"{path}: no such file in the tree")
    return content


def version(tree: Tree) -> str:
    """Return the version that the top Makefile states, as ``make kernelversion`` does: "7.3.4", "7.4.0-rc1".

    Raises:
        TreeError: there is no top Makefile, or it states none.
    """
    found = reversed(_VERSION.findall(read(tree, "Makefile")[: 1 << 16]))
    stated: dict[bytes, bytes] = {name: value.strip() for name, value in found}
    numbers = [stated.get(name, b"") for name in (b"VERSION", b"PATCHLEVEL", b"SUBLEVEL")]
    if not numbers[0].isdigit() or not numbers[1].isdigit():
        raise TreeError("Makefile: no VERSION and PATCHLEVEL; this is not the top of a kernel tree")
    extra = stated.get(b"EXTRAVERSION", b"")
    return (b".".join(part for part in numbers if part) + extra).decode("utf-8", "replace")


def is_kernel_tree(tree: Tree) -> bool:
    """Tell whether the tree has what the top of every kernel tree has: a version, Kconfig, arch/ or mm/."""
    if tree.find("Makefile") is None or tree.find("Kconfig") is None:
        return False
    try:
        version(tree)
    except TreeError:
        return False
    return not {"arch/", "mm/"}.isdisjoint(tree.entries(""))


def walk(tree: Tree, under: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths of all files below *under* whose names end in one of *suffixes*, sorted.

    *under* may be a file: then it is yielded if its name fits. Git's own directory is passed over.
    """
    top = normal_path(under)
    if top is None:
        return
    names = tree.entries(top)
    if not names:
        if top.endswith(suffixes) and tree.find(top) is not None:
            yield top
        return
    prefix = top + "/" if top else ""
    waiting = [prefix + name for name in reversed(names)]
    while waiting:
        path = waiting.pop()
        if not path.endswith("/"):
            if path.endswith(suffixes):
                yield path
        elif path != ".git/":
            waiting.extend(path + name for name in reversed(tree.entries(path[:-1])))


def _is_odd(path: str) -> bool:
    """Tell whether *path* needs to be made normal before it can be looked up. Errs on the side of yes."""
    return (
        "./" in path
        or "//" in path
        or path.endswith(("/", "/.", "/.."))
        or path.startswith("/")
        or path in ("", ".", "..")
    )


def _directories(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return for each directory that *files* imply the names in it, directories with a trailing "/"."""
    names: dict[str, set[str]] = {}
    for path in files:
        directory, _, name = path.rpartition("/")
        while True:
            seen = names.setdefault(directory, set())
            if name in seen:
                break
            seen.add(name)
            if not directory:
                break
            directory, _, name = directory.rpartition("/")
            name += "/"
    return names


def _digest_once(tree: Tree, path: str, known: dict[str, str]) -> str | None:
    digest = known.get(path)
    if digest is None:
        content = tree.find(path)
        if content is None:
            return None
        digest = known[path] = content_digest(content)
    return digest
