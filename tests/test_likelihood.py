"""How likely a character was, in words and in levels."""

import math

import pytest

from bardtui.likelihood import level, percent, spelled


@pytest.mark.parametrize(
    ("probability", "shade"), [(1, 0), (0.51, 0), (0.3, 1), (0.1, 2), (0.02, 3), (0.009, 4)]
)
def test_the_less_likely_a_character_the_stronger_its_shade(probability: float, shade: int) -> None:
    assert level(-math.log(probability)) == shade


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1, "100%"), (0.123, "12%"), (0.034, "3.4%"), (0.0004, "0.04%"), (1e-9, "<0.01%")],
)
def test_probabilities_are_short(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_characters_that_cannot_be_seen_are_named() -> None:
    assert [*map(spelled, ("e", " ", "\n", "\x1b"))] == ["“e”", "space", "line break", "“␛”"]
