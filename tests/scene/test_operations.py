"""Rename, duplicate, delete and restore scene files."""

import os
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.library import list_scenes, scene_info
from bardtui.scene.names import new_scene_path
from bardtui.scene.operations import (
    TRASH,
    DeletedScene,
    delete_for_good,
    delete_scene,
    duplicate_scene,
    rename_scene,
    restore_scene,
)
from bardtui.scene.scene import Scene, SceneError


def make(folder: Path, words: str = "Hark.") -> Path:
    path = folder / "a.scene.jsonl"
    scene = Scene("A")
    journal = Journal.create(path, scene)
    scene.add("writer", words)
    journal.close()
    os.utime(path, (1_000, 1_000))
    return path


def test_a_deleted_scene_is_restored_unchanged(tmp_path: Path) -> None:
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


def test_delete_and_restore_overwrite_nothing(tmp_path: Path) -> None:
    first = delete_scene(make(tmp_path, "first"))
    second = delete_scene(make(tmp_path, "second"))
    third = make(tmp_path, "third")
    assert first.trashed != second.trashed
    back = restore_scene(first), restore_scene(second)
    assert [path.name for path in back] == ["a-2.scene.jsonl", "a-3.scene.jsonl"]
    for path, words in zip((*back, third), (b"first", b"second", b"third"), strict=True):
        assert words in path.read_bytes()


def test_an_open_scene_is_not_deleted(tmp_path: Path) -> None:
    path = make(tmp_path)
    journal, *_ = Journal.open(path)
    with pytest.raises(SceneBusyError):
        delete_scene(path)
    journal.close()
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_are_not_scenes_can_be_deleted(tmp_path: Path) -> None:
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


def test_a_failed_delete_or_restore_is_reported_and_leaves_no_trace(tmp_path: Path) -> None:
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


def test_a_scene_of_the_trash_is_restored_or_deleted_for_good_by_another_program(
    tmp_path: Path,
) -> None:
    trashed = delete_scene(make(tmp_path)).trashed
    (listed,) = list_scenes(tmp_path / TRASH)
    assert listed.path == trashed
    back = restore_scene(DeletedScene.in_trash(trashed))
    assert [scene.path for scene in list_scenes(tmp_path)] == [back]
    deleted = delete_scene(back)
    delete_for_good(deleted)
    assert list((tmp_path / TRASH).iterdir()) == []
    with pytest.raises(SceneError, match="cannot be deleted: No such file"):
        delete_for_good(deleted)


# -- rename and duplicate


def everything(path: Path) -> object:
    """Return everything in a file except the title."""
    scene, report = read_scene(path)
    assert not report
    passages = [passage.event() for passage in scene.passages.values()]
    rest = {name: value for name, value in scene.properties.items() if name != "title"}
    return passages, scene.head, scene.head_at, scene.text, rest


def branching(folder: Path) -> Path:
    """Create a scene with two takes, one of them open; the other is visible."""
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


def test_a_new_title_changes_nothing_else_not_even_the_modification_time(tmp_path: Path) -> None:
    path = branching(tmp_path)
    before, start = everything(path), path.read_bytes()
    rename_scene(path, "  A \n new\t[/] title ")
    assert scene_info(path).title == "A new [/] title"
    assert path.read_bytes().startswith(start)
    assert everything(path) == before
    assert path.stat().st_mtime == 1_000


def test_an_open_scene_can_be_duplicated_but_not_renamed(tmp_path: Path) -> None:
    path = branching(tmp_path)
    journal, *_ = Journal.open(path)
    before = path.read_bytes()
    with pytest.raises(SceneBusyError):
        rename_scene(path, "New")
    copy = duplicate_scene(path)
    journal.close()
    assert path.read_bytes() == before
    assert everything(copy) == everything(path)


def test_a_scene_that_cannot_be_read_is_not_renamed_or_copied(tmp_path: Path) -> None:
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


def test_a_copy_has_every_branch_and_is_listed_next_to_the_original(tmp_path: Path) -> None:
    path = branching(tmp_path)
    copy = duplicate_scene(path)
    assert copy.name == "takes-copy.scene.jsonl"
    assert scene_info(copy).title == "Takes (copy)"
    assert everything(copy) == everything(path)
    assert copy.stat().st_mtime == 1_000
    assert copy.stat().st_mode & 0o777 == 0o600
    second = duplicate_scene(path, titles=["Takes", "Takes (copy)"])
    assert scene_info(second).title == "Takes (copy 2)"
