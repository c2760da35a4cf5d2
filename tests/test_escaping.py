"""Text that is safe to show: nothing acts, nothing hides, and no language loses what it needs."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.escaping import (
    MARK_LIMIT,
    inert,
    is_safe,
    limit_marks,
    one_line,
    remove_invisible,
    typed,
    visible,
)

# One or more of each range of Default_Ignorable_Code_Point, assigned or not.
INVISIBLE = [
    *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200b\u200e\u200f\u202a\u202e"
    "\u2060\u2064\u2065\u2066\u2069\u206f\u3164\ufe00\ufe0d\ufeff\uffa0\ufff0\ufff8\ufff9\ufffb"
    "\U0001bca0\U0001d173\U0001d17a\U000e0000\U000e0001\U000e0041\U000e0100\U000e01ef\U000e0fff"
]
MISPLACED = [*"\u200c\u200d\ufe0e\ufe0f"]
ACTING = [*map(chr, [*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029, 0xD800, 0xDFFF])]

NEEDED = [
    "می\u200cخواهم کتاب\u200cها",  # Persian
    "ه\u200d",  # Arabic: the joined form, alone
    "ක්\u200dරමය",  # Sinhala
    "ന്\u200d അവന്\u200d",  # Malayalam, at the end of a word
    "ఫోన్\u200c",  # Telugu
    "क्\u200dष क्\u200cष",  # Hindi
]
EMOJI = [
    "👩\u200d👧",
    "👩🏽\u200d🚀",
    "❤\ufe0f\u200d🔥",
    "🏳\ufe0f\u200d🌈",
    "1\ufe0f\u20e3",
    "☎\ufe0e",
]
DRAWN = ["\u0600", "\u0605", "\u06dd", "\u070f", "\u08e2", "\U000110bd"]

texts = st.text(
    st.characters() | st.sampled_from("".join([*INVISIBLE, *MISPLACED, *NEEDED, *EMOJI]))
)


@pytest.mark.parametrize("character", [*INVISIBLE, *MISPLACED])
def test_an_invisible_character_is_removed_from_input_and_shown_as_a_glyph(character: str) -> None:
    text = f"q{character}z"
    assert remove_invisible(text) == typed(text) == "qz"
    assert visible(text) == inert(text) == "q·z"
    assert is_safe(character) == (character in MISPLACED)


@pytest.mark.parametrize("character", ACTING)
def test_a_character_that_acts_is_shown_as_a_glyph(character: str) -> None:
    shown = visible(f"q{character}z")
    assert shown == inert(f"q{character}z") == typed(f"q{character}z")
    assert shown[1].isprintable()
    assert not is_safe(character)


def test_the_glyphs() -> None:
    assert visible("\x1b[31m\x7f\x9b\x00\n\t\x85\u2028") == "␛[31m␡\ufffd␀␊␉␤␤"
    assert visible("\n\t\x1b", keep="\n\t") == "\n\t␛"
    assert visible("\u202eabc\u200b\ud800\uffff") == "·abc·\ufffd\ufffd"
    assert visible("é ❤ 中 e\u0301 naïve [b]") == "é ❤ 中 e\u0301 naïve [b]"


@pytest.mark.parametrize("text", [*NEEDED, *EMOJI, *DRAWN])
def test_what_a_language_or_an_emoji_needs_stays(text: str) -> None:
    assert remove_invisible(text) == inert(text) == typed(text) == text
    assert all(map(is_safe, text))


@pytest.mark.parametrize("text", NEEDED)
def test_a_terminal_gets_joiners_in_a_form_without_width(text: str) -> None:
    assert visible(text) == text.replace("\u200d", "\u200c")


def test_a_terminal_gets_emoji_in_a_form_of_certain_width() -> None:
    assert visible("👩\u200d👧 ❤\ufe0f\u200d🔥 1\ufe0f") == "👩·👧 ❤\ufe0e·🔥 1\ufe0e"


def test_a_second_joiner_is_out_of_place() -> None:
    assert remove_invisible("می\u200c\u200cخ") == "می\u200cخ"
    assert remove_invisible("می\u2065\u200cخ") == "می\u200cخ"


def test_text_typed_after_other_text_is_judged_with_it() -> None:
    assert typed("\u200c", "می") == "\u200c"
    assert typed("\u200d🔥", "a ❤\ufe0f") == "\u200d🔥"
    assert typed("\u200c", "") == typed("\u200c", "q") == typed("\u200c", "می\u200c") == ""


@given(texts)
def test_cleaned_text_stays_as_it_is_and_shows_no_glyph(text: str) -> None:
    cleaned = typed(text)
    assert typed(cleaned) == inert(cleaned) == cleaned


@given(texts)
def test_glyphs_stand_one_for_one(text: str) -> None:
    assert len(visible(text)) == len(inert(text)) == len(text)
    assert not {"Cc", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, visible(text)))
    assert not set(visible(text)) & {*INVISIBLE, *ACTING, "\u200d", "\ufe0f"}


@given(texts, st.integers(0, 9))
def test_text_may_be_cleaned_in_parts(text: str, at: int) -> None:
    first = typed(text[:at])
    assert first + typed(text[at:], first) == typed(text)


def test_runs_of_marks_are_limited_and_then_normalized_in_linear_time() -> None:
    began = time.process_time()
    limited = limit_marks("a" + "\u0301\u0323" * 500_000 + "b")
    unicodedata.normalize("NFC", limited)
    assert time.process_time() - began < 5
    assert limited == "a" + "\u0301\u0323" * (MARK_LIMIT // 2) + "b"


@given(st.lists(st.text("\u0301\u0323\u0f73\u0308", max_size=MARK_LIMIT)).map("e".join))
def test_text_without_long_runs_of_marks_is_unchanged(text: str) -> None:
    assert limit_marks(text) == text


@given(texts, st.integers(1, 30))
def test_one_line_is_one_line_of_no_more_than_its_width(text: str, width: int) -> None:
    line = one_line(text, width)
    assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= width
    assert line == visible(line)


def test_one_line_shows_where_it_was_cut() -> None:
    assert one_line("a\nb\u202e", 9) == "a␊b·"
    assert one_line("abcdef", 5) == "abcd…"
    assert one_line("中文字", 5) == "中文…"
    assert one_line("x" * 10_000_000, 5) == "xxxx…"
