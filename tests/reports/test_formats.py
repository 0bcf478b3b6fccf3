# SPDX-License-Identifier: GPL-2.0-or-later
"""What the formats print."""

import io
import json as stdlib_json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fakes
import jsonschema
import pytest
from runs import (
    COMBINATIONS,
    LEDGER,
    PLAIN,
    SOURCE,
    as_text,
    everything,
    golden,
    lines_of,
    request,
    run_check,
    run_patch,
)

from ptlint import __version__
from ptlint.errors import UsageError
from ptlint.reports import concise, json, spans, text
from ptlint.reports.formats import FORMATS, Material, known_format, renderer
from ptlint.reports.plain import neutral
from ptlint.results.model import Result, Step
from ptlint.results.run import patch
from ptlint.source.patches import parse_series


def test_a_finding_as_text() -> None:
    run = run_check({"mm/a.c": SOURCE, "combinations": COMBINATIONS})
    finding = run.result.findings[0]
    steps = (
        Step("mm/a.c", 3, 20, "drop_table", "taken from a live entry"),
        Step("mm/a.c", 5, 2, "drop_table", "unlinked here"),
        Step("mm/a.c", 6, 6, "drop_table", "taken if there is an mm"),
        Step("mm/b.h", 99, 1, "pte_free", "goes on here"),
        Step("mm/a.c", 7, 3, "drop_table", "reaches the allocator here"),
    )
    changed = replace(finding, trace=steps, further=((steps[0],),))
    run = replace(run, result=replace(run.result, findings=(changed,)))
    assert golden("finding", as_text(run))
    whole = text.story(run.result, changed, lines_of(run), whole=True)
    assert golden("story", spans.plain(whole))
    beyond = replace(changed, line=5, column=2, further=())
    assert golden("beyond", spans.plain(text.story(run.result, beyond, lines_of(run))))


def test_a_patch_as_text() -> None:
    assert golden("patch", as_text(run_patch([PLAIN, SOURCE, PLAIN])))
    assert golden("patch-existing", as_text(run_patch([SOURCE, SOURCE + "\n"])))


def test_changed_verdicts_and_new_gaps_of_a_patch_as_text() -> None:
    texts = [LEDGER.replace("unsafe", "rcu").replace("// hole", "//"), LEDGER]
    assert golden("patch-verdicts", as_text(run_patch(texts)))


def test_the_ledger_as_text() -> None:
    run = run_check({"mm/a.c": LEDGER, "combinations": COMBINATIONS}, "audit", ledger=True)
    assert golden("audit", as_text(run))


def test_a_clean_tree_as_text() -> None:
    assert golden("clean", as_text(run_check({})))
    assert as_text(run_check({}), quiet=True) == ""


def test_a_tree_without_pt_reclaim_is_not_called_clean() -> None:
    assert golden("silent-rules", as_text(run_check({"combinations": "x86_64/1 PT_RECLAIM=n\n"})))


def test_concise_lines() -> None:
    files = {"mm/a.c": SOURCE, "mm/b.c": LEDGER, "combinations": COMBINATIONS}
    assert golden("concise-audit", concise.render(run_check(files, "audit", ledger=True).result))
    assert golden("concise-patch", concise.render(run_patch([PLAIN, SOURCE, PLAIN]).result))


def schema() -> dict[str, Any]:
    found: dict[str, Any] = stdlib_json.loads(json.schema_path().read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def results() -> Iterator[Result]:
    files = {"mm/a.c": SOURCE, "mm/b.c": LEDGER, "combinations": COMBINATIONS}
    yield run_check(files).result
    yield run_check(files, ledger=True).result
    yield run_check(files, "audit", ledger=True).result
    yield run_check({}).result
    yield run_patch([SOURCE.replace("// f", "// "), SOURCE, SOURCE.replace("table-a", "b")]).result
    yield run_patch([LEDGER.replace("unsafe", "rcu"), LEDGER, "\n"]).result


def test_json_is_as_its_schema_says() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for result in results():
        validator.validate(stdlib_json.loads(json.render(result)))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("findings", 0, "line"), 0),
        (("findings", 0, "path"), "/etc/passwd"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "status"), "new"),
        (("findings", 0, "patch"), 1),
        (("findings", 0, "id"), "not hex"),
        (("findings", 0, "extra"), 1),
        (("patches",), []),
        (("schema",), "ptlint-result/2"),
        (("stats", "seconds"), -1),
    ],
)
def test_the_schema_refuses_what_is_wrong(where: tuple[Any, ...], value: object) -> None:
    document = stdlib_json.loads(json.render(next(results())))
    inner = document
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert not jsonschema.Draft202012Validator(schema()).is_valid(document)


