"""The tree of passages and its visible text."""

import math
import time
from typing import Any

import pytest

from bardtui.scene.scene import SENT, Event, Passage, Scene, SceneError


def exchange(scene: Scene, line: str, answer: str) -> tuple[Passage, Passage]:
    """The writer sends a line and a model answers."""
    writer = scene.add("writer", line)
    model = scene.add("model", model="small")
    scene.extend(model.id, answer)
    scene.end(model.id, "length")
    return writer, model


def test_a_new_scene_is_empty() -> None:
    scene = Scene("Untitled")
    assert (scene.title, scene.text, scene.length, scene.head, scene.path()) == (
        "Untitled",
        "",
        0,
        None,
        [],
    )


def test_a_writers_passage_is_complete_and_a_models_grows_until_it_ends() -> None:
    scene = Scene()
    line = scene.add("writer", "ANN:\n")
    assert line.reason == SENT
    answer = scene.add(
        "model",
        model="small",
        fingerprint="ab12",
        settings={"temperature": 0.8, "top_k": None},
        random_seed=7,
    )
    assert answer.reason is None
    assert (answer.parent, scene.head) == (line.id, answer.id)
    for chunk in ("Come", "", " in."):
        scene.extend(answer.id, chunk)
    assert (scene.text, scene.length, answer.text) == ("ANN:\nCome in.", 13, "Come in.")
    scene.end(answer.id, "stopped")
    assert answer.reason == "stopped"
    with pytest.raises(SceneError, match="has ended"):
        scene.extend(answer.id, "!")
    with pytest.raises(SceneError, match="has ended"):
        scene.end(answer.id, "length")
    assert answer.text == "Come in."


def test_a_retry_adds_a_take_and_keeps_the_others() -> None:
    scene = Scene()
    line, first = exchange(scene, "ANN:\n", "Yes.")
    scene.move_head(first.parent, first.at)
    second = scene.add("model", "No.", reason="length")
    assert scene.text == "ANN:\nNo."
    assert scene.takes(first.id) == scene.takes(second.id) == [first, second]
    assert scene.children(line.id) == [first, second]
    scene.move_head(first.id)
    assert scene.text == "ANN:\nYes."


def test_a_text_that_ends_inside_a_line_is_cut() -> None:
    scene = Scene()
    assert not scene.is_cut
    answer = scene.add("model", "Come in,\nsit")
    assert not scene.is_cut
    for at, cut in ((1, True), (8, False), (9, True), (12, False)):  # before a break: a whole row
        scene.move_head(answer.id, at)
        assert scene.is_cut == cut
    scene.move_head(answer.id)
    scene.end(answer.id, "stopped")
    assert not scene.is_cut


def test_a_passage_is_added_at_a_cut() -> None:
    scene = Scene()
    line, answer = exchange(scene, "ANN:\n", "Come in, sit down.")
    scene.move_head(answer.id, 7)
    assert (scene.text, scene.length) == ("ANN:\nCome in", 12)
    branch = scene.add("writer", "!\n")
    assert (branch.parent, branch.at) == (answer.id, 7)
    assert scene.text == "ANN:\nCome in!\n"
    assert answer.text == "Come in, sit down."
    assert [(passage.id, shown) for passage, shown in scene.path()] == [
        (line.id, 5),
        (answer.id, 7),
        (branch.id, 2),
    ]
    scene.move_head(answer.id)
    other = scene.add("writer", "\n")
    assert scene.takes(branch.id) == [branch]
    assert scene.takes(other.id) == [other]


def test_the_beginning_of_a_passage_is_the_end_of_what_it_follows() -> None:
    scene = Scene()
    line, answer = exchange(scene, "ANN:\n", "Yes.")
    scene.move_head(answer.id, 0)
    assert (scene.head, scene.head_at) == (line.id, None)
    scene.move_head(line.id, -3)
    assert (scene.head, scene.head_at) == (None, None)
    scene.move_head(answer.id, 99)
    assert (scene.head, scene.head_at) == (answer.id, None)


def test_what_follows_an_open_passage_stays_in_place_when_that_grows() -> None:
    scene = Scene()
    unfinished = scene.add("model", "To be")
    scene.add("writer", ", or")
    assert scene.text == "To be, or"
    scene.extend(unfinished.id, " continued")
    assert scene.text == "To be, or"
    assert unfinished.text == "To be continued"


def test_a_passage_that_is_not_visible_can_grow() -> None:
    scene = Scene()
    scene.add("writer", "ANN:\n")
    answer = scene.add("model", "Co")
    scene.undo()
    scene.extend(answer.id, "me in.")
    assert (scene.text, answer.text) == ("", "Come in.")
    scene.redo()
    assert scene.text == "ANN:\nCome in."


def test_moving_the_head_to_where_it_is_is_no_event() -> None:
    scene = Scene()
    exchange(scene, "a", "b")
    events: list[Event] = []
    scene.on_event = events.append
    scene.move_head(scene.head)
    assert events == []


