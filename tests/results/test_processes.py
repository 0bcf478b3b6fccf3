# SPDX-License-Identifier: GPL-2.0-or-later
"""Work in several processes: the answer is that of one, and so is what goes wrong."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ptlint.errors import TreeError
from ptlint.results.analysis import Analysis
from ptlint.results.engine import Request, StateResult
from ptlint.results.processes import can_fork, in_processes
from ptlint.rules.loader import load_rules, shipped_folder
from ptlint.source.tree import DiskTree, RecordingTree

MINI = Path(__file__).parents[2] / "fixtures/linux-mini"
ARCHS = ("x86_64", "i386", "openrisc")

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system cannot fork processes")


def quiet(text: str) -> None:
    """Tell nobody of the progress."""


def test_what_is_made_comes_in_the_order_of_the_names() -> None:
    said: list[str] = []

    def work(name: str, say: object) -> tuple[str, int]:
        assert callable(say)
        say(f"at {name}")
        return name, os.getpid()

    made = in_processes(work, ("a", "b", "c"), 2, said.append)
    assert [name for name, _ in made] == ["a", "b", "c"]
    assert len({*(process for _, process in made), os.getpid()}) == 4
    assert sorted(said) == ["at a", "at b", "at c"]


def test_what_a_user_can_cause_is_raised_as_it_was_for_the_first_of_the_names() -> None:
    def work(name: str, say: object) -> str:
        if name != "b":
            raise TreeError(f"{name}: no such tree")
        return name

    with pytest.raises(TreeError, match="a: no such tree"):
        in_processes(work, ("a", "b", "c"), 3, quiet)


def test_a_bug_comes_with_its_traceback() -> None:
    def faulty(name: str, say: object) -> str:
        raise KeyError(name)

    with pytest.raises(RuntimeError, match=r"in faulty\n.*\n.*KeyError: 'a'"):
        in_processes(faulty, ("a",), 2, quiet)


def test_a_process_that_is_killed_is_no_answer() -> None:
    def work(name: str, say: object) -> str:
        os._exit(9)

    with pytest.raises(RuntimeError, match=r"the process for [ab] ended with status 9"):
        in_processes(work, ("a", "b"), 2, quiet)


def answer(jobs: int) -> tuple[StateResult, RecordingTree]:
    tree = RecordingTree(DiskTree(MINI))
    request = Request(tree, ARCHS, (), (), "gcc-12", load_rules())
    analysis = Analysis(sorted((shipped_folder() / "facts").glob("*.toml")))
    return analysis.analyse(replace(request, jobs=jobs), quiet), tree


def test_the_number_of_jobs_changes_neither_the_answer_nor_what_it_rests_on() -> None:
    (one, alone), (two, together) = answer(1), answer(2)
    assert replace(one, footprint=None) == replace(two, footprint=None)
    assert one.footprint is not None
    assert two.footprint is not None
    assert one.footprint.read == two.footprint.read
    assert (alone.reads, alone.absent, alone.listed) == (together.reads, together.absent, together.listed)
