# SPDX-License-Identifier: GPL-2.0-or-later
"""Any bytes are accepted, and none take long."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from cpp_stand_in import preprocessor
from hypothesis import given, settings
from hypothesis import strategies as st

from ptlint.cpp.directives import parse, texts
from ptlint.cpp.expand import ExpansionTooLarge, expand
from ptlint.cpp.makefiles import Makefiles
from ptlint.cpp.tokens import IDENT, STRING, lex
from ptlint.cpp.unit import Preprocessor
from ptlint.source.tree import MemoryTree

PIECES = st.sampled_from(
    ["#if ", "#ifdef A", "#elif ", "#else", "#endif", "#define ", "#undef A", '#include "a.c"', "#include A",
     "A", "A(", ")", "defined", "__VA_ARGS__", "__VA_OPT__(", "##", "#", ",", "...", "/*", "*/", "//", "\\\n",
     "\\", "\n", "\n", '"', "'", "0x", "1", "?", ":", "&&", " ", "\t", "\r\n", "\f", "\0", "é",
     "__has_include(<a>)", "<", ">"]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXT)
def test_any_text_is_a_unit(text: str) -> None:
    made = preprocessor({"a.c": text})
    unit = made.unit("a.c")
    lines = text.count("\n") + 1
    for first, last in unit.active("a.c"):
        assert 1 <= first <= last <= lines
    with suppress(ExpansionTooLarge):
        expand(made.tokens("a.c"), unit.lookup(unit.end))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | TEXT.map(str.encode))
def test_any_bytes_can_be_lexed_and_the_places_are_true(text: bytes) -> None:
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    for token in lex(text, "a.c"):
        there = lines[token.line - 1][token.column - 1 :]
        if token.kind in (IDENT, STRING) and "\\" not in there:
            assert there.startswith(token.text)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_runs_of_text_are_in_order_and_apart(text: str) -> None:
    last_of_all = 0
    for first, last in texts(parse(text.encode(), "a.c")):
        assert last_of_all < first <= last
        last_of_all = last


MUCH = 5  # seconds of processor time: what is quadratic takes minutes
TRIES = 3  # another job on the machine may double what one of them takes


@pytest.mark.parametrize(
    "text",
    ["/*" * 50_000, '"' * 50_000, "'\n" * 50_000, "\n" * 100_000, "\\\n" * 50_000, " " * 100_000,
     "#\n" * 30_000, "/**/" * 30_000, "\n/* x */" * 20_000, "#if 1\n" * 20_000, "#if " + "(" * 20_000,
     "#if " + "!" * 20_000, "#if 1" + "?1:1" * 20_000, "#if 1" + "||1&&1|1^1&(1" * 2_000,
     "#define A " + "A " * 20_000 + "\nA",
     "#define A(x) " + "x" * 9 + "\n" + "A(" * 5_000, "//\\\n" * 30_000, "a\\\n" * 30_000, "#else\n" * 20_000,
     "#define F(x, ...) " + "__VA_OPT__(" * 5_000 + "\nF(1, 2)"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    def read() -> None:
        made = preprocessor({"a.c": text})
        unit = made.unit("a.c")
        with suppress(ExpansionTooLarge):
            expand(made.tokens("a.c"), unit.lookup(unit.end))

    assert takes_little(read)


def takes_little(work: Callable[[], None]) -> bool:
    for _ in range(TRIES):
        started = time.process_time()
        work()
        if time.process_time() - started < MUCH:
            return True
    return False


def test_a_makefile_that_explodes_takes_no_time() -> None:
    doubling = "".join(f"A{n} = $(A{n + 1})$(A{n + 1})\n" for n in range(60)) + "ccflags-y = $(A0) -DX\n"
    tree = MemoryTree({"Makefile": doubling.encode() + b"include Makefile\n"})

    def read() -> None:
        variables = Makefiles(tree, {})
        variables.read("Makefile")
        variables.value("ccflags-y")

    assert takes_little(read)


def test_the_preprocessor_is_made_without_reading_headers() -> None:
    assert isinstance(preprocessor({}), Preprocessor)
