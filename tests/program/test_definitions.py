# SPDX-License-Identifier: GPL-2.0-or-later
"""What a slice calls and one configuration lacks, and which configurations should be looked at for it."""

from collections.abc import Mapping

import pytest
from test_conditions import HEAD, program

from ptlint.kconfig.formula import Formula
from ptlint.program.bodies import Sources
from ptlint.program.conditions import Slice
from ptlint.program.definitions import Callees, Definitions, Lacking, may_make
from ptlint.program.demands import Demands

FREE = "\tend_table(p);\n}\n"
OFF = "#ifdef CONFIG_OTHER\n"  # it is off, and THIS is on


def files_of(text: str, others: Mapping[str, str] | None = None) -> dict[str, str]:
    return {"mm/a.c": f"{HEAD}{text}", **(others or {})}


def lacking(
    text: str, others: Mapping[str, str] | None = None, removed: frozenset[str] = frozenset()
) -> tuple[Lacking, ...]:
    made = program(files_of(text, others))
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    part = Slice(made, [definition])
    return Definitions(made, part, Sources(made.units.tree), Callees(), removed).lacking(())


def said(text: str, others: Mapping[str, str] | None = None) -> list[str]:
    return [f"{one.callee} {one.lack}" for one in lacking(text, others)]


def demanded(text: str, others: Mapping[str, str] | None = None) -> set[Formula]:
    made = program(files_of(text, others))
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    part = Slice(made, [definition])
    found = Demands(made.units, made.facts, part, Sources(made.units.tree)).conditions()
    return {one.formula for one in found}


BUILT = {"mm/Makefile": "obj-y += a.o\nobj-$(CONFIG_OTHER) += b.o\n"}
ELSEWHERE = {**BUILT, "mm/b.c": HEAD + "void g(pte_t *p)\n{\n\tend_table(p);\n}\n"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{OFF}static void g(int a) {{ }}\n#endif\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}", ["g declaration"]),
        (f"static void g(int a) {{ }}\nvoid f(pte_t *p) {{\n\tg(1, 2);\n{FREE}", ["g arguments"]),
        (f"#define g(a) a\nvoid f(pte_t *p) {{\n\tg(1, 2);\n{FREE}", ["g arguments"]),
        (f"void g(int, ...);\nvoid f(pte_t *p) {{\n\tg();\n{FREE}", ["g arguments"]),
        (f"#define g(a) h(a)\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}", ["h declaration"]),
        (f"void f(pte_t *p) {{\n\tif (0)\n\t\tg(1);\n{FREE}", ["g declaration"]),
        (f"void g(int, ...);\nvoid f(pte_t *p) {{\n\tg(1, 2, 3);\n{FREE}", []),
        (f"void g();\nvoid f(pte_t *p) {{\n\tg(1, 2, 3);\n{FREE}", []),
        (f"#define g(a, ...) a\nvoid f(pte_t *p) {{\n\tg(1);\n\tg(1, 2, 3);\n{FREE}", []),
        (f"#define g h\nvoid h(int);\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}", []),
        (f"void f(pte_t *p) {{\n\textern void g(int);\n\tg(1);\n{FREE}", []),
        (f"void f(pte_t *p) {{\n\tvoid (*g)(int) = 0;\n\tg(1);\n{FREE}", []),
        (
            f"#define GLUE(a, b) a##b\n#define END GLUE(end, _it)\n#define END_NOW(x) END(x)\n"
            f"void f(pte_t *p) {{\n\tEND_NOW(1);\n{FREE}",
            [],
        ),
        (f"#define SAY(x) say_##x(1)\nvoid f(pte_t *p) {{\n\tsay_it(1);\n{FREE}", []),
        (f"void f(pte_t *p) {{\n#define g(a) a\n\tg(1);\n#undef g\n{FREE}", []),
        (f'#include "gone.h"\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}', []),
        (f"void f(pte_t *p) {{\n\t__builtin_trap();\n\t__sync_synchronize();\n{FREE}", []),
    ],
)
def test_what_is_not_declared_or_takes_other_arguments(text: str, found: list[str]) -> None:
    assert said(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"void g(pte_t *);\nvoid f(pte_t *p) {{\n\tg(p);\n{FREE}", ["g definition"]),
        (f"void g(pte_t *);\nvoid f(pte_t *p) {{\n\tif (0)\n\t\tg(p);\n{FREE}", []),
        (
            "static inline int on(void) { return 0; }\nvoid g(pte_t *);\n"
            f"void f(pte_t *p) {{\n\tint is = on();\n\n\tif (is && p)\n\t\tg(p);\n{FREE}",
            [],
        ),
        (
            "static inline int on(int a) { return a; }\nvoid g(pte_t *);\n"
            f"void f(pte_t *p) {{\n\tif (on(0))\n\t\tg(p);\n{FREE}",
            [],
        ),
        (
            "void take(int *);\nvoid g(pte_t *);\n"
            f"void f(pte_t *p) {{\n\tint is = 0;\n\ttake(&is);\n\tif (is)\n\t\tg(p);\n{FREE}",
            ["g definition"],
        ),
        (
            f"void g(pte_t *);\nstatic void f(pte_t *p) {{\n\tg(p);\n{FREE}"
            "void h(pte_t *p) {\n\tif (0)\n\t\tf(p);\n}\n",
            [],
        ),
        (
            f"void g(pte_t *);\nstatic void f(pte_t *p) {{\n\tg(p);\n{FREE}"
            "void h(pte_t *p) {\n\tif (p)\n\t\tf(p);\n}\n",
            ["g definition"],
        ),
        (
            f"void g(pte_t *);\nstatic void f(pte_t *p) {{\n\tg(p);\n{FREE}void (*h)(pte_t *) = f;\n",
            ["g definition"],
        ),
        (
            f"void g(pte_t *);\nstatic void f(pte_t *p, int how) {{\n\tif (how)\n\t\tg(p);\n{FREE}"
            "void h(pte_t *p) {\n\tf(p, 0);\n}\n",
            [],
        ),
        (f"void g(pte_t *);\nMAKE(g)\nvoid f(pte_t *p) {{\n\tg(p);\n{FREE}", []),
        (f"void other(pte_t *);\nvoid f(pte_t *p) {{\n\tother(p);\n{FREE}", []),
    ],
)
def test_what_only_another_configuration_defines(text: str, found: list[str]) -> None:
    assert said(text, ELSEWHERE) == found