def test_properties_hold_any_json_and_are_copies() -> None:
    scene = Scene("Old")
    cast: list[dict[str, Any]] = [{"name": "ANN", "model": "small", "temperature": 0.7}]
    scene.set("cast", cast)
    scene.set("title", "New")
    cast.clear()
    assert scene.title == "New"
    assert scene.properties["cast"][0]["name"] == "ANN"


def test_on_event_is_called_after_every_change_with_events_that_build_the_scene() -> None:
    scene, twin = Scene(), Scene()
    told: list[tuple[str, str]] = []

    def tell(event: Event) -> None:
        twin.apply(event)
        told.append((event["type"], scene.text))

    scene.on_event = tell
    exchange(scene, "a", "b")
    scene.undo()
    scene.set("cast", [])
    assert told == [
        ("passage", "a"),
        ("passage", "a"),
        ("text", "ab"),
        ("end", "ab"),
        ("head", ""),
        ("set", ""),
    ]
    assert twin.redo()
    assert twin.text == "ab"


def test_halves_of_a_utf16_pair_in_one_text_are_one_character() -> None:
    scene = Scene()
    assert scene.add("writer", "\ud83d\ude00").text == "\U0001f600"
    assert scene.add("writer", "\ude00").text == "\ude00"


PASSAGE = {"type": "passage", "id": 3, "parent": 1, "author": "model"}


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": ["text"]},
        {"type": "erase", "id": 1},
        {**PASSAGE, "id": None},
        {**PASSAGE, "id": 1},
        {**PASSAGE, "id": True},
        {**PASSAGE, "id": -3},
        {**PASSAGE, "id": 3.0},
        {**PASSAGE, "id": 10**9},
        {**PASSAGE, "parent": 99},
        {**PASSAGE, "parent": "1"},
        {**PASSAGE, "author": "nobody"},
        {**PASSAGE, "author": ["model"]},
        {**PASSAGE, "text": 5},
        {**PASSAGE, "at": -1},
        {**PASSAGE, "model": 5},
        {**PASSAGE, "settings": []},
        {**PASSAGE, "settings": {"a": {}}},
        {**PASSAGE, "settings": {"a": math.nan}},
        {**PASSAGE, "random_seed": 2**64},
        {"type": "text", "id": 2, "text": None},
        {"type": "text", "id": 99, "text": "x"},
        {"type": "text", "text": "x"},
        {"type": "text", "id": 1, "text": "the writer's is finished"},
        {"type": "end", "id": 2},
        {"type": "end", "id": 1, "reason": "again"},
        {"type": "head", "id": 99},
        {"type": "head", "id": 1, "at": "2"},
        {"type": "set", "name": "title", "value": 5},
        {"type": "set", "name": "cast", "value": [math.inf]},
        {"type": "set", "value": 5},
    ],
)
def test_an_invalid_event_changes_nothing(event: Event) -> None:
    scene = Scene("S")
    scene.add("writer", "a")
    scene.add("model", "b")
    before = list(scene.events())
    told: list[Event] = []
    scene.on_event = told.append
    with pytest.raises(SceneError):
        scene.apply(event)
    assert list(scene.events()) == before
    assert scene.properties == {"title": "S"}
    assert told == []


def test_values_that_json_cannot_hold_are_refused() -> None:
    scene = Scene()
    with pytest.raises(SceneError, match="JSON"):
        scene.set("cast", {"a", "b"})
    with pytest.raises(SceneError, match="JSON"):
        scene.add("model", settings={"temperature": math.nan})
    with pytest.raises(SceneError, match="no passage 5"):
        scene.takes(5)
    assert scene.passages == {}


def test_growing_a_passage_takes_linear_time() -> None:
    scene = Scene()
    passage = scene.add("model")
    before = time.process_time()
    for _ in range(50_000):
        scene.extend(passage.id, "twenty characters...")
    assert scene.length == len(scene.text) == 1_000_000
    assert time.process_time() - before < 5


def test_passage_at_finds_the_passage_at_an_offset() -> None:
    scene = Scene()
    assert scene.passage_at(0) is None
    line, answer = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(answer.id, 4)
    found = [scene.passage_at(offset) for offset in (0, 4, 5, 8, 9, 99)]
    assert found == [(line, 0, 5), (line, 0, 5)] + [(answer, 5, 9)] * 4


def test_takes_are_added_at_a_position() -> None:
    scene = Scene()
    line, answer = exchange(scene, "ANN:\n", "Come in.")
    takes = [scene.add("model", text, reason="length", after=(answer.id, 4)) for text in "xyz"]
    assert scene.takes(takes[0].id) == takes
    assert scene.text == "ANN:\nComez"
    growing = scene.add("model", "Co", after=(line.id, None))
    late = scene.add("model", "x", reason="length", after=(growing.id, None))
    scene.extend(growing.id, "me")
    assert late.at == 2
    with pytest.raises(SceneError, match="no passage"):
        scene.add("model", "x", after=(99, None))
