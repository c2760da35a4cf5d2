"""The dialog that renames a scene."""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input

from bardtui.escaping import inert
from bardtui.scene.names import clean_title
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.dialog import Dialog, ErrorLine
from bardtui.tui.widgets.safe_inputs import SafeInput


class TitleScreen(Dialog[str | None]):
    """Asks for a new title; dismissed with it, or with None if nothing changes."""

    DEFAULT_CSS = """
    TitleScreen #title {
        border: round $foreground 25%;
        background: transparent;
        height: 3;
        &:focus { border: round $border; }
    }
    TitleScreen.-tiny #title { border: none; height: 1; padding: 0; }
    """
    AUTO_FOCUS = "#title"

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = inert(title)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Rename the scene"
            box.border_subtitle = "Enter: rename, Esc: cancel"
            yield SafeInput(self._title, id="title", max_length=200)
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Rename", id="rename", compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "rename":
            self._accept()
        else:
            self.dismiss(None)

    def _accept(self) -> None:
        try:
            title = clean_title(self.query_one("#title", Input).value)
        except SceneError as error:
            self._say(str(error))
        else:
            self.dismiss(title if title != self._title else None)

    def _say(self, text: str) -> None:
        self.query_one(ErrorLine).say(text)
