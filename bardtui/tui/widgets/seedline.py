"""The seed line: an editor for what the writer sends, with a history and suggested endings."""

import re
from collections.abc import Iterable
from dataclasses import replace

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from bardtui.escaping import LINE_BREAK, typed
from bardtui.tui.keys import OwnBindings
from bardtui.tui.typed_keys import action_of
from bardtui.tui.widgets.safe_inputs import SafeTextArea

LIMIT = 20_000
"""The greatest length of the line: the widget lays out all of its text at each key."""

HINT = Content("Type a line and press Enter; Enter alone lets the model go on")
"""The placeholder of an empty line, unless another is set."""

PAUSE = 0.15
"""Seconds without a key after which the line is `Paused`."""

_HISTORY = 200  # lines sent before that can be recalled
_LINE_END = "[\r\n\x85\u2028\u2029]"
_WORD = re.compile(r"\s*\S+\s*")


def _binding(keys: str, action: str, id: str, does: str) -> Binding:
    return Binding(keys, action, does, show=False, id=id)


class _LineEditor(SafeTextArea, OwnBindings, inherit_bindings=False):
    """An editor without the keys of TextArea that the stage uses."""

    BINDINGS = [
        b for b in TextArea.BINDINGS if isinstance(b, Binding) and b.key not in ("f6", "f7")
    ]


