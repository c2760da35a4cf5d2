"""Forms: recognised from a text, and what breaks them."""

import pytest

from bardtui.settings import Form
from bardtui.writing.forms import FormGuard, ProseLines, recognised

PROSE = "She filled the kettle and stood at the window, watching the rain upon the car park.\n"
VERSE = "The lamp is low,\nthe house asleep,\nand all the stair\nhas much to keep.\n"
SPEECHES = "ANN:\nThe lamp is low.\n\nBEN:\nIt is.\n\n"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", "play"),
        ("Once more unto the breach", "play"),  # too little to tell
        (SPEECHES, "play"),
        (f"{PROSE}\n{SPEECHES}", "play"),
        ("[Enter ANN]\n\n", "play"),
        (PROSE, "prose"),
        (f'{PROSE}\n"You\'re up early," he said.\n\n', "prose"),
        (SPEECHES + PROSE * 60, "prose"),
        (f"{PROSE}\n" * 2 + "Note:\nIt rained.\n\n" + f"{PROSE}\n" * 4, "prose"),
        (f"{PROSE}\n" * 6 + "ANN:\n", "play"),
        (VERSE, "verse"),
        ("INT. KITCHEN - DAY\n\nAnn fills the kettle.\n\nANN:\nRain.\n\nCUT TO:\n\n", "screenplay"),
    ],
)
def test_a_form_is_recognised(text: str, form: Form) -> None:
    assert recognised(text) == form


def faults(form: Form, text: str, before: str = "") -> str:
    """The characters of a text that break its form."""
    guard, whole = FormGuard(form, before), before + text
    ends = range(len(before) + 1, len(whole) + 1)
    return "".join(whole[end - 1] for end in ends if guard.fault(whole, end) is not None)


@pytest.mark.parametrize("form", ["prose", "verse"])
@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[Enter ANN]", "[NN]"),
        ("ROMEO:", "OMEO:"),
        ("A LORD:", "ORD:"),
        ("First Citizen:", ":"),
        ("DeMETRIUS: my", "METRIUS:"),
        ("He said: I am here. O, Ann!\n\nA house.\n", ""),
        ("Item: one lamp.", ":"),
    ],
)
def test_prose_and_verse_have_no_cues_and_no_directions(form: Form, text: str, wrong: str) -> None:
    assert faults(form, text) == wrong


def test_capitals_that_the_text_has_are_allowed_but_for_cues() -> None:
    assert faults("prose", "The BBC, he said.\n", "They saw the BBC, and slept.\n") == ""
    assert faults("prose", "BBC:", "They saw the BBC, and slept.\n") == "BC:"


def test_a_screenplay_has_cues_but_no_brackets() -> None:
    assert faults("screenplay", "INT. ROOM\n\nANN:\n(low)\nRain.\n\nCUT TO:\n\n[Exit]") == "[]"


def test_verse_breaks_its_lines() -> None:
    words = "the lamp is low and all the house asleep and not the stair "
    assert faults("verse", words) == ""
    assert faults("verse", f"{words}comes to\nlook") == " "
    assert faults("prose", f"{words}comes to look") == ""


def mended(text: str, before: str = "") -> str:
    """A text whose faults are mended, as that of prose after the text `before`."""
    guard = ProseLines(before)
    whole, end = before + text, len(before) + 1
    while end <= len(whole):
        found = guard.fault(whole, end)
        if found is not None:
            whole = whole[:found] + guard.instead + whole[found + 1 :]
        end += 1
    return whole[len(before) :]


@pytest.mark.parametrize("end", [",", ";", ":", "", ",--", "-"])
def test_a_line_of_prose_does_not_end_inside_a_sentence(end: str) -> None:
    assert mended(f"She slept{end}\nand it rained.\n") == f"She slept{end} and it rained.\n"


@pytest.mark.parametrize("end", [".", "!", "?", "…", '."', ".)", '--"', "。"])
def test_a_paragraph_of_prose_ends_with_a_sentence_and_an_empty_line(end: str) -> None:
    assert mended(f"She slept{end}\n\nIt rained.\n") == f"She slept{end}\n\nIt rained.\n"
    assert mended(f"She slept{end}\nIt rained.\n") == f"She slept{end} It rained.\n"


def test_paragraphs_of_prose_are_not_shorter_than_those_of_the_text_before() -> None:
    text = "She slept.\nIt rained all night.\n\n"
    assert mended(text, "It was late and dark.\n\n") == "She slept. It rained all night.\n\n"
    text = "She slept.\n\nIt rained all night.\n\n"
    assert mended(text, "It was late and dark.\n\nShe slept.\n\n") == text
    long = "The lamp is low. " * 13
    assert mended(f"{long}\n\n", f"{2 * long}\n\n") == f"{long}\n\n"


def test_lines_of_prose_may_end_as_those_of_the_text_before() -> None:
    lines = "She slept,\nand it rained.\nIt was late.\n"
    assert mended(lines, "It was late and\nit rained.\n") == lines
    without_gaps = "She slept, and it rained.\nIt was late.\n"
    assert mended(lines, "It was late.\nIt rained.\n") == without_gaps
    in_one = "She slept, and it rained. It was late.\n"
    assert mended(lines, "The Rain\n\nIt was late.\n\n") == in_one
    without_marks = "ฝนหยุดตก\n\nเธอพบกุญแจ\n\n"
    assert mended(without_marks, without_marks) == without_marks


def test_a_number_above_a_poem_is_not_taken_for_a_cue() -> None:
    assert faults("verse", "XIX\n", "XVIII\n\nThe lamp is low.\n\n") == ""
    assert faults("verse", "XIX\n", "The lamp is low.\n\n") == "IX"
