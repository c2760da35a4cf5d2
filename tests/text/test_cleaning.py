"""Cleaning in pieces: where a text is cut changes nothing, and little of it is held at once."""

import io
import sys
import unicodedata
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bardtui.text import cleaning
from bardtui.text.catalogue import CorpusError
from bardtui.text.cleaning import Cleaning, clean

START = "*** START OF THE PROJECT GUTENBERG EBOOK A PLAY IN\nVERSE ***\n"
END = "*** END OF THE PROJECT GUTENBERG EBOOK A PLAY IN VERSE ***\n"
VERSES = "the stair has counted every tread\n" * 40  # longer than any mark can be


def outcome(text: str, block: int, header: int, strip: bool) -> object:
    """What cleaning makes of a text that is read in blocks: text and notes, or the error."""
    with patch.object(cleaning, "BLOCK", block), patch.object(cleaning, "HEADER", header):
        read = Cleaning(io.BytesIO(text.encode()), "a text", strip=strip)
        try:
            return "".join(read), read.notes
        except CorpusError as error:
            return str(error)


fragments = st.text(max_size=4) | st.sampled_from(
    ["\r", "\n", "\r\n", "\n\n", " ", "\x1b", "\u202e", "\ufeff", "\u200b", "\u2028", "\0"]
    + [
        "e",
        "\u0301",
        "\u0323",
        "\u09c7\u09be",
        "\u1100",
        "\u1161",
        "\u11a8",
        "か\u3099",
        "中。",
        "😀",
    ]
    + [VERSES, "x" * 1_300, "中" * 1_300]
    + [START, f"\n{START}", END, f"\n{END}", START.rstrip("*\n"), START.replace("\n", "\n\n", 1)]
    + ["*END*THE SMALL PRINT! FOR PUBLIC DOMAIN*END*\n", "\nEnd of Project Gutenberg's Play\n"]
)


@given(
    st.lists(fragments, max_size=20).map("".join),
    st.sampled_from([1, 2, 3, 5, 17, 100, 1_000, 5_000]),
    st.sampled_from([30, 2_000, cleaning.HEADER]),
    st.booleans(),
)
@settings(deadline=None)
def test_where_a_text_is_cut_changes_nothing(
    text: str, block: int, header: int, strip: bool
) -> None:
    assert outcome(text, block, header, strip) == outcome(text, 1 << 20, header, strip)


def test_no_character_that_a_text_is_cut_before_joins_the_one_before_it() -> None:
    apart = [c for c in map(chr, range(sys.maxunicode + 1)) if cleaning._stands_apart(c)]
    assert not [c for c in apart if unicodedata.combining(unicodedata.normalize("NFD", c)[0])]
    seconds = set("\u1161\u11a8")
    for character in map(chr, range(sys.maxunicode + 1)):
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    assert len(seconds) > 60
    assert not seconds & set(apart)


@pytest.mark.parametrize("line", ["so it is said, and so\n", "so it is said, and so", "中文。"])
def test_little_of_a_long_text_is_held_at_once(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "BLOCK", 1_000)
    monkeypatch.setattr(cleaning, "HEADER", 3_000)
    pieces = list(Cleaning(io.BytesIO((line * 5_000).encode()), "a text"))
    assert "".join(pieces) == line * 5_000
    assert max(map(len, pieces)) < 4_000


def test_a_book_without_an_end_is_not_taken_for_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "HEADER", 100)
    books = f"A header.\n{START}\nANN:\n{VERSES}\n{START}\nBEN:\nHello.\n{END}\nLicence."
    assert clean(books.encode(), "a")[0] == f"ANN:\n{VERSES}\nBEN:\nHello."


def test_two_headers_of_one_book_both_go() -> None:
    small_print = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n"
    assert clean(f"Title\n{small_print}Credits\n{START}ANN:\nHello.\n".encode(), "a") == (
        "ANN:\nHello.",
        ("Project Gutenberg's header and licence cut off",),
    )


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_a_fault_is_told_with_its_place_in_the_file(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "BLOCK", block)
    before = "\ufeffANN:\r\nCafé, ".encode()
    with pytest.raises(CorpusError, match=rf"byte 0xe9 at offset {len(before):,} \(line 2\)"):
        clean(before + b"\xe9t\xe9", "a")
    with pytest.raises(CorpusError, match=rf"byte 0xc3 at offset {len(before):,} \(line 2\)"):
        clean(before + b"\xc3", "a")
    with pytest.raises(CorpusError, match=rf"a NUL byte at offset {len(before):,}"):
        clean(before + b"\0", "a")


def test_it_is_told_how_much_has_been_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "BLOCK", 10)
    told: list[int] = []
    assert "".join(Cleaning(io.BytesIO(b"Ann\r\nBen " * 3), "a", read=told.append))
    assert told == [10, 20, 27, 27]
