"""Repeated words: which words are drawn again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.writing.guards import RepeatedWords

FILLER = "We go on. " * 400  # 4,000 characters


def fault(text: str) -> int | None:
    return RepeatedWords().fault(text, len(text))


def test_a_word_that_was_written_lately_is_found_where_it_begins() -> None:
    text = f"{FILLER}a lantern and a lantern, "
    assert fault(text[:-1]) == text.rindex("lantern")
    assert fault(text[:-2]) is None  # it may go on
    assert fault(text) is None  # it was finished before


@pytest.mark.parametrize(
    "text",
    [
        f"lantern {FILLER}{FILLER}{FILLER}lantern ",  # long ago
        "a lantern and a lantern ",  # so short a text says little about what is common
        f"{FILLER}lantern lantern lantern lantern ",  # common
        f"{FILLER}oil and oil ",  # short
        f"{FILLER}Verona and Verona ",  # a name
        f"{FILLER}lanterns and lantern ",
        f"{FILLER}enlighten and lighten ",
    ],
)
def test_other_words_may_come_again(text: str) -> None:
    assert fault(text) is None


def test_a_possessive_repeats_its_word() -> None:
    text = f"{FILLER}the lantern's light, the lantern "
    assert fault(text) == text.rindex("lantern")


@given(st.text(st.sampled_from("aaaéA'’-_2. \n光"), max_size=40))
def test_a_fault_is_where_a_word_starts(end: str) -> None:
    text = FILLER + end
    found = fault(text)
    if found is not None:
        assert text[found].isalpha()
        assert not text[found - 1].isalpha()
        assert text[found:-1] in text[:found]
