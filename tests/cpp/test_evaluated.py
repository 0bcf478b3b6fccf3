# SPDX-License-Identifier: GPL-2.0-or-later
"""Which arguments a macro evaluates."""

import pytest

from ptlint.cpp.evaluated import differ, evaluated
from ptlint.cpp.tokens import Macro
from tests.cpp.cpp_stand_in import preprocessor

CODE = """
#define READS(x, y) do { if (x) fail(y); } while (0)
#define TYPED(x, y) ((void)sizeof((long)(x)))
#define NOTHING(x, y) do { } while (0)
#define OUTER(x, y) TYPED((x), (y))
#define INNER(x, y) READS(OUTER(x, y), y)
#define CALLS(x, y) check(x, sizeof(y))
#define REST(x, ...) READS(x, __VA_ARGS__)
#define ITSELF(x) ITSELF(x)
"""


class Macros:
    """The macros of the code above."""

    def __init__(self) -> None:
        self.unit = preprocessor({"a.c": CODE}).unit("a.c")

    def named(self, name: str) -> tuple[Macro, ...]:
        found = self.unit.macro(name, self.unit.end)
        return () if found is None else (found,)


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("READS", {0, 1}),
        ("TYPED", set()),
        ("NOTHING", set()),
        ("OUTER", set()),
        ("INNER", {1}),
        ("CALLS", {0}),
        ("REST", {0, 1}),
    ],
)
def test_what_stands_in_sizeof_or_nowhere_is_not_evaluated(name: str, used: set[int]) -> None:
    macros = Macros()
    assert evaluated(macros.named(name)[0], macros.named) == used


def test_a_macro_that_names_itself_comes_to_an_end() -> None:
    macros = Macros()
    assert evaluated(macros.named("ITSELF")[0], macros.named) == {0}


def test_definitions_differ_if_one_evaluates_what_another_does_not() -> None:
    macros = Macros()
    reads, typed, nothing = (macros.named(name)[0] for name in ("READS", "TYPED", "NOTHING"))
    assert differ((reads, typed), macros.named)
    assert not differ((typed, nothing), macros.named)
    assert not differ((reads,), macros.named)
