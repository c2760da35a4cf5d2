"""The list of the scenes in a folder."""

import os
import time
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import MAX_BYTES
from bardtui.scene.library import (
    OPENED_FROM,
    latest_scene,
    list_scenes,
    origin_of,
    scene_info,
    scene_made_from,
)
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import rename_scene
from bardtui.scene.scene import Scene


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


def test_a_new_title_is_listed_and_text_that_looks_like_one_is_not(tmp_path: Path) -> None:
    path = new_scene_path(tmp_path, "Old")
    scene = Scene("Old")
    journal = Journal.create(path, scene)
    scene.set("title", "New\n[/]")
    scene.add("writer", 'x\n{"type":"set","name":"title","value":"trick"}')
    journal.close()
    (info,) = list_scenes(tmp_path)
    assert info.title == "New\n[/]"
    assert path.name == "old.scene.jsonl"


def test_a_file_that_cannot_be_opened_is_listed_with_the_reason_and_is_not_the_latest_scene(
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


def test_the_scene_made_from_a_text_file_is_found_until_the_file_changes(tmp_path: Path) -> None:
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
