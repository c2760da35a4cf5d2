"""Word wrap: rows that do not depend on how the text was appended, of the right width."""

import re
import tracemalloc
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from bardtui.escaping import visible
from bardtui.tui import wrapping
from bardtui.tui.wrapping import WrappedText, breaks, cell_width, tab_cells

AWKWARD = [
    "\t",
    "\n",
    "\r",
    "\x1b",
    "中",
    "。",
    "👩",
    "\u200d",
    "\u200c",
    "ی",
    "\u0dca",
    "ර",
    "\ufe0f",
    "❤",
    "\u0301",
    "🏽",
    "\u3000",
    "ᄀ",
    "ᅡ",
]
texts = st.text(
    st.one_of(
        st.sampled_from("aab  —é\n"),
        st.sampled_from(AWKWARD),
        st.characters(),  # surrogates too
    ),
    max_size=300,
)
widths = st.integers(1, 30)


def rows(text: WrappedText) -> list[str]:
    """All rows, newlines included."""
    return [text.slice(*text.row_span(row)) for row in range(text.row_count)]


def wrapped(text: str, width: int) -> list[str]:
    """The rows of a text that is appended at once."""
    result = WrappedText(width)
    result.append(text)
    return rows(result)


def drawn(row: str) -> str:
    """A row as it is drawn: with tabs expanded, without the blanks at its end."""
    shown = ""
    for glyph in visible(row.rstrip(" \t\n"), keep="\t"):
        shown += " " * tab_cells(cell_width(shown)) if glyph == "\t" else glyph
    return shown


@given(st.lists(texts, max_size=6), widths)
@example(["\u0301" * 500, "\u0301" * 500, "x"], 3)
@example(["word ", " " * 300, "\n"], 4)
@example(["hello wor", "中ld"], 9)
def test_rows_do_not_depend_on_how_the_text_was_appended(parts: list[str], width: int) -> None:
    growing = WrappedText(width)
    for part in parts:
        growing.append(part)
    whole = "".join(parts)
    assert rows(growing) == wrapped(whole, width)
    assert len(growing) == len(whole)


@given(texts, widths)
def test_nor_if_it_was_appended_character_by_character(text: str, width: int) -> None:
    growing = WrappedText(width)
    for character in text:
        growing.append(character)
    assert rows(growing) == wrapped(text, width)


@given(texts, widths)
def test_rows_are_the_whole_text_and_none_is_too_wide(text: str, width: int) -> None:
    result = wrapped(text, width)
    assert "".join(result) == text
    for row in result:
        assert "\n" not in row[:-1]
        shown = drawn(row)
        glyphs = sum(cell_width(character) > 0 for character in shown)
        assert cell_width(shown) <= width or glyphs == 1
        assert cell_len(shown) <= cell_width(shown)


@given(st.text("ab c\n", max_size=300), widths)
def test_plain_text_wraps_like_textwrap(text: str, width: int) -> None:
    expected = []
    for line in text.split("\n"):
        row = ""
        for word, blanks in re.findall(r"([^ ]+|^)( *)", line):
            if row and len(row) + len(word) > width:
                expected.append(row)
                row = ""
            while len(word) > width:
                expected.append(word[:width])
                word = word[width:]
            row += word + blanks
        expected.append(row)
    assert [row.rstrip("\n") for row in wrapped(text, width)] == expected


@given(texts, widths, widths)
def test_another_width_gives_the_rows_of_that_width(text: str, first: int, second: int) -> None:
    result = WrappedText(first)
    result.append(text)
    result.rewrap(second)
    assert result.width == second
    assert rows(result) == wrapped(text, second)


