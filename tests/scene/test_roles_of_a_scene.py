"""The cast: who plays whom, whose turn it is, and how the word is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.cast import PROPERTY, Cast, Role, cue_to_add, speakers
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.script import parse, unparse

TALK = "ROMEO:\nWho is there?\n\nJULIET:\nIt is I.\n\nNURSE:\nAnd I.\n"
PAIR = Cast((Role("ROMEO", "writer"), Role("JULIET")))


def name(role: Role | None) -> str | None:
    return role.name if role else None


def test_a_scene_keeps_its_cast() -> None:
    scene = Scene("One")
    assert Cast.of(scene) == Cast()
    cast = PAIR.with_role(Role("NURSE", model="comedy", temperature=1.0, muted=True))
    cast.keep(scene)
    assert Cast.of(scene) == cast
    again = Scene("Two")
    for event in scene.events():
        again.apply(event)
    assert Cast.of(again) == cast


@pytest.mark.parametrize(
    "value",
    [
        None,
        "ROMEO",
        ["ROMEO"],
        [{}],
        [{"name": 3}],
        [{"name": "romeo"}],
        [{"name": "A\nB"}],
        [{"name": "A", "player": "nobody"}],
        [{"name": "A", "temperature": "hot"}],
        [{"name": "A", "temperature": 1e9}],
        [{"name": "A", "muted": 1}],
        [{"name": "A"}, {"name": "A"}],
        [{"name": f"A{'B' * n}"} for n in range(200)],
    ],
)
def test_a_cast_that_makes_no_sense_is_none(value: object) -> None:
    scene = Scene("One")
    scene.set(PROPERTY, value)
    assert Cast.of(scene) == Cast()


@pytest.mark.parametrize("wrong", ["", "romeo", "A\nB", "A: B", "X" * 99, "[ROMEO]", "-"])
def test_a_role_has_a_name_that_can_be_a_cue(wrong: str) -> None:
    with pytest.raises(SceneError, match="role's name"):
        Role(wrong)


def test_roles_are_added_changed_and_taken_out() -> None:
    cast = PAIR.with_role(Role("JULIET", temperature=0.7), instead_of="JULIET")
    assert cast["JULIET"].temperature == 0.7
    assert [role.name for role in cast.without("ROMEO").roles] == ["JULIET"]
    with pytest.raises(SceneError, match="already"):
        PAIR.with_role(Role("ROMEO"))


def test_the_speakers_of_a_text_become_the_cast() -> None:
    cast = Cast().with_speakers(TALK)
    assert [(role.name, role.player) for role in cast.roles] == [
        ("ROMEO", "writer"),
        ("JULIET", "model"),
        ("NURSE", "model"),
    ]
    assert cast.with_speakers(TALK) == cast


def test_two_take_turns() -> None:
    assert name(PAIR.turn("model", "")) == "JULIET"
    assert name(PAIR.turn("writer", "ROMEO:\nSpeak.\n\nJULIET:\nI do.\n")) == "ROMEO"
    both = Cast((Role("ROMEO"), Role("JULIET")))
    assert name(both.turn("model", "ROMEO:\nSpeak.\n")) == "JULIET"
    assert name(both.turn("model", "ROMEO:\nSpeak.\n\nJULIET:\nI do.\n")) == "ROMEO"


def test_three_go_round_and_the_muted_never_speak() -> None:
    cast = Cast(tuple(Role(n) for n in ("ROMEO", "JULIET", "NURSE")))
    assert name(cast.turn("model", TALK)) == "ROMEO"
    muted = cast.with_role(Role("ROMEO", muted=True), instead_of="ROMEO")
    assert name(muted.turn("model", TALK)) == "JULIET"
    assert cast.turn("writer", TALK) is None


def test_a_writer_goes_on_with_the_speech_begun() -> None:
    cast = Cast((Role("ROMEO", "writer"), Role("NURSE", "writer")))
    assert name(cast.turn("writer", TALK)) == "NURSE"
    assert name(cast.turn("writer", "")) == "ROMEO"


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("", "JULIET:\n"),
        ("ROMEO:\nSpeak.", "\n\nJULIET:\n"),
        ("ROMEO:\nSpeak.\n", "\nJULIET:\n"),
        ("ROMEO:\nSpeak.\n\n", "JULIET:\n"),
        ("JULIET:\n", ""),
        ("JULIET:\nI speak.\n", ""),
        ("JULIET:\nI speak", "\n"),
        ("JULIET:\nI speak.\n\n", "JULIET:\n"),
        ("JULIET:\nI speak.\n\n[A noise]\n", "\nJULIET:\n"),
    ],
)
def test_the_word_is_given_by_a_cue(before: str, added: str) -> None:
    assert cue_to_add(before, Role("JULIET")) == added


@given(st.text(st.sampled_from("ROMEO: ab\n[]"), max_size=60))
def test_whoever_is_given_the_word_speaks_next(before: str) -> None:
    text = before + cue_to_add(before, Role("JULIET")) + "Here I am.\n"
    assert list(speakers(text))[-1] == "JULIET"
    assert unparse(parse(text)) == text
