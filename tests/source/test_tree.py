# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees on disk, in memory, with changes laid over, and recorded."""

import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ptlint.errors import TreeError
from ptlint.source.tree import (
    DiskTree,
    MemoryTree,
    Overlay,
    RecordingTree,
    Tree,
    content_digest,
    entries_digest,
    is_kernel_tree,
    read,
    version,
    walk,
)

MAKEFILE = b"# comment\nVERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\nEXTRAVERSION =\nNAME = Any\n"
FILES = {
    "Makefile": MAKEFILE,
    "Kconfig": b'source "mm/Kconfig"\n',
    "mm/Kconfig": b"config A\n\tbool\n",
    "mm/a.c": b"int a;\n",
    "mm/b.h": b"",
    "mm/sub/c.c": b"int c;\n",
    "mm.c": b"",
}


def on_disk(root: Path, files: dict[str, bytes]) -> DiskTree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return DiskTree(root)


@pytest.fixture(params=["disk", "memory", "overlay", "recording"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    if request.param == "disk":
        return on_disk(tmp_path, FILES)
    if request.param == "memory":
        return MemoryTree(FILES)
    if request.param == "recording":
        return RecordingTree(MemoryTree(FILES))
    some = {path: content for path, content in FILES.items() if not path.startswith("mm/")}
    rest = {path: content for path, content in FILES.items() if path.startswith("mm/")}
    return Overlay(MemoryTree(some | {"mm/a.c": b"old", "gone/x/y.c": b""}), rest | {"gone/x/y.c": None})


def test_all_trees_give_the_same_answers(tree: Tree) -> None:
    assert tree.find("mm/a.c") == b"int a;\n"
    assert tree.find("mm/b.h") == b""
    assert tree.find("mm") is None
    assert tree.find("mm/") is None
    assert tree.find("") is None
    assert tree.find("mm/none.c") is None
    assert tree.find("none/none.c") is None
    assert tree.find("mm/a.c/b") is None
    assert tree.entries("") == ("Kconfig", "Makefile", "mm.c", "mm/")
    assert tree.entries("mm") == tree.entries("mm/") == ("Kconfig", "a.c", "b.h", "sub/")
    assert tree.entries("mm/a.c") == tree.entries("none") == tree.entries("gone") == ()
    assert tree.digest("mm/a.c") == content_digest(b"int a;\n")
    assert tree.digest("mm/none.c") is None
    assert list(walk(tree, "", (".c",))) == ["mm.c", "mm/a.c", "mm/sub/c.c"]
    assert list(walk(tree, "mm/", (".c", ".h"))) == ["mm/a.c", "mm/b.h", "mm/sub/c.c"]
    assert list(walk(tree, "mm/a.c", (".c",))) == ["mm/a.c"]
    assert list(walk(tree, "none", (".c",))) == []


def test_dots_are_resolved_inside_the_tree_and_never_leave_it(tree: Tree) -> None:
    assert tree.find("mm/sub/../a.c") == b"int a;\n"
    assert tree.find("./mm//a.c") == b"int a;\n"
    assert tree.digest("mm/./a.c") == content_digest(b"int a;\n")
    assert tree.entries("mm/..") == tree.entries("")
    for path in (
        "../Makefile",
        "mm/../../Makefile",
        "/Makefile",
        "/etc/passwd",
        "//etc/passwd",
        "mm/..",
        ".",
    ):
        assert tree.find(path) is None, path
        assert tree.digest(path) is None, path
    assert tree.entries("..") == tree.entries("/") == tree.entries("/etc") == ()
    assert list(walk(tree, "..", ("",))) == []


def test_hostile_names_are_absent_files(tree: Tree) -> None:
    for path in ("mm/a.c\0", "\0", "mm/\udcff.c", "x" * 100_000, "a/" * 20_000 + "b"):
        assert tree.find(path) is None
        assert tree.entries(path) == ()


def test_symbolic_links_are_followed_inside_the_tree_only(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    root = tmp_path / "tree"
    (root / "mm").mkdir(parents=True)
    (root / "mm/a.c").write_bytes(b"int a;\n")
    os.symlink("a.c", root / "mm/file.c")
    os.symlink("../mm", root / "mm/self")
    os.symlink("../../secret", root / "mm/out.c")
    os.symlink(tmp_path, root / "out")
    os.symlink("nowhere", root / "mm/dangling.c")
    os.symlink("loop.c", root / "mm/loop.c")
    tree = DiskTree(root)
    assert tree.find("mm/file.c") == b"int a;\n"
    assert tree.find("mm/self/self/a.c") == b"int a;\n"
    assert tree.find("mm/out.c") is None
    assert tree.find("out/secret") is None
    assert tree.find("mm/loop.c") is None
    assert tree.entries("mm") == ("a.c", "file.c")
    assert list(walk(tree, "", (".c",))) == ["mm/a.c", "mm/file.c"]


def test_a_tree_may_itself_be_reached_through_a_link(tmp_path: Path) -> None:
    on_disk(tmp_path / "real", FILES)
    os.symlink("real", tmp_path / "latest")
    assert read(DiskTree(tmp_path / "latest"), "mm/a.c") == b"int a;\n"


def test_what_is_no_regular_file_is_absent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.c")
    tree = DiskTree(tmp_path)
    assert tree.find("pipe.c") is None
    assert tree.entries("") == ()


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="no such directory"):
        DiskTree(tmp_path / "none")


def test_a_disk_tree_travels_to_another_process_without_its_cache(tmp_path: Path) -> None:
    tree = on_disk(tmp_path, FILES)
    before = len(pickle.dumps(tree))
    tree.find("mm/a.c")
    copy = pickle.loads(pickle.dumps(tree))
    assert len(pickle.dumps(tree)) == before
    assert copy.find("mm/a.c") == b"int a;\n"


def test_read_names_the_missing_file() -> None:
    with pytest.raises(TreeError, match=r"mm/x\.c: no such file"):
        read(MemoryTree({}), "mm/x.c")


def test_version_is_that_of_the_makefile() -> None:
    assert version(MemoryTree(FILES)) == "7.3.4"
    candidate = b"VERSION = 7\nPATCHLEVEL = 4\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\nVERSION = 9\n"
    assert version(MemoryTree({"Makefile": candidate})) == "7.4.0-rc1"
    with pytest.raises(TreeError, match="not the top"):
        version(MemoryTree({"Makefile": b"all:\n"}))


def test_kernel_trees_are_told_from_others() -> None:
    assert is_kernel_tree(MemoryTree(FILES))
    assert not is_kernel_tree(MemoryTree({}))
    assert not is_kernel_tree(MemoryTree({"Makefile": MAKEFILE, "Kconfig": b""}))
    assert not is_kernel_tree(MemoryTree(FILES | {"Makefile": b"all:\n"}))


def test_paths_outside_are_refused_when_a_tree_is_made() -> None:
    with pytest.raises(TreeError):
        MemoryTree({"../x": b""})
    with pytest.raises(TreeError):
        Overlay(MemoryTree({}), {"/x": b""})


def test_overlays_of_a_series_stay_one_deep() -> None:
    base = MemoryTree(FILES)
    first = Overlay(base, {"mm/a.c": b"1", "mm/new.c": b"n"})
    second = Overlay(first, {"mm/a.c": b"2", "mm/new.c": None})
    assert second.base is base
    assert first.find("mm/a.c") == b"1"
    assert second.find("mm/a.c") == b"2"
    assert second.find("mm/new.c") is None
    assert second.entries("mm") == base.entries("mm")
    assert second.digest("mm/a.c") == content_digest(b"2")


def test_a_directory_that_lost_all_its_files_is_gone() -> None:
    tree = Overlay(MemoryTree(FILES), {"mm/sub/c.c": None})
    assert tree.entries("mm") == ("Kconfig", "a.c", "b.h")
    assert tree.entries("mm/sub") == ()


def test_a_recording_knows_what_was_asked() -> None:
    tree = RecordingTree(MemoryTree(FILES))
    tree.find("mm/a.c")
    tree.find("mm/none.c")
    tree.digest("Kconfig")
    tree.entries("mm")
    assert tree.reads == {
        "mm/a.c": content_digest(FILES["mm/a.c"]),
        "Kconfig": content_digest(FILES["Kconfig"]),
    }
    assert tree.absent == {"mm/none.c"}
    assert tree.listed == {"mm": entries_digest(("Kconfig", "a.c", "b.h", "sub/"))}


@pytest.mark.kernel
def test_probing_absent_headers_of_a_real_tree_is_cheap(kernel_tree: Callable[[str], Path]) -> None:
    tree = DiskTree(kernel_tree("latest"))
    assert is_kernel_tree(tree)
    assert version(tree).startswith("7.")
    names = [name for name in tree.entries("include/linux") if name.endswith(".h")]
    started = time.perf_counter()
    for directory in ("arch/x86/include", "arch/x86/include/generated", "include/nowhere/else"):
        for name in names:
            assert tree.find(f"{directory}/linux/{name}") is None
    assert time.perf_counter() - started < 0.5
    assert "mm/mmu_gather.c" in list(walk(tree, "mm", (".c",)))
