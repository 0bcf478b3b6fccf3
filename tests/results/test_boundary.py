# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch that touches what a fact stands for is told of."""

from ptlint.results.boundary import fact_names, removed_functions, touched
from ptlint.results.model import Gap, Status
from ptlint.source.tree import MemoryTree

BEFORE = b"""\
#define READ_ONCE(x) \\
\t(*(const volatile typeof(x) *)&(x))

static inline void other(void)
{
\twork();
}

void synchronize_rcu(void)
{
\twait();
}
"""


def gaps(after: bytes) -> list[Gap]:
    path = "include/linux/a.h"
    return list(touched(MemoryTree({path: BEFORE}), MemoryTree({path: after}), [path], fact_names()))


def test_the_body_of_a_function_and_of_a_macro() -> None:
    assert [(g.function, g.line, g.status) for g in gaps(BEFORE.replace(b"wait", b"return"))] == [
        ("synchronize_rcu", 9, Status.NEW)
    ]
    assert [g.function for g in gaps(BEFORE.replace(b"volatile ", b""))] == ["READ_ONCE"]


def test_what_no_fact_names_and_white_space_are_silent() -> None:
    assert gaps(BEFORE.replace(b"work", b"rest")) == []
    assert gaps(BEFORE.replace(b"\twait", b"        wait")) == []


def test_a_use_is_no_body() -> None:
    assert gaps(BEFORE.replace(b"work();", b"synchronize_rcu();")) == []


def test_a_body_that_goes() -> None:
    assert [g.function for g in gaps(BEFORE[: BEFORE.index(b"void sync")])] == ["synchronize_rcu"]


def test_a_function_is_removed_if_no_file_of_the_patch_defines_it_any_more() -> None:
    old = {"mm/a.c": b"void f(void)\n{\n}\nvoid g(void)\n{\n}\nstatic void h(void)\n{\n}\n", "mm/b.c": b""}
    new = {"mm/a.c": b"void g(void);\n", "mm/b.c": b"void f(void)\n{\n}\n"}
    before, after = MemoryTree(old), MemoryTree(new)
    assert removed_functions(before, after, sorted(old)) == ("g",)
    assert removed_functions(before, after, sorted(old), ("e", "f")) == ("e", "g")
    assert removed_functions(after, before, sorted(old), ("g",)) == ()
