# SPDX-License-Identifier: GPL-2.0-or-later
"""From C to the intermediate form."""

import pytest
from syntax_stand_in import function, lowered

from ptlint.syntax.ir import Assign, Branch, Call, Constant, Declare, Member, Return, Scope, Type
from ptlint.syntax.printer import expression_text


def body(source: str) -> str:
    """Return what the body of a function lowers to, without the head."""
    return lowered(source).partition("\n")[2]


def result(expression: str, declarations: str = "") -> str:
    """Return what ``return expression`` lowers to, if that takes no other block."""
    text = lowered(
        f"{declarations}\nlong f(struct s *p, int a, unsigned int b)\n{{\nreturn {expression};\n}}\n"
    )
    rest = text.partition("\n0:\n")[2]
    assert "\n1:" not in rest, text
    return rest.strip().removeprefix("return ")


def test_a_condition_with_and_becomes_branches() -> None:
    assert body("if (a && !b) return 1; return 2;") == (
        "0:\n    if a goto 1 else 3\n1:\n    if b goto 3 else 2\n2:\n    return 1\n3:\n    return 2\n"
    )


def test_a_loop_that_runs_once_has_no_edge_back() -> None:
    assert body("do { a = b; } while (0); return a;") == "0:\n    a = b\n    return a\n"


def test_a_loop_without_end_has_no_way_out() -> None:
    assert body("while (1) g(a); return 1;") == "0:\n    goto 1\n1:\n    g(a)\n    goto 1\n"


def test_a_for_loop_declares_in_a_scope_of_its_own() -> None:
    assert body("for (int i = 0; i < 3; i++) { if (a) continue; g(i); } int i = 4; return i;") == (
        "0:\n    i = 0\n    goto 1\n"
        "1:\n    if i < 3 goto 2 else 5\n"
        "2:\n    if a goto 4 else 3\n"
        "3:\n    g(i)\n    goto 4\n"
        "4:\n    i = i + 1\n    goto 1\n"
        "5:\n    i.1 = 4\n    return i.1\n"
    )


def test_a_switch_falls_through_and_compares_in_order() -> None:
    assert body("switch (a) { case 1: g(1); case 2 ... 4: return 2; default: return 3; } return 4;") == (
        "0:\n    if a == 1 goto 1 else 2\n"
        "1:\n    g(1)\n    goto 4\n"
        "2:\n    if a >= 2 goto 3 else 5\n"
        "3:\n    if a <= 4 goto 4 else 5\n"
        "4:\n    return 2\n"
        "5:\n    return 3\n"
    )


def test_a_switch_over_a_known_value_takes_one_case() -> None:
    assert (
        body("switch (sizeof(long)) { case 4: return 1; case 8: return 2; } return 3;")
        == "0:\n    return 2\n"
    )


def test_a_choice_becomes_two_assignments() -> None:
    assert body("int x = a ? g(b) : 2; return x;") == (
        "0:\n    if a goto 1 else 2\n1:\n    x = g(b)\n    goto 3\n"
        "2:\n    x = 2\n    goto 3\n3:\n    return x\n"
    )


def test_a_choice_without_its_middle_evaluates_the_condition_once() -> None:
    assert body("return g(a) ?: b;").count("g(a)") == 1


def test_a_constant_condition_leaves_one_arm() -> None:
    source = "enum e { OFF };\nint f(int a)\n{\nif (OFF || 0) g(1); return OFF ? g(2) : a;\n}\n"
    assert body(source) == "0:\n    return a\n"


def test_the_value_of_a_condition_is_zero_or_one() -> None:
    assert body("int x = a && b; return x;") == (
        "0:\n    if a goto 1 else 3\n1:\n    if b goto 2 else 3\n2:\n    %1 = 1\n    goto 4\n"
        "3:\n    %1 = 0\n    goto 4\n4:\n    x = %1\n    return x\n"
    )


def test_postfix_and_prefix_increments_differ_in_their_value() -> None:
    assert body("g(a++, ++b); return *p->q++;") == (
        "0:\n    %1 = a\n    a = a + 1\n    b = b + 1\n    g(%1, b)\n"
        "    %2 = p->q\n    p->q = p->q + 1\n    return *%2\n"
    )


def test_a_negated_decrement_binds_as_c_says() -> None:
    assert body("if (!a--) return 1; return 2;") == (
        "0:\n    %1 = a\n    a = a - 1\n    if %1 goto 1 else 2\n1:\n    return 2\n2:\n    return 1\n"
    )


