# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of a rule: small sources laid over a small tree, with what is expected written into them.

A case is a C or Kconfig file whose first comments (``//`` or ``#``) say where it goes and what it needs::

    // file: mm/example.c
    // config: SMP=y
    // arch: x86_64

or a folder of files at their paths in the tree, with any ``*.patch`` at its top as a series to be judged, or
two files ``NAME.before.c`` and ``NAME.after.c``, the sides of a patch. The names of Kconfig files end in
``.kconfig`` instead of ``.c``. In the text, a comment speaks of its
own line: ``expect: NAME [new|existing|fixed] [when CONDITION] [-- why]``, ``ok: NAME`` for a near miss,
``todo-expect:`` for what is known to be missed, ``gap:`` for what cannot be analysed. Anything else that is
found in the case's files fails it. For a rule on touched lines a case without a patch is the patch that
brings its files. The ``c bad`` and ``c good`` blocks of a README (or ``kconfig bad``,
``kconfig good``) are cases as well.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

from ptlint.errors import PtlintError, RuleError
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import configuration_from_text
from ptlint.kconfig.toolchain import DEFAULT
from ptlint.results.combining import satisfies
from ptlint.results.engine import Engine, Request
from ptlint.results.model import Finding, Result, Status
from ptlint.results.run import Run, check, patch
from ptlint.results.selection import Selection
from ptlint.rules.conditions import Condition, parse_condition
from ptlint.rules.model import Rule
from ptlint.source.linemap import LineMap
from ptlint.source.patches import Series, parse_files
from ptlint.source.tree import Overlay, Tree, normal_path

_SUFFIXES = (".c", ".kconfig")
_BEFORE, _AFTER = ".before", ".after"
_NEEDS = ("file", "config", "arch")
_HEADER = re.compile(r"(?://|#)\s*([a-z]+):\s*(.*?)\s*")
_BLOCK = re.compile(r"^```(?:c|kconfig) (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(
    r"(?:/\*|//|#)\s*(?:(?P<gap>gap):.*?|(?P<kind>expect|ok|todo-expect):\s*(?P<rule>[a-z0-9-]+)"
    r"(?:\s+(?P<status>new|existing|fixed))?(?:\s+when\s+(?P<when>.*?))?(?:\s+--\s.*?)?)\s*(?:\*/|$)"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    name: str
    files: Mapping[str, bytes]
    arch: str
    assume: tuple[tuple[str, str], ...]
    series: Series | None = None
    hits: bool | None = None  # of a README block: whether the rule speaks, wherever it does
    sides: LineMap | None = None  # of two sides of a patch


@dataclass(frozen=True, slots=True)
class _Note:
    """What a comment in a case says of its line."""

    kind: str
    path: str
    line: int
    statuses: frozenset[Status]
    when: str | None
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def find_cases(folder: Path, rule: Rule) -> Iterator[Case]:
    """Yield the cases of a rule's folder, and the blocks of its README.

    Raises:
        RuleError: a case does not say where it goes.
    """
    for path in sorted((folder / "cases").glob("*")):
        if path.is_dir():
            yield _folder_case(path)
        elif path.suffix not in _SUFFIXES or path.stem.endswith(_AFTER):
            continue
        elif path.stem.endswith(_BEFORE):
            yield _two_sided_case(
                path, path.with_name(path.stem.removesuffix(_BEFORE) + _AFTER + path.suffix)
            )
        else:
            yield _file_case(path.name, path.read_text(encoding="utf-8"), None)
    for number, match in enumerate(_BLOCK.finditer(rule.readme), 1):
        yield _file_case(f"README.md block {number} ({match[1]})", match[2], match[1] == "bad")


def run_case(case: Case, rule: Rule, tree: Tree, engine: Engine) -> tuple[str, ...]:
    """Return what is wrong with what the rule says of a case: missing, noisy or wrong; () if nothing is."""
    base = Overlay(tree, _built(case.files, tree))
    if rule.lookout is not None and case.series is None:
        case, base = _as_patch(case, tree)
    request = Request(base, (case.arch,), (), case.assume, DEFAULT, (rule,))
    selection = Selection((), frozenset({rule.code}))
    try:
        if case.series is None:
            run = check(request, selection, engine, _silent, "check", ledger=False)
        else:
            run = patch(request, case.series, selection, engine, _silent, final=False)
    except PtlintError as error:
        return (f"cannot be run: {error}",)
    result = _spelled_out(run)
    if case.hits is not None:
        return tuple(_judge_block(case, result))
    before = list(_notes(case, base, rule))
    if case.series is None:
        return tuple(_judge(case, before, result))
    after = list(_notes(case, run.trees[-1], rule))
    if case.sides is not None:
        before, after = _compared(before, after, case.sides)
    fixed = frozenset({Status.FIXED})
    notes = [note for note in before if note.statuses == fixed]
    return tuple(_judge(case, [*notes, *(note for note in after if note.statuses != fixed)], result))


def _spelled_out(run: Run) -> Result:
    """Return the result of a run, with combinations that assign all symbols of their configurations.

    A case's `when` may name symbols that the combinations of its run do not differ by.
    """
    return replace(
        run.result,
        combinations=tuple(
            replace(
                one,
                assignment={
                    **configuration_from_text(arch_named(one.arch), run.configurations[one.id]).values,
                    **one.assignment,
                },
            )
            if one.id in run.configurations
            else one
            for one in run.result.combinations
        ),
    )


def _as_patch(case: Case, tree: Tree) -> tuple[Case, Overlay]:
    """Return a case as a patch that brings its files, and what the patch goes onto."""
    diffs: list[str] = []
    for path, content in case.files.items():
        old = (tree.find(path) or b"").decode().splitlines(True)
        before = f"a/{path}" if old else "/dev/null"
        diffs += unified_diff(old, content.decode().splitlines(True), before, f"b/{path}")
    series = parse_files([(case.name, "".join(diffs).encode())], case.name)
    around = {path: text for path, text in _built(case.files, tree).items() if path not in case.files}
    return replace(case, series=series), Overlay(tree, around)


def _file_case(name: str, text: str, hits: bool | None) -> Case:
    headers = _headers(text)
    paths = [value for key, value in headers if key == "file"]
    if len(paths) != 1 or not paths[0] or normal_path(paths[0]) != paths[0]:
        raise RuleError(f"{name}: a case begins with the place where it goes, as in `// file: mm/example.c`")
    return Case(name, {paths[0]: text.encode()}, *_needs(headers), hits=hits)


def _two_sided_case(before: Path, after: Path) -> Case:
    if not after.is_file():
        raise RuleError(f"{before}: a case with a first side needs {after.name}")
    old, new = before.read_text(encoding="utf-8"), after.read_text(encoding="utf-8")
    case = _file_case(before.stem.removesuffix(_BEFORE), old, None)
    path = next(iter(case.files))
    lines = unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}")
    series = parse_files([(case.name, "".join(lines).encode())], case.name)
    return replace(case, series=series, sides=LineMap(old.encode(), new.encode()))


def _folder_case(folder: Path) -> Case:
    files: dict[str, bytes] = {}
    patches: list[tuple[str, bytes]] = []
    headers: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.parent == folder and path.suffix == ".patch":
            patches.append((path.name, content))
        else:
            files[path.relative_to(folder).as_posix()] = content
            headers += _headers(content.decode("utf-8", "replace"))
    series = parse_files(patches, folder.name) if patches else None
    return Case(folder.name, files, *_needs(headers), series=series)


def _headers(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        match = _HEADER.fullmatch(line)
        if match is not None and match[1] in _NEEDS:
            found.append((match[1], match[2]))
        elif match is not None:
            raise RuleError(f"a case cannot say {match[1]!r}: it says {', '.join(_NEEDS)}")
        elif not line.startswith(("//", "#")):
            break
    return found


def _needs(headers: Iterable[tuple[str, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    archs = [value for key, value in headers if key == "arch"]
    wanted = (value.partition("=") for key, value in headers if key == "config")
    return (archs[0] if archs else "x86_64"), tuple((symbol, value) for symbol, _, value in wanted)


def _built(files: Mapping[str, bytes], tree: Tree) -> dict[str, bytes | None]:
    """Return the files and, for each that is new, a Makefile that builds it."""
    changes: dict[str, bytes | None] = dict(files)
    for path in files:
        folder, _, name = path.rpartition("/")
        makefile = f"{folder}/Makefile"
        if path.endswith(".c") and makefile not in files and tree.find(path) is None:
            before = changes.get(makefile) or tree.find(makefile) or b""
            built = f" {name[:-2]}.o".encode()
            if built not in before:
                changes[makefile] = before + b"\nobj-y +=" + built + b"\n"
    return changes


def _paths(case: Case) -> set[str]:
    """Return the files that a case lays over the tree, or changes in it."""
    series = () if case.series is None else case.series.patches
    changed = {change.new_path for one in series for change in one.files if change.new_path}
    return set(case.files) | changed


def _notes(case: Case, tree: Tree, rule: Rule) -> Iterator[_Note]:
    """Yield what the comments of a case's files expect of the rule."""
    usual = Status.EXISTING if case.series is None else Status.NEW
    for path in sorted(_paths(case)):
        text = (tree.find(path) or b"").decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), 1):
            match = _NOTE.search(line)
            if match is None or match["rule"] not in (None, rule.name):
                continue
            status = Status(match["status"]) if match["status"] else usual
            yield _Note(match["kind"] or match["gap"], path, number, frozenset({status}), match["when"])


def _compared(before: list[_Note], after: list[_Note], sides: LineMap) -> tuple[list[_Note], list[_Note]]:
    """Return what two sides expect of the patch between them: what only one of them expects is new or fixed.

    Where both expect something on a line that the patch changes, it may be the same finding or another one.
    """
    old = {note.line for note in before if note.kind == "expect"}
    new = {note.line for note in after if note.kind == "expect"}
    kept = {line: mapped for line in old if (mapped := sides.forward(line)) in new}
    either = bool(old - kept.keys()) and bool(new - set(kept.values()))
    fixed, fresh = frozenset({Status.FIXED}), frozenset({Status.NEW})
    unsure = fresh | {Status.EXISTING}
    first = [
        replace(note, statuses=fixed, optional=either)
        for note in before
        if note.kind == "expect" and note.line not in kept
    ]
    second = [
        replace(
            note,
            statuses=frozenset({Status.EXISTING})
            if note.line in kept.values()
            else unsure
            if either
            else fresh,
        )
        for note in after
    ]
    return first, second


def _judge(case: Case, notes: Iterable[_Note], result: Result) -> Iterator[str]:
    """Yield what is wrong in the case's files; what else the tree holds is not the case's."""
    paths = _paths(case)
    left = list(result.findings)
    excused: set[tuple[str, int]] = set()
    for note in notes:
        at = (note.path, note.line)
        here = [one for one in left if (one.path, one.line) == at and one.status in note.statuses]
        condition = parse_condition(note.when or "")
        somewhere = any(satisfies(one, condition) for one in result.combinations)
        if note.kind == "gap":
            excused.add((note.path, note.line))
        elif note.kind == "todo-expect" and here:
            yield f"wrong: {note}: todo-expect is found now; make it expect"
        elif note.kind == "expect":
            if not here:
                if somewhere and not note.optional:
                    statuses = " or ".join(sorted(note.statuses))
                    yield f"missing: {note}: nothing {statuses} is found here"
            elif note.when is not None:
                yield from _judge_condition(note, condition, here, result)
        if note.kind != "ok":
            left = [one for one in left if one not in here]
    for one in left:
        if one.path in paths:
            yield f"noisy: {_where(one)}: {one.status}: {one.message}"
    for path, line in sorted(excused - {(gap.path, gap.line) for gap in result.unanalyzed}):
        yield f"missing: {path}:{line}: no gap here"
    yield from _gaps(paths, excused, result)


def _gaps(paths: Container[str], excused: Container[tuple[str, int]], result: Result) -> Iterator[str]:
    """Yield what was not analysed of a case: it proves nothing."""
    for gap in result.unanalyzed:
        if gap.path in paths and (gap.path, gap.line) not in excused:
            yield f"wrong: {gap.path}:{gap.line}: not analysed: {gap.reason}"


def _judge_condition(
    note: _Note, condition: Condition, here: Iterable[Finding], result: Result
) -> Iterator[str]:
    expected = {one.id for one in result.combinations if satisfies(one, condition)}
    found = {one for finding in here for one in finding.combinations}
    if expected != found:
        names = [", ".join(sorted(ids)) or "none" for ids in (found, expected)]
        yield f"wrong: {note}: holds under {names[0]}, expected under {names[1]} ({condition.text})"


def _judge_block(case: Case, result: Result) -> Iterator[str]:
    if not case.hits:
        yield from (f"noisy: {_where(one)}: {one.message}" for one in result.findings)
        yield from _gaps(case.files, (), result)
    elif not any(_leads_through(one, case.files) for one in result.findings):
        yield "missing: nothing is found in a bad block"


def _leads_through(finding: Finding, paths: Container[str]) -> bool:
    return finding.path in paths or any(step.path in paths for step in finding.trace)


def _where(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}"


def _silent(text: str) -> None:
    """Progress of a case is not worth telling."""
