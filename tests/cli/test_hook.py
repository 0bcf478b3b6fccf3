# SPDX-License-Identifier: GPL-2.0-or-later
"""The hook: what is staged is judged before it becomes a commit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ptlint.cli.main import main

REPOSITORY = Path(__file__).parents[2]


def git(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false", *arguments]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(where),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "XDG_CACHE_HOME": str(where.parent / "cache"),
        "PYTHONPATH": str(REPOSITORY),
    }
    return subprocess.run(command, cwd=where, capture_output=True, env=environment, text=True, check=False)


@pytest.fixture
def mini(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    root = tmp_path / "linux"
    shutil.copytree(REPOSITORY / "fixtures/linux-mini", root)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    assert git(root, "commit", "-q", "-m", "start").returncode == 0
    assert main(["hook", "install", "--tree", str(root)]) == 0
    assert capsys.readouterr().out == f"installed {root}/.git/hooks/pre-commit\n"
    return root


def test_a_staged_fault_is_not_committed(mini: Path) -> None:
    assert (
        git(mini, "apply", "--index", str(REPOSITORY / "fixtures/linux-mini-faults/PTL001.patch")).returncode
        == 0
    )
    git(mini, "checkout-index", "-f", "-a")
    done = git(mini, "commit", "-m", "fault")
    assert done.returncode == 1
    assert "error[PTL001 sync-free]" in done.stdout + done.stderr
    assert git(mini, "rev-list", "--count", "HEAD").stdout == "1\n"


def test_what_cannot_matter_is_committed_without_a_word(mini: Path) -> None:
    (mini / "Documentation").mkdir(exist_ok=True)
    (mini / "Documentation/new.rst").write_text("text\n")
    git(mini, "add", "-A")
    done = git(mini, "commit", "-q", "-m", "documentation")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_hook_of_somebody_else_is_kept(mini: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hook = mini / ".git/hooks/pre-commit"
    assert main(["hook", "install", "--tree", str(mini)]) == 0
    hook.write_text("#!/bin/sh\n")
    assert main(["hook", "install", "--tree", str(mini)]) == 2
    assert "there is a hook already" in capsys.readouterr().err
    assert main(["hook", "install", "--tree", str(mini), "--force"]) == 0
    assert "patch --staged --quiet" in hook.read_text()


def test_the_manifest_runs_the_same_command() -> None:
    manifest = (REPOSITORY / ".pre-commit-hooks.yaml").read_text()
    assert "entry: ptlint patch --staged --quiet\n" in manifest
    assert "pass_filenames: false\n" in manifest
