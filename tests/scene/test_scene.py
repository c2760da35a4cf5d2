"""The tree of passages: what shows, where writing goes on, and the way back and forward."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.events import canonical, spans
from bardtui.scene.scene import EDITED, OPENED, SENT, Event, Passage, Scene, SceneError


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


def test_retry_makes_takes_that_keep_each_other() -> None:
    scene = Scene()
    line, first = exchange(scene, "ANN:\n", "Yes.")
    scene.move_head(first.parent, first.at)
    second = scene.add("model", "No.", reason="length")
    assert scene.text == "ANN:\nNo."
    assert scene.takes(first.id) == scene.takes(second.id) == [first, second]
    assert scene.children(line.id) == [first, second]
    scene.move_head(first.id)
    assert scene.text == "ANN:\nYes."


def test_a_text_that_ends_in_the_midst_of_a_row_is_cut() -> None:
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


def test_cut_here_and_go_on() -> None:
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


def test_the_head_before_a_passage_is_the_head_after_what_it_follows() -> None:
    scene = Scene()
    line, answer = exchange(scene, "ANN:\n", "Yes.")
    scene.move_head(answer.id, 0)
    assert (scene.head, scene.head_at) == (line.id, None)
    scene.move_head(line.id, -3)
    assert (scene.head, scene.head_at) == (None, None)
    scene.move_head(answer.id, 99)
    assert (scene.head, scene.head_at) == (answer.id, None)


def test_what_follows_an_open_passage_does_not_move_when_that_grows_after_all() -> None:
    scene = Scene()
    unfinished = scene.add("model", "To be")
    scene.add("writer", ", or")
    assert scene.text == "To be, or"
    scene.extend(unfinished.id, " continued")
    assert scene.text == "To be, or"
    assert unfinished.text == "To be continued"


def test_a_passage_out_of_sight_still_takes_what_was_written_for_it() -> None:
    scene = Scene()
    scene.add("writer", "ANN:\n")
    answer = scene.add("model", "Co")
    scene.undo()
    scene.extend(answer.id, "me in.")
    assert (scene.text, answer.text) == ("", "Come in.")
    scene.redo()
    assert scene.text == "ANN:\nCome in."


def test_undo_takes_back_exchanges_and_redo_brings_them_again() -> None:
    scene = Scene()
    exchange(scene, "a", "b")
    exchange(scene, "c", "d")
    more = scene.add("model", "e", reason="length")  # Enter on an empty line: no line of its own
    seen = [scene.text]
    while scene.undo():
        seen.append(scene.text)
    assert seen == ["abcde", "abcd", "ab", ""]
    again = [scene.text]
    while scene.redo():
        again.append(scene.text)
    assert again == seen[::-1]
    assert scene.head == more.id
    assert len(scene.passages) == 5


def test_undo_of_a_branch_stops_at_the_cut() -> None:
    scene = Scene()
    exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(1, 3)
    scene.add("model", "A", reason="length")
    scene.undo()
    assert scene.text == "ANN"


def test_undo_leaves_a_text_from_a_file() -> None:
    scene = Scene()
    scene.add("writer", "Act I\n", reason=OPENED)
    scene.add("model", "Enter ANN.", reason="length")
    assert scene.undo()
    assert scene.text == "Act I\n"
    assert scene.undo()
    assert scene.text == ""
    assert not scene.undo()


def test_writing_or_jumping_elsewhere_ends_redo_and_jumping_back_begins_it() -> None:
    scene = Scene()
    line, first = exchange(scene, "ANN:\n", "Yes.")
    scene.move_head(line.id)
    assert scene.redo()
    assert scene.head == first.id
    scene.move_head(line.id)
    second = scene.add("model", "No.", reason="length")
    assert not scene.redo()
    scene.undo()
    scene.move_head(first.id)
    assert not scene.redo()
    scene.move_head(second.id, 1)
    scene.move_head(second.id, 2)
    assert not scene.redo()


def test_to_stay_is_no_event() -> None:
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


def test_every_change_is_told_after_it_is_made_and_told_events_make_the_scene_again() -> None:
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


def test_its_own_events_make_it_again() -> None:
    scene, twin = Scene("S"), Scene("S")
    exchange(scene, "a", "bcd")
    scene.move_head(2, 2)
    scene.add("writer", "x")
    scene.move_head(2, 1)
    scene.set("cast", ["ANN"])
    for event in scene.events():
        twin.apply(event)
    assert list(twin.events()) == list(scene.events())
    assert (twin.text, twin.properties) == (scene.text, scene.properties)


def test_halves_of_a_utf16_pair_that_come_together_are_one_character() -> None:
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
def test_what_is_no_event_changes_nothing(event: Event) -> None:
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


def test_what_json_cannot_hold_is_refused() -> None:
    scene = Scene()
    with pytest.raises(SceneError, match="JSON"):
        scene.set("cast", {"a", "b"})
    with pytest.raises(SceneError, match="JSON"):
        scene.add("model", settings={"temperature": math.nan})
    with pytest.raises(SceneError, match="no passage 5"):
        scene.takes(5)
    assert scene.passages == {}


def test_growing_costs_what_is_added_not_what_is_there() -> None:
    scene = Scene()
    passage = scene.add("model")
    for _ in range(50_000):
        scene.extend(passage.id, "twenty characters...")
    assert len(passage._chunks) == 50_000  # nothing was joined, so nothing was copied, so far
    assert scene.length == 1_000_000
    assert len(scene.text) == 1_000_000
    assert len(passage._chunks) == 1


# -- jumps and edits -------------------------------------------------------------------------------


def point(scene: Scene) -> tuple[str, int | None, int | None]:
    return scene.text, scene.head, scene.head_at


def test_undo_comes_back_from_a_jump_and_redo_goes_there_again() -> None:
    scene = Scene()
    _, first = exchange(scene, "ANN:\n", "Come in.")
    exchange(scene, "BEN:\n", "No.")
    here = point(scene)
    scene.move_head(first.id, 4, jump=True)
    there = point(scene)
    assert there[0] == "ANN:\nCome"
    assert scene.undo()
    assert point(scene) == here
    assert scene.redo()
    assert point(scene) == there
    assert not scene.redo()
    scene.add("writer", "!")
    scene.undo()
    assert point(scene) == there  # what was written there is taken back first
    scene.undo()
    assert point(scene) == here
    scene.undo()
    assert scene.text == "ANN:\nCome in."


def test_jumps_are_taken_back_one_by_one_also_in_a_circle() -> None:
    scene = Scene()
    exchange(scene, "a", "b")
    exchange(scene, "c", "d")
    for target in (1, 3, 1, 2, 4):
        scene.move_head(target, jump=True)
    back = [scene.head]
    while scene.undo():
        back.append(scene.head)
    assert back == [4, 2, 1, 3, 1, 4, 2, None]
    on = [scene.head]
    while scene.redo():
        on.append(scene.head)
    assert on == back[::-1]


def test_a_line_that_was_jumped_to_is_not_taken_back_with_what_was_written_there() -> None:
    scene = Scene()
    line, _answer = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(line.id, jump=True)
    scene.add("model", "Sit.", reason="length")
    texts = []
    while scene.undo():
        texts.append(scene.text)
    assert texts == ["ANN:\n", "ANN:\nCome in.", ""]


def test_a_jump_to_the_beginning_and_back() -> None:
    scene = Scene()
    line, _ = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(line.id, 0, jump=True)
    assert (scene.text, scene.head) == ("", None)
    scene.undo()
    assert scene.text == "ANN:\nCome in."


def test_a_passage_is_known_by_an_offset() -> None:
    scene = Scene()
    assert scene.passage_at(0) is None
    line, answer = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(answer.id, 4)
    found = [scene.passage_at(offset) for offset in (0, 4, 5, 8, 9, 99)]
    assert found == [(line, 0, 5), (line, 0, 5)] + [(answer, 5, 9)] * 4


def test_an_edited_passage_is_a_take_and_what_followed_goes_on() -> None:
    scene = Scene()
    _, answer = exchange(scene, "ANN:\n", "Come in.\n")
    exchange(scene, "BEN:\n", "No.")
    scene.move_head(4, 2)
    here = point(scene)
    old = {passage.id: passage.text for passage in scene.passages.values()}
    scene.edit(answer.id, "Come out.\n")
    assert scene.text == "ANN:\nCome out.\nBEN:\nNo"
    new = scene.path()[1][0]
    assert (new.author, new.reason, new.model) == ("writer", EDITED, "small")
    assert new.is_take
    assert scene.takes(new.id) == [answer, new]
    assert [(p.author, p.model) for p, _ in scene.path()[2:]] == [
        ("writer", None),
        ("model", "small"),
    ]
    assert {id: scene.passages[id].text for id in old} == old
    edited = point(scene)
    assert scene.undo()
    assert point(scene) == here
    assert scene.redo()
    assert point(scene) == edited


@pytest.mark.parametrize(
    ("edits", "runs"),
    [
        (["Come out.\n"], [("model", "Come "), ("writer", "out"), ("model", ".\n")]),
        (["Come in, Ben.\n"], [("model", "Come in"), ("writer", ", Ben"), ("model", ".\n")]),
        (["in.\n"], [("model", "in.\n")]),
        (["No!"], [("writer", "No!")]),
        (
            ["Come out.\n", "Oh, come out.\n"],
            [("writer", "Oh, c"), ("model", "ome "), ("writer", "out"), ("model", ".\n")],
        ),
    ],
)
def test_of_an_edited_passage_what_is_kept_stays_the_model_s(
    edits: list[str], runs: list[tuple[str, str]]
) -> None:
    scene = Scene()
    _, answer = exchange(scene, "ANN:\n", "Come in.\n")
    number = answer.id
    for text in edits:
        scene.edit(number, text)
        number = scene.head or 0
    again = Scene()
    for event in scene.events():
        again.apply(canonical(event))
    for each in (scene, again):
        passage = each.passages[number]
        assert list(passage.by_author(passage.length)) == runs
        assert list(passage.by_author(2)) == [(runs[0][0], runs[0][1][:2])]


@given(st.lists(st.text("ab\n", max_size=12), min_size=1, max_size=5), st.integers(0, 12))
def test_however_it_is_edited_every_character_has_an_author(edits: list[str], shown: int) -> None:
    passage = Passage(1, None, "model", model="small")
    passage.grow("abba\nbaba")
    for text in edits:
        edited = Passage(1, None, "writer", kept=passage.kept_in(text, passage.length))
        edited.grow(text)
        runs = list(edited.by_author(min(shown, edited.length)))
        assert "".join(run for _, run in runs) == text[:shown]
        assert all(run for _, run in runs)
        assert spans(canonical(edited.event()), "kept") == edited.kept
        passage = edited


@pytest.mark.parametrize(
    "kept", ["all", [3], [[3]], [[2, 2]], [[5, 3]], [[-1, 3]], [[0, 3], [2, 4]], [[0, 1.5]], 7]
)
def test_kept_parts_that_are_none_are_refused(kept: object) -> None:
    scene = Scene()
    event = {"type": "passage", "id": 1, "author": "writer", "text": "abcdef", "kept": kept}
    with pytest.raises(SceneError, match="kept is not a list of parts"):
        scene.apply(event)
    assert not scene.passages


def test_a_passage_may_be_edited_away_and_a_text_from_a_file_stays_one() -> None:
    scene = Scene()
    opened = scene.add("writer", "Act I\n", reason=OPENED)
    exchange(scene, "a", "b")
    scene.edit(2, "")
    assert scene.text == "Act I\nb"
    scene.undo()
    assert scene.text == "Act I\nab"
    scene.edit(opened.id, "Act II\n")
    assert scene.path()[0][0].reason == OPENED
    scene.edit(scene.head or 0, "")
    assert scene.text == "Act II\na"
    with pytest.raises(SceneError, match="not in the visible text"):
        scene.edit(opened.id, "x")


def test_takes_are_added_beside_each_other() -> None:
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
