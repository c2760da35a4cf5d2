"""Figures of a scene."""

from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.figures import Part, figures_of, words_in
from bardtui.scene.scene import Scene


def test_speeches_lines_and_words_are_counted_by_role_and_by_author() -> None:
    scene = Scene()
    scene.add("writer", "[Enter ANN]\n\nANN (aside):\nNo tide. [Exit]\n[Thunder]\nNone at all.\n\n")
    scene.add("model", "TOM:\nHark.\n\nANN:\nAh.\n", model="small", reason="length")
    scene.add("model", "Hidden.", model="other", reason="length", after=(1, None))
    scene.move_head(2)
    found = figures_of(scene)
    assert found.parts == (Part("ANN", 2, 3, 6), Part("TOM", 1, 1, 1))
    assert found.other_words == 8  # two in the direction, three in brackets, and three cues
    assert found.authors == ((None, 11), ("small", 4))
    assert (found.words, found.passages, found.takes) == (15, 2, 2)


def test_an_empty_scene_has_no_figures() -> None:
    found = figures_of(Scene())
    assert (found.parts, found.authors, found.words, found.characters) == ((), (), 0, 0)


@given(st.text("AB:\n [].x", max_size=40))
def test_every_word_is_counted_once(text: str) -> None:
    scene = Scene()
    scene.add("writer", text)
    found = figures_of(scene)
    assert found.words == words_in(text) == sum(words for _, words in found.authors)
    assert found.other_words >= 0
