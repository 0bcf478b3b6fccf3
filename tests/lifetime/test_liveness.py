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


def test_a_local_is_spent_at_the_call_after_its_last_use() -> None:
    _, found = analysed("\tstruct s *q = p;\n\tuse(q);\n\tuse(0);\n\tuse(p);\n\treturn a;")
    (spent,) = [one for one in found.spent if one]
    assert {index: gone for index, (gone, _) in spent.items() if "q" in gone} == {2: {"q"}}
    assert spent[2][1] == {"p", "a"}


def test_one_whose_address_is_stored_is_never_spent() -> None:
    _, found = analysed(
        "\tstruct s *q;\n\tstruct s **at = &q;\n\tfill(&q);\n\tkeep(at);\n\tuse(p);\n\tuse(p);\n\treturn a;"
    )
    assert not any("q" in gone for one in found.spent for gone, _ in one.values())


def test_the_numbers_of_a_loop_are_those_that_it_changes() -> None:
    _, found = analysed(
        "\tint i;\n\n\tdo {\n\t\tfor (i = a; i != b; i++)\n\t\t\tuse(p);\n\t\ta += 2;\n\t\tp++;\n"
        "\t} while (a != b);\n\treturn a;"
    )
    assert set(found.counted) == found.heads
    assert sorted(found.counted.values(), key=len) == [{"i"}, {"a", "i"}]
