# SPDX-License-Identifier: GPL-2.0-or-later
"""What an answer rests on: a change of anything else leaves it as it is, to the byte."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEngine, diff, kernel

from ptlint.results.analysis import Analysis
from ptlint.results.cache import CachingEngine
from ptlint.results.engine import Request, StateResult
from ptlint.results.footprint import Footprint, unaffected
from ptlint.results.model import Result
from ptlint.results.run import patch
from ptlint.results.selection import Selection
from ptlint.rules.loader import load_rules, shipped_folder
from ptlint.source.patches import parse_series
from ptlint.source.repository import Repository
from ptlint.source.tree import DiskTree, MemoryTree, Overlay, Tree, read

MINI = Path(__file__).parents[2] / "fixtures/linux-mini"
CODE = b"int probe(struct dev *d)\n{\n\td->ops = start;\n\tone(d, &two);\n\treturn 0;\n}\n"
FOOTPRINT = Footprint(
    frozenset({"mm/a.c", "include/a.h"}),
    frozenset({"drivers/d.c"}),
    frozenset({"retire", "release", "d.h"}),
    frozenset({"retire", "helper"}),
)


def passes(path: str, old: bytes | None, new: bytes | None) -> bool:
    before = MemoryTree({} if old is None else {path: old})
    return unaffected(FOOTPRINT, before, Overlay(before, {path: new}), [path])


def test_nothing_is_loaded_that_only_an_analysis_needs() -> None:
    code = "import sys; import ptlint.results.run; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert {"tree_sitter", "ptlint.program.program"}.isdisjoint(out.split())


def test_what_was_read_matters_and_what_was_not_does_not() -> None:
    assert not passes("mm/a.c", CODE, CODE + b"\n")
    assert not passes("include/a.h", b"1", b"2")
    assert passes("mm/a.c", CODE, CODE)
    assert passes("arch/arm64/mm/mmu.c", CODE, b"pte_t *x;\n")
    assert passes("include/b.h", b"pte_t a;\n", b"pte_t b;\n")
    assert not passes("include/b.h", None, b"pte_t b;\n")
    assert not passes("drivers/d.c", CODE, None)
    assert not unaffected(None, MemoryTree({}), MemoryTree({}), ["mm/z.c"])


@pytest.mark.parametrize(
    ("old", "new", "passed"),
    [
        (b"return 0", b"return dev_err(d)", True),
        (b"return 0", b"pte_t e", False),  # a page-table type
        (b"return 0", b"retire(d)", False),  # a word that was looked for
        (b"return 0", b"my_retirement(d)", False),  # or a part of one
        (b"d->ops = start", b"d->ops = stop", True),
        (b"int probe", b'#include "d.h"\nint probe', False),
        (b"int probe", b"int helper(void)\n{\n\treturn 1;\n}\nint probe", False),  # a name that was resolved
    ],
)
def test_a_file_that_was_only_searched(old: bytes, new: bytes, passed: bool) -> None:
    assert passes("drivers/d.c", CODE, CODE.replace(old, new)) is passed


def test_a_name_that_was_mentioned_before_may_not_get_another_part() -> None:
    code = CODE.replace(b"&two", b"retire").replace(b"d->ops", b"d->release")
    assert passes("drivers/d.c", code, code.replace(b"return 0", b"return 1"))
    assert not passes("drivers/d.c", code, code.replace(b"retire)", b"retire + 1)"))  # its address was taken
    assert not passes("drivers/d.c", code, code.replace(b"= start", b"= stop"))
    assert not passes("drivers/d.c", code, code + b"EXPORT_SYMBOL(retire);\n")


def test_a_word_that_was_part_of_another_one_may_not_come_alone() -> None:
    code = CODE.replace(b"start", b"my_retirement")
    assert passes("drivers/d.c", code, code.replace(b"return 0", b"return 1"))
    assert not passes("drivers/d.c", code, code.replace(b"return 0", b"return retire(d)"))


def test_a_function_that_was_resolved_may_not_begin_to_free() -> None:
    code = CODE.replace(b"probe", b"helper")
    assert passes("drivers/d.c", code, code.replace(b"return 0", b"return 1"))
    assert not passes("drivers/d.c", code, code.replace(b"return 0", b"__free_pages(d, 0)"))


def analysed(tree: Tree) -> StateResult:
    request = Request(tree, ("x86_64",), (), (), "gcc-12", load_rules())
    engine = Analysis(sorted((shipped_folder() / "facts").glob("*.toml")))
    return engine.analyse(request, lambda text: None)


def test_the_answer_for_what_passes_is_the_same() -> None:
    makefile = "mm/Makefile"
    quiet = {makefile: read(DiskTree(MINI), makefile) + b"obj-y += quiet.o\n", "mm/quiet.c": b"int quiet;\n"}
    base = Overlay(DiskTree(MINI), {path: text for path, text in quiet.items()})
    before = analysed(base)
    assert before.footprint is not None
    assert {"mm/Kconfig", "mm/memory.c", "include/linux/mm.h"} <= before.footprint.read
    added = b"static int added(int a)\n{\n\treturn a + 1;\n}\n"
    path = next(
        path
        for path in sorted(before.footprint.texts)
        if unaffected(before.footprint, base, Overlay(base, {path: read(base, path) + added}), [path])
    )
    after = analysed(Overlay(base, {path: read(base, path) + added}))
    assert replace(after, footprint=None) == replace(before, footprint=None)


def test_the_answer_for_one_commit_serves_the_next(tmp_path: Path) -> None:
    root = tmp_path / "linux"
    shutil.copytree(MINI, root)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false")
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "start")

    asked: list[Request] = []

    class Counting:
        def analyse(self, request: Request, progress: object) -> StateResult:
            asked.append(request)
            return StateResult("7", "gcc-12", (), (), (), (), (), 0, 0, footprint=FOOTPRINT)

    def answer() -> int:
        tree = Repository(root).tree("HEAD")
        CachingEngine(Counting(), tmp_path / "cache").analyse(
            Request(tree, ("x86_64",), (), (), "gcc-12", ()), lambda text: None
        )
        return len(asked)

    assert (answer(), answer()) == (1, 1)
    (root / "README.md").write_text("other")
    git("commit", "-q", "-a", "-m", "text")
    assert answer() == 1
    (root / "mm/a.c").write_text("int x;\n")
    git("add", "-A")
    git("commit", "-q", "-m", "code")
    assert answer() == 2


class Noting(FakeEngine):
    """The engine of the tests, with a footprint on all that it may read."""

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        found = super().analyse(request, progress)
        return replace(
            found, footprint=Footprint(frozenset({"mm/a.c"}), frozenset(), *[frozenset[str]()] * 2)
        )


def test_a_state_that_a_patch_leaves_as_it_was_is_not_analysed_again() -> None:
    faulty = "void f(void)\n{\n\ttwo(); // finding: PTL001 table-a\n}\n"
    clean = faulty.replace(" // finding: PTL001 table-a", "")
    files = {"mm/a.c": clean, "arch/arm64/mm/b.h": "1\n"}
    mails = "".join(
        diff(path, before, after, "change", number, 4)
        for number, (path, before, after) in enumerate(
            [
                ("arch/arm64/mm/b.h", "1\n", "2\n"),
                ("mm/a.c", clean, faulty),
                ("arch/arm64/mm/b.h", "2\n", "3\n"),
                ("mm/a.c", faulty, clean),
            ],
            1,
        )
    )

    def run(engine: FakeEngine) -> Result:
        request = Request(MemoryTree(kernel(files)), ("x86_64",), (), (), "gcc-12", load_rules())
        selection = Selection((), frozenset({"PTL001"}))
        series = parse_series(mails.encode(), "s")
        found = patch(request, series, selection, engine, lambda text: None, final=False).result
        return replace(found, stats=replace(found.stats, seconds=0.0))

    noting, plain = Noting(), FakeEngine()
    found = run(plain)
    assert run(noting) == found
    assert [(one.status, one.patch) for one in found.findings] == [("new", 2), ("fixed", 4)]
    assert (len(noting.requests), len(plain.requests)) == (3, 5)
