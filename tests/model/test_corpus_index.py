"""The index of a corpus: what it finds, how large it is, and damaged ones."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model import corpus_index
from bardtui.model.corpus_index import (
    FOUND,
    GRAM,
    MAX_DOCUMENTS,
    STEP,
    CorpusIndex,
    IndexDamaged,
)

WORDS = ("the", "lamp", "is", "low", "and", "so", "am", "what", "it", "then", "you", "keep", "love")


def new_text(length: int, seed: object) -> str:
    """Random words, some of them invented: hardly any run of 30 characters occurs twice."""
    chance = random.Random(str(seed))
    words = [
        chance.choice(WORDS) + "".join(chance.choices("abcdefghij", k=chance.randrange(4)))
        for _ in range(length // 4)
    ]
    return " ".join(words)[:length]


CORPUS = {f"Play {number}": new_text(20_000, number) for number in range(3)}


def index_of(corpus: dict[str, str]) -> CorpusIndex:
    index = CorpusIndex.of((name, [text]) for name, text in corpus.items())
    assert index is not None
    return index


INDEX = index_of(CORPUS)


@given(
    st.sampled_from(sorted(CORPUS)),
    st.integers(0, 19_000),
    st.integers(FOUND, 900),
    st.integers(0, 100),
)
def test_every_planted_run_is_found_with_its_length_and_document(
    name: str, start: int, length: int, before: int
) -> None:
    run = CORPUS[name][start : start + length]
    text = new_text(before, "before") + "\n§" + run + "§\n" + new_text(100, "after")
    (found,) = INDEX.find(text)
    assert abs(found.start - before - 2) <= STEP - 1
    assert abs(found.length - len(run)) <= 2 * (STEP - 1)
    assert found.document == name


@given(st.integers(0, 19_000), st.integers(0, GRAM - 1))
def test_shorter_runs_are_not_found(start: int, length: int) -> None:
    run = CORPUS["Play 1"][start : start + length]
    assert INDEX.find(f"{new_text(100, 'before')}§{run}§{new_text(100, 'after')}") == []


@given(st.text(max_size=300))
def test_text_of_any_characters_can_be_searched_and_found(text: str) -> None:
    index = index_of({"any": text})
    assert index.find("§" * 100) == []
    found = index.find(text)
    assert bool(found) is (len(text) >= GRAM)
    assert all(run.start >= 0 and run.start + run.length <= len(text) for run in found)


def test_new_text_gives_no_alarm() -> None:
    assert all(INDEX.find(new_text(10_000, f"new {number}")) == [] for number in range(10))
    chance = np.random.default_rng(1)
    assert INDEX.find("".join(map(chr, chance.integers(32, 40_000, 10_000)))) == []


def test_white_space_and_case_do_not_matter() -> None:
    run = CORPUS["Play 2"][500:600]
    assert [found.document for found in INDEX.find(run.upper().replace(" ", "\n"))] == ["Play 2"]


def test_two_runs_are_found_apart() -> None:
    text = CORPUS["Play 0"][:80] + "§" + CORPUS["Play 1"][90:200]
    assert [run.document for run in INDEX.find(text)] == ["Play 0", "Play 1"]


def test_a_run_that_stands_in_two_documents_is_found_once() -> None:
    shared = new_text(90, "shared")
    index = index_of({"One": "§" * 5 + shared + "§" * 50, "Two": "¶" * 50 + shared + "¶" * 50})
    (run,) = index.find(f"\n\n{shared}\n\n")
    assert abs(run.length - 90) <= 20


def test_runs_over_the_borders_of_pieces_and_blocks_are_found() -> None:
    text = CORPUS["Play 0"]
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    index = CorpusIndex.of([("Play 0", pieces)])
    assert index is not None
    assert index.to_bytes() == index_of({"Play 0": text}).to_bytes()
    far = "§" * ((1 << 20) - 60) + text[:200]
    assert [run.length for run in index.find(far)] == [pytest.approx(200, abs=20)]


def test_an_index_has_three_tenths_of_a_byte_for_a_character() -> None:
    size = sum(map(len, CORPUS.values()))
    assert len(INDEX.to_bytes()) <= 0.3 * size + 200


def test_a_long_text_has_no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_index, "MAX_TEXT", 10_000)
    assert CorpusIndex.of([("long", [CORPUS["Play 0"][:6_000]] * 2)]) is None


def test_of_many_documents_no_names_are_kept() -> None:
    many = index_of({f"{number}": new_text(60, number) for number in range(MAX_DOCUMENTS + 1)})
    assert [run.document for run in many.find(new_text(60, 70))] == [""]


@given(st.dictionaries(st.text(max_size=100), st.text(max_size=400), max_size=4))
def test_an_index_is_read_as_it_was_written(corpus: dict[str, str]) -> None:
    data = index_of(corpus).to_bytes()
    again = CorpusIndex.from_bytes(data)
    assert again.to_bytes() == data
    text = "".join(corpus.values())
    assert again.find(text) == index_of(corpus).find(text)


DATA = INDEX.to_bytes()


@given(st.integers(0, len(DATA) - 1), st.binary(max_size=20), st.integers(0, 20))
def test_a_damaged_index_is_refused_or_searched(at: int, inserted: bytes, removed: int) -> None:
    """What it finds may be wrong, but nothing else happens."""
    try:
        index = CorpusIndex.from_bytes(DATA[:at] + inserted + DATA[at + removed :])
    except IndexDamaged:
        return
    for run in index.find(CORPUS["Play 0"][:3_000]):
        assert run.document.isprintable()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 100,
        DATA[:31],
        DATA[:23] + b"\xff" * 8 + DATA[31:],
        DATA.replace(b'"Play 0"', b"[[[[[[[["),
        DATA.replace(b'"Play 0"', b"12345678"),
        DATA + b"\0",
        DATA[:31] + DATA[31:][::-1],
    ],
)
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(IndexDamaged):
        CorpusIndex.from_bytes(data)


def test_names_of_documents_are_safe_to_show() -> None:
    index = index_of({"\x1b[2J" + "x" * 500: new_text(200, "named")})
    (run,) = CorpusIndex.from_bytes(index.to_bytes()).find(new_text(200, "named"))
    assert run.document.isprintable()
    assert len(run.document) <= 80
