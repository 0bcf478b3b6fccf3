# SPDX-License-Identifier: GPL-2.0-or-later
"""What a path concludes from the levels that it has seen folded, and from comparisons of integers."""

import pytest

from ptlint.lifetime.folding import FOLDABLE, Folding
from ptlint.lifetime.objects import Object, Origin, Owner, State, Visibility
from ptlint.lifetime.operators import Operators
from ptlint.lifetime.truths import Truths, assume
from ptlint.lifetime.values import Int, Interner, Symbol, Value
from ptlint.syntax import ir

INT = ir.Type("int")
USER = tuple(range(0, 6, 2))  # the user's levels in what a path knows


def table(origin: Origin, level: str, typed: bool = True, owner: Owner = Owner.USER) -> Object:
    return Object(origin, "", Visibility.LIVE, owner=owner, level=level, table=typed)


def user_levels(folding: Folding, state: State) -> dict[str, bool | None]:
    known = folding.known(state)
    return dict(zip(FOLDABLE, (known[i] for i in USER), strict=True))


def test_a_cast_of_the_upper_table_folds_the_level_and_all_above_it() -> None:
    folding, state = Folding(Interner()), State()
    folding.cast(table(Origin.FIELD, "pgd"), "pud", state)
    assert user_levels(folding, state) == {"p4d": True, "pud": True, "pmd": None}
    assert not state.impossible


def test_a_table_below_an_entry_unfolds_the_level_and_all_below_it() -> None:
    folding, state = Folding(Interner()), State()
    folding.cast(table(Origin.ENTRY, "p4d", typed=False), "pud", state)
    assert user_levels(folding, state) == {"p4d": None, "pud": False, "pmd": False}


def test_a_path_that_says_both_does_not_exist() -> None:
    folding, state = Folding(Interner()), State()
    folding.cast(table(Origin.FIELD, "pgd"), "p4d", state)
    folding.cast(table(Origin.ENTRY, "p4d", typed=False), "p4d", state)
    assert state.impossible


def test_an_entry_of_a_huge_page_folds_nothing() -> None:
    folding, state = Folding(Interner()), State()
    folding.cast(table(Origin.ENTRY, "pmd"), "pte", state)
    assert folding.known(state) == (None,) * 6


def test_the_kernels_tables_may_fold_other_levels_than_a_users() -> None:
    folding, state = Folding(Interner()), State()
    folding.cast(table(Origin.FIELD, "pgd", owner=Owner.KERNEL), "p4d", state)
    assert user_levels(folding, state)["p4d"] is None
    assert folding.suppose("p4d", False, False, state)
    assert not folding.suppose("p4d", True, False, state)


def test_another_root_may_fold_other_levels() -> None:
    folding, state = Folding(Interner()), State()
    assert folding.suppose("pmd", False, True, state)
    folding.forget(False, state)
    assert folding.suppose("p4d", False, False, state)


@pytest.mark.parametrize(
    ("supposed", "asked", "answer"),
    [
        (("<", 4, False), (">=", 4), 1),
        (("<", 4, True), (">=", 4), 0),
        (("<", 4, True), ("==", 4), 0),
        ((">", 4, True), ("==", 4), 0),
        (("==", 4, True), ("<", 4), 0),
        (("==", 4, True), (">=", 4), 1),
        (("<", 4, False), ("==", 4), None),
        (("<", 12, False), ("==", 12), 1),  # what is left of a number by `& 12` is never above 12
    ],
)
def test_a_comparison_is_known_from_another_one(
    supposed: tuple[str, int, bool], asked: tuple[str, int], answer: int | None
) -> None:
    interner, state = Interner(), State()
    operators = Operators(interner, Truths(interner))
    word = Symbol(interner.key(("word",)))
    kind = operators.binary("&", INT, word, Int(12), state)

    def ask(operator: str, number: int) -> Value:
        return operators.binary(operator, INT, kind, Int(number), state)

    operator, number, truth = supposed
    key, positive = operators.truths.truth_key(ask(operator, number))
    assert assume(key, positive == truth, state)
    value = ask(*asked)
    if answer is None:
        assert operators.truths.decide(value, state)[0] is None
    else:
        assert value == Int(answer) or operators.truths.decide(value, state)[0] is bool(answer)


def test_neither_above_nor_below_is_equal() -> None:
    interner, state = Interner(), State()
    operators = Operators(interner, Truths(interner))
    kind = Symbol(interner.key(("word",)))
    for operator in ("<", ">"):
        key, positive = operators.truths.truth_key(operators.binary(operator, INT, kind, Int(4), state))
        assert assume(key, not positive, state)
    assert operators.binary("==", INT, kind, Int(4), state) == Int(1)
