# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the series and how one is run and judged.

A case is data (faults.toml, pairs.toml, refactorings.toml, transformations.toml): edits of a real kernel
and what an analysis of them must say. The edits hold nothing of the kernel but short fragments that name
places.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from .edits import Draft, Edit

HERE = Path(__file__).parent
PTLINT = "python -m ptlint.cli.main"


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that must be there: any of the rules, at or through any of the places.

    `config` is the configuration that one of the finding's combinations must be compatible with.
    """

    rules: tuple[str, ...]
    paths: tuple[str, ...]
    functions: tuple[str, ...] = ()
    config: dict[str, str] = {}
    severity: str = "error"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Edits, and what they mean. A case with no `expect` must be silent.

    A pair has a second patch, `mended`: edits over what `edit` made, after which nothing of it is found.
    """

    name: str
    what: str
    edit: tuple[Edit, ...] = ()
    mended: tuple[Edit, ...] = ()
    trees: tuple[str, ...] = ("7.3",)
    arch: str = "x86_64"
    assume: tuple[str, ...] = ()
    prepare: str = ""  # name of a case whose edits are the first patch of a series of two
    expect: Expected | None = None
    doubt: str = ""  # why the expectation may be wrong, or is a matter of taste


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case on one tree. `why` is empty if it passed."""

    case: str
    tree: str
    seconds: float
    why: str
    surplus: tuple[str, ...] = ()  # new findings beyond the expected one

    @property
    def passed(self) -> bool:
        return not self.why


class Broken(Exception):
    """The command crashed, timed out, or broke its contract."""


@cache
def load(file: str) -> tuple[Case, ...]:
    """Return the cases of one TOML file beside this module. Unknown keys and repeated names are errors."""
    data = tomllib.loads((HERE / file).read_text(encoding="utf-8"))
    cases = msgspec.convert(data, CaseFile).case
    names = [c.name for c in cases]
    assert len(names) == len(set(names)), f"{file}: a name is used twice"
    return cases


def faults() -> tuple[Case, ...]:
    return load("faults.toml")


def pairs() -> tuple[Case, ...]:
    return load("pairs.toml")


def refactorings() -> tuple[Case, ...]:
    return load("refactorings.toml")


def preparations() -> Mapping[str, Case]:
    return {c.name: c for c in load("preparations.toml")}


def assumptions(case: Case, tree: str) -> tuple[str, ...]:
    """Return what to assume: before 6.13 there is no PT_RECLAIM, so it has to be forced."""
    return (*case.assume, *(("PT_RECLAIM=y",) if tree == "6.12" else ()))


def series(case: Case, root: Path, tree: str) -> str:
    """Return the case as a mail box: a patch, after one that prepares it, before one that mends it."""
    draft = Draft(root)
    steps = [(case.name, case.what, case.edit)]
    if case.prepare:
        before = preparations()[case.prepare]
        steps.insert(0, (before.name, before.what, before.edit))
    if case.mended:
        steps.append((f"{case.name}, mended", "As it should be.", case.mended))
    patches = []
    for index, (name, what, edits) in enumerate(steps, 1):
        draft.apply(e for e in edits if not e.trees or tree in e.trees)
        number = f" {index}/{len(steps)}" if len(steps) > 1 else ""
        patches.append(mail(f"[PATCH{number}] {name}", what, draft.diff(), index))
        draft.commit()
    return "".join(patches)


def mail(subject: str, body: str, diff: str, index: int) -> str:
    return (
        f"From {'0' * 40} Mon Sep 17 00:00:00 2001\n"
        "From: A Developer <dev@example.org>\n"
        f"Date: Tue, 1 Sep 2026 11:00:0{index} +0000\n"
        f"Subject: {subject}\n\n{body}\n\n---\n{diff}--\n2.39.5\n\n"
    )


def one_configuration(case: Case, root: Path, scratch: Path) -> tuple[str, ...]:
    """Return the words of a command line that ask for one configuration alone.

    It is the default one of x86, or what Kconfig makes of an empty file, with what the case expects laid
    over it; the file is written to `scratch`.
    """
    default = root / f"arch/x86/configs/{case.arch}_defconfig"
    lines = [default.read_text(encoding="utf-8")] if default.is_file() else []
    for symbol, value in (case.expect.config if case.expect else {}).items():
        lines.append(f"# CONFIG_{symbol} is not set\n" if value == "n" else f"CONFIG_{symbol}={value}\n")
    file = scratch / f"{case.name}.config"
    file.write_text("".join(lines), encoding="utf-8")
    return ("--config", str(file))


def run(
    case: Case,
    root: Path,
    tree: str,
    ptlint: str = PTLINT,
    timeout: float = 600,
    further: Sequence[str] = (),
) -> Outcome:
    """Run `ptlint patch` over the case and judge what it says; `further` are more words of the command."""
    text = series(case, root, tree)
    command = [
        *shlex.split(ptlint),
        "patch",
        "-",
        "--tree",
        str(root),
        "--arch",
        case.arch,
        "--format",
        "json",
        *further,
    ]
    for symbol in assumptions(case, tree):
        command += ["--assume", symbol]
    began = time.monotonic()
    try:
        status, result = invoke(command, text, timeout)
        why, surplus = judge(case, status, result)
        if case.mended and not why and _gaps(result):  # of the wrong form, or of its mend?
            gaps = _gaps(invoke([*command, "--final"], text, timeout)[1])
            why = f"mended, but no longer proved: {gap(gaps[0])}" if gaps else ""
    except Broken as broken:
        why, surplus = str(broken), ()
    return Outcome(case.name, tree, time.monotonic() - began, why, surplus)


def invoke(command: Sequence[str], stdin: str | None, timeout: float) -> tuple[int, dict[str, Any]]:
    """Run the command and return its exit status and its JSON.

    Raises:
        Broken: exit status outside of 0, 1 and 3, no JSON, or no end within `timeout` seconds.
    """
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as child:
        try:
            out, err = child.communicate((stdin or "").encode("utf-8", "surrogateescape"), timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise Broken(f"no end within {timeout:.0f} s") from None
    last = err.decode(errors="replace").strip().splitlines()[-1:]
    if child.returncode not in (0, 1, 3):
        raise Broken(f"exit {child.returncode}: {' '.join(last)[:200]}")
    try:
        result = json.loads(out)
    except ValueError as error:
        raise Broken(f"no JSON ({error}), exit {child.returncode}: {' '.join(last)[:160]}") from None
    if not isinstance(result, dict) or result.get("schema") != "ptlint-result/1":
        raise Broken("the JSON is not of schema ptlint-result/1")
    return child.returncode, result


def judge(case: Case, status: int, result: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return why the result is wrong ("" if it is right), and the findings beyond the expected ones."""
    late = [p["index"] for p in result.get("patches", ()) if not p["applied"]]
    if late:
        return f"patch {late[0]} was not applied", ()
    last = max((p["index"] for p in result.get("patches", ())), default=1)
    if case.mended:
        why, surplus = _found(case, status, result, last - 1)
        return (why, surplus) if why else (_mended(result, last), surplus)
    if case.expect is None:
        loud, gaps = _loud(result, last), _gaps(result)
        if loud:
            return f"not silent: {place(loud[0])}", tuple(map(place, loud[1:]))
        if gaps:
            return f"no longer proved: {gap(gaps[0])}", tuple(map(gap, gaps[1:]))
        return ("", ()) if status == 0 else (f"exit {status} with nothing new", ())
    return _found(case, status, result, last)


