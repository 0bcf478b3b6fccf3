# SPDX-License-Identifier: GPL-2.0-or-later
"""What an audit of two architectures of the pocket tree ends with."""

import os
from pathlib import Path

import pytest

from ptlint.cli.main import main

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "overview.txt"


def test_an_audit_of_the_pocket_tree_tells_where_tables_could_be_reclaimed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mini = str(ROOT / "fixtures/linux-mini")
    assert main(["audit", "--tree", mini, "--arch", "i386", "--arch", "openrisc", "--no-cache"]) == 0
    text = capsys.readouterr().out
    found = text[text.index("PT_RECLAIM by architecture") : text.index("\ntree: ")]
    if os.environ.get("PTLINT_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()
