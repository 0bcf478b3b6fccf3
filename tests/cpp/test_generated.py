# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated headers, command lines and layouts, on trees of a few lines."""

import pytest
from cpp_stand_in import preprocessor

from ptlint.cpp.flags import CommandLines
from ptlint.cpp.layout import Layouts
from ptlint.cpp.makefiles import Makefiles
from ptlint.cpp.tokens import lex
from ptlint.kconfig.arch import arch_named
from ptlint.source.tree import MemoryTree

BOUNDS = """\
#include <linux/t.h>
#define DEFINE(sym, val) asm volatile("->" #sym " %0 " #val : : "i" (val))
int main(void)
{
	DEFINE(NR_FLAGS, __NR_FLAGS);
	DEFINE(LOCK_SIZE, sizeof(lock_t));
	DEFINE(UNKNOWN, sizeof(struct elsewhere));
}
"""
TYPES = """\
enum flags {
	F_a,
#ifdef CONFIG_MORE
	F_b = F_a + 4,
#endif
	__NR_FLAGS,
	F_alias = F_a,
};
typedef struct lock {
	unsigned int raw;
#ifdef CONFIG_DEBUG
	void *owner;
	unsigned char bytes[3];
#endif
} lock_t;
"""


@pytest.mark.parametrize(("values", "flags", "size"), [({}, 1, 4), ({"MORE": "y", "DEBUG": "y"}, 5, 24)])
def test_bounds_are_computed_from_the_declarations(values: dict[str, str], flags: int, size: int) -> None:
    files = {"kernel/bounds.c": BOUNDS, "include/linux/t.h": TYPES}
    made = preprocessor(files, **values)
    content = (made.generated.find("include/generated/bounds.h") or b"").decode()
    assert f"#define NR_FLAGS {flags}\n#define LOCK_SIZE {size}\n" in content
    assert made.generated.free("include/generated/bounds.h") == ("UNKNOWN",)


def test_an_if_on_an_unknown_constant_is_undecided_unless_it_does_not_matter() -> None:
    text = (
        "#include <generated/bounds.h>\n#if UNKNOWN > 4\na\n#else\nb\n#endif\n"
        "#if UNKNOWN > 4 || 1\nc\n#endif\n#ifdef UNKNOWN\nd\n#endif\n"
    )
    files = {"kernel/bounds.c": BOUNDS, "include/linux/t.h": TYPES, "a.c": text}
    unit = preprocessor(files).unit("a.c")
    assert unit.undecided == (("a.c", 2, "UNKNOWN"),)
    assert unit.active("a.c") == [(5, 5), (8, 8), (11, 11)]
    unit = preprocessor(files, atoms={"UNKNOWN": 8}).unit("a.c")
    assert not unit.undecided
    assert unit.active("a.c") == [(3, 3), (8, 8), (11, 11)]


def test_a_missing_asm_header_is_that_of_asm_generic() -> None:
    files = {
        "a.c": "#include <asm/x.h>\n#include <asm/y.h>\n#include <asm/z.h>\n",
        "arch/x86/include/asm/Kbuild": "generic-y += x.h\n",
        "include/asm-generic/Kbuild": "mandatory-y += y.h z.h\n",
        "include/asm-generic/x.h": "x\n",
        "include/asm-generic/y.h": "y\n",
        "arch/x86/include/asm/z.h": "z\n",
    }
    unit = preprocessor(files).unit("a.c")
    assert [region.path for region in unit.regions] == [
        "include/asm-generic/x.h",
        "include/asm-generic/y.h",
        "arch/x86/include/asm/z.h",
    ]


def test_feature_masks_follow_the_configuration() -> None:
    files = {
        "a.c": "#include <asm/cpufeaturemasks.h>\n"
        "#if REQUIRED_MASK_BIT_SET(33) && !REQUIRED_MASK_BIT_SET(34)\na\n#endif\n"
        "#if DISABLED_MASK0 == 1\nb\n#endif\n",
        "arch/x86/include/asm/Kbuild": "generated-y += cpufeaturemasks.h\n",
        "arch/x86/include/asm/cpufeatures.h": "#define NCAPINTS 2\n#define X86_FEATURE_A ( 0*32+ 0) /* a */\n"
        "#define X86_FEATURE_B ( 1*32+ 1) /* b */\n",
    }
    values = {"X86_REQUIRED_FEATURE_B": "y", "X86_DISABLED_FEATURE_A": "y"}
    assert preprocessor(files, **values).unit("a.c").active("a.c") == [(3, 3), (6, 6)]


