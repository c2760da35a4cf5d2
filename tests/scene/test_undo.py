"""Undo and redo, jumps and edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.passage import canonical, spans
from bardtui.scene.rewriting import edit
from bardtui.scene.scene import EDITED, OPENED, Passage, Scene, SceneError


def exchange(scene: Scene, line: str, answer: str) -> tuple[Passage, Passage]:
    """The writer sends a line and a model answers."""
    return scene.add("writer", line), scene.add("model", answer, model="small", reason="length")


def test_undo_takes_back_exchanges_and_redo_repeats_them() -> None:
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


def test_undo_after_a_cut_stops_at_the_cut() -> None:
    scene = Scene()
    exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(1, 3)
    scene.add("model", "A", reason="length")
    scene.undo()
    assert scene.text == "ANN"


def test_undo_takes_back_an_answer_to_a_text_file_without_the_text() -> None:
    scene = Scene()
    scene.add("writer", "Act I\n", reason=OPENED)
    scene.add("model", "Enter ANN.", reason="length")
    assert scene.undo()
    assert scene.text == "Act I\n"
    assert scene.undo()
    assert scene.text == ""
    assert not scene.undo()


def test_writing_or_moving_elsewhere_clears_redo() -> None:
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


def position(scene: Scene) -> tuple[str, int | None, int | None]:
    return scene.text, scene.head, scene.head_at


def test_undo_takes_back_a_jump_and_redo_repeats_it() -> None:
    scene = Scene()
    _, first = exchange(scene, "ANN:\n", "Come in.")
    exchange(scene, "BEN:\n", "No.")
    here = position(scene)
    scene.move_head(first.id, 4, jump=True)
    there = position(scene)
    assert there[0] == "ANN:\nCome"
    assert scene.undo()
    assert position(scene) == here
    assert scene.redo()
    assert position(scene) == there
    assert not scene.redo()
    scene.add("writer", "!")
    scene.undo()
    assert position(scene) == there  # what was written there is taken back first
    scene.undo()
    assert position(scene) == here
    scene.undo()
    assert scene.text == "ANN:\nCome in."


def test_jumps_are_undone_one_by_one_even_in_a_circle() -> None:
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


def test_a_line_that_a_jump_led_to_is_not_undone_with_the_answer() -> None:
    scene = Scene()
    line, _answer = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(line.id, jump=True)
    scene.add("model", "Sit.", reason="length")
    texts = []
    while scene.undo():
        texts.append(scene.text)
    assert texts == ["ANN:\n", "ANN:\nCome in.", ""]


def test_a_jump_to_the_beginning_is_undone() -> None:
    scene = Scene()
    line, _ = exchange(scene, "ANN:\n", "Come in.")
    scene.move_head(line.id, 0, jump=True)
    assert (scene.text, scene.head) == ("", None)
    scene.undo()
    assert scene.text == "ANN:\nCome in."


def test_an_edited_passage_is_a_take_and_the_later_passages_follow_it() -> None:
    scene = Scene()
    _, answer = exchange(scene, "ANN:\n", "Come in.\n")
    exchange(scene, "BEN:\n", "No.")
    scene.move_head(4, 2)
    here = position(scene)
    old = {passage.id: passage.text for passage in scene.passages.values()}
    edit(scene, answer.id, "Come out.\n")
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
    edited = position(scene)
    assert scene.undo()
    assert position(scene) == here
    assert scene.redo()
    assert position(scene) == edited


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
def test_the_kept_parts_of_an_edited_passage_stay_the_model_s(
    edits: list[str], runs: list[tuple[str, str]]
) -> None:
    scene = Scene()
    _, answer = exchange(scene, "ANN:\n", "Come in.\n")
    number = answer.id
    for text in edits:
        edit(scene, number, text)
        number = scene.head or 0
    again = Scene()
    for event in scene.events():
        again.apply(canonical(event))
    for each in (scene, again):
        passage = each.passages[number]
        assert list(passage.by_author(passage.length)) == runs
        assert list(passage.by_author(2)) == [(runs[0][0], runs[0][1][:2])]


@given(st.lists(st.text("ab\n", max_size=12), min_size=1, max_size=5), st.integers(0, 12))
def test_every_character_of_an_edited_passage_has_an_author(edits: list[str], shown: int) -> None:
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
def test_invalid_kept_parts_are_refused(kept: object) -> None:
    scene = Scene()
    event = {"type": "passage", "id": 1, "author": "writer", "text": "abcdef", "kept": kept}
    with pytest.raises(SceneError, match="kept is not a list of parts"):
        scene.apply(event)
    assert not scene.passages


def test_a_passage_can_be_edited_away_and_opened_text_stays_opened() -> None:
    scene = Scene()
    opened = scene.add("writer", "Act I\n", reason=OPENED)
    exchange(scene, "a", "b")
    edit(scene, 2, "")
    assert scene.text == "Act I\nb"
    scene.undo()
    assert scene.text == "Act I\nab"
    edit(scene, opened.id, "Act II\n")
    assert scene.path()[0][0].reason == OPENED
    edit(scene, scene.head or 0, "")
    assert scene.text == "Act II\na"
    with pytest.raises(SceneError, match="not in the visible text"):
        edit(scene, opened.id, "x")
