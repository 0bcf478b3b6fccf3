# SPDX-License-Identifier: GPL-2.0-or-later
"""The difference between two real kernels as a patch: laid over the first it gives the second."""

import random
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ptlint.errors import PatchDoesNotApply
from ptlint.source.patches import parse_series, place_series
from ptlint.source.tree import DiskTree

pytestmark = pytest.mark.kernel

FOLDERS = ("mm", "arch/x86/mm", "arch/x86/include/asm", "include/asm-generic", "include/linux")
HUNKS = 60


@cache
def difference(old: Path, new: Path) -> bytes:
    """Return the diff of the folders, with paths as in a repository."""
    with tempfile.TemporaryDirectory() as folder:

        def git(*arguments: str) -> bytes:
            command = ["git", f"--git-dir={folder}/git", *arguments]
            return subprocess.run(command, check=True, capture_output=True).stdout

        git("init", "-q", "--bare")
        trees: list[str] = []
        for root in (old, new):
            git("read-tree", "--empty")
            git(f"--work-tree={root}", "-C", str(root), "add", "--force", *FOLDERS)
            trees.append(git("write-tree").decode().strip())
        return git("diff-tree", "-r", "-p", "-M", "--text", *trees)


def test_all_of_it_gives_the_files_of_the_second(kernel_tree: Callable[[str], Path]) -> None:
    old, new = kernel_tree("6.12"), kernel_tree("latest")
    series = parse_series(difference(old, new), "diff")
    assert len(series.patches) == 1
    assert len(series.patches[0].files) > 500
    ((patch, applied),) = place_series(DiskTree(old), series)
    assert not [one for one in applied.placements if one.offset or one.fuzz]
    second = DiskTree(new)
    for change in patch.files:
        for path in (change.old_path, change.new_path):
            if path is not None:
                assert applied.tree.find(path) == second.find(path), path


def test_single_hunks_go_where_git_puts_them(kernel_tree: Callable[[str], Path], tmp_path: Path) -> None:
    """A hunk without those before it goes elsewhere than it says; git apply tells where, or refuses."""
    old, new = kernel_tree("6.12"), kernel_tree("latest")
    chance = random.Random(11)
    files = [b"diff --git " + one for one in difference(old, new).split(b"\ndiff --git ")[1:]]
    chosen = [one for one in files if one.count(b"\n@@ ") > 3 and b"\nrename" not in one]
    applied = 0
    for number in range(HUNKS):
        head, *hunks = chance.choice(chosen).split(b"\n@@ ")
        hunk = b"@@ " + chance.choice(hunks).rstrip(b"\n") + b"\n"
        text = head + b"\n" + hunk
        path = head.split(b" b/")[1].split(b"\n")[0].decode()
        work = tmp_path / str(number)
        (work / path).parent.mkdir(parents=True)
        (work / path).write_bytes((old / path).read_bytes())
        (work / "one.patch").write_bytes(text)
        done = subprocess.run(["git", "apply", "one.patch"], cwd=work, capture_output=True, check=False)
        try:
            ((_, placed),) = place_series(DiskTree(old), parse_series(text, "hunk"))
        except PatchDoesNotApply:
            assert done.returncode, f"git applies it, we do not: {path}\n{text.decode()}"
            continue
        if not done.returncode:
            applied += 1
            assert placed.tree.find(path) == (work / path).read_bytes(), path
    assert applied > HUNKS // 2
