"""The word list of a model: packed, unpacked, and damaged."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model.word_list import MAX_LENGTH, MAX_PACKED, MAX_WORDS, pack, unpack, words_in

WORDS = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=MAX_LENGTH)


def test_words_are_runs_of_letters_with_apostrophes_inside() -> None:
    text = "'Tis well-met, O’Hara! The 2nd lords' Élan_x, o'er 'e"
    assert [*words_in(text)] == [
        *("tis", "well", "met", "o'hara", "the", "nd", "lords", "élan", "x", "o'er", "e")
    ]


@pytest.mark.parametrize("text", ["床前明月光，疑是地上霜。", "สวัสดีครับ", "ひらがなカタカナ"])
def test_scripts_without_spaces_have_no_words(text: str) -> None:
    assert [*words_in(text)] == []
    assert pack([text]) == ""


@given(st.lists(WORDS, max_size=50))
def test_a_list_is_unpacked_as_it_was_packed(words: list[str]) -> None:
    text = " ".join(words)
    assert unpack(pack([text])) == {w for w in words_in(text) if len(w) <= MAX_LENGTH}


def test_the_most_frequent_words_are_kept() -> None:
    rare = [f"a{'b' * (n % 30)}{chr(0x100 + n // 30)}" for n in range(MAX_WORDS + 500)]
    words = unpack(pack(["often often"], rare))
    assert len(words) <= MAX_WORDS
    assert "often" in words


def test_words_of_a_base_model_are_kept_too() -> None:
    assert unpack(pack(["once more\n", "unto"], ["breach"])) == {"once", "more", "unto", "breach"}


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "not base 64!",
        "é",
        base64.b64encode(b"not packed").decode(),
        base64.b64encode(zlib.compress(b"\xff\xfe")).decode(),
        "A" * (MAX_PACKED + 1),
    ],
)
def test_a_damaged_list_has_no_words(packed: str) -> None:
    assert unpack(packed) == frozenset()


def test_a_list_that_grows_without_end_is_cut() -> None:
    bomb = base64.b64encode(zlib.compress(b"Aab\n" * 30_000_000)).decode()
    assert unpack(bomb) <= {"ab", "a"}
    long = "\U0010ffff" + "a" * 100 + "\n"
    nested = base64.b64encode(zlib.compress(long.encode() * 9)).decode()
    assert max(map(len, unpack(nested))) <= MAX_LENGTH
