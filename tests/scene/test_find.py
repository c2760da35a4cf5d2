"""Finding words and cues, renaming, and replacing parts of the visible text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.find import Search, next_cue, occurrences, renaming, speaker_at
from bardtui.scene.rewriting import substitute
from bardtui.scene.scene import Scene

TEXT = "TOM:\nTom, my tom-cat!\n\nTOMAS:\nNo.\n\nTOM (O.S.):\n[Exit TOM]\n\nFirst Guard:\nWho?\n"


def replaced(text: str, changes: list[tuple[int, int, str]]) -> str:
    for begin, end, new in reversed(changes):
        text = text[:begin] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("words", "found"),
    [("tom", 6), ("Tom", 1), ("TOM:", 1), ("[", 1), ("no x", 0), ("No. TOM", 1), (" ", 0)],
)
def test_words_are_found_in_any_case_unless_they_have_capitals(words: str, found: int) -> None:
    hits = occurrences(TEXT, words)
    assert len(hits) == found
    found_words = [" ".join(TEXT[begin:end].casefold().split()) for begin, end in hits]
    assert set(found_words) <= {words.casefold()}


def test_long_white_space_is_searched_in_linear_time() -> None:
    text = f"a{' ' * 100_000}b"  # in quadratic time this takes longer than the test may
    assert occurrences(text, " c") == occurrences(text, "a  c") == []
    assert occurrences(text, "  b") == [(1, len(text))]
    assert occurrences(" a\n\ta ", " a ") == [(0, 4)]


@given(st.text("abA \n", max_size=30), st.text("abA ", max_size=6), st.integers(0, 30))
def test_what_begins_in_a_part_of_a_text_is_found_there(text: str, words: str, at: int) -> None:
    hits = occurrences(text, words)
    parts = occurrences(text, words, 0, at), occurrences(text, words, at)
    assert parts[0] == [hit for hit in hits if hit[0] < at]
    if all(end <= at for _, end in parts[0]):
        assert parts[0] + parts[1] == hits


@pytest.mark.parametrize("words", ["e", "the lamp", "zz", "a b", "e" * 300 + "b"])
@pytest.mark.parametrize("part", ["Keep the\n lamp, Ann. ", "e", " "])
def test_a_long_text_is_searched_in_short_steps(part: str, words: str) -> None:
    text = part * (300_000 // len(part))
    search, seconds = Search(text, words), list[float]()
    while not search.done:
        began = time.process_time()
        search.step()
        seconds.append(time.process_time() - began)
    assert search.hits == occurrences(text, words)
    assert sorted(seconds)[-2:][0] < 0.03  # but for one in which Python collected garbage


def test_a_character_is_renamed_in_cues_directions_and_words() -> None:
    assert replaced(TEXT, list(renaming(TEXT, "TOM", "OLD BEN"))) == (
        "OLD BEN:\nOld Ben, my tom-cat!\n\nTOMAS:\nNo.\n\nOLD BEN (O.S.):\n[Exit OLD BEN]\n\n"
        "First Guard:\nWho?\n"
    )
    renamed = replaced(TEXT, list(renaming(TEXT, "First Guard", "Ann")))
    assert renamed.endswith("\n\nAnn:\nWho?\n")


def test_the_next_and_the_previous_cue_are_found() -> None:
    cues = [0, TEXT.index("TOMAS"), TEXT.index("TOM (O"), TEXT.index("First")]
    walked, at = [0], 0
    while (cue := next_cue(TEXT, at)) is not None:
        walked.append(at := cue)
    assert walked == cues
    back, place = [], len(TEXT)
    while (before := next_cue(TEXT, place, back=True)) is not None:
        back.append(place := before)
    assert back == cues[::-1]
    assert next_cue(TEXT, 0, speaker="TOM") == cues[2]
    assert next_cue(TEXT, cues[3], back=True, speaker="TOM") == cues[2]
    assert next_cue("", 0) is next_cue("Prose.\n", 3, back=True) is None


def test_the_speaker_at_a_place_is_the_last_one_named() -> None:
    assert [speaker_at(TEXT, at) for at in (0, 10, TEXT.index("No"), len(TEXT))] == [
        "TOM",
        "TOM",
        "TOMAS",
        "First Guard",
    ]
    assert speaker_at("Prose.", 3) == ""


def scene_of(*passages: str) -> Scene:
    scene = Scene("A scene")
    for number, text in enumerate(passages):
        passage = scene.add(("writer", "model")[number % 2], text, model="tiny" * (number % 2))
        if passage.reason is None:
            scene.end(passage.id, "length")
    return scene


pieces = st.lists(st.text("ab\n", min_size=1, max_size=8), min_size=1, max_size=6)


@given(pieces, st.text("ab", min_size=1, max_size=3), st.text("cd", max_size=4))
def test_replacing_changes_the_text_and_nothing_else(
    passages: list[str], words: str, new: str
) -> None:
    scene = scene_of(*passages)
    text = scene.text
    changes = [(begin, end, new) for begin, end in occurrences(text, words)]
    substitute(scene, changes)
    assert scene.text == replaced(text, changes)
    by = [(who, c) for p, n in scene.path() for who, part in p.by_author(n) for c in part]
    old = [("writer", "model")[n % 2] for n, part in enumerate(passages) for _ in part]
    kept = [who for at, who in enumerate(old) if not any(b <= at < e for b, e, _ in changes)]
    assert [who for who, character in by if character in "ab\n"] == kept
    assert all(who == "writer" for who, character in by if character in "cd")
    if changes:
        scene.undo()
    assert scene.text == text


def test_everything_can_be_replaced_again_and_again_in_linear_time() -> None:
    scene = Scene("A scene")
    passage = scene.add("model", "a " * 100_000, model="tiny", reason="length")
    for old, new in ("ab", "bc"):  # in quadratic time this takes hours
        substitute(scene, [(begin, end, new) for begin, end in occurrences(scene.text, old)])
    assert scene.text == "c " * 100_000
    shown = scene.passages[scene.head or 0]
    assert shown.kept == tuple((at, at + 1) for at in range(1, passage.length, 2))


def test_a_part_that_extends_over_passages_is_replaced_in_the_first() -> None:
    scene = scene_of("One. ", "Two. ", "Three.")
    substitute(scene, [(2, 11, "X")])
    assert [p.text for p, _ in scene.path()] == ["OnX", "hree."]
