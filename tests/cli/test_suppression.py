# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings that are accepted: in a baseline, in the tree's settings, beside the code."""

import json
from collections.abc import Callable
from pathlib import Path

import fakes
import pytest

from ptlint.cli.main import main
from ptlint.results.suppression import allowances

FAULTY = "void f(void)\n{\n\tone();\n\ttwo(); // finding: PTL001 table-a\n}\n"
CLEAN = FAULTY.replace(" // finding: PTL001 table-a", "")
ALLOWED = FAULTY.replace("\ttwo", "\t/* ptlint: allow(PTL001) -- never walked */\n\ttwo")

Ptlint = Callable[..., tuple[int, str]]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = fakes.write_kernel(tmp_path / "tree", {"mm/a.c": FAULTY})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def ptlint(capsys: pytest.CaptureFixture[str]) -> Ptlint:
    def run(*argv: str | Path) -> tuple[int, str]:
        status = main([str(word) for word in argv], fakes.FakeEngine())
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_a_baseline_accepts_what_was_there(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "baseline.toml"
    assert ptlint("check")[0] == 1
    assert ptlint("baseline", "write", "--baseline", file) == (0, "")
    status, out = ptlint("check", "--baseline", file, "--format", "json")
    (finding,) = json.loads(out)["findings"]
    assert (status, finding["severity"]) == (0, "note")
    assert "(suppressed error: known when the baseline was written)" in finding["message"]
    assert "mm/a.c" in ptlint("baseline", "show", "--baseline", file)[1]
    (tree / "mm/b.c").write_text(FAULTY.replace("table-a", "table-b"))
    assert ptlint("check", "--baseline", file)[0] == 1
    (tree / "mm/a.c").write_text(CLEAN)
    assert ptlint("baseline", "prune", "--baseline", file)[1].startswith("dropped ")
    assert ptlint("baseline", "show", "--baseline", file) == (0, "")


def test_one_finding_is_accepted_with_a_reason(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "baseline.toml"
    one = json.loads(ptlint("check", "--format", "json")[1])["findings"][0]["id"]
    assert ptlint("baseline", "accept", one[:6], "--baseline", file)[0] == 2
    assert ptlint("baseline", "accept", one[:6], "--baseline", file, "--reason", 'a "reason"') == (0, "")
    assert 'suppressed error: a "reason"' in ptlint("check", "--baseline", file)[1]


def test_a_patch_cannot_accept_what_it_brings(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    one = json.loads(ptlint("check", "--format", "json")[1])["findings"][0]["id"]
    settings = f'[[accept]]\nid = "{one}"\nreason = "so"\n'
    (tree / "mm/a.c").write_text(CLEAN)
    path = tmp_path / "p.mbox"
    path.write_text(
        fakes.diff("mm/a.c", CLEAN, FAULTY, "bring", 1, 2)
        + fakes.diff(".ptlint.toml", "", settings, "s", 2, 2)
    )
    (tree / ".ptlint.toml").write_text("")
    assert ptlint("patch", path)[0] == 1
    (tree / ".ptlint.toml").write_text(settings)
    path.write_text(fakes.diff("mm/a.c", CLEAN, FAULTY, "bring", 1, 1))
    assert ptlint("patch", path)[0] == 0


def test_the_nearest_settings_count(ptlint: Ptlint, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = json.loads(ptlint("check", "--format", "json")[1])["findings"][0]["id"]
    (tree / ".ptlint.toml").write_text(f'[[accept]]\nid = "{one}"\nreason = "so"\n')
    monkeypatch.chdir(tree / "mm")
    assert ptlint("check")[0] == 0
    (tree / "mm/.ptlint.toml").write_text("")
    assert ptlint("check")[0] == 1
    monkeypatch.chdir(tree.parent)
    assert ptlint("check", "--tree", tree)[0] == 0


def test_a_comment_beside_the_code_allows_with_a_reason(ptlint: Ptlint, tree: Path) -> None:
    (tree / "mm/a.c").write_text(ALLOWED)
    status, out = ptlint("check")
    assert status == 0 and "(suppressed error: never walked (mm/a.c:4))" in out
    (tree / "mm/a.c").write_text(ALLOWED.replace(" -- never walked", ""))
    status, out = ptlint("check")
    assert status == 1 and "allows nothing without a reason" in out


def test_an_allowance_that_is_not_needed_is_told_of(ptlint: Ptlint, tree: Path) -> None:
    (tree / "mm/a.c").write_text("/* ptlint: allow(PTL001) -- once */\n" + FAULTY)
    status, out = ptlint("check")
    assert status == 1
    assert "note: mm/a.c:1: allow(PTL001) is not needed: nothing is found on line 2" in out
    assert "not needed" not in ptlint("check", "--select", "PTL002")[1]


@pytest.mark.parametrize(
    "text", ["accept = 1\n", "[[accept]]\nid = 'a'\n", "\xff", "[[accept]]\nid='a'\nreason=''\n"]
)
def test_broken_settings_are_refused(ptlint: Ptlint, tree: Path, text: str) -> None:
    (tree / ".ptlint.toml").write_text(text, encoding="latin-1")
    status, out = ptlint("check")
    assert status == 2 and out.startswith("ptlint: .ptlint.toml: ")


def test_only_comments_allow() -> None:
    text = b'f("/* ptlint: allow(PTL001) -- no */");\ng(); // ptlint: allow(PTL001, PTL002) -- yes\n'
    (one,) = allowances("mm/a.c", text)
    assert (one.line, one.covers, one.rules, one.reason) == (2, 2, ("PTL001", "PTL002"), "yes")
    (other,) = allowances("mm/Kconfig", b"config A\n# ptlint: allow(PTL011) -- known\n\tselect B\n")
    assert (other.covers, other.reason) == (3, "known")
