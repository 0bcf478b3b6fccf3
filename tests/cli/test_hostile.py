# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches and files of strangers: a clear error, never a traceback."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import fakes
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptlint.cli.main import main

TEXT = "void f(void)\n{\n\tone();\n}\n"
PIECES = [
    *(
        b"--- a/mm/a.c\n",
        b"+++ b/mm/a.c\n",
        b"+++ b/../x\n",
        b"diff --git a/mm/a.c b/mm/a.c\n",
        b"-\tone();\n",
    ),
    *(
        b"@@ -1,4 +1,4 @@\n",
        b"@@ -3 +3 @@\n",
        b" void f(void)\n",
        b" {\n",
        b"+\ttwo();\n",
        b" }\n",
        b"\0",
        b"\xff",
    ),
    *(
        b"From 0 Mon Sep 17 00:00:00 2001\n",
        b"Subject: [PATCH 1/2] \x1b[2J\n",
        b"rename from mm/a.c\n",
        b"\n",
    ),
    *(b"new file mode 120000\n", b"GIT binary patch\n", b"Content-Transfer-Encoding: base64\n", b"---\n"),
]
BYTES = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.write_kernel(tmp_path_factory.mktemp("hostile") / "tree", {"mm/a.c": TEXT})


@pytest.fixture
def said(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[bytes], tuple[int, str]]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(data: bytes) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        status = main(["patch", "-", "--tree", str(tree)], fakes.FakeEngine())
        return status, capsys.readouterr().err

    return run


Said = Callable[[bytes], tuple[int, str]]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(BYTES)
def test_any_bytes_as_a_patch_are_judged_or_refused(said: Said, data: bytes) -> None:
    status, err = said(data)
    assert status in (0, 1, 2, 3, 4), err
    assert "Traceback" not in err and "\x1b" not in err


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(BYTES)
def test_any_bytes_as_a_file_are_patched_or_refused(said: Said, tree: Path, data: bytes) -> None:
    (tree / "mm/a.c").write_bytes(data)
    status, err = said(fakes.mbox("mm/a.c", [TEXT, TEXT.replace("one", "two")]).encode())
    (tree / "mm/a.c").write_text(TEXT)
    assert status in (0, 4) and "Traceback" not in err


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../outside.c", "is no path inside the tree"),
        ("/etc/passwd", "etc/passwd: there is no such file"),
        ("mm/../../x.c", "is no path inside the tree"),
        (".git/config", "is git's own"),
        ("out/passwd", "there is no such file"),
    ],
)
def test_paths_that_leave_the_tree_are_refused(said: Said, tree: Path, path: str, message: str) -> None:
    if not (tree / "out").is_symlink():
        (tree / "out").symlink_to("/etc")
    head = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    status, err = said(head.encode() + b"@@ -1 +1 @@\n-a\n+b\n")
    assert status in (2, 4) and message in err and "Traceback" not in err


def test_nul_bytes_and_hunks_without_end_are_refused(said: Said) -> None:
    head = b"--- a/mm/a.c\n+++ b/mm/a.c\n"
    assert said(head + b"@@ -1 +1 @@\n-a\0\n+b\n")[0] == 2
    assert said(head + b"@@ -1,999999999 +1 @@\n-a\n+b\n")[0] == 2
    status, err = said(head + b"@@ -1,1 +1,1000001 @@\n-absent\n" + b"+x\n" * 1_000_001)
    assert status == 4 and len(err) < 2000
    assert said(b"+x\n" * 2_000_001)[0] == 2
