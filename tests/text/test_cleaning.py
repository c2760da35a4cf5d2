"""Cleaning texts: what is removed, what stays, and that the size of the pieces changes nothing."""

import io
import sys
import time
import unicodedata
from unittest.mock import patch

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from bardtui.text import cleaning, gutenberg
from bardtui.text.cleaning import Cleaning, clean
from bardtui.text.errors import CorpusError

START = "*** START OF THE PROJECT GUTENBERG EBOOK A PLAY IN\nVERSE ***\n"
END = "*** END OF THE PROJECT GUTENBERG EBOOK A PLAY IN VERSE ***\n"
VERSES = "the stair has counted every tread\n" * 40  # longer than any mark can be


def cleaned(raw: bytes | str) -> str:
    return clean(raw.encode() if isinstance(raw, str) else raw, "a text")[0]


# --- characters


def test_a_clean_text_is_left_as_it_is() -> None:
    assert clean("ANN:\nCafé, \t😀!\n".encode(), "a") == ("ANN:\nCafé, \t😀!\n", ())


def test_line_ends_of_every_system_become_newlines() -> None:
    assert cleaned("a\r\nb\rc\n\u2028d\x85e\u2029\r") == "a\nb\nc\n\nd\ne\n\n"


def test_a_byte_order_mark_is_removed() -> None:
    assert clean(b"\xef\xbb\xbfAnn", "a") == ("Ann", ())


def test_a_letter_and_its_accent_become_one_character() -> None:
    assert cleaned("cafe\u0301") == "caf\u00e9"


def test_control_and_invisible_characters_are_removed_and_counted() -> None:
    assert clean("\x1b[31mred\x07 \x9b0m\x7f[/]".encode(), "a") == (
        "[31mred 0m[/]",
        ("removed 4 control or invisible characters",),
    )
    hidden = "a\u202eb\u115fc\u3164d\uffa0e\u2065f\u034fg\ufe00h\U000e0100"
    assert clean(hidden.encode(), "a") == (
        "abcdefgh",
        ("removed 8 control or invisible characters",),
    )
    assert clean("a\u200bb".encode(), "a")[1] == ("removed 1 control or invisible character",)


@pytest.mark.parametrize("text", ["می\u200cخواهم", "ක්\u200dරමය", "٣\u06dd", "👩\u200d👧 ❤\ufe0f"])
def test_what_a_language_or_an_emoji_needs_stays(text: str) -> None:
    assert clean(text.encode(), "a") == (text, ())


def test_a_megabyte_of_marks_in_a_row_is_cut_to_thirty_in_linear_time() -> None:
    began = time.process_time()
    text, notes = clean(("a\n" + "\u0301\u0323" * 500_000).encode(), "a")
    assert time.process_time() - began < 10
    assert len(text) == 32
    assert notes == ("removed 999,970 combining marks after thirty in a row",)


@pytest.mark.parametrize("raw", [b"", b" \n\t\n", "\u200b\x07".encode()])
def test_an_empty_text_is_refused(raw: bytes) -> None:
    with pytest.raises(CorpusError, match="a text is empty"):
        cleaned(raw)


# --- pieces

fragments = st.text(max_size=4) | st.sampled_from(
    [*"\r\n \x1b\u202e\ufeff\u200b\u2028\0e\u0301\u0323\u1100\u1161\u11a8\u0924\u094d"]
    + ["\r\n", "\n\n", "\u09c7\u09be", "か\u3099", "中。", "😀", "\u200c", "\u200d", "\ufe0f"]
    + [VERSES, "x" * 1_300, "中" * 1_300, "\u0301" * 40, "Title: A Play\n", "[A note]\n\n"]
    + [START, f"\n{START}", END, f"\n{END}", START.rstrip("*\n"), START.replace("\n", "\n\n", 1)]
    + ["START OF THE PROJECT GUTENBERG EBOOK A PLAY\n", "\nEnd of Project Gutenberg's Play\n"]
    + ["*END*THE SMALL PRINT! FOR PUBLIC DOMAIN*END*\n", "See www.gutenberg.org\n"]
    + ["\nProduced by Ann\n\n", "\n[Transcriber's Note: all kept.]\n\n", "\nTranscriber's Note\n\n"]
)


def outcome(text: str, block: int, longest: int, strip: bool) -> object:
    """What cleaning makes of a text that is read in blocks: text and notes, or the error."""
    with patch.multiple(gutenberg, HEADER=longest, LICENCE=longest, NOTES=longest // 2):
        read = Cleaning(io.BytesIO(text.encode()), "a text", strip=strip, block=block)
        try:
            return "".join(read), read.notes
        except CorpusError as error:
            return str(error)


@given(
    st.lists(fragments, max_size=20).map("".join),
    st.sampled_from([1, 2, 3, 5, 17, 100, 1_000, 5_000]),
    st.sampled_from([30, 400, 2_000, gutenberg.HEADER]),
    st.booleans(),
)
@settings(deadline=None)
def test_the_size_of_the_pieces_changes_nothing(
    text: str, block: int, longest: int, strip: bool
) -> None:
    assert outcome(text, block, longest, strip) == outcome(text, 1 << 20, longest, strip)


@given(st.lists(fragments, max_size=20).map("".join))
@settings(deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    try:
        once = cleaned(text.encode("utf-8", "replace"))
    except CorpusError:  # nothing left, or a NUL
        reject()
    assert unicodedata.is_normalized("NFC", once)
    if "PROJECT GUTENBERG" not in once.upper():
        assert clean(once.encode(), "a") == (once, ())


def test_a_text_is_only_cut_before_characters_that_join_nothing() -> None:
    apart = [c for c in map(chr, range(sys.maxunicode + 1)) if cleaning._stands_apart(c)]
    assert not [c for c in apart if unicodedata.combining(unicodedata.normalize("NFD", c)[0])]
    seconds = set("\u1161\u11a8")
    for character in map(chr, range(sys.maxunicode + 1)):
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    assert len(seconds) > 60
    assert not seconds & set(apart)


@pytest.mark.parametrize("line", ["so it is said, and\n", "so it is said, and", "中文。", "ก"])
def test_only_a_small_part_of_a_long_text_is_in_memory(line: str) -> None:
    text = line * (500_000 // len(line))
    pieces = list(Cleaning(io.BytesIO(text.encode()), "a text", block=1_000))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) < 50_000


def test_progress_is_reported_in_bytes() -> None:
    told: list[int] = []
    assert "".join(Cleaning(io.BytesIO(b"Ann\r\nBen " * 3), "a", read=told.append, block=10))
    assert told == [10, 20, 27, 27]
