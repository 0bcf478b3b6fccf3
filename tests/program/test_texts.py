# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files have a word: compared with splitting every text anew."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ptlint.program.texts import Texts

WORD = st.text("ab_1", min_size=1, max_size=3)
TEXT = st.lists(st.one_of(WORD, st.sampled_from(["(", " ", "\n", "->", "é"])), max_size=12).map("".join)


@given(st.lists(TEXT, max_size=6, unique=True), WORD)
def test_a_word_is_found_where_it_stands_alone(texts: list[str], word: str) -> None:
    index = Texts()
    numbers = [index.number(text, text.encode) for text in texts]
    found = [n for n, text in zip(numbers, texts, strict=True) if word in re.findall(r"(?a:\w+)", text)]
    assert list(index.having(word) or ()) == found
    assert [n for n in numbers if index.has(n, word)] == found


def test_what_is_no_word_is_not_looked_for() -> None:
    assert Texts().having("a->b") is None


POINTERS = b"""\
static void (*cb)(struct mm_struct *, pgtable_t) __ro_after_init = first;
static fn_t two[2] = { second, [1] = third };
static fn_t *address = &fourth;
void set(void)
{
	cb = fifth;
	WRITE_ONCE(cb, sixth);
	smp_store_release(&cb, seventh);
	two[1] = eighth;
	ops->cb = other;
	if (cb == asked)
		return;
}
"""


def test_what_a_variable_is_made_to_point_to() -> None:
    index = Texts()
    number = index.number("a", lambda: POINTERS)

    def stored(name: str) -> list[str]:
        return [function for function, _ in index.storing(number, name, lambda: POINTERS)]

    assert stored("cb") == ["first", "fifth", "sixth", "seventh"]
    assert stored("two") == ["eighth"]
    assert stored("address") == ["fourth"]


def test_what_is_made_to_point_to_a_function() -> None:
    index = Texts()
    number = index.number("a", lambda: POINTERS)

    def holding(name: str) -> list[tuple[str, int]]:
        return list(index.holding(number, name, lambda: POINTERS))

    assert holding("first") == [("cb", 1)]
    assert holding("second") == holding("third") == [("two", 2)]
    assert holding("fourth") == [("address", 3)]
    assert holding("seventh") == [("cb", 8)]
    assert holding("other") == [("cb", 10)]
    assert holding("asked") == []
