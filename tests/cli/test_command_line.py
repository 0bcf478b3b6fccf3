# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: exit statuses, what goes where, and what is refused."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fakes
import jsonschema
import pytest

from ptlint.cli.main import main
from ptlint.reports.json import schema_path
from ptlint.results.cache import CachingEngine

CLEAN = "void f(void)\n{\n\tone();\n\ttwo();\n}\n"
FAULTY = CLEAN.replace("two();", "two(); // finding: PTL001 table-a")
HOLE = CLEAN.replace("two();", "two(); // hole: what is this")

Out = tuple[int, str, str]
Ptlint = Callable[..., Out]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return fakes.write_kernel(tmp_path / "tree", {"mm/a.c": CLEAN, "mm/bad.c": FAULTY, "fs/hole.c": HOLE})


@pytest.fixture
def engine() -> fakes.FakeEngine:
    return fakes.FakeEngine()


@pytest.fixture
def ptlint(
    capsys: pytest.CaptureFixture[str],
    engine: fakes.FakeEngine,
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Ptlint:
    monkeypatch.chdir(tree)

    def run(*argv: str | Path) -> Out:
        status = main([str(word) for word in argv], engine)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def series(tmp_path: Path) -> Path:
    path = tmp_path / "series.mbox"
    path.write_text(fakes.mbox("mm/a.c", [CLEAN, FAULTY, CLEAN]))
    return path


def test_the_exit_status_says_what_was_found(ptlint: Ptlint) -> None:
    assert ptlint("check", "mm/a.c")[0] == 0
    assert ptlint("check", "mm")[0] == 1
    assert ptlint("check", "fs")[0] == 3
    assert ptlint("check", "fs", "--allow-gaps")[0] == 0
    assert ptlint("check")[0] == 1
    assert ptlint("check", "fs", "--bisect")[0] == 125
    assert ptlint("check", "mm", "--bisect")[0] == 1
    assert ptlint("audit", "fs")[0] == 3


def test_nothing_is_said_on_stderr(ptlint: Ptlint, series: Path) -> None:
    for argv in (["check"], ["check", "fs"], ["audit"], ["patch", str(series)], ["rules"]):
        assert ptlint(*argv)[2] == "", argv


def test_the_same_command_prints_the_same_bytes_whatever_the_format(ptlint: Ptlint) -> None:
    for name in ("text", "concise"):
        assert (
            ptlint("check", "--format", name)[1] == ptlint("check", "--format", name, "--jobs", "1")[1] != ""
        )


def test_the_tree_is_found_upward(ptlint: Ptlint, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "mm")
    assert "mm/bad.c:4" in ptlint("check", "bad.c", "--format", "concise")[1]
    assert ptlint("check", "mm/a.c")[0] == 0  # seen from the top of the tree
    monkeypatch.chdir(tree.parent)
    assert ptlint("check", "--tree", tree, "mm/a.c")[0] == 0
    assert ptlint("check", "--tree", tree, tree / "mm" / "a.c")[0] == 0


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["check", "nowhere.c"], "nowhere.c: no such file or folder in the tree"),
        (["check", "/etc/passwd"], "/etc/passwd: no such file or folder in the tree"),
        (["check", "--tree", "/nonexistent"], "/nonexistent: no such directory"),
        (["check", "--tree", "/"], "/: is no kernel tree"),
        (["check", "--through"], "unrecognized arguments: --through"),
        (["check", "--baseline", "f"], "f: cannot read the baseline"),
        (["check", "--sel", "PTL001"], "unrecognized arguments: --sel"),
        (
            ["check", "--format", "html"],
            "no format 'html' is built; there are: text, concise, checkpatch, json",
        ),
        (["check", "--format", "json:"], "a file name is missing"),
        (["check", "--format", "json", "--format", "text"], "two formats go to standard output"),
        (["check", "--format", "json:a", "-o", "b"], "the first format already goes to a"),
        (["check", "-o", "/nonexistent/x"], "there is no folder /nonexistent"),
        (["check", "--select", "PTL024"], "no rule 'PTL024' is built"),
        (["check", "--ignore", "PTL001,sync-fre"], "no rule 'sync-fre' is built; did you mean sync-free?"),
        (["check", "--rules", "/nonexistent"], "/nonexistent: no rule in it"),
        (["check", "--arch", "x68"], "unknown architecture 'x68'; did you mean x86?"),
        (["check", "--arch", "s390"], "--arch s390: the tree has no such architecture; it has x86"),
        (["check", "--assume", "SMP"], "--assume SMP: expected SYMBOL=VALUE"),
        (["check", "--assume", "A=y", "--assume", "CONFIG_A=n"], "A is already assumed to be y"),
        (["check", "--config", "none"], "--config none: cannot read it"),
        (["check", "--jobs", "0"], "'0' is no number above 0"),
        (["patch"], "no PATCH is given"),
        (["patch", "--staged", "x.patch"], "--staged looks at git's index; it takes no PATCH"),
        (["patch", "a..b", "x.patch"], "a..b: a git range is a series of its own"),
        (["patch", "a..b", "--base", "c"], "a..b: a git range is a series of its own"),
        (["patch", "--staged"], "not a git repository"),
        (["patch", "none\0.patch"], "cannot read the patch"),
        (["patch", "../none.patch"], "../none.patch: cannot read the patch"),
        (["patch", "none.patch"], "none.patch: cannot read the patch"),
        (["patch", "a..b"], "not a git repository"),
        (["patch", "mm/a.c"], "no patch in it"),
        (["patch", "mm"], "mm: no patch in the folder"),
        (["configs", "none"], "none: no such file or folder in the tree"),
        (["configs", "mm", "-"], "paths and patches do not go together"),
        (["baseline", "show"], "name the file with --baseline"),
        (["baseline", "accept", "ab", "--baseline", "f"], "accept needs --reason"),
        (["witness", "abcd"], "abcd: there is no last run to explain it from"),
        ([], "COMMAND"),
        (["explain", "PTL024"], "no rule 'PTL024' is built"),
        (["explain", "abcdef"], "there is no last run"),
        (["rules", "test", "/nonexistent"], "/nonexistent: no rule in it"),
    ],
)
def test_wrong_usage_is_refused_in_one_line(ptlint: Ptlint, argv: list[str], message: str) -> None:
    status, out, err = ptlint(*argv)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith("ptlint: ") and err.count("\n") == 1


