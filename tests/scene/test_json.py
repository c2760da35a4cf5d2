"""JSON exports: the whole scene again, and everything else refused in one line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts import STAIR, scene_of
from steps import STEP, Step, history, state, take

from bardtui.scene.export import export, scene_from_text
from bardtui.scene.formats.json import is_exported, scene_from_json
from bardtui.scene.library import OPENED_FROM
from bardtui.scene.scene import OPENED, Scene, SceneError


@given(st.lists(STEP, max_size=20))
def test_any_scene_opens_again_without_loss(steps: list[Step]) -> None:
    scene = Scene("Act I")
    for step in steps:
        take(scene, step)
    exported = export(scene, "json")
    again = scene_from_json(exported)
    assert state(again) == state(scene)
    assert export(again, "json") == exported
    assert history(again) == history(scene)
    scene.add("writer", "And on."), again.add("writer", "And on.")
    assert state(again) == state(scene)


@given(st.lists(STEP, max_size=20))
def test_the_way_that_was_shown_last_is_exported(steps: list[Step]) -> None:
    scene = Scene("Act I")
    for step in steps:
        take(scene, step)
    ways, again = scene.ways_on(), scene_from_json(export(scene, "json")).ways_on()
    assert {key: way.id for key, way in again.items()} == {key: way.id for key, way in ways.items()}


def test_a_file_has_one_event_per_line_and_is_plain_json() -> None:
    scene = scene_of("ANN:\n“Yes”\x1b\x85\u2028", "No.")
    scene.undo()
    exported = export(scene, "json")
    opening, *events, closing = exported.splitlines()
    assert opening == (
        '{"bardtui":"scene","version":1,"title":"The lower stair",'
        '"created":"2025-06-15T12:00:00+00:00","events":['
    )
    assert closing == "]}"
    assert events[0] == (
        '{"type":"passage","id":1,"author":"writer",'
        r'"text":"ANN:\n“Yes”\u001b\u0085\u2028","reason":"sent"},'
    )
    assert [json.loads(e.rstrip(","))["type"] for e in events[:2]] == ["passage"] * 2
    assert scene_from_json(json.dumps(json.loads(exported), indent=4)).text == scene.text


def test_the_path_of_the_text_file_is_not_exported() -> None:
    scene = scene_of("Yes.")
    scene.set(OPENED_FROM, {"path": "/home/ann/secret.txt", "sha256": "5"})
    assert "secret" not in export(scene, "json")


def test_lone_surrogates_are_kept() -> None:
    again = scene_from_json(export(scene_of("a\ud83d", "b\udc00"), "json"))
    assert again.text == "a\ud83db\udc00"


# -- what is none


def exported(**changes: Any) -> str:
    whole = {"bardtui": "scene", "version": 1, "title": "T", "created": "2025", "events": []}
    return json.dumps(whole | changes)


def passage(**changes: Any) -> dict[str, Any]:
    return {"type": "passage", "id": 1, "author": "writer", "text": "x"} | changes


HOSTILE = {
    "empty": "",
    "text": "ANN:\nYes.",
    "a journal": exported() + "\n" + json.dumps(passage()),
    "cut short": export(scene_of(STAIR), "json")[:-300],
    "deep": exported()[:-2] + "[" * 500_000,
    "a huge number": '{"bardtui":"scene","version":' + "9" * 100_000 + "}",
    "a list": "[]",
    "another kind": '{"bardtui":"model","version":1}',
    "version true": exported(version=True),
    "version 0": exported(version=0),
    "a title that is no string": exported(title=[1]),
    "a date that is no string": exported(created=5),
    "events that are no list": exported(events={"0": passage()}),
    "an event that is no object": exported(events=[[]]),
    "an id that is far too large": exported(events=[passage(id=10**9)]),
    "an id twice": exported(events=[passage(), passage()]),
    "an unknown parent": exported(events=[passage(parent=7)]),
    "its own parent": exported(events=[passage(parent=1)]),
    "NaN": exported(events=[passage(settings={"temperature": float("nan")})]),
    "an unknown head": exported(events=[{"type": "head", "id": 3}]),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_other_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SceneError) as refusal:
        scene_from_json(text)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 200


def test_a_newer_version_is_refused() -> None:
    with pytest.raises(SceneError, match="newer bardtui; this one reads format 1"):
        scene_from_json(exported(version=2, events="unheard of"))


# -- opening files


def test_an_export_opens_as_a_scene_and_other_text_as_text() -> None:
    scene = scene_of("Yes.", "No.")
    scene.undo()
    again = scene_from_text("a file", "\ufeff" + export(scene, "json").replace("\n", "\r\n"))
    assert state(again) == state(scene)
    for text in ("", "{", "[]", '{"bardtui": 1}', "ANN:\nYes."):
        assert not is_exported(text)
        assert scene_from_text("a file", text).text == text
        assert scene_from_text("a file", text).title == "a file"
    (whole,) = scene_from_text("a file", "Yes.").passages.values()
    assert whole.reason == OPENED


def test_a_damaged_export_is_not_opened_as_text() -> None:
    with pytest.raises(SceneError, match="damaged"):
        scene_from_text("a file", export(scene_of("Yes."), "json")[:-5])