def test_a_statement_expression_gives_its_last_value() -> None:
    assert body("return ({ int x = g(a); x + 1; }) + ({ int x = g(b); x; });") == (
        "0:\n    x = g(a)\n    x.1 = g(b)\n    return (x + 1) + x.1\n"
    )


def test_a_condition_parts_where_its_choice_does() -> None:
    assert body("if (a ? b : c) return 1; return 2;") == (
        "0:\n    if a goto 1 else 2\n1:\n    if b goto 3 else 4\n2:\n    if c goto 3 else 4\n"
        "3:\n    return 1\n4:\n    return 2\n"
    )


def test_a_counted_condition_does_not_join_before_it_branches() -> None:
    counted = "__builtin_constant_p(!!(a && b)) ? (a && b) : ({ (!!(a && b)) ? (g(1), 1) : (g(0), 0); })"
    assert body(f"if ({counted}) return 1; return 2;") == (
        "0:\n    if a goto 1 else 3\n1:\n    if b goto 2 else 3\n"
        "2:\n    g(1)\n    return 1\n3:\n    g(0)\n    return 2\n"
    )


def test_a_branch_on_a_statement_expression_comes_after_its_cleanups() -> None:
    text = body("if (({ int q __attribute__((cleanup(done))) = a; g(q); })) return 1; return 2;")
    assert "    %2 = %1\n    done(&q)\n    if %2 goto 1 else 2\n" in text


def test_the_comma_keeps_what_it_does_first() -> None:
    assert body("return (g(a), b);") == "0:\n    g(a)\n    return b\n"


def test_a_jump_forward_and_one_back() -> None:
    assert body("again: if (g(a)) goto again; if (b) goto out; g(b); out: return 1;") == (
        "0:\n    goto 1\n1:\n    %1 = g(a)\n    if %1 goto 1 else 2\n2:\n    if b goto 4 else 3\n"
        "3:\n    g(b)\n    goto 4\n4:\n    return 1\n"
    )


def test_a_cleanup_runs_at_every_way_out_in_reverse_order() -> None:
    text = body(
        "int x __attribute__((cleanup(one))) = a;\n"
        "while (b) { int y __attribute__((cleanup(two))) = b; if (a) break; if (b == 2) return 5; }\n"
        "return a;"
    )
    assert text.count("two(&y)") == 3
    assert "    two(&y)\n    one(&x)\n    return 5\n" in text
    assert "    %1 = a\n    one(&x)\n    return %1\n" in text


def test_a_jump_out_of_a_scope_runs_its_cleanups_only() -> None:
    text = body(
        "int x __attribute__((cleanup(one))) = a;\n"
        "{ int y __attribute__((cleanup(two))) = b; if (a) goto out; g(y); }\nout: return 0;"
    )
    assert text.count("one(&x)") == 1
    assert text.count("two(&y)") == 2


def test_a_macro_that_stays_with_a_type_is_the_enclosing_object() -> None:
    assert body("return container_of(p->head, struct page, u.head);") == (
        "0:\n    return container_of(p->head, struct page, u.head)\n"
    )


def test_a_macro_that_stays_has_the_type_of_its_expansion() -> None:
    source = (
        "struct t { int n; }; struct s { struct t *t; };\n"
        "#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))\n"
        "int f(struct s *p)\n{\nreturn READ_ONCE(p->t)->n;\n}\n"
    )
    value = function(source).blocks[0].terminator
    assert isinstance(value, Return)
    assert isinstance(value.value, Member)
    assert value.value.struct == "struct t"


@pytest.mark.parametrize("source", ['panic("x");', "stop();", "__builtin_unreachable();"])
def test_a_function_that_never_returns_ends_its_path(source: str) -> None:
    text = lowered(
        f"void stop(void) __attribute__((noreturn));\nint f(int a)\n{{\nif (a) {source} return 1;\n}}\n"
    )
    assert text.count("return") == 1
    assert "    unreachable\n" in text


def test_an_assembler_statement_is_a_call_with_its_operands() -> None:
    assert body('asm volatile("x" : "=r" (a) : [in] "r" (b), "m" (p->m) : "memory"); return a;') == (
        "0:\n    asm(b, p->m, &a)\n    return a\n"
    )


def test_an_assembler_jump_may_go_to_its_labels() -> None:
    text = body('if (b) asm goto("x" : : "r" (a) : : yes); else g(a); return 0; yes: return 1;')
    assert "    asm(a)\n    %1 = asm(0)\n    if %1 goto" in text
    assert "return 1" in text