def test_a_patch_that_does_not_apply_is_named(ptlint: Ptlint, tmp_path: Path) -> None:
    path = tmp_path / "p.patch"
    path.write_text(fakes.mbox("mm/a.c", ["something\nelse\n", "x\n"]))
    status, out, err = ptlint("patch", path)
    assert (status, out) == (4, "")
    assert "mm/a.c" in err and "change 1" in err
    assert ptlint("patch", path, "--bisect")[0] == 125


def test_what_stands_in_the_way_of_a_patch_does_not_act_on_the_terminal(
    ptlint: Ptlint, tree: Path, tmp_path: Path
) -> None:
    (tree / "mm/a.c").write_text("void f(void)\x1b[2J\n{\n\tzero();\n")
    path = tmp_path / "p.patch"
    path.write_text(fakes.mbox("mm/a.c", ["void f(void)\n{\n\tone();\n", "x\n"]))
    err = ptlint("patch", path)[2]
    assert "\x1b" not in err and "\t" not in err


def test_a_series_is_judged_patch_by_patch(ptlint: Ptlint, series: Path) -> None:
    status, out, _ = ptlint("patch", series, "--format", "json")
    result = json.loads(out)
    events = sorted((one["path"], one["status"], one["patch"] or 0, one["id"]) for one in result["findings"])
    assert [event[:3] for event in events] == [
        ("mm/a.c", "fixed", 2),
        ("mm/a.c", "new", 1),
        ("mm/bad.c", "existing", 0),
    ]
    assert events[0][3] == events[1][3]
    assert status == 1
    assert result["patches"] == [
        {"index": 1, "subject": "change 1", "applied": True},
        {"index": 2, "subject": "change 2", "applied": True},
    ]
    assert ptlint("patch", series, "--final")[0] == 0


def test_patches_come_from_files_folders_and_standard_input(
    ptlint: Ptlint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        fakes.diff("mm/a.c", CLEAN, FAULTY, "bring", 1, 2),
        fakes.diff("mm/a.c", FAULTY, CLEAN, "mend", 2, 2),
    )
    folder = tmp_path / "outgoing"
    folder.mkdir()
    (folder / "0001-bring.patch").write_text(first)
    (folder / "0002-mend.patch").write_text(second)
    (folder / "notes").write_text("no patch\n")
    one = ptlint("patch", folder, "--format", "concise")
    two = ptlint("patch", folder / "0001-bring.patch", folder / "0002-mend.patch", "--format", "concise")
    stdin = tmp_path / "stdin"
    stdin.write_text(first + second)
    with stdin.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        three = ptlint("patch", "-", "--format", "concise")
    assert one == two == three
    assert one[1].endswith("(patch 1)\n")