def _found(case: Case, status: int, result: Mapping[str, Any], patch: int) -> tuple[str, tuple[str, ...]]:
    """Tell what a fault's patch should have brought and did not, and what it brought besides."""
    assert case.expect is not None, f"{case.name}: nothing is expected"
    combinations = {c["id"]: c["assignment"] for c in result["combinations"]}
    new = _new(result, patch)
    hits = [f for f in new if f["severity"] == case.expect.severity and matches(case.expect, f, combinations)]
    loud = _loud(result, patch)
    surplus = tuple(place(f) for f in loud if f not in hits)
    if hits:
        wrong = case.expect.severity == "error" and status != 1
        return (f"found, but exit {status}" if wrong else ""), surplus
    near = "; ".join([place(f) for f in loud[:3]] + [gap(g) for g in _gaps(result)[:3]])
    return f"missing {'/'.join(case.expect.rules)}" + (f", instead: {near}" if near else ""), surplus


def _mended(result: Mapping[str, Any], patch: int) -> str:
    """Tell what a patch that mends the one before it brings or leaves; "" if nothing."""
    if loud := _loud(result, patch):
        return f"mended, but not silent: {place(loud[0])}"
    fixed = {f["id"] for f in result["findings"] if f["status"] == "fixed" and f.get("patch") == patch}
    left = [f for f in _new(result, patch - 1) if f["id"] not in fixed]
    return f"mended, but still there: {place(left[0])}" if left else ""


def _new(result: Mapping[str, Any], patch: int) -> list[Mapping[str, Any]]:
    return [f for f in result["findings"] if f["status"] == "new" and f.get("patch", patch) == patch]


def _loud(result: Mapping[str, Any], patch: int) -> list[Mapping[str, Any]]:
    return [f for f in _new(result, patch) if f["severity"] in ("error", "warning")]


def _gaps(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [g for g in result.get("unanalyzed", ()) if g.get("status") == "new"]


def matches(
    expect: Expected, finding: Mapping[str, Any], combinations: Mapping[str, Mapping[str, str]]
) -> bool:
    """Tell whether a finding is the expected one: by rule, by place or path, by configuration."""
    steps = [finding, *(finding.get("trace") or ())]
    if finding["rule"] not in expect.rules or not any(s.get("path") in expect.paths for s in steps):
        return False
    if expect.functions and not any(s.get("function") in expect.functions for s in steps):
        return False
    return any(compatible(combinations[i], expect.config) for i in finding["combinations"])


def compatible(assignment: Mapping[str, str], config: Mapping[str, str]) -> bool:
    """Tell whether an assignment says nothing against a configuration."""
    return all(assignment.get(k, v) in (v, "" if v == "n" else v) for k, v in config.items())


def place(finding: Mapping[str, Any]) -> str:
    where = f"{finding['path']}:{finding['line']} {finding.get('function') or ''}".rstrip()
    return f"{finding['rule']} {where} [{finding.get('condition') or ''}]"


def gap(entry: Mapping[str, Any]) -> str:
    return f"gap {entry['path']}:{entry['line']} {entry['function']}: {entry['reason']}"


def on_trees(cases: Sequence[Case], only: str = "") -> Iterator[tuple[Case, str]]:
    """Yield each case with each kernel it is meant for."""
    for case in cases:
        for tree in case.trees:
            if not only or tree == only:
                yield case, tree