class SeedLine(_LineEditor):
    """An editor of up to five visible rows. Enter sends the text, Ctrl+J begins a new row.

    A suggested ending is shown after the text, of which it is no part: Tab or the right arrow
    accepts it, Up and Down show others. Without one, Up in the first row and Down in the last
    recall the lines sent before.
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
        & .text-area--suggestion { color: $text-muted; text-style: italic; }
        &:nocolor .text-area--suggestion { text-style: dim italic; }
        &:dark .text-area--cursor, &:light .text-area--cursor {
            color: $input-cursor-foreground;
            background: $input-cursor-background;
        }
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
    }
    """

    BINDING_GROUP_TITLE = "Your line"
    BINDINGS = [
        _binding("enter", "send", "line.send", "Send; an empty line lets the model go on"),
        _binding("ctrl+j,shift+enter,alt+enter", "new_row", "line.new_row", "A new row"),
        _binding("tab", "take", "line.take", "Accept the suggestion"),
        _binding("ctrl+right", "take_word", "line.take_word", "Accept a word, or move past one"),
        _binding("escape", "drop", "line.drop", "Dismiss the suggestion"),
        _binding("up", "earlier", "line.earlier", "Previous suggestion, or previous line sent"),
        _binding("down", "later", "line.later", "Next suggestion, or next line sent"),
        _binding("end", "end", "line.end", "To the end of the row; in an empty line, of the scene"),
        _binding("ctrl+end", "screen.follow", "line.follow", "Follow the end of the scene"),
        Binding(
            "ctrl+z",
            "undo",
            "Undo",
            id="stage.undo",
            tooltip="Undo typing, or else the last exchange",
        ),
        _binding("ctrl+y", "redo", "stage.redo", "Redo"),
        _binding("pageup", "screen.read(-1)", "transcript.page_up", "A page up in the scene"),
        _binding("pagedown", "screen.read(1)", "transcript.page_down", "A page down in the scene"),
    ]

    class Sent(Message):
        """The writer sent the line. It may be empty, or have several rows."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class TooLong(Message):
        """Of `length` typed or pasted characters, the line had room for `kept`."""

        def __init__(self, length: int, kept: int) -> None:
            super().__init__()
            self.length = length
            self.kept = kept

    class Paused(Message):
        """The writer has paused: the line may be `unfinished`."""

    class Dropped(Message):
        """The writer has dismissed the suggestion."""

    class Offering(Message):
        """The suggestion at `place` of `count` is shown now; both are 0 if none is."""

        def __init__(self, place: int, count: int) -> None:
            super().__init__()
            self.place = place
            self.count = count

    def __init__(self, *, id: str | None = None) -> None:
        self._endings = Endings()
        self._pause: Timer | None = None
        self._paused = False  # the writer has typed, then paused
        self._offered = (0, 0)
        super().__init__(id=id, highlight_cursor_line=False, placeholder=HINT)
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.border_title = "Your line"
        self._history = LineHistory()
        self.on_its_way = ""
        """The line sent last, until the receiver has saved it and empties this."""

    def edit(self, edit: Edit) -> EditResult:
        """Change the text, up to its `LIMIT`. All typing and pasting comes through here."""
        replaced = len(self.get_text_range(edit.top, edit.bottom))
        room = max(0, LIMIT - len(self.text) + replaced)
        # A pasted line break has one or two characters, so this much fills the room.
        text = LINE_BREAK.sub("\n", edit.text[: 2 * room + 1])
        if len(text) > room:
            self.post_message(self.TooLong(len(edit.text), room))
        self._wait_for_pause()
        return super().edit(replace(edit, text=text[:room]))

    async def on_key(self, event: events.Key) -> None:
        """Run the actions of the line's own keys here, in the order the keys are typed.

        Textual runs them when a key has bubbled up to the app. By then, what was typed next is in
        the line already.
        """
        if event.is_printable:
            return
        if (action := action_of(self, event.key)) is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)
        elif event.key == "enter":  # it is bound to something else; TextArea inserts a line break
            event.prevent_default()

    def action_send(self) -> None:
        self.send()

    def send(self) -> None:
        """Post the text and clear the line."""
        text = self.text
        self._history.add(text)
        self.on_its_way, self.text = text, ""
        self.post_message(self.Sent(text))

    @property
    def unsaved(self) -> str:
        """The text that is not in the scene yet: the line sent last, or else what is typed."""
        return self.on_its_way or self.text

    def action_new_row(self) -> None:
        self.insert("\n", maintain_selection_offset=False)

    def action_undo(self) -> None:
        """Undo typing; if there is none, let the screen undo."""
        before = self.text
        super().action_undo()
        if self.text == before:
            self.call_later(self.run_action, "screen.undo")

    def action_redo(self) -> None:
        """Redo typing; if there is none, let the screen redo."""
        before = self.text
        super().action_redo()
        if self.text == before:
            self.call_later(self.run_action, "screen.redo")

    def action_end(self) -> None:
        """Go to the end of the row; in an empty line, to the end of the scene."""
        if self.text:
            self.action_cursor_line_end()
        else:
            self.call_later(self.run_action, "screen.follow")

    def action_earlier(self) -> None:
        if self.suggestion:
            self._show_other_ending(-1)
        elif self.navigator.is_first_wrapped_line(self.cursor_location):
            self._recall(-1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        if self.suggestion:
            self._show_other_ending(1)
        elif self.navigator.is_last_wrapped_line(self.cursor_location):
            self._recall(1)
        else:
            self.action_cursor_down()

    def _recall(self, steps: int) -> None:
        if (line := self._history.recall(self.text, steps)) is not None:
            self.text = line
            self.move_cursor(self.document.end)

    # -- the suggestion ----------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self, "selection", self.update_suggestion, init=False)

    def on_resize(self) -> None:
        self.update_suggestion()

    @property
    def unfinished(self) -> str:
        """The line, if it may be suggested an ending; else empty.

        It may if the writer has typed and paused, with the cursor at the end, and no suggestion is
        shown.
        """
        return self.text if self._paused and self._at_end and not self.suggestion else ""

    def offer(self, beginning: str, endings: Iterable[str]) -> None:
        """Show the first row of one of the endings, if the line still has this beginning."""
        rows = (re.split(_LINE_END, ending, maxsplit=1)[0] for ending in endings)
        rows = (typed(row, beginning) for row in rows)
        self._endings.offer(beginning, (row for row in rows if row.strip()))
        self.update_suggestion()

    def drop(self) -> None:
        """Show no suggestion until endings are offered again."""
        self._endings.clear()
        self.update_suggestion()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of a suggestion to the stage while none is shown."""
        return bool(self.suggestion) if action in ("take", "drop") else True

    def action_take(self) -> None:
        self.insert(self._endings.of(self.text), maintain_selection_offset=False)

    def action_take_word(self) -> None:
        if self.suggestion and (word := _WORD.match(self._endings.of(self.text))):
            self.insert(word[0], maintain_selection_offset=False)
        else:
            self.action_cursor_word_right()

    def action_cursor_right(self, select: bool = False) -> None:
        if self.suggestion and not select:
            self.action_take()
        elif not self._at_end:
            super().action_cursor_right(select)

    def action_drop(self) -> None:
        self._paused = False
        self.drop()
        self.post_message(self.Dropped())

    def update_suggestion(self) -> None:
        """Show what fits of the chosen ending. Called when the text, cursor or width changes."""
        ending = self._endings.of(self.text) if self._at_end else ""
        place = self.wrapped_document.location_to_offset(self.cursor_location)
        room = max(1, self.wrap_width - place.x)
        self.suggestion = Content(ending.replace("\t", " ")).truncate(room, ellipsis=True).plain
        offered = self._endings.place(self.text) if self.suggestion else (0, 0)
        if offered != self._offered:
            self._offered = offered
            self.post_message(self.Offering(*offered))

    def load_text(self, text: str) -> None:
        """Replace the text by one that was not typed, and so gets no suggestion."""
        self._stop_waiting()
        super().load_text(typed(text[:LIMIT]))

    @property
    def _at_end(self) -> bool:
        """Whether the cursor is after the last character, without a selection."""
        end = self.document.end
        return self.selection.start == self.selection.end == end and end != (0, 0)

    def _show_other_ending(self, steps: int) -> None:
        self._endings.choose_next(self.text, steps)
        self.update_suggestion()

    def _wait_for_pause(self) -> None:
        self._stop_waiting()
        self._pause = self.set_timer(PAUSE, self._report_pause)

    def _stop_waiting(self) -> None:
        self._paused = False
        if self._pause is not None:
            self._pause.stop()

    def _report_pause(self) -> None:
        self._paused = True
        self.post_message(self.Paused())


