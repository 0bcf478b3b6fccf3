# SPDX-License-Identifier: GPL-2.0-or-later
"""An engine that reads what it should say from comments in the tree, so that patches change its answers.

`// finding: PTL001 table-a when SMP`, `// site: pte_free unsafe`, `// hole: why` speak of their line. The
combinations are the lines of a file `combinations` (`x86_64/1 PT_RECLAIM=y SMP=n`), by default one for each
architecture; see also `_feasibility`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

from ptlint.errors import KconfigError
from ptlint.results.engine import Request, StateResult
from ptlint.results.model import (
    Assumed,
    Combination,
    Feasibility,
    Finding,
    Gap,
    Severity,
    Site,
    Status,
    Step,
    Verdict,
)
from ptlint.rules.conditions import parse_condition
from ptlint.rules.model import Rule
from ptlint.source.tree import Tree, read, version, walk

LEVELS = ("pte", "pmd", "pud", "p4d", "pgd", "any")
MAKEFILE = b"VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\n"

_NOTE = re.compile(r"// (finding|site|hole): (.*?)(?: when (.*))?$")
_FUNCTION = re.compile(r"^[a-z].*?(\w+)\([^;]*$")


def kernel(files: dict[str, str]) -> dict[str, bytes]:
    """Return the files of a tree that passes for a kernel's."""
    needed = {"Makefile": MAKEFILE, "Kconfig": b"", "mm/Kconfig": b"", "arch/x86/Kconfig": b"# x86\n"}
    return needed | {path: text.encode() for path, text in files.items()}


def write_kernel(root: Path, files: dict[str, str]) -> Path:
    for path, content in kernel(files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


@dataclass
class FakeEngine:
    """Says what the tree's comments tell it to say."""

    requests: list[Request] = field(default_factory=list)
    fails_with: BaseException | None = None

    def analyse(self, request: Request, progress: Callable[[str], None]) -> StateResult:
        self.requests.append(request)
        if self.fails_with is not None:
            raise self.fails_with
        tree = request.tree
        progress("reading")
        if b"syntax error" in read(tree, "Kconfig"):
            raise KconfigError("mm/Kconfig:12: expected a symbol")
        combinations = _combinations(tree, request)
        rules = {rule.code: rule for rule in request.rules}
        findings: list[Finding] = []
        sites: list[Site] = []
        gaps: list[Gap] = []
        for path in walk(tree, "", (".c",)):
            function = ""
            for number, line in enumerate(read(tree, path).decode("utf-8", "replace").split("\n"), 1):
                if match := _FUNCTION.match(line):
                    function = match[1]
                if not (match := _NOTE.search(line)):
                    continue
                condition = parse_condition(match[3] or "y")
                ids = tuple(one.id for one in combinations if condition.holds(one.assignment))
                column = len(line) - len(line.lstrip()) + 1
                words = match[2].split(" ", 2)
                if match[1] == "hole":
                    gaps.append(Gap(path, number, function, match[2]))
                elif match[1] == "site" and ids:
                    verdict = Verdict(words[1])
                    reason = words[2] if len(words) > 2 else "because"
                    facts = (f"{words[0]}: documented",)
                    level = words[0].partition("_")[0]
                    level = level if level in LEVELS else "pte"
                    sites.append(
                        Site(path, number, column, function, words[0], level, verdict, reason, ids, (), facts)
                    )
                elif match[1] == "finding" and ids and words[0] in rules:
                    steps = (Step(path, max(number - 1, 1), 1, function, "unlinked here"),)
                    findings.append(
                        _finding(
                            rules[words[0]], words[1], path, number, column, function, ids, match[3], steps
                        )
                    )
        feasible = _feasibility(tree, request) if len(request.archs) > 1 else ()
        assumed = tuple(Assumed(symbol, value, True) for symbol, value in request.assume)
        return StateResult(
            version(tree),
            request.toolchain,
            assumed,
            combinations,
            tuple(findings),
            tuple(sites),
            tuple(gaps),
            2,
            7,
            ("call_rcu: ends a grace period later",),
            feasibility=feasible,
        )


def _combinations(tree: Tree, request: Request) -> tuple[Combination, ...]:
    text = (tree.find("combinations") or b"").decode()
    if not text:
        return tuple(Combination(f"{arch}/1", arch, {"PT_RECLAIM": "y"}, "y") for arch in request.archs)
    found = []
    for line in text.splitlines():
        name, *pairs = line.split()
        if name.split("/")[0] not in request.archs:
            continue
        assignment = dict(pair.split("=") for pair in pairs) | dict(request.assume)
        condition = " && ".join(
            symbol if value == "y" else f"!{symbol}"
            for symbol, value in assignment.items()
            if symbol != "PT_RECLAIM"
        )
        found.append(Combination(name, name.split("/")[0], assignment, condition or "y"))
    return tuple(found)


def _feasibility(tree: Tree, request: Request) -> tuple[Feasibility, ...]:
    """Return what the file "feasibility" says: `csky n nothing selects X`, or `y` if it says nothing."""
    said = {}
    for line in (tree.find("feasibility") or b"").decode().splitlines():
        arch, condition, why = line.split(" ", 2)
        step = Step("mm/Kconfig", 7, 1, "", why)
        said[arch] = Feasibility(arch, "PT_RECLAIM", condition.replace("+", " && "), (step,))
    return tuple(said.get(arch, Feasibility(arch, "PT_RECLAIM", "y", ())) for arch in request.archs)


def _finding(
    rule: Rule,
    table: str,
    path: str,
    line: int,
    column: int,
    function: str,
    ids: tuple[str, ...],
    condition: str | None,
    steps: tuple[Step, ...],
) -> Finding:
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=Severity(rule.severity),
        status=Status.EXISTING,
        message=rule.title,
        path=path,
        line=line,
        column=column,
        function=function,
        combinations=ids,
        condition=condition or "y",
        trace=(*steps, Step(path, line, column, function, "reaches the allocator here")),
        identity=(table,),
    )


def diff(path: str, before: str, after: str, subject: str, number: int, total: int) -> str:
    """Return a mail with a patch of one file."""
    lines = unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}", n=1
    )
    head = f"From {40 * '0'} Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\n"
    head += f"Subject: [PATCH {number}/{total}] {subject}\n\n---\n"
    body = "".join(lines)
    return f"{head}diff --git a/{path} b/{path}\n{body}-- \n2.40\n\n"


def mbox(path: str, texts: list[str]) -> str:
    """Return a series that leads through the texts of one file."""
    total = len(texts) - 1
    return "".join(
        diff(path, before, after, f"change {number}", number, total)
        for number, (before, after) in enumerate(pairwise(texts), 1)
    )
