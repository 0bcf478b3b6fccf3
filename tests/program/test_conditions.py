# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Kconfig conditions decide a slice, in the branches that are compiled and in the others."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from ptlint.cpp.unit import Preprocessor
from ptlint.kconfig.arch import arch_named
from ptlint.kconfig.configuration import Configuration
from ptlint.kconfig.kbuild import Kbuild
from ptlint.kconfig.listing import Listing
from ptlint.kconfig.model import Model
from ptlint.kconfig.toolchain import toolchain_named
from ptlint.program.compiled import compiled_units
from ptlint.program.conditions import Condition, Slice
from ptlint.program.facts import Fact, Facts, load_facts
from ptlint.program.program import Definition, Program
from ptlint.program.units import Units
from ptlint.rules.loader import shipped_folder
from ptlint.source.tree import DiskTree, MemoryTree

X86 = arch_named("x86_64")
TYPES = {"LEVELS": "int", "THIS": "bool", "OTHER": "bool", "THIRD": "bool", "DRIVER": "tristate"}
VALUES = {"LEVELS": "4", "THIS": "y", "OTHER": "n", "THIRD": "n", "DRIVER": "n"}
HEAD = "#include <linux/t.h>\n"
TYPEDEFS = "typedef struct { long v; } pte_t;\nvoid end_table(pte_t *);\nvoid log_it(int);\n"


def fact(name: str, event: str) -> Fact:
    return Fact(name, event, 0, None, None, None, "", "", "")


FACTS = {"end_table": "free", "pte_t": "entry-type", "quiet": "none"}


def program(files: Mapping[str, str], facts: Facts | None = None) -> Program:
    texts = {"Kbuild": "obj-y += mm/\n", "include/linux/t.h": TYPEDEFS, **files}
    texts.setdefault("mm/Makefile", "obj-y += a.o\n")
    tree = MemoryTree({path: text.encode() for path, text in texts.items()})
    configuration = Configuration(X86, MappingProxyType(VALUES), MappingProxyType(TYPES))
    return opened(
        tree,
        configuration,
        facts or Facts({n: fact(n, e) for n, e in FACTS.items()}, frozenset(), frozenset()),
    )


def opened(tree: object, configuration: Configuration, facts: Facts) -> Program:
    kbuild = Kbuild(tree, configuration)  # type: ignore[arg-type]
    preprocessor = Preprocessor(tree, configuration, toolchain_named("gcc-12"))  # type: ignore[arg-type]
    compiled = compiled_units(tree, kbuild, configuration.arch.srcarch)  # type: ignore[arg-type]
    units = Units(
        tree, kbuild, preprocessor, compiled, facts.kept, facts.noreturn, ("pte_t",), ("end_table",)
    )  # type: ignore[arg-type]
    return Program(units, facts)


def found(files: Mapping[str, str] | str, *names: str, unit: str = "mm/a.c") -> dict[str, str]:
    """Return the formulas that decide the functions, each with the name that it decides."""
    if isinstance(files, str):
        files = {"mm/a.c": HEAD + files}
    made = program(files)
    definitions = []
    for name in names or ("f",):
        definition = made.resolve(name, unit)
        assert definition is not None, name
        definitions.append(definition)
    return {str(one.formula): one.function for one in Slice(made, definitions).decisive()}


# (a) conditionals inside and around


def test_branches_of_a_conditional_inside_taken_or_not() -> None:
    text = """void f(pte_t *p) {
#ifdef CONFIG_OTHER
	end_table(p);
#elif defined(CONFIG_THIRD)
	end_table(0);
#endif
}
"""
    assert set(found(text)) == {"OTHER=y", "!OTHER && THIRD=y"}


def test_nested_branches_hold_their_enclosing_ones() -> None:
    text = """void f(pte_t *p) {
#ifdef CONFIG_OTHER
# if CONFIG_LEVELS > 3
	end_table(p);
# endif
#endif
}
"""
    assert set(found(text)) == {"OTHER=y", "LEVELS>3 && OTHER=y"}


def test_the_conditional_around_the_definition() -> None:
    text = "#if defined(CONFIG_THIS) && !defined(CONFIG_OTHER)\nvoid f(pte_t *p) { }\n#endif\n"
    assert set(found(text)) == {"!OTHER && THIS=y"}


def test_a_conditional_without_events_is_dropped() -> None:
    text = """void f(pte_t *p) {
	int i = 0;
#ifdef CONFIG_OTHER
	log_it(i);
#endif
	end_table(p);
}
"""
    assert found(text) == {}


@pytest.mark.parametrize("line", ["return;", "p = 0;", "if (p)", "g(p);", "end_table(0);", "W(0);"])
def test_a_conditional_with_an_event_stays(line: str) -> None:
    text = f"""#define W(x) end_table(x)
static void g(pte_t *p) {{ }}
void f(pte_t *p) {{
#ifdef CONFIG_OTHER
	{line}
#endif
	end_table(p);
}}
"""
    assert set(found(text)) == {"OTHER=y"}


