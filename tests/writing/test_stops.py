"""Stop rules: where a passage ends, however it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.settings import STOPS, Stop
from bardtui.writing.stops import end_of

words = st.sampled_from([*"ab AB.!?:\"'\n\t", "long line " * 9])
scripts = st.lists(words, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("stop", "passage", "rest"),
    [
        ("line", "Once more\n", "unto the breach\n"),
        ("line", "\n\n  \nOnce more\n", "unto"),
        ("sentence", "Once more.", " Unto the breach. "),
        ("sentence", "\nOnce more,\nunto the breach!", "\n"),
        ("sentence", 'He said "Stay."', " And"),
        ("sentence", "Well...", " no"),
        ("sentence", "It costs 3.5 crowns.", " No"),
        ("speech", "Once more.\nUnto the breach.\n", "\nJULIET:\nNo"),
        ("speech", "Once more.\n", "JULIET:\nNo"),
        ("speech", "JULIET:\nOnce more.\n", "ROMEO:\nNo"),
        ("speech", "\n\nJULIET:\nOnce more.\n", "\n[Exit]"),
        ("speech", "Once more.\n", "  \nNo"),
        ("speech", f"{'Once more. ' * 9}\n", "Another paragraph"),  # of prose
        ("speech", "Once more.\n", f"\n{'Once more. ' * 9}\n"),
    ],
)
def test_a_passage_ends_where_the_rule_says(stop: Stop, passage: str, rest: str) -> None:
    assert end_of(stop, passage + rest) == len(passage)


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ("length", "One. Two.\n\nTHREE:\n"),
        ("line", "\n \n\nno end"),
        ("sentence", "no end"),
        ("sentence", "an end?"),  # more marks may follow
        ("speech", "Once\nmore\n"),
        ("speech", "\n\n\n"),
        ("speech", "JULIET:\n"),
    ],
)
def test_until_then_it_goes_on(stop: Stop, text: str) -> None:
    assert end_of(stop, text) is None


@given(st.sampled_from(STOPS), scripts)
def test_an_end_once_found_is_not_moved_by_what_follows(stop: Stop, text: str) -> None:
    ends = [end_of(stop, text[:length]) for length in range(len(text) + 1)]
    found = [end for end in ends if end is not None]
    assert len(set(found)) <= 1
    assert ends == [None] * (len(ends) - len(found)) + found
    assert all(0 < end <= len(text) for end in found)


def test_a_text_without_sentences_is_looked_through_in_linear_time() -> None:
    # It is looked at after every character. In quadratic time this would outlast the test's limit.
    assert end_of("sentence", "a b " * 500_000) is None
