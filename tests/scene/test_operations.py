"""Deleting scenes and bringing them back."""

import os
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.library import list_scenes
from bardtui.scene.operations import TRASH, delete_scene, restore_scene
from bardtui.scene.scene import Scene, SceneError


def make(folder: Path, words: str = "Hark.") -> Path:
    path = folder / "a.scene.jsonl"
    scene = Scene("A")
    journal = Journal.create(path, scene)
    scene.add("writer", words)
    journal.close()
    os.utime(path, (1_000, 1_000))
    return path


def test_a_deleted_scene_comes_back_as_it_was(tmp_path: Path) -> None:
    path = make(tmp_path)
    before = path.read_bytes()
    deleted = delete_scene(path)
    assert list_scenes(tmp_path) == []
    assert deleted.trashed.parent == tmp_path / TRASH
    assert deleted.trashed.read_bytes() == before
    assert restore_scene(deleted) == path
    assert path.read_bytes() == before
    assert path.stat().st_mtime == 1_000
    assert list((tmp_path / TRASH).iterdir()) == []


def test_nothing_is_written_over_in_the_trash_or_on_the_way_back(tmp_path: Path) -> None:
    first = delete_scene(make(tmp_path, "first"))
    second = delete_scene(make(tmp_path, "second"))
    third = make(tmp_path, "third")
    assert first.trashed != second.trashed
    back = restore_scene(first), restore_scene(second)
    assert [path.name for path in back] == ["a-2.scene.jsonl", "a-3.scene.jsonl"]
    for path, words in zip((*back, third), (b"first", b"second", b"third"), strict=True):
        assert words in path.read_bytes()


def test_a_scene_that_is_open_stays(tmp_path: Path) -> None:
    path = make(tmp_path)
    journal, *_ = Journal.open(path)
    with pytest.raises(SceneBusyError):
        delete_scene(path)
    journal.close()
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_scene_can_be_deleted_too(tmp_path: Path) -> None:
    (tmp_path / "a.scene.jsonl").write_bytes(b"\xff garbage")
    (tmp_path / "b.scene.jsonl").write_bytes(b'{"bardtui":"scene","version":2,"title":"T"}\n')
    (tmp_path / "c.scene.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "d.scene.jsonl")
    deleted = [delete_scene(scene.path) for scene in list_scenes(tmp_path)]
    assert len(deleted) == 4
    assert list_scenes(tmp_path) == []
    for each in deleted:
        assert restore_scene(each) == each.path
    assert (tmp_path / "a.scene.jsonl").read_bytes() == b"\xff garbage"


def test_what_cannot_be_moved_is_said_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = tmp_path / "d.scene.jsonl"
    folder.mkdir()
    with pytest.raises(SceneError, match="cannot be deleted"):
        delete_scene(folder)
    assert list((tmp_path / TRASH).iterdir()) == []
    deleted = delete_scene(make(tmp_path))
    deleted.trashed.unlink()
    with pytest.raises(SceneError, match="cannot be restored: No such file"):
        restore_scene(deleted)
    assert not deleted.path.exists()
