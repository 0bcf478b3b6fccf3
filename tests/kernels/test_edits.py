# SPDX-License-Identifier: GPL-2.0-or-later
"""The mechanism of the series itself, on small files."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from . import rename, series
from .edits import Draft, Edit, EditError
from .rename import Renaming

C = """\
#include "a.h"

static int
first(int a)
{
	other(a);
	return a;
}

#ifdef X
void twice(void) { }
#else
void twice(void)
{
	other(1);
}
#endif
int last(int a, int b);
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.c").write_text(C)
    return tmp_path


def applied(root: Path, *edits: Edit) -> str:
    draft = Draft(root)
    draft.apply(edits)
    return draft.text("a.c")


def test_text_goes_in_front_of_and_behind_the_line_that_is_found(root: Path) -> None:
    text = applied(root, Edit("a.c", inside="first", find="other(", before="\tx();", after="\ty();\n"))
    assert "{\n\tx();\n\tother(a);\n\ty();\n\treturn a;" in text


def test_a_fragment_is_replaced_in_its_line(root: Path) -> None:
    assert "\treturn b;\n" in applied(root, Edit("a.c", find="return a;", replace="return b;"))


def test_a_fragment_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(EditError, match="'nothing' stands there 0 times"):
        applied(root, Edit("a.c", find="nothing", replace=""))


def test_a_fragment_that_stands_there_twice_is_an_error(root: Path) -> None:
    with pytest.raises(EditError, match="stands there 2 times, not 1"):
        applied(root, Edit("a.c", find="other(", replace=""))


def test_a_function_with_two_definitions_needs_a_number(root: Path) -> None:
    with pytest.raises(EditError, match=r"twice\(\): 2 definitions"):
        applied(root, Edit("a.c", inside="twice", find="other", replace=""))
    assert "mine(1)" in applied(root, Edit("a.c", inside="twice", nth=2, find="other", replace="mine"))


def test_a_declaration_is_no_definition(root: Path) -> None:
    with pytest.raises(EditError, match=r"last\(\): 0 definitions"):
        applied(root, Edit("a.c", inside="last", find="a", replace=""))


def test_a_whole_function_is_taken_with_the_type_above_it_and_put_elsewhere(root: Path) -> None:
    text = applied(root, Edit("a.c", inside="first", take="f"), Edit("a.c", append="@f@\n"))
    assert text.endswith(
        "int last(int a, int b);\nstatic int\nfirst(int a)\n{\n\tother(a);\n\treturn a;\n}\n"
    )
    assert text.count("first") == 1


def test_words_are_renamed_but_not_members(root: Path) -> None:
    (root / "a.c").write_text("int f(int a)\n{\n\treturn a + p->a + aa;\n}\n")
    assert "return b + p->a + aa;" in applied(root, Edit("a.c", inside="f", rename={"a": "b"}))


def test_the_diff_is_what_git_applies(root: Path) -> None:
    long = "\n".join(f"line {i}" for i in range(400)) + "\n"
    (root / "b.c").write_text(long)
    draft = Draft(root)
    draft.apply(
        [
            Edit("b.c", find="line 203", replace="changed"),
            Edit("b.c", find="line 390", after="added"),
            Edit("new.c", create="int x;\n"),
            Edit("a.c", find="#include", before="/* first */"),
        ]
    )
    subprocess.run(["git", "apply", "-"], cwd=root, input=draft.diff().encode(), check=True)
    assert {p: (root / p).read_text() for p in draft.changed()} == draft.changed()
    assert set(draft.changed()) == {"a.c", "b.c", "new.c"}


def test_a_series_of_two_patches_starts_the_second_where_the_first_ends(root: Path) -> None:
    draft = Draft(root)
    draft.apply([Edit("a.c", find="return a;", replace="return b;")])
    draft.commit()
    draft.apply([Edit("a.c", find="return b;", replace="return c;")])
    assert "-\treturn b;\n+\treturn c;\n" in draft.diff()


def test_locals_are_renamed_inside_their_function_only() -> None:
    names = Renaming({"other": "g1"}, {("a.c", "first"): {"a": "v1"}})
    text = rename.renamed(C, "a.c", names)
    assert "first(int v1)\n{\n\tg1(v1);\n\treturn v1;" in text
    assert "int last(int a, int b);" in text
    assert '#include "a.h"' in text
    assert names.back() == {"g1": "other", "v1": "a"}


def test_every_case_file_can_be_read_and_is_large_enough() -> None:
    assert len(series.faults()) >= 24
    assert len(series.refactorings()) >= 12
    assert len(series.load("transformations.toml")) >= 10
    assert all(c.expect for c in series.faults())
    assert len(series.pairs()) >= 25
    assert all(c.expect and c.mended for c in series.pairs())
    assert not any(c.expect for c in series.refactorings())


ARCHS = ("arm", "arm64", "loongarch", "m68k", "mips", "parisc", "powerpc", "riscv", "s390", "sh", "sparc64")


@pytest.mark.parametrize("arch", ARCHS)
def test_each_architecture_has_five_faults_of_its_own(arch: str) -> None:
    wide = {"parisc": "parisc64"}.get(arch, arch)
    assert sum(c.arch in (arch, wide) for c in series.faults()) >= 5


