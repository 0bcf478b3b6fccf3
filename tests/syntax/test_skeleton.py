# SPDX-License-Identifier: GPL-2.0-or-later
"""What is hidden at first is found again, and items are the same as if all had been lexed at once."""

from hypothesis import example, given
from hypothesis import strategies as st

from ptlint.cpp.tokens import Token, lex
from ptlint.syntax.skeleton import Source, skeleton
from ptlint.syntax.toplevel import Item, Items, active_tokens, split

PIECES = (
    *"{}()[];=,*:",
    *("struct s", "enum e", "union", "static int f", "__packed", "(void)", "x", "1", '"{"', "'}'", "=="),
    *("/* ) */", "// {\n", "/*", '"', "'", "\\\n", "\n", " ", "\n}\n", ") {", "= {", "\x0c", "é"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def whole(text: str, ranges: list[tuple[int, int]]) -> Items:
    return Items.of(split(active_tokens(lex(text.encode(), "a.h"), ranges)))


def hiding(text: str, ranges: list[tuple[int, int]]) -> Items | None:
    found = skeleton(Source("a.h", text), ranges)
    return None if found is None else Items.of(split(found.tokens, found.hidden))


def content(item: Item) -> tuple[object, ...]:
    tokens: list[Token] = list(item.tokens)
    where = (item.first_line, item.last_line)
    return item.kind, tokens, item.body, item.names, item.hints, item.tags, item.enumerators, where


def test_bodies_and_initialisers_are_hidden_and_types_are_not() -> None:
    text = "int f(void)\n{\n\tg();\n}\nint a[] = { 1 };\nstruct s { int m; } __packed;\n"
    items = hiding(text, [(1, 6)])
    assert items is not None
    assert [len(item.shown) for item in items.items] == [7, 8, 9]
    assert [len(item.tokens) for item in items.items] == [11, 9, 9]


def test_a_body_goes_on_where_the_text_is_active_again() -> None:
    text = "int f(void)\n{\n#if A\n\tone();\n#else\n\ttwo();\n#endif\n}\n"
    items = hiding(text, [(1, 2), (6, 6), (8, 8)])
    assert items is not None
    assert "two" in items.items[0].identifiers and "one" not in items.items[0].identifiers


def test_an_item_knows_whether_it_mentions_a_name_before_it_is_lexed() -> None:
    items = hiding("int f(void) { return longer; /* other */ }", [(1, 1)])
    assert items is not None
    item = items.items[0]
    answers = [item.mentions(frozenset((name,))) for name in ("f", "longer", "long", "other", "none")]
    assert answers == [True, True, False, False, False]


@given(TEXTS)
@example("struct s __packed(x) { int m; };")
@example("struct s *f(void) { enum e { A }; }")
@example("int f(void) /* ) */ { } x")
@example("int f(void) {/**/} int g(void) { }")
@example('extern "C" // ()\n{ int f(void) { } }')
def test_items_are_the_same_with_and_without_hiding(text: str) -> None:
    ranges = [(1, text.count("\n") + 1)]
    found = hiding(text, ranges)
    if found is not None:
        assert [content(i) for i in found.items] == [content(i) for i in whole(text, ranges).items]
