"""Mentions of people from the model's plays."""

import pytest

from bardtui.writing.company import Company
from bardtui.writing.mentions import Mentions, UnknownSpeakers

COMPANY = Company(
    {
        "One": {"ANNA": 20, "BENNO": 20, "LADY ANNA": 20, "LADY": 20, "FIRST SOLDIER": 20},
        "Two": {"DORA": 20, "EVERARD": 20, "SOLDIER": 20, "SIR CAL": 20, "ANN": 20, "ONCE": 2},
        "Three": {"CLOWN": 20, "DORA": 20},
        "Four": {"CLOWN": 20},
        "Five": {"CLOWN": 20},
    }
)
PROSE = "She filled the kettle and thought of Benno.\n\n"
KNOWN = "ANNA:\nWho is there?\n\n"
INVENTED = "QUILLON:\nWho is there?\n\n"


def fault(before: str, text: str, *, script: bool) -> str | None:
    """The first name in `text` that has no place, with the character that finishes it."""
    guard, whole = Mentions(COMPANY, script=script), before + text
    for end in range(len(before) + 1, len(whole) + 1):
        if (offset := guard.fault(whole[:end], end)) is not None:
            return whole[offset:end]
    return None


def test_names_are_single_words_of_one_play_or_two() -> None:
    assert COMPANY.names == {"Anna", "Benno", "Dora", "Everard"}


@pytest.mark.parametrize("text", ["He saw Dora, and", "Dora's hat", "O, Dora!", "\nDora slept"])
def test_prose_names_nobody_of_the_plays(text: str) -> None:
    assert fault(PROSE, text, script=False) == "Dora" + text.partition("Dora")[2][:1]


@pytest.mark.parametrize(
    "text", ["He saw Benno, and", "a dora.", "Doras.", "DORA\n", "The Soldier, Lady, Clown, Once."]
)
def test_names_of_the_scene_and_other_words_are_left(text: str) -> None:
    assert fault(PROSE, text, script=False) is None


def test_a_speech_names_those_of_the_plays_of_who_is_on_stage() -> None:
    assert fault(KNOWN, "BENNO:\nI saw Anna, Benno, none.\n", script=True) is None
    assert fault(KNOWN, "BENNO:\nI saw Everard.\n", script=True) == "Everard."
    assert fault(INVENTED, "BRIN:\nI saw Anna.\n", script=True) == "Anna."
    assert fault(INVENTED, "BRIN:\nI saw Quillon.\n", script=True) is None


def test_a_script_with_nobody_on_stage_names_anybody() -> None:
    assert fault("", "I saw Dora, and Anna.", script=True) is None


@pytest.mark.parametrize("cue", ["ANNA:", "QUILLON:", "EVERARD:", "SIR CAL (aside):"])
def test_people_of_the_scene_and_of_the_plays_may_speak(cue: str) -> None:
    text = f"{INVENTED}{cue}"
    assert UnknownSpeakers(COMPANY).fault(text, len(text)) is None


@pytest.mark.parametrize("cue", ["FIRST ANNA:", "BENDORA:"])
def test_a_speaker_of_no_play_is_drawn_again(cue: str) -> None:
    text = f"{INVENTED}{cue}"
    assert UnknownSpeakers(COMPANY).fault(text, len(text)) == len(INVENTED)
