# SPDX-License-Identifier: GPL-2.0-or-later
"""The README shows what ptlint prints."""

import os
import re
import shlex
from pathlib import Path

import pytest

from ptlint.cli.main import main

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(<!-- output: .*? -->\n```\n\$ ptlint ([^\n]*)\n)(.*?)(```\n<!-- end of output -->)", re.DOTALL
)


def test_the_output_in_the_readme_is_real(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    readme = ROOT / "README.md"
    text = readme.read_text()
    match = BLOCK.search(text)
    assert match is not None
    status = main(shlex.split(match[2]))
    out, err = capsys.readouterr()
    assert err == ""
    assert status == 1
    if os.environ.get("PTLINT_GOLDEN") == "write":
        readme.write_text(f"{text[: match.start(3)]}{out}{text[match.end(3) :]}")
    else:
        assert match[3] == out
