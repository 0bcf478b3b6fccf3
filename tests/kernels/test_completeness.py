# SPDX-License-Identifier: GPL-2.0-or-later
"""Random configurations of conf's against a run over all: two per run of the tests, others each time.

`python -m tests.kernels.completeness` compares many, and reasons and conditions of findings as well.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from .completeness import Whole, random_configurations
from .rotation import chosen

FIRST = 100
CONFIGURATIONS = chosen(range(FIRST, FIRST + 10), 2, "random configurations")


@pytest.mark.kernel
def test_no_verdict_of_a_random_configuration_is_unknown_to_the_run(
    kernel_tree: Callable[[str], Path],
) -> None:
    root = kernel_tree("latest")
    texts = [one for seed in CONFIGURATIONS for one in random_configurations(root, "x86_64", 1, seed)]
    whole = Whole(root, "x86_64")
    compared = [whole.compared(name, text) for name, text in texts]
    assert all(one.said > 50 for one in compared)
    assert [one.verdicts for one in compared] == [()] * len(compared)
