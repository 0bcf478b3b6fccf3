# SPDX-License-Identifier: GPL-2.0-or-later
"""Baselines: the findings that are known and accepted, by id, each with a reason.

A baseline file and `.ptlint.toml` are written alike: tables `[[accept]]` with `id`, `reason` and, for people,
`rule` and `path`.
"""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ptlint.errors import ConfigurationError
from ptlint.results.fingerprint import fingerprint
from ptlint.results.model import Finding

KNOWN = "known when the baseline was written"
"""The reason of what `baseline write` puts there."""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An accepted finding."""

    id: str
    reason: str
    rule: str = ""
    path: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    accept: list[Accepted] = []


def decode(text: bytes, name: str) -> tuple[Accepted, ...]:
    """Return the entries of a baseline or `.ptlint.toml`.

    Raises:
        ConfigurationError: it is none; names the file and the key.
    """
    try:
        entries = msgspec.convert(tomllib.loads(text.decode()), _File).accept
    except (ValueError, RecursionError) as error:  # TOML, UTF-8 and msgspec errors are ValueErrors
        raise ConfigurationError(f"{name}: {error}") from error
    for one in entries:
        if not one.reason.strip():
            raise ConfigurationError(f"{name}: {one.id}: the reason is missing")
    return tuple(entries)


def read_baseline(name: str) -> tuple[Accepted, ...]:
    """Return the entries of a baseline file.

    Raises:
        ConfigurationError: it cannot be read, or is none.
    """
    try:
        return decode(Path(name).read_bytes(), name)
    except OSError as error:
        raise ConfigurationError(f"{name}: cannot read the baseline: {error.strerror}") from error


def encode(entries: Iterable[Accepted]) -> str:
    """Return the text of a baseline, sorted, one entry for each id."""
    lines = ["# Findings that are accepted. `ptlint baseline prune` drops those that are gone.\n"]
    for one in sorted({one.id: one for one in entries}.values(), key=lambda one: (one.path, one.id)):
        lines.append("\n[[accept]]\n")
        lines += [
            f"{key} = {json.dumps(value)}\n"
            for key in ("id", "rule", "path", "reason")
            if (value := getattr(one, key))
        ]
    return "".join(lines)


def entry_of(finding: Finding, reason: str) -> Accepted:
    """Return the entry that accepts a finding."""
    return Accepted(fingerprint(finding), reason, finding.rule, finding.path)
