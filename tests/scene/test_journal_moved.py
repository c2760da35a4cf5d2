"""The file of an open scene is deleted, moved or replaced."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bardtui.scene.journal import Journal, JournalError, SceneBusyError
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scenes" / "s.scene.jsonl"


def delete(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("moved.scene.jsonl"))


def replace(path: Path) -> None:
    path.unlink()
    path.write_text("another program's")


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.parametrize(
    ("disturb", "name"),
    [
        (delete, "s.scene.jsonl"),
        (move, "s.scene.jsonl"),
        (replace, "s-2.scene.jsonl"),
        (remove_folder, "s.scene.jsonl"),
    ],
)
def test_a_scene_whose_file_is_gone_is_saved_in_a_new_one(
    path: Path, disturb: Callable[[Path], None], name: str
) -> None:
    scene = Scene("S")
    journal = Journal.create(path, scene)
    answer = scene.add("model", "one")
    disturb(path)
    scene.end(answer.id, "stopped")
    assert journal.path == path.with_name(name)
    assert read_scene(journal.path)[0].text == scene.text
    renamed = " as s-2.scene.jsonl" if disturb is replace else ""
    assert (
        journal.notice == f"s.scene.jsonl was deleted or moved; the scene is saved again{renamed}"
    )
    with pytest.raises(SceneBusyError):
        Journal.open(journal.path)
    scene.add("writer", " two")
    journal.close()
    read, report = read_scene(path.with_name(name))
    assert not report
    assert list(read.events()) == list(scene.events())
    if disturb is replace:
        assert path.read_text() == "another program's"
    if disturb is move:
        assert read_scene(path.with_name("moved.scene.jsonl"))[0].text == "one"


def test_a_file_that_cannot_be_written_again_is_tried_until_it_can(path: Path) -> None:
    scene = Scene()
    journal = Journal.create(path, scene)
    shutil.rmtree(path.parent)
    path.parent.write_text("a file where the folder was")
    with pytest.raises(JournalError, match="cannot be created"):
        scene.add("writer", "a")
    assert not journal.saved
    path.parent.unlink()
    journal.close()
    assert read_scene(path)[0].text == "a"