def test_assembler_may_define_what_c_does_not() -> None:
    text = f"void g(pte_t *);\nvoid f(pte_t *p) {{\n\tg(p);\n{FREE}"
    assert said(text, {**ELSEWHERE, "arch/x86/lib/g.S": "SYM_FUNC_START(g)\n"}) == []


def test_what_a_patch_removed_is_missed_where_it_is_called() -> None:
    text = f"void gone(pte_t *);\nvoid f(pte_t *p) {{\n\tgone(p);\n{FREE}"
    assert lacking(text) == ()
    (one,) = lacking(text, removed=frozenset({"gone"}))
    assert (one.callee, one.lack, one.place.line) == ("gone", "definition", 4)


def test_it_is_told_where_other_configurations_have_it() -> None:
    (one,) = lacking(f"void g(pte_t *);\nvoid f(pte_t *p) {{\n\tg(p);\n{FREE}", ELSEWHERE)
    assert ("mm/b.c", 2) in [(other.path, other.line) for other in one.elsewhere]


def test_a_function_that_frees_nothing_is_not_looked_at() -> None:
    made = program(files_of(f"void h(pte_t *p) {{ g(1); }}\nvoid f(pte_t *p) {{\n{FREE}"))
    definitions = {name: made.resolve(name, "mm/a.c") for name in ("f", "h")}
    assert definitions["f"] is not None and definitions["h"] is not None
    part = Slice(made, [definitions["f"]])
    found = Definitions(made, part, Sources(made.units.tree), Callees())
    assert found.lacking([definitions["h"]]) == ()


@pytest.mark.parametrize(
    ("text", "others", "demands"),
    [
        (f"{OFF}static void g(int a) {{ }}\n#endif\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}", {}, {"!OTHER"}),
        (
            f"{OFF}static void g(int a) {{ }}\n#else\n#define g(a)\n#endif\n"
            f"void f(pte_t *p) {{\n\tg(1);\n{FREE}",
            {},
            set(),
        ),
        (
            f"{OFF}static void g(int a) {{ }}\n#endif\nvoid f(pte_t *p) {{\n{OFF}\tg(1);\n#endif\n{FREE}",
            {},
            set(),
        ),
        (
            f"{OFF}static void g(int a) {{ }}\n#else\nstatic void g(void) {{ }}\n#endif\n"
            f"void f(pte_t *p) {{\n\tg(1);\n{FREE}",
            {},
            {"!OTHER"},
        ),
        (f"void g(pte_t *);\nvoid f(pte_t *p) {{\n\tg(p);\n{FREE}", ELSEWHERE, {"!OTHER"}),
        (
            f"#define h(a) g(a)\n{OFF}static void g(int a) {{ }}\n#endif\n"
            f"void f(pte_t *p) {{\n\th(1);\n{FREE}",
            {},
            {"!OTHER"},
        ),
        (
            f"{OFF}#define g(a) a\n#else\n#define g(a, b) a\n#endif\nvoid f(pte_t *p) {{\n\tg(1);\n{FREE}",
            {},
            {"!OTHER"},
        ),
    ],
)
def test_configurations_that_should_be_looked_at(
    text: str, others: Mapping[str, str], demands: set[str]
) -> None:
    assert {
        str(one).replace("=y", "").replace("OTHER=n", "!OTHER") for one in demanded(text, others)
    } == demands


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (b"MAKE_ONE(wanted, int);", True),
        (b"DEFINE(a)\nMAKE_ONE(int,\n\twanted)\n", True),
        (b"int f(void)\n{\n\treturn wanted(1);\n}\n", False),
        (b"EXPORT_SYMBOL(wanted);\n", False),
        (b"wanted(int a, int b);\n", False),
        (b'void wanted(void) __attribute__((alias("other")));\n', True),
        (b"SYM_ALIAS alias_of(other, wanted);\n", True),
        (b"MAKE_ONE(unwanted);\nMAKE_ONE(wanted_too);\n", False),
        (b"int x; MAKE_ONE(wanted);\n", False),
        (b"#define MAKE_IT \\\nint wanted(int a) \\\n{ \\\n\treturn a; \\\n}\nMAKE_IT\n", True),
        (b"#define USE_IT(x) \\\n\tdo { wanted(x); } while (0)\n", False),
    ],
)
def test_what_may_make_a_function_of_a_name(text: bytes, made: bool) -> None:
    assert may_make(text, b"wanted") is made
