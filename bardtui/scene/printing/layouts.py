"""How screenplays and plays are laid out: the blocks of their elements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Protocol

from bardtui.scene.elements import Element, Group, Layout, Line, Run, groups_of
from bardtui.scene.printing.pages import Block
from bardtui.scene.printing.rows import Column, Row, Width, set_rows, spans_of

INCH = 72.0  # points


class Layouter(Protocol):
    """Makes blocks of elements, for pages of one size."""

    top: float  # where the text of a page begins, from the upper edge, in points
    bottom: float  # where it ends, from the lower edge
    body: Column
    size: float
    leading: float
    title_size: float

    def blocks(self, elements: Sequence[Element]) -> Iterator[Block]:
        """Yield the blocks of elements."""


def layouter(layout: Layout, page_width: float, width: Width) -> Layouter:
    """Return what lays out in one of the layouts; `width` measures characters."""
    return Screenplay(width) if layout == "screenplay" else Play(page_width, width)


@dataclass(frozen=True, slots=True)
class _Speech:
    """Where the parts of a speech stand in a screenplay."""

    character: Column
    parenthetical: Column
    dialogue: Column


def _speech(left: float, width: float, aside: float, name: float) -> _Speech:
    return _Speech(
        Column(left + name, width + 0.6 * INCH - name),
        Column(left + aside, width - 2 * aside + 0.3 * INCH, hang=7.2),
        Column(left, width),
    )


class Screenplay:
    """A screenplay as it is submitted: Courier 12, six rows an inch, the usual indents."""

    top, bottom = INCH, INCH
    size = leading = title_size = 12.0
    body = Column(1.5 * INCH, 6 * INCH)
    _one = _speech(2.5 * INCH, 3.5 * INCH, 0.6 * INCH, 1.2 * INCH)
    _two = (
        _speech(1.5 * INCH, 2.8 * INCH, 0.3 * INCH, 0.8 * INCH),
        _speech(4.7 * INCH, 2.8 * INCH, 0.3 * INCH, 0.8 * INCH),
    )
    _numbers = (0.85 * INCH, 7.55 * INCH)

    def __init__(self, width: Width) -> None:
        self._width = width

    def blocks(self, elements: Sequence[Element]) -> Iterator[Block]:
        """Yield the blocks of elements; two speeches side by side are one block."""
        groups = groups_of(elements)
        turn_page = skip = False
        for group, following in zip(groups, [*groups[1:], ()], strict=False):
            if skip:
                skip = False
            elif group[0].kind == "page break":
                turn_page = True
            else:
                skip = group[0].kind == "character" and is_dual(following)
                block = self._pair(group, following) if skip else self._block(group)
                yield replace(block, new_page=turn_page)
                turn_page = False

    def _block(self, group: Group) -> Block:
        first = group[0]
        if first.kind == "character":
            cue = self._rows(cue_of(first), self._one.character)[:1]
            more = self._rows((Run("(MORE)"),), self._one.character)
            again = self._rows(cue_of(first, again=True), self._one.character)
            return Block(
                tuple(self._speech(group, self._one)),
                12,
                12,
                more=more[0] if cue else None,
                again=replace(again[0], keep=True),
            )
        align = {"transition": "right", "centred": "centre"}.get(first.kind, "left")
        column = replace(self.body, align=align)
        rows = [row for line in first.lines for row in self._rows(line, column)]
        if first.number and rows:
            number = spans_of((Run(first.number),), self.size)
            pieces = [(x, number) for x in self._numbers]
            rows[0] = replace(rows[0], pieces=(*rows[0].pieces, *pieces))
        is_heading = first.kind == "heading"
        return Block(tuple(rows), 12, 24 if is_heading else 12, keep_next=is_heading)

    def _pair(self, left: Group, right: Group) -> Block:
        both = (self._speech(group, at) for group, at in zip((left, right), self._two, strict=True))
        rows = (
            Row(tuple(piece for row in pair if row for piece in row.pieces), keep=index == 0)
            for index, pair in enumerate(zip_longest(*both))
        )
        return Block(tuple(rows), 12, 12)

    def _speech(self, group: Group, at: _Speech) -> Iterator[Row]:
        for element in group:
            match element.kind:
                case "character":
                    line, column = cue_of(element), at.character
                case "parenthetical":
                    line, column = element.lines[0], at.parenthetical
                case _:
                    line, column = element.lines[0], at.dialogue
            keep = element.kind in ("character", "parenthetical")
            for row in self._rows(line, column, italic=element.kind == "lyrics"):
                yield replace(row, keep=keep)

    def _rows(self, line: Line, column: Column, *, italic: bool = False) -> list[Row]:
        return set_rows(spans_of(line, self.size, italic=italic), column, self._width)


class Play:
    """A play, prose or verse as a book has it: a serif font, names in small type, which should be
    capitals, directions in italics, and lines of verse that go on indented."""

    top, bottom = 1.1 * INCH, 1.15 * INCH
    size, leading, title_size = 12.0, 15.5, 26.0
    _margin = 1.25 * INCH
    _gap = 9.0  # between blocks
    _indent = 24.0
    _name_size = 10.0  # capitals of this size look like small capitals

    def __init__(self, page_width: float, width: Width) -> None:
        self.body = Column(self._margin, page_width - 2 * self._margin)
        self._width = width

    def blocks(self, elements: Sequence[Element]) -> Iterator[Block]:
        """Yield the blocks of elements. Speeches are one below the other."""
        turn_page = after_prose = False
        for group in groups_of(elements):
            if group[0].kind == "page break":
                turn_page = True
                continue
            prose = group[0].kind == "text" and is_prose(group[0])
            block = self._prose(group[0], after_prose) if prose else self._block(group)
            yield replace(block, new_page=turn_page)
            turn_page, after_prose = False, prose

    def _block(self, group: Group) -> Block:
        first = group[0]
        if first.kind == "character":
            return Block(tuple(self._speech(group)), self.leading, self._gap)
        column, gap, size = self.body, self._gap, self.size
        match first.kind:
            case "heading":
                column, gap, size = replace(column, align="centre"), 2.5 * gap, 13
            case "centred":
                column, gap, size = replace(column, align="centre"), 2.5 * gap, 14
            case "transition":
                column = replace(column, align="right")
            case "action" | "lyrics":
                column = self._indented(column)
            case _:
                column = replace(column, hang=self._indent)
        italic = first.kind in ("action", "lyrics")
        lines = (spans_of(line, size, italic=italic) for line in first.lines)
        rows = [row for line in lines for row in set_rows(line, column, self._width)]
        return Block(tuple(rows), self.leading, gap, keep_next=first.kind == "heading")

    def _prose(self, element: Element, goes_on: bool) -> Block:
        """A paragraph of prose; where one follows another, it is indented instead of set apart."""
        spans = spans_of(unwrapped(element), self.size)
        column = replace(self.body, first=18 if goes_on else 0)
        rows = set_rows(spans, column, self._width)
        return Block(tuple(rows), self.leading, 0 if goes_on else self._gap)

    def _speech(self, group: Group) -> Iterator[Row]:
        name = group[0]
        cue = spans_of(name.lines[0], self._name_size)
        if name.extension:
            cue += spans_of((Run(f" {name.extension}"),), self.size, italic=True)
        for row in set_rows(cue, self.body, self._width):
            yield replace(row, keep=True)
        column = Column(self.body.left + self._indent, self.body.width - self._indent)
        lines = sum(e.kind == "dialogue" for e in group)
        for element in group[1:]:
            is_aside = element.kind == "parenthetical"
            italic = is_aside or element.kind == "lyrics"
            at = self._indented(column) if element.kind == "lyrics" else column
            rows = set_rows(spans_of(element.lines[0], self.size, italic=italic), at, self._width)
            if lines > 1 and len(rows) == 2:  # a line of verse that is too long
                spans = spans_of(element.lines[0], self.size, italic=italic)
                rows = set_rows(spans, replace(at, hang=self._indent), self._width)
            yield from (replace(row, keep=is_aside) for row in rows)

    def _indented(self, column: Column) -> Column:
        return Column(column.left + self._indent, column.width - 2 * self._indent)


def cue_of(character: Element, *, again: bool = False) -> Line:
    """Return the name with its extension; for a speech that goes on, with "(CONT'D)"."""
    extension = character.extension
    if again and "CONT" not in extension.upper():
        extension = f"{extension} (CONT'D)".strip()
    return (*character.lines[0], Run(f" {extension}")) if extension else character.lines[0]


def is_dual(group: Group) -> bool:
    """Return whether a group is a speech beside the one before it."""
    return bool(group) and group[0].kind == "character" and group[0].dual


def is_prose(element: Element) -> bool:
    """Return whether text is prose: one line, or lines that were broken at one width."""
    *lines, last = element.text.split("\n")
    lengths = [len(line.strip()) for line in lines]
    return not lengths or (
        min(lengths) >= 50 and max(lengths) - min(lengths) <= 16 and len(last) <= max(lengths)
    )


def unwrapped(element: Element) -> Line:
    """Return the lines of a paragraph of prose as one."""
    runs = list[Run]()
    for first, *others in filter(None, element.lines):
        runs += [Run(" ")] * bool(runs)
        runs += [replace(first, text=first.text.lstrip()), *others]
    return tuple(runs)
