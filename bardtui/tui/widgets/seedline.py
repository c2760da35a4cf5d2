"""The line the writer types: grows to five rows, sends on Enter, remembers what it sent."""

import re
from dataclasses import replace

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from bardtui.tui.glyphs import visible

LIMIT = 20_000
"""The most characters the line holds. The widget lays out all it holds at every key."""

_REMEMBERED = 200
_LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")
# What steers a terminal or turns the reading direction. Joiners stay: emoji and scripts need them.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class SeedLine(TextArea):
    """An editor for one line or a few: Enter sends, Ctrl+J begins a new row.

    Control characters in pasted text become the glyphs they are shown as, so that what is sent is
    what was seen. Up on the first row and down on the last walk through the lines sent before; a
    line that was begun, or changed, meanwhile is kept below the newest.
    """

    DEFAULT_CSS = """
    SeedLine {
        height: auto;
        min-height: 3;
        max-height: 7;
        padding: 0 1;
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
        background: transparent;
        scrollbar-size-vertical: 1;
        & .text-area--placeholder { color: $text-disabled; }
        &:dark .text-area--cursor, &:light .text-area--cursor {
            color: $input-cursor-foreground;
            background: $input-cursor-background;
        }
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
    }
    """

    BINDINGS = [
        Binding("ctrl+j,shift+enter,alt+enter", "new_row", "New row", show=False),
        Binding("ctrl+z", "undo", "Undo", tooltip="Take back typing, or the last exchange"),
        Binding("ctrl+y", "redo", "Redo", show=False),
        Binding("pageup", "screen.read(-1)", "Read back", show=False),
        Binding("pagedown", "screen.read(1)", "Read on", show=False),
        Binding("ctrl+end", "screen.follow", "The scene's end", show=False),
        Binding("end", "end", "End", show=False),
        Binding("up", "earlier", "Earlier line", show=False),
        Binding("down", "later", "Later line", show=False),
    ]

    class Sent(Message):
        """The writer sent the line; it may be empty, and may have several rows."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class TooLong(Message):
        """More text came in than the line holds: of `length` characters `kept` were taken."""

        def __init__(self, length: int, kept: int) -> None:
            super().__init__()
            self.length = length
            self.kept = kept

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            highlight_cursor_line=False,
            placeholder=Content("Type a line and press Enter; Enter alone lets the model go on"),
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.border_title = "Your line"
        self._sent: list[str] = []
        self._place = 0
        """Which sent line is shown; `len(self._sent)` is the draft."""
        self._draft = ""

    def edit(self, edit: Edit) -> EditResult:
        """Every change of the text comes through here, typed and pasted alike."""
        taken_out = len(self.get_text_range(edit.top, edit.bottom))
        room = max(0, LIMIT - len(self.text) + taken_out)
        # A pasted line break is one or two characters: this much is enough to fill the room.
        text = _LINE_BREAK.sub("\n", edit.text[: 2 * room + 1])
        kept = _STEERING.sub(lambda found: visible(found[0]), text[:room])
        if len(text) > room:
            self.post_message(self.TooLong(len(edit.text), len(kept)))
        return super().edit(replace(edit, text=kept))

    async def _on_key(self, event: events.Key) -> None:
        # Before TextArea's own handler, which would insert a line break.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.send()

    def send(self) -> None:
        """Post what is typed and clear the line."""
        text = self.text
        if text and self._sent[-1:] != [text]:
            self._sent = [*self._sent, text][-_REMEMBERED:]
        self._place, self._draft = len(self._sent), ""
        self.text = ""
        self.post_message(self.Sent(text))

    def action_new_row(self) -> None:
        self.insert("\n", maintain_selection_offset=False)

    def action_undo(self) -> None:
        """Take back typing; where there is none to take back, it is the scene's turn."""
        before = self.text
        super().action_undo()
        if self.text == before:
            self.call_later(self.run_action, "screen.undo")

    def action_redo(self) -> None:
        """Bring typing back, or else what the scene took back."""
        before = self.text
        super().action_redo()
        if self.text == before:
            self.call_later(self.run_action, "screen.redo")

    def action_end(self) -> None:
        """Go to the end of the row; on an empty line, to the end of the scene."""
        if self.text:
            self.action_cursor_line_end()
        else:
            self.call_later(self.run_action, "screen.follow")

    def action_earlier(self) -> None:
        if self.navigator.is_first_wrapped_line(self.cursor_location):
            self._recall(self._place - 1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        if self.navigator.is_last_wrapped_line(self.cursor_location):
            self._recall(self._place + 1)
        else:
            self.action_cursor_down()

    def _recall(self, place: int) -> None:
        if not 0 <= place <= len(self._sent):
            return
        if self.text != (self._sent + [self._draft])[self._place]:
            self._draft = self.text
        self._place = place
        self.text = (self._sent + [self._draft])[place]
        self.move_cursor(self.document.end)
