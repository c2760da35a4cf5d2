"""Excerpts of saved scenes, for previews."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene import excerpt
from bardtui.scene.certainty import keep_entropy
from bardtui.scene.excerpt import LONGEST, part, read_excerpt
from bardtui.scene.journal import Journal
from bardtui.scene.passage import Author
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Match


def saved(folder: Path, *texts: str) -> Path:
    """A scene whose last text is another take, which does not show."""
    path = folder / "a.scene.jsonl"
    scene = Scene("A")
    journal = Journal.create(path, scene)
    first, shown, other = texts
    line = scene.add("writer", first)
    take = scene.add("model", shown, reason="length")
    scene.add("model", other, reason="length", after=(line.id, None))
    scene.move_head(take.id)
    journal.close()
    return path


def text_of(found: excerpt.Excerpt) -> str:
    return "".join(text for _, text in found.runs)


def test_the_end_of_the_visible_text(tmp_path: Path) -> None:
    path = saved(tmp_path, "ANN:\n" + "x" * LONGEST, "BEN:\nHark.\n", "Other.")
    found = read_excerpt(path)
    assert [author for author, _ in found.runs] == ["writer", "model"]
    assert text_of(found).endswith("xxxBEN:\nHark.\n")
    assert len(text_of(found)) == LONGEST


def test_how_sure_a_model_was_along_the_visible_text(tmp_path: Path) -> None:
    path = saved(tmp_path, "ANN:\nLow.\n", "BEN:\nHark.\n", "Other.")
    assert read_excerpt(path).entropy == []
    journal, scene, _ = Journal.open(path)
    keep_entropy(scene, [0.5, 1.5])
    journal.close()
    assert read_excerpt(path).entropy == [0.5, 1.5]


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (Match("", "old stair", "."), "old\nstair"),
        (Match("", "marmalade", ".", passage=3), "Marmalade"),
    ],
)
def test_what_was_found_is_within_the_excerpt(tmp_path: Path, match: Match, words: str) -> None:
    path = saved(tmp_path, "x" * LONGEST + "old\nstair" + "y" * LONGEST, "BEN:", "Marmalade.")
    found = read_excerpt(path, match)
    assert found.found is not None
    begin, end = found.found
    assert text_of(found)[begin:end] == words


def test_a_scene_that_is_gone_or_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, "ANN:", "Hark.", "Ah.")
    monkeypatch.setattr(excerpt, "MAX_FILE", 10)
    with pytest.raises(SceneError, match="too long"):
        read_excerpt(path)
    path.unlink()
    with pytest.raises(SceneError, match="cannot be read"):
        read_excerpt(path)


def test_a_passage_is_found_in_the_text_around_it() -> None:
    scene = Scene()
    scene.add("writer", "x" * 3_000 + "\n")
    first = scene.add("model", "y" * 6_000 + "\n", reason="length")
    middle = scene.add("writer", "ANN: Hark.\n")
    end = scene.add("model", "z" * 9_000, reason="length")
    for passage in (first, middle, end):
        near = excerpt.around(scene, passage, end)
        assert near.found is not None
        begin, stop = near.found
        assert text_of(near)[begin:stop] == passage.text[: excerpt.NEARBY - begin]
        assert len(text_of(near)) <= excerpt.NEARBY


RUNS = st.lists(st.tuples(st.sampled_from(["writer", "model"]), st.text("ab\n", max_size=6)))


@given(RUNS, st.integers(0, 20), st.integers(0, 20))
def test_a_part_is_a_slice_with_its_authors(
    runs: list[tuple[Author, str]], begin: int, end: int
) -> None:
    characters = [(author, char) for author, text in runs for char in text]
    taken = [(author, char) for author, text in part(runs, begin, end) for char in text]
    assert taken == characters[begin:end]
