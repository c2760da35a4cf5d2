"""The properties of each character of a text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bardtui.evaluation.text_properties import Property, properties

PLAY = """\
[Enter ANN
and BEN]

ANN:
The lamp is low, the house asleep;
The stair has counted (twice) every tread.

BEN:
[Aside] What is it, then, that you "would keep"? I thought the
last of it was said.

[Exit]
"""


def by_name(text: str) -> dict[str, Property]:
    return {each.name: each for each in properties(text)}


def where(text: str, name: str) -> list[str]:
    """The parts of the text that have a property."""
    found = by_name(text)[name]
    has = (found.values > 0) & found.known
    return "".join(c if yes else "\0" for c, yes in zip(text, has, strict=True)).split("\0")


def parts(text: str, name: str) -> list[str]:
    return [part for part in where(text, name) if part]


def test_the_parts_of_a_script_are_told_apart() -> None:
    assert parts(PLAY, "cue") == ["ANN:", "BEN:"]
    assert parts(PLAY, "direction") == ["[Enter ANN\nand BEN", "[Aside", "[Exit"]
    lamp, rest = parts(PLAY, "speech")
    assert lamp.startswith("The lamp")
    assert rest.startswith("] What is it")
    assert rest.endswith("was said.")
    assert parts(PLAY, "parentheses") == ["(twice"]
    assert parts(PLAY, "quotation marks") == ['"would keep']
    assert "".join(parts(PLAY, "capitals")) == "EANNBENANNTTBENAWIE"


def test_verse_and_prose_differ_in_their_lines() -> None:
    assert parts(PLAY, "verse") == [parts(PLAY, "speech")[0]]
    known = by_name(PLAY)["verse"].known
    assert not known[: PLAY.index("The lamp")].any()
    assert known[PLAY.index("What is it")]
    assert not by_name("ANN:\nYes.\n")["verse"].known.any()  # one line does not say


def test_a_speaker_is_told_from_the_other_speakers() -> None:
    assert parts(PLAY, "ANN speaks") == [parts(PLAY, "speech")[0]]
    assert parts(PLAY, "BEN speaks") == [parts(PLAY, "speech")[1]]


def test_the_position_in_the_line_counts_characters() -> None:
    position = by_name("ab\n\ncde")["line position"]
    np.testing.assert_array_equal(position.values, [1, 2, 0, 0, 1, 2, 3])


@given(st.text(st.sampled_from('aB:\n[]()" .\u201c\u201d'), max_size=200))
def test_any_text_has_a_value_at_each_character(text: str) -> None:
    for each in properties(text):
        assert each.values.shape == each.known.shape == (len(text),)
        assert np.isfinite(each.values).all()
