# SPDX-License-Identifier: GPL-2.0-or-later
"""One change as several patches, in several orders: at which of them it is unsafe, and at which mended."""

from __future__ import annotations

import shlex
import time
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from . import series
from .edits import Draft, Edit

TREE = "6.12"
RULES = ("PTL001", "PTL002", "PTL011", "PTL012")  # what an order may bring; 6.12 destructs too early anyway


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of the change."""

    name: str
    what: str
    edit: tuple[Edit, ...]


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error that one patch brings, or mends, at one of the places."""

    patch: int
    status: str
    paths: tuple[str, ...]
    config: dict[str, str] = {}


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts that each patch has, and all that must be told; no other patch brings an error."""

    name: str
    what: str
    patches: tuple[tuple[str, ...], ...]
    event: tuple[Event, ...] = ()


class OrderFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    part: tuple[Part, ...]
    order: tuple[Order, ...]


@cache
def load() -> OrderFile:
    """Return the parts and the orders."""
    text = (Path(__file__).parent / "orders.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), OrderFile)


def mails(order: Order, root: Path) -> str:
    """Return an order as a mail box."""
    parts = {part.name: part for part in load().part}
    draft = Draft(root)
    made = []
    for index, names in enumerate(order.patches, 1):
        for name in names:
            draft.apply(parts[name].edit)
        subject = f"[PATCH {index}/{len(order.patches)}] {', '.join(names)}"
        body = "\n".join(parts[name].what for name in names)
        made.append(series.mail(subject, body, draft.diff(), index))
        draft.commit()
    return "".join(made)


def run(
    order: Order, root: Path, ptlint: str, timeout: float = 600, further: Sequence[str] = ()
) -> series.Outcome:
    """Run `ptlint patch` over an order and judge what it says; `further` are more words of the command.

    With these, only what the combinations of the run can show is asked for.
    """
    command = [*shlex.split(ptlint), "patch", "-", "--tree", str(root)]
    command += ["--arch", "x86_64", "--format", "json", *further]
    began = time.monotonic()
    try:
        _, result = series.invoke(command, mails(order, root), timeout)
        why = judge(order, result, whole=not further)
    except series.Broken as broken:
        why = str(broken)
    return series.Outcome(order.name, TREE, time.monotonic() - began, why)


def judge(order: Order, result: Mapping[str, Any], whole: bool = True) -> str:
    """Return what is wrong with a result, or nothing; *whole* says that all combinations were looked at."""
    late = [p["index"] for p in result["patches"] if not p["applied"]]
    if late:
        return f"patch {late[0]} was not applied"
    combinations = {c["id"]: c["assignment"] for c in result["combinations"]}
    told = [
        f
        for f in result["findings"]
        if f["rule"] in RULES and f["severity"] == "error" and f["status"] != "existing"
    ]
    for event in order.event:
        if not whole and not any(series.compatible(c, event.config) for c in combinations.values()):
            continue
        expected = series.Expected(RULES, event.paths, config=event.config)
        if not any(
            (finding["patch"], finding["status"]) == (event.patch, event.status)
            and series.matches(expected, finding, combinations)
            for finding in told
        ):
            return f"patch {event.patch}: nothing {event.status} in {', '.join(event.paths)}"
    unsafe = {event.patch for event in order.event if event.status == "new"}
    wrong = [f for f in told if f["status"] == "new" and f["patch"] not in unsafe]
    return f"patch {wrong[0]['patch']}: {series.place(wrong[0])}" if wrong else ""
