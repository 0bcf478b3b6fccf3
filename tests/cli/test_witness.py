# SPDX-License-Identifier: GPL-2.0-or-later
"""`ptlint configs` and `ptlint witness`, with the real engine on a tree that is little but Kconfig files."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import fakes
import pytest

from ptlint.cli.main import main

KCONFIG = """\
config SMP
	bool "smp"
config PARAVIRT
	bool "paravirt"
config MMU
	def_bool y
config MMU_GATHER_RCU_TABLE_FREE
	def_bool SMP || PARAVIRT
config PT_RECLAIM
	def_bool y
	depends on MMU_GATHER_RCU_TABLE_FREE
"""
FILES = {
    "Makefile": "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n",
    "Kconfig": KCONFIG,
    "Kbuild": "",
    "mm/Kconfig": "",
    "arch/x86/Kconfig": "",
    "arch/x86/Makefile": "KBUILD_DEFCONFIG := $(ARCH)_defconfig\n",
    "arch/x86/configs/x86_64_defconfig": "CONFIG_SMP=y\n",
}
ALWAYS = KCONFIG.replace("\tdepends on MMU_GATHER_RCU_TABLE_FREE\n", "")
FREE = "# CONFIG_SMP is not set\n"

Out = tuple[int, str, str]
Ptlint = Callable[..., Out]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (tmp_path / "always.patch").write_text(fakes.mbox("Kconfig", [KCONFIG, ALWAYS]))
    return root


@pytest.fixture
def ptlint(
    capsys: pytest.CaptureFixture[str], tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ptlint:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tree)

    def run(*argv: str | Path) -> Out:
        status = main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def broken(tree: Path) -> None:
    (tree / "Kconfig").write_text(ALWAYS)


def finding_of(ptlint: Ptlint, *argv: str | Path) -> str:
    """Return the id of the only finding of a run."""
    status, out, err = ptlint(*argv)
    assert (status, err) == (1, ""), out
    (found,) = (line.split()[1] for line in out.splitlines() if line.startswith("  id: "))
    return found


def git(where: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false")
    environment = {"PATH": os.environ["PATH"], "HOME": str(where), "GIT_CONFIG_GLOBAL": "/dev/null"}
    subprocess.run(["git", *who, *arguments], cwd=where, check=True, capture_output=True, env=environment)


def test_the_combinations_of_a_git_range_are_those_of_its_states(
    ptlint: Ptlint, tree: Path, tmp_path: Path
) -> None:
    git(tree, "init", "-q", "-b", "main")
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "-m", "start")
    broken(tree)
    git(tree, "commit", "-q", "-a", "-m", "always")
    as_patch = ptlint("configs", tmp_path / "always.patch", "--base", "HEAD^")
    assert as_patch[0] == 0
    assert ptlint("configs", "HEAD^..HEAD") == as_patch
    assert "shows PTL011" in as_patch[1]


def test_the_combinations_of_a_run_are_listed(ptlint: Ptlint, tree: Path) -> None:
    assert ptlint("configs") == (0, "x86_64/1  x86_64  y  no finding\n", "")
    broken(tree)
    status, out, _ = ptlint("configs")
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == ["x86_64/1", "x86_64/2"]
    assert out.splitlines()[1].endswith("shows PTL011 Kconfig:9")


def test_each_configuration_is_written(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    broken(tree)
    assert ptlint("configs", "--emit", tmp_path / "out" / "configs")[0] == 0
    texts = {path.name: path.read_text() for path in (tmp_path / "out" / "configs").iterdir()}
    assert sorted(texts) == ["x86_64-1.config", "x86_64-2.config"]
    assert "CONFIG_SMP=y\n" in texts["x86_64-1.config"]
    assert FREE in texts["x86_64-2.config"] and "CONFIG_PT_RECLAIM=y\n" in texts["x86_64-2.config"]
    status, _, err = ptlint("configs", "--emit", tree / "Makefile")
    assert status == 2 and "cannot write to it" in err


def test_a_patch_is_recognised_by_its_name(ptlint: Ptlint, tmp_path: Path) -> None:
    out = ptlint("configs", tmp_path / "always.patch")[1]
    assert "shows PTL011 Kconfig:9" in out
    status, _, err = ptlint("configs", "mm", "--base", "HEAD")
    assert (status, err) == (2, "ptlint: --base goes with patches, and none is given\n")
    assert ptlint("configs", "mm")[1] == "x86_64/1  x86_64  y  no finding\n"


def test_a_witness_says_what_to_set_and_how_to_compile(ptlint: Ptlint, tree: Path) -> None:
    broken(tree)
    found = finding_of(ptlint, "check")
    status, out, err = ptlint("witness", found[:8])
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if not line.startswith("# ")] == []
    assert out.splitlines()[-1] == FREE.strip()
    assert "#   make ARCH=x86_64 defconfig" in out
    assert "#   make ARCH=x86_64 olddefconfig" in out
    assert "no real configuration" not in out
    full = ptlint("witness", found, "--full")[1]
    assert "CONFIG_PT_RECLAIM=y\n" in full and FREE in full


def test_a_witness_knows_the_patch(ptlint: Ptlint, tmp_path: Path) -> None:
    found = finding_of(ptlint, "patch", tmp_path / "always.patch")
    assert ptlint("witness", found)[1].endswith(FREE)


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        ("SMP", "SMP && PARAVIRT", ["existing", "new"]),
        ("SMP && PARAVIRT", "SMP", ["existing", "fixed"]),
        ("SMP", "PARAVIRT", ["existing", "fixed", "new"]),
        ("SMP", "SMP && MMU", ["existing"]),
        ("y", "SMP", ["new"]),
        ("SMP", "y", ["fixed"]),
    ],
)
def test_what_a_patch_makes_feasible_is_new(
    ptlint: Ptlint, tree: Path, tmp_path: Path, before: str, after: str, events: list[str]
) -> None:
    texts = [ALWAYS.replace("SMP || PARAVIRT", each) for each in (before, after)]
    (tree / "Kconfig").write_text(texts[0])
    (tmp_path / "p.patch").write_text(fakes.mbox("Kconfig", texts))
    status, out, _ = ptlint("patch", tmp_path / "p.patch", "--format", "json")
    found = json.loads(out)["findings"]
    assert sorted(one["status"] for one in found) == events
    assert status == ("new" in events)
    assert len({one["id"] for one in found}) == 1
    assert all(one["function"] is None and one["trace"][0]["function"] is None for one in found)


def test_a_witness_of_one_of_several_architectures_is_of_that_one(ptlint: Ptlint, tree: Path) -> None:
    (tree / "Kconfig").write_text(ALWAYS.replace("SMP || PARAVIRT", 'SMP || "$(ARCH)" = "x86_64"'))
    (tree / "arch/x86/configs/i386_defconfig").write_text("CONFIG_SMP=y\n")
    found = finding_of(ptlint, "check", "--arch", "x86_64", "--arch", "i386")
    out = ptlint("witness", found)[1]
    assert "when ARCH=i386 && !SMP\n" in out
    assert "make ARCH=i386 olddefconfig" in out and out.endswith(FREE)


def test_a_forced_assumption_is_no_real_configuration(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    flags = ("--assume", "PT_RECLAIM=y", "--assume", "MMU_GATHER_RCU_TABLE_FREE=n")
    found = finding_of(ptlint, "check", *flags)
    assert "PT_RECLAIM=y is forced" in (out := ptlint("witness", found)[1])
    assert "no real configuration" in out
    ptlint("configs", *flags, "--emit", tmp_path / "out")
    assert "no real configuration" in (tmp_path / "out" / "x86_64-1.config").read_text().split("\n")[0]


def test_a_given_configuration_is_its_own_witness(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    broken(tree)
    (tmp_path / "given").write_text("CONFIG_PARAVIRT=n\n")
    found = finding_of(ptlint, "check", "--config", tmp_path / "given")
    assert "CONFIG_PT_RECLAIM=y\n" in ptlint("witness", found)[1]


def test_a_tree_that_is_gone_leaves_the_whole_configuration(ptlint: Ptlint, tree: Path) -> None:
    broken(tree)
    found = finding_of(ptlint, "check")
    (tree / "arch/x86/Kconfig").write_text("config SMP\n\tstrange\n")
    (tree / "Kconfig").write_text('source "arch/x86/Kconfig"\n')
    status, _, err = ptlint("witness", found)
    assert status == 2 and "--full gives the whole .config" in err
    assert ptlint("witness", found, "--full")[0] == 0


def test_a_finding_that_is_none_is_refused(ptlint: Ptlint, tree: Path) -> None:
    assert ptlint("witness", "abcd")[0] == 2
    broken(tree)
    finding_of(ptlint, "check")
    status, _, err = ptlint("witness", "ffffffffffffffff")
    assert status == 2 and "no finding of the last run has that id" in err