def test_many_formats_come_from_one_run(ptlint: Ptlint, tmp_path: Path, engine: fakes.FakeEngine) -> None:
    file, text = tmp_path / "r.json", tmp_path / "r.txt"
    status, out, err = ptlint(
        "check", "--format", "text", "-o", text, "--format", f"json:{file}", "--format", "concise"
    )
    assert (status, err, len(engine.requests)) == (1, "", 1)
    assert out.startswith("fs/hole.c:4:1: note") or out.startswith("mm/bad.c:4")
    assert text.read_text().startswith("error[PTL001 sync-free]")
    jsonschema.validate(json.loads(file.read_text()), json.loads(schema_path().read_text()))


def test_the_ledger_is_in_the_json_of_audit_and_of_check_if_asked(ptlint: Ptlint) -> None:
    assert "sites" in json.loads(ptlint("audit", "--format", "json")[1])
    assert "sites" in json.loads(ptlint("check", "--audit", "--format", "json")[1])
    assert "sites" not in json.loads(ptlint("check", "--format", "json")[1])


@pytest.mark.parametrize(
    ("argv", "archs"),
    [
        (["check"], ("x86_64",)),
        (["check", "mm"], ("x86_64",)),
        (["check", "arch/x86"], ("x86_64", "i386")),
        (["check", "arch"], ("x86_64",)),
        (["check", "arch/x86", "--arch", "i386"], ("i386",)),
        (["check", "--arch", "x86", "--arch", "i386"], ("x86_64", "i386")),
        (["check", "--arch", "all"], ("x86_64", "i386")),
    ],
)
def test_the_architecture_is_that_of_the_paths(
    ptlint: Ptlint, engine: fakes.FakeEngine, argv: list[str], archs: tuple[str, ...]
) -> None:
    ptlint(*argv)
    assert engine.requests[0].archs == archs


def test_the_request_is_what_was_asked_for(ptlint: Ptlint, engine: fakes.FakeEngine, tmp_path: Path) -> None:
    config = tmp_path / "my.config"
    config.write_text("CONFIG_SMP=y\n")
    ptlint(
        *("check", "mm/a.c", "--config", config, "--assume", "PT_RECLAIM=y", "--assume", 'CONFIG_S="a b"'),
        *("--toolchain", "gcc-12", "--select", "PTL001,ipi-only-sync", "--ignore", "PTL001", "--jobs", "3"),
    )
    request = engine.requests[0]
    assert request.configs == ((str(config), "CONFIG_SMP=y\n"),)
    assert request.assume == (("PT_RECLAIM", "y"), ("S", "a b"))
    assert [rule.code for rule in request.rules] == ["PTL002"]
    assert (request.toolchain, request.jobs, request.paths) == ("gcc-12", 3, ("mm/a.c",))


