# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps paths apart, and what a join of two keeps."""

from dataclasses import replace

import pytest
from one_unit import program_of

from ptlint.lifetime.executor import Executor, real_ones
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.monitor import NoMonitor
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.values import Address, Int, Interner, Reference, Slot, Symbol

REAL = Object(Origin.FIELD, "table", Visibility.PARKED, table=True, freed=True)
SUPPOSED = replace(REAL, flagged=True, supposed=True)


@pytest.mark.parametrize(
    ("mine", "theirs", "taken"),
    [
        (SUPPOSED, REAL, [7]),
        (REAL, SUPPOSED, []),
        (SUPPOSED, SUPPOSED, []),
        (replace(SUPPOSED, freed=False), REAL, []),
        (SUPPOSED, replace(REAL, freed=False), []),
        (SUPPOSED, None, []),
    ],
)
def test_a_freed_table_that_nobody_supposes_the_kernels_is_kept(
    mine: Object, theirs: Object | None, taken: list[int]
) -> None:
    other = State(objects={7: theirs} if theirs is not None else {})
    assert real_ones(State(objects={7: mine}), other) == taken


TABLE = Object(Origin.ENTRY, "pmd", Visibility.LIVE, level="pte", table=True)
HERE, THERE = Address(("local", 1, "here"), ()), Address(("local", 1, "there"), ())


def pointing(identity: int, known: Object = TABLE) -> State:
    return State(memory={HERE: Reference(identity, 0)}, objects={identity: known})


def alike(one: State, other: State, parents: tuple[int, ...] = ()) -> bool:
    return one.likeness(set(), parents) == other.likeness(set(), parents)


def test_which_table_one_local_points_to_keeps_no_paths_apart() -> None:
    assert pointing(7).core(set()) != pointing(8).core(set())
    assert alike(pointing(7), pointing(8))


def test_the_state_of_the_table_does() -> None:
    assert not alike(pointing(7), pointing(8, replace(TABLE, visibility=Visibility.UNLINKED)))


def test_a_table_that_is_known_by_more_is_itself() -> None:
    assert not alike(pointing(7), pointing(8), parents=(7, 8))
    states = pointing(7), pointing(8)
    for state in states:
        state.memory[THERE] = state.memory[HERE]
    assert not alike(*states)
    states = pointing(7), pointing(8)
    for state, identity in zip(states, (7, 8), strict=True):
        state.memory[Slot(identity, 3)] = Reference(identity + 10, 0)
        state.objects[identity + 10] = TABLE
    assert not alike(*states)
    states = pointing(7), pointing(8)
    for state, identity in zip(states, (7, 8), strict=True):
        state.handed = frozenset({identity})
    assert not alike(*states)


def test_a_renamed_table_takes_what_is_known_of_it_along() -> None:
    state = pointing(7)
    state.memory[Slot(7, 3)] = Int(0)
    state.chains[7] = ()
    state.rename({7: 9})
    assert state.memory == {HERE: Reference(9, 0)}
    assert state.objects == {9: TABLE}
    assert list(state.chains) == [9]


def test_two_tables_change_their_identities_at_once() -> None:
    state = State(
        memory={HERE: Reference(7, 0), THERE: Reference(8, 0)},
        objects={7: TABLE, 8: replace(TABLE, level="pmd")},
    )
    state.rename({7: 8, 8: 7})
    assert state.memory == {HERE: Reference(8, 0), THERE: Reference(7, 0)}
    assert state.objects == {8: TABLE, 7: replace(TABLE, level="pmd")}


def test_a_pointer_that_follows_another_one_keeps_a_table_of_its_own() -> None:
    """`there = here; here = another` in a loop: in each round `there` points to what `here` did before."""
    executor = Executor.__new__(Executor)
    executor.interner = Interner()

    def pair(here: int, there: int) -> State:
        return State(
            memory={HERE: Reference(here, 0), THERE: Reference(there, 0)}, objects={here: TABLE, there: TABLE}
        )

    known = pair(1001, 1002)
    assert executor.make_alike(known, pair(1003, 1001), (5, 1))
    for newest in range(2000, 2010):
        here = known.memory[HERE]
        assert isinstance(here, Reference)
        other = pair(newest, here.object)
        executor.make_alike(known, other, (5, 1))
        for state in (known, other):
            pointed = [value.object for value in state.memory.values() if isinstance(value, Reference)]
            assert sorted(pointed) == sorted(state.objects)
            assert len(set(pointed)) == 2
        assert known.memory == other.memory
    assert not executor.make_alike(known, pair(3000, 3001), (5, 1))


def test_a_null_pointer_far_away_keeps_no_paths_apart() -> None:
    near = Address(("symbol", 1), ("vm_mm", "*", "table"))
    far = Address(("symbol", 1), ("next", "*", "vm_mm", "*", "table"))
    places = {near, far}
    assert State(memory={near: Int(0)}).core(places) != State().core(places)
    assert State(memory={far: Int(0)}).core(places) == State().core(places)


def test_a_pointer_and_the_same_with_bits_set_are_that_pointer() -> None:
    program = program_of("int f(int x) { return x; }")
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal(), NoMonitor())
    interner = executor.interner
    plain, bit = interner.key(("parameter", 0, "table")), interner.key(("int", 1))
    tagged = Symbol(interner.key(("|", plain, bit), (plain, bit)))
    one = State(memory={HERE: Symbol(plain)})
    merged = executor.merge(one, State(memory={HERE: tagged}), (1, 2))
    assert merged is not None
    joined = merged.memory[HERE]
    assert isinstance(joined, Symbol)
    assert executor.provenance.untagged(joined.key) == plain
    assert executor.provenance.parameter_of(joined.key) == "table"
    other = State(memory={HERE: Symbol(interner.key(("parameter", 1, "other")))})
    apart = executor.merge(one, other, (1, 2))
    assert apart is not None
    assert isinstance(apart.memory[HERE], Symbol)
    assert not executor.provenance.parameter_of(apart.memory[HERE].key)


def test_a_place_that_one_path_has_only_read_holds_what_both_find_there() -> None:
    program = program_of("int f(int x) { return x; }")
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal(), NoMonitor())
    at = Address(("global", "stock"), ())
    found = Symbol(executor.interner.key(("load", at.base, at.path)))
    assert executor.merge(State(memory={at: found}), State(), (1, 2)) is None
    written = executor.merge(State(memory={at: Int(0)}), State(), (1, 2))
    assert written is not None
    assert written.memory[at] != Int(0)