def test_a_case_that_expects_nothing_fails_on_a_new_warning() -> None:
    found = {"rule": "PTL001", "severity": "warning", "status": "new", "path": "a.c", "line": 1, "patch": 1}
    result = {"patches": [{"index": 1, "applied": True}], "findings": [found], "combinations": []}
    why, _ = series.judge(series.Case("x", "y"), 0, result)
    assert why == "not silent: PTL001 a.c:1 []"


def test_a_fault_must_be_found_where_and_under_what_it_was_planted() -> None:
    case = series.Case("x", "y", expect=series.Expected(("PTL001",), ("a.c",), ("f",), {"X86_PAE": "y"}))
    found = {
        "rule": "PTL001", "severity": "error", "status": "new", "path": "a.c", "line": 1, "function": "f",
        "patch": 1, "combinations": ["i386/1"], "condition": "X86_PAE", "trace": [],
    }  # fmt: skip
    result = {
        "patches": [{"index": 1, "applied": True}],
        "findings": [found],
        "combinations": [{"id": "i386/1", "assignment": {"X86_PAE": "y"}}],
    }
    assert series.judge(case, 1, result) == ("", ())
    result["combinations"] = [{"id": "i386/1", "assignment": {"X86_PAE": "n"}}]
    assert series.judge(case, 1, result)[0].startswith("missing PTL001")


def events(*found: tuple[str, str, int]) -> dict[str, Any]:
    """Return a result over two patches from rule, status and patch of each event."""
    findings = [
        {
            "id": rule, "rule": rule, "severity": "error", "status": status, "path": "a.c", "line": 1,
            "function": "f", "patch": patch, "combinations": ["x86_64/1"], "condition": "y", "trace": [],
        }
        for rule, status, patch in found
    ]  # fmt: skip
    combinations = [{"id": "x86_64/1", "assignment": {}}]
    patches = [{"index": 1, "applied": True}, {"index": 2, "applied": True}]
    return {"patches": patches, "findings": findings, "combinations": combinations}


def test_a_pair_passes_if_its_second_patch_leaves_nothing_of_the_first() -> None:
    pair = series.Case(
        "x", "y", mended=(Edit("a.c", find="x", replace=""),), expect=series.Expected(("PTL008",), ("a.c",))
    )
    found, fixed = ("PTL008", "new", 1), ("PTL008", "fixed", 2)
    assert series.judge(pair, 1, events(found, fixed)) == ("", ())
    assert series.judge(pair, 1, events(found))[0] == "mended, but still there: PTL008 a.c:1 f [y]"
    assert series.judge(pair, 1, events(("PTL007", "new", 1), fixed))[0].startswith("missing PTL008")
    late = events(found, fixed, ("PTL010", "new", 2))
    assert series.judge(pair, 1, late)[0] == "mended, but not silent: PTL010 a.c:1 f [y]"


@pytest.mark.parametrize("left", [True, False])
def test_a_mend_must_leave_no_gap_that_was_not_there_before_the_pair(root: Path, left: bool) -> None:
    pair = series.Case(
        "x",
        "y",
        edit=(Edit("a.c", find="return a;", replace="return b;"),),
        mended=(Edit("a.c", find="return b;", replace="return c;"),),
        expect=series.Expected(("PTL008",), ("a.c",)),
    )
    result = {"schema": "ptlint-result/1", **events(("PTL008", "new", 1), ("PTL008", "fixed", 2))}
    gap = {"path": "a.c", "line": 9, "function": "f", "reason": "why", "status": "new"}
    says = {"": {**result, "unanalyzed": [gap]}, "--final": {**result, "unanalyzed": [gap] if left else []}}
    fake = root / "fake.py"
    fake.write_text(
        "import json, sys\n"
        f"print(json.dumps({says!r}['--final' if '--final' in sys.argv else '']))\n"
        "sys.exit(1)\n"
    )
    outcome = series.run(pair, root, "7.3", f"{sys.executable} {fake}")
    assert outcome.why == ("mended, but no longer proved: gap a.c:9 f: why" if left else "")


def test_the_mend_of_a_pair_is_a_patch_over_the_fault(root: Path) -> None:
    pair = series.Case(
        "pair",
        "what",
        edit=(Edit("a.c", find="return a;", replace="return b;"),),
        mended=(Edit("a.c", find="return b;", replace="return c;"),),
    )
    text = series.series(pair, root, "7.3")
    assert text.count("\nSubject: ") == 2
    assert "-\treturn a;\n+\treturn b;\n" in text and "-\treturn b;\n+\treturn c;\n" in text


def test_one_configuration_is_the_default_one_with_what_is_expected_over_it(root: Path) -> None:
    default = root / "arch/x86/configs/x86_64_defconfig"
    default.parent.mkdir(parents=True)
    default.write_text("CONFIG_A=y\n")
    expected = series.Expected(("PTL008",), ("a.c",), config={"A": "n", "B": "y"})
    words = series.one_configuration(series.Case("x", "y", expect=expected), root, root)
    assert words == ("--config", str(root / "x.config"))
    assert (root / "x.config").read_text() == "CONFIG_A=y\n# CONFIG_A is not set\nCONFIG_B=y\n"
    series.one_configuration(series.Case("x", "y", arch="arm64"), root, root)
    assert (root / "x.config").read_text() == ""
