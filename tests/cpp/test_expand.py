# SPDX-License-Identifier: GPL-2.0-or-later
"""Macro expansion: the same tokens as GCC's, with a source map."""

import re
import subprocess
from pathlib import Path

import pytest
from cpp_stand_in import preprocessor
from gcc_oracle import GCC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ptlint.cpp.expand import ExpansionTooLarge, expand
from ptlint.cpp.tokens import Token, lex

needs_gcc = pytest.mark.skipif(GCC is None, reason="gcc is the oracle and is not installed")


def expanded(definitions: str, text: str, keep: tuple[str, ...] = ()) -> list[Token]:
    """Return the tokens of *text*, the line after *definitions*, expanded."""
    source = f"{definitions}\n{text}\n"
    unit = preprocessor({"a.c": source}).unit("a.c")
    first = definitions.count("\n") + 2
    return expand(lex(text.encode(), "a.c", first), unit.lookup(unit.end), keep)


def texts(tokens: list[Token]) -> str:
    """Return the tokens with one blank between them."""
    return " ".join(token.text for token in tokens)


@pytest.mark.parametrize(
    ("definitions", "text", "expected"),
    [
        ("#define A B\n#define B A", "A B", "A B"),
        ("#define F(x) x F(x)", "F(F(1))", "1 F ( 1 ) F ( 1 F ( 1 ) )"),
        ("#define F(a) a*G\n#define G(a) F(a)", "F(2)(9)", "2 * 9 * G"),
        ("#define F(x) x", "F F (1) F", "F 1 F"),
        ("#define F() x", "F() F( ) F", "x x F"),
        ("#define F(x, y) x##y", "F(a, b) F(,b) F(a,) F(,)", "ab b a"),
        ("#define F(x) #x", 'F( a  "b\\n" /* c */ d )', '"a \\"b\\\\n\\" d"'),
        ("#define X 1\n#define F(x) #x x\n#define G(x) F(x)", "F(X) G(X)", '"X" 1 "1" 1'),
        ("#define P(f, a...) p(f, ## a)", "P(x) P(x, 1, 2) P(x,)", "p ( x ) p ( x , 1 , 2 ) p ( x , )"),
        ("#define P(...) p(__VA_ARGS__)", "P() P(1) P(1, 2)", "p ( ) p ( 1 ) p ( 1 , 2 )"),
        ("#define P(f, ...) p(f __VA_OPT__(,) __VA_ARGS__)", "P(1) P(1, 2)", "p ( 1 ) p ( 1 , 2 )"),
        ("#define H(a) a ## 1(x)\n#define Z1(y) [y]", "H(Z)", "[ x ]"),
        ("#define E\n#define L (\n#define F(x) <x>", "F E (1) F L 2)", "F ( 1 ) F ( 2 )"),
    ],
)  # fmt: skip
def test_expansion_gives_these_tokens(definitions: str, text: str, expected: str) -> None:
    assert texts(expanded(definitions, text)) == expected


def test_names_to_keep_stay_but_their_arguments_expand() -> None:
    assert texts(expanded("#define F(x) [x]\n#define X 1", "F(X) X", keep=("F",))) == "F ( 1 ) 1"


def test_every_token_says_where_it_is_spelled_and_through_which_macros_it_came() -> None:
    tokens = expanded("#define OUT(x) (IN + x)\n#define IN 7", "OUT(y)")
    places = [(t.text, t.line, t.column) for t in tokens]
    assert places == [("(", 1, 16), ("7", 2, 12), ("+", 1, 20), ("y", 3, 5), (")", 1, 23)]
    seven, argument = tokens[1].within, tokens[3].within
    assert argument is None
    assert seven is not None and seven.parent is not None
    assert (seven.macro, seven.line, seven.column) == ("IN", 1, 17)
    assert (seven.parent.macro, seven.parent.line, seven.parent.column) == ("OUT", 3, 1)
    assert seven.definition.name == "IN"


def test_line_and_file_speak_of_the_outermost_use() -> None:
    assert texts(expanded("#define L __LINE__ __FILE__\n#define M L", "M")) == '3 "a.c"'


def test_counters_differ() -> None:
    first, second = expanded("#define C __COUNTER__", "C C")
    assert first.text != second.text


