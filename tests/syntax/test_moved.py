# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that a patch moved: the same but for their lines, or not the same."""

from syntax_stand_in import function

from ptlint.syntax.ir import Function
from ptlint.syntax.moved import Moves, moves_between

HEAD = """
void use(int, const char *);
#define PASTE(a, b) a##b
#define UNIQUE(name, number) PASTE(name, number)
#define LARGER(x, y, n) ({ int UNIQUE(one, n) = (x); int UNIQUE(two, n) = (y); \\
	UNIQUE(one, n) > UNIQUE(two, n) ? UNIQUE(one, n) : UNIQUE(two, n); })
#define larger(x, y) LARGER(x, y, __COUNTER__)
#define NAMED(e) #e
#define named(e) NAMED(e)
"""


def moves(body: str, other: str = "", above: str = "/* one more line */\n") -> Moves | None:
    """Return how a function moved below *above*, with another body if there is one."""
    return moves_between(made(HEAD + "\n", body), made(HEAD + above + "\n", other or body))


def made(above: str, body: str) -> Function:
    return function(f"{above}int f(int a, int b)\n{{\n{body}\n}}\n")


def test_a_function_below_a_new_line_has_moved() -> None:
    found = moves("\treturn a + b;")
    assert found is not None
    assert found.lines


def test_another_constant_is_no_move() -> None:
    assert moves("\treturn a + 1;", "\treturn a + 2;") is None
    assert moves("\treturn a + 100001;", "\treturn a + 101001;") is None


def test_another_text_is_no_move() -> None:
    assert moves('\tuse(a, "1");\n\treturn b;', '\tuse(a, "2");\n\treturn b;') is None


def test_lines_and_counters_are_those_of_the_place() -> None:
    assert moves("\tuse(__LINE__, 0);\n\treturn b;") is not None
    assert moves("\tuse(__COUNTER__, 0);\n\treturn b;") is not None
    assert moves("\treturn larger(a, b);") is not None


def test_so_are_those_in_a_text_that_a_macro_makes() -> None:
    assert moves("\tuse(a, named(larger(a, b)));\n\treturn b;") is not None


def test_a_counter_of_another_line_of_the_function_is_no_move() -> None:
    assert moves("\tuse(14001, 0);\n\treturn b;", "\tuse(16001, 0);\n\treturn b;") is None


def test_a_text_of_many_digits_is_only_compared() -> None:
    digits = "1" * 5000
    assert moves(f'\tuse(a, "{digits}");\n\treturn b;') is not None
    assert moves(f'\tuse(a, "{digits}");\n\treturn b;', f'\tuse(a, "{digits}2");\n\treturn b;') is None
