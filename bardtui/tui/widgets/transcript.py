"""The scene as it is read: a scrolling view that only works on the rows in its window."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.selection import Selection
from textual.strip import Strip

from bardtui.escaping import visible
from bardtui.scene.scene import Author
from bardtui.tui.keys import OwnBindings
from bardtui.tui.marks import MARKS, Mark, Spans, mark_style
from bardtui.tui.passages import Kind, PassageText
from bardtui.tui.wrapping import cell_width, tab_cells

_KEPT_STRIPS = 256  # drawn rows kept; scrolling draws those that come into view
MARK, _NO_MARK, _CURSOR = "▌ ", "  ", "▌"
_TAB = re.compile("\t")
_PARTS = 8  # of a cell; the ends of the scrollbar's thumb are drawn this precisely


def _binding(key: str, action: str, name: str, description: str, tooltip: str) -> Binding:
    return Binding(key, action, description, show=False, tooltip=tooltip, id=f"transcript.{name}")


class Transcript(ScrollView, OwnBindings, can_focus=True, inherit_bindings=False):
    """The passages of a scene as one text.

    At its end, the view follows the text as it grows. A reader who scrolls up stops that and stays
    at the same place, whatever is added and however the terminal is resized, until they are back at
    the end. The text is data: shown without markup, its control characters as visible symbols.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--writer",
        "transcript--model",
        "transcript--cue",
        "transcript--direction",
        "transcript--cursor",
        "transcript--mark",
        "transcript--hint",
        *(f"transcript--{mark}" for mark in MARKS),
    }

    # The colours are roles (see `bardtui.tui.theme`). The scrollbar always takes its column, or the
    # text would be wrapped again when it appears.
    DEFAULT_CSS = """
    Transcript {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .transcript--writer { color: $writer; }
        & > .transcript--model { color: $model; }
        & > .transcript--cue { color: $cue; text-style: bold; }
        & > .transcript--direction { text-style: dim italic; }
        & > .transcript--copied { text-style: underline; }
        & > .transcript--cursor { color: $cue; }
        & > .transcript--mark { color: $writer; }
        & > .transcript--hint { color: $text-disabled; }
        & > .transcript--kept { background: $cue 20%; }
        & > .transcript--surprise-1 { background: $warning 14%; }
        & > .transcript--surprise-2 { background: $warning 26%; }
        & > .transcript--surprise-3 { background: $warning 48%; color: $foreground; }
        & > .transcript--surprise-4 { background: $warning; color: $background; }
        & > .transcript--hit { background: $writer 30%; text-style: underline; }
        & > .transcript--current-hit { text-style: reverse; }
        &:nocolor > .transcript--kept { text-style: bold; }
        &:nocolor > .transcript--surprise-0 { text-style: dim; }
        &:nocolor > .transcript--surprise-2 { text-style: bold; }
        &:nocolor > .transcript--surprise-3 { text-style: underline; }
        &:nocolor > .transcript--surprise-4 { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _binding("up", "scroll_up", "up", "Row up", "Scroll the scene up by a row"),
        _binding("down", "scroll_down", "down", "Row down", "Scroll the scene down by a row"),
        _binding("pageup", "page_up", "page_up", "Page up", "Scroll the scene up by a page"),
        _binding(
            "pagedown", "page_down", "page_down", "Page down", "Scroll the scene down by a page"
        ),
        _binding("home", "scroll_home", "home", "Beginning", "Go to the beginning of the scene"),
        _binding("end", "scroll_end", "end", "End", "Go to the end of the scene and follow it"),
    ]

    writing: reactive[bool] = reactive(False, repaint=False)
    """Whether the text is growing; if so, a cursor stands after its last character."""

    follow: var[bool] = var(True, init=False)
    """Whether the view stays at the end of the text; setting it scrolls there or stops that."""

    class FollowChanged(Message):
        """The view began to follow the end of the text, or stopped."""

        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.follow = follow

    def __init__(
        self, *, max_text_width: int = 80, hint: Sequence[str] = (), id: str | None = None
    ) -> None:
        """An empty transcript: rows of at most `max_text_width` cells, or those of the `hint`."""
        super().__init__(id=id)
        self._hint = hint
        self._max_text_width = max_text_width
        self._text = PassageText(max_text_width)
        self._place = 0  # the first visible character, for a reader who does not follow
        self._settling = False
        self._strips: LRUCache[int, Strip] = LRUCache(_KEPT_STRIPS)
        self._thumb: tuple[int, int] | None = None  # of the scrollbar, as it was drawn last

    # -- the text ----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All passages, as they were given."""
        return self._text.slice(0, len(self._text))

    def set_passages(self, passages: Sequence[tuple[Author, str]]) -> None:
        """Replace everything. A reader who follows goes to the new end, others keep their place."""
        self._clear_own_selection()
        self._text.set_passages(passages)
        self._rows_changed()
        self._settle()
        self._refresh_all()

    def begin_passage(self, author: Author) -> None:
        """Begin a passage by `author`: what is appended from here on. Raises ValueError for an
        unknown author."""
        self._text.begin_passage(author)

    def append(self, text: str) -> None:
        """Extend the last passage. Raises ValueError if there is none.

        The cost depends on the window and on `text`, not on the length of the scene.
        """
        rows, length = self._text.row_count, len(self._text)
        first = self._text.extend_passage(text)
        if not length:
            self._refresh_all()  # the hint disappears
        if self._text.row_count != rows:
            self._rows_changed()
            if self.follow:
                self._settle()
            else:
                self._refresh_thumb()
        self._refresh_rows(first)

    def mark(self, mark: Mark, spans: Spans) -> None:
        """Mark these parts of the text in this way, and no others."""
        if self._text.mark(mark, spans):
            self._refresh_all()

    # -- geometry ----------------------------------------------------------------------------------

    @property
    def text_width(self) -> int:
        """The cells of a row of text, beside the writer's mark and a cell for the cursor."""
        room = self.scrollable_content_region.width - len(MARK) - len(_CURSOR)
        return max(1, min(self._max_text_width, room))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the text again if its width has changed, and keep the reader's place."""
        self._thumb = None  # Textual draws the scrollbar itself now
        if not self.size:  # hidden
            return
        if (width := self.text_width) != self._text.width:
            self._clear_own_selection()
            self._text.rewrap(width)
        self._refresh_all()
        self._rows_changed()
        self._settle()

    def _rows_changed(self) -> None:
        """Set the height that can be scrolled.

        Not by assigning `virtual_size`: that lays out the whole screen, and nothing outside this
        widget depends on how much it holds.
        """
        if not self.size:
            return
        height = max(self._text.row_count, self.container_size.height)
        width = self.scrollable_content_region.width
        self.set_reactive(Transcript.virtual_size, Size(width, height))
        self.vertical_scrollbar.set_reactive(ScrollBar.window_virtual_size, height)

    def _refresh_thumb(self) -> None:
        """Draw the scrollbar again, if its thumb has moved.

        While the end of a long scene is followed, many times a second, it hardly ever moves.
        Textual would draw it each time, which took a third of all drawing.
        """
        if not self.size:
            return
        bar = self.vertical_scrollbar
        drawn = thumb(bar.size.height, bar.window_virtual_size, bar.window_size, bar.position)
        if drawn != self._thumb:
            self._thumb = drawn
            bar.refresh()

    def _refresh_rows(self, first: int) -> None:
        """Draw the visible rows from `first` on again."""
        for row in list(filter(first.__le__, self._strips.keys())):
            self._strips.discard(row)
        top = self.scroll_offset.y
        first, end = max(first, top), min(self._text.row_count, top + self.size.height)
        if first < end:
            self.refresh_lines(first, end - first)

    def _refresh_all(self) -> None:
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self._strips.clear()

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._refresh_all()

    # -- following ---------------------------------------------------------------------------------

    def watch_follow(self, follow: bool) -> None:
        """Post `FollowChanged`, and scroll to the end if that is followed now."""
        self.post_message(self.FollowChanged(follow))
        if follow:
            self._settle()
        else:
            self._remember_place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end if the reader has scrolled there, else remember their place."""
        bar = self.vertical_scrollbar
        # Textual draws the bar when it sets the position itself.
        bar.set_reactive(ScrollBar.position, bar.validate_position(new_value))
        super().watch_scroll_y(old_value, new_value)
        self._refresh_thumb()
        # Between a resize and the wrapping for it, rows are not what the reader sees.
        if not self._settling and self.text_width == self._text.width:
            self._remember_place()
            self.follow = self.is_vertical_scroll_end

    def _remember_place(self) -> None:
        # Textual may scroll beyond the text while the window shrinks.
        row = min(self.scroll_offset.y, self._text.row_count - 1)
        self._place = self._text.row_span(row)[0]

    def _settle(self) -> None:
        """Scroll to the end, or to the text that the reader was reading."""
        if not self.size:
            return
        self._settling = True
        try:
            y = self.max_scroll_y if self.follow else self._text.row_at(self._place)
            self.scroll_to(y=y, force=True)
        finally:
            self._settling = False
        if self.is_vertical_scroll_end:
            self.follow = True
        self._refresh_thumb()

    def scroll_to(
        self, x: float | None = None, y: float | None = None, *, animate: bool = True, **how: Any
    ) -> None:
        """Scroll without animation: text that is added meanwhile would move its end."""
        super().scroll_to(x, y, animate=False, **how)

    def action_scroll_end(self) -> None:
        """Go to the end and follow it."""
        self.follow = True

    # -- drawing -----------------------------------------------------------------------------------

    def watch_writing(self) -> None:
        """Show or hide the cursor."""
        self._refresh_rows(self._text.row_count - 1)

    def render_line(self, y: int) -> Strip:
        """One row of the window, `y` rows from its top."""
        row = self.scroll_offset.y + y
        if (strip := self._strips.get(row)) is None:
            self._strips[row] = strip = self._draw(row)
        return strip

    def _draw(self, row: int) -> Strip:
        width, ground = self.size.width, self.visual_style.rich_style
        if not len(self._text) and row < len(self._hint):
            style = self.get_component_rich_style("transcript--hint")
            hint = Segment(_NO_MARK + self._hint[row], style)
            return Strip([hint]).crop_extend(0, width, ground)
        if row >= self._text.row_count:
            return Strip.blank(width, ground)
        begin, end = self._text.row_span(row)
        text = self._text.slice(begin, end).rstrip("\n")
        authors = self._text.authors(begin, begin + len(text))
        body = Strip(self._segments(row, begin, text, authors))
        if body.cell_length > self._text.width:  # blanks at the end of the row
            body = body.crop(0, self._text.width)
        marked = any(
            author == "writer" and not text[at:to].isspace()
            for (at, author), to in zip(authors.items(), [*authors, len(text)][1:], strict=True)
        )
        style_of = self.get_component_rich_style
        mark = Segment(MARK if marked else _NO_MARK, style_of("transcript--mark"))
        strip = Strip([mark, *body]).apply_offsets(-len(MARK), row)
        if self.writing and row == self._text.row_count - 1:
            strip = Strip([*strip, Segment(_CURSOR, style_of("transcript--cursor"))])
        return strip.crop_extend(0, width, ground)

    def _segments(
        self, row: int, begin: int, text: str, authors: dict[int, Author]
    ) -> Iterator[Segment]:
        """The `text` of a row that begins at offset `begin`, in its colours."""
        kinds = self._text.kinds(begin, text)
        first, end = self._selected(row, len(text))
        highlight = self.screen.get_component_rich_style("screen--selection")
        if highlight.color == highlight.bgcolor:  # the theme means the text's own colour
            highlight = Style(bgcolor=highlight.bgcolor)
        tabs = (at for tab in _TAB.finditer(text) for at in tab.span())
        row_shown = visible(text, keep="\t")  # as a whole: a glyph may depend on the one before
        changes = self._text.marks(begin, len(text))
        column = 0
        author: Author = "model"
        kind: Kind = "speech"
        marks: list[Mark] = []
        for at, to in pairwise(sorted({*authors, *kinds, first, end, *tabs, *changes, len(text)})):
            author, kind = authors.get(at, author), kinds.get(at, kind)
            marks = changes.get(at, marks)
            style = self._style(author, kind)
            for mark in marks:
                style += mark_style(self, mark)
            if first <= at < end:
                style += highlight
            shown = " " * tab_cells(column) if text[at] == "\t" else row_shown[at:to]
            column += cell_width(shown)
            yield Segment(shown, style)

    def _style(self, author: Author, kind: Kind) -> Style:
        style = self.get_component_rich_style(f"transcript--{author}")
        if kind == "speech":
            return style
        addition = self.get_component_rich_style(f"transcript--{kind}", partial=True)
        # The writer's cues are bold, but keep the writer's colour.
        return style + (addition.without_color if author == "writer" else addition)

    # -- selecting ---------------------------------------------------------------------------------

    def _selected(self, row: int, length: int) -> tuple[int, int]:
        """The selected span of a row with `length` characters; empty where nothing is."""
        selection = self.text_selection
        span = None if selection is None else selection.get_span(row)
        if span is None:
            return 0, 0
        start, end = span
        return max(0, min(start, length)), length if end < 0 else min(end, length)

    def _offset(self, place: Offset) -> int:
        begin, end = self._text.row_span(min(place.y, self._text.row_count - 1))
        return max(begin, min(begin + place.x, end))

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """The selected text as it was given, with rows joined and without visible symbols."""
        begin = 0 if selection.start is None else self._offset(selection.start)
        end = len(self._text) if selection.end is None else self._offset(selection.end)
        return self._text.slice(begin, end), "\n"

    def _clear_own_selection(self) -> None:
        """Clear a selection in this text before its rows change."""
        if self.is_mounted and self.text_selection is not None:
            self.screen.clear_selection()


def thumb(size: int, virtual: float, window: float, position: float) -> tuple[int, int] | None:
    """Where the thumb begins and ends, in eighths of a cell, in a scrollbar of `size` cells.

    None if there is nothing to scroll. The arithmetic is that of Textual's `ScrollBarRender`.
    """
    virtual, window = ceil(virtual), ceil(window if window < virtual else 0)
    if not (window and size) or size == virtual:
        return None
    length = max(1, window / (virtual / size))
    begin = int((size - length) * (position / (virtual - window)) * _PARTS)
    return begin, begin + ceil(length * _PARTS)
