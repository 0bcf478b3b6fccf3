# SPDX-License-Identifier: GPL-2.0-or-later
"""The order in which a walk takes a function's blocks: all that leads to a block before it.

A weak topological order (Bourdoncle, FMPA 1993): the blocks of a loop follow its head, and what comes after
the loop follows them. A block is then seldom walked with less than all that reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def weak_topological_order(following: Sequence[Sequence[int]]) -> list[int]:
    """Return the nodes that are reached from node 0, in order; *following* gives each one's successors."""
    order: list[int] = []
    parts: list[Iterator[list[int]]] = [components(following, (0,), frozenset(range(len(following))))]
    while parts:
        component = next(parts[-1], None)
        if component is None:
            parts.pop()
            continue
        head = component[0]
        order.append(head)
        rest = frozenset(component) - {head}
        parts.append(components(following, following[head], rest))
    return order


def components(
    following: Sequence[Sequence[int]], starts: Iterable[int], inside: frozenset[int]
) -> Iterator[list[int]]:
    """Yield the strongly connected components of the nodes *inside* that are reached, each from its head on.

    A component comes before those that it leads to (Tarjan, SIAM J. Comput. 1972).
    """
    found: list[list[int]] = []
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    for start in starts:
        if start not in inside or start in number:
            continue
        way = [(start, iter(following[start]))]
        number[start] = low[start] = len(number)
        open_.append(start)
        while way:
            node, rest = way[-1]
            for one in rest:
                if one not in inside:
                    continue
                if one not in number:
                    number[one] = low[one] = len(number)
                    open_.append(one)
                    way.append((one, iter(following[one])))
                    break
                if one in low:
                    low[node] = min(low[node], number[one])
            else:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[node])
                if low[node] == number[node]:
                    at = open_.index(node)
                    found.append(open_[at:])
                    del open_[at:]
                    for one in found[-1]:
                        del low[one]
    return reversed(found)
