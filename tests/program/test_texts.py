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
