# SPDX-License-Identifier: GPL-2.0-or-later
"""Equations over sets, solved on demand against solving all of them over and over."""

from hypothesis import given
from hypothesis import strategies as st

from ptlint.lifetime.fixpoint import DEPTH, Fixpoint

SIZE = 8
graphs = st.lists(st.lists(st.integers(0, SIZE - 1), max_size=4), min_size=SIZE, max_size=SIZE)


def brute_force(graph: list[list[int]]) -> list[frozenset[int]]:
    """What each node reaches, itself included."""
    reached = [frozenset({n}) for n in range(len(graph))]
    while True:
        after = [r.union(*(reached[m] for m in graph[n])) for n, r in enumerate(reached)]
        if after == reached:
            return reached
        reached = after


@given(graphs, st.permutations(range(SIZE)))
def test_any_graph_in_any_order(graph: list[list[int]], order: list[int]) -> None:
    def compute(node: int) -> frozenset[int]:
        return frozenset({node}).union(*(solver.get(m) for m in graph[node]))

    solver: Fixpoint[int, frozenset[int]] = Fixpoint(frozenset(), compute)
    expected = brute_force(graph)
    assert [solver.get(n) for n in order] == [expected[n] for n in order]


def test_a_chain_deeper_than_the_limit_and_closed() -> None:
    length = 3 * DEPTH

    def compute(node: int) -> frozenset[int]:
        return frozenset({node}) | solver.get((node + 1) % length)

    solver: Fixpoint[int, frozenset[int]] = Fixpoint(frozenset(), compute)
    assert solver.get(0) == frozenset(range(length)) == solver.get(length - 1)