def test_macros_that_explode_are_refused() -> None:
    definitions = "\n".join(f"#define A{n} A{n + 1} A{n + 1} A{n + 1}" for n in range(40))
    with pytest.raises(ExpansionTooLarge, match=r"a\.c:"):
        expanded(definitions, "A0")


def test_arguments_that_nest_too_deeply_are_refused() -> None:
    with pytest.raises(ExpansionTooLarge, match="deep"):
        expanded("#define F(x) x", "F(" * 2000 + ")" * 2000)


NAMES = ("A", "B", "F", "G", "H")
WORDS = st.sampled_from(
    [
        *NAMES,
        *NAMES,
        "x",
        "k",
        "1",
        "+",
        '"s"',
        "(",
        "(",
        ")",
        ")",
        ",",
        r"'\n'",
        "0x1f",
        "F(1)",
        "G(A, F(2))",
    ]
)
TEXT = st.lists(st.tuples(WORDS, st.sampled_from(["", " "])), max_size=10)
OBJECT_BODY = st.lists(st.sampled_from([*NAMES, "F(1)", "G(A, 2)", "(", ")", "k", "1 ## 2"]), max_size=4)
PARAMETER = ["x", "#x", "x ## k", "k ## x", "x ## x", "F(x)", "G(x, 1)", "H(x)", "A", "B", "(", ")", ",", "k"]
ONE_BODY = st.lists(st.sampled_from(PARAMETER), max_size=5)
TWO_BODY = st.lists(st.sampled_from([*PARAMETER, "y", "x ## y", "y ## A", "#y", "G(y, x)"]), max_size=5)
VARIADIC = st.sampled_from(
    [
        "#define H(...) __VA_ARGS__ k",
        "#define H(a, b...) a , ## b",
        "#define H(a, ...) #__VA_ARGS__ G(a, ## __VA_ARGS__)",
        "#define H() A",
        "#define H(x) x ## x ## A",
    ]
)
CASE = st.tuples(OBJECT_BODY, OBJECT_BODY, ONE_BODY, TWO_BODY, VARIADIC, TEXT)


def spaced(parts: list[tuple[str, str]]) -> str:
    """Return words with the blanks between them that they need or ask for."""
    return "".join(word + (" " if word[-1].isalnum() else blank) for word, blank in parts)


@needs_gcc
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CASE, min_size=30, max_size=30))
def test_expansion_equals_that_of_gcc(tmp_path: Path, cases: list[tuple[list[str], ...]]) -> None:
    """Many cases per run of the compiler; one that it complains of is left out."""
    main: list[str] = []
    sources: list[tuple[str, str]] = []
    for index, (first, second, one, two, variadic, parts) in enumerate(cases):
        definitions = (
            f"#define A {' '.join(first)}\n#define B {' '.join(second)}\n#define F(x) {' '.join(one)}\n"
            f"#define G(x, y) {' '.join(two)}\n{variadic}"
        )
        text = spaced(parts)  # type: ignore[arg-type]
        sources.append((definitions, text))
        (tmp_path / f"case{index}.h").write_text(f"{definitions}\n{text}\n")
        undefinitions = "".join(f"#undef {name}\n" for name in NAMES)
        main.append(f'#include "case{index}.h"\n{undefinitions}')
    command = [GCC or "gcc", "-E", "-std=gnu11", "-x", "c", "-"]
    done = subprocess.run(
        command, input="".join(main).encode(), cwd=tmp_path, capture_output=True, check=False
    )
    complaints = done.stderr.decode()
    printed: dict[str, list[bytes]] = {}
    name = ""
    for line in done.stdout.split(b"\n"):
        marker = re.match(rb'# \d+ "([^"]*)"', line)
        if marker:
            name = marker[1].decode()
        else:
            printed.setdefault(name, []).append(line)
    for index, (definitions, text) in enumerate(sources):
        if f"case{index}.h:" in complaints:
            continue
        ours = [token.text for token in expanded(definitions, text)]
        theirs = [token.text for token in lex(b"\n".join(printed.get(f"case{index}.h", [])), "")]
        assert ours == theirs, f"{definitions}\n{text}"
