# SPDX-License-Identifier: GPL-2.0-or-later
"""A change in several orders, over a real kernel: the patch that makes it unsafe is named."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from . import orders, series
from .rotation import chosen

PTLINT = os.environ.get("PTLINT", f"{sys.executable} -m ptlint.cli.main")
ORDERS = orders.load().order


def test_every_part_of_an_order_is_there() -> None:
    parts = [part.name for part in orders.load().part]
    assert len(parts) == len(set(parts))
    assert {name for order in ORDERS for patch in order.patches for name in patch} == set(parts)


def finding(patch: int, status: str, path: str) -> dict[str, Any]:
    return {
        "rule": "PTL001",
        "severity": "error",
        "status": status,
        "patch": patch,
        "path": path,
        "line": 1,
        "combinations": ["x86_64/1"],
    }


def test_a_result_is_judged_by_its_patches() -> None:
    order = next(order for order in ORDERS if order.name == "without-single")
    combination = {"id": "x86_64/1", "assignment": {"PT_RECLAIM": "y"}}
    result: dict[str, Any] = {
        "patches": [{"index": i, "applied": True} for i in (1, 2, 3)],
        "combinations": [combination],
        "findings": [finding(3, "new", "mm/mmu_gather.c")],
    }
    assert orders.judge(order, result) == ""
    result["findings"].append(finding(2, "new", "arch/x86/mm/pgtable.c"))
    assert orders.judge(order, result).startswith("patch 2: PTL001 arch/x86/mm/pgtable.c")
    result["findings"] = [finding(2, "new", "mm/mmu_gather.c")]
    assert orders.judge(order, result) == "patch 3: nothing new in mm/mmu_gather.c"
    combination["assignment"] = {"PT_RECLAIM": "n"}
    result["findings"] = []
    assert orders.judge(order, result, whole=False) == ""
    assert orders.judge(order, result) == "patch 3: nothing new in mm/mmu_gather.c"


@pytest.mark.kernel
def test_every_order_fits_its_kernel(kernel_tree: Callable[[str], Path]) -> None:
    for order in ORDERS:
        assert orders.mails(order, kernel_tree(orders.TREE)).count("\n---\n") == len(order.patches)


@pytest.mark.kernel
@pytest.mark.parametrize("order", chosen(ORDERS, 1, "orders"), ids=lambda order: str(order.name))
def test_the_patch_that_makes_it_unsafe_is_named(
    order: orders.Order, kernel_tree: Callable[[str], Path]
) -> None:
    root = kernel_tree(orders.TREE)
    one = str(root / "arch/x86/configs/x86_64_defconfig")
    further = () if os.environ.get("PTLINT_ALL") == "1" else ("--config", one)
    outcome = orders.run(order, root, PTLINT, further=further)
    assert isinstance(outcome, series.Outcome)
    assert outcome.passed, f"{order.what} {outcome.why}"
