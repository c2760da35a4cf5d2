"""Where two texts part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.tui.comparison import parting

TEXT = st.text("ab \n", max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("What light is that?", "What lamp is that?", ("light", "lamp")),
        ("No tide", "No tide, Tom.", ("tide", "tide,")),
        ("Hark.", "Ah.", ("Hark.", "Ah.")),
        ("The same.", "The same.", ("same.", "same.")),
        ("", "All", ("", "All")),
        ("a", "a ", ("a", "a ")),
        ("a b", "a\nb", ("a ", "a\n")),
    ],
)
def test_two_texts_part_at_a_word(one: str, other: str, words: tuple[str, str]) -> None:
    at, begin, end, end_of_other = parting(one, other)
    assert begin <= at
    assert one[at : at + 1] != other[at : at + 1] or one == other
    assert (one[begin:end], other[begin:end_of_other]) == words


@given(TEXT, TEXT)
def test_before_the_parting_two_texts_are_the_same(one: str, other: str) -> None:
    at, begin, end, end_of_other = parting(one, other)
    assert one[:at] == other[:at]
    assert one[:begin] == other[:begin]
    assert begin <= end <= len(one)
    assert begin <= end_of_other <= len(other)
    if one != other:
        assert one[begin:end] != other[begin:end_of_other]
