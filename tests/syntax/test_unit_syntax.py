# SPDX-License-Identifier: GPL-2.0-or-later
"""Looking up what a unit declares."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_stand_in import KEPT, Compiler, Symbols, unit

from ptlint.cpp.unit import Preprocessor
from ptlint.source.tree import MemoryTree
from ptlint.syntax.ir import Aggregate, Constant, Name, Scope, Type
from ptlint.syntax.printer import function_text
from ptlint.syntax.unit import SyntaxCache, UnitSyntax

HEADER = """\
#ifdef A
static inline int f(void) { return 1; }
#else
static inline int f(void)
{
	return 2;
}
#endif
#define DEFINE_PAIR(name, type) \\
	typedef type name##_t; \\
	static inline type name##_get(type x) { return x; } \\
	static inline type name##_put(type x) { return name##_get(x); }
DEFINE_PAIR(box, unsigned long)
enum flags { FIRST = 4, SECOND, THIRD = SECOND * 2 };
enum { MAKE(ONE), MAKE(TWO) };
struct __attribute__((packed)) odd { char c; int x; };
struct node {
	struct list { struct node *next; } list;
	union { long key; void *data; };
	int bits : 3, more : 2;
	char tail[];
};
typedef int (*compare_t)(struct node *left, struct node *right);
extern struct node nodes[4];
"""


def test_the_view_of_a_header_is_that_of_the_unit() -> None:
    for define, expected in (("#define A\n", "return 1"), ("", "return 2")):
        found = unit(f'{define}#include "h.h"\n', {"h.h": HEADER}).function("f")
        assert found is not None
        assert expected in function_text(found)
        assert found.path == "h.h"


def test_a_function_of_the_unit_itself_comes_first() -> None:
    source = '#define f hidden\n#include "h.h"\n#undef f\nint f(void) { return 3; }\n'
    found = unit(source, {"h.h": HEADER}).function("f")
    assert found is not None
    assert found.path == "a.c"


def test_functions_that_macros_define_are_found() -> None:
    syntax = unit('#include "h.h"\n', {"h.h": HEADER})
    found = syntax.function("box_put")
    assert found is not None
    assert found.result == Type("unsigned long")
    assert (found.path, found.line) == ("h.h", 13)
    assert "box_get(x)" in function_text(found)
    assert [item.name for item in syntax.defined("h.h")] == ["f", "box_get", "box_put"]
    typedef = syntax.typedef("box_t")
    assert typedef is not None
    assert typedef.type == Type("unsigned long")


def test_a_system_call_is_found_under_its_made_name() -> None:
    source = (
        "#define SYSCALL_DEFINE2(name, t1, a1, t2, a2) \\\n"
        "long sys_##name(t1 a1, t2 a2) __attribute__((alias(#name))); \\\n"
        "static inline long __do_sys_##name(t1 a1, t2 a2)\n"
        "SYSCALL_DEFINE2(brk, unsigned long, start, int, flags)\n{\n\treturn start;\n}\n"
    )
    found = unit(source).function("__do_sys_brk")
    assert found is not None
    assert [name.name for name in found.parameters] == ["start", "flags"]
    assert (found.line, found.last_line) == (4, 7)
    assert [item.name for item in unit(source).defined("a.c")] == ["__do_sys_brk"]


def test_members_of_a_struct_keep_their_nesting() -> None:
    syntax = unit('#include "h.h"\n', {"h.h": HEADER})
    node = syntax.struct("struct node")
    assert node is not None
    assert [field.name for field in node.fields] == ["list", "", "bits", "more", "tail"]
    assert [field.name for field in node.members()] == ["list", "key", "data", "bits", "more", "tail"]
    assert [field.bits for field in node.fields] == [None, None, 3, 2, None]
    assert syntax.struct("struct list") is not None
    assert syntax.offset(Type("struct node"), "data") == 8
    assert syntax.size(Type("struct node")) == 24


def test_an_attribute_makes_a_layout_unknown() -> None:
    assert unit('#include "h.h"\n', {"h.h": HEADER}).size(Type("struct odd")) is None


def test_enumerators_count_on() -> None:
    syntax = unit("#define MAKE(x) VALUE_##x\n" + HEADER)
    values = {name: syntax.entity(name) for name in ("SECOND", "THIRD", "VALUE_TWO")}
    assert {name: getattr(found, "value", None) for name, found in values.items()} == {
        "SECOND": 5,
        "THIRD": 10,
        "VALUE_TWO": 1,
    }


def test_the_initialiser_of_an_ops_structure_names_functions() -> None:
    syntax = unit(
        "struct ops { void (*free)(int); int n; };\nextern const struct ops ops;\nvoid cb(int);\n"
        "static void (*last)(int) = cb;\nconst struct ops ops = {\n\t.free = cb,\n\t.n = 3,\n};\n"
    )
    found = syntax.variable("ops")
    assert found is not None
    assert found.type == Type("struct ops")
    function = Name("cb", Scope.FUNCTION, Type("void", 0, True))
    assert found.initialiser == Aggregate(Type("struct ops"), (("free", function), ("n", Constant(3))))
    pointer = syntax.variable("last")
    assert pointer is not None
    assert (pointer.static, pointer.initialiser) == (True, function)


def test_a_name_that_nothing_declares_is_none() -> None:
    syntax = unit('#include "h.h"\n', {"h.h": HEADER})
    assert syntax.function("nothing") is None
    assert syntax.struct("struct nothing") is None
    assert syntax.typedef("nothing") is None
    assert syntax.variable("nothing") is None


def test_a_declaration_that_is_indented_is_found() -> None:
    header = (
        "#ifdef A\n  extern int deep(void);\n#else\n\tstatic inline int deep(void) { return 1; }\n#endif\n"
    )
    for define, has_body in (("#define A\n", False), ("", True)):
        found = unit(f'{define}#include "h.h"\n', {"h.h": header})
        assert found.prototype("deep") is not None
        assert (found.function("deep") is not None) is has_body


def test_units_share_what_is_the_same_in_both() -> None:
    header = "struct s { int x; };\nstatic inline int f(struct s *p) { return p->x + LIMIT; }\n"
    files = {
        "a.c": b'#define LIMIT 1\n#include "h.h"\n',
        "b.c": b'#define LIMIT 2\n#include "h.h"\n',
        "c.c": b'#define LIMIT 1\n#include "h.h"\n',
        "h.h": header.encode(),
    }
    preprocessor = Preprocessor(MemoryTree(files), Symbols(), Compiler())
    cache = SyntaxCache()
    found = [
        UnitSyntax(preprocessor.unit(path), preprocessor, KEPT, frozenset(), cache).function("f")
        for path in ("a.c", "b.c", "a.c")
    ]
    assert found[0] is found[2]
    assert found[1] is not None
    assert "LIMIT=2" in function_text(found[1])


WORDS = """
( ) { } [ ] ; , : ? = == && || & * + ++ -- . -> ... ! ~ < > # ## int struct union enum typedef
static if else while for do switch case default return goto break continue sizeof typeof _Generic
asm volatile __attribute__ cleanup packed aligned __extension__ __label__ _Static_assert a b f x T
u8 1 0x2UL 3.5 "s" 'c' __builtin_offsetof __builtin_types_compatible_p __builtin_choose_expr
container_of KEPT __auto_type const inline __int128 unsigned signed auto va_arg M EMPTY PASTE
"""
PIECES = st.sampled_from(WORDS.split())
PRELUDE = (
    "typedef unsigned char u8;\n#define M(x, ...) ({ typeof(x) y = x; y; })\n#define EMPTY\n"
    "#define PASTE(a, b) a##b\n"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_no_body_makes_the_lowering_raise(pieces: list[str]) -> None:
    syntax = unit(f"{PRELUDE}int f(int a, u8 *b)\n{{\n{' '.join(pieces)}\n}}\n")
    found = syntax.function("f")
    assert found is None or function_text(found)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_no_file_makes_the_reading_raise(pieces: list[str]) -> None:
    syntax = unit(PRELUDE + " ".join(pieces) + "\n")
    for item in syntax.defined("a.c"):
        syntax.function(item.name)
    for name in ("a", "b", "f", "x", "T"):
        syntax.entity(name)
        syntax.typedef(name)
        syntax.variable(name)
        syntax.struct(f"struct {name}")
        syntax.size(Type(f"struct {name}"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_reading_raise(text: str) -> None:
    syntax = unit(text.replace("\r", "\n"))
    for item in syntax.defined("a.c"):
        syntax.function(item.name)


def test_deep_nesting_is_lost_and_not_an_error() -> None:
    found = unit("int f(int a)\n{\nreturn " + "(a + " * 3000 + "a" + ")" * 3000 + ";\n}\n").function("f")
    assert found is not None
    assert found.lost


def test_a_long_chain_takes_no_quadratic_time() -> None:
    body = "".join(f"if (a == {n}) a = g(a, {n});\n" for n in range(2000))
    start = time.process_time()
    found = unit(f"int f(int a)\n{{\n{body}return a;\n}}\n").function("f")
    assert found is not None
    assert len(found.blocks) == 4001
    assert time.process_time() - start < 5


@pytest.mark.parametrize("arch", ["x86_64", "i386"])
def test_long_is_as_wide_as_a_word(arch: str) -> None:
    syntax = unit("enum { WIDE = sizeof(long), TOP = (0UL - 1) >> 31 > 1 };\n", arch=arch)
    wide, top = syntax.entity("WIDE"), syntax.entity("TOP")
    expected = (8, 1) if arch == "x86_64" else (4, 0)
    assert (getattr(wide, "value", None), getattr(top, "value", None)) == expected
