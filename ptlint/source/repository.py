# SPDX-License-Identifier: GPL-2.0-or-later
"""Git repositories, read with plumbing alone: revisions as trees, ranges and the index as series.

Nothing that a repository's configuration names is run: no hook, external diff, textconv, clean filter, file
system monitor, pager, or transport of a partial clone. Nothing is written. Attributes do not count either:
a tree that calls its sources binary hides nothing.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import IO

from ptlint.errors import TreeError, UsageError
from ptlint.source.diff import FileChange, parse_diff
from ptlint.source.mail import printable
from ptlint.source.patches import Patch, Series
from ptlint.source.tree import LARGEST_FILE, LONGEST_PATH, KeepingTree, normal_path

_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.quotePath=true"),
)
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone must not fetch what it lacks
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_DIFF = (
    *("-r", "-p", "-M", "--text", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--relative", "--ignore-submodules=all", "-U3"),
)
_LINK = b"120000"
_FOLDER = b"40000"
_SUBMODULE = b"160000"
_FILE = re.compile(rb"^diff --git ", re.MULTILINE)
_MOST_LINKS = 40
"""Symbolic links on the way to one file. The kernel follows no more."""

_LONGEST_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its object says."""

    oid: str
    parents: tuple[str, ...]
    author: str
    date: str
    subject: str
    log: str


