# SPDX-License-Identifier: GPL-2.0-or-later
"""An answer of an earlier state serves again only where all that it was read from is the same."""

import pytest

from ptlint.results.recall import Recall
from ptlint.source.tree import MemoryTree, Overlay, RecordingTree, Tree

FILES = {"mm/a.c": b"a", "mm/b.c": b"b", "lib/c.c": b"c"}


def kept() -> tuple[Recall[str], Tree]:
    base = MemoryTree(FILES)
    read = RecordingTree(base)
    recall: Recall[str] = Recall(2)
    recall.keep("question", read, "answer")
    read.find("mm/a.c")
    read.digest("mm/missing.h")
    read.entries("mm")
    return recall, base


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, "answer"),
        ({"mm/b.c": b"changed, but it was only listed"}, "answer"),
        ({"lib/new.c": b"in a folder that was not listed"}, "answer"),
        ({"mm/a.c": b"changed"}, None),
        ({"mm/a.c": None}, None),
        ({"mm/missing.h": b"there now"}, None),
        ({"mm/new.c": b"listed now"}, None),
    ],
)
def test_an_answer_holds_while_what_it_rests_on_is_unchanged(
    changes: dict[str, bytes | None], answer: str | None
) -> None:
    recall, base = kept()
    tree = Overlay(base, changes)
    assert recall.find("question", tree) == answer
    assert recall.find("question", tree) == answer
    assert recall.find("another", tree) is None


def test_looking_for_an_answer_reads_all_that_it_rests_on() -> None:
    recall, base = kept()
    outer = RecordingTree(base)
    assert recall.find("question", outer) == "answer"
    assert outer.reads.keys() == {"mm/a.c"}
    assert (outer.absent, outer.listed.keys()) == ({"mm/missing.h"}, {"mm"})


def test_the_oldest_answer_is_forgotten() -> None:
    recall, base = kept()
    for number in range(2):
        recall.keep(number, RecordingTree(base), str(number))
    assert [recall.find(one, base) for one in ("question", 0, 1)] == [None, "0", "1"]
