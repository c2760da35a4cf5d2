"""Properties of every scene: its journal gives it back, and nothing is lost."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from steps import ANY_TEXT, STEP, Step, history, state, take

from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene, SceneError

on_disk = settings(deadline=None)  # an fsync takes a while


@contextmanager
def new_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "s.scene.jsonl"


@on_disk
@given(st.lists(STEP | st.just(("reopen",)), max_size=30))
def test_a_journal_gives_its_scene_back_whenever_it_is_read(steps: list[Step]) -> None:
    with new_path() as path:
        scene = Scene("S")
        journal = Journal.create(path, scene)
        for step in steps:
            if step == ("reopen",):
                journal.close()
                before = state(scene)
                journal, scene, report = Journal.open(path)
                assert not report
                assert state(scene) == before
            else:
                take(scene, step)
        journal.close()
        read, report = read_scene(path)
        assert not report
        assert state(read) == state(scene)
        scene.on_event = None
        assert history(read) == history(scene)


@given(st.lists(STEP, max_size=40))
def test_nothing_written_is_lost_and_the_head_ends_the_visible_text(steps: list[Step]) -> None:
    scene = Scene("S")
    for step in steps:
        texts = {passage.id: passage.text for passage in scene.passages.values()}
        visible, head = scene.text, (scene.head, scene.head_at)
        take(scene, step)
        for number, text in texts.items():
            assert scene.passages[number].text.startswith(text)
        assert scene.length == len(scene.text)
        assert scene.text == "".join(passage.text[:length] for passage, length in scene.path())
        moved = (scene.head, scene.head_at) != head
        if step[0] in ("writer", "model"):
            assert scene.text == visible + scene.passages[len(scene.passages)].text
        elif step[0] == "extend":
            assert scene.text.startswith(visible)
        elif step[0] in ("jump", "edit") and moved:
            after = scene.text
            assert scene.undo()
            assert scene.text == visible
            assert scene.redo()
            assert scene.text == after
        elif step[0] == "undo" and moved:
            after = scene.text
            assert scene.redo()
            assert (scene.text, scene.head) == (visible, head[0])
            assert scene.undo()
            assert scene.text == after


@given(st.lists(STEP, min_size=1, max_size=20))
def test_the_events_of_a_scene_build_it_again(steps: list[Step]) -> None:
    scene = Scene("S")
    for step in steps:
        take(scene, step)
    twin = Scene(scene.title, scene.created)
    for event in scene.events():
        twin.apply(event)
    assert state(twin) == state(scene)
    assert history(twin) == history(scene)


@on_disk
@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
@example(["\ud83d", "\ude00", "\u2028\u2029\x85\x00\x1b\x7f\x9b", '"\\\n\r', "\U0001f3ad"])
def test_any_text_is_read_back_and_does_not_act_on_a_terminal(texts: list[str]) -> None:
    with new_path() as path:
        scene = Scene("S")
        journal = Journal.create(path, scene)
        model = scene.add("model")
        for text in texts:
            scene.extend(model.id, text)
        journal.close()
        raw = path.read_bytes()
        assert len(raw.decode("utf-8").splitlines()) == raw.count(b"\n")
        assert all(char == "\n" or char.isprintable() or char > "\x9f" for char in raw.decode())
        assert read_scene(path)[0].text == scene.text


@on_disk
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_in_the_first_line_costs_no_passage(position: int, bit: int) -> None:
    with new_path() as path:
        scene = Scene("Scène", created="2025-01-02T03:04:05+00:00")
        journal = Journal.create(path, scene)
        scene.add("writer", "ANN:\n")
        scene.add("model", "Come in.", model="small", reason="length")
        journal.close()
        data = bytearray(path.read_bytes())
        data[position % (data.index(b"\n") + 1)] ^= 1 << bit
        path.write_bytes(data)
        try:
            read, _ = read_scene(path)
        except SceneError as error:
            refusal = str(error)
        else:
            refusal = ""
            assert read.text in ("ANN:\nCome in.", "Come in.")  # at most the line after it is lost
        assert not refusal or "newer bardtui" in refusal
