# SPDX-License-Identifier: GPL-2.0-or-later
"""What is linked into a list, and whether a table may come off it."""

import pytest
from one_unit import PATH, program_of

from ptlint.lifetime.callsite import CallSite, Outcomes
from ptlint.lifetime.executor import Executor
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.values import Address, Int, Value
from ptlint.syntax import ir

PAGE, HEAD = 7, 8
OF_PAGE, OF_HEAD = (Address(("object", one), ("lru",)) for one in (PAGE, HEAD))


def executor_of() -> tuple[Executor, Frame]:
    program = program_of("void f(void) { }\n")
    definition = program.resolve("f", PATH)
    assert definition is not None
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal())
    return executor, Frame(definition, 1, 0, None)


def made(name: str, arguments: list[Value], state: State) -> tuple[Executor, Outcomes]:
    """Return what comes of a call of a primitive, and who made it."""
    executor, frame = executor_of()
    fact = executor.facts.by_name[name]
    call = ir.Call(None, ir.Name(name, ir.Scope.FUNCTION, ir.Type()), (), ir.Place(PATH, 1, 1))
    site = CallSite(call, name, arguments, state, frame)
    return executor, executor.calls.handlers[fact.event](fact, site)


def is_parked(page: Object, head: Object, at: Address) -> bool:
    """Say whether a page that is linked into the list at a place is one that may come off it."""
    executor, _ = made("list_add", [OF_PAGE, at], State(objects={PAGE: page, HEAD: head}))
    return bool(executor.journal.parked)


@pytest.mark.parametrize(
    ("table", "head", "parked"),
    [
        (False, OF_HEAD, False),  # a part of a huge page, behind another
        (True, OF_HEAD, True),
        (False, Address(("global", "waiting"), ()), True),
        (False, Address(("symbol", 3), ("pages",)), True),
    ],
)
def test_behind_a_page_that_is_no_table_hang_only_tables_that_are_known_as_such(
    table: bool, head: Address, parked: bool
) -> None:
    page = Object(Origin.ENTRY, "pmd", Visibility.LIVE, table=table)
    assert is_parked(page, Object(Origin.ENTRY, "pmd", Visibility.LIVE), head) is parked


def test_behind_a_table_hangs_whatever_an_entry_pointed_to() -> None:
    first = Object(Origin.FIELD, "first", Visibility.PARKED, table=True, container="first")
    assert is_parked(Object(Origin.ENTRY, "pmd", Visibility.LIVE), first, OF_HEAD)


def test_a_call_made_before_leaves_a_path_what_it_knows_of_its_lists() -> None:
    executor, frame = executor_of()
    for waiting in ({"mine"}, set[str](), {"another"}):
        outcomes = executor.enter_again(frame, [], State(unflushed=frozenset(waiting)))
        assert [after.unflushed for after, _ in outcomes] == [waiting]


def test_what_no_processor_walks_needs_no_flush_on_a_list_either() -> None:
    _, outcomes = made("tlb_needs_table_invalidate", [], State(unflushed=frozenset({"mine"})))
    assert {(value, after.unflushed) for after, value in outcomes} == {
        (Int(1), frozenset({"mine"})),
        (Int(0), frozenset()),
    }
