# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of symbols that no Kconfig file defines: in lines that patches bring, and where patches leave them.

Judged is the tree after the patches against the one before: a name that was as unknown before, in a line
that is gone now, is not new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ptlint.cpp.mentions import definitions_in, has_mentions, mentions_in
from ptlint.kconfig.definitions import is_kconfig
from ptlint.kconfig.references import references_in
from ptlint.results.claims import Claim
from ptlint.results.edits import Edit, holds
from ptlint.results.model import Status, Step
from ptlint.results.side import Side
from ptlint.source.tree import Tree, walk

_OTHER_PROGRAMS = ("Documentation/", "scripts/", "tools/", "LICENSES/")
"""Folders that are not compiled into a kernel: names there are those of other programs."""

_NEAR, _NEARER = 0.75, 0.85
"""How alike a defined name must be to be told; and to be meant by a word that may be any identifier."""


@dataclass(frozen=True, slots=True)
class Use:
    """A name at a place (both numbers 1-based)."""

    symbol: str
    path: str
    line: int
    column: int
    asked: bool  # only a symbol has a meaning there


def unknown_symbols(before: Side, after: Side, edits: Iterable[Edit]) -> list[Claim]:
    """Return the names that are unknown after the patches, new or as before, and those that were mended."""
    edits = tuple(edits)
    now = [use for edit in edits for use in _touched(after, edit.new_path, edit.new, edit, True)]
    then = [use for edit in edits for use in _touched(before, edit.old_path, edit.old, edit, False)]
    moved = {edit.old_path: edit.new_path for edit in edits}
    left = dict.fromkeys(range(len(then)))
    status: dict[int, Status] = {}
    for same_file in (True, False):
        for index, use in enumerate(now):
            if index in status:
                continue
            for old in left:
                other = then[old]
                if other.symbol == use.symbol and (not same_file or moved[other.path] == use.path):
                    status[index] = Status.EXISTING
                    del left[old]
                    break
    claims = [_claim(after, use, status.get(index, Status.NEW), moved) for index, use in enumerate(now)]
    claims += [_claim(before, then[old], Status.FIXED, moved) for old in left]
    told = {(use.path, use.line) for use in now}
    claims += [claim for claim in _orphans(before, after, edits) if (claim.path, claim.line) not in told]
    return claims


def _touched(side: Side, path: str, text: bytes, edit: Edit, after: bool) -> Iterator[Use]:
    """Yield the unknown names in the lines of a file that the patches bring, or take away."""
    if not path:
        return
    lines = edit.brought if after else edit.taken
    if not lines:
        return
    seen: set[tuple[str, int]] = set()
    for use in uses(text, path):
        if holds(lines, use.line) and (use.symbol, use.line) not in seen and is_unknown(side, use):
            seen.add((use.symbol, use.line))
            yield use


def uses(text: bytes, path: str) -> Iterator[Use]:
    """Yield the symbols that a file names."""
    if is_kconfig(path):
        for one in references_in(text):
            yield Use(one.name, path, one.line, one.column, True)
    elif has_mentions(path) and not path.startswith(_OTHER_PROGRAMS):
        for mention in mentions_in(text, path):
            yield Use(mention.symbol, path, mention.line, mention.column, mention.asked)


def is_unknown(side: Side, use: Use) -> bool:
    """Tell whether nothing in a tree gives a name its meaning."""
    if side.is_defined(use.symbol):
        return False
    kconfig = is_kconfig(use.path)
    if not kconfig and use.symbol.endswith("_MODULE") and side.is_defined(use.symbol[:-7]):
        return False
    if not use.asked and not nearest(side, use.symbol, _NEARER):
        return False
    return kconfig or not _has_own_meaning(side.tree, use)


