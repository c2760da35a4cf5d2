"""The dialog that edits a passage."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from bardtui.escaping import inert, shared_length
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.safe_inputs import SafeTextArea

EDIT_LIMIT = 20_000  # characters; the editor lays out all of its text at each key
_KEYS = "^s: save, Esc: cancel"
_UNSAVED = "Not saved. ^s: save, {} again: discard the changes"


def part_around(text: str, at: int) -> tuple[int, int]:
    """The start and end of the part of a passage that is edited, given the character at the cursor.

    This is the whole passage, or the lines near the cursor, without the empty lines at both ends,
    which separate it from the passages around it.
    """
    first, last = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
    if first >= last:
        return 0, len(text)
    if last - first <= EDIT_LIMIT:
        return first, last
    at = min(max(at, first), last)
    begin = max(first, at - EDIT_LIMIT // 2)
    if begin > first:
        begin = text.find("\n", begin, at) + 1 or begin
    end = min(last, begin + EDIT_LIMIT)
    if end < last and (line_end := text.rfind("\n", at, end)) > begin:
        end = line_end
    around = text[begin:end]
    return begin + len(around) - len(around.lstrip("\n")), begin + len(around.rstrip("\n"))


class _PassageEditor(SafeTextArea):
    """The editor for the passage."""

    BINDINGS = [
        Binding("ctrl+home", "to(False)", "To the beginning", show=False, id="edit.beginning"),
        Binding("ctrl+end", "to(True)", "To the end", show=False, id="edit.end"),
    ]

    def action_to(self, end: bool) -> None:
        self.move_cursor(self.document.end if end else self.document.start)


class EditScreen(Dialog[str]):
    """Edits `text`, with the cursor at offset `at` first; dismissed with the edited text, or with
    None if it is to stay as it is.

    What is not touched stays as it was, to the control character.
    """

    DEFAULT_CSS = """
    EditScreen {
        & #box { width: 88; height: 80%; padding: 0 1; }
        & #text {
            height: 1fr;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """

    BINDINGS = [Binding("ctrl+s,ctrl+enter", "save", "Save", id="edit.save")]
    AUTO_FOCUS = "#text"

    def __init__(self, text: str, at: int) -> None:
        super().__init__()
        self._text, self._at = text, at
        self._editor = _PassageEditor(inert(text), id="text", highlight_cursor_line=False)
        self._warned = False

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Edit the passage"
            box.border_subtitle = _KEYS
            yield self._editor

    def on_mount(self) -> None:
        self._editor.cursor_blink = False
        before = inert(self._text[: self._at])
        self._editor.move_cursor((before.count("\n"), len(before) - before.rfind("\n") - 1))

    def action_save(self) -> None:
        shown, edited = inert(self._text), self._editor.text
        begin = shared_length(shown, edited)
        rest, changed = shown[begin:], edited[begin:]
        end = shared_length(rest[::-1], changed[::-1])
        tail = len(self._text) - end
        self.dismiss(self._text[:begin] + changed[: len(changed) - end] + self._text[tail:])

    def action_cancel(self) -> None:
        """Close without saving. Changes are only discarded at the second call."""
        if not self._warn("Esc"):
            self.dismiss(None)

    def may_leave(self) -> bool:
        return not self._warn("^q")

    def _warn(self, key: str) -> bool:
        """Warn once that changes would be lost; returns whether this was now."""
        if self._warned or self._editor.text == inert(self._text):
            return False
        self._warned = True
        self.query_one("#box").border_subtitle = Content(_UNSAVED.format(key))
        return True
