# SPDX-License-Identifier: GPL-2.0-or-later
"""Which cases a run of the test suite takes: a few, others each time, all with PTLINT_ALL=1.

The choice follows the environment variable PTLINT_ROTATION, else the commit that is checked out, so that
a failure can be repeated and no case is left out for ever.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def seed() -> str:
    """Return what the choice follows."""
    given = os.environ.get("PTLINT_ROTATION")
    if given:
        return given
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return head.stdout.strip() or "0"


def chosen(items: Sequence[T], count: int, salt: str) -> list[T]:
    """Return `count` of the items, in their order. `salt` keeps the choices of different tests apart."""
    if os.environ.get("PTLINT_ALL") == "1" or count >= len(items):
        return list(items)
    picked = random.Random(f"{seed()} {salt}").sample(range(len(items)), count)
    return [items[i] for i in sorted(picked)]