def test_the_json_of_a_check() -> None:
    files = {"mm/a.c": SOURCE, "combinations": COMBINATIONS}
    assert stdlib_json.loads(json.render(run_check(files).result)) == {
        "schema": "ptlint-result/1",
        "ptlint": __version__,
        "mode": "check",
        "toolchain": "gcc-12",
        "tree": {"version": "7.3.4", "archs": ["x86_64"]},
        "assumed": [],
        "combinations": [
            {
                "id": "x86_64/1",
                "arch": "x86_64",
                "assignment": {"PT_RECLAIM": "y", "SMP": "y"},
                "condition": "SMP",
            },
            {
                "id": "x86_64/2",
                "arch": "x86_64",
                "assignment": {"PT_RECLAIM": "y", "SMP": "n"},
                "condition": "!SMP",
            },
        ],
        "findings": [
            {
                "id": "4fba299e5741eede",
                "rule": "PTL001",
                "name": "sync-free",
                "severity": "error",
                "status": "existing",
                "message": "page-table page reaches the allocator with no grace period",
                "path": "mm/a.c",
                "line": 7,
                "column": 3,
                "function": "drop_table",
                "combinations": ["x86_64/1"],
                "condition": "SMP",
                "trace": [
                    {"path": "mm/a.c", "line": 6, "function": "drop_table", "message": "unlinked here"},
                    {
                        "path": "mm/a.c",
                        "line": 7,
                        "function": "drop_table",
                        "message": "reaches the allocator here",
                    },
                ],
            }
        ],
        "unanalyzed": [],
        "stats": {"files": 2, "functions": 7, "sites": 0, "combinations": 2, "seconds": 0.5},
    }


def test_a_combination_of_a_finding_is_always_one_of_the_run() -> None:
    for result in results():
        known = {one.id for one in result.combinations}
        assert len(known) == len(result.combinations)
        for finding in result.findings:
            assert finding.combinations and set(finding.combinations) <= known


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202edlrow\r\n\x9b31m\x7f\ufeff"


def test_nothing_of_a_tree_or_a_mail_acts_on_the_terminal() -> None:
    source = SOURCE.replace("table = ", f"table\x1b[31m\u202e{chr(0x9B)} = ").replace(
        "// f", "[bold]red[/bold] // f"
    )
    hostile = fakes.mbox("mm/a.c", ["\n", source]).replace("change 1", f"sub\x1b[2Jject {chr(0x9B)}31m")
    asked = request({"mm/a.c": "\n", "combinations": COMBINATIONS})
    series = parse_series(hostile.encode(), "s")
    run = patch(asked, series, everything(), fakes.FakeEngine(), lambda text: None, final=False)
    finding = replace(run.result.findings[0], message=HOSTILE, function=HOSTILE)
    steps = (Step("mm/a.c", 3, 1, "drop_table", HOSTILE), *finding.trace)
    run = replace(run, result=replace(run.result, findings=(replace(finding, trace=steps),)))
    for name in FORMATS:
        out = renderer(name)(Material(run, lines_of(run), 1))
        assert all(char == "\n" or char.isprintable() for char in out.replace("\t", "")), name
        assert "\u202e" not in out
    stream = io.StringIO()
    spans.print_coloured(text.lines(run.result, lines_of(run), False), stream)
    assert "\x1b[2J" not in stream.getvalue() and "\x07" not in stream.getvalue()
    assert "[bold]red[/bold]" in stream.getvalue()


def test_a_terminal_gets_colour_and_the_same_text() -> None:
    run = run_check({"mm/a.c": SOURCE, "mm/b.c": LEDGER, "combinations": COMBINATIONS}, "audit", ledger=True)
    stream = io.StringIO()
    spans.print_coloured(text.lines(run.result, lines_of(run), False), stream)
    coloured = stream.getvalue()
    assert "\x1b[1;31merror[PTL001 sync-free]" in coloured
    stripped = "\n".join(line.rstrip() for line in re.sub("\x1b\\[[0-9;]*m", "", coloured).split("\n"))
    assert stripped == as_text(run)


def test_control_characters_are_written_as_escapes() -> None:
    assert neutral("a\tb\x1b[1m\x9b\u202e\U000e0001") == "a\\x09b\\x1b[1m\\x9b\\u202e\\U000e0001"
    assert neutral("größer → ok") == "größer → ok"


def test_a_format_that_is_not_built_is_named() -> None:
    with pytest.raises(
        UsageError, match="no format 'html' is built; there are: text, concise, checkpatch, json"
    ):
        known_format("html")
