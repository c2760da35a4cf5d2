"""Repeated words: which words are drawn again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.writing.guards import RepeatedWords

FILLER = "We go on. " * 400  # 4,000 characters
AFTER = "We go on. " * 20  # 200 characters


def fault(text: str) -> int | None:
    return RepeatedWords().fault(text, len(text))


def test_a_word_that_was_written_lately_is_found_where_it_begins() -> None:
    text = f"{FILLER}a lantern. {AFTER}Where is a lantern, "
    assert fault(text[:-1]) == text.rindex("lantern")
    assert fault(text[:-2]) is None  # it may go on
    assert fault(text) is None  # it was finished before


@pytest.mark.parametrize(
    "text",
    [
        f"lantern {FILLER}{FILLER}{FILLER}lantern ",  # long ago
        f"a lantern. {AFTER}Where is a lantern ",  # so short a text says little of what is common
        f"{FILLER}lantern lantern lantern {AFTER}lantern ",  # common
        f"{FILLER}a lantern? Where is a lantern ",  # taken up again
        f"{FILLER}oil {AFTER}oil ",  # short
        f"{FILLER}Verona {AFTER}Verona ",  # a name
        f"{FILLER}lanterns {AFTER}lantern ",
        f"{FILLER}enlighten {AFTER}lighten ",
    ],
)
def test_other_words_may_come_again(text: str) -> None:
    assert fault(text) is None


def test_a_possessive_repeats_its_word() -> None:
    text = f"{FILLER}the lantern's light. {AFTER}Bring the lantern "
    assert fault(text) == text.rindex("lantern")


@given(st.text(st.sampled_from("aaaéA'’-_2. \n光"), max_size=40))
def test_a_fault_is_where_a_word_starts(end: str) -> None:
    text = FILLER + end + AFTER + end
    found = fault(text)
    if found is not None:
        assert text[found].isalpha()
        assert not text[found - 1].isalpha()
        assert text[found:-1] in text[:found]
