# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts: which primitive means which event. Read from rules/facts/*.toml; no function is named in code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ptlint.errors import RuleError


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact as it stands in a file. Argument numbers are 0-based."""

    names: tuple[str, ...]
    event: str
    why: str
    source: str
    argument: int | None = None
    value: int | None = None
    callback: int | None = None
    condition: int | None = None  # the event happens only if this argument is not zero
    kind: str = ""
    keep: bool = False  # a macro of this name is not expanded
    sleeps: bool = False  # it may sleep
    huge: bool = False  # the entry is a huge page's


class FactFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fact: tuple[Entry, ...] = ()


EVENTS = frozenset(
    {
        "alloc",
        "construct",
        "destruct",
        "free",
        "queue",
        "grace-period",
        "grace-cookie",
        "grace-since",
        "grace-poll",
        "ipi-sync",
        "read",
        "write",
        "exchange",
        "fill",
        "convert",
        "swap-bytes",
        "value",
        "entry-set",
        "entry-clear",
        "entry-take",
        "entry-swap",
        "list-add",
        "list-del",
        "list-init",
        "list-splice",
        "list-take",
        "list-test",
        "lock",
        "unlock",
        "downgrade",
        "assert-lock",
        "last-reference",
        "count",
        "predicate",
        "folded",
        "question",
        "none",
        "defer",
        "flag-set",
        "flag-clear",
        "flag-test",
        "mark-set",
        "mark-clear",
        "mark-test",
        "mark-take",
        "noreturn",
        "copy",
        "kernel-root",
        "kernel-flag",
        "boot-flag",
        "flush",
        "flush-name",
        "hardware-walk",
        "release-tree",
        "table-type",
        "entry-type",
        "space-root",
        "space-type",
        "page-type",
        "link-type",
        "head-type",
        "batch-type",
        "word-type",
        "container",
        "opaque",
        "sleep",
        "walker",
        "order",
        "constructed",
        "tail-mark",
        "may-block",
    }
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a call of `name` means."""

    name: str
    event: str
    argument: int | None
    value: int | None
    callback: int | None
    condition: int | None
    kind: str
    why: str
    source: str
    sleeps: bool = False
    huge: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts by name. `kept` are macros that stay unexpanded because they are primitives."""

    by_name: Mapping[str, Fact]
    kept: frozenset[str]
    noreturn: frozenset[str]

    def names(self, event: str, kind: str | None = None) -> frozenset[str]:
        """Return the primitives that mean one event, all or those of a kind."""
        return frozenset(f.name for f in self.by_name.values() if f.event == event and kind in (None, f.kind))


def load_facts(files: Iterable[Path]) -> Facts:
    """Read fact files.

    Raises:
        RuleError: a file that is no TOML, an unknown key or event, or a name that has two facts.
    """
    by_name: dict[str, Fact] = {}
    kept: set[str] = set()
    for file in sorted(files):
        try:
            entries = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), FactFile).fact
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise RuleError(f"{file}: {error}") from error
        for entry in entries:
            if entry.event not in EVENTS:
                raise RuleError(f"{file}: {entry.names[0]}: unknown event {entry.event!r}")
            for name in entry.names:
                if name in by_name:
                    raise RuleError(f"{file}: {name}: a second fact of this name")
                by_name[name] = Fact(
                    name,
                    entry.event,
                    entry.argument,
                    entry.value,
                    entry.callback,
                    entry.condition,
                    entry.kind,
                    entry.why,
                    entry.source,
                    entry.sleeps,
                    entry.huge,
                )
                if entry.keep:
                    kept.add(name)
    return Facts(by_name, frozenset(kept), frozenset(n for n, f in by_name.items() if f.event == "noreturn"))
