"""Scenes that leave as text, and texts that open as scenes."""

from pathlib import Path

import pytest
from scripts import scene_of

from bardtui.scene.export import (
    FORMATS,
    TEXT_FORMATS,
    export,
    format_of,
    scene_from_text,
    suffix_of,
    to_text,
)
from bardtui.scene.scene import OPENED, Scene, SceneError


@pytest.mark.parametrize(
    ("visible", "exported"),
    [
        ("", ""),
        ("\n\n", ""),
        ("ANN:\nYes.", "ANN:\nYes.\n"),
        ("ANN:\nYes.\n", "ANN:\nYes.\n"),
        ("\n  ANN: [/] \x1b[1m \n\n\n", "\n  ANN: [/] ␛[1m \n"),
    ],
)
def test_text_is_the_visible_text_with_one_newline_at_its_end(visible: str, exported: str) -> None:
    scene = Scene()
    scene.add("writer", visible)
    scene.add("model", "another take", reason="length")
    scene.move_head(1)
    assert to_text(scene) == export(scene, "txt") == exported


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(SceneError, match=r"'odt'.*txt.*pdf"):
        export(Scene(), "odt")


def test_a_files_suffix_tells_the_format() -> None:
    text = {".txt", ".md", ".fountain", ".html", ".json", ".fdx"}
    assert {suffix_of(name) for name in FORMATS} == {*text, ".docx", ".pdf"}
    for name in FORMATS:
        assert format_of(Path(f"a.b/Act 1.5{suffix_of(name).upper()}")) == name
    assert format_of(Path("a.htm")) == "html"
    for other in ("scene", ".txt", "a.odt", "a.scene.jsonl", "Act 1.5"):
        assert format_of(Path(other)) is None


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_every_format_has_an_end_and_nothing_that_acts_on_a_terminal(format: str) -> None:
    for text, title in (("x", "\x1b[2J"), ("\x1b[31m\x07\r\x9b2J\x7f\ud800", "\x1b\x00")):
        scene = scene_of(text, title=title)
        exported = export(scene, format)
        assert exported.endswith("\n")
        assert all(c == "\n" or c.isprintable() for c in exported)
        assert exported.encode("utf-8")


def test_only_the_visible_text_leaves_but_as_json() -> None:
    scene = scene_of("Yes.", "First take.")
    scene.move_head(1)
    scene.add("model", "Second take.")
    for name in TEXT_FORMATS:
        assert "Second take." in export(scene, name)
        assert ("First take." in export(scene, name)) == (name == "json")


def test_a_text_opens_as_the_writers() -> None:
    scene = scene_from_text("Act I", "\ufeffANN:\r\nYes.\rNo.\n")
    (passage,) = scene.passages.values()
    assert (scene.title, scene.text) == ("Act I", "ANN:\nYes.\nNo.\n")
    assert (passage.author, passage.reason) == ("writer", OPENED)
    assert scene_from_text("Empty", "").passages == {}
