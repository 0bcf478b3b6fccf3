# SPDX-License-Identifier: GPL-2.0-or-later
"""From C to the intermediate form."""

from syntax_stand_in import function, lowered


def body(source: str) -> str:
    """Return what the body of a function lowers to, without the head."""
    return lowered(source).partition("\n")[2]


def test_a_condition_with_and_becomes_branches() -> None:
    assert body("if (a && !b) return 1; return 2;") == (
        "0:\n    if a goto 3 else 2\n1:\n    return 1\n2:\n    return 2\n3:\n    if b goto 2 else 1\n"
    )


def test_a_loop_that_runs_once_has_no_edge_back() -> None:
    assert body("do { a = b; } while (0); return a;") == "0:\n    a = b\n    return a\n"


def test_a_cleanup_runs_at_every_way_out_in_reverse_order() -> None:
    text = body(
        "int x __attribute__((cleanup(one))) = a;\n"
        "while (b) { int y __attribute__((cleanup(two))) = b; if (a) break; if (b == 2) return 5; }\n"
        "return a;"
    )
    assert text.count("two(&y)") == 3
    assert "    two(&y)\n    one(&x)\n    return 5\n" in text


def test_a_macro_that_stays_with_a_type_is_the_enclosing_object() -> None:
    assert body("return container_of(p->head, struct page, u.head);") == (
        "0:\n    return container_of(p->head, struct page, u.head)\n"
    )


def test_a_function_that_never_returns_ends_its_path() -> None:
    assert body('if (a) panic("x"); return 1;') == (
        '0:\n    if a goto 1 else 2\n1:\n    panic("x")\n    unreachable\n2:\n    return 1\n'
    )


def test_an_assembler_statement_is_a_call_with_its_operands() -> None:
    assert body('asm volatile("x" : "=r" (a) : [in] "r" (b), "m" (p->m) : "memory"); return a;') == (
        "0:\n    asm(b, p->m, &a)\n    return a\n"
    )


def test_a_place_names_the_line_and_the_macro() -> None:
    call = function("#define CALL(x) \\\n\tg(x)\nvoid f(int a)\n{\n\tCALL(a);\n}\n").blocks[0].instructions[0]
    assert (call.place.line, call.place.column) == (2, 2)
    assert call.place.within is not None
    assert (call.place.within.macro, call.place.within.line) == ("CALL", 5)