def test_numbers_of_system_calls_come_from_the_table() -> None:
    files = {
        "a.c": "#include <asm/unistd_64.h>\n"
        "#if __NR_two == 2 && __NR_syscalls == 3 && !defined(__NR_x)\na\n#endif\n",
        "arch/x86/include/uapi/asm/Kbuild": "generated-y += unistd_64.h\n",
        "arch/x86/entry/syscalls/syscall_64.tbl": "0 common zero sys_zero\n2 64 two sys_two\n9 x32 x sys_x\n",
    }
    assert preprocessor(files).unit("a.c").active("a.c") == [(3, 3)]


def test_makefiles_give_options_to_a_folder_and_to_a_file() -> None:
    files = {
        "Makefile": "KBUILD_CPPFLAGS := -D__KERNEL__\nifdef CONFIG_TRACE\nCC_USING += -DUSING\nendif\n"
        "KBUILD_CFLAGS += $(CC_USING) -O2\n",
        "mm/Makefile": "subdir-ccflags-$(CONFIG_DEEP) += -DDEEP=2\nsubdir-ccflags-y += -I$(srctree)/extra\n",
        "mm/sub/Makefile": 'ccflags-y := -I $(src)/own -DSUB\nCFLAGS_a.o = -DONLY_A=\\"a\\"\n'
        "KASAN_SANITIZE_b.o := n\n",
    }
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    lines = CommandLines(tree, arch_named("x86_64"), {"TRACE": "y", "DEEP": "n", "KASAN_GENERIC": "y"})
    flags = lines.flags("mm/sub/a.c")
    assert flags.folders[-2:] == ("extra", "mm/sub/own")
    assert flags.defines == (("USING", "1"), ("SUB", "1"), ("ONLY_A", '"a"'), ("__SANITIZE_ADDRESS__", "1"))
    assert lines.flags("mm/sub/b.c").defines == (("USING", "1"), ("SUB", "1"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A = x\nA += y", "x y"),
        ("B = 1\nA := $(B)\nB = 2", "1"),
        ("ifeq ($(B),)\nA = yes\nelse\nA = no\nendif", "yes"),
        ("ifneq \"$(B)\" ''\nA = 1\nelse ifdef CONFIG_X\nA = 2\nelse\nA = 3\nendif", "2"),
        ("A = $(filter-out b%,a b1 c) $(patsubst %.c,%.o,x.c) $(if $(CONFIG_X),on,off)", "a c x.o on"),
        ("A = $(call cc-option,-Dx,-Dy) $(shell rm -rf /)$(addprefix -I,a b)", "-Dx -Ia -Ib"),
        ("B = a.c b.c\nA = $(B:.c=.o) # comment", "a.o b.o"),
        ("define F\nA = wrong\nendef\nA = right", "right"),
        ("CONFIG_X = n\nA = $(CONFIG_X)", "y"),
    ],
)
def test_makefile_variables_have_the_values_that_make_gives(text: str, expected: str) -> None:
    variables = Makefiles(MemoryTree({"Makefile": text.encode()}), {"CONFIG_X": "y"})
    variables.read("Makefile")
    assert variables.value("A").strip() == expected


@pytest.mark.parametrize(
    ("declarations", "expression", "expected"),
    [
        ("struct s { char c; long l; short h; };", "sizeof(struct s)", 24),
        ("struct s { char c; long l; } __attribute__((packed));", "sizeof(struct s)", 9),
        ("struct s { union { int i; struct { char a, b[6]; }; }; char z; };", "sizeof(struct s)", 12),
        ("struct s { union { int i; struct { char a, b[6]; }; }; };", "__builtin_offsetof(struct s, b)", 1),
        ("struct s { unsigned a : 3, b : 30; int : 0; char c; };", "sizeof(struct s)", 12),
        (
            "typedef unsigned char u8; typedef u8 t[4]; struct s { t x; void (*f)(int); };",
            "sizeof(struct s)",
            16,
        ),
        ("struct s { int x; } __attribute__((__aligned__(1 << 6)));", "sizeof(struct s)", 64),
        ("struct e { }; struct s { struct e e; int x[0]; };", "sizeof(struct s)", 0),
        ("enum { A = 2, B, C = B << 1 };", "(unsigned long)C + sizeof(enum x)", 10),
        ("", "__builtin_constant_p(5) ? 63 - __builtin_clzll(5) : f(1)", 2),
        ("", "sizeof(struct unknown)", None),
        ("struct s { struct unknown u; };", "sizeof(struct s)", None),
        ("struct s { struct s *next; };", "sizeof(struct s)", 8),
        ("struct s { struct s next; };", "sizeof(struct s)", None),
    ],
)
def test_layouts_are_those_of_the_compiler(declarations: str, expression: str, expected: int | None) -> None:
    layouts = Layouts(lex(declarations.encode(), "a.h"), 8)
    assert layouts.value(lex(expression.encode(), "a.c")) == expected
