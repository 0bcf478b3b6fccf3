# SPDX-License-Identifier: GPL-2.0-or-later
"""The hook: what is staged is judged before it becomes a commit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ptlint.cli.main import main

REPOSITORY = Path(__file__).parents[2]


def git(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@x", "-c", "commit.gpgSign=false", *arguments]
    environment = {
        "PATH": f"{where.parent / 'bin'}:{os.environ['PATH']}",
        "HOME": str(where.parent),
        "PRE_COMMIT_HOME": str(where.parent / "pre-commit"),
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


CONFIG = """\
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: ptlint
        language: system  # this ptlint, not one from the registry
"""


@pytest.fixture
def framework(mini: Path, tmp_path: Path) -> Path:
    """A tree whose hook is that of pre-commit, with our manifest from a repository."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    shutil.copy(REPOSITORY / ".pre-commit-hooks.yaml", shipped)
    git(shipped, "init", "-q", "-b", "main")
    git(shipped, "add", "-A")
    assert git(shipped, "commit", "-q", "-m", "manifest").returncode == 0
    rev = git(shipped, "rev-parse", "HEAD").stdout.strip()
    (mini / ".pre-commit-config.yaml").write_text(CONFIG.format(repo=shipped, rev=rev))
    (mini / ".git/hooks/pre-commit").unlink()
    git(mini, "add", ".pre-commit-config.yaml")
    command = tmp_path / "bin" / "ptlint"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m ptlint.cli.main "$@"\n')
    command.chmod(0o755)
    done = git(mini, "-c", f"alias.pre-commit=!{sys.executable} -m pre_commit", "pre-commit", "install")
    assert done.returncode == 0, done.stdout + done.stderr
    return mini


def test_pre_commit_runs_it_on_what_is_staged(framework: Path) -> None:
    fault = REPOSITORY / "fixtures/linux-mini-faults/PTL001.patch"
    assert git(framework, "apply", "--index", str(fault)).returncode == 0
    clean = git(framework, "show", "HEAD:mm/khugepaged.c").stdout
    (framework / "mm/khugepaged.c").write_text(clean)  # only the index has the fault
    done = git(framework, "commit", "-m", "fault")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[PTL001 sync-free]" in done.stdout + done.stderr
    assert git(framework, "rev-list", "--count", "HEAD").stdout == "1\n"


def test_pre_commit_lets_pass_what_cannot_matter(framework: Path) -> None:
    (framework / "README.md").write_text("text\n")
    git(framework, "add", "-A")
    done = git(framework, "commit", "-m", "documentation")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout + done.stderr
    assert git(framework, "rev-list", "--count", "HEAD").stdout == "2\n"
