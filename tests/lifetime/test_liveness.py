# SPDX-License-Identifier: GPL-2.0-or-later
"""Which locals a block may still read, and how loops move them."""

from syntax_stand_in import function

from ptlint.lifetime.liveness import Liveness, liveness
from ptlint.syntax import ir

HEAD = """
struct s { struct s *next; int flag; };
void fill(struct s **);
void use(struct s *);
void keep(struct s **);
"""


def analysed(body: str) -> tuple[ir.Function, Liveness]:
    made = function(f"{HEAD}int f(struct s *p, int a, int b)\n{{\n{body}\n}}\n")
    return made, liveness(made)


def last(made: ir.Function) -> int:
    """Return the block that returns."""
    return next(i for i, block in enumerate(made.blocks) if isinstance(block.terminator, ir.Return))


def test_a_local_whose_address_is_taken_is_kept_until_it_is_named_for_the_last_time() -> None:
    made, found = analysed(
        "\tstruct s *q;\n\tfill(&q);\n\tif (a)\n\t\tuse(q);\n\tif (b)\n\t\ta++;\n\treturn a;"
    )
    assert any("q" in kept for kept in found.kept)
    assert "q" not in found.kept[last(made)]


def test_one_whose_address_is_stored_is_kept_to_the_end() -> None:
    made, found = analysed(
        "\tstruct s *q;\n\tstruct s **at = &q;\n\tfill(&q);\n\tif (a)\n\t\tkeep(at);\n\treturn a;"
    )
    assert "q" in found.kept[last(made)]


def test_a_local_of_a_round_is_not_kept_for_the_next_one() -> None:
    _, found = analysed("\twhile (a) {\n\t\tstruct s *q;\n\n\t\tfill(&q);\n\t\tuse(q);\n\t}\n\treturn b;")
    assert found.heads
    assert all("q" not in found.kept[head] for head in found.heads)


def test_a_pointer_that_goes_from_structure_to_structure_is_seen() -> None:
    _, found = analysed("\tfor (; p; p = p->next)\n\t\ta++;\n\treturn a;")
    assert found.chained == {"p"}
    assert "p" not in found.stepped


def test_a_pointer_that_ends_a_loop_after_one_round_is_seen() -> None:
    _, found = analysed(
        "\tfor (void *done = 0; !done; done = (void *)1)\n\t\ta++;\n"
        "\tfor (int i = 0; i < b; i = 1)\n\t\ta++;\n"
        "\tfor (struct s *q = 0; a; q = p)\n\t\tuse(q);\n\treturn a;"
    )
    assert found.once == {"done"}