def test_a_definition_in_a_file_that_is_compiled_sometimes() -> None:
    files = {"mm/a.c": HEAD + "void f(pte_t *p) { }\n", "mm/Makefile": "obj-$(CONFIG_THIS) += a.o\n"}
    assert set(found(files)) == {"THIS"}


# (b) symbols in expressions


def test_symbols_used_as_values() -> None:
    text = """#define IS_ENABLED(x) x
void f(pte_t *p) {
	if (IS_ENABLED(CONFIG_OTHER))
		end_table(p);
	if (IS_ENABLED(CONFIG_THIRD))
		log_it(1);
	if (CONFIG_LEVELS > 3)
		end_table(p);
}
"""
    assert set(found(text)) == {"OTHER", "LEVELS>3"}


# (c) macros


def test_alternatives_of_a_macro_through_macros() -> None:
    text = """#ifdef CONFIG_OTHER
#define inner(p) end_table(p)
#else
#define inner(p) do { } while (0)
#endif
#define outer(p) inner(p)
void f(pte_t *p) { outer(p); }
"""
    assert found(text) == {"OTHER=y": "inner"}


def test_a_macro_whose_alternatives_have_no_events_is_dropped() -> None:
    text = """#ifdef CONFIG_OTHER
#define count(p) log_it(2)
#else
#define count(p) log_it(1)
#endif
void f(pte_t *p) { count(p); end_table(p); }
"""
    assert found(text) == {}


def test_a_macro_that_may_return_stays() -> None:
    text = """#ifdef CONFIG_OTHER
#define check(p) do { if (!p) return; } while (0)
#else
#define check(p) do { } while (0)
#endif
void f(pte_t *p) { check(p); end_table(p); }
"""
    assert found(text) == {"OTHER=y": "check"}


def test_a_constant_on_which_events_hang() -> None:
    text = """#ifdef CONFIG_OTHER
#define needed() 0
#else
#define needed() asked()
#endif
#ifdef CONFIG_THIRD
#define noisy() 0
#else
#define noisy() asked()
#endif
int asked(void);
void f(pte_t *p) {
	if (noisy())
		log_it(1);
	if (needed())
		end_table(p);
}
"""
    assert found(text) == {"OTHER=y": "needed"}


def test_a_constant_that_is_kept_in_a_variable() -> None:
    text = """#ifdef CONFIG_OTHER
#define needed() 0
#else
#define needed() asked()
#endif
int asked(void);
void f(pte_t *p) {
	int is = needed();
	if (is)
		end_table(p);
}
"""
    assert found(text) == {"OTHER=y": "needed"}


def test_an_override_of_a_header_by_another() -> None:
    files = {
        "mm/a.c": HEAD + "#include <asm/x.h>\n#include <linux/x.h>\nvoid f(pte_t *p) { drop(p); }\n",
        "arch/x86/include/asm/x.h": "#ifdef CONFIG_OTHER\n"
        "static inline void drop(pte_t *p) { end_table(p); }\n#define drop drop\n#endif\n",
        "include/linux/x.h": "#ifndef X_H\n#define X_H\n"
        "#ifndef drop\nstatic inline void drop(pte_t *p) { }\n#endif\n#endif\n",
    }
    assert found(files) == {"OTHER=y": "drop"}


def test_a_header_that_is_included_sometimes() -> None:
    files = {
        "mm/a.c": HEAD + "#include <linux/x.h>\nvoid f(pte_t *p) { drop(p); }\n",
        "include/linux/x.h": "#if CONFIG_LEVELS <= 2\n#include <linux/two.h>\n#else\n"
        "#include <linux/more.h>\n#endif\n",
        "include/linux/two.h": "#define drop(p) do { } while (0)\n#define FOLDED\n",
        "include/linux/more.h": "#define drop(p) end_table(p)\n",
    }
    assert found(files) == {"!(LEVELS<=2)": "drop"}


# (d) functions


def test_a_stub_in_a_header_and_a_function_elsewhere() -> None:
    files = {
        "mm/a.c": HEAD + "#include <linux/x.h>\nvoid f(pte_t *p) { drop(p); }\n",
        "mm/b.c": HEAD + "void drop(pte_t *p) { end_table(p); }\n",
        "mm/Makefile": "obj-y += a.o\nobj-$(CONFIG_DRIVER) += b.o\n",
        "include/linux/x.h": "#ifdef CONFIG_DRIVER\nvoid drop(pte_t *p);\n#else\n"
        "static inline void drop(pte_t *p) { }\n#endif\n",
    }
    assert found(files) == {"!DRIVER": "drop", "DRIVER": "drop"}


def test_names_of_quiet_facts_are_not_followed() -> None:
    text = """#ifdef CONFIG_OTHER
#define quiet(p) end_table(p)
#else
#define quiet(p) do { } while (0)
#endif
void f(pte_t *p) { quiet(p); end_table(p); }
"""
    assert found(text) == {}


def test_what_cannot_be_expressed_is_told() -> None:
    text = """#define LIMIT sizeof(long)
void f(pte_t *p) {
#if CONFIG_LEVELS + 1 > 3 && defined(CONFIG_OTHER)
	end_table(p);
#endif
}
"""
    made = program({"mm/a.c": HEAD + text})
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    (one,) = Slice(made, [definition]).decisive()
    assert (str(one.formula), one.unknown) == ("OTHER=y", ("CONFIG_LEVELS",))
    assert (one.path, one.line) == ("mm/a.c", 4)


