"""Deleting scenes and bringing them back."""

import os
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.library import list_scenes
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.trash import TRASH, discard, restore


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
    discarded = discard(path)
    assert list_scenes(tmp_path) == []
    assert discarded.kept.parent == tmp_path / TRASH
    assert discarded.kept.read_bytes() == before
    assert restore(discarded) == path
    assert path.read_bytes() == before
    assert path.stat().st_mtime == 1_000
    assert list((tmp_path / TRASH).iterdir()) == []


def test_nothing_is_written_over_in_the_trash_or_on_the_way_back(tmp_path: Path) -> None:
    first = discard(make(tmp_path, "first"))
    second = discard(make(tmp_path, "second"))
    third = make(tmp_path, "third")
    assert first.kept != second.kept
    back = restore(first), restore(second)
    assert [path.name for path in back] == ["a-2.scene.jsonl", "a-3.scene.jsonl"]
    for path, words in zip((*back, third), (b"first", b"second", b"third"), strict=True):
        assert words in path.read_bytes()


def test_a_scene_that_is_open_stays(tmp_path: Path) -> None:
    path = make(tmp_path)
    journal, *_ = Journal.open(path)
    with pytest.raises(SceneBusyError):
        discard(path)
    journal.close()
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_scene_can_be_deleted_too(tmp_path: Path) -> None:
    (tmp_path / "a.scene.jsonl").write_bytes(b"\xff garbage")
    (tmp_path / "b.scene.jsonl").write_bytes(b'{"bardtui":"scene","version":2,"title":"T"}\n')
    (tmp_path / "c.scene.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "d.scene.jsonl")
    discarded = [discard(scene.path) for scene in list_scenes(tmp_path)]
    assert len(discarded) == 4
    assert list_scenes(tmp_path) == []
    for each in discarded:
        assert restore(each) == each.path
    assert (tmp_path / "a.scene.jsonl").read_bytes() == b"\xff garbage"


def test_what_cannot_be_moved_is_said_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = tmp_path / "d.scene.jsonl"
    folder.mkdir()
    with pytest.raises(SceneError, match="cannot be deleted"):
        discard(folder)
    assert list((tmp_path / TRASH).iterdir()) == []
    discarded = discard(make(tmp_path))
    discarded.kept.unlink()
    with pytest.raises(SceneError, match="cannot be brought back: No such file"):
        restore(discarded)
    assert not discarded.path.exists()
