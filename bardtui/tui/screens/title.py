"""The dialogs that name a scene, and a passage."""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input

from bardtui.escaping import inert
from bardtui.scene.bookmarks import LONGEST_NAME
from bardtui.scene.names import clean_title
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.dialog import ErrorLine, Form
from bardtui.tui.widgets.safe_inputs import SafeInput


class TitleScreen(Form[str | None]):
    """Asks for a new title; dismissed with it, or with None if nothing changes."""

    DEFAULT_CSS = """
    TitleScreen.-tiny #title { border: none; height: 1; padding: 0; }
    """
    AUTO_FOCUS = "#title"
    ACCEPTS = "rename"
    HEADING, VERB, LONGEST = "Rename the scene", "Rename", 200

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = inert(title)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = self.HEADING
            box.border_subtitle = f"Enter: {self.VERB.lower()}, Esc: cancel"
            yield SafeInput(self._title, id="title", max_length=self.LONGEST)
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(self.VERB, id="rename", compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def action_accept(self) -> None:
        try:
            title = self.read(self.query_one("#title", Input).value)
        except SceneError as error:
            self._say(str(error))
        else:
            self.dismiss(title if title != self._title else None)

    def read(self, typed: str) -> str:
        """The title in what was typed. Raises SceneError if it cannot be one."""
        return clean_title(typed)

    def _say(self, text: str) -> None:
        self.query_one(ErrorLine).say(text)


class PassageNameScreen(TitleScreen):
    """Asks for the name of a passage; an empty one takes its name away."""

    HEADING, VERB, LONGEST = "Name this passage", "Name", LONGEST_NAME

    def read(self, typed: str) -> str:
        """The name in what was typed."""
        return " ".join(typed.split())
