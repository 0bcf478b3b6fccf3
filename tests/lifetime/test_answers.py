# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions about entries that have one answer, and what is known of a table that a call makes again."""

import pytest

from ptlint.lifetime.events.allocation import forget_another
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.operators import Operators
from ptlint.lifetime.stubs import Stubs
from ptlint.lifetime.tables import TableTypes
from ptlint.lifetime.truths import Truths
from ptlint.lifetime.values import Address, Int, Interner, Reference, Slot, Value
from ptlint.program.facts import Fact, Facts
from ptlint.syntax import ir

INT, WORD = ir.Type("int"), ir.Type("unsigned long")
PLACE = ir.Place("mm/extra.c", 1, 1)
ENTRY = Fact("pud_t", "entry-type", None, None, None, None, "pud", "", "")
FACTS = Facts({"pud_t": ENTRY}, frozenset(), frozenset())


def question(result: ir.Type, value: ir.Expression | None, parameter: str = "pud_t") -> ir.Function:
    block = ir.Block((), ir.Return(value, PLACE))
    asked = ir.Name("one", ir.Scope.PARAMETER, ir.Type(parameter))
    return ir.Function("asks", "mm/extra.c", 1, 3, (asked,), result, True, True, False, (block,), ())


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (question(INT, ir.Constant(0)), 0),
        (question(ir.Type("bool"), ir.Constant(4)), 1),
        (question(INT, ir.Cast(INT, ir.Unary("!", ir.Unary("!", ir.Constant(7))))), 1),
        (question(INT, ir.Binary("|", ir.Constant(1), ir.Constant(2), INT)), None),
        (question(INT, ir.Name("one", ir.Scope.PARAMETER, INT)), None),
        (question(ir.Type("void"), None), None),
        (question(ir.Type("struct page", 1), ir.Constant(0)), None),
        (question(INT, ir.Constant(0), parameter="struct mm_struct"), None),
    ],
)
def test_a_question_about_an_entry_has_one_answer_if_its_text_is_a_number(
    function: ir.Function, answer: int | None
) -> None:
    assert Stubs(TableTypes(FACTS), frozenset(), lambda name, unit: None).answer(function) == answer


def made(origin: Origin = Origin.ALLOCATION) -> State:
    return State(objects={1: Object(origin, "", Visibility.LIVE, table=True)})


def entry(interner: Interner, *steps: tuple[str, int]) -> Value:
    operators = Operators(interner, Truths(interner))
    value: Value = Reference(1, 0)
    for operator, number in steps:
        value = operators.binary(operator, WORD, value, Int(number), State())
    return value


@pytest.mark.parametrize(
    ("steps", "truth"),
    [
        ((), True),
        ((("|", 0x67),), True),
        ((("&", 0x0FFF_FFFF_FFFF_FFFF), ("|", 1)), True),
        ((("&", -4096), ("+", 8)), True),
        ((("&", 0x80),), None),
        ((("|", 0x80), ("&", 0x80)), None),
        (((">>", 12),), None),
    ],
)
def test_an_entry_of_a_table_that_was_allocated_is_not_empty(
    steps: tuple[tuple[str, int], ...], truth: bool | None
) -> None:
    interner = Interner()
    value = entry(interner, *steps)
    truths = Truths(interner)
    assert truths.decide(value, made())[0] is truth
    negated = Operators(interner, truths).unary("!", value, made())
    assert truths.decide(negated, made())[0] is (None if truth is None else not truth)


def test_an_entry_that_was_found_may_be_empty() -> None:
    interner = Interner()
    assert Truths(interner).decide(entry(interner, ("|", 1)), made(Origin.ENTRY))[0] is None


def test_a_table_that_is_made_again_is_not_the_one_that_was_installed() -> None:
    upper, held = Slot(2, 0), Address(("local", 1, "table"), ())
    state = State(
        memory={
            upper: Reference(1, 0),
            Slot(1, 0): Reference(3, 0),
            Slot(2, 8): Reference(3, 0),
            Address(("object", 1), ("ptl",)): Int(1),
            held: Reference(1, 0),
        }
    )
    forget_another(1, state)
    assert state.memory == {Slot(2, 8): Reference(3, 0), held: Reference(1, 0)}
