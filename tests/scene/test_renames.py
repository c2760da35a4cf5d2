"""Characters that were renamed: the cast follows the text."""

from pathlib import Path

import pytest

from bardtui import paths
from bardtui.scene.cast import Cast, Role
from bardtui.scene.find import renaming
from bardtui.scene.renames import Rename, followed, in_force
from bardtui.scene.scene import Scene
from bardtui.session.manuscript import Manuscript

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def renamed() -> Manuscript:
    """A scene in which TOM has become BEN."""
    manuscript = Manuscript()
    manuscript.add_line("TOM:\nHark.\n")
    manuscript.add_line("ANN:\nTom!\n")
    manuscript.keep_cast(Cast((Role("TOM", "writer"), Role("ANN"))))
    manuscript.rename_character("TOM", "BEN", renaming(manuscript.scene.text, "TOM", "BEN"))
    assert manuscript.scene.text == "BEN:\nHark.\nANN:\nBen!\n"
    return manuscript


def names(manuscript: Manuscript) -> list[str]:
    return [role.name for role in manuscript.cast.roles]


def reopened(manuscript: Manuscript) -> Manuscript:
    manuscript.close()
    return Manuscript.open(manuscript.path or Path())[0]


def test_undo_and_redo_of_a_rename_change_the_cast_too(renamed: Manuscript) -> None:
    assert names(renamed) == ["BEN", "ANN"]
    renamed.undo()
    assert renamed.scene.text.startswith("TOM:")
    assert names(renamed) == ["TOM", "ANN"]
    again = reopened(renamed)
    again.redo()
    assert names(again) == ["BEN", "ANN"]
    again = reopened(again)
    again.jump(1)  # the passage with the old name
    assert names(again) == ["TOM", "ANN"]
    again.close()
    assert paths.scenes_dir().exists()


def test_an_edit_after_a_rename_leaves_the_cast_alone(renamed: Manuscript) -> None:
    first = renamed.scene.path()[0][0].id
    renamed.edit(first, "BEN:\nHush.\n")
    assert names(renamed) == ["BEN", "ANN"]
    renamed.edit(renamed.scene.path()[0][0].id, "")
    assert names(renamed) == ["BEN", "ANN"]
    renamed.undo()
    renamed.undo()
    assert names(renamed) == ["BEN", "ANN"]
    renamed.undo()
    assert names(renamed) == ["TOM", "ANN"]
    renamed.close()


def test_a_role_whose_other_name_is_taken_stays() -> None:
    cast = Cast((Role("BEN"), Role("TOM")))
    assert followed(cast, [Rename(1, "TOM", "BEN")], []) == cast
    assert followed(cast, [], [Rename(1, "BEN", "no name at all:")]) == cast


def test_what_is_no_rename_is_left_out() -> None:
    scene = Scene()
    scene.add("writer", "TOM:\n")
    scene.set("renames", [7, [1, "A"], ["1", "A", "B"], [1, "A", "B"], [9, "C", "D"]])
    assert in_force(scene) == [Rename(1, "A", "B")]
    scene.set("renames", {"a": 1})
    assert in_force(scene) == []
