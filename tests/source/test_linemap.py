# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines before and after a change."""

import time

from hypothesis import given
from hypothesis import strategies as st

from ptlint.source.linemap import LineMap

TEXT = st.lists(st.sampled_from([b"{", b"}", b"", b"a", b"b", b"c"])).map(b"\n".join)


def test_lines_after_an_insertion_move_down() -> None:
    lines = LineMap(b"a\nb\nc\n", b"a\nnew\nb\nc\n")
    assert [lines.forward(line) for line in (0, 1, 2, 3, 4)] == [None, 1, 3, 4, None]
    assert [lines.backward(line) for line in (0, 1, 2, 3, 4, 5)] == [None, 1, None, 2, 3, None]
    assert lines.changed_after() == ((2, 2),)
    assert lines.changed_before() == ()


def test_replaced_and_deleted_lines_have_no_counterpart() -> None:
    lines = LineMap(b"a\nb\nc\nd\n", b"a\nB\nd")
    assert [lines.forward(line) for line in (1, 2, 3, 4)] == [1, None, None, 3]
    assert lines.changed_before() == ((2, 3),)
    assert lines.changed_after() == ((2, 2),)


def test_files_that_come_or_go_have_no_lines_in_common() -> None:
    assert LineMap(b"", b"a\nb\n").changed_after() == ((1, 2),)
    assert LineMap(b"a\nb\n", b"").changed_before() == ((1, 2),)
    assert LineMap(b"", b"").forward(1) is None
    assert LineMap(b"a\n\n", b"a\n").changed_before() == ((2, 2),)


def test_large_files_are_mapped_quickly() -> None:
    before = b"".join(b"\tcall(%d);\n}\n\n" % (number % 900) for number in range(10_000))
    started = time.perf_counter()
    lines = LineMap(before, before.replace(b"call(7);", b"changed();\n\tmore();"))
    assert time.perf_counter() - started < 10
    assert lines.forward(1) == 1


@given(TEXT, TEXT)
def test_the_map_is_monotone_and_joins_equal_lines_only(before: bytes, after: bytes) -> None:
    lines = LineMap(before, after)
    old, new = before.split(b"\n"), after.split(b"\n")
    pairs = [(line, there) for line in range(1, len(old) + 1) if (there := lines.forward(line)) is not None]
    assert all(old[line - 1] == new[there - 1] for line, there in pairs)
    assert [there for _, there in pairs] == sorted({there for _, there in pairs})
    assert pairs == [
        (back, line) for line in range(1, len(new) + 1) if (back := lines.backward(line)) is not None
    ]
    kept = {line for line, _ in pairs}
    changed = {line for first, last in lines.changed_before() for line in range(first, last + 1)}
    assert kept.isdisjoint(changed)
    assert lines.forward(len(old) + 1) is None


@given(TEXT)
def test_a_text_maps_to_itself(text: bytes) -> None:
    lines = LineMap(text, text)
    assert lines.changed_before() == lines.changed_after() == ()
