# SPDX-License-Identifier: GPL-2.0-or-later
"""A patch that touches what a fact stands for is told of."""

from ptlint.results.boundary import changed_functions, fact_names, removed_functions, touched
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


def test_a_function_is_removed_if_it_is_gone_or_in_another_file() -> None:
    old = {"mm/a.c": b"void f(void)\n{\n}\nvoid g(void)\n{\n}\nstatic void h(void)\n{\n}\n", "mm/b.c": b""}
    new = {"mm/a.c": b"void g(void);\n", "mm/b.c": b"void f(void)\n{\n}\n"}
    before, after = MemoryTree(old), MemoryTree(new)
    assert removed_functions(before, after, sorted(old)) == ("f", "g", "h")
    assert removed_functions(before, after, sorted(old), ("e", "f")) == ("e", "f", "g", "h")
    assert removed_functions(after, before, sorted(old), ("g",)) == ("f",)


def test_a_function_is_removed_if_it_comes_under_another_conditional() -> None:
    text = b"#ifdef A\nvoid f(void)\n{\n}\n#else\nvoid g(void)\n{\n}\n#endif\nvoid h(void)\n{\n}\n"
    files = (
        {"mm/a.c": text.replace(b"#else", b"#elif B")},
        {"mm/a.c": text.replace(b"{\n}\n#else", b"{\n\n}\n#else")},
    )
    trees = [MemoryTree(one) for one in ({"mm/a.c": text}, *files)]
    assert removed_functions(trees[0], trees[1], ["mm/a.c"]) == ("g",)
    assert removed_functions(trees[0], trees[2], ["mm/a.c"]) == ()


def test_a_function_is_removed_if_a_header_declares_it_otherwise() -> None:
    old = b"#ifdef A\nint f(int a);\n#else\nstatic inline int f(int a)\n{\n}\n#endif\nint g(int a);\n"
    trees = [
        MemoryTree({"a.h": text})
        for text in (old, old[: old.index(b"#else")], old + b"int g(int a, int b);\n")
    ]
    assert removed_functions(trees[0], trees[1], ["a.h"]) == ("f", "g")
    assert removed_functions(trees[0], trees[2], ["a.h"]) == ("g",)


def test_a_function_is_removed_if_a_makefile_speaks_otherwise_of_its_object() -> None:
    source = {"mm/a.c": b"void f(void)\n{\n}\n", "mm/b.c": b"void g(void)\n{\n}\n"}
    before = MemoryTree({**source, "mm/Makefile": b"obj-y := a.o \\\n\tb.o\n"})
    after = MemoryTree({**source, "mm/Makefile": b"obj-y := a.o\nobj-$(CONFIG_B) += b.o\n"})
    same = MemoryTree({**source, "mm/Makefile": b"# a\nobj-y :=  a.o b.o\n"})
    assert removed_functions(before, after, ["mm/Makefile"]) == ("f", "g")
    assert removed_functions(before, same, ["mm/Makefile"]) == ()


def test_a_function_is_changed_if_its_text_is_another_one_directives_and_all() -> None:
    texts = (
        b"int f(void)\n{\n\treturn 1;\n}\nint g(void)\n{\n\treturn 2;\n}\n",
        b"int f(void)\n{\n#ifdef X\n\treturn 1;\n#endif\n}\nint g(void)\n{\n\treturn 2;\n}\n"
        b"int h(void)\n{\n}\n",
    )
    before, after = (MemoryTree({"mm/a.c": text, "mm/Makefile": text}) for text in texts)
    assert changed_functions(before, after, ["mm/a.c", "mm/Makefile"]) == (("mm/a.c", "f"), ("mm/a.c", "h"))
    assert changed_functions(after, after, ["mm/a.c"]) == ()
