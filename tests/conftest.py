# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures shared by all tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

VERSIONS = {"6.12": "linux-source-6.12", "latest": "latest"}


def kernels_home() -> Path:
    """Return the folder that holds unpacked kernel trees ($PTLINT_KERNELS, else the user's cache)."""
    return Path(os.environ.get("PTLINT_KERNELS", Path.home() / ".cache/ptlint/kernels"))


@pytest.fixture(scope="session")
def kernel_tree() -> Callable[[str], Path]:
    """Return a function from a version ("6.12" or "latest") to its tree; skips where there is none."""

    def find(version: str) -> Path:
        root = kernels_home() / VERSIONS.get(version, f"linux-source-{version}")
        if not (root / "Kconfig").is_file():
            pytest.skip(f"no kernel tree {version}: unpack one to {root} or set PTLINT_KERNELS")
        return root.resolve()

    return find
