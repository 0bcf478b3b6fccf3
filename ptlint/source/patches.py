# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches and series of patches: read from mail, laid over a tree in memory."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ptlint.errors import PatchDoesNotApply, PatchError, TreeError
from ptlint.source.diff import ChangeKind, FileChange, Hunk, parse_diff
from ptlint.source.mail import Mail, printable, split_mbox
from ptlint.source.placing import HunkPlacement, Image, Misfit
from ptlint.source.tree import Overlay, Tree, normal_path, version

_TAG = re.compile(r"\[([^\[\]]*)\]\s*")
_COUNT = re.compile(r"(?:^|[\s,])(\d{1,4})/(\d{1,4})(?=$|[\s,])")
_REROLL = re.compile(r"(?:^|[\s,]|PATCH)v(\d{1,3})(?=$|[\s,])", re.IGNORECASE)
_REPLY = re.compile(r"(?:re|aw|sv|fwd?|antw)(?:\[\d+\])?:", re.IGNORECASE)
_BASE = re.compile(rb"base-commit: ([0-9a-f]{7,64})\s*")
_LONGEST_SUBJECT = 500
_EXCERPT = 6

LARGEST_RESULT = 256 * 1024 * 1024
"""Bytes that one patch may write. Copies of copies could otherwise fill the memory."""


