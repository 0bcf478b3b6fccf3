# SPDX-License-Identifier: GPL-2.0-or-later
"""What a rule on touched code says of one place, before it is known which patch of a series is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptlint.results.model import Status, Step


@dataclass(frozen=True, slots=True)
class Claim:
    """A violation. It is no finding yet: the combinations and the patch are missing."""

    path: str
    line: int
    column: int
    fields: Mapping[str, str]  # for the message of the rule
    trace: tuple[Step, ...]
    identity: tuple[str, ...]
    status: Status
    symbols: frozenset[str]  # that are not defined
    function: str | None = None
    further: tuple[tuple[Step, ...], ...] = ()
    archs: tuple[str, ...] = ()  # whose code it is; () is all
