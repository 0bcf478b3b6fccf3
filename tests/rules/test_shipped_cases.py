# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped rules say of their own cases what these expect: a few rules in each run, others each time."""

from pathlib import Path

import pytest
from kernels.rotation import chosen

from ptlint.cli.session import analysis
from ptlint.results.cases import find_cases, run_case
from ptlint.results.engine import Engine
from ptlint.rules.loader import load_rule, shipped_folder
from ptlint.source.tree import DiskTree, Tree

FOLDERS = sorted(path.parent for path in shipped_folder().glob("*/rule.toml"))
EACH_RUN = 3


@pytest.fixture(scope="module")
def engine() -> Engine:
    """One for all rules: what the cases have in common is parsed once."""
    return analysis()


@pytest.fixture(scope="module")
def mini() -> Tree:
    return DiskTree(shipped_folder().parent / "fixtures" / "linux-mini")


@pytest.mark.parametrize(
    "folder", [pytest.param(one, id=one.name) for one in chosen(FOLDERS, EACH_RUN, "rule cases")]
)
def test_a_rule_passes_its_own_cases(folder: Path, engine: Engine, mini: Tree) -> None:
    rule = load_rule(folder)
    wrong = {case.name: run_case(case, rule, mini, engine) for case in find_cases(folder, rule)}
    assert len(wrong) >= 9, "a rule needs cases"
    assert {name: complaints for name, complaints in wrong.items() if complaints} == {}
