# SPDX-License-Identifier: GPL-2.0-or-later
"""Translation units: active lines, macro histories, includes."""

import pytest
from cpp_stand_in import Compiler, Symbols, preprocessor

from ptlint.cpp.sources import SourceCache
from ptlint.cpp.unit import Preprocessor
from ptlint.errors import TreeError
from ptlint.source.tree import MemoryTree

KCONFIG_H = """\
#include <generated/autoconf.h>
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __or(x, y)			___or(x, y)
#define ___or(x, y)			____or(__ARG_PLACEHOLDER_##x, y)
#define ____or(arg1_or_junk, y)		__take_second_arg(arg1_or_junk 1, y)
#define __is_defined(x)			___is_defined(x)
#define ___is_defined(val)		____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk)	__take_second_arg(arg1_or_junk 1, 0)
#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_ENABLED(option) __or(IS_BUILTIN(option), IS_MODULE(option))
"""


def lines(text: str, path: str = "a.c", **values: str) -> list[int]:
    """Return the active lines of a file that is the whole tree, but for linux/kconfig.h."""
    unit = preprocessor({path: text, "include/linux/kconfig.h": KCONFIG_H}, **values).unit(path)
    return [line for first, last in unit.active(path) for line in range(first, last + 1)]


CHAIN = "#if CONFIG_A == 1\na\n#elif defined(CONFIG_B) && !defined CONFIG_C\nb\n#else\nc\n#endif\nd\n"


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, [6, 8]), ({"A": "y"}, [2, 8]), ({"B": "y"}, [4, 8]), ({"B": "y", "C": "y"}, [6, 8])],
)
def test_one_branch_of_a_chain_is_active(values: dict[str, str], expected: list[int]) -> None:
    assert lines(CHAIN, **values) == expected


@pytest.mark.parametrize(("value", "expected"), [("y", [2, 8]), ("m", [2, 5]), ("n", [])])
def test_is_enabled_is_true_macro_expansion(value: str, expected: list[int]) -> None:
    text = (
        "#if IS_ENABLED(CONFIG_A)\na\n#endif\n#if IS_MODULE(CONFIG_A)\nb\n#endif\n"
        "#if IS_BUILTIN(CONFIG_A)\nc\n#endif\n"
    )
    assert lines(text, A=value) == expected


def test_a_directive_in_a_comment_is_none() -> None:
    assert lines("/*\n#if 0\n*/ a\n// \\\n#if 0\nb\n/* x */ # /* y */ if /* z\n*/ 0\nc\n#endif\nd\n") == [
        1, 2, 3, 4, 5, 6, 11,
    ]  # fmt: skip


def test_a_directive_in_a_string_or_after_a_backslash_is_none() -> None:
    assert lines('a = "/*";\n#if 0\nb\n#endif\nc \\\n#if 1\nd "*/"\n') == [1, 5, 6, 7]


def test_an_apostrophe_in_text_that_is_skipped_hides_nothing() -> None:
    assert lines("#if 0\ndon't\n#else\na\n#endif\n#ifdef X\n#error don't /* x */\n#endif\nb\n") == [4, 9]


def test_a_region_holds_no_directive_and_at_least_one_token() -> None:
    unit = preprocessor({"a.c": "a\n#define X\n\n/* b */\n#undef X\nc\n\nd\n"}).unit("a.c")
    assert [(r.first_line, r.last_line) for r in unit.regions] == [(1, 1), (6, 8)]


def test_the_macro_in_force_changes_from_region_to_region() -> None:
    unit = preprocessor({"a.c": "a\n#define X 1\nb\n#define X 2\nc\n#undef X\nd\n"}).unit("a.c")
    found = [unit.macro("X", region.sequence) for region in unit.regions]
    assert [macro and macro.line for macro in found] == [None, 2, 4, None]
    assert [macro.body[0].text for macro in found if macro] == ["1", "2"]


def test_a_macro_body_knows_where_its_tokens_stand() -> None:
    unit = preprocessor({"a.c": "\n#define F(a, \\\n b...) a + \\\n\tb\nx\n"}).unit("a.c")
    macro = unit.macro("F", unit.end)
    assert macro is not None
    assert (macro.parameters, macro.variadic, macro.line) == (("a", "b"), True, 2)
    assert [(t.text, t.line, t.column) for t in macro.body] == [("a", 3, 8), ("+", 3, 10), ("b", 4, 2)]


def test_a_quoted_include_is_looked_for_beside_its_file_first() -> None:
    files = {
        "mm/a.c": '#include "b.h"\n#include <b.h>\n',
        "mm/b.h": "mine\n",
        "include/b.h": "theirs\n",
    }
    assert preprocessor(files).unit("mm/a.c").files == ("mm/a.c", "mm/b.h", "include/b.h")


