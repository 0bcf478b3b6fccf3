# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls a compiler leaves in."""

import pytest
from test_conditions import HEAD, program

from ptlint.program.reach import Reach

INLINE = "static inline int zero(void) { return 0; }\nstatic inline void *none(int a) { return (void *)0; }\n"
INLINE += "extern int bits;\nstatic inline int has(int b) { if (!b) return 0; return !!(1 & bits & b); }\n"
INLINE += "static inline int have_two(void) { return has(2); }\n"
DECLARED = "void g(void);\nvoid take(int *);\n"


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("g();", 1),
        ("if (zero()) g();", 0),
        ("if (!zero()) g();", 1),
        ("void *p = none(a); if (p) g();", 0),
        ("void *p = none(a); if (p) g(); p = &a; if (p) g();", 1),
        ("int i = 0; take(&i); if (i) g();", 1),
        ("int i = 0; if (a) i = 1; if (i) g();", 1),
        ("int i; if (a) i = 0; else i = 0; if (i) g();", 0),
        ("int i = 0; while (a--) { if (i) g(); i = 1; }", 1),
        ("if (zero() && a) g();", 0),
        ("if (zero() || a) g();", 1),
        ("if (a & zero()) g();", 0),
        ("switch (zero()) { case 1: g(); }", 0),
        ("return; g();", 0),
        ("if (has(2)) g();", 0),
        ("if (has(a)) g();", 1),
        ("if (have_two()) g();", 0),
    ],
)
def test_calls_behind_constants_are_dropped(body: str, calls: int) -> None:
    made = program({"mm/a.c": f"{HEAD}{INLINE}{DECLARED}void f(int a)\n{{\n\t{body}\n}}\n"})
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    assert len(Reach(made).calls(definition.function, "mm/a.c", "g")) == calls