class Repository:
    """The git repository that holds a folder, which is seen as the top of a tree.

    Raises:
        UsageError: the folder is in no repository, or git is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.realpath(folder)
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_")
        } | _ENVIRONMENT
        index = os.environ.get("GIT_INDEX_FILE")  # of a commit under way: git commit -a, git commit FILE
        try:
            answer = os.fsdecode(self._git("rev-parse", "--absolute-git-dir", "--show-prefix"))
        except UsageError as error:
            raise UsageError(f"{folder}: {error}") from None
        lines = answer.split("\n")
        self.git_folder = lines[0]
        self._prefix = lines[1] if len(lines) > 1 else ""
        if index is not None and os.path.dirname(os.path.realpath(index)) == os.path.realpath(lines[0]):
            self._environment["GIT_INDEX_FILE"] = os.path.realpath(index)
        self._reader: subprocess.Popen[bytes] | None = None

    def tree(self, revision: str) -> "GitTree":
        """Return the tree of a revision, as seen from the folder.

        Raises:
            UsageError: there is no such revision, or the folder is not in it.
        """
        oid = self.commit(revision).oid
        name = f"{oid}:{self._prefix.rstrip('/')}" if self._prefix else f"{oid}^{{tree}}"
        return GitTree(self, self._resolved(name), oid)

    def commit(self, revision: str) -> Commit:
        """Return the commit that *revision* names.

        Raises:
            UsageError: there is none.
        """
        oid = self._resolved(f"{revision}^{{commit}}")
        head, _, message = self.object(oid).partition(b"\n\n")
        text = message.decode("utf-8", "replace")
        parents: list[str] = []
        author = date = ""
        for line in head.split(b"\n"):
            key, _, value = line.partition(b" ")
            if key == b"parent":
                parents.append(value.decode("ascii", "replace"))
            elif key == b"author":
                who, _, when = value.decode("utf-8", "replace").rpartition("> ")
                author, seconds = printable(who + ">"), when.partition(" ")[0]
                date = formatdate(int(seconds)) if seconds.isdigit() and len(seconds) < 12 else ""
        subject = printable(text.split("\n\n")[0].strip())[:_LONGEST_SUBJECT]
        log = "\n".join(printable(line) for line in text.split("\n")).strip()
        return Commit(oid, tuple(parents), author, date, subject or oid[:12], log)

    def range(self, start: str, end: str) -> tuple["GitTree", Series]:
        """Return the tree that the commits of ``start..end`` begin from, and the series that they are.

        First parents alone are followed: a merge is one patch, with all that it brings. "" is HEAD.

        Raises:
            UsageError: a revision is unknown, or the range is empty.
        """
        name = f"{start}..{end}"
        first, last = self.commit(start or "HEAD"), self.commit(end or "HEAD")
        listed = self._git("rev-list", "--first-parent", "--reverse", last.oid, f"^{first.oid}")
        oids = listed.decode("ascii").split()
        if not oids:
            raise UsageError(f"{name}: no commit is in the second that is not in the first")
        commits = [self.commit(oid) for oid in oids]
        if not commits[0].parents:
            raise UsageError(f"{name}: goes back to a commit without a parent; there is nothing before it")
        patches = [
            Patch(
                index=index,
                total=len(commits),
                subject=one.subject,
                message_id=None,
                files=self._changes(f"commit {one.oid[:12]}", "diff-tree", one.parents[0], one.oid),
                title=one.subject,
                author=one.author,
                date=one.date,
                log=one.log,
            )
            for index, one in enumerate(commits, 1)
        ]
        base = commits[0].parents[0]
        return self.tree(base), Series(name, tuple(patches), base)

    def staged(self, revision: str = "HEAD") -> tuple["GitTree", Series]:
        """Return the tree of a revision, and as one patch what the index has that it has not.

        The series has no patch if nothing is staged. The work tree is not looked at.

        Raises:
            UsageError: there is no such revision, or the index holds a conflict.
        """
        base = self.commit(revision)
        if self._git("ls-files", "--unmerged", "-z"):
            raise UsageError("the index holds unmerged files: resolve the conflicts first")
        files = self._changes("the index", "diff-index", "--cached", base.oid)
        patch = Patch(1, 1, "staged changes", None, files, "staged changes", "", "", "")
        return self.tree(base.oid), Series("the index", (patch,) if files else (), base.oid)

    def differing(self, old: str, new: str) -> list[str]:
        """Return the paths in which two trees differ; what is not UTF-8 in them shows as replaced."""
        listed = self._git("diff-tree", "-r", "--name-only", "--no-renames", "-z", old, new)
        return [path.decode("utf-8", "replace") for path in listed.split(b"\0") if path]

    def hooks_folder(self) -> str:
        """Return the folder of this repository's hooks; core.hooksPath is not looked at."""
        common = os.fsdecode(self._git("rev-parse", "--git-common-dir")).rstrip("\n")
        return os.path.join(self.folder, common, "hooks")

    def object(self, oid: str) -> bytes:
        """Return the content of an object.

        Raises:
            TreeError: there is none, as in a partial clone, or it is larger than a source file.
        """
        if self._reader is None or self._reader.poll() is not None:
            self._reader = subprocess.Popen(
                ["git", *_SAFE, "-C", self.folder, "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
            )
        source, sink = _pipes(self._reader)
        try:
            sink.write(oid.encode("ascii") + b"\n")
            sink.flush()
            words = source.readline().split()
        except (OSError, ValueError):
            words = []
        if len(words) != 3 or not words[2].isdigit():
            raise TreeError(f"{self.folder}: git cannot give object {oid}; the repository lacks it")
        size = int(words[2])
        if size > LARGEST_FILE:
            self.close()
            raise TreeError(f"object {oid}: {size} bytes are more than a source file has ({LARGEST_FILE})")
        content = source.read(size)
        source.read(1)
        return content

    def close(self) -> None:
        """End the process that reads objects. It is started again when needed."""
        if self._reader is not None:
            for pipe in _pipes(self._reader):
                pipe.close()
            self._reader.wait()
            self._reader = None

    def __del__(self) -> None:
        if getattr(self, "_reader", None) is not None:
            self.close()

    def _resolved(self, name: str) -> str:
        """Return the id of an object that *name* says in git's way."""
        shown = printable(name.removesuffix("^{commit}"))
        if not shown or name.startswith(("-", "^")) or not name.isprintable():
            raise UsageError(f"{shown!r}: no revision")
        try:
            answer = self._git("rev-parse", "--verify", "--quiet", name)
        except UsageError:
            raise UsageError(f"{shown}: no such commit in {self.folder}") from None
        return answer.decode("ascii", "replace").strip()

    def _changes(self, name: str, *command: str) -> tuple[FileChange, ...]:
        """Return the changes of text that a diff tells of; binary files and submodules are left out."""
        text = self._git(command[0], *_DIFF, *command[1:])
        if b"\0" in text:
            files = _FILE.split(text)  # no line of a hunk begins so
            text = b"".join(b"diff --git " + file for file in files[1:] if b"\0" not in file)
        return parse_diff(text.split(b"\n"), name)

    def _git(self, *arguments: str) -> bytes:
        command = ["git", *_SAFE, "-C", self.folder, *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, env=self._environment, check=False
            )
        except OSError as error:
            raise UsageError(f"cannot run git: {error.strerror}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise UsageError(f"git {arguments[0]}: {printable(said.removeprefix('fatal: ')) or 'failed'}")
        return done.stdout


class GitTree(KeepingTree):
    """A commit's tree, read from the repository's objects as far as it is asked for. It never changes.

    Symbolic links are followed inside the tree, as those of a `DiskTree` are.
    """

    def __init__(self, repository: Repository, oid: str, commit: str = "") -> None:
        super().__init__()
        self.repository = repository
        self.oid = oid
        self.commit = commit
        """The commit that it was asked for by, "" if it was by its own id."""

        self._folders: dict[str, dict[str, tuple[bytes, str]]] = {}  # by id: name -> mode, id
        self._paths: dict[str, str | None] = {"": oid}  # folder -> id
        self._entries: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[Callable[[str, str], "GitTree"], tuple[str, str]]:
        return _git_tree, (self.repository.folder, self.oid)

    def _read(self, path: str) -> bytes | None:
        found = self._file(path)
        return None if found is None else self.repository.object(found)

    def entries(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory; see `Tree`."""
        known = self._entries.get(path)
        if known is None:
            folder = self._folder(path)
            names: list[str] = []
            for name, (mode, _) in ({} if folder is None else self._listing(folder)).items():
                if mode == _FOLDER:
                    names.append(name + "/")
                elif mode != _LINK or self._file(f"{path}/{name}".lstrip("/")) is not None:
                    names.append(name)
            known = self._entries[path] = tuple(sorted(names))
        return known

    def _file(self, path: str) -> str | None:
        """Return the id of a file, links followed."""
        if path.endswith("/") or "\0" in path:
            return None
        found = self._walk(path, _MOST_LINKS)
        return None if found is None or found[0] == _FOLDER else found[1]

    def _folder(self, path: str) -> str | None:
        known = self._paths.get(path, "")
        if known == "":
            found = self._walk(path, _MOST_LINKS)
            known = self._paths[path] = None if found is None or found[0] != _FOLDER else found[1]
        return known

    def _walk(self, path: str, links: int) -> tuple[bytes, str] | None:
        """Return mode and id of what is at *path*; None if it is nowhere, or a link leads out of the tree."""
        normal = normal_path(path)
        if normal is None or len(normal) > LONGEST_PATH:
            return None
        above, _, name = normal.rpartition("/")
        if not name:
            return _FOLDER, self.oid
        folder = self._paths.get(above, "")
        if folder == "":
            folder = self.oid
            parts = above.split("/")
            for count, part in enumerate(parts, 1):
                prefix = "/".join(parts[:count])
                known = self._paths.get(prefix, "")
                if known == "":
                    found = self._entry(folder, part, "/".join(parts[: count - 1]), links)
                    known = None if found is None or found[0] != _FOLDER else found[1]
                    self._paths[prefix] = known
                if known is None:
                    return None
                folder = known
        return None if folder is None else self._entry(folder, name, above, links)

    def _entry(self, folder: str, name: str, above: str, links: int) -> tuple[bytes, str] | None:
        """Return mode and id of a name in a folder, a link followed from the folder's path."""
        found = self._listing(folder).get(name)
        if found is None or found[0] != _LINK:
            return found
        target = self.repository.object(found[1]).decode("utf-8", "replace")
        if not links or not target or target.startswith("/") or "\0" in target or len(target) > LONGEST_PATH:
            return None
        return self._walk(f"{above}/{target}".lstrip("/"), links - 1)

    def _listing(self, oid: str) -> dict[str, tuple[bytes, str]]:
        """Return what a tree object lists, without submodules and names that are not UTF-8."""
        known = self._folders.get(oid)
        if known is None:
            known = self._folders[oid] = dict(_listed(self.repository.object(oid), len(oid) // 2))
        return known


def _git_tree(folder: str, oid: str) -> GitTree:
    return GitTree(Repository(Path(folder)), oid)


def _listed(content: bytes, width: int) -> Iterator[tuple[str, tuple[bytes, str]]]:
    """Yield name, mode and id of each entry of a tree object; *width* is the length of an id in bytes."""
    position = 0
    while (end := content.find(b"\0", position)) >= 0:
        mode, _, name = content[position:end].partition(b" ")
        position = end + 1 + width
        if mode != _SUBMODULE:
            with suppress(UnicodeDecodeError):
                yield name.decode(), (mode, content[end + 1 : position].hex())


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return what a process writes, and what it reads."""
    if process.stdout is None or process.stdin is None:
        raise TreeError("git has no pipes")
    return process.stdout, process.stdin
