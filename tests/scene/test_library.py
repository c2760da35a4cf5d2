"""The folder of scenes and the names of new ones."""

import os
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal
from bardtui.scene.library import latest, list_scenes, new_scene_path
from bardtui.scene.scene import Scene


def make(folder: Path, title: str, modified: int) -> Path:
    path = new_scene_path(folder, title)
    Journal.create(path, Scene(title)).close()
    os.utime(path, (modified, modified))
    return path


def test_scenes_are_listed_last_used_first(tmp_path: Path) -> None:
    folder = tmp_path / "scenes"
    assert list_scenes(folder) == []
    assert latest(folder) is None
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


def test_what_cannot_be_opened_is_listed_with_its_reason_and_is_not_the_latest(
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
        "d": "not a file",
        "e": "No such file or directory",
        "f": "not a file",
        "g": damaged,
        "w": None,
    }
    found = latest(tmp_path)
    assert found is not None
    assert found.path == good


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
