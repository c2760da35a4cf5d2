"""The transcript of the scene, with a cursor to edit, copy or cut at any character."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from bardtui.escaping import visible
from bardtui.scene.find import next_cue, speaker_at
from bardtui.scene.scene import Author
from bardtui.tui.keys import OwnBindings
from bardtui.tui.widgets.transcript import MARK, Transcript
from bardtui.tui.wrapping import cell_width, tab_cells

_REVERSED = Style(reverse=True)


def _move(keys: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, tooltip, show=False, tooltip=tooltip, id=f"transcript.{name}")


def _act(key: str, action: str, name: str, short: str, tooltip: str) -> Binding:
    return Binding(key, f"screen.{action}", short, tooltip=tooltip, id=f"transcript.{name}")


class SceneView(Transcript, OwnBindings, can_focus=True, inherit_bindings=False):
    """A transcript with a cursor, which is shown while the widget has the focus.

    Scrolling moves the cursor, so that it is always in view. At the end of the text it stays at the
    end as the text grows. The actions at the cursor are the screen's.
    """

    BINDING_GROUP_TITLE = "The transcript"
    BINDINGS: ClassVar[list[BindingType]] = [
        _act("enter", "cut_here", "cut", "Go on here", "Cut the scene here and go on"),
        _act("e", "edit", "edit", "Edit", "Edit the passage at the cursor"),
        Binding(
            "ctrl+r",
            "screen.retry_here",
            "Retry",
            id="stage.retry",
            tooltip="Write another take of the reply at the cursor",
        ),
        Binding(
            "ctrl+t",
            "screen.take_here",
            "Take",
            id="stage.take",
            tooltip="Show the next take of the reply at the cursor",
        ),
        _act("a", "alternatives", "others", "Others", "Show what else the model might write here"),
        _act("s", "surprising", "surprising", "Surprise", "To the least expected character"),
        _act("ctrl+k", "keep", "keep", "Keep", "Mark the selection or paragraph as one to keep"),
        _act("y", "copy_passage", "copy", "Copy", "Copy the passage at the cursor"),
        _act("Y", "copy_scene", "copy_scene", "Copy all", "Copy the whole scene"),
        _move("ctrl+down", "speech(1)", "next_speech", "To the next speech"),
        _move("ctrl+up", "speech(-1)", "previous_speech", "To the speech before"),
        _move("alt+down", "speaker(1)", "speaker_next", "To the speaker's next speech"),
        _move("alt+up", "speaker(-1)", "speaker_previous", "To the speaker's speech before"),
        _move("up", "rows(-1)", "up", "Row up"),
        _move("down", "rows(1)", "down", "Row down"),
        _move("left", "characters(-1)", "left", "Character back"),
        _move("right", "characters(1)", "right", "Character forward"),
        _move("home", "row_start", "home", "To the start of the row"),
        _move("end", "row_end", "end", "To the end of the row"),
        _move("pageup", "pages(-1)", "page_up", "Page up"),
        _move("pagedown", "pages(1)", "page_down", "Page down"),
        _move("ctrl+home", "text_start", "start", "To the beginning of the scene"),
        _move("ctrl+end", "text_end", "follow", "To the end of the scene, and follow it"),
    ]

    class CursorMoved(Message):
        """The cursor has moved, appeared or vanished."""

    class WindowMoved(Message):
        """Another part of the text shows."""

    def __init__(
        self, *, max_text_width: int = 80, hint: Sequence[str] = (), id: str | None = None
    ) -> None:
        super().__init__(max_text_width=max_text_width, hint=hint, id=id)
        self._cursor: int | None = None  # an offset; None is the end, also as the text grows
        self._column: int | None = None  # in cells; moving by rows keeps it

    @property
    def chosen(self) -> tuple[int, int]:
        """The offsets of the selected text, or else of the paragraph at the cursor."""
        if (selection := self.text_selection) is not None and selection.start and selection.end:
            return self._offset(selection.start), self._offset(selection.end)
        text, cursor = self.text, min(self.cursor, len(self.text.rstrip("\n")))
        begin = text.rfind("\n\n", 0, cursor)
        end = text.find("\n\n", max(cursor - 1, 0))
        return begin + 2 if begin >= 0 else 0, end if end >= 0 else len(text.rstrip("\n"))

    @property
    def cursor(self) -> int:
        """The offset of the character under the cursor; at the end, the length of the text."""
        return len(self._text) if self._cursor is None else self._cursor

    @property
    def window(self) -> tuple[int, int]:
        """The offsets of the text that shows."""
        top = min(self.scroll_offset.y, self._text.row_count - 1)
        last = min(top + max(1, self.size.height), self._text.row_count) - 1
        return self._text.row_span(top)[0], self._text.row_span(last)[1]

    def set_passages(self, passages: Sequence[tuple[Author, str]]) -> None:
        """Replace everything. The cursor keeps its offset, if the text is long enough."""
        super().set_passages(passages)
        if self._cursor is not None and self._cursor >= len(self._text):
            self._cursor = None
        self._keep_in_view()
        self.post_message(self.WindowMoved())

    # -- moving ------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked character."""
        if (place := event.get_content_offset(self)) is not None and len(self._text):
            row = min(self.scroll_offset.y + place.y, self._text.row_count - 1)
            self._go(self._offset_in(row, place.x - len(MARK)))

    def action_rows(self, rows: int) -> None:
        row = self._row + rows
        column = self._cells_before(self.cursor) if self._column is None else self._column
        if row < 0:
            self._go(0)
        elif row >= self._text.row_count:
            self._go(len(self._text))
        else:
            self._go(self._offset_in(row, column), column)

    def action_pages(self, pages: int) -> None:
        """Move the text and the cursor by pages; from the last row, to the end."""
        rows, top, here = pages * max(1, self.size.height), self.scroll_offset.y, self._row
        last = self._text.row_count - 1
        self.action_rows(rows if here == last else max(0, min(here + rows, last)) - here)
        if self._cursor is not None:
            self.scroll_to(y=top + rows)

    def action_characters(self, characters: int) -> None:
        """Move by characters, and past those without a width."""
        offset = self.cursor + characters
        while 0 < offset < len(self._text) and not self._cells(offset):
            offset += characters
        self._go(offset)

    def action_row_start(self) -> None:
        self._go(self._text.row_span(self._row)[0])

    def action_row_end(self) -> None:
        self._go(self._last_in(self._row))

    def action_text_start(self) -> None:
        self._go(0)

    def action_text_end(self) -> None:
        self._go(len(self._text))

    def action_speech(self, direction: int) -> None:
        """Move to the next cue, or to the one before."""
        self._go_to_cue(direction, "")

    def action_speaker(self, direction: int) -> None:
        """Move to another cue of the one who speaks at the cursor."""
        self._go_to_cue(direction, speaker_at(self.text, self.cursor))

    def _go_to_cue(self, direction: int, speaker: str) -> None:
        cue = next_cue(self.text, self.cursor, back=direction < 0, speaker=speaker)
        if cue is not None:
            self.go_to(cue)

    def go_to(self, offset: int) -> None:
        """Move the cursor to a character, with some rows around it in view."""
        row, height = self._text.row_at(min(offset, len(self._text))), self.size.height
        if not self.scroll_offset.y < row < self.scroll_offset.y + height - 1:
            self.scroll_to(y=row - height // 3)
        self._go(offset)  # scrolling to the end would move the cursor there

    def _go(self, offset: int, column: int | None = None) -> None:
        """Move the cursor, and scroll it into view."""
        before = self._row
        self._cursor = None if offset >= len(self._text) else max(0, offset)
        self._column = column
        row, top, height = self._row, self.scroll_offset.y, max(1, self.size.height)
        if self._cursor is None:
            self.follow = True
        elif row < top or row >= top + height:
            self.scroll_to(y=row if row < top else row - height + 1)
        elif self.writing:
            self.follow = False  # the text under the cursor stays in place
        for changed in {before, row}:
            self._refresh_row(changed)
        self.post_message(self.CursorMoved())

    def _refresh_row(self, row: int) -> None:
        self._strips.discard(row)
        if 0 <= row - self.scroll_offset.y < self.size.height:
            self.refresh_lines(row)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Move the cursor into view."""
        super().watch_scroll_y(old_value, new_value)
        self._keep_in_view()
        self.post_message(self.WindowMoved())

    def on_resize(self, event: events.Resize) -> None:
        """Tell of the new window; the base class wraps the text before that is heard."""
        self.post_message(self.WindowMoved())

    def _keep_in_view(self) -> None:
        """Move the cursor to the nearest visible row.

        Without the focus, it goes to the end if the end is followed.
        """
        if not self.size:
            return
        if self.follow and not self.has_focus:
            self._cursor = None
        top = self.scroll_offset.y
        row = max(top, min(self._row, top + self.size.height - 1, self._text.row_count - 1))
        if row != self._row:
            self._cursor = self._offset_in(row, self._column or 0)
            self._refresh_all()

    # -- positions ---------------------------------------------------------------------------------

    @property
    def _row(self) -> int:
        return self._text.row_at(self.cursor)

    def _cells(self, offset: int) -> int:
        """The width of the character at an offset; 1 for a tab or newline, 0 at the end."""
        begin, shown = self._shown(self._text.row_at(offset))
        glyph = shown[offset - begin : offset - begin + 1]
        return 1 if glyph == "\t" else cell_width(glyph)

    def _shown(self, row: int) -> tuple[int, str]:
        """Where a row begins, and its text as it is shown; a newline is shown as a glyph."""
        begin, end = self._text.row_span(row)
        return begin, visible(self._text.slice(begin, end), keep="\t")

    def _last_in(self, row: int) -> int:
        """The last offset in a row that the cursor can have."""
        begin, shown = self._shown(row)
        if row == self._text.row_count - 1:
            return begin + len(shown)
        at = len(shown) - 1
        while at > 0 and not self._cells(begin + at):
            at -= 1
        return begin + at

    def _cells_before(self, offset: int) -> int:
        """The cells in its row before a character."""
        begin, shown = self._shown(self._text.row_at(offset))
        column = 0
        for glyph in shown[: offset - begin]:
            column += tab_cells(column) if glyph == "\t" else cell_width(glyph)
        return column

    def _offset_in(self, row: int, column: int) -> int:
        """The offset of the character in a column of a row, or of the last one."""
        begin, shown = self._shown(row)
        last = self._last_in(row)
        covered = 0
        for at, glyph in enumerate(shown[: last - begin], begin):
            covered += tab_cells(covered) if glyph == "\t" else cell_width(glyph)
            if covered > column:
                return at
        return last

    # -- drawing -----------------------------------------------------------------------------------

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show or hide the cursor."""
        super().watch_has_focus(has_focus)
        self._refresh_row(self._row)
        self.post_message(self.CursorMoved())

    def _draw(self, row: int) -> Strip:
        strip = super()._draw(row)
        if not (self.has_focus and len(self._text) and row == self._row):
            return strip
        cursor = self.cursor
        if self.writing and cursor == len(self._text):
            return strip  # the cursor of the growing text is there
        x = len(MARK) + min(self._cells_before(cursor), self._text.width)
        width = max(1, self._cells(cursor))
        parts = (strip.crop(0, x), strip.crop(x, x + width), strip.crop(x + width))
        return Strip.join([parts[0], parts[1].apply_style(_REVERSED), parts[2]])
