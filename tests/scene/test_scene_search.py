"""Counting and searching the text of scenes."""

import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.journal import Journal
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Counts, Match, Query, SceneSearch

ANY_TEXT = st.text(st.one_of(st.characters(exclude_categories=[]), st.sampled_from(" \n\tİßΣςé’")))


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Path, Scene, Journal]:
    """A scene to be written on."""
    scene, path = Scene("Takes"), tmp_path / "a.scene.jsonl"
    return path, scene, Journal.create(path, scene)


def say(scene: Scene, text: str) -> int:
    """A passage of a model's; its id."""
    passage = scene.add("model", model="tiny")
    scene.extend(passage.id, text)
    scene.end(passage.id, "length")
    return passage.id


def test_counts_are_those_of_the_visible_text(scene: tuple[Path, Scene, Journal]) -> None:
    path, written, journal = scene
    search = SceneSearch()
    assert search.counts(path) == Counts(words=0, characters=0, by_writer=0)
    assert search.counts(path).writer_share == 0
    written.add("writer", "ANN:\nHark\n")
    answer = say(written, "  twice told ")
    journal.flush()
    assert search.counts(path) == Counts(words=4, characters=23, by_writer=10)
    written.move_head(answer, 4)
    journal.flush()
    assert search.counts(path) == Counts(words=3, characters=14, by_writer=10)
    assert search.counts(path).writer_share == 10 / 14


def test_words_are_found_in_the_visible_text_before_other_takes(
    scene: tuple[Path, Scene, Journal],
) -> None:
    path, written, journal = scene
    line = written.add("writer", "Who keeps the LANTERN?\n")
    other = say(written, "The marmalade lantern.")
    written.move_head(line.id)
    last = say(written, "The dark itself, lady.")
    written.move_head(last, 15)
    journal.flush()
    search = SceneSearch()

    def find(words: str) -> Match | None:
        return search.find(path, Query(words))

    match = Match("Who keeps the ", "LANTERN", "? The dark itself")
    assert find("lantern") == match
    assert find("  lanTERN ") == match
    assert find("lantern? the dark") is not None  # over a line's and a passage's end
    assert find("marmalade") == Match("The ", "marmalade", " lantern.", passage=other)
    assert find("lady") == Match("The dark itself, ", "lady", ".", passage=last)
    assert find("itself, lady") is not None  # over the end of what shows
    assert find("treacle") is None


def test_the_context_of_a_match_is_cut_to_a_few_words(
    scene: tuple[Path, Scene, Journal],
) -> None:
    path, written, journal = scene
    written.add("writer", "before\n" * 100 + "here" + "\nafter" * 100)
    journal.flush()
    match = SceneSearch().find(path, Query("here"))
    assert match is not None
    assert match.before == "…" + "before " * 6
    assert match.found == "here"
    assert match.after.startswith(" after after")
    assert match.after.endswith("…")
    assert len(match.after) == 201


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don’t", "don't"),
        ("don't", "DON’T"),
        ("“Hark”", '"hark"'),
        ("Café", "cafe\u0301"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("İstanbul", "istanbul"),
        ("Hélène", "helene"),
        ("Helene", "hélène"),
        ("cafe\u0301s", "CAFES"),
        ("a \t\n\u2028 b", "a b"),
    ],
)
def test_similar_letters_are_found(text: str, words: str, tmp_path: Path) -> None:
    scene, path = Scene(), tmp_path / "a.scene.jsonl"
    scene.add("writer", text)
    Journal.create(path, scene).close()
    match = SceneSearch().find(path, Query(words))
    assert match is not None
    assert (match.before, match.after) == ("", "")


def test_a_text_of_many_marks_is_searched_in_linear_time(
    scene: tuple[Path, Scene, Journal],
) -> None:
    path, written, journal = scene
    written.add("writer", "e" + "\u0301\u0323" * 200_000 + " found")
    journal.close()
    before = time.process_time()
    assert SceneSearch().find(path, Query("found"))
    assert not Query("\u0301\u0323" * 200_000).find("e")
    assert time.process_time() - before < 5


@given(ANY_TEXT, st.data())
def test_every_piece_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    start = data.draw(st.integers(0, len(line)))
    piece = line[start : data.draw(st.integers(start, len(line)))].strip()
    sought = Query(piece)
    assert bool(sought) == bool(piece)
    place = sought.find(line)
    assert place is not None
    found = line[slice(*place)]
    assert place[0] <= line.index(piece)
    assert len(found) == len(piece)
    assert Query(found).find(piece) == (0, len(piece))


@given(st.lists(st.tuples(st.booleans(), ANY_TEXT), max_size=6))
def test_counts_equal_those_of_the_visible_text(
    tmp_path_factory: pytest.TempPathFactory, passages: list[tuple[bool, str]]
) -> None:
    scene, path = Scene(), tmp_path_factory.mktemp("counts") / "a.scene.jsonl"
    for is_writer, text in passages:
        scene.add("writer", text) if is_writer else say(scene, text)
    Journal.create(path, scene).close()
    counts = SceneSearch().counts(path)
    assert counts.characters == len(scene.text)
    assert counts.words == len(scene.text.split())
    assert counts.by_writer == sum(p.length for p, _ in scene.path() if p.author == "writer")


def test_a_file_is_read_again_only_when_its_time_or_size_changes(
    scene: tuple[Path, Scene, Journal],
) -> None:
    path, written, journal = scene
    written.add("writer", "one")
    journal.close()
    search = SceneSearch()
    assert search.find(path, Query("one"))
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert search.find(path, Query("one"))
    os.utime(path)
    assert search.find(path, Query("two"))
    assert search.find(path, Query("one")) is None


def test_texts_beyond_the_cache_are_read_again_and_found(tmp_path: Path) -> None:
    search = SceneSearch(cache_size=20)
    paths = []
    for word in ("alpha", "beta", "gamma", "delta"):
        scene, path = Scene(), tmp_path / f"{word}.scene.jsonl"
        scene.add("writer", word)
        Journal.create(path, scene).close()
        paths.append(path)
    for _ in range(2):
        for path in paths:
            assert search.counts(path).words == 1
            assert search.find(path, Query(path.name.partition(".")[0]))


@pytest.mark.parametrize("content", [b"\xff garbage", b"[" * 100_000, b"{}\n{}\n"])
def test_a_file_that_is_not_a_scene_is_an_error_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a\n.scene.jsonl"
    path.write_bytes(content)
    for look in (SceneSearch().counts, lambda path: SceneSearch().find(path, Query("a"))):
        with pytest.raises(SceneError) as caught:
            look(path)
        assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(SceneError, match="cannot be read: No such file"):
        SceneSearch().counts(path)


def test_searching_takes_no_lock(scene: tuple[Path, Scene, Journal]) -> None:
    path, written, journal = scene
    written.add("writer", "one")
    journal.close()
    search = SceneSearch()
    search.counts(path)
    again, *_ = Journal.open(path)
    os.utime(path)
    assert search.counts(path).words == 1
    again.close()
