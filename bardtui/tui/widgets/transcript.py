"""The scene as it is read: a scrolling view whose work depends on the window, not on the length."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from bardtui.escaping import shared_length, visible
from bardtui.scene.scene import Author
from bardtui.scene.script import MAX_CUE_LENGTH
from bardtui.tui.rowkinds import Kind, kinds_in
from bardtui.tui.widgets.stillbar import StillBar
from bardtui.tui.wrapping import WrappedText, cell_width, tab_cells

_KEPT_STRIPS = 256  # rows kept as drawn; scrolling draws those that come into view
MARK, _NO_MARK, _CURSOR = "▌ ", "  ", "▌"
_TAB = re.compile("\t")


def _binding(key: str, action: str, name: str, description: str, tooltip: str) -> Binding:
    return Binding(key, action, description, show=False, tooltip=tooltip, id=f"transcript.{name}")


class Transcript(ScrollView, can_focus=True, inherit_bindings=False):
    """Passages of the writer's and the model's, one text, read from its first row to its last.

    At the end it follows what is written. A reader who scrolls up lets go and stays at the same
    text, whatever is added and however the terminal is resized, until they are back at the end.
    The text is data: shown without markup, its control characters as glyphs.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--writer",
        "transcript--model",
        "transcript--cue",
        "transcript--direction",
        "transcript--cursor",
        "transcript--mark",
        "transcript--hint",
    }

    # The colours are roles (see `bardtui.tui.theme`). The scrollbar always has its place, so that
    # its coming never re-wraps the text.
    DEFAULT_CSS = """
    Transcript {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .transcript--writer { color: $writer; }
        & > .transcript--model { color: $model; }
        & > .transcript--cue { color: $cue; text-style: bold; }
        & > .transcript--direction { text-style: dim italic; }
        & > .transcript--cursor { color: $cue; }
        & > .transcript--mark { color: $writer; }
        & > .transcript--hint { color: $text-disabled; }
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
    """Whether the text is growing: shows a cursor after its last character."""

    follow: var[bool] = var(True, init=False)
    """Whether the view stays at the end of the text. Setting it goes there, or lets go."""

    class FollowChanged(Message):
        """The view began to follow the end of the text, or let go of it."""

        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.follow = follow

    def __init__(
        self, *, max_text_width: int = 80, hint: Sequence[str] = (), id: str | None = None
    ) -> None:
        """An empty transcript whose rows of text are at most `max_text_width` cells wide.

        `hint` are the rows shown while there is no text.
        """
        super().__init__(id=id)
        self._hint = hint
        self._max_text_width = max_text_width
        self._text = WrappedText(max_text_width)
        self._passage_starts = array("Q")  # one entry a passage, in the order of the text
        self._passage_authors: list[Author] = []
        self._place = 0  # the first character a reader who let go sees
        self._settling = False
        self._strips: LRUCache[int, Strip] = LRUCache(_KEPT_STRIPS)

    # -- the text ----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All passages, as they were given."""
        return self._text.slice(0, len(self._text))

    def set_passages(self, passages: Sequence[tuple[Author, str]]) -> None:
        """Replace everything. A reader who follows is at the new end, another stays in place.

        Only what differs from the text so far is wrapped.
        """
        self._forget_selection()
        texts = [text for _, text in passages]
        self._passage_authors = [author for author, _ in passages]
        self._passage_starts = array("Q", [*accumulate(map(len, texts), initial=0)][:-1])
        whole = "".join(texts)
        same = shared_length(self.text, whole)
        self._text.cut(same)
        self._text.append(whole[same:])
        self._rows_changed()
        self._settle()
        self._refresh_all()

    def begin_passage(self, author: Author) -> None:
        """Let what is appended from here on be a new passage, by `author`."""
        if author not in get_args(Author):
            raise ValueError(f"no such author: {author!r}")
        self._passage_starts.append(len(self._text))
        self._passage_authors.append(author)

    def append(self, text: str) -> None:
        """Extend the last passage.

        What it costs depends on the window and on `text`, not on what stands there already.

        Raises ValueError if no passage was begun.
        """
        if not self._passage_authors:
            raise ValueError("text without a passage")
        if not len(self._text):
            self._refresh_all()  # the hint goes
        rows, first = self._text.row_count, self._first_row_open_to_change()
        self._text.append(text)
        if self._text.row_count != rows:
            self._rows_changed()
            if self.follow:
                self._settle()
            else:
                self.vertical_scrollbar.moved()
        self._refresh_rows(first)

    def _first_row_open_to_change(self) -> int:
        """Where rows may look different once text is added.

        The last row grows. A cue stands out in all rows of its line, and the line may become one
        or cease to be one.
        """
        end = len(self._text)
        begin = max(0, end - MAX_CUE_LENGTH - 1)
        newline = self._text.slice(begin, end).rfind("\n")
        return self._text.row_at(begin + newline + 1 if newline >= 0 or begin == 0 else end)

    # -- geometry ----------------------------------------------------------------------------------

    @property
    def text_width(self) -> int:
        """Cells for a row of text: beside it are the mark, and a cell for the cursor."""
        room = self.scrollable_content_region.width - len(MARK) - len(_CURSOR)
        return max(1, min(self._max_text_width, room))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the text anew if its width has changed, and keep the reader's place."""
        if not self.size:  # hidden
            return
        if (width := self.text_width) != self._text.width:
            self._forget_selection()
            self._text.rewrap(width)
        self._refresh_all()
        self._rows_changed()
        self._settle()

    @property
    def vertical_scrollbar(self) -> StillBar:
        """Made when it is first asked for, as Textual makes its own."""
        bar = self._vertical_scrollbar
        if not isinstance(bar, StillBar):
            bar = StillBar(name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self._vertical_scrollbar = bar
            self.app._start_widget(self, bar)
        return bar

    def _rows_changed(self) -> None:
        """Tell the scrollbar of the rows there are.

        Not by assigning `virtual_size`: that lays out the whole screen, and nothing outside this
        widget depends on how much it holds.
        """
        if not self.size:
            return
        height = max(self._text.row_count, self.container_size.height)
        width = self.scrollable_content_region.width
        self.set_reactive(Transcript.virtual_size, Size(width, height))
        # Looked at once it is known, too, where the view comes to be.
        self.vertical_scrollbar.set_reactive(StillBar.window_virtual_size, height)

    def _refresh_rows(self, first: int) -> None:
        """Draw the rows from `first` on again, those that are in view."""
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
        """Say so; and go to the end if that is what is to be followed."""
        self.post_message(self.FollowChanged(follow))
        if follow:
            self._settle()
        else:
            self._remember_place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end if that is where the reader went, else remember where they are."""
        super().watch_scroll_y(old_value, new_value)
        # Between a new size and the wrapping for it, rows are not what the reader sees.
        if not self._settling and self.text_width == self._text.width:
            self._remember_place()
            self.follow = self.is_vertical_scroll_end

    def _remember_place(self) -> None:
        self._place = self._text.row_span(self.scroll_offset.y)[0]

    def _settle(self) -> None:
        """Bring the view to where it belongs: the end, or the text the reader was reading."""
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
        self.vertical_scrollbar.moved()

    def scroll_to(
        self, x: float | None = None, y: float | None = None, *, animate: bool = True, **how: Any
    ) -> None:
        """Scroll, at once: while text is added, the end of an animation would have moved."""
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
        authors = self._authors(begin, begin + len(text))
        body = Strip(self._segments(row, begin, text, authors))
        if body.cell_length > self._text.width:  # blanks hanging over
            body = body.crop(0, self._text.width)
        marked = any(
            author == "writer" and not text[at:to].isspace()
            for (at, author), to in zip(authors.items(), [*authors, len(text)][1:], strict=True)
        )
        mark = Segment(
            MARK if marked else _NO_MARK, self.get_component_rich_style("transcript--mark")
        )
        strip = Strip([mark, *body]).apply_offsets(-len(MARK), row)
        if self.writing and row == self._text.row_count - 1:
            strip = Strip(
                [*strip, Segment(_CURSOR, self.get_component_rich_style("transcript--cursor"))]
            )
        return strip.crop_extend(0, width, ground)

    def _segments(
        self, row: int, begin: int, text: str, authors: dict[int, Author]
    ) -> Iterator[Segment]:
        """The `text` of a row that begins at offset `begin`, in its colours."""
        kinds = kinds_in(self._text, begin, text)
        first, end = self._selected(row, len(text))
        highlight = self.screen.get_component_rich_style("screen--selection")
        tabs = (at for tab in _TAB.finditer(text) for at in tab.span())
        row_shown = visible(text, keep="\t")  # as a whole: a glyph may depend on the one before
        column = 0
        author: Author = "model"
        kind: Kind = "speech"
        for at, to in pairwise(sorted({*authors, *kinds, first, end, *tabs, len(text)})):
            author, kind = authors.get(at, author), kinds.get(at, kind)
            style = self._style(author, kind)
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
        # The writer's cues stand out, but keep the writer's colour.
        return style + (addition.without_color if author == "writer" else addition)

    def _authors(self, begin: int, end: int) -> dict[int, Author]:
        """Where, counted from `begin`, each author's text begins between two offsets."""
        authors: dict[int, Author] = {}
        passage = bisect_right(self._passage_starts, begin) - 1
        while begin < end and passage < len(self._passage_starts):
            if (at := self._passage_starts[passage]) >= end:
                break
            authors[max(0, at - begin)] = self._passage_authors[passage]
            passage += 1
        return authors

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
        """The selected text as it was written: rows are joined, characters are not replaced."""
        begin = 0 if selection.start is None else self._offset(selection.start)
        end = len(self._text) if selection.end is None else self._offset(selection.end)
        return self._text.slice(begin, end), "\n"

    def _forget_selection(self) -> None:
        """Drop a selection of this text: its rows are going to be others."""
        if self.is_mounted and self.text_selection is not None:
            self.screen.clear_selection()
