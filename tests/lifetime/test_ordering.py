# SPDX-License-Identifier: GPL-2.0-or-later
"""The order in which blocks are walked: what leads to a block comes first, a loop before what follows it."""

from hypothesis import given
from hypothesis import strategies as st

from ptlint.lifetime.agenda import Agenda
from ptlint.lifetime.ordering import weak_topological_order

Graph = list[tuple[int, ...]]
SIZES = st.integers(1, 9)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(SIZES)
    node = st.integers(0, size - 1)
    return [tuple(draw(st.lists(node, max_size=2))) for _ in range(size)]


def reached(graph: Graph, start: int) -> set[int]:
    """Return what a node leads to by at least one edge."""
    found: set[int] = set()
    left = list(graph[start])
    while left:
        node = left.pop()
        if node not in found:
            found.add(node)
            left.extend(graph[node])
    return found


@given(graphs())
def test_each_node_that_is_reached_stands_there_once(graph: Graph) -> None:
    order = weak_topological_order(graph)
    assert order[0] == 0
    assert sorted(order) == sorted(reached(graph, 0) | {0})


@given(graphs())
def test_only_edges_of_loops_lead_back(graph: Graph) -> None:
    rank = {node: at for at, node in enumerate(weak_topological_order(graph))}
    for node, at in rank.items():
        for target in graph[node]:
            assert rank[target] > at or node in reached(graph, target) | {target}


@given(graphs())
def test_a_loop_is_not_interrupted_by_what_follows_it(graph: Graph) -> None:
    order = weak_topological_order(graph)
    ways = {node: reached(graph, node) for node in order}
    for at, node in enumerate(order):
        loop = {one for one in order if one in ways[node] and node in ways[one]}
        places = [place for place, one in enumerate(order) if one in loop]
        if places and places[0] == at:
            assert set(order[at : places[-1] + 1]) == loop


def test_an_inner_loop_is_done_before_the_outer_one_goes_on() -> None:
    #   0 -> 1 -> 2 <-> 3, 2 -> 4 -> 1, 1 -> 5
    assert weak_topological_order([(1,), (5, 2), (4, 3), (2,), (1,), ()]) == [0, 1, 2, 3, 4, 5]


def test_a_branch_that_leaves_a_loop_early_waits_for_the_loop() -> None:
    assert weak_topological_order([(1,), (3, 2), (3, 1), ()]) == [0, 1, 2, 3]


def test_many_blocks_in_a_row_are_no_matter() -> None:
    size = 5000
    assert weak_topological_order([*((one + 1,) for one in range(size - 1)), ()]) == list(range(size))


def test_the_agenda_gives_the_first_block_and_its_oldest_state() -> None:
    agenda = Agenda((0, 2, 1))
    for block, core in ((1, "a"), (2, "b"), (2, "a"), (2, "b"), (0, "c")):
        agenda.add(block, core)
    taken = []
    while agenda:
        taken.append(agenda.take())
    assert taken == [(0, "c"), (2, "b"), (2, "a"), (1, "a")]
    agenda.add(1, "a")
    assert agenda
