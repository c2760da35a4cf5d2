"""What holds for every scene: it comes back from its journal, and damage is never a crash."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Event, Scene, SceneError

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
on_disk = settings(deadline=None)  # an fsync takes what it takes

SETTINGS = st.dictionaries(
    st.sampled_from(["temperature", "length", "top_k", "note"]),
    st.none() | st.booleans() | st.integers(0, 9999) | st.floats(0, 2) | ANY_TEXT,
)
STEP = st.one_of(
    st.tuples(st.just("writer"), ANY_TEXT),
    st.tuples(st.just("model"), ANY_TEXT, SETTINGS, st.none() | st.integers(0, 2**64 - 1)),
    st.tuples(st.just("extend"), st.integers(0, 99), ANY_TEXT),
    st.tuples(st.just("end"), st.integers(0, 99), ANY_TEXT),
    st.tuples(st.just("move"), st.integers(0, 99), st.none() | st.integers(-1, 12)),
    st.tuples(st.just("jump"), st.integers(0, 99), st.none() | st.integers(-1, 12)),
    st.tuples(st.just("edit"), st.integers(0, 99), ANY_TEXT),
    st.tuples(st.just("retry"), st.integers(0, 99)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("set"), st.sampled_from(["title", "cast"]), ANY_TEXT),
    st.tuples(st.just("reopen")),
)


def step(scene: Scene, action: tuple[Any, ...]) -> None:
    """One step of a writer's or a model's; a step that cannot be taken here is left out."""
    passages = list(scene.passages.values())
    match action:
        case "writer", text:
            scene.add("writer", text)
        case "model", text, settings, seed:
            scene.add("model", text, model="m", settings=settings, random_seed=seed)
        case "set", name, value:
            scene.set(name, value)
        case ("undo",):
            scene.undo()
        case ("redo",):
            scene.redo()
        case _ if not passages:
            scene.move_head(None)
        case ("move" | "jump") as kind, pick, at:
            scene.move_head(passages[pick % len(passages)].id, at, jump=kind == "jump")
        case "edit", pick, text:
            if visible := scene.path():
                scene.edit(visible[pick % len(visible)][0].id, text)
        case "retry", pick:
            passage = passages[pick % len(passages)]
            scene.move_head(passage.parent, passage.at)
        case ("extend" | "end") as kind, pick, text:
            passage = passages[pick % len(passages)]
            if passage.reason is None:
                (scene.extend if kind == "extend" else scene.end)(passage.id, text)


def state(scene: Scene) -> dict[str, Any]:
    """Everything about a scene; its events include undo and redo."""
    return {
        "events": list(scene.events()),
        "properties": scene.properties,
        "created": scene.created,
        "text": scene.text,
        "takes": [[take.id for take in scene.takes(passage)] for passage in scene.passages],
    }


@on_disk
@given(st.lists(STEP, max_size=30))
def test_the_journal_gives_the_scene_again_whenever_it_is_read(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.scene.jsonl"
        scene = Scene("S")
        journal = Journal.create(path, scene)
        for action in steps:
            if action == ("reopen",):
                journal.close()
                before = state(scene)
                journal, scene, report = Journal.open(path)
                assert not report
                assert state(scene) == before
            else:
                step(scene, action)
        journal.close()
        read, report = read_scene(path)
        assert not report
        assert state(read) == state(scene)


@given(st.lists(STEP, max_size=40))
def test_nothing_written_is_destroyed_and_the_head_ends_the_visible_text(steps: list[Any]) -> None:
    scene = Scene("S")
    for action in steps:
        texts = {passage.id: passage.text for passage in scene.passages.values()}
        visible, head = scene.text, (scene.head, scene.head_at)
        step(scene, action)
        for number, text in texts.items():
            assert scene.passages[number].text.startswith(text)
        assert scene.length == len(scene.text)
        assert scene.text == "".join(passage.text[:shown] for passage, shown in scene.path())
        if action[0] in ("writer", "model"):
            assert scene.text == visible + scene.passages[len(scene.passages)].text
        elif action[0] == "extend":
            assert scene.text.startswith(visible)
        elif action[0] == "edit" and (scene.head, scene.head_at) != head:
            after = scene.text
            assert scene.undo()
            assert scene.text == visible
            assert scene.redo()
            assert scene.text == after
        elif action[0] == "undo" and (scene.head, scene.head_at) != head:
            after = scene.text
            assert scene.redo()
            assert (scene.text, scene.head) == (visible, head[0])
            step(scene, action)
            assert scene.text == after


@given(st.lists(STEP, min_size=1, max_size=20))
def test_a_scenes_own_events_make_it_again(steps: list[Any]) -> None:
    scene = Scene("S")
    for action in steps:
        step(scene, action)
    twin = Scene(scene.title, scene.created)
    for event in scene.events():
        twin.apply(event)
    assert state(twin) == state(scene)


@on_disk
@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
@example(["\ud83d", "\ude00", "\u2028\u2029\x85\x00\x1b\x7f\x9b", '"\\\n\r', "\U0001f3ad"])
def test_text_comes_back_character_by_character(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.scene.jsonl"
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


def sample(path: Path) -> bytes:
    scene = Scene("Scène", created="2025-01-02T03:04:05+00:00")
    journal = Journal.create(path, scene)
    for number in range(3):
        scene.add("writer", f"ANN: “{number}” é\n")
        answer = scene.add("model", model="small", settings={"temperature": 0.8}, random_seed=7)
        scene.extend(answer.id, "Come in.")
        scene.end(answer.id, "length")
        scene.move_head(answer.parent, answer.at)
        scene.add("model", "Stay \U0001f3ad out.", reason="stopped")
    scene.undo()
    journal.close()
    return path.read_bytes()


FLIP = st.tuples(st.integers(0, 10_000), st.integers(0, 7))


@on_disk
@given(st.lists(FLIP, min_size=1, max_size=8))
def test_flipped_bits_never_crash_and_what_is_read_is_read_again(
    flips: list[tuple[int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.scene.jsonl"
        data = bytearray(sample(path))
        header = data.index(b"\n") + 1
        for position, bit in flips:
            data[header + position % (len(data) - header)] ^= 1 << bit
        path.write_bytes(data)
        journal, scene, report = Journal.open(path)
        for number, line in enumerate(bytes(data).split(b"\n"), 1):
            if line and not line.startswith(b"{"):
                assert number in report.damaged or report.cut_short
        scene.add("writer", "on")
        journal.close()
        if report.damaged:
            assert report.backup is not None
            assert report.backup.read_bytes() == data
        again, clean = read_scene(path)
        assert not clean
        assert list(again.events()) == list(scene.events())


@on_disk
@given(FLIP)
def test_a_flipped_bit_in_the_first_line_is_read_over_or_refused(flip: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.scene.jsonl"
        data = bytearray(sample(path))
        position, bit = flip
        data[position % (data.index(b"\n") + 1)] ^= 1 << bit
        path.write_bytes(data)
        try:
            scene, _ = read_scene(path)
        except SceneError as error:
            refusal = str(error)
        else:
            refusal = "none"
            assert len(scene.passages) >= 8
        assert refusal == "none" or "newer bardtui" in refusal


LINE = st.dictionaries(
    st.sampled_from(["type", "id", "parent", "at", "author", "text", "reason", "settings", "name"]),
    st.recursive(
        st.none()
        | st.integers(-1, 4)
        | st.sampled_from(["passage", "text", "end", "head", "model"]),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.just("a"), inner, max_size=1)
        ),
        max_leaves=3,
    ),
)


@given(st.lists(LINE, max_size=20))
def test_any_object_is_applied_or_refused(events: list[Event]) -> None:
    scene = Scene()
    for event in events:
        before = list(scene.events())
        try:
            scene.apply(event)
        except SceneError:
            assert list(scene.events()) == before
    assert scene.length == len(scene.text)


@on_disk
@given(st.binary(max_size=300))
def test_any_bytes_after_a_header_are_read_or_named(garbage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.scene.jsonl"
        path.write_bytes(b'{"bardtui":"scene","version":1,"title":"T"}\n' + garbage)
        scene, report = read_scene(path)
        assert scene.passages == {}
        assert bool(report) == bool(garbage.replace(b"\n", b""))