def test_include_next_goes_on_after_the_folder_of_its_file() -> None:
    files = {
        "a.c": "#include <asm/x.h>\n",
        "arch/x86/include/asm/x.h": "#include_next <asm/x.h>\none\n",
        "include/asm/x.h": "two\n",
    }
    unit = preprocessor(files).unit("a.c")
    assert [region.path for region in unit.regions] == ["include/asm/x.h", "arch/x86/include/asm/x.h"]


def test_an_include_may_be_computed() -> None:
    files = {
        "a.c": '#define P(n) <asm/x.h>\n#define Q "q.h"\n#include P(1)\n#include Q\n',
        "q.h": "q\n",
        "include/asm/x.h": "x\n",
    }
    assert preprocessor(files).unit("a.c").files == ("a.c", "include/asm/x.h", "q.h")


def test_an_include_guard_and_pragma_once_let_a_file_in_once() -> None:
    files = {
        "a.c": "".join(f'#include "{name}.h"\n' for name in "gogott"),
        "g.h": "/* c */\n#ifndef G\n#define G\ng\n#endif /* G */\n",
        "o.h": "#pragma once\no\n",
        "t.h": "t\n",
    }
    unit = preprocessor(files).unit("a.c")
    assert [region.path for region in unit.regions] == ["g.h", "o.h", "t.h", "t.h"]


def test_text_after_the_guard_is_seen_again() -> None:
    files = {"a.c": '#include "g.h"\n#include "g.h"\n', "g.h": "#ifndef G\n#define G\ng\n#endif\nh\n"}
    assert [r.first_line for r in preprocessor(files).unit("a.c").regions] == [3, 5, 5]


def test_a_missing_include_is_recorded() -> None:
    unit = preprocessor({"a.c": "x\n#include <no.h>\ny\n"}).unit("a.c")
    assert unit.missing == (("a.c", 2, "no.h"),)
    assert unit.active("a.c") == [(1, 1), (3, 3)]


def test_an_error_is_recorded_only_if_it_is_active() -> None:
    unit = preprocessor({"a.c": "#ifdef X\n#error one\n#endif\n#error don't\n"}).unit("a.c")
    assert unit.complaints == (("a.c", 4, "#error don't"),)


def test_has_include_and_has_attribute_are_answered() -> None:
    files = {
        "a.c": '#if defined(__has_include) && __has_include(<b.h>) && !__has_include("c.h")\na\n#endif\n'
        "#ifdef __has_attribute\n#if __has_attribute(__fallthrough__) && !__has_attribute(counted_by)\nb\n"
        "#endif\n#endif\n#if __has_builtin(__builtin_expect)\nc\n#endif\n",
        "include/b.h": "",
    }
    assert preprocessor(files).unit("a.c").active("a.c") == [(2, 2), (6, 6), (10, 10)]


def test_the_module_macro_is_defined_for_modules_only() -> None:
    made = preprocessor({"a.c": "#ifdef MODULE\na\n#else\nb\n#endif\n"})
    assert made.unit("a.c", module=True).active("a.c") == [(2, 2)]
    assert made.unit("a.c").active("a.c") == [(4, 4)]


def test_decisions_name_the_macros_that_they_rest_on() -> None:
    made = preprocessor({"a.c": CHAIN, "include/linux/kconfig.h": KCONFIG_H}, B="y")
    found = [(d.line, d.taken, sorted(d.names)) for d in made.unit("a.c").decisions("a.c")]
    assert found == [(1, False, ["CONFIG_A"]), (3, True, ["CONFIG_B", "CONFIG_C"])]


def test_files_are_parsed_once_for_all_configurations() -> None:
    tree = MemoryTree({"a.c": b"#if CONFIG_N > 2\na\n#else\nb\n#endif\n"})
    sources = SourceCache()
    for number, expected in (("1", [(4, 4)]), ("3", [(2, 2)]), ("1", [(4, 4)])):
        made = Preprocessor(tree, Symbols({"N": number}), Compiler(), sources)
        assert made.unit("a.c").active("a.c") == expected
        assert made.file("a.c") is sources.file(tree, "a.c")


def test_region_sequence_is_that_of_the_first_inclusion() -> None:
    files = {"a.c": '#include "t.h"\n#define X\n#include "t.h"\n', "t.h": "#ifdef X\na\n#endif\nb\n"}
    unit = preprocessor(files).unit("a.c")
    first, second, third = unit.regions
    assert (unit.region_sequence("t.h", 4), unit.region_sequence("t.h", 2)) == (
        first.sequence,
        second.sequence,
    )
    assert first.sequence < second.sequence < third.sequence
    assert unit.region_sequence("t.h", 3) is None


def test_a_unit_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(TreeError, match=r"no\.c"):
        preprocessor({}).unit("no.c")


def test_a_file_that_includes_itself_ends() -> None:
    unit = preprocessor({"a.c": '#include "a.c"\nx\n'}).unit("a.c")
    assert unit.complaints
