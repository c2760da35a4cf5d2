"""The cast of a scene: its roles, and their cues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.cast import MAX_ROLES, PROPERTY, Cast, Role, cue_to_add, speakers
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.script import parse, unparse

TALK = "ROMEO:\nWho is there?\n\nJULIET:\nIt is I.\n\nNURSE:\nAnd I.\n"
PAIR = Cast((Role("ROMEO", "writer"), Role("JULIET")))


def scene_with(value: object) -> Scene:
    scene = Scene("One")
    scene.set(PROPERTY, value)
    return scene


def test_a_scene_keeps_its_cast() -> None:
    scene = Scene("One")
    assert Cast.read(scene) == (Cast(), "")
    cast = PAIR.with_role(Role("NURSE", model="comedy", temperature=1.0, muted=True))
    cast.keep(scene)
    assert Cast.read(scene) == (cast, "")


@pytest.mark.parametrize(
    "entry",
    [
        "ROMEO",
        {},
        {"name": 3},
        {"name": "romeo"},
        {"name": "A\nB"},
        {"name": "X" * 99},
        {"name": "A", "player": "nobody"},
        {"name": "A", "player": []},
        {"name": "A", "muted": 1},
        {"name": "ROMEO"},
    ],
)
def test_an_invalid_role_is_left_out_of_a_cast(entry: object) -> None:
    cast, left_out = Cast.read(scene_with([{"name": "ROMEO"}, entry, {"name": "ANN"}]))
    assert cast == Cast((Role("ROMEO"), Role("ANN")))
    assert left_out == "1 invalid role was left out"


@pytest.mark.parametrize("value", [None, "ROMEO", 5, {"name": "ROMEO"}])
def test_a_cast_that_is_no_list_is_empty(value: object) -> None:
    assert Cast.of(scene_with(value)) == Cast()


def test_a_cast_has_a_limited_number_of_roles() -> None:
    cast, left_out = Cast.read(scene_with([{"name": f"R{n}"} for n in range(100_000)]))
    assert len(cast.roles) == MAX_ROLES
    assert left_out == "99,900 invalid roles were left out"


@pytest.mark.parametrize(
    "model",
    [
        "/etc",
        "../other",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "",
        "a" * 65,
        "x" * 1_000_000,
        "é",
        "a b",
        5,
    ],
)
def test_a_role_names_a_model_and_never_a_path(model: object) -> None:
    cast, left_out = Cast.read(scene_with([{"name": "ANN"}, {"name": "BEN", "model": model}]))
    assert cast == Cast((Role("ANN"), Role("BEN")))
    assert left_out == "the cast names no valid model for BEN: the chosen model writes"
    if isinstance(model, str):
        with pytest.raises(SceneError, match="not the name of a model"):
            Role("BEN", model=model)


@pytest.mark.parametrize(
    ("stored", "used"),
    [
        (5.0, 2.0),
        (10, 2.0),
        (10**400, 2.0),
        (0.01, 0.1),
        (-1, 0.1),
        (0.8, 0.8),
        ("hot", None),
        (True, None),
    ],
)
def test_a_stored_temperature_is_moved_into_the_range(stored: object, used: float | None) -> None:
    (role,) = Cast.of(scene_with([{"name": "ANN", "temperature": stored}])).roles
    assert role.temperature == used


@pytest.mark.parametrize("temperature", [0.09, 2.01, float("nan"), float("inf")])
def test_a_new_role_has_a_temperature_in_the_range(temperature: float) -> None:
    with pytest.raises(SceneError, match="a temperature is between"):
        Role("ANN", temperature=temperature)


@pytest.mark.parametrize("wrong", ["", "romeo", "A\nB", "A: B", "X" * 99, "[ROMEO]", "-"])
def test_the_name_of_a_role_can_be_a_cue(wrong: str) -> None:
    with pytest.raises(SceneError, match="role's name"):
        Role(wrong)


def test_roles_are_added_changed_and_removed() -> None:
    cast = PAIR.with_role(Role("JULIET", temperature=0.7), instead_of="JULIET")
    assert cast["JULIET"].temperature == 0.7
    assert [role.name for role in cast.without("ROMEO").roles] == ["JULIET"]
    with pytest.raises(SceneError, match="already"):
        PAIR.with_role(Role("ROMEO"))


def test_the_speakers_of_a_text_are_added_to_the_cast() -> None:
    cast = Cast().with_speakers(TALK)
    assert [(role.name, role.player) for role in cast.roles] == [
        ("ROMEO", "writer"),
        ("JULIET", "model"),
        ("NURSE", "model"),
    ]
    assert cast.with_speakers(TALK) == cast


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
def test_a_role_gets_its_turn_by_a_cue(before: str, added: str) -> None:
    assert cue_to_add(before, Role("JULIET")) == added


@given(st.text(st.sampled_from("ROMEO: ab\n[]"), max_size=60))
def test_the_role_whose_cue_is_added_speaks_next(before: str) -> None:
    text = before + cue_to_add(before, Role("JULIET")) + "Here I am.\n"
    assert list(speakers(text))[-1] == "JULIET"
    assert unparse(parse(text)) == text
