"""Whose words come next, and how they are asked for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.cast import Cast, Role
from bardtui.scene.script import Paragraph, parse
from bardtui.writing.turns import Turn, next_role, next_turn, spoken

ROMEO = Role("ROMEO", "writer")
JULIET = Role("JULIET", model="tragedy", temperature=0.7)
PAIR = Cast((ROMEO, JULIET))
HIS = "ROMEO:\nWho is there?\n"
HERS = f"{HIS}\nJULIET:\nIt is I.\n"


def test_free_text_is_written_as_the_panes_say() -> None:
    for text in ("", "Once upon", HERS):
        assert next_turn(Cast(), text) == Turn()


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("", "JULIET:\n"),
        (HIS, "\nJULIET:\n"),
        (f"{HIS}\n", "JULIET:\n"),
        (f"{HIS}\nJULIET:\n", ""),  # the writer has given her the word
        (HERS, "\nJULIET:\n"),  # her speech has ended; it is another one
        (f"{HERS}\n", "JULIET:\n"),
    ],
)
def test_a_role_of_the_models_speaks_a_speech_with_its_own_settings(
    text: str, opening: str
) -> None:
    assert next_turn(PAIR, text) == Turn(opening, "JULIET", "tragedy", 0.7)


def test_a_line_broken_off_is_finished_by_whoever_speaks_it() -> None:
    hers = Turn("", "JULIET", "tragedy", 0.7)
    assert next_turn(PAIR, HERS.rstrip(".\n")) == hers
    assert next_turn(PAIR, "ROMEO:\nWho is ") == Turn("", "ROMEO")
    assert next_turn(PAIR, "TYBALT:\nWho is ") == Turn("", "TYBALT")
    assert next_turn(PAIR, f"{HERS}\n[Exit") == Turn()


def test_an_unfinished_sentence_goes_on_under_its_speakers_cue() -> None:
    for words, opening in (
        ("It is I, the", ""),
        ("It is I, (alone,", ""),
        ("It is “I.”", "\nJULIET:\n"),
        ("It is (I?)", "\nJULIET:\n"),
        ("It is I, the\n[Exit]", "\nJULIET:\n"),
        ("It is I, the\n", "JULIET:\n"),  # the empty line has ended her speech
    ):
        text = f"{HIS}\nJULIET:\n{words}\n"
        assert next_turn(PAIR, text) == Turn(opening, "JULIET", "tragedy", 0.7)
    assert next_turn(PAIR, "ROMEO:\nIt is I, the\n") == Turn(
        "\nJULIET:\n", "JULIET", "tragedy", 0.7
    )


def test_where_every_role_is_the_writers_or_muted_the_model_has_no_turn() -> None:
    assert next_turn(Cast((ROMEO,)), HIS) is None
    assert next_turn(Cast((ROMEO, Role("JULIET", muted=True))), HIS) is None


def test_a_cue_that_stands_alone_is_spoken_by_the_one_it_names() -> None:
    for name in ("ROMEO", "BOY"):
        assert next_turn(PAIR, f"{HERS}\n{name}:\n") == Turn("", name)


def name(role: Role | None) -> str | None:
    return role.name if role else None


def test_the_writer_goes_on_until_somebody_else_speaks() -> None:
    nurse = Role("NURSE", "writer")
    cast = PAIR.with_role(nurse)
    assert next_role(cast, f"{HERS}\nNURSE:\nI too.\n", "writer") == nurse
    assert next_role(PAIR, HERS, "writer") == ROMEO == next_role(PAIR, HERS)
    assert next_role(Cast((JULIET,)), HERS, "writer") is None


def test_nobody_follows_the_only_role_but_it_may_be_asked_again() -> None:
    alone = Cast((JULIET,))
    assert next_role(alone, HERS) is None
    assert next_role(alone, HERS, "model") == JULIET


def test_those_who_spoke_or_entered_last_are_likeliest_to_speak_next() -> None:
    cast = Cast(tuple(Role(n) for n in ("ANN", "BEN", "CAL", "DOT", "EVE", "FAY")))
    cast = cast.with_role(Role("EVE", muted=True), instead_of="EVE")
    before = "CAL:\nNo.\n\n" + "A wind.\n\n" * 20 + "ANN:\nNo.\n\nBEN:\n"
    drawn = Counter(name(next_role(cast, f"{before}Yes {n}.\n")) for n in range(1_000))
    assert set(drawn) == {"ANN", "CAL", "DOT"}  # DOT is the first who has not spoken
    weights = {"ANN": 0.5 ** (1 / 8), "CAL": 0.5 ** (22 / 8), "DOT": 0.25}
    for role, weight in weights.items():
        expected = 1_000 * weight / sum(weights.values())
        assert abs(drawn[role] - expected) < 4 * expected**0.5
    entered = Counter(name(next_role(cast, f"{before}Yes.\n\n[Enter FAY]\n{n}")) for n in range(99))
    assert entered["FAY"] > 15


@given(st.text(), st.lists(st.sampled_from(["ANN", "BEN", "CAL"]), unique=True))
def test_somebody_of_the_cast_speaks_next_after_any_text(text: str, names: list[str]) -> None:
    cast = Cast(tuple(Role(name) for name in names))
    assert (next_role(cast, text, "model") in cast.roles) == bool(names)
    assert next_role(cast, text, "model") == next_role(cast, text, "model")


def test_both_of_the_models_take_turns() -> None:
    both = Cast((Role("ROMEO"), JULIET))
    for text, speaker in (("", "ROMEO"), (HIS, "JULIET"), (HERS, "ROMEO")):
        turn = next_turn(both, text)
        assert turn is not None
        assert turn.speaker == speaker


@pytest.mark.parametrize(
    ("before", "line", "added"),
    [
        ("", "But soft!", "ROMEO:\nBut soft!\n"),
        (HERS, "But soft!", "\nROMEO:\nBut soft!\n"),
        (HIS, "But soft!", "But soft!\n"),  # he goes on
        (HERS, "But soft! ", "\nROMEO:\nBut soft! "),  # which the model is to finish
        (HERS, "JULIET: Anon!", "Anon!\n"),
        (HIS, "JULIET: Anon!\nAnon!", "\nJULIET:\nAnon!\nAnon!\n"),
        (HIS, "JULIET:", "\nJULIET:\n"),
        (HERS, "TYBALT:\nHa!", "\nTYBALT:\nHa!\n"),
        (HERS, "[A noise]", "\n[A noise]\n"),  # which is not hers
        (HERS, "[A noi", "\n[A noi\n"),  # as it is being typed, it will be one
        (HIS, "[He listens]", "[He listens]\n"),  # in mid-speech
        (HERS, "[Aside] But soft!", "\nROMEO:\n[Aside] But soft!\n"),
        (HERS, "ROMEO: [Kneels] But soft!", "\nROMEO:\n[Kneels] But soft!\n"),
        (HERS, "ROMEO: [Kneels]", "\nROMEO:\n[Kneels]\n"),
        (HERS, "[Aside] ", "\nROMEO:\n[Aside] "),  # and the model is to finish the line
        (HERS, "[Exit ROMEO] [Enter\nNURSE].", "\n[Exit ROMEO] [Enter\nNURSE].\n"),
        (HIS, "[SCENE II. A wood.]", "\n[SCENE II. A wood.]\n"),  # not even in mid-speech
        (HERS, "ROMEO: ", "\nROMEO:\n"),
    ],
)
def test_a_line_stands_under_the_cue_of_whoever_speaks_it(
    before: str, line: str, added: str
) -> None:
    assert spoken(PAIR, before, line) == added


def test_in_free_text_a_line_is_a_line() -> None:
    assert spoken(Cast(), HERS, "But soft!") == "But soft!\n"


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize(
    ("before", "line", "added"),
    [
        ("", "BOY: The river is up", "BOY:\nThe river is up\n"),
        (HERS, "BOY: The river is up. ", "\nBOY:\nThe river is up. "),
        (HERS, "BOY: Up.\nUp!", "\nBOY:\nUp.\nUp!\n"),
        (HERS, "OLD ANN:", "\nOLD ANN:\n"),
        (HERS, "OLD ANN: ", "\nOLD ANN:\n"),
        (HERS, "JULIET: Anon!", "Anon!\n"),  # she goes on
        (f"{HIS}\nFirst Boy:\nUp!\n\nANN:\nNo.\n", "First Boy: Up!", "\nFirst Boy:\nUp!\n"),
    ],
)
def test_a_name_before_the_words_speaks_them_in_any_scene(
    cast: Cast, before: str, line: str, added: str
) -> None:
    assert spoken(cast, before, line) == added


FERRY = "OSWIN:\nThe ferry will not cross.\n\nTILDA:\n"


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize(
    ("before", "line", "added"),
    [
        ("", "OSWIN: The ferry will not cross.\nTILDA: Then we wait.", f"{FERRY}Then we wait.\n"),
        ("", "OSWIN: The ferry will not cross.\n\nTILDA: Then we ", f"{FERRY}Then we "),
        ("", "OSWIN: The ferry will not cross.\nTILDA: ", FERRY),
        ("", "OSWIN: The ferry will not cross.\nTILDA:", FERRY),
        ("", "OSWIN: The ferry will not cross.\nTILDA: \nWe wait.", f"{FERRY}We wait.\n"),
        (f"{HIS}\nOld Ann:\nNo.\n", "BOY: Up!\nOld Ann: No.", "\nBOY:\nUp!\n\nOld Ann:\nNo.\n"),
        (HERS, "BOY: Up!\nNote: it is.", "\nBOY:\nUp!\nNote: it is.\n"),
    ],
)
def test_each_row_that_names_a_speaker_is_a_speech(
    cast: Cast, before: str, line: str, added: str
) -> None:
    assert spoken(cast, before, line) == added


@pytest.mark.parametrize("cast", [Cast(), PAIR])
def test_a_cue_typed_after_a_cut_between_speeches_stands_alone(cast: Cast) -> None:
    assert spoken(cast, f"{HIS}\n", "TILDA: ", cut=True) == "TILDA:\n"


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize(
    "heading", ["INT. KITCHEN - NIGHT", "EXT. A FERRY: DAWN", "INT./EXT. CAR - DAY"]
)
def test_the_heading_of_a_screenplay_s_scene_stands_alone(cast: Cast, heading: str) -> None:
    assert spoken(cast, "", heading) == f"{heading}\n\n"
    assert spoken(cast, "The kettle boils.\n", heading) == f"\n{heading}\n\n"
    unfinished = spoken(Cast(), "", "INT. KITCHEN - ")
    assert unfinished == "INT. KITCHEN - "  # which the model is to finish


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize("line", ["CUT TO:", "FADE OUT.", "> Smash cut", "!Rain.", ">THE END<"])
def test_a_transition_or_forced_line_of_a_screenplay_is_nobody_s_speech(
    cast: Cast, line: str
) -> None:
    assert spoken(cast, HIS, line) == f"\n{line}\n\n"


def test_a_word_before_a_colon_is_no_name_in_prose() -> None:
    for line in ("Note: this is so.", "He said: go.", "W" * 60 + ": go."):
        assert spoken(Cast(), "The lamp was low.\n", line) == f"{line}\n"


def test_a_scene_that_names_its_speakers_in_their_rows_keeps_to_that() -> None:
    chat = "ANN: Hello!\nBEN: Hello, Ann.\n"
    for line in ("ANN: How are you?", "ANN: How are you?\nBEN: Well."):
        assert spoken(Cast(), chat, line) == f"{line}\n"
    assert spoken(Cast(), f"{chat}\nANN:\nStop.\n", "BEN: No.") == "\nBEN:\nNo.\n"


@pytest.mark.parametrize(
    ("cast", "before", "line", "added"),
    [
        (Cast(), "Wait: I kno", "w not that face.", "w not that face.\n"),
        (Cast(), "Wait:", " who? ", " who? "),
        (PAIR, "ROMEO:\nWho is th", "at?", "at?\n"),
        (PAIR, "ROMEO:\nWho is ", "[Aside] it?", "[Aside] it?\n"),
        (PAIR, "JULIET:\nIt is ", "I, alone.", "I, alone.\n"),  # also in a speech of the model's
        (PAIR, "ROMEO:\nWho is ", "ROMEO: it?", "it?\n"),
        (PAIR, f"{HIS}\nJUL", "IUS:", "IUS:\n"),  # in a cue
        (Cast(), f"{HIS}\nJUL", "IUS:", "IUS:\n"),
        (PAIR, "JULIET:\nI.\n[Enter RO", "SALINE]", "SALINE]\n"),  # nobody's to say
        (PAIR, "It is nig", "ht.", "ht.\n"),
        (PAIR, "ROMEO:\nWho is ", "JULIET: Me!", "\n\nJULIET:\nMe!\n"),
        (PAIR, "ROMEO:\nWho is ", "TYBALT:\nHa!", "\n\nTYBALT:\nHa!\n"),
    ],
)
def test_after_a_cut_the_writer_s_own_words_go_on_from_that_very_character(
    cast: Cast, before: str, line: str, added: str
) -> None:
    assert spoken(cast, before, line, cut=True) == added


def test_a_cue_of_a_name_that_is_not_in_capitals_is_one_where_the_cast_has_it() -> None:
    cast = Cast((Role("First Citizen", "writer"), Role("Second Citizen")))
    before = "First Citizen:\nSpeak.\n"
    for line in ("Second Citizen:", "Second Citizen: "):
        assert spoken(cast, before, line) == "\nSecond Citizen:\n"
    assert spoken(cast, before, "Second Citizen:\nNo.") == "\nSecond Citizen:\nNo.\n"
    assert spoken(cast, before, "First Citizen: On.") == "On.\n"


def test_a_cue_of_a_name_that_is_not_in_capitals_is_one_where_the_scene_has_it() -> None:
    before = "Old Ann:\nSpeak.\n"
    for line in ("Old Ann:", "Old Ann: "):
        assert spoken(Cast(), before, line) == "\nOld Ann:\n"
    assert spoken(Cast(), before, "Old Ann") == "Old Ann\n"


def test_a_line_of_no_role_stands_under_nobodys_cue() -> None:
    muted = Cast((Role("ROMEO", "writer", muted=True), JULIET))
    for cast in (Cast((JULIET,)), muted):
        assert spoken(cast, HERS, "But soft!") == "\nBut soft!\n"
        assert parse(HERS + spoken(cast, HERS, "But soft!"))[-1] == Paragraph("But soft!\n")
