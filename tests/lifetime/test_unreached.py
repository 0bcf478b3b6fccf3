# SPDX-License-Identifier: GPL-2.0-or-later
"""A function that frees its argument, and that nothing is seen to call, is told of."""

import json
from pathlib import Path

import pytest

from ptlint.cli.main import main

ROOT = Path(__file__).parents[2]
SERIES = """\
Subject: [PATCH] mm: a helper for later

---
--- a/mm/pgtable-generic.c
+++ b/mm/pgtable-generic.c
@@ -9,6 +9,11 @@
 #include <asm/pgalloc.h>
 #include <asm/tlb.h>
~
+static void drop_for_later(pmd_t *table)
+{
+	free_page((unsigned long)table);
+}
+
 #ifdef CONFIG_TRANSPARENT_HUGEPAGE
~
 pmd_t pmdp_collapse_flush(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmdp)
"""


def test_a_function_that_nobody_calls_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "a.patch").write_text(SERIES.replace("~", " "))
    status = main(
        ["patch", str(tmp_path / "a.patch"), "--tree", str(ROOT / "fixtures/linux-mini"), "--format", "json"]
    )
    told = json.loads(capsys.readouterr().out)["unanalyzed"]
    new = [(g["path"], g["function"], g["reason"]) for g in told if g["status"] == "new"]
    assert new == [
        ("mm/pgtable-generic.c", "drop_for_later", "frees its argument, but nothing is seen that calls it")
    ]
    assert status == 3
