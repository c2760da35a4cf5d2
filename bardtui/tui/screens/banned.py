"""The dialog for words and phrases that the model never writes in this scene."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from bardtui.escaping import inert
from bardtui.scene.banned import phrases_in
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.dialog import Dialog, ErrorLine
from bardtui.tui.widgets.safe_inputs import SafeTextArea

_NOTE = "One word or phrase in each row. Capitals make no difference."


class BannedScreen(Dialog[list[str]]):
    """Edits the banned phrases of a scene; dismissed with them, or with None if nothing changes.

    `others` is how many more the settings file bans.
    """

    DEFAULT_CSS = """
    BannedScreen {
        & #box { height: 16; padding: 0 1; }
        & #text {
            height: 1fr;
            border: none;
            padding: 0;
            margin-top: 1;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
        &.-short #text { margin-top: 0; }
    }
    """

    BINDINGS = [Binding("ctrl+s", "save", "Save", id="banned.save")]
    AUTO_FOCUS = "#text"

    def __init__(self, phrases: Sequence[str], others: int = 0) -> None:
        super().__init__()
        self._before, self._others = list(phrases), others
        text = inert("\n".join(phrases))
        self._editor = SafeTextArea(text, id="text", highlight_cursor_line=False)

    def compose(self) -> ComposeResult:
        more = f" settings.toml bans {self._others:,} more." if self._others else ""
        with Vertical(id="box") as box:
            box.border_title = "Banned in this scene"
            box.border_subtitle = "^s: save, Esc: cancel"
            yield Static(_NOTE + more, classes="note", markup=False)
            yield self._editor
            yield ErrorLine()

    def on_mount(self) -> None:
        self._editor.cursor_blink = False
        self._editor.move_cursor(self._editor.document.end)

    def action_save(self) -> None:
        try:
            phrases = phrases_in(self._editor.text)
        except SceneError as error:
            self.query_one(ErrorLine).say(str(error))
        else:
            self.dismiss(phrases if phrases != self._before else None)
