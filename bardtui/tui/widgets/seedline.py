"""The line the writer types: grows to five rows, sends on Enter, remembers what it sent, and shows
how a model would finish it."""

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
from bardtui.tui.keys import OwnBindings, action_of
from bardtui.tui.widgets.ghost import Ghost
from bardtui.tui.widgets.safe_inputs import SafeTextArea

LIMIT = 20_000
"""The most characters the line holds. The widget lays out all it holds at every key."""

HINT = Content("Type a line and press Enter; Enter alone lets the model go on")
"""What an empty line says, unless it is given another `placeholder`."""

PAUSE = 0.15
"""Seconds without a key after which a suggestion is asked for."""

_REMEMBERED = 200
_LINE_END = re.compile("[\r\n\x85\u2028\u2029]")
_WORD = re.compile(r"\s*\S+\s*")


def _binding(keys: str, action: str, id: str, does: str) -> Binding:
    return Binding(keys, action, does, show=False, id=id)


class _Editor(SafeTextArea, OwnBindings, inherit_bindings=False):
    """An editor without those of its keys that are the stage's."""

    BINDINGS = [
        b for b in TextArea.BINDINGS if isinstance(b, Binding) and b.key not in ("f6", "f7")
    ]


class SeedLine(_Editor):
    """An editor for one line or a few: Enter sends, Ctrl+J begins a new row.

    Control characters in pasted text become the glyphs they are shown as, so that what is sent is
    what was seen; so do those in a suggestion. A suggestion is shown as a ghost after the text and
    is no part of it: Tab or the right arrow takes it, Up and Down show others. Without one, Up on
    the first row and Down on the last walk through the lines sent before; a line that was begun, or
    changed, meanwhile is kept below the newest.
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
        _binding("tab", "take", "line.take", "Take the suggestion"),
        _binding("ctrl+right", "take_word", "line.take_word", "Take a word of it, or go past one"),
        _binding("escape", "drop", "line.drop", "Drop the suggestion"),
        _binding("up", "earlier", "line.earlier", "The suggestion before, or a line sent before"),
        _binding("down", "later", "line.later", "The next suggestion, or line sent before"),
        _binding("end", "end", "line.end", "The row's end; on an empty line, the scene's"),
        _binding("ctrl+end", "screen.follow", "line.follow", "Follow the scene's end"),
        Binding(
            "ctrl+z",
            "undo",
            "Undo",
            id="stage.undo",
            tooltip="Take back typing, or the last exchange",
        ),
        _binding("ctrl+y", "redo", "stage.redo", "Bring it back"),
        _binding("pageup", "screen.read(-1)", "transcript.page_up", "Read back"),
        _binding("pagedown", "screen.read(1)", "transcript.page_down", "Read on"),
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

    class Paused(Message):
        """The writer has stopped typing for a moment: the line may be `unfinished`."""

    class Dropped(Message):
        """The writer wants no suggestion for what is typed now."""

    class Offering(Message):
        """A suggestion shows, the one at `place` of `count`; or none does, and both are 0."""

        def __init__(self, place: int, count: int) -> None:
            super().__init__()
            self.place = place
            self.count = count

    def __init__(self, *, id: str | None = None) -> None:
        self._ghost = Ghost()
        self._pause: Timer | None = None
        self._paused = False  # the writer has typed and stopped
        self._offered = (0, 0)
        super().__init__(
            id=id,
            highlight_cursor_line=False,
            placeholder=HINT,
        )
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.border_title = "Your line"
        self._sent: list[str] = []
        self._place = 0
        """Which sent line is shown; `len(self._sent)` is the draft."""
        self._draft = ""
        self.on_its_way = ""
        """What was sent last, until whoever takes it says that it is kept, by emptying this."""

    def edit(self, edit: Edit) -> EditResult:
        """Every change of the text comes through here, typed and pasted alike."""
        taken_out = len(self.get_text_range(edit.top, edit.bottom))
        room = max(0, LIMIT - len(self.text) + taken_out)
        # A pasted line break is one or two characters: this much is enough to fill the room.
        text = LINE_BREAK.sub("\n", edit.text[: 2 * room + 1])
        if len(text) > room:
            self.post_message(self.TooLong(len(edit.text), room))
        self._wait()
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
        """Post what is typed and clear the line."""
        text = self.text
        if text and self._sent[-1:] != [text]:
            self._sent = [*self._sent, text][-_REMEMBERED:]
        self._place, self._draft = len(self._sent), ""
        self.on_its_way, self.text = text, ""
        self.post_message(self.Sent(text))

    @property
    def unsaved(self) -> str:
        """What is lost if the program ends now, unless it is kept: the line that is on its way into
        the scene, else what is typed."""
        return self.on_its_way or self.text

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
        if self.suggestion:
            self._turn(-1)
        elif self.navigator.is_first_wrapped_line(self.cursor_location):
            self._recall(self._place - 1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        if self.suggestion:
            self._turn(1)
        elif self.navigator.is_last_wrapped_line(self.cursor_location):
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

    # -- the suggestion ----------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self, "selection", self.update_suggestion, init=False)

    def on_resize(self) -> None:
        self.update_suggestion()

    @property
    def unfinished(self) -> str:
        """The line, if a suggestion for it is of use: the writer has typed in it, and stopped with
        the cursor at its end, and sees none; else empty."""
        return self.text if self._paused and self._at_end and not self.suggestion else ""

    def offer(self, begun: str, ends: Iterable[str]) -> None:
        """Show how the line, which was `begun` when these ends were asked for, may end. They are a
        model's text: data, and no more of each than its first row."""
        rows = (_LINE_END.split(end, maxsplit=1)[0] for end in ends)
        ends = (typed(row, begun) for row in rows)
        self._ghost.offer(begun, (end for end in ends if end.strip()))
        self.update_suggestion()

    def drop(self) -> None:
        """Show no suggestion, until one is offered again."""
        self._ghost.drop()
        self.update_suggestion()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a suggestion, the keys for it are the stage's."""
        return bool(self.suggestion) if action in ("take", "drop") else True

    def action_take(self) -> None:
        self.insert(self._ghost.end(self.text), maintain_selection_offset=False)

    def action_take_word(self) -> None:
        if self.suggestion and (word := _WORD.match(self._ghost.end(self.text))):
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
        """Show of the ghost what fits into the row. To be called whenever the text, the cursor or
        the width is another."""
        end = self._ghost.end(self.text) if self._at_end else ""
        place = self.wrapped_document.location_to_offset(self.cursor_location)
        room = max(1, self.wrap_width - place.x)
        self.suggestion = Content(end.replace("\t", " ")).truncate(room, ellipsis=True).plain
        offered = self._ghost.place(self.text) if self.suggestion else (0, 0)
        if offered != self._offered:
            self._offered = offered
            self.post_message(self.Offering(*offered))

    def load_text(self, text: str) -> None:
        """Show another text, which was not typed now: no suggestion is asked for."""
        self._wait_no_more()
        super().load_text(typed(text[:LIMIT]))

    @property
    def _at_end(self) -> bool:
        """Whether the cursor is after the last character, and nothing is selected."""
        end = self.document.end
        return self.selection.start == self.selection.end == end and end != (0, 0)

    def _turn(self, steps: int) -> None:
        self._ghost.turn(self.text, steps)
        self.update_suggestion()

    def _wait(self) -> None:
        """Wait for a pause in the typing."""
        self._wait_no_more()
        self._pause = self.set_timer(PAUSE, self._say_paused)

    def _wait_no_more(self) -> None:
        self._paused = False
        if self._pause is not None:
            self._pause.stop()

    def _say_paused(self) -> None:
        self._paused = True
        self.post_message(self.Paused())