def test_a_static_branch_is_decided_by_its_operands() -> None:
    text = body('asm goto("x" "y" : : "i" (a), [b] "i" (b) : : no, yes); no: return 0; yes: return 1;')
    assert '    %1 = asm value("xy", a, b, 0)\n    if %1 goto' in text
    assert '    %2 = asm value("xy", a, b, 1)\n    if %2 goto' in text


def test_assembler_that_is_not_volatile_gives_the_same_value_again() -> None:
    assert body('asm("mrs %0, tcr" : "=r" (a)); return a;') == (
        '0:\n    %1 = asm value("mrs %0, tcr", 0)\n    a = %1\n    return a\n'
    )


def test_a_place_names_the_line_and_the_macro() -> None:
    call = function("#define CALL(x) \\\n\tg(x)\nvoid f(int a)\n{\n\tCALL(a);\n}\n").blocks[0].instructions[0]
    assert (call.place.line, call.place.column) == (2, 2)
    assert call.place.within is not None
    assert (call.place.within.macro, call.place.within.line) == ("CALL", 5)


def test_types_keep_the_name_of_their_typedef() -> None:
    found = function(
        "struct page; typedef struct page *pgtable_t; pgtable_t g(int);\n"
        "pgtable_t f(const pgtable_t token, unsigned long flags[3], int (*fn)(void))\n"
        "{\nstatic int n; pgtable_t *slot, next = g(1); return next;\n}\n"
    )
    assert found.result == Type("pgtable_t")
    assert [(name.name, name.type) for name in found.parameters] == [
        ("token", Type("pgtable_t")),
        ("flags", Type("unsigned long", 1)),
        ("fn", Type("int", 0, True)),
    ]
    declared, assigned = found.blocks[0].instructions
    assert isinstance(declared, Declare)
    assert declared.target.type == Type("pgtable_t", 1)
    assert isinstance(assigned, Call)
    assert assigned.result is not None
    assert assigned.result.type == Type("pgtable_t")


def test_a_member_knows_the_struct_in_which_it_is_declared() -> None:
    found = function(
        "typedef struct { int v; } v_t;\n"
        "struct page { union { struct { v_t lru; }; struct inner { long x; };\n"
        "struct { int y; } named; }; };\n"
        "int f(struct page *p)\n{\nreturn p->lru.v + p->x + p->named.y;\n}\n"
    )
    text = str(found.blocks[0].terminator)
    assert "field='lru', struct='struct page', type=Type(name='v_t'" in text
    assert "field='v', struct='struct v_t', type=Type(name='int'" in text
    assert "field='y', struct='struct page::" in text


def test_a_typedef_in_a_function_names_a_type_from_there_on() -> None:
    text = body(
        "typedef void (fn)(long), *list_t; typedef struct { int v; } box; extern fn go;\n"
        "fn *call = go; box x = { a }; call(1); return (box){ b }.v + x.v;"
    )
    assert "    call = go\n    x = (box){a}\n    call(1)\n    return b + x.v\n" in text


def test_a_static_local_is_a_global_of_its_function() -> None:
    assert body("static int n; n = a; return n;") == "0:\n    f.n = a\n    return f.n\n"


def test_an_initialiser_in_braces_is_an_aggregate() -> None:
    assert body("struct s x = { .a = a, .in.b = b, [1] = { 3 }, 4 }; return g(&x);") == (
        "0:\n    x = (struct s){.a = a, .in.b = b, [1] = (?){3}, 4}\n    %1 = g(&x)\n    return %1\n"
    )


