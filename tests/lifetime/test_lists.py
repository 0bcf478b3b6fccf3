# SPDX-License-Identifier: GPL-2.0-or-later
"""What is linked into a list, and whether a table may come off it."""

import pytest
from one_unit import PATH, program_of

from ptlint.lifetime.callsite import CallSite
from ptlint.lifetime.executor import Executor
from ptlint.lifetime.frames import Frame
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.values import Address
from ptlint.syntax import ir

PAGE, HEAD = 7, 8


@pytest.mark.parametrize(
    ("table", "head", "parked"),
    [
        (False, Address(("object", HEAD), ("lru",)), False),  # a part of a huge page, behind another
        (True, Address(("object", HEAD), ("lru",)), True),
        (False, Address(("global", "waiting"), ()), True),
        (False, Address(("symbol", 3), ("pages",)), True),
    ],
)
def test_behind_a_page_that_is_no_table_hang_only_tables_that_are_known_as_such(
    table: bool, head: Address, parked: bool
) -> None:
    program = program_of("void f(void) { }\n")
    definition = program.resolve("f", PATH)
    assert definition is not None
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal())
    state = State(
        objects={
            PAGE: Object(Origin.ENTRY, "pmd", Visibility.LIVE, table=table),
            HEAD: Object(Origin.ENTRY, "pmd", Visibility.LIVE),
        }
    )
    fact = program.facts.by_name["list_add"]
    call = ir.Call(None, ir.Name("list_add", ir.Scope.FUNCTION, ir.Type()), (), ir.Place(PATH, 1, 1))
    arguments = [Address(("object", PAGE), ("lru",)), head]
    site = CallSite(call, "list_add", arguments, state, Frame(definition, 1, 0, None))
    executor.calls.handlers[fact.event](fact, site)
    assert bool(executor.journal.parked) is parked


def test_behind_a_table_hangs_whatever_an_entry_pointed_to() -> None:
    program = program_of("void f(void) { }\n")
    definition = program.resolve("f", PATH)
    assert definition is not None
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal())
    state = State(
        objects={
            PAGE: Object(Origin.ENTRY, "pmd", Visibility.LIVE),
            HEAD: Object(Origin.FIELD, "first", Visibility.PARKED, table=True, container="first"),
        }
    )
    fact = program.facts.by_name["list_add"]
    call = ir.Call(None, ir.Name("list_add", ir.Scope.FUNCTION, ir.Type()), (), ir.Place(PATH, 1, 1))
    arguments = [Address(("object", PAGE), ("lru",)), Address(("object", HEAD), ("lru",))]
    executor.calls.handlers[fact.event](
        fact, CallSite(call, "list_add", arguments, state, Frame(definition, 1, 0, None))
    )
    assert executor.journal.parked
