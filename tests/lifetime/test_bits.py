# SPDX-License-Identifier: GPL-2.0-or-later
"""Which flags an entry has that the path has put together, and what a variable among them is ever set to."""

import pytest
from one_unit import program_of

from ptlint.lifetime.bits import SWAPPED, Flags
from ptlint.lifetime.executor import Executor
from ptlint.lifetime.journal import Journal
from ptlint.lifetime.numbers import Numbers
from ptlint.lifetime.objects import Object, Origin, State, Visibility
from ptlint.lifetime.relevance import Relevance
from ptlint.lifetime.values import Interner, Reference
from ptlint.syntax.builtins import folded

LEAF, PRESENT = 1 << 62, 1 << 63


def made(interner: Interner, *steps: tuple[str, int | str]) -> int:
    """Return the expression that the steps make of the plain address of a table."""
    offset = 0
    for operator, operand in steps:
        what = ("int", operand) if isinstance(operand, int) else ("load", ("global", operand), ())
        other = interner.key(what)
        offset = interner.key((operator, offset, other), (offset, other))
    return offset


@pytest.mark.parametrize(
    ("steps", "mask", "bits"),
    [
        ((("|", 0x67),), 0x80, 0),
        ((("|", 0xE7),), 0x80, 0x80),
        ((("|", 0xE7),), 0x81, 0x81),
        ((("|", 0x67), ("&", ~0x60)), 0x67, 0x07),
        ((("|", 0x67),), LEAF, None),  # the address may be a virtual one
        ((("&", LEAF - 1), ("|", 1)), LEAF, 0),
        ((("<<", 12), ("|", 0x67)), 0x80, 0),
        ((("<<", 12), ("|", 0x67)), 1 << 58, 0),
        ((("<<", 12), ("|", 0x67)), 1 << 20, None),
        ((("<<", 12), ("|", 0x67)), ~0xFFF, None),
        ((("-", 0xC000_0000), ("|", 1)), 3, 1),
        ((("+", 8), ("|", 1)), 8, None),
        (((">>", 12),), 1, None),
        ((("&", LEAF - 1), ("|", "flags")), LEAF, 0),
        ((("&", LEAF - 1), ("|", "flags")), PRESENT, None),
        ((("&", LEAF - 1), ("|", "other")), LEAF, None),
    ],
)
def test_the_flags_of_an_entry_are_those_that_were_put_there(
    steps: tuple[tuple[str, int | str], ...], mask: int, bits: int | None
) -> None:
    interner = Interner()
    flags = Flags(interner, lambda name, asked: name == "flags" and asked == LEAF)
    assert flags.of(made(interner, *steps), mask) == bits


def test_the_flags_of_an_entry_in_the_other_order_are_found_where_they_are_then() -> None:
    interner = Interner()
    flags = Flags(interner, lambda name, asked: False)
    inside = made(interner, ("&", LEAF - 1), ("|", PRESENT | 1))
    entry = interner.key((SWAPPED, inside), (inside,))
    assert flags.of(entry, 0x80 | 1 << 56) == 0x80 | 1 << 56  # PRESENT is the last byte's highest bit
    assert flags.of(entry, 0x40) == 0
    assert flags.of(entry, 1 << 24) is None  # of the address


def test_swapping_the_bytes_of_a_constant_twice_gives_it_back() -> None:
    assert folded("__builtin_bswap64", [PRESENT], 64) == 0x80
    assert folded("__builtin_bswap64", [0x80], 64) == PRESENT
    assert folded("__builtin_bswap32", [-2], 64) == 0xFEFFFFFF
    assert folded("__builtin_bswap64", [None], 64) is None


@pytest.mark.parametrize(
    ("origin", "bits"), [(Origin.ALLOCATION, 0), (Origin.ENTRY, None), (Origin.PARAMETER, None)]
)
def test_only_of_a_table_that_the_path_has_made_is_that_known(origin: Origin, bits: int | None) -> None:
    program = program_of("int one;\n")
    executor = Executor(program, program.facts, Relevance(program, program.facts), Journal())
    offset = made(executor.interner, ("|", 0x67))
    state = State(objects={7: Object(origin, "nothing", Visibility.LIVE, table=True)})
    assert executor.evaluator.tag(Reference(7, offset), 0x80, state, typed=False) == bits


START = "#define HIGH (1UL << 63)\ntypedef struct { unsigned long v; } pte_t;\nunsigned long flags;\n"


@pytest.mark.parametrize(
    ("code", "clear"),
    [
        ("void f(void) { flags = HIGH | 5; }\n", True),
        ("void f(int a) { if (a) flags = HIGH | 5; else flags = (unsigned long)9; }\n", True),
        ("void f(void) { flags = 1UL << 62; }\n", False),
        ("void f(void) { flags = HIGH; }\nvoid g(unsigned long v) { flags = v; }\n", False),
        ("void f(void) { flags |= 4; }\n", False),  # may be any number, for all that is looked at
        ("void f(void) { flags++; }\n", False),
        ("void set(unsigned long *at);\nvoid f(void) { set(&flags); }\n", False),
        ("#define SET(x) flags = (x)\nvoid f(void) { SET(1); }\n", False),
        ("int f(void) { return flags == 4; }\n", True),
        ("", True),  # never set: zero
    ],
)
def test_a_variable_holds_the_numbers_that_it_is_set_to(code: str, clear: bool) -> None:
    assert Numbers(program_of(START + code)).clear("flags", LEAF) is clear


@pytest.mark.parametrize(
    ("declared", "clear"),
    [
        ("unsigned long flags = 7;\n", True),
        ("unsigned long flags = 1UL << 62;\n", False),
        ("int number(void);\nstatic unsigned long flags;\n", False),  # another file may have its own
        ("unsigned long other;\n", True),  # that nobody names holds nothing
    ],
)
def test_what_a_variable_starts_with_counts_as_well(declared: str, clear: bool) -> None:
    code = "typedef struct { unsigned long v; } pte_t;\n" + declared
    assert Numbers(program_of(code)).clear("flags", LEAF) is clear
