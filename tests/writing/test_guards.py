"""Guards for banned phrases and repetitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.writing.guards import (
    LOOP,
    BannedPhrases,
    CuesWithoutWords,
    Guard,
    Loops,
    OpenDirections,
)


def first_fault(guard: Guard, text: str) -> tuple[int, int] | None:
    """Where the first fault is found, and from where text is drawn again."""
    for end in range(1, len(text) + 1):
        if (fault := guard.fault(text, end)) is not None:
            return end, fault
    return None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("O damn you", "damn"),
        ("O Damn.", "Damn"),
        ("DAMN\n", "DAMN"),
        ("damn", None),  # the word may go on
        ("goddamn it", None),
        ("damned ", None),
        ("God save the king", "God save"),
        ("God\n\n save,", "God save"),
        ("God, save ", None),
        ("off ... he went", "..."),
        ("Straße ", "Straße"),
        ("STRASSE!", "STRASSE"),
        ("tush-tush ", "tush-tush"),
    ],
)
def test_phrases_are_found_as_whole_words_in_any_case(text: str, found: str | None) -> None:
    guard = BannedPhrases(["damn", "god  Save", "...", "straße", "Tush-tush", "damn", " "])
    fault = first_fault(guard, text)
    if found is None:
        assert fault is None
    else:
        assert fault is not None
        end, start = fault
        assert " ".join(text[start : end - (found != "...")].split()) == found


def test_of_two_phrases_that_end_together_the_longer_is_redrawn() -> None:
    assert BannedPhrases(["god save", "save"]).fault("so god save ", 12) == 3


@given(st.lists(st.sampled_from(["ab", "b a", "a.", "", "Ab"])), st.text("aAb. \n"))
def test_a_text_without_faults_has_no_phrase(phrases: list[str], text: str) -> None:
    text = f"{text}\n"
    if first_fault(BannedPhrases(phrases), text) is None:
        folded = f" {' '.join(text.casefold().split())} "
        assert not any(phrase and f" {phrase.casefold()} " in folded for phrase in phrases)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ANN:\nBEN:", (9, 5)),
        ("No.\n\nANN:\n\n", (11, 10)),
        ("First Citizen:\nANN:", (19, 15)),
        ("ANN:\nNo.\n\nBEN:\nYes: I do.\nO:", None),
        ("\n\nA lamp:\n[Exit]", None),
    ],
)
def test_a_cue_has_words_below_it(text: str, fault: tuple[int, int] | None) -> None:
    assert first_fault(CuesWithoutWords(), text) == fault


LINE = "The lamp is low and all the house asleep,\n"


def test_a_repetition_is_found_and_redrawn_from_where_it_began() -> None:
    text = f"{LINE}but not the stair.\n{LINE}"
    end, start = first_fault(Loops(), text) or (0, 0)
    assert text[start:end] == LINE[-LOOP:]


def test_cues_do_not_count_as_a_repetition() -> None:
    cue = "\nTHE LORD CHIEF JUSTICE OF ENGLAND:\n"
    assert len(cue) < LOOP
    assert first_fault(Loops(), f"He comes.\n{cue}I do.\n\nNo.\n{cue}I know.\n") is None
    assert first_fault(Loops(), f"He comes.\n{cue}{LINE}No.\n{cue}{LINE}") is not None


def test_what_was_long_ago_may_come_again() -> None:
    other = "".join(f"{n} bottles stand upon a wall of stone {n};\n" for n in range(150))
    assert first_fault(Loops(), LINE + other + LINE) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[Exit ANN\nand all", (10, 9)),
        ("ANN:\n[Aside] Go. [To BEN\n", (25, 24)),
        ("[Exit ANN]\nAll go.\n", None),
        ("[Exit ANN] ]\n", None),
        ("ANN:\nGo, and stay.\n", None),
    ],
)
def test_a_direction_ends_on_its_line(text: str, fault: tuple[int, int] | None) -> None:
    assert first_fault(OpenDirections(), text) == fault
