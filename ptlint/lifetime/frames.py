# SPDX-License-Identifier: GPL-2.0-or-later
"""One activation of a function on the walk's call stack."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from ptlint.lifetime.sites import SiteKey
from ptlint.program.program import Definition


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One activation. `sites` are the places of the call that made it, empty for a root.

    `passed` are the objects that its arguments hand over, `carried` the storage they point to.
    """

    definition: Definition
    number: int  # the same for the same call on the same stack
    depth: int
    parent: Frame | None
    sites: tuple[SiteKey, ...] = ()
    passed: frozenset[int] = frozenset()
    carried: frozenset[Hashable] = frozenset()
    kernel: bool = False  # the call names the kernel's address space beside what it hands over
