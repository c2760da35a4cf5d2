"""The vocabulary: characters and indices, and substitutes for what people type."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.escaping import is_safe
from bardtui.model.vocabulary import MAX_SIZE, Vocabulary, VocabularyError, tally

PLAIN = Vocabulary.of("\n ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:;!?'\"-[]")
SPARSE = Vocabulary.of("abcE'")

anything = st.text(st.characters())  # surrogates and controls too
curious = st.text(
    st.sampled_from("aE'e\u00e9\u0301\u2019\u201c\u2014\u2026\u00df\ufb01\u4e2d😀\r\t\n")
)


def replaced(vocabulary: Vocabulary, text: str) -> str:
    return vocabulary.decode(vocabulary.encode(text).indices)


# --- characters and indices


def test_characters_are_in_code_point_order() -> None:
    assert Vocabulary.of("banana\n").characters == ("\n", "a", "b", "n")


def test_every_character_has_its_index() -> None:
    for index, character in enumerate(PLAIN.characters):
        assert PLAIN.index(character) == index
        assert PLAIN.decode([index]) == character
    assert len(PLAIN) == len(PLAIN.characters)
    assert "a" in PLAIN
    assert "\u00e9" not in PLAIN


@given(st.text(st.characters().filter(is_safe), min_size=1))
def test_a_text_of_known_characters_is_decoded_as_it_was(text: str) -> None:
    vocabulary = Vocabulary.of(text)
    encoded = vocabulary.encode(text)
    assert encoded.indices.dtype == np.int32
    assert encoded.unknown == ()
    assert vocabulary.decode(encoded.indices) == text


@given(st.permutations("\n azé中😀"))
def test_the_order_of_a_stored_vocabulary_is_kept(characters: list[str]) -> None:
    vocabulary = Vocabulary(tuple(characters))
    assert vocabulary.encode("中a\n").indices.tolist() == [characters.index(c) for c in "中a\n"]


def test_an_index_out_of_range_is_an_error() -> None:
    with pytest.raises(IndexError):
        SPARSE.decode([len(SPARSE)])
    with pytest.raises(KeyError):
        SPARSE.index("z")


# --- what people type


@given(anything | curious, anything | curious)
def test_each_character_is_encoded_on_its_own(a: str, b: str) -> None:
    for vocabulary in (PLAIN, SPARSE, Vocabulary(SPARSE.characters)):
        one, two, both = vocabulary.encode(a), vocabulary.encode(b), vocabulary.encode(a + b)
        assert both.indices.tolist() == [*one.indices, *two.indices]
        assert both.unknown == tuple(dict.fromkeys(one.unknown + two.unknown))


@given(anything | curious)
def test_text_with_substitutes_needs_no_more(text: str) -> None:
    once = replaced(PLAIN, text)
    assert replaced(PLAIN, once) == once
    assert PLAIN.encode(once).unknown == ()


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("\u201cWho\u2019s there?\u201d", '"Who\'s there?"'),
        ("\u2018Tis \u00abso\u00bb", '\'Tis "so"'),
        ("ay \u2014 no\u2013w\u2026", "ay -- no-w..."),
        ("caf\u00e9 na\u00efve \u00c5ngstr\u00f6m", "cafe naive Angstrom"),
        ("cafe\u0301", "cafe"),  # the accent as a character of its own
        ("\ufb01re \uff21\uff11", "fire A"),
        ("C\u00e6sar stra\u00dfe \u0141\u00f3d\u017a", "Caesar strasse Lodz"),
        ("a\u00a0b\tc\u3000d", "a b    c d"),
        ("one\r\u2028two\u2029", "one\n\ntwo\n"),
        ("soft\u00adhyphen", "softhyphen"),
        ("(aside)", "[aside]"),
        ("Ann & Ben", "Ann and Ben"),
    ],
)
def test_typography_is_replaced_by_plain_characters(typed: str, known: str) -> None:
    assert replaced(PLAIN, typed) == known


def test_plain_characters_are_replaced_by_typography() -> None:
    book = Vocabulary.of("a\u2019\u201d\u2014")
    assert replaced(book, "a'a\"a-") == "a\u2019a\u201da\u2014"


def test_a_known_character_is_never_replaced() -> None:
    assert replaced(Vocabulary.of("e\u00e9\u2019'"), "\u00e9\u2019") == "\u00e9\u2019"


def test_the_other_case_is_the_last_substitute() -> None:
    assert replaced(Vocabulary.of("ABCE"), "abc\u00e9") == "ABCE"


def test_unknown_characters_are_left_out_and_reported_once_in_order() -> None:
    encoded = PLAIN.encode("a😀b中文c😀1")
    assert PLAIN.decode(encoded.indices) == "abc"
    assert encoded.unknown == ("😀", "中", "文", "1")


def test_control_characters_are_unknown() -> None:
    encoded = PLAIN.encode("a\x1b[2Jb\x9b")
    assert PLAIN.decode(encoded.indices) == "a[Jb"
    assert encoded.unknown == ("\x1b", "2", "\x9b")


def test_the_empty_text_has_no_indices() -> None:
    assert PLAIN.encode("").indices.shape == (0,)
    assert PLAIN.decode([]) == ""


@given(anything | curious)
def test_counts_tell_the_encoded_length_and_the_unknown_characters(text: str) -> None:
    for vocabulary in (PLAIN, SPARSE):
        encoded, counts = vocabulary.encode(text), tally(text)
        assert vocabulary.encoded_length(counts) == len(encoded.indices)
        assert sorted(vocabulary.unknown(counts)) == sorted(encoded.unknown)


@given(anything)
def test_long_texts_are_counted_as_short_ones(text: str) -> None:
    text = (text + "é") * 20_000
    assert tally(text[:100_000]) == Counter(text[:100_000])


# --- what is refused


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\r", "\x9b", "\u200b", "\u202e", "\u2028", "\ud800", "\u2065", "\u3164"],
)
def test_control_and_invisible_characters_are_refused(character: str) -> None:
    with pytest.raises(VocabularyError, match="control or invisible character") as caught:
        Vocabulary(("a", character))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("entry", ["", "ab", 7, None, ["a"], True, {"a": "\x1b" * 99}])
def test_an_entry_that_is_no_single_character_is_refused(entry: object) -> None:
    with pytest.raises(VocabularyError, match="not a single character") as caught:
        Vocabulary(("a", entry))  # type: ignore[arg-type]
    assert len(str(caught.value)) < 80


def test_empty_repeated_and_oversized_vocabularies_are_refused() -> None:
    with pytest.raises(VocabularyError, match="empty"):
        Vocabulary(())
    with pytest.raises(VocabularyError, match="twice"):
        Vocabulary(("a", "b", "a"))
    many = tuple(chr(0x4E00 + i) for i in range(MAX_SIZE + 1))
    assert len(Vocabulary(many[:-1])) == MAX_SIZE
    with pytest.raises(VocabularyError, match="10,001 distinct"):
        Vocabulary(many)


# --- growing


def test_growing_keeps_every_index() -> None:
    grown = SPARSE.grown("zébra")
    assert grown.characters == (*SPARSE.characters, "r", "z", "é")
    assert SPARSE.grown("abc") == SPARSE