def nearest(side: Side, symbol: str, least: float = _NEAR) -> str:
    """Return the defined name that is most like one, "" if none is like it."""
    bare = symbol.removeprefix("CONFIG_")
    if bare != symbol and side.is_defined(bare):
        return bare
    names = [name for name in side.definitions.entries if abs(len(name) - len(bare)) <= len(bare) // 4 + 1]
    return next(iter(get_close_matches(bare, names, 1, least)), "")


def _hint(side: Side, symbol: str) -> str:
    """Return what may have been meant, in words; nothing if no defined name is like it."""
    near = nearest(side, symbol)
    return f"; did you mean {near}?" if near else ""


def _has_own_meaning(tree: Tree, use: Use) -> bool:
    """Tell whether code near a use, or a header that all may include, defines the name itself."""
    name = f"CONFIG_{use.symbol}".encode()
    parts = use.path.split("/")
    near = "/".join(parts[: min(3 if parts[0] in ("arch", "drivers") else 2, len(parts) - 1)])
    for folder in dict.fromkeys((near, "include")):
        paths: Iterable[str]
        if folder:
            paths = walk(tree, folder, ("",))
        else:
            paths = [one for one in tree.entries("") if not one.endswith("/")]
        for path in paths:
            if not has_mentions(path):
                continue
            text = tree.find(path) or b""
            if name in text and use.symbol in definitions_in(text, path):
                return True
    return False


def _claim(side: Side, use: Use, status: Status, moved: Mapping[str, str]) -> Claim:
    base = next((old for old, new in moved.items() if new == use.path and old), use.path)
    return Claim(
        path=use.path,
        line=use.line,
        column=use.column,
        fields={"symbol": use.symbol, "hint": _hint(side, use.symbol)},
        trace=(Step(use.path, use.line, use.column, "", f"{use.symbol} is named here"),),
        identity=("symbol", base if status is not Status.FIXED else use.path, use.symbol),
        status=status,
        symbols=frozenset({use.symbol}),
    )


def _orphans(before: Side, after: Side, edits: Iterable[Edit]) -> Iterator[Claim]:
    """Yield the first use in each file of each symbol whose last entry the patches remove."""
    gone: dict[str, Step] = {}
    for edit in edits:
        if is_kconfig(edit.old_path) and not edit.whole:
            old = before.entries_in(edit.old_path, edit.old)
            new = after.entries_in(edit.new_path, edit.new) if edit.new_path else {}
            for name, entry in old.items():
                if name not in new and not after.is_defined(name):
                    gone.setdefault(
                        name,
                        Step(edit.old_path, entry.line, 1, "", f"the entry of {name} stood here"),
                    )
    if not gone:
        return
    names = {name: name.encode() for name in gone}
    for path in _kernel_files(after.tree):
        text = after.tree.find(path) or b""
        if not any(name in text for name in names.values()):
            continue
        found: dict[str, list[Use]] = {}
        for use in uses(text, path):
            name = use.symbol
            if name not in gone and name.endswith("_MODULE"):
                name = name[:-7]
            if name in gone and use.asked:
                found.setdefault(name, []).append(use)
        for name, places in found.items():
            if not is_kconfig(path) and _has_own_meaning(after.tree, places[0]):
                continue
            first, *others = places
            steps = [Step(one.path, one.line, one.column, "", f"{name} is named here") for one in places]
            yield Claim(
                path=path,
                line=first.line,
                column=first.column,
                fields={
                    "symbol": name,
                    "hint": f": its entry is removed, and this is left{_hint(after, name)}",
                },
                trace=(gone[name], steps[0]),
                identity=("symbol", path, name),
                status=Status.NEW,
                symbols=frozenset({name}),
                further=tuple((gone[name], step) for step in steps[1:8]) if others else (),
            )


def _kernel_files(tree: Tree) -> Iterator[str]:
    """Yield the files of a tree that may name symbols."""
    for name in tree.entries(""):
        if name.startswith(_OTHER_PROGRAMS) and name != "scripts/":
            continue
        for path in walk(tree, name.rstrip("/"), ("",)):
            if is_judged(path):
                yield path


def is_judged(path: str) -> bool:
    """Tell whether names of symbols are looked for in a file, by its name."""
    return is_kconfig(path) or (has_mentions(path) and not path.startswith(_OTHER_PROGRAMS))
