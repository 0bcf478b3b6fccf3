# SPDX-License-Identifier: GPL-2.0-or-later
"""The engine on the pocket tree: silent where it is right, and each planted fault found where it was planted.

A run takes the plainest patches, with PTLINT_ALL=1 all of them.
`wrong.toml` says what is known to fail, and why; a test of it that passes is a failure.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ptlint.cli.main import main

ROOT = Path(__file__).parents[2]
MINI = ROOT / "fixtures/linux-mini"
FAULTS = ROOT / "fixtures/linux-mini-faults"
PATCHES = {str(p.relative_to(FAULTS).with_suffix("")): p for p in sorted(FAULTS.rglob("*.patch"))}
ALWAYS = (*(name for name in PATCHES if "/" not in name), "benign/01-extract-helper", "benign/07-comments")


def description(name: str) -> dict[str, Any]:
    return tomllib.loads(PATCHES[name].with_suffix(".toml").read_text())


BUGGY = [name for name in PATCHES if description(name)["kind"] == "buggy"]
BENIGN = [name for name in PATCHES if description(name)["kind"] == "benign"]
WRONG: dict[str, str] = tomllib.loads((Path(__file__).parent / "wrong.toml").read_text())


def taken(names: list[str]) -> list[str]:
    """Return what a run takes of the names: a few, all with PTLINT_ALL=1."""
    return names if os.environ.get("PTLINT_ALL") == "1" else [n for n in names if n in ALWAYS]


def marked(names: list[str]) -> list[Any]:
    """Return the names as parameters; those that are known to fail have to."""
    return [
        pytest.param(n, marks=pytest.mark.xfail(strict=True, reason=WRONG[n])) if n in WRONG else n
        for n in names
    ]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def ptlint(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = main([*arguments, "--tree", str(MINI), "--format", "json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def assumptions(name: str) -> list[str]:
    """Return the flags that choose the configuration in which a fault is to be seen."""
    wanted = {k: v for expect in description(name).get("expect", ()) for k, v in expect["config"].items()}
    return [f"--assume={symbol}={value}" for symbol, value in wanted.items()]


def fits(finding: dict[str, Any], expect: dict[str, Any], result: dict[str, Any]) -> bool:
    """Say whether a finding is the one that a description of a patch asks for."""
    assignments = [c["assignment"] for c in result["combinations"] if c["id"] in finding["combinations"]]
    return (
        finding["status"] == "new"
        and finding["rule"] in expect["rules"]
        and finding["path"] in expect["paths"]
        and finding["function"] in expect["functions"]
        and any(all(a.get(s, v) == v for s, v in expect["config"].items()) for a in assignments)
    )


def new_errors(result: dict[str, Any]) -> list[str]:
    return [
        f"{f['rule']} {f['path']}:{f['line']} {f['function']}"
        for f in result["findings"]
        if f["status"] == "new" and f["severity"] == "error"
    ]


@pytest.mark.parametrize("check", marked(["check"]))
def test_the_pristine_tree_has_no_error(check: str, ptlint: Any) -> None:
    _, result = ptlint(check, "--arch", "x86_64")
    errors = [
        f"{f['rule']} {f['path']} {f['function']}" for f in result["findings"] if f["severity"] == "error"
    ]
    assert errors == []


@pytest.mark.parametrize("audit", marked(["audit"]))
def test_every_site_of_the_pristine_tree_is_proved(audit: str, ptlint: Any) -> None:
    status, result = ptlint(audit, "--arch", "x86_64")
    assert result["unanalyzed"] == []
    reclaiming = {c["id"] for c in result["combinations"] if c["assignment"].get("PT_RECLAIM") == "y"}
    assert reclaiming
    proved = {"rcu", "unpublished", "kernel", "exclusive", "caller"}
    left = [site for site in result["sites"] if site["verdict"] not in proved]
    # without PT_RECLAIM no walker relies on RCU, and tables may go by an IPI
    assert [site for site in left if reclaiming & set(site["combinations"])] == []
    assert {site["verdict"] for site in left} <= {"unsafe"}
    assert status == 0


@pytest.mark.parametrize("name", marked(taken(BUGGY)))
def test_a_planted_fault_is_found_where_it_was_planted(name: str, ptlint: Any) -> None:
    told = description(name)
    status, result = ptlint("patch", str(PATCHES[name]), "--arch", told["arch"], *assumptions(name))
    for expect in told["expect"]:
        assert any(fits(f, expect, result) for f in result["findings"]), (expect, new_errors(result))
    assert (status == 1) is (told.get("severity", "error") == "error")


@pytest.mark.parametrize("name", marked(taken(BENIGN)))
def test_a_harmless_patch_brings_no_error(name: str, ptlint: Any) -> None:
    _, result = ptlint("patch", str(PATCHES[name]), "--arch", description(name)["arch"])
    assert new_errors(result) == []


def test_what_is_known_to_fail_exists() -> None:
    assert set(WRONG) <= {"check", "audit", *PATCHES}