class Endings:
    """Suggested endings of a line, one of which is chosen.

    While the line grows, those that it is still a beginning of remain.
    """

    def __init__(self) -> None:
        self._beginning = ""
        self._lines: list[str] = []
        self._chosen = ""

    def offer(self, beginning: str, endings: Iterable[str]) -> None:
        """Replace the endings by those of `beginning`. The choice stays if it is among them."""
        self._beginning = beginning
        self._lines = list(dict.fromkeys(beginning + ending for ending in endings))

    def clear(self) -> None:
        """Remove all endings."""
        self._lines = []

    def of(self, text: str) -> str:
        """The chosen ending of `text`; empty if none fits."""
        lines = self._matching(text)
        if lines and self._chosen not in lines:
            self._chosen = lines[0]
        return self._chosen[len(text) :] if lines else ""

    def choose_next(self, text: str, steps: int) -> None:
        """Choose another ending of `text`; the first one follows the last."""
        lines = self._matching(text)
        self._chosen = lines[(lines.index(self._chosen) + steps) % len(lines)]

    def place(self, text: str) -> tuple[int, int]:
        """The number of the chosen ending of `text`, counted from 1, and of all; or zeros."""
        lines = self._matching(text)
        return (lines.index(self._chosen) + 1, len(lines)) if lines else (0, 0)

    def _matching(self, text: str) -> list[str]:
        if not text.startswith(self._beginning):
            return []
        return [line for line in self._lines if line != text and line.startswith(text)]


class LineHistory:
    """Sent lines, oldest first, and below them the draft: the line that is being typed.

    A recalled line that was changed becomes the draft.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._place = 0  # of the line in the editor; `len(self._lines)` is the draft's
        self._draft = ""

    def add(self, line: str) -> None:
        """Add a sent line, unless it is empty or the same as the last; the draft is empty then."""
        if line and self._lines[-1:] != [line]:
            self._lines = [*self._lines, line][-_HISTORY:]
        self._place, self._draft = len(self._lines), ""

    def recall(self, typed: str, steps: int) -> str | None:
        """The line `steps` below the one in the editor, or above it; None if there is none.

        `typed` is the text in the editor.
        """
        place = self._place + steps
        if not 0 <= place <= len(self._lines):
            return None
        if typed != [*self._lines, self._draft][self._place]:
            self._draft = typed
        self._place = place
        return [*self._lines, self._draft][place]