@given(texts, widths, st.integers(0, 400))
def test_row_at_finds_the_row_of_every_character(text: str, width: int, offset: int) -> None:
    result = WrappedText(width)
    result.append(text)
    begin, end = result.row_span(result.row_at(offset))
    assert begin <= offset < end or (offset >= end == len(text))


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 70_000, 140_000])
def test_slices_across_chunks_are_right(size: int) -> None:
    text = "".join(chr(0x61 + at % 26) if at % 7 else " " for at in range(size))
    result = WrappedText(40)
    result.append(text)
    assert result.slice(0, size + 1) == text
    assert result.slice(size // 2, size // 2 + 5) == text[size // 2 : size // 2 + 5]
    assert "".join(rows(result)) == text


def test_an_empty_text_has_a_row_and_a_last_newline_opens_one() -> None:
    assert wrapped("", 10) == [""]
    assert wrapped("a\n", 10) == ["a\n", ""]
    text = WrappedText(10)
    text.append("something")
    text.clear()
    assert rows(text) == [""]


@given(texts, texts, st.integers(0, 400), widths)
def test_a_cut_and_extended_text_is_wrapped_like_any(
    text: str, more: str, at: int, width: int
) -> None:
    cut = WrappedText(width)
    cut.append(text)
    cut.cut(at)
    assert rows(cut) == wrapped(text[:at], width)
    cut.append(more)
    assert rows(cut) == wrapped(text[:at] + more, width)
    assert len(cut) == len(text[:at] + more)


def test_a_cut_wraps_only_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = WrappedText(80)
    text.append("To be, or not to be: that is the question.\n" * 5_000)
    looked_at = []

    def spy(piece: str, width: int) -> list[int]:
        looked_at.append(len(piece))
        return breaks(piece, width)

    monkeypatch.setattr(wrapping, "breaks", spy)
    text.cut(len(text) - 50)
    assert sum(looked_at) < 200


def test_blanks_may_exceed_a_row_and_long_words_are_cut() -> None:
    assert wrapped("good   night", 4) == ["good   ", "nigh", "t"]
    assert wrapped("中文字 go", 4) == ["中文", "字 ", "go"]
    assert wrapped("go 中文", 6) == ["go 中", "文"]
    assert wrapped("a\tb\tc", 6) == ["a\tb\t", "c"]


def test_appending_wraps_only_the_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    text = WrappedText(80)
    text.append("To be, or not to be: that is the question. " * 5_000)
    looked_at = []

    def spy(piece: str, width: int) -> list[int]:
        looked_at.append(len(piece))
        return breaks(piece, width)

    monkeypatch.setattr(wrapping, "breaks", spy)
    for _ in range(200):
        text.append("thou ")
    assert max(looked_at) <= 80 + len("thou ")
    text.clear()
    for _ in range(100):
        text.append("\u0301" * 100)  # accents without end take no width
    assert max(looked_at) < 1000


@pytest.mark.parametrize("line", ["\n", "Whether 'tis nobler in the mind to suffer\n"])
def test_memory_beyond_the_text_is_under_six_bytes_a_character(line: str) -> None:
    parts = [line * 1000 for _ in range(400_000 // len(line) // 1000 + 1)]
    size = sum(map(len, parts))
    tracemalloc.start()
    try:
        text = WrappedText(80)
        for part in parts:
            text.append(part)
        here = [tracemalloc.Filter(True, wrapping.__file__)]  # other threads may be running
        allocated = tracemalloc.take_snapshot().filter_traces(here).statistics("filename")
    finally:
        tracemalloc.stop()
    assert len(text) == size
    assert sum(each.size for each in allocated) <= size * (1 + 6)


def test_narrow_characters_are_one_cell_wide() -> None:
    narrow = [chr(code) for code in range(0x11000) if not wrapping._NOT_NARROW.match(chr(code))]
    assert len(narrow) > 1000
    assert {cell_width(visible(character)) for character in narrow} == {1}
    assert "\t" not in narrow


def test_no_control_or_invisible_character_is_shown() -> None:
    ranges = [(0, 0x3400), (0xD7A0, 0xE010), (0xF900, 0x10000), (0x1F000, 0x1FC00)]
    ranges += [(0xE0000, 0xE0200), (0x10FFF0, 0x110000)]
    text = "".join(chr(code) for begin, end in ranges for code in range(begin, end))
    shown = visible(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        category = unicodedata.category(after)
        drawn = cell_len(after) == 1
        assert category not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(before))
        assert category != "Cf" or drawn, hex(ord(before))
        assert cell_len(after) == cell_width(after)
        if cell_len(after) == 0:
            jamo = "HANGUL" in unicodedata.name(after, "")
            assert category[0] == "M" or category == "Sk" or jamo, hex(ord(before))


def test_unsafe_characters_have_glyphs() -> None:
    assert visible("a\x1b[31m\x7f\x9b\x00") == "a␛[31m␡\ufffd␀"
    assert visible("\u202eabc\u200b\ud800") == "·abc·\ufffd"
    assert visible("é ❤ 中 e\u0301 naïve") == "é ❤ 中 e\u0301 naïve"


def test_a_tab_reaches_the_next_tab_stop() -> None:
    stops = [column + tab_cells(column) for column in range(9)]
    assert stops == [4, 4, 4, 4, 8, 8, 8, 8, 12]
    assert all(at <= to for at, to in pairwise(stops))
