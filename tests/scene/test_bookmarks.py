"""Named passages."""

from pathlib import Path

from bardtui.scene.bookmarks import Bookmark, bookmarks, name_passage, names_in
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from bardtui.session.manuscript import Manuscript


def two() -> Scene:
    scene = Scene()
    scene.add("writer", "ANN:\n")
    scene.add("model", "Hark.\n", reason="length")
    return scene


def test_a_name_stands_for_one_passage_and_is_saved(tmp_path: Path) -> None:
    scene = two()
    journal = Journal.create(tmp_path / "a.scene.jsonl", scene)
    name_passage(scene, 1, " the  quay ")
    name_passage(scene, 2, "the storm")
    name_passage(scene, 2, "the quay")
    journal.close()
    again, report = read_scene(tmp_path / "a.scene.jsonl")
    assert not report
    assert bookmarks(again) == [Bookmark("the quay", 2)]
    name_passage(again, 2, "")
    assert bookmarks(again) == []


def test_a_name_follows_edits_and_undo(home: Path) -> None:
    manuscript = Manuscript(two())
    scene = manuscript.scene
    name_passage(scene, 2, "the quay")
    scene.undo()
    assert bookmarks(scene) == [Bookmark("the quay", 2)]
    scene.redo()
    manuscript.edit(1, "BEN:\n")
    manuscript.edit(scene.path()[-1][0].id, "Hush.\n")
    assert bookmarks(scene) == [Bookmark("the quay", scene.head or 0)]
    manuscript.undo()
    manuscript.undo()
    assert bookmarks(scene) == [Bookmark("the quay", 2)]
    name_passage(scene, 2, "the pier")  # renames it in every take
    assert [*names_in(scene).values()] == ["the pier"] * 3
    manuscript.close()


def test_what_is_no_bookmark_is_left_out() -> None:
    scene = two()
    scene.set("bookmarks", [7, [1, 2], [9, "gone"], ["1", "x"], [1, " "], [2, "x" * 100], {}])
    assert names_in(scene) == {2: "x" * 60}
    scene.set("bookmarks", "all")
    assert bookmarks(scene) == []