def test_what_a_function_names_is_told_where_that_is_decided() -> None:
    text = """#ifdef CONFIG_OTHER
int counted(void);
#define processors() counted()
#else
#define processors() 1
#endif
#define several() (processors() > 1)
void f(pte_t *p) { if (several()) end_table(p); }
void g(pte_t *p) { end_table(p); }
"""
    made = program({"mm/a.c": HEAD + text})
    definitions = [made.resolve(name, "mm/a.c") for name in "fg"]
    slice_ = Slice(made, [one for one in definitions if one is not None])
    assert {(str(one.formula), one.function) for one in slice_.decisive()} >= {("OTHER=y", "processors")}
    assert slice_.named() == {"f": frozenset({"processors"}), "g": frozenset()}


# What no walk can enter


def test_functions_that_only_others_have() -> None:
    files = {
        "mm/a.c": HEAD
        + """void f(pte_t *p) { end_table(p); }
#ifdef CONFIG_OTHER
static void last(long v) { f((void *)v); }
void g(pte_t *p) { last(p->v); }
void quiet_one(pte_t *p) { log_it(1); }
#endif
#ifdef CONFIG_THIRD
void reader(pte_t *p) { log_it(1); }
#endif
""",
        "mm/b.c": HEAD + "void h(pte_t *p) { f(p); }\n",
        "mm/Makefile": "obj-y += a.o\nifeq ($(CONFIG_THIS),y)\nobj-$(CONFIG_DRIVER) += b.o\nendif\n",
    }
    made = program(files)
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    conditions = {str(one.formula): one.function for one in Slice(made, [definition]).absent()}
    assert conditions == {"OTHER=y": "g", "DRIVER && THIS=y": "h"}


def test_functions_of_a_folder_below_that_is_not_compiled() -> None:
    files = {
        "mm/a.c": HEAD + "void f(pte_t *p) { end_table(p); }\n",
        "mm/sub/deep/c.c": HEAD + "void g(pte_t *p) { f(p); }\n",
        "mm/sub/deep/quiet.c": "void h(long *p) { f(p); }\n",
        "mm/Makefile": "obj-y += a.o\nobj-$(CONFIG_OTHER) += sub/\n",
        "mm/sub/Makefile": "obj-y += deep/\n",
        "mm/sub/deep/Makefile": "obj-$(CONFIG_THIRD) += c.o\nobj-y += quiet.o\n",
    }
    made = program(files)
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    conditions = {str(one.formula): one.function for one in Slice(made, [definition]).absent()}
    assert conditions == {"OTHER && THIRD": "g"}


def test_callers_of_what_is_asked_that_are_not_compiled() -> None:
    files = {
        "mm/a.c": HEAD
        + """void f(long v) { end_table((void *)v); }
#ifdef CONFIG_OTHER
static void callback(long head) { f(head - 1); }
#else
void other(long v) { f(v); }
#endif
""",
    }
    made = program(files)
    definition = made.resolve("f", "mm/a.c")
    assert definition is not None
    conditions = {str(one.formula): one.function for one in Slice(made, [definition], asked=["f"]).absent()}
    assert conditions == {"OTHER=y": "callback"}


def test_where_a_file_is_compiled_that_is_named_by_the_width_of_a_word() -> None:
    tree = MemoryTree({"mm/Makefile": b"obj-$(CONFIG_THIS) += a_$(BITS).o b.o\n"})
    listing = Listing(tree)
    compiled = {name: str(listing.compiled(f"mm/{name}.c")) for name in ("a_64", "a_32", "b")}
    assert compiled == {"a_64": "64BIT && THIS", "a_32": "64BIT=n && THIS", "b": "THIS"}


# A kernel


def kernel_program(root: Path) -> Program:
    tree = DiskTree(root)
    model = Model.load(tree, X86, toolchain_named("gcc-12"))
    facts = load_facts(sorted((shipped_folder() / "facts").glob("*.toml")))
    return opened(tree, model.defconfig(), facts)


@pytest.mark.kernel
def test_a_real_slice(kernel_tree: Callable[[str], Path]) -> None:
    made = kernel_program(kernel_tree("latest"))
    wanted = [
        ("tlb_remove_table", "mm/mmu_gather.c"),
        ("free_p4d_range", "mm/memory.c"),
        ("__pte_alloc", "mm/memory.c"),
    ]
    definitions = [made.resolve(*one) for one in wanted]
    conditions: tuple[Condition, ...] = Slice(
        made, [one for one in definitions if isinstance(one, Definition)]
    ).decisive()
    symbols = frozenset().union(*(one.formula.symbols() for one in conditions))
    assert {"PGTABLE_LEVELS", "MMU_GATHER_TABLE_FREE"} <= symbols
    assert not {"DEBUG_KMEMLEAK", "PRINTK", "BUG"} & symbols
    assert len(conditions) < 40
