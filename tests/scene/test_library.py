"""The folder of scenes and the names of new ones."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.journal_reader import MAX_BYTES, read_scene
from bardtui.scene.library import (
    OPENED_FROM,
    latest_scene,
    list_scenes,
    origin_of,
    scene_info,
    scene_made_from,
)
from bardtui.scene.names import new_scene_path, reserved_path
from bardtui.scene.operations import duplicate_scene, rename_scene
from bardtui.scene.scene import Scene, SceneError


def make(folder: Path, title: str, modified: int) -> Path:
    path = new_scene_path(folder, title)
    Journal.create(path, Scene(title)).close()
    os.utime(path, (modified, modified))
    return path


def test_scenes_are_listed_last_used_first(tmp_path: Path) -> None:
    folder = tmp_path / "scenes"
    assert list_scenes(folder) == []
    assert latest_scene(folder) is None
    old, new = make(folder, "Old", 1_000), make(folder, "New", 2_000)
    (folder / "notes.txt").write_text("no scene")
    scenes = list_scenes(folder)
    assert [(scene.path, scene.title, scene.broken) for scene in scenes] == [
        (new, "New", None),
        (old, "Old", None),
    ]
    assert scenes[0].modified == 2_000
    assert scenes[0].size == new.stat().st_size


def test_a_new_title_is_shown_and_a_text_that_looks_like_one_is_not(tmp_path: Path) -> None:
    path = new_scene_path(tmp_path, "Old")
    scene = Scene("Old")
    journal = Journal.create(path, scene)
    scene.set("title", "New\n[/]")
    scene.add("writer", 'x\n{"type":"set","name":"title","value":"trick"}')
    journal.close()
    (info,) = list_scenes(tmp_path)
    assert info.title == "New\n[/]"
    assert path.name == "old.scene.jsonl"


def test_what_cannot_be_opened_is_listed_with_its_reason_and_is_not_the_latest_scene(
    tmp_path: Path,
) -> None:
    good = make(tmp_path, "Well", 1)
    (tmp_path / "a.scene.jsonl").write_bytes(b"")
    (tmp_path / "b.scene.jsonl").write_bytes(b"\xff\x00garbage")
    (tmp_path / "c.scene.jsonl").write_bytes(b'{"bardtui":"scene","version":2,"title":"T"}\n')
    (tmp_path / "d.scene.jsonl").mkdir()
    (tmp_path / "e.scene.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "f.scene.jsonl")
    (tmp_path / "g.scene.jsonl").write_bytes(b"[" * 5_000_000)
    reasons = {scene.path.name[0]: scene.broken for scene in list_scenes(tmp_path)}
    damaged = "not a scene, or its first line is damaged"
    assert reasons == {
        "a": damaged,
        "b": damaged,
        "c": "written by a newer bardtui: format 2, this one reads 1",
        "d": "a folder, not a file",
        "e": "No such file or directory",
        "f": "a pipe, not a file",
        "g": damaged,
        "w": None,
    }
    found = latest_scene(tmp_path)
    assert found is not None
    assert found.path == good


HEADER = b'{"bardtui":"scene","version":1,"title":"Sparse","created":""}\n'


@pytest.mark.parametrize(
    ("size", "broken"),
    [(4 << 40, "larger than 268,435,456 bytes"), (MAX_BYTES, None)],
    ids=["4 TB", "as large as allowed"],
)
def test_a_sparse_file_does_not_slow_the_list(
    tmp_path: Path, size: int, broken: str | None
) -> None:
    make(tmp_path, "Well", 1_000)
    path = tmp_path / "sparse.scene.jsonl"
    path.write_bytes(HEADER)
    os.truncate(path, size)
    before = time.process_time()
    scenes = list_scenes(tmp_path)
    latest = latest_scene(tmp_path)
    assert time.process_time() - before < 1
    assert (scenes[0].size, scenes[0].broken) == (size, broken)
    assert latest is not None
    assert latest.title == ("Well" if broken else "Sparse")


def test_the_last_of_several_titles_is_listed(tmp_path: Path) -> None:
    path = new_scene_path(tmp_path, "One")
    scene = Scene("One")
    journal = Journal.create(path, scene)
    for title in ("Two", "Three"):
        scene.set("title", title)
        scene.add("writer", "x" * 3_000_000)
    journal.close()
    assert scene_info(path).title == "Three"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A Room, at Night", "a-room-at-night"),
        ("../../etc/passwd\x00\n", "etc-passwd"),
        ("", "scene"),
        ("[/] \x1b[31m?", "31m"),
        ("\ud800", "scene"),
        ("Ça ira", "ça-ira"),
        ("暗い部屋", "暗い部屋"),
        ("COM1", "com1-scene"),
        ("x" * 500, "x" * 40),
        ("a.scene.jsonl", "a-scene-jsonl"),
    ],
)
def test_names_are_safe(tmp_path: Path, title: str, name: str) -> None:
    first = new_scene_path(tmp_path, title)
    assert first == tmp_path / f"{name}.scene.jsonl"
    Journal.create(first, Scene(title)).close()
    assert new_scene_path(tmp_path, title) == tmp_path / f"{name}-2.scene.jsonl"


def everything(path: Path) -> object:
    """All that a file holds but the title."""
    scene, report = read_scene(path)
    assert not report
    passages = [passage.event() for passage in scene.passages.values()]
    rest = {name: value for name, value in scene.properties.items() if name != "title"}
    return passages, scene.head, scene.head_at, scene.text, rest


def branching(folder: Path) -> Path:
    """A scene with two takes and one that is open, the first one showing."""
    path = new_scene_path(folder, "Takes")
    scene = Scene("Takes")
    journal = Journal.create(path, scene)
    scene.set("cast", ["ANN", "BEN"])
    line = scene.add("writer", "ANN:\n\ud800 \x1b[2J")
    first = scene.add("model", model="tiny", random_seed=7, settings={"temperature": 0.5})
    scene.extend(first.id, "One.")
    scene.end(first.id, "length")
    scene.move_head(line.id)
    scene.extend(scene.add("model", model="tiny").id, "Two.")
    scene.move_head(first.id, 2)
    journal.close()
    os.utime(path, (1_000, 1_000))
    return path


def test_a_new_title_changes_nothing_else_and_is_no_use_of_the_scene(tmp_path: Path) -> None:
    path = branching(tmp_path)
    before, start = everything(path), path.read_bytes()
    rename_scene(path, "  A \n new\t[/] title ")
    assert scene_info(path).title == "A new [/] title"
    assert path.read_bytes().startswith(start)
    assert everything(path) == before
    assert path.stat().st_mtime == 1_000


@pytest.mark.parametrize("title", ["", " \n\t "])
def test_an_empty_title_is_refused(tmp_path: Path, title: str) -> None:
    path = branching(tmp_path)
    before = path.read_bytes()
    with pytest.raises(SceneError, match="needs a title"):
        rename_scene(path, title)
    assert path.read_bytes() == before


def test_a_scene_that_is_open_is_not_renamed_but_duplicated(tmp_path: Path) -> None:
    path = branching(tmp_path)
    journal, *_ = Journal.open(path)
    before = path.read_bytes()
    with pytest.raises(SceneBusyError):
        rename_scene(path, "New")
    copy = duplicate_scene(path)
    journal.close()
    assert path.read_bytes() == before
    assert everything(copy) == everything(path)


def test_what_cannot_be_read_is_neither_renamed_nor_copied(tmp_path: Path) -> None:
    newer = tmp_path / "newer.scene.jsonl"
    newer.write_bytes(b'{"bardtui":"scene","version":2,"title":"T"}\n')
    before = newer.read_bytes()
    for path in (newer, tmp_path / "gone.scene.jsonl"):
        with pytest.raises(SceneError):
            rename_scene(path, "New")
        with pytest.raises(SceneError):
            duplicate_scene(path)
    assert newer.read_bytes() == before
    assert list(tmp_path.iterdir()) == [newer]


def test_a_copy_holds_every_branch_and_stands_beside_its_original(tmp_path: Path) -> None:
    path = branching(tmp_path)
    copy = duplicate_scene(path)
    assert copy.name == "takes-copy.scene.jsonl"
    assert scene_info(copy).title == "Takes (copy)"
    assert everything(copy) == everything(path)
    assert copy.stat().st_mtime == 1_000
    assert copy.stat().st_mode & 0o777 == 0o600
    second = duplicate_scene(path, titles=["Takes", "Takes (copy)"])
    assert scene_info(second).title == "Takes (copy 2)"


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = branching(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bardtui.scene.operations.atomic_write", full)
    with pytest.raises(SceneError, match="cannot be copied: No space left"):
        duplicate_scene(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_claimed_by_many_at_once_is_given_to_each_once(tmp_path: Path) -> None:
    (tmp_path / "a.scene.jsonl").symlink_to(tmp_path / "nowhere")

    def take(_: int) -> Path:
        with reserved_path(tmp_path, "a") as path:
            return path

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(40)))
    assert {path.name for path in taken} == {f"a-{n}.scene.jsonl" for n in range(2, 42)}


def test_the_scene_made_from_a_text_is_found_until_the_text_changes(tmp_path: Path) -> None:
    folder, text = tmp_path / "scenes", tmp_path / "play.txt"
    text.write_text("ANN:\nHark.")
    make(folder, "Another", 5_000)
    assert scene_made_from(folder, origin_of(text)) is None
    scene = Scene("play")
    scene.set(OPENED_FROM, origin_of(text))
    scene.add("writer", "ANN:\nHark.")
    path = new_scene_path(folder, "play")
    Journal.create(path, scene).close()
    rename_scene(path, "Renamed")
    assert scene_made_from(folder, origin_of(text)) == path
    (tmp_path / "same.txt").write_bytes(text.read_bytes())
    assert scene_made_from(folder, origin_of(tmp_path / "same.txt")) is None
    text.write_text("ANN:\nHark!")
    assert scene_made_from(folder, origin_of(text)) is None
    assert scene_made_from(tmp_path / "none", origin_of(text)) is None
