"""bardtui scenes: list, delete and restore."""

from bardtui import paths
from bardtui.scene.journal import Journal
from bardtui.scene.names import new_scene_path
from bardtui.scene.scene import Scene
from tests.cli.commands import refusal, run


def make(title: str) -> None:
    scene = Scene(title)
    journal = Journal.create(new_scene_path(paths.scenes_dir(), title), scene)
    scene.add("writer", "Hark.")
    journal.close()


def test_a_scene_is_deleted_and_brought_back_by_its_title() -> None:
    make("The [red] \x1b[2J ferry")
    make("Quay")
    title, file = "The [red] ␛[2J ferry", "the-red-2j-ferry.scene.jsonl"
    assert title in run("scenes").stdout
    assert str(paths.scenes_dir() / "trash" / file) in run("scenes", "delete", file).stdout
    assert title not in run("scenes", "list").stdout
    assert "Quay" in run("scenes", "list").stdout
    assert title in run("scenes", "trash").stdout
    assert file in run("scenes", "restore", "the-red-2j-ferry").stdout
    assert title in run("scenes").stdout
    assert title not in run("scenes", "trash").stdout


def test_an_unknown_scene_is_refused_with_those_there_are() -> None:
    make("Quay")
    assert "no scene called moor; saved scenes: quay" in refusal("scenes", "delete", "moor")
    assert "no scene called quay" in refusal("scenes", "restore", "quay")
