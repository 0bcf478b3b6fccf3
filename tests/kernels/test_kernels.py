# SPDX-License-Identifier: GPL-2.0-or-later
"""The series over real kernels: a few cases per run, all with PTLINT_ALL=1. See rotation.py."""

import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from . import compare, rename, series
from .rotation import chosen

PTLINT = os.environ.get("PTLINT", f"{sys.executable} -m ptlint.cli.main")
Find = Callable[[str], Path]
Job = tuple[series.Case, str]

FAULTS = list(series.on_trees(series.faults()))
PAIRS = list(series.on_trees(series.pairs()))
REFACTORINGS = list(series.on_trees(series.refactorings()))
SEEN = tomllib.loads((Path(__file__).parent / "seen.toml").read_text(encoding="utf-8"))


def seen(kind: str, jobs: list[Job]) -> list[Job]:
    """Return the cases that the engine is known to get right; all with PTLINT_ALL=1 (seen.toml says more)."""
    if os.environ.get("PTLINT_ALL") == "1":
        return jobs
    return [job for job in jobs if f"{job[0].name}@{job[1]}" in SEEN[kind]]


TRANSFORMATIONS = list(series.on_trees(series.load("transformations.toml")))


def fewer(case: series.Case, root: Path, scratch: Path) -> tuple[str, ...]:
    """Return what restricts a run to one configuration; with PTLINT_ALL=1 it is over all."""
    return () if os.environ.get("PTLINT_ALL") == "1" else series.one_configuration(case, root, scratch)


def label(job: object) -> str:
    return f"{job[0].name}@{job[1]}" if isinstance(job, tuple) else str(job)


@pytest.mark.kernel
@pytest.mark.parametrize("version", ["7.3", "6.12"])
def test_every_edit_of_the_series_fits_its_kernel(version: str, kernel_tree: Find) -> None:
    root = kernel_tree(version)
    for case, tree in FAULTS + PAIRS + REFACTORINGS + TRANSFORMATIONS:
        if tree == version:
            assert "\n@@ " in series.series(case, root, tree), case.name


@pytest.mark.kernel
@pytest.mark.parametrize("job", chosen(seen("faults", FAULTS), 1, "faults"), ids=label)
def test_a_planted_fault_is_found(job: Job, kernel_tree: Find, tmp_path: Path) -> None:
    x86 = job[0].arch in ("x86_64", "i386")
    further = () if x86 else fewer(job[0], kernel_tree(job[1]), tmp_path)
    outcome = series.run(job[0], kernel_tree(job[1]), job[1], PTLINT, further=further)
    assert outcome.passed, f"{job[0].what} {outcome.why}"


@pytest.mark.kernel
@pytest.mark.parametrize("job", chosen(seen("pairs", PAIRS), 1, "pairs"), ids=label)
def test_a_bug_of_the_past_is_found_and_its_mend_is_met_with_silence(
    job: Job, kernel_tree: Find, tmp_path: Path
) -> None:
    further = fewer(job[0], kernel_tree(job[1]), tmp_path)
    outcome = series.run(job[0], kernel_tree(job[1]), job[1], PTLINT, further=further)
    assert outcome.passed, f"{job[0].what} {outcome.why}"


@pytest.mark.kernel
@pytest.mark.parametrize("job", chosen(seen("refactorings", REFACTORINGS), 1, "refactorings"), ids=label)
def test_a_harmless_change_is_met_with_silence(job: Job, kernel_tree: Find, tmp_path: Path) -> None:
    further = fewer(job[0], kernel_tree(job[1]), tmp_path)
    outcome = series.run(job[0], kernel_tree(job[1]), job[1], PTLINT, further=further)
    assert outcome.passed, f"{job[0].what} {outcome.why}"


@pytest.mark.kernel
@pytest.mark.parametrize(
    "job", chosen(seen("transformations", TRANSFORMATIONS), 1, "transformations"), ids=label
)
def test_verdicts_survive_code_moved_into_and_out_of_functions(
    job: Job, kernel_tree: Find, tmp_path: Path
) -> None:
    case, tree = job
    root, assume, command = kernel_tree(tree), series.assumptions(case, tree), PTLINT.split()
    further = fewer(case, root, tmp_path)
    before = compare.audit(command, root, case.arch, assume, further=further)
    lines = compare.reshaped_differences(
        case, root, tmp_path / "tree", tree, command, before, assume, further
    )
    assert not lines, "\n".join([case.what, *lines])


@pytest.mark.kernel
@pytest.mark.skipif(
    os.environ.get("PTLINT_ALL") != "1", reason="the renamed trees are compared with PTLINT_ALL=1"
)
@pytest.mark.parametrize("version", chosen(["7.3", "6.12"], 1, "renaming"))
def test_verdicts_and_reasons_survive_the_renaming_of_everything(
    version: str, kernel_tree: Find, tmp_path: Path
) -> None:
    root, command = kernel_tree(version), PTLINT.split()
    assume = ("PT_RECLAIM=y",) if version == "6.12" else ()
    names = rename.make(root, tmp_path / "tree")
    before = compare.sites(compare.audit(command, root, "x86_64", assume))
    after = compare.sites(compare.audit(command, tmp_path / "tree", "x86_64", assume), names.back())
    assert before, "the audit lists no site"
    assert not compare.differences(before, after), "\n".join(compare.differences(before, after))
