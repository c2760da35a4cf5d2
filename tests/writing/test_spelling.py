"""Spelling: which words are known, and where an unknown one is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.writing.spelling import Spelling, is_known

WORDS = frozenset({"love", "run", "cry", "king", "o'er", "well", "the", "thou", "haste"})


@pytest.mark.parametrize(
    "word",
    [
        *("love", "loves", "lov'd", "loved", "loving", "lovest", "loveth", "unloved", "king's"),
        *("running", "cries", "cried", "kingly", "o'er", "lov'st", "hasted"),
    ],
)
def test_words_and_their_forms_are_known(word: str) -> None:
    assert is_known(word, WORDS, 3)


@pytest.mark.parametrize("word", ["lovo", "kin", "ing", "unkin", "wellow", "crie", "un", "s"])
def test_other_words_are_not(word: str) -> None:
    assert not is_known(word, WORDS, 3)


def test_forms_of_words_too_short_are_not_known() -> None:
    assert is_known("hasted", WORDS, 5)
    assert not is_known("hasted", WORDS, 6)
    assert not is_known("unlove", WORDS, 5)
    assert is_known("love's", WORDS, 5)


def test_a_long_list_has_the_forms_itself() -> None:
    short = frozenset({"parrot", "fight"})
    long = short | {f"word{n}" for n in range(15_000)}
    assert Spelling(short, "").fault("fighted ", 8) is None
    assert Spelling(long, "").fault("fighted ", 8) == 0
    assert Spelling(long, "a fight").fault("fighted ", 8) is None
    assert Spelling(long, "").fault("parrot's ", 9) is None


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("The king", ""),
        ("The kong", ""),  # it may go on
        ("The kong ", "kong "),
        ("The KONG:", "KONG:"),
        ("the well-kong,", "kong,"),
        ("the well-", ""),
        ("o'er ", ""),
        ("o'xe ", "o'xe "),
        ("o'", ""),
        ("kong' ", "kong' "),
        ("kong'", ""),
        ("the 2kong ", ""),
        ("Zorn ", ""),  # it is in the scene
        ("zorn's ", ""),
    ],
)
def test_an_unknown_word_is_found_when_it_is_finished(text: str, unknown: str) -> None:
    fault = Spelling(WORDS, "Zorn! the").fault(text, len(text))
    assert text[fault:] == unknown if fault is not None else not unknown


@given(st.text(st.sampled_from("aKé'’-_2. \n[光"), max_size=30))
def test_a_fault_is_where_a_word_starts(text: str) -> None:
    for end in range(1, len(text) + 1):
        fault = Spelling(WORDS, "").fault(text + "beyond", end)
        if fault is not None:
            assert 0 <= fault < end
            assert text[fault].isalpha()
