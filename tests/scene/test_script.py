"""What is a cue, how a typed line comes to stand in the scene, and who says what in a text."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts import STAIR, texts

from bardtui.scene.script import (
    Paragraph,
    Speech,
    is_cue,
    is_name,
    line_to_add,
    parse,
    split_directions,
    unparse,
)


@pytest.mark.parametrize(
    "line", ["ROMEO:", "FIRST CITIZEN:", "D'ORSAY:", "A & B:", "ÉLISE:", "R2:"]
)
def test_a_name_in_capitals_and_a_colon_is_a_cue(line: str) -> None:
    assert is_cue(line)


@pytest.mark.parametrize("line", ["Romeo:", "ROMEO", "ROMEO: But soft", ":", "", "1:", "O! NO:"])
def test_anything_else_is_none(line: str) -> None:
    assert not is_cue(line)


@pytest.mark.parametrize(
    "line", ["CUT TO:", "DISSOLVE TO:", "SMASH CUT TO:", "FADE IN:", "FADE OUT: "]
)
def test_a_transition_of_a_screenplay_is_no_cue(line: str) -> None:
    assert not any(isinstance(block, Speech) for block in parse(f"He goes.\n\n{line}\n"))


@pytest.mark.parametrize(
    ("before", "line", "added"),
    [
        ("", "ROMEO:", "ROMEO:\n"),
        ("", "Hark", "Hark\n"),
        ("He stops in mid", "Go on, sir.", "\nGo on, sir.\n"),
        ("He stops.\n", "Go on, sir.", "Go on, sir.\n"),
        ("He stops in mid", "JULIET:\nGo on.", "\n\nJULIET:\nGo on.\n"),
        ("He stops.\n", "JULIET:", "\nJULIET:\n"),
        ("He stops.\n\n", "JULIET:", "JULIET:\n"),
        ("", "But soft, what ", "But soft, what "),
        ("", "Two lines\n", "Two lines\n"),
        ("anything", "", ""),
    ],
)
def test_a_line_is_a_line_and_a_cue_a_paragraph(before: str, line: str, added: str) -> None:
    assert line_to_add(before, line) == added


@pytest.mark.parametrize(
    "line",
    [
        *("First Citizen:", "All:", "Nurse: ", "Young MARCIUS:", "Ghosts of young Princes:"),
        *("Ghost of King Henry VI:", "Senators, &C:", "Varro's Servant:", "LADY  CAPULET:"),
    ],
)
def test_a_name_may_be_written_as_names_are(line: str) -> None:
    assert is_name(line)


@pytest.mark.parametrize(
    "line", ["He said:", "They spoke as follows:", "first:", "All", "All: speak", "(All):", ":", ""]
)
def test_words_and_a_colon_are_no_name(line: str) -> None:
    assert not is_name(line)


def test_speeches_and_paragraphs() -> None:
    text = (
        "\n[Enter ROMEO]\n\nROMEO:\nBut soft.\n \n[Aside] Who\n\nHe listens\nto:\nROMEO:\nNo.\n"
        "All:\n\nFirst Citizen: \nSpeak"
    )
    blocks = parse(text)
    assert [(type(block), block.lines) for block in blocks] == [
        (Paragraph, ()),
        (Paragraph, ("[Enter ROMEO]",)),
        (Speech, ("But soft.", " ", "[Aside] Who")),
        (Paragraph, ("He listens", "to:")),
        (Speech, ("No.", "All:")),
        (Speech, ("Speak",)),
    ]
    speeches = [block for block in blocks if isinstance(block, Speech)]
    assert [speech.speaker for speech in speeches] == ["ROMEO", "ROMEO", "First Citizen"]
    assert [speech.cue for speech in speeches] == ["ROMEO:", "ROMEO:", "First Citizen: "]
    assert [b.is_direction for b in blocks if isinstance(b, Paragraph)] == [False, True, False]


def test_a_cue_alone_is_a_speech_that_has_not_begun() -> None:
    for text in ("ROMEO:", "ROMEO:\n", "ROMEO:\n\n\n", "Nurse:\n\n"):
        (speech,) = parse(text)
        assert isinstance(speech, Speech)
        assert speech.lines == ()


def test_a_line_longer_than_any_name_is_no_cue() -> None:
    (paragraph,) = parse("A" * 60 + ":\nYes.")
    assert isinstance(paragraph, Paragraph)


@given(texts | st.text())
def test_any_text_is_parsed_and_nothing_is_lost(text: str) -> None:
    blocks = parse(text)
    assert unparse(blocks) == text
    assert all(block.source for block in blocks)
    assert all("" not in block.lines for block in blocks)
    assert all(is_name(b.cue) or is_cue(b.cue) for b in blocks if isinstance(b, Speech))
    lines = [[b.cue, *b.lines] if isinstance(b, Speech) else b.lines for b in blocks]
    assert list(chain(*lines)) == [line for line in text.split("\n") if line]


@given(texts, texts)
def test_whole_lines_that_follow_change_the_last_block_only(text: str, more: str) -> None:
    before = parse(text + "\n")
    assert parse(text + "\n" + more)[: len(before) - 1] == before[:-1]


def test_a_play_is_speeches_and_directions() -> None:
    blocks = parse(STAIR)
    speakers = {block.speaker for block in blocks if isinstance(block, Speech)}
    assert {"MIRA", "TOBIN", "USHER", "PROMPTER", "DAME ORLA"} <= speakers
    assert all(block.is_direction for block in blocks if isinstance(block, Paragraph))


@given(texts)
def test_a_lines_directions_are_parted_from_its_words(line: str) -> None:
    parts = list(split_directions(line))
    assert "".join(part for part, _ in parts) == line
    assert all(part for part, _ in parts)
    assert all(part[0] == "[" and part[-1] == "]" for part, is_direction in parts if is_direction)


def test_directions_in_a_line() -> None:
    parts = list(split_directions("[Aside] Well [he [nods] so"))
    assert parts == [("[Aside]", True), (" Well [he ", False), ("[nods]", True), (" so", False)]