def test_rules_of_ones_own_are_used(ptlint: Ptlint, tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "own"
    folder.mkdir(parents=True)
    shipped = Path(__file__).parents[2] / "rules" / "PTL001-sync-free" / "rule.toml"
    text = shipped.read_text().replace("PTL001", "OWN001").replace("sync-free", "own-rule")
    (folder / "rule.toml").write_text(text)
    assert "OWN001" in ptlint("rules", "--rules", tmp_path / "rules")[1]
    (folder / "rule.toml").write_text(text.replace("severity", "sevrity"))
    assert ptlint("check", "--rules", tmp_path / "rules") == (
        2,
        "",
        f"ptlint: {folder}/rule.toml: unknown key 'sevrity'; did you mean severity?\n",
    )


def test_the_rules_are_listed(ptlint: Ptlint) -> None:
    status, out, _ = ptlint("rules")
    assert status == 0
    assert re.match(r"PTL001  sync-free +error +page-table page reaches the allocator", out)


def test_a_rule_is_explained_by_code_or_name(ptlint: Ptlint) -> None:
    by_code, by_name = ptlint("explain", "ptl001"), ptlint("explain", "sync-free")
    assert by_code == by_name
    assert by_code[0] == 0 and by_code[1].startswith("# PTL001 sync-free: ")


def test_a_finding_of_the_last_run_is_explained(ptlint: Ptlint, tree: Path) -> None:
    out = json.loads(ptlint("check", "mm", "--format", "json")[1])
    one = out["findings"][0]["id"]
    (tree / "mm/bad.c").unlink()  # the story is of the run, not of the tree
    status, story, _ = ptlint("explain", one[:8])
    assert status == 0
    assert "two(); // finding" in story and "mm/bad.c:4:2 in f" in story
    assert ptlint("explain", "0123456789ab")[2] == (
        "ptlint: 0123456789ab: no finding of the last run has that id\n"
    )


def test_an_internal_error_is_a_traceback_and_70(ptlint: Ptlint, engine: fakes.FakeEngine) -> None:
    engine.fails_with = ValueError("a bug")
    status, out, err = ptlint("check")
    assert (status, out) == (70, "")
    assert "Traceback" in err and "ValueError: a bug" in err and "internal error" in err


def test_an_interruption_is_130(ptlint: Ptlint, engine: fakes.FakeEngine) -> None:
    engine.fails_with = KeyboardInterrupt()
    assert ptlint("check") == (130, "", "")


def test_a_kconfig_that_cannot_be_read_is_3_with_a_result(ptlint: Ptlint, tree: Path) -> None:
    (tree / "Kconfig").write_text("syntax error\n")
    status, out, err = ptlint("check", "--format", "json")
    assert (status, err) == (3, "")
    assert json.loads(out)["unanalyzed"][0]["path"] == "mm/Kconfig"


def test_quiet_leaves_nothing_of_a_clean_run(ptlint: Ptlint) -> None:
    assert ptlint("check", "mm/a.c", "--quiet") == (0, "", "")
    assert "error[PTL001 sync-free]" in ptlint("check", "mm", "--quiet")[1]


def test_the_help_names_only_what_is_built(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--help"], ["check", "--help"], ["patch", "--help"], ["audit", "--help"]):
        with pytest.raises(SystemExit) as done:
            main(argv)
        assert done.value.code == 0
        out = capsys.readouterr().out
        for absent in ("html", "--watch"):
            assert absent not in out, (argv, absent)
        assert "130  interrupted" in out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == "ptlint 0.1.0\n"


def test_help_is_there_in_a_moment() -> None:
    code = "import sys; from ptlint.cli.main import run; sys.argv[1:] = ['--help']; run()"

    def seconds() -> float:
        """Of the processor: how long others keep it is not ours."""
        before = os.times()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(seconds() for _ in range(5)) < 0.15


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; import ptlint.cli.main; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    heavy = {"rich", "msgspec", "kconfiglib", "tree_sitter", "platformdirs", "tomllib", "ptlint.results.run"}
    assert heavy.isdisjoint(out.split())


def test_a_closed_pipe_ends_the_run_quietly(tree: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import fakes; from ptlint.cli.main import main;"
        "sys.exit(main(sys.argv[1:], fakes.FakeEngine()))"
    )
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", code, Path(__file__).parents[1], "check", "--tree", tree],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.stderr, done.returncode) == ("", 141)


def test_a_run_without_a_standard_error_ends_as_it_should() -> None:
    code = "import sys; from ptlint.cli.main import run; sys.argv[1:] = ['rules']; run()"
    command = shlex.join([sys.executable, "-c", code]) + " 2>&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, "PTL001" in done.stdout) == (0, True)


def test_cached_and_fresh_runs_print_the_same(
    tree: Path, engine: fakes.FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    caching = CachingEngine(engine)
    found = []
    for _ in range(2):
        main(["audit", "--tree", str(tree), "--format", "json"], caching)
        result = json.loads(capsys.readouterr().out)
        del result["stats"]["seconds"]
        found.append(result)
    assert found[0] == found[1]
    assert len(engine.requests) == 1


class Terminal:
    def __init__(self) -> None:
        self.written = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        pass


def test_progress_is_for_terminals_and_for_what_takes_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    from ptlint.cli import progress

    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    terminal, silent = Terminal(), Terminal()
    loud, quiet = progress.Progress(terminal, False), progress.Progress(silent, True)  # type: ignore[arg-type]
    loud("early")
    assert terminal.written == ""
    now = 101.5
    for teller in (loud, quiet):
        teller("late\x1b[2J")
        teller.clear()
    assert "late\\x1b[2J" in terminal.written and terminal.written.endswith("\r\x1b[K")
    assert silent.written == ""


def test_the_cases_of_a_rule_are_run(ptlint: Ptlint, tree: Path, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "rules" / "PTL001-sync-free" / "rule.toml"
    folder = tmp_path / "rules" / "PTL001-sync-free"
    (folder / "cases").mkdir(parents=True)
    (folder / "rule.toml").write_text(shipped.read_text())
    case = "// file: mm/case.c\nx(); /* expect: sync-free */"
    (folder / "cases" / "good.c").write_text(case + " // finding: PTL001 a\n")
    assert ptlint("rules", "test", folder, "--tree", tree) == (
        0,
        "ok    PTL001  good.c\n1 case, 0 failed\n",
        "",
    )
    (folder / "cases" / "missed.c").write_text(case + "\n")
    assert ptlint("rules", "test", folder.parent, "--tree", tree) == (
        1,
        "ok    PTL001  good.c\nFAIL  PTL001  missed.c\n"
        "      missing: mm/case.c:2: nothing existing is found here\n2 cases, 1 failed\n",
        "",
    )
    for path in (folder / "cases").iterdir():
        path.unlink()
    assert ptlint("rules", "test", folder, "--tree", tree)[0] == 2
