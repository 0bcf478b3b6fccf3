# SPDX-License-Identifier: GPL-2.0-or-later
"""The format sarif, against the schema of OASIS."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from runs import COMBINATIONS, LEDGER, PLAIN, SOURCE, golden, rendered, run_check, run_patch

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def log(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(found)
    return found


def test_a_patch_as_sarif() -> None:
    run = run_patch([PLAIN, SOURCE, PLAIN])
    stats = replace(run.result.stats, seconds=9.0)
    text = rendered("sarif", run)
    assert text == rendered("sarif", replace(run, result=replace(run.result, stats=stats)))
    found = log(text)["runs"][0]
    rules = found["tool"]["driver"].pop("rules")
    assert golden("sarif-patch", json.dumps(found, indent=2) + "\n")
    assert [rule["id"] for rule in rules][:2] == ["PTL001", "PTL002"]
    assert rules[0]["help"]["markdown"].startswith("# PTL001 sync-free: ")
    assert rules[0]["fullDescription"]["text"].startswith("A page-table page that was published")
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in found["results"])
    assert sorted(one["baselineState"] for one in found["results"]) == ["absent", "new"]
    assert len({one["partialFingerprints"]["ptlint/v1"] for one in found["results"]}) == 1


def test_what_is_there_already_is_unchanged() -> None:
    found = log(rendered("sarif", run_patch([SOURCE, SOURCE + "\n"])))["runs"][0]
    assert [one["baselineState"] for one in found["results"]] == ["unchanged"]
    assert found["invocations"][0] == {
        "executionSuccessful": True,
        "exitCode": 0,
        "toolExecutionNotifications": [],
    }


def test_gaps_are_notifications() -> None:
    found = log(rendered("sarif", run_check({"mm/b.c": LEDGER, "combinations": COMBINATIONS})))["runs"][0]
    invocation = found["invocations"][0]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == [
        "not analysed: a syntax error"
    ]


def test_each_way_is_a_code_flow_and_paths_are_uris() -> None:
    run = run_check({"mm/a.c": SOURCE, "combinations": COMBINATIONS})
    finding = run.result.findings[0]
    finding = replace(finding, path="mm/a b\udcff#.c", further=(finding.trace[:1], ()))
    found = log(rendered("sarif", replace(run, result=replace(run.result, findings=(finding,)))))
    result = found["runs"][0]["results"][0]
    assert [len(flow["threadFlows"][0]["locations"]) for flow in result["codeFlows"]] == [2, 1]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "mm/a%20b%FF%23.c"
    assert "baselineState" not in result


def test_what_is_suppressed_is_marked_and_kept() -> None:
    run = run_check({"mm/a.c": SOURCE, "combinations": COMBINATIONS})
    finding = replace(run.result.findings[0], suppressed="known", in_source=True)
    other = replace(finding, in_source=False)
    found = log(rendered("sarif", replace(run, result=replace(run.result, findings=(finding, other)))))
    assert [one["suppressions"] for one in found["runs"][0]["results"]] == [
        [{"kind": "inSource", "justification": "known"}],
        [{"kind": "external", "justification": "known"}],
    ]


TOOL = "@microsoft/sarif-multitool-linux"
TOOL_VERSION = "5.7.0"


def multitool() -> Path:
    """Return Microsoft's validator, installed once in the user's cache; skips where npm cannot."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not there")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ptlint/npm" / TOOL_VERSION
    program = cache / "node_modules" / TOOL / "Sarif.Multitool"
    if not program.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"{TOOL}@{TOOL_VERSION}"]
        done = subprocess.run(command, cwd=cache, capture_output=True, text=True, check=False)
        if done.returncode or not program.exists():
            pytest.skip(f"npm cannot install {TOOL}: {done.stderr.strip()[:200]}")
    return program


def complaints(text: str, folder: Path) -> list[tuple[str, str]]:
    """Return rule and level of what the validator says of a log."""
    (folder / "log.sarif").write_text(text)
    command = [str(multitool()), "validate", "log.sarif", "-o", "said.sarif", "--log", "ForceOverwrite"]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    assert (folder / "said.sarif").exists(), done.stdout + done.stderr
    said = json.loads((folder / "said.sarif").read_text(encoding="utf-8-sig"))["runs"][0]
    return [(one["ruleId"], one.get("level", "warning")) for one in said.get("results", ())]


def test_the_multitool_of_microsoft_finds_no_error(tmp_path: Path) -> None:
    run = run_patch([PLAIN, SOURCE, PLAIN])
    finding = replace(run.result.findings[0], suppressed="known", met_by=("defconfig",))
    run = replace(run, result=replace(run.result, findings=(finding, *run.result.findings[1:])))
    found = complaints(rendered("sarif", run), tmp_path)
    assert [one for one in found if one[1] == "error"] == []
    said = complaints(rendered("sarif", run).replace('"uri": "mm/a.c"', '"uri": "/mm a.c"'), tmp_path)
    assert [one for one in said if one[1] == "error"] != []  # it does look


@pytest.mark.parametrize("change", [{"level": "fatal"}, {"baselineState": "fixed"}, {"extra": 1}])
def test_the_schema_refuses_what_is_wrong(change: dict[str, Any]) -> None:
    found = json.loads(rendered("sarif", run_check({"mm/a.c": SOURCE, "combinations": COMBINATIONS})))
    found["runs"][0]["results"][0].update(change)
    assert not VALIDATOR.is_valid(found)
