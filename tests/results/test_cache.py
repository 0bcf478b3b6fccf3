# SPDX-License-Identifier: GPL-2.0-or-later
"""A stored answer is given again only while all that it rests on is unchanged."""

import os
import time
from dataclasses import replace
from pathlib import Path

import fakes
import pytest

from ptlint.results.cache import CachingEngine
from ptlint.results.engine import Request, StateResult
from ptlint.rules.loader import load_rules
from ptlint.source.tree import DiskTree, MemoryTree, Overlay, Tree

LONG_AGO = time.time_ns() - 3_600_000_000_000
TEXT = "void f(void)\n{\n\tx(); // finding: PTL001 table-a\n}\n"


class Bench:
    """A tree on disk, an engine that counts, and a cache around it."""

    def __init__(self, folder: Path) -> None:
        self.root = fakes.write_kernel(folder / "tree", {"mm/a.c": TEXT, "mm/other.h": "int x;\n"})
        self.engine = fakes.FakeEngine()
        self.folder = folder / "runs"

    def ask(self, changes: dict[str, bytes | None] | None = None, **asked: object) -> StateResult:
        tree: Tree = DiskTree(self.root)
        if changes is not None:
            tree = Overlay(tree, changes)
        request = Request(tree, ("x86_64",), (), (), "gcc-12", load_rules())
        request = replace(request, **asked)  # type: ignore[arg-type]
        return CachingEngine(self.engine, self.folder).analyse(request, lambda text: None)

    @property
    def runs(self) -> int:
        return len(self.engine.requests)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_second_answer_is_the_first_one_and_not_computed(bench: Bench) -> None:
    first = bench.ask()
    assert bench.ask() == first
    assert bench.runs == 1
    assert first.findings[0].trace and first.combinations[0].assignment == {"PT_RECLAIM": "y"}


@pytest.mark.parametrize(
    ("path", "content", "again"),
    [
        ("mm/a.c", b"", True),
        ("mm/a.c", TEXT.replace("table-a", "table-b").encode(), True),
        ("mm/new.c", b"", True),
        ("arch/new.c", b"", True),
        ("mm/other.h", b"changed, but never read\n", False),
        ("combinations", b"x86_64/1 PT_RECLAIM=n\n", True),
        ("Makefile", fakes.MAKEFILE + b"\n", True),
        ("mm/a.c", TEXT.encode(), False),
    ],
)
def test_a_change_counts_if_the_answer_rests_on_it(
    bench: Bench, path: str, content: bytes, again: bool
) -> None:
    bench.ask()
    (bench.root / path).write_bytes(content)
    bench.ask()
    assert bench.runs == (2 if again else 1)


def test_a_removed_file_counts(bench: Bench) -> None:
    bench.ask()
    (bench.root / "mm/a.c").unlink()
    assert bench.ask().findings == ()


def test_a_change_of_the_same_size_and_time_counts(bench: Bench) -> None:
    path = bench.root / "mm/a.c"
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    bench.ask()
    path.write_text(TEXT.replace("table-a", "table-b"))
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    assert bench.ask().findings[0].identity == ("table-b",)
    assert bench.runs == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"archs": ("i386",)},
        {"archs": ("i386", "x86_64")},
        {"configs": (("c", "CONFIG_A=y\n"),)},
        {"assume": (("A", "y"),)},
        {"toolchain": "gcc-13"},
        {"rules": load_rules()[:1]},
        {"changes": {"mm/a.c": b""}},
        {"changes": {"mm/a.c": None}},
    ],
    ids=str,
)
def test_another_question_is_another_answer(bench: Bench, asked: dict[str, object]) -> None:
    bench.ask()
    bench.ask(**asked)  # type: ignore[arg-type]
    assert bench.runs == 2
    bench.ask(**asked)  # type: ignore[arg-type]
    bench.ask()
    assert bench.runs == 2


def test_paths_and_jobs_change_nothing(bench: Bench) -> None:
    bench.ask(paths=("mm",), jobs=2)
    bench.ask(paths=(), jobs=1)
    assert bench.runs == 1
    assert bench.engine.requests[0].paths == ()


def test_an_edited_rule_is_another_question(bench: Bench) -> None:
    rules = load_rules()
    bench.ask(rules=rules)
    bench.ask(rules=(replace(rules[0], digest="other"), *rules[1:]))
    assert bench.runs == 2


def test_what_lies_under_a_patch_still_counts(bench: Bench) -> None:
    changes: dict[str, bytes | None] = {"mm/b.c": b""}
    bench.ask(changes)
    (bench.root / "mm/a.c").write_text(TEXT + "\n// finding: PTL002 table-b\n")
    assert len(bench.ask(changes).findings) == 2


def test_a_damaged_entry_is_as_none(bench: Bench) -> None:
    bench.ask()
    for path in bench.folder.iterdir():
        path.write_bytes(path.read_bytes()[:-10])
    bench.ask()
    assert bench.runs == 2


def test_a_cache_that_cannot_be_written_is_no_error(bench: Bench) -> None:
    bench.folder.write_text("no folder")
    assert bench.ask() == bench.ask()
    assert bench.runs == 2


def test_what_is_not_on_disk_or_comes_from_the_host_is_not_kept(bench: Bench) -> None:
    bench.ask(tree=MemoryTree(fakes.kernel({})))
    bench.ask(tree=MemoryTree(fakes.kernel({})))
    bench.ask(toolchain="host")
    bench.ask(toolchain="host")
    assert bench.runs == 4


def test_files_that_were_not_touched_are_not_read_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 60_000_000_000)
    bench.ask()
    seen: list[str] = []
    find = DiskTree.find
    monkeypatch.setattr(DiskTree, "find", lambda tree, path: seen.append(path) or find(tree, path))
    bench.ask()
    assert bench.runs == 1
    assert seen == ["combinations"]  # absent: no stat could tell


def test_a_file_of_about_now_is_not_trusted_by_its_stat(bench: Bench) -> None:
    bench.ask()
    entry = next(bench.folder.iterdir()).read_text()
    assert '"stat":null' in entry and '"stat":[' not in entry


def test_three_thousand_files_are_checked_in_a_moment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3000):
        (bench.root / "mm" / f"f{number}.c").write_text(f"int f{number};\n")
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 60_000_000_000)
    bench.ask()
    started = time.perf_counter()
    bench.ask()
    assert bench.runs == 1
    assert time.perf_counter() - started < 1.0
