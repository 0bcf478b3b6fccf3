# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds of every series, not only of those that somebody thought of."""

from dataclasses import replace
from itertools import pairwise

import fakes
from hypothesis import given, settings
from hypothesis import strategies as st

from ptlint.results.combining import correspondence, unite
from ptlint.results.engine import Request, StateResult
from ptlint.results.model import Combination, Result, Status
from ptlint.results.run import check, patch
from ptlint.results.selection import Selection
from ptlint.rules.loader import load_rules
from ptlint.source.patches import parse_series
from ptlint.source.tree import MemoryTree

RULES = load_rules()
SELECTION = Selection((), frozenset(rule.code for rule in RULES))
NOTES = st.sampled_from(
    [
        "x();",
        "y();",
        "z(); // finding: PTL001 table-a",
        "z(); // finding: PTL001 table-b when SMP",
        "z(); // finding: PTL002 table-a when !SMP",
        "z(); // site: pte_free rcu",
        "z(); // site: pte_free unsafe when SMP",
        "z(); // hole: why",
    ]
)
TEXTS = st.lists(NOTES, max_size=6).map(lambda lines: "void f(void)\n{\n" + "\n".join([*lines, "}\n"]))
COMBINATIONS = "x86_64/1 PT_RECLAIM=y SMP=y\nx86_64/2 PT_RECLAIM=y SMP=n\n"


def request(text: str) -> Request:
    files = fakes.kernel({"mm/a.c": text, "combinations": COMBINATIONS})
    return Request(MemoryTree(files), ("x86_64",), (), (), "gcc-12", RULES)


def check_text(text: str) -> Result:
    return check(request(text), SELECTION, fakes.FakeEngine(), lambda _: None, "check", ledger=False).result


def run_series(texts: list[str], final: bool = False) -> Result | None:
    steps = [texts[0], *(after for before, after in pairwise(texts) if after != before)]
    if len(steps) < 2:
        return None
    series = parse_series(fakes.mbox("mm/a.c", steps).encode(), "s")
    return patch(request(steps[0]), series, SELECTION, fakes.FakeEngine(), lambda _: None, final).result


def weight(result: Result, *statuses: Status) -> int:
    """Return how often something holds: each event counts once for each of its combinations."""
    return sum(len(one.combinations) for one in result.findings if one.status in statuses)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_the_events_of_a_series_lead_from_the_first_tree_to_the_last(texts: list[str]) -> None:
    result = run_series(texts)
    if result is None:
        return
    first, last = (weight(check_text(text), Status.EXISTING) for text in (texts[0], texts[-1]))
    assert first + weight(result, Status.NEW) - weight(result, Status.FIXED) == last
    assert weight(result, Status.EXISTING) <= min(first, last)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_one_patch_backward_does_the_reverse(before: str, after: str) -> None:
    there, back = run_series([before, after]), run_series([after, before])
    if there is None or back is None:
        return
    assert weight(there, Status.NEW) == weight(back, Status.FIXED)
    assert weight(there, Status.FIXED) == weight(back, Status.NEW)
    assert weight(there, Status.EXISTING) == weight(back, Status.EXISTING)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_the_ends_alone_have_no_more_to_tell_than_one_patch(texts: list[str]) -> None:
    ends, whole = run_series([texts[0], texts[-1]]), run_series(texts, final=True)
    if ends is not None and whole is not None:
        for status in Status:
            assert weight(ends, status) == weight(whole, status)


SYMBOLS = st.dictionaries(st.sampled_from("ABC"), st.sampled_from("yn"), max_size=3)


def states(assignments: list[dict[str, str]]) -> tuple[Combination, ...]:
    distinct = {tuple(sorted(one.items())): one for one in assignments}
    return tuple(Combination(f"x/{n}", "x", one, "y") for n, one in enumerate(distinct.values(), 1))


@given(st.lists(SYMBOLS, min_size=1, max_size=4), st.lists(SYMBOLS, min_size=1, max_size=4))
def test_correspondence_is_the_same_from_both_sides(
    old: list[dict[str, str]], new: list[dict[str, str]]
) -> None:
    empty = StateResult("7", "t", (), (), (), (), (), 0, 0)
    (before, after), everything = unite(
        [replace(empty, combinations=states(old)), replace(empty, combinations=states(new))]
    )
    assert len({one.id for one in everything}) == len(everything)
    same = correspondence(before.combinations, after.combinations)
    forward = {(a, b) for a, ids in same.after_of.items() for b in ids}
    backward = {(a, b) for b, ids in same.before_of.items() for a in ids}
    assert forward == backward
    by_id = {one.id: one.assignment for one in everything}
    for a, b in forward:
        assert all(by_id[b].get(symbol, value) == value for symbol, value in by_id[a].items())
