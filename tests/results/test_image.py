# SPDX-License-Identifier: GPL-2.0-or-later
"""What one run has found serves the next, in another process as well, and changes no answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptlint.results.analysis import Analysis
from ptlint.results.caches import Caches
from ptlint.results.engine import Request, StateResult
from ptlint.results.image import Remembering
from ptlint.rules.loader import load_rules, shipped_folder
from ptlint.source.tree import DiskTree, Overlay, Tree

MINI = Path(__file__).parents[2] / "fixtures/linux-mini"
FACTS = sorted((shipped_folder() / "facts").glob("*.toml"))

AGAIN = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_image import Run
run = Run(Path(sys.argv[1]))
run.answer()
print(run.known, run.analysis.caches.size)
"""


class Run:
    """A run that begins with the image of an earlier one; `known` is how much that held."""

    def __init__(self, folder: Path, tree: Tree | None = None) -> None:
        self.analysis = Analysis(FACTS)
        self.engine = Remembering(self.analysis, folder)
        self.tree = tree or DiskTree(MINI)
        self.known = 0

    def answer(self) -> StateResult:
        request = Request(self.tree, ("x86_64",), (), (), "gcc-12", load_rules(), closed=True)
        return self.engine.analyse(request, self.note)

    def read(self) -> Caches:
        self.answer()
        return self.analysis.caches

    def note(self, text: str) -> None:
        if text.endswith("reading the Kconfig of x86_64"):
            self.known = self.analysis.caches.size


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, StateResult]:
    folder = tmp_path_factory.mktemp("images")
    return folder, Run(folder).answer()


def test_a_later_run_lowers_and_walks_nothing_again(first: tuple[Path, StateResult]) -> None:
    folder, answer = first
    run = Run(folder)
    assert run.answer() == answer
    assert run.known == run.analysis.caches.size > 100


def test_another_process_can_use_what_this_one_has_found(first: tuple[Path, StateResult]) -> None:
    folder, _ = first
    here = [str(Path(__file__).parent), *(path for path in sys.path if path)]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    command = [sys.executable, "-c", AGAIN, str(folder), *here]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    known, after = printed.split()
    assert known == after != "0"


def test_a_patch_finds_the_rest_there_and_leaves_nothing(first: tuple[Path, StateResult]) -> None:
    folder, _ = first
    (image,) = folder.iterdir()
    before = image.read_bytes()
    path = "mm/memory.c"
    patched = Overlay(DiskTree(MINI), {path: b"/* moved */\n" + (MINI / path).read_bytes()})
    run, alone = Run(folder, patched), Run(folder / "none", patched)
    assert run.answer() == alone.answer()
    assert run.known > 100
    assert image.read_bytes() == before
    assert not (folder / "none").exists()


def test_what_moved_is_not_walked_again(first: tuple[Path, StateResult]) -> None:
    folder, _ = first
    paths = sorted(path for suffix in ("c", "h") for path in MINI.rglob(f"*.{suffix}"))
    moved: dict[str, bytes | None] = {
        str(path.relative_to(MINI)): b"/*\n" * (1 + number % 3) + b"*/\n" + path.read_bytes()
        for number, path in enumerate(paths)
    }
    run, alone = (Run(one, Overlay(DiskTree(MINI), moved)) for one in (folder, folder / "none"))
    answer = run.answer()
    (before,) = (watch.walks.size for watch in Run(folder).read().watches.values())
    (after,) = (watch.walks.size for watch in run.analysis.caches.watches.values())
    assert before == after
    assert answer == alone.answer()


HEADER = "include/linux/mm.h"


def test_what_a_skipped_call_does_matters_only_if_it_is_entered_then(first: tuple[Path, StateResult]) -> None:
    folder, old = first
    empty, text = b"table_lock_free(struct ptdesc *pt)\n{\n", (MINI / HEADER).read_bytes()
    assert empty + b"}" in text
    for body, entered in ((b"\tpt->flags = 0;\n", False), (b"\t__ptdesc_put(pt);\n", True)):
        changed = Overlay(DiskTree(MINI), {HEADER: text.replace(empty + b"}", empty + body + b"}")})
        run, alone = Run(folder, changed), Run(folder / "none", changed)
        answer = run.answer()
        (before,) = (watch.walks.size for watch in Run(folder).read().watches.values())
        (after,) = (watch.walks.size for watch in run.analysis.caches.watches.values())
        assert (before != after, answer.findings != old.findings) == (entered, entered)
        assert answer == alone.answer()


def test_what_is_nested_too_deep_is_not_kept(tmp_path: Path) -> None:
    run = Run(tmp_path)
    deep: tuple[object, ...] = ()
    for _ in range(100_000):
        deep = (deep,)
    run.analysis.caches.watches["deep",] = deep  # type: ignore[assignment]
    run.engine._write(tmp_path / "image", 1)
    assert list(tmp_path.iterdir()) == []


def test_code_that_was_replaced_meanwhile_does_not_vouch_for_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path)
    monkeypatch.setattr("ptlint.results.image.program_versions", lambda: ("newer",))
    run.engine._write(tmp_path / "image", 1)
    assert Remembering(run.analysis, tmp_path)._versions == ("newer",)
    assert b'"newer"' not in (tmp_path / "image").read_bytes().partition(b"\n")[0]


def test_what_cannot_be_trusted_is_replaced(first: tuple[Path, StateResult], tmp_path: Path) -> None:
    (image,) = first[0].iterdir()
    whole = image.read_bytes()
    cut, other = whole[:-1] + b"?", whole.replace(b'"versions":["', b'"versions":["0', 1)
    for number, (content, mode) in enumerate(((cut, 0o600), (other, 0o600), (whole, 0o666), (b"", 0o600))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / image.name).write_bytes(content)
        (folder / image.name).chmod(mode)
        run = Run(folder)
        run.answer()
        assert run.known == 0
        following = Run(folder)  # a good one took its place
        following.answer()
        assert following.known > 100
