"""Scenes that leave as text, and texts that open as scenes."""

import pytest

from bardtui.scene.export import FORMATS, export, scene_from_text, to_text
from bardtui.scene.scene import OPENED, Scene, SceneError


@pytest.mark.parametrize(
    ("visible", "exported"),
    [
        ("", ""),
        ("\n\n", ""),
        ("ANN:\nYes.", "ANN:\nYes.\n"),
        ("ANN:\nYes.\n", "ANN:\nYes.\n"),
        ("\n  ANN: [/] \x1b[1m \n\n\n", "\n  ANN: [/] \x1b[1m \n"),
    ],
)
def test_text_is_the_visible_text_with_one_newline_at_its_end(visible: str, exported: str) -> None:
    scene = Scene()
    scene.add("writer", visible)
    scene.add("model", "another take", reason="length")
    scene.move_head(1)
    assert to_text(scene) == export(scene, "txt") == exported


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(SceneError, match=r"'pdf'.*txt"):
        export(Scene(), "pdf")
    assert list(FORMATS) == ["txt"]


def test_a_text_opens_as_the_writers() -> None:
    scene = scene_from_text("Act I", "\ufeffANN:\r\nYes.\rNo.\n")
    (passage,) = scene.passages.values()
    assert (scene.title, scene.text) == ("Act I", "ANN:\nYes.\nNo.\n")
    assert (passage.author, passage.reason) == ("writer", OPENED)
    assert scene_from_text("Empty", "").passages == {}
