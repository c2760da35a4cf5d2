"""Poems below a number: how many lines they have."""

import pytest

from bardtui.writing.poems import PoemLength, is_number

LINE = "And summer's lease hath all too short a date,\n"


def faults(before: str, text: str) -> list[int]:
    """The offsets in `text` of the characters that break the length of a poem."""
    guard, whole = PoemLength(), before + text
    ends = range(len(before) + 1, len(whole) + 1)
    return [end - 1 - len(before) for end in ends if guard.fault(whole, end) is not None]


@pytest.mark.parametrize("number", ["XVIII", "18", "18.", "  I", "CLIV."])
def test_a_line_may_be_a_number(number: str) -> None:
    assert is_number(number)


@pytest.mark.parametrize("line", ["", "I am", "MILD", "ROMEO", "1984", "I:", "II\nIII"])
def test_other_lines_are_no_numbers(line: str) -> None:
    assert not is_number(line)


@pytest.mark.parametrize("number", ["XVIII", "18"])
def test_the_first_poem_below_a_number_has_fourteen_lines(number: str) -> None:
    start = f"{number}\n\n"
    assert faults(start, LINE * 14 + "\nXIX\n\n") == []
    assert faults(start, LINE * 13 + "\n") == [len(LINE * 13)]
    assert faults(start, LINE * 14 + "A") == [len(LINE * 14)]


def test_a_later_poem_is_as_long_as_the_one_before_it() -> None:
    start = "I\n\n" + LINE * 3 + "\nII\n\n"
    assert faults(start, LINE * 3 + "\n") == []
    assert faults(start, LINE * 3 + "O") == [len(LINE * 3)]
    assert faults(start, LINE * 2 + "\n") == [len(LINE * 2)]


def test_verse_without_numbers_has_any_length() -> None:
    assert faults("", LINE * 5 + "\n" + LINE * 20 + "\n") == []


def test_what_follows_a_poem_has_any_length() -> None:
    assert faults("I\n\n" + LINE * 14 + "\n", LINE * 3 + "\n" + LINE * 20) == []
