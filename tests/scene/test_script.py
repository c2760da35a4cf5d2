"""What is a cue, and how a typed line comes to stand in the scene."""

import pytest

from bardtui.scene.script import is_cue, joined


@pytest.mark.parametrize(
    "line", ["ROMEO:", "FIRST CITIZEN:", "D'ORSAY:", "A & B:", "ÉLISE:", "R2:"]
)
def test_a_name_in_capitals_and_a_colon_is_a_cue(line: str) -> None:
    assert is_cue(line)


@pytest.mark.parametrize("line", ["Romeo:", "ROMEO", "ROMEO: But soft", ":", "", "1:", "O! NO:"])
def test_anything_else_is_none(line: str) -> None:
    assert not is_cue(line)


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
    assert joined(before, line) == added
