# SPDX-License-Identifier: GPL-2.0-or-later
"""When what came of a call serves another path, and what that path keeps of its own."""

from ptlint.lifetime.made import Made
from ptlint.lifetime.objects import State
from ptlint.lifetime.values import Address, Int, Location, Reference, Symbol, Value

LAZY, FULL, LEARNT = 11, 12, 13
CURSOR = Address(("local", 1, "pmdp"), ())
COUNT = Address(("symbol", 5), ("count",))


def made(asked: set[int], read: set[Location] = frozenset()) -> Made:  # type: ignore[assignment]
    """A call that was walked where LAZY was supposed and the count was 1; it learnt LEARNT."""
    before: dict[Location, Value] = {CURSOR: Reference(7, 21), COUNT: Int(1)}
    after = State(memory=dict(before), truths={LAZY: True, LEARNT: False})
    return Made(before, {LAZY: True}, asked, read, [(after, Int(0))])


def state(count: int = 1, **truths: bool) -> State:
    names = {"lazy": LAZY, "full": FULL, "learnt": LEARNT}
    memory: dict[Location, Value] = {CURSOR: Reference(7, 22), COUNT: Int(count)}
    return State(memory=memory, truths={names[n]: t for n, t in truths.items()})


def test_what_the_walk_did_not_ask_for_may_differ() -> None:
    assert made({FULL}).serves(state(lazy=False, count=2))


def test_what_it_asked_for_must_be_supposed_as_well() -> None:
    assert made({LAZY}).serves(state(lazy=True))
    assert not made({LAZY}).serves(state(lazy=False))
    assert not made({LAZY}).serves(state())


def test_a_number_that_it_read_must_be_the_same() -> None:
    assert made(set(), {COUNT}).serves(state())
    assert not made(set(), {COUNT}).serves(state(count=2))


def test_a_path_that_knows_better_than_what_was_learnt_walks_itself() -> None:
    assert made(set()).serves(state(learnt=False))
    assert not made(set()).serves(state(learnt=True))


def test_a_path_keeps_its_truths_and_where_its_pointers_are() -> None:
    mine = state(full=True)
    ((after, _),) = made({FULL}).again(mine, ())
    assert after.truths == {FULL: True, LEARNT: False}
    assert after.memory[CURSOR] == Reference(7, 22)


def test_a_reference_to_another_object_is_not_taken_over() -> None:
    mine = state()
    mine.memory[CURSOR] = Reference(8, 0)
    mine.memory[COUNT] = Symbol(3)
    ((after, _),) = made(set()).again(mine, ())
    assert after.memory[CURSOR] == Reference(7, 21)
    assert after.memory[COUNT] == Symbol(3)
