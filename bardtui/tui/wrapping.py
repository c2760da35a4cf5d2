"""Greedy word wrap of a text that grows at its end.

A row ends before the first character that does not fit, or after a newline. Nothing after that
character can change the row, so appended text only changes the last row, and the cost of wrapping
it does not depend on the text before.

A character is as wide as its visible glyph (see `bardtui.escaping.visible`), whatever follows it:
the sum of these widths is never less than what a terminal uses for a sequence.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from rich.cells import get_character_cell_size

from bardtui.escaping import visible

TAB_STOP = 4  # cells
_CHUNK = 4096  # characters that an append may copy, or that an emoji may make four bytes wide
_PIECE = 1 << 16  # characters wrapped at a time
_BLANKS = " \t"

# Characters of one cell: Latin, Greek, Cyrillic, dashes, quotation marks, and control
# characters, whose glyphs have one. A tab is not among them.
_NARROW = r"\x00-\x08\n-\u02ff\u0370-\u0482\u2000-\u206f"
_NOT_NARROW = re.compile(f"[^{_NARROW}]")


class _Cells(dict[str, int]):
    """The width of each glyph in cells, looked up once."""

    def __missing__(self, glyph: str) -> int:
        self[glyph] = cells = get_character_cell_size(glyph)
        return cells


_CELLS = _Cells()


def cell_width(shown: str) -> int:
    """The cells of visible text without tabs; a terminal uses no more."""
    return sum(map(_CELLS.__getitem__, shown))


def tab_cells(column: int) -> int:
    """The cells of a tab that starts in `column` of its row."""
    return TAB_STOP - column % TAB_STOP


def breaks(text: str, width: int) -> list[int]:
    """The offsets at which the rows after the first begin; `text` begins with a row.

    Rows are at most `width` cells wide (at least 1), without the blanks at their end. A single
    wider glyph has a row of its own. The newline belongs to its row. Words longer than a row are
    cut, and so are long rows of characters without a width. A row can end between two wide
    characters (Chinese, emoji).
    """
    if (text.isascii() and "\t" not in text) or _NOT_NARROW.search(text) is None:
        return _narrow_breaks(text, width)
    text = visible(text, keep="\n\t")
    rows: list[int] = []
    begin = 0
    while True:
        newline = text.find("\n", begin)
        end = len(text) if newline < 0 else newline
        narrow = _NOT_NARROW.search(text, begin, end) is None
        if not narrow or end - begin > width:
            rows.extend(_line_breaks(text, begin, end, width, narrow))
        if newline < 0:
            return rows
        begin = newline + 1
        rows.append(begin)


def _narrow_breaks(text: str, width: int) -> list[int]:
    """The same if every character has one cell.

    Only lines longer than a row are wrapped one by one. A play has few of them, which makes a
    resize of a long one fast.
    """
    lengths = [len(line) for line in text.split("\n")]
    begins = [0, *accumulate([length + 1 for length in lengths])]
    rows: list[int] = []
    done = 1
    for line in [line for line, length in enumerate(lengths) if length > width]:
        rows += begins[done : line + 1]
        rows += _line_breaks(text, begins[line], begins[line] + lengths[line], width, True)
        done = line + 1
    return rows + begins[done:-1]


def _line_breaks(text: str, begin: int, end: int, width: int, narrow: bool) -> Iterator[int]:
    """The offsets at which the rows after the first begin in the line `text[begin:end]`."""
    while True:
        stop = begin + width if narrow else _overflow(text, begin, end, width)
        if stop < end:
            stop = _break(text, begin, stop, min(end, begin + _longest_row(width)), narrow)
        if stop >= end:
            return
        yield stop
        begin = stop


def _longest_row(width: int) -> int:
    """The most characters in a row, where blanks at the end and accents have no width."""
    return 4 * width + 64


def _overflow(text: str, begin: int, end: int, width: int) -> int:
    """The offset of the first character that does not fit in the row; `end` if all fit."""
    column = 0
    limit = min(end, begin + _longest_row(width))
    for at in range(begin, limit):
        character = text[at]
        column += tab_cells(column) if character == "\t" else _CELLS[character]
        if column > width and at > begin:
            return at
    return limit


def _break(text: str, begin: int, stop: int, limit: int, narrow: bool) -> int:
    """The end of the row at `begin`, if `text[stop]` does not fit in it."""
    if text[stop] in _BLANKS:
        while stop < limit and text[stop] in _BLANKS:
            stop += 1
        return stop
    if narrow:
        blank = text.rfind(" ", begin, stop)
        return stop if blank < 0 else blank + 1
    for at in range(stop, begin, -1):
        before, after = _CELLS[text[at - 1]], _CELLS[text[at]]
        if text[at - 1] in _BLANKS or after == 2 or (before == 2 and after):
            return at
    return stop


class WrappedText:
    """A growing text and the offsets of its rows.

    Offsets are in characters; rows are counted from 0. An empty text has one row, and a text that
    ends in a newline has an empty last row. The offsets take four bytes a row.
    """

    def __init__(self, width: int) -> None:
        """An empty text, wrapped at `width` cells."""
        self._width = width
        self.clear()

    def clear(self) -> None:
        """Remove the text."""
        self._chunks = [""]  # all are full except the last, which never is
        self._starts = array("I", [0])

    def __len__(self) -> int:
        return (len(self._chunks) - 1) * _CHUNK + len(self._chunks[-1])

    @property
    def width(self) -> int:
        """The width of a row in cells."""
        return self._width

    @property
    def row_count(self) -> int:
        """The number of rows, at least 1."""
        return len(self._starts)

    def append(self, text: str) -> None:
        """Extend the text. Of the existing rows, only the last can change."""
        tail = self._chunks.pop() + text
        self._chunks.extend(tail[at : at + _CHUNK] for at in range(0, len(tail) + 1, _CHUNK))
        self._wrap()

    def cut(self, length: int) -> None:
        """Shorten the text to its first `length` characters.

        The line that is cut is wrapped again, since its rows may end elsewhere now.
        """
        last = min(length, len(self)) // _CHUNK
        self._chunks[last:] = [self._chunks[last][: length - last * _CHUNK]]
        row = self.row_at(length)
        while row and self.slice(self._starts[row] - 1, self._starts[row]) != "\n":
            row -= 1
        del self._starts[row + 1 :]
        self._wrap()

    def rewrap(self, width: int) -> None:
        """Wrap all of the text at another width."""
        self._width = width
        self._starts = array("I", [0])
        self._wrap()

    def _wrap(self) -> None:
        piece_size = _PIECE + _longest_row(self._width)
        while True:
            begin = self._starts[-1]
            piece = self.slice(begin, begin + piece_size)
            self._starts.extend([begin + at for at in breaks(piece, self._width)])
            if begin + len(piece) >= len(self):
                return

    def slice(self, begin: int, end: int) -> str:
        """The text from `begin` up to `end`, or to its own end."""
        chunks = self._chunks[begin // _CHUNK : end // _CHUNK + 1]
        skip = begin % _CHUNK
        return "".join(chunks)[skip : skip + end - begin]

    def row_span(self, row: int) -> tuple[int, int]:
        """The start and end offsets of a row."""
        last = row + 1 == len(self._starts)
        return self._starts[row], len(self) if last else self._starts[row + 1]

    def row_at(self, offset: int) -> int:
        """The row of the character at `offset`; beyond the end, the last row."""
        return bisect_right(self._starts, offset) - 1
