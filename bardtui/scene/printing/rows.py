"""Rows of print: lines of text, wrapped to a width."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from bardtui.scene.elements import Line, Run

Width = Callable[[str, Run, float], float]
"""The width of a character in points, in the style of a run and in a size."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a row in one style and size."""

    run: Run
    size: float


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at one height: spans, and where they begin, in points from the left edge.

    `keep` means that a page does not end with this row.
    """

    pieces: tuple[tuple[float, Spans], ...]
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Where a paragraph stands: distance from the left edge and width, in points.

    The first row begins `first` points further to the right, the others `hang`.
    """

    left: float
    width: float
    first: float = 0
    hang: float = 0
    align: str = "left"  # or "right" or "centre"


def spans_of(line: Line, size: float, *, italic: bool = False, bold: bool = False) -> Spans:
    """Return a line in a size. A style that a paragraph has anyway is turned off by its runs."""
    return tuple(
        Span(replace(run, italic=run.italic != italic, bold=run.bold or bold), size) for run in line
    )


def set_rows(spans: Spans, column: Column, width: Width) -> list[Row]:
    """Return the rows of a line in a column; one empty row if it is empty."""
    rows = list[Row]()
    indent = column.first
    for row in _wrapped(spans, column, width):
        spare = column.width - indent - sum(_widths(row, width))
        before = {"left": 0.0, "centre": spare / 2, "right": spare}[column.align]
        rows.append(Row(((column.left + indent + before, row),)))
        indent = column.hang
    return rows


def _wrapped(spans: Spans, column: Column, width: Width) -> Iterator[Spans]:
    characters = [(c, span, width(c, span.run, span.size)) for span in spans for c in span.run.text]
    start, room, used, good = 0, column.width - column.first, 0.0, 0
    at = 0
    while at < len(characters):
        character, _, wide = characters[at]
        if used + wide > room + 0.01 and character != " " and at > start:
            end = good if good > start else at
            yield _joined(characters[start:end])
            start = end
            while start < len(characters) and characters[start][0] == " ":
                start += 1
            at, room, used, good = start, column.width - column.hang, 0.0, start
            continue
        used += wide
        at += 1
        if character == " " or (character == "-" and at - start > 1) or _is_wide(character):
            good = at
    yield _joined(characters[start:])


def _joined(characters: list[tuple[str, Span, float]]) -> Spans:
    """Characters as spans, without the spaces at the end."""
    while characters and characters[-1][0] == " ":
        characters.pop()
    spans = list[Span]()
    for (run, size), group in groupby(characters, key=lambda entry: _style(entry[1])):
        text = "".join(character for character, _, _ in group)
        spans.append(Span(replace(run, text=text), size))
    return tuple(spans)


def _style(span: Span) -> tuple[Run, float]:
    return replace(span.run, text=""), span.size


def _widths(spans: Spans, width: Width) -> Iterator[float]:
    return (width(c, span.run, span.size) for span in spans for c in span.run.text)


def _is_wide(character: str) -> bool:
    """Whether a row may end after a character: one of Chinese or Japanese."""
    return character > "\u2e80" and unicodedata.east_asian_width(character) in "WF"