def test_the_member_of_a_compound_literal_is_its_value() -> None:
    source = "typedef struct { long v; } pte_t;\nlong f(long a)\n{\nreturn ((pte_t){ a }).v;\n}\n"
    assert body(source) == "0:\n    return a\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("~0UL >> 60", "15"),
        ("-1 < 0U", "0"),
        ("(unsigned char)300", "44"),
        ("1 << 3 | 4", "12"),
        ("7 / -2", "-3"),
        ("1 / 0", "?"),
        ("'a' + 0x10", "113"),
        ("sizeof(int) * 2", "8"),
        ("sizeof(struct t)", "16"),
        ("__builtin_offsetof(struct t, v.y)", "offsetof(struct t, v.y)=12"),
        ("__builtin_types_compatible_p(unsigned long, typeof(1UL))", "1"),
        ("__builtin_choose_expr(sizeof(long) == 8, 5, a)", "5"),
        ("__builtin_constant_p(a) + __builtin_constant_p(3)", "1"),
        ("_Generic(b, int: 1, unsigned int: 2, default: 3)", "2"),
        ("_Generic((struct t *)p, struct t *: a, default: 3)", "a"),
        ("__builtin_clzl(1)", "63"),
        ("__builtin_expect(!!(a), 1)", "!!a"),
        ("(a)", "a"),
        ("-(a) & (b)", "-a & b"),
        ("&p->x[2] == &*p->y", "(p->x + 2) == p->y"),
        ("(u8)a", "(u8)a"),
        ("(u8)(a) - 1", "((u8)a) - 1"),
        ("sizeof(u8) - 1", "0"),
        ("ONE | BIT(2)", "5"),
        ("ONE", "ONE=1"),
        ("LIMIT", "LIMIT=10"),
        ("HIDDEN", "HIDDEN=3"),
        ("table_size + 0", "2"),
        ('"a" "b"', '"ab"'),
        ("(long)&&here; here: ;", "here=?"),
    ],
)
def test_expressions(expression: str, expected: str) -> None:
    declarations = (
        "typedef unsigned char u8;\nstruct t { char c; short s; u8 a[3]; struct { int x, y; } v; };\n"
        "#define BIT(n) (1UL << (n))\n#define LIMIT (10)\n"
        "enum { ZERO, ONE, \nHIDDEN = ONE + 2 };\n"
        "static const char *table[] = { [ONE] = 0 };\n#define table_size sizeof(table) / sizeof(table[0])\n"
    )
    assert result(expression, declarations) == expected


def test_calls_through_pointers_have_the_pointers_result() -> None:
    source = (
        "struct page; typedef struct page *(*get_t)(int);\n"
        "struct ops { get_t get; void (*put)(struct page *); };\n"
        "void f(struct ops *o, get_t g)\n{\n(*o->put)(o->get(1)); o->put(g(2)); (*g)(3);\n}\n"
    )
    calls = [one for one in function(source).blocks[0].instructions if isinstance(one, Call)]
    assert [one.result and one.result.type for one in calls] == [
        Type("struct page", 1), None, Type("struct page", 1), None, None
    ]  # fmt: skip
    assert calls[4].callee == function(source).parameters[1]


def test_a_function_as_a_value_is_a_name_of_a_function() -> None:
    found = function("void cb(int);\nvoid f(struct s *p)\n{\np->cb = cb; p->cb = &cb; g(cb);\n}\n")
    values = [one.value for one in found.blocks[0].instructions if isinstance(one, Assign)]
    assert [value.scope for value in values] == [Scope.FUNCTION, Scope.FUNCTION]  # type: ignore[union-attr]


def test_what_cannot_be_parsed_is_lost_and_the_rest_is_not() -> None:
    found = function("int f(int a)\n{\ng(a);\n@ 1 2 3;\nh(a);\nreturn 0;\n}\n")
    assert found.lost
    assert {entry.place.line for entry in found.lost} == {4}
    calls = [one for block in found.blocks for one in block.instructions if isinstance(one, Call)]
    assert [expression_text(one.callee) for one in calls] == ["g", "h"]


def test_a_computed_goto_is_lost() -> None:
    assert [entry.why for entry in function("int f(void *p)\n{\ngoto *p;\n}\n").lost] == ["computed goto"]


def test_the_words_before_the_name_are_kept() -> None:
    found = function(
        "static inline __attribute__((always_inline)) int __attribute__((weak)) f(void)\n{\n\n}\n"
    )
    assert (found.static, found.inline, found.weak) == (True, True, True)
    assert (found.line, found.last_line) == (1, 4)


def test_branches_on_a_constant_of_a_build_stay() -> None:
    found = function("int f(int a)\n{\nif (sizeof(struct unknown) == 4) return 1;\nreturn 2;\n}\n")
    end = found.blocks[0].terminator
    assert isinstance(end, Branch)
    assert end.condition == Constant(None)


def test_calls_that_do_not_fit_what_is_declared_are_noted_dead_code_too() -> None:
    found = function(
        """#define one(a) a
void two(int a, int b);
void none(void);
void any();
void more(int a, ...);
void f(int p) {
	void (*local)(int);
	extern void own(int);
	if (0)
		gone(1);
	two(1);
	two(1, 2);
	none();
	none(p);
	any(1, 2);
	more();
	more(1, 2);
	one(1, 2);
	local(1, 2);
	own(1);
	__builtin_trap();
}
"""
    )
    assert [(u.callee, u.place.line, u.arguments, u.declared) for u in found.unmatched] == [
        ("gone", 10, 1, False),
        ("two", 11, 1, True),
        ("none", 14, 1, True),
        ("more", 16, 0, True),
        ("one", 18, 2, False),
    ]
