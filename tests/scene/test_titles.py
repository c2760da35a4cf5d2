"""Titles that come from the text of a scene."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.formats.shared import title_of
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene
from bardtui.scene.titles import LENGTH, title_from, whole_title_from
from bardtui.session.manuscript import Manuscript


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ANN:\nThe lamp is out.\n", "The lamp is out."),
        ("The rain had stopped.\nShe found the key.", "The rain had stopped."),
        ("[Enter ANN, with a lamp]\n\nANN:\n[Aside] Hark!", "Hark!"),
        ("ACT I\nSCENE I. Rome. A street.\n\nEnter FLAVIUS\n\nFirst Citizen:\nHence!", "Hence!"),
        ("ANN:\n(softly)\nHark!", "Hark!"),
        ("FADE IN:\n\nINT. HARBOUR OFFICE - NIGHT\n\nTOM:\nNo.", "INT. HARBOUR OFFICE - NIGHT"),
        ("ANN:\n", "ANN"),
        ("ANN:\n\n[A storm]\n", "[A storm]"),
        ("", ""),
        (f"{'x' * 60}\n", "x" * 39 + "…"),
    ],
)
def test_a_title_is_the_first_line_that_is_spoken_or_written(text: str, title: str) -> None:
    assert title_from(text) == title


@given(st.text(max_size=200))
def test_a_title_is_one_short_line_and_whole_in_exports(text: str) -> None:
    title = title_from(text)
    assert len(title) <= LENGTH
    assert len(title.splitlines()) <= 1
    if "…" not in text:
        assert "…" not in whole_title_from(text)


def test_the_title_follows_the_beginning_until_the_writer_gives_one(home: object) -> None:
    manuscript = Manuscript()
    scene = manuscript.scene
    manuscript.add_line("ANN:\n")
    assert scene.title == "ANN"
    passage = manuscript.begin("small", "f", {}, 1)
    manuscript.extend(passage, "Hark! The wind is in the chimney, and all the lamps are out.\n")
    manuscript.end(passage, "length")
    assert scene.title == "Hark! The wind is in the chimney, and …"
    assert title_of(scene) == "Hark! The wind is in the chimney, and all the lamps are out."
    manuscript.undo()
    manuscript.add_line("BEN:\nNo tide.\n")
    assert scene.title == "No tide."
    manuscript.rename("The Quay")
    manuscript.undo()
    manuscript.add_line("TOM:\nNo.\n")
    assert scene.title == "The Quay"
    manuscript.close()
    assert manuscript.path is not None
    assert read_scene(manuscript.path)[0].title == "The Quay"


def test_a_title_of_a_single_long_word_has_no_ellipsis_in_exports() -> None:
    scene = Scene("x" * 39 + "…")
    scene.add("writer", "x" * 300)
    assert title_of(scene) == "x" * 120