def no_mail() -> Mail:
    """Return the mail of a patch that came in none."""
    return Mail("", {}, (), 1)


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch. *index* counts from 1 to *total*, as its subject says or, without numbers, as it came."""

    index: int
    total: int
    subject: str  # without "[PATCH …]"; the name of the input if there is none
    message_id: str | None  # without "<" and ">"
    files: tuple[FileChange, ...]
    title: str  # the subject as sent
    author: str  # the From header; "" if there is none
    date: str  # the Date header; "" if there is none
    log: str  # the log message
    mail: Mail = field(default_factory=no_mail, repr=False, compare=False)  # as it came


@dataclass(frozen=True, slots=True)
class Series:
    """The patches of one input, in the order in which they apply."""

    name: str
    patches: tuple[Patch, ...]
    base_commit: str | None  # of git format-patch --base


@dataclass(frozen=True, slots=True)
class Applied:
    """A tree with a patch laid over it, and where the patch's hunks went."""

    tree: Overlay
    placements: tuple[HunkPlacement, ...]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What the brackets of a subject say."""

    reroll: int
    index: int | None
    total: int | None


def parse_series(data: bytes, name: str) -> Series:
    """Return the patches that *data* holds: a diff, a mail, an mbox or a page of a list's archive.

    *name* is for messages. Cover letters, replies and messages without a patch are left out. Patches that are
    numbered are sorted; of several versions of a series in one mbox the last counts.

    Raises:
        PatchError: there is no patch, a diff is damaged, or what the series is cannot be told.
    """
    return parse_files([(name, data)], name)


def parse_files(files: Iterable[tuple[str, bytes]], name: str) -> Series:
    """Return the patches of several inputs as one series; see `parse_series`."""
    found: list[tuple[_Numbers, Patch]] = []
    base_commit: str | None = None
    passed_over: list[str] = []
    for input_name, data in files:
        for mail in split_mbox(data, input_name):
            title = mail.subject()[:_LONGEST_SUBJECT]
            subject, numbers = _read_subject(title)
            match = next((match for line in mail.lines if (match := _BASE.fullmatch(line))), None)
            if match is not None and not _REPLY.match(title):
                base_commit = base_commit or match[1].decode()
            if _REPLY.match(title) or numbers.index == 0:
                passed_over.append(title)
                continue
            patch = _read_patch(mail, title, subject)
            if patch.files:
                found.append((numbers, patch))
            elif numbers.index is not None:
                raise PatchError(f"{input_name}: patch {title!r} holds no diff")
            else:
                passed_over.append(title or input_name)
    if not found:
        seen = (
            f" (passed over: {', '.join(title[:80] for title in passed_over[:3])})"
            if any(passed_over)
            else ""
        )
        raise PatchError(f"{name}: no patch in it{seen}; expected a unified diff, a mail or an mbox")
    return Series(name, tuple(_ordered(found, name)), base_commit)


def apply(tree: Tree, patch: Patch) -> Overlay:
    """Return *tree* with *patch* laid over it; see `place`."""
    return place(tree, patch).tree


def place(tree: Tree, patch: Patch) -> Applied:
    """Lay *patch* over *tree*, as git apply would.

    Where git would refuse for context that has changed, hunks still apply with less context if only one place
    fits. A change of a symbolic link is followed as far as the link leads to a file of the tree.

    Raises:
        PatchDoesNotApply: names patch, file, hunk and base, and shows what stands there instead.
    """
    return _Application(tree, patch).run()


def place_series(tree: Tree, series: Series) -> Iterator[tuple[Patch, Applied]]:
    """Yield each patch of *series* laid over the ones before it."""
    for patch in series.patches:
        applied = place(tree, patch)
        yield patch, applied
        tree = applied.tree


def _read_subject(title: str) -> tuple[str, _Numbers]:
    """Return the subject without its leading tags, and what the tags say."""
    reroll, index, total = 1, None, None
    rest = title.strip()
    while (tag := _TAG.match(rest)) is not None:
        words = tag[1]
        if not re.search("PATCH|RFC|RESEND", words, re.IGNORECASE) and not _COUNT.search(words):
            break
        if (count := _COUNT.search(words)) is not None:
            index, total = int(count[1]), int(count[2])
        if (again := _REROLL.search(words)) is not None:
            reroll = int(again[1])
        rest = rest[tag.end() :]
    return rest.strip(), _Numbers(reroll, index, total)


def _read_patch(mail: Mail, title: str, subject: str) -> Patch:
    log_end, diff_start = mail.split()
    files = parse_diff(mail.lines[diff_start:], mail.name, mail.first_line + diff_start)
    return Patch(
        index=1,
        total=1,
        subject=subject or title or printable(mail.name),
        message_id=mail.headers.get("message-id", "").strip(" <>") or None,
        files=files,
        title=title,
        author=mail.headers.get("from", ""),
        date=mail.headers.get("date", ""),
        log="\n".join(printable(line.decode("utf-8", "replace")) for line in mail.lines[:log_end]).strip(),
        mail=mail,
    )


def _ordered(found: Sequence[tuple[_Numbers, Patch]], name: str) -> list[Patch]:
    """Return the patches in the order in which they apply, with their numbers."""
    last: dict[str, int] = {}
    for numbers, patch in found:
        if numbers.index is None:
            last[patch.subject] = max(numbers.reroll, last.get(patch.subject, 1))
    found = [
        (numbers, patch)
        for numbers, patch in found
        if numbers.index is not None or numbers.reroll == last[patch.subject]
    ]
    rerolls = {numbers.reroll for numbers, _ in found if numbers.index is not None}
    if len(rerolls) > 1:
        found = _latest(found, max(rerolls), name)
    groups: list[dict[int, Patch]] = []
    totals: list[int | None] = []
    for numbers, patch in found:
        if numbers.index is None or numbers.total is None:
            groups.append({1: patch})
            totals.append(None)
            continue
        open_group = next((at for at in reversed(range(len(groups))) if totals[at] == numbers.total), None)
        same = None if open_group is None else groups[open_group].get(numbers.index)
        if open_group is None or (same is not None and len(groups[open_group]) == numbers.total):
            if same is None or same.files != patch.files:
                groups.append({numbers.index: patch})
                totals.append(numbers.total)
        elif same is None:
            groups[open_group][numbers.index] = patch
        elif same.files != patch.files:
            raise PatchError(
                f"{name}: two different patches {numbers.index}/{numbers.total}: {patch.title!r}"
            )
    if len(groups) == 1 and totals[0] is not None:
        return [replace(patch, index=at, total=totals[0]) for at, patch in sorted(groups[0].items())]
    patches = [patch for group in groups for _, patch in sorted(group.items())]
    return [replace(patch, index=at, total=len(patches)) for at, patch in enumerate(patches, 1)]


def _latest(found: Sequence[tuple[_Numbers, Patch]], reroll: int, name: str) -> list[tuple[_Numbers, Patch]]:
    """Return the patches of the last version of a series, if it is whole."""
    latest = [
        (numbers, patch) for numbers, patch in found if numbers.index is not None and numbers.reroll == reroll
    ]
    present = {numbers.index for numbers, _ in latest}
    if not present.issuperset(range(1, (latest[0][0].total or 0) + 1)):
        raise PatchError(
            f"{name}: several versions of a series, but v{reroll} is not whole; give one of them"
        )
    return latest


class _Application:
    """One patch on its way onto a tree."""

    def __init__(self, tree: Tree, patch: Patch) -> None:
        self.tree = tree
        self.patch = patch
        self.written: dict[str, bytes] = {}
        self.removed: set[str] = set()
        self.size = 0
        self.placements: list[HunkPlacement] = []
        leaving = (ChangeKind.RENAMED, ChangeKind.DELETED)
        self.leaving = {change.old_path for change in patch.files if change.kind in leaving}

    def run(self) -> Applied:
        for change in self.patch.files:
            self.change(change)
        changes: dict[str, bytes | None] = dict.fromkeys(self.removed - self.written.keys())
        after = Overlay(self.tree, {**changes, **self.written})
        for path in self.written:
            if after.entries(path):
                raise self.refusal(path, "the patch adds a file where there is a directory")
            above = path.rpartition("/")[0]
            while above:
                if after.find(above) is not None:
                    raise self.refusal(path, f"{printable(above)} is a file, not a directory")
                above = above.rpartition("/")[0]
        return Applied(after, tuple(self.placements))

    def change(self, change: FileChange) -> None:
        old, new = change.old_path, change.new_path
        if change.is_symlink:
            self.symlink(change)
            return
        content = b"" if old is None else self.content(change, old)
        if new is not None and new != old:
            self.require_free(new)
        image = Image(content)
        for number, hunk in enumerate(change.hunks, 1):
            outcome = image.apply(hunk)
            if isinstance(outcome, Misfit):
                raise self.misfit(change, number, hunk, outcome, image)
            stated = max(hunk.new_start, 1) if hunk.new_count else hunk.new_start + 1
            self.placements.append(HunkPlacement(change.path, number, stated, outcome[0] + 1, outcome[1]))
        if new is None:
            if image.lines and change.hunks:
                raise self.refusal(change.path, "the patch deletes the file, but not all of its lines")
        else:
            self.written[new] = image.content() if change.hunks else content
            self.size += len(self.written[new])
            if self.size > LARGEST_RESULT:
                raise self.refusal(new, f"the patch writes more than {LARGEST_RESULT} bytes")
        if old is not None and change.kind in (ChangeKind.RENAMED, ChangeKind.DELETED):
            if change.kind is ChangeKind.DELETED:
                self.written.pop(old, None)
            self.removed.add(old)

    def content(self, change: FileChange, path: str) -> bytes:
        """Return what the change starts from; the order of renames and copies does not matter."""
        moved = change.kind in (ChangeKind.RENAMED, ChangeKind.COPIED)
        if not moved and path in self.written:
            return self.written[path]
        content = None if not moved and path in self.removed else self.tree.find(path)
        if content is None:
            if change.hunks and change.old_mode is None and not any(hunk.old_count for hunk in change.hunks):
                return b""  # diff -N does not say that the file is new
            raise self.refusal(path, "there is no such file")
        return content

    def require_free(self, path: str) -> None:
        """Refuse a new file where there is one already."""
        if path in self.written or (path not in self.leaving and self.tree.find(path) not in (None, b"")):
            raise self.refusal(path, "the patch adds a file that is there already")

    def symlink(self, change: FileChange) -> None:
        """Keep a link as the content of the file that it leads to; links to directories are left alone."""
        if change.old_path is not None and change.kind in (ChangeKind.DELETED, ChangeKind.RENAMED):
            self.written.pop(change.old_path, None)
            self.removed.add(change.old_path)
        target = b"".join(line for hunk in change.hunks for line in hunk.after()).decode("utf-8", "replace")
        if change.new_path is not None and target and not target.startswith("/"):
            path = normal_path(posixpath.join(posixpath.dirname(change.new_path), target))
            content = None if path is None else self.written.get(path, self.tree.find(path))
            if content is not None:
                self.written[change.new_path] = content

    def misfit(
        self, change: FileChange, number: int, hunk: Hunk, misfit: Misfit, image: Image
    ) -> PatchDoesNotApply:
        what = f"hunk {number} of {len(change.hunks)} ({hunk.header()}, line {hunk.at}) does not fit"
        if misfit.already:
            return self.refusal(change.path, f"{what}: the lines that it brings are there already")
        before = hunk.before()
        lines = [f"{what}; most alike is line {misfit.nearest}"]
        if misfit.ambiguous:
            lines[0] += f" (with less context, {len(misfit.ambiguous)} places would fit equally well)"
        if misfit.mismatch is not None:
            at = misfit.nearest - 1 + misfit.mismatch
            lines.append(f"  the patch expects at line {at + 1}:")
            lines += [f"    {_shown(line)}" for line in before[misfit.mismatch : misfit.mismatch + _EXCERPT]]
            lines.append("  but there stands:")
            standing = image.lines[at : at + _EXCERPT]
            lines += [f"    {_shown(line)}" for line in standing] or ["    (the end of the file)"]
        return self.refusal(change.path, "\n".join(lines))

    def refusal(self, path: str, why: str) -> PatchDoesNotApply:
        try:
            base = f"Linux {printable(version(self.tree))}"
        except TreeError:
            base = "the tree"
        if isinstance(self.tree, Overlay):
            base += " with the patches before it"
        patch = f"patch {self.patch.index}/{self.patch.total} ({self.patch.subject})"
        return PatchDoesNotApply(f"{patch} does not apply to {base}: {printable(path)}: {why}")


def _shown(line: bytes) -> str:
    text = line.rstrip(b"\n").decode("utf-8", "replace").expandtabs(8)
    return printable(text if len(text) <= 100 else text[:100] + "…")
