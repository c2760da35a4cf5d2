"""The find bar: what to find in the scene, and what to put in its place."""

from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Input

from bardtui.tui.widgets.safe_inputs import SafeInput

Action = Literal["look", "next", "previous", "replace", "replace all", "close"]


class FindBar(Horizontal):
    """Two fields and a button, below the transcript. It posts what the writer wants."""

    DEFAULT_CSS = """
    FindBar {
        display: none;
        height: 3;
        &.-shown { display: block; }
        & Input {
            width: 1fr;
            height: 3;
            border: round $foreground 25%;
            border-title-color: $cue;
            border-subtitle-color: $text-muted;
            background: transparent;
            &:focus { border: round $border; }
        }
        & Button { margin: 1 1 0 1; }
    }
    """

    BINDING_GROUP_TITLE = "Finding"
    BINDINGS = [
        Binding("up", "act('previous')", "Previous", show=False, id="find.previous"),
        Binding("down", "act('next')", "Next", show=False, id="find.next"),
        Binding("escape", "act('close')", "Close", show=False, id="find.close"),
    ]

    class Acted(Message):
        """The writer changed the words to find, or wants something."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = SafeInput(id="find")
        self._words.border_title = "Find"
        self._new = SafeInput(id="replacement")
        self._new.border_title = "Replace with"
        self._new.border_subtitle = "Enter replaces"

    def compose(self) -> ComposeResult:
        yield self._words
        yield self._new
        yield Button("All", id="replace-all", compact=True)

    @property
    def words(self) -> str:
        """What to find."""
        return self._words.value

    @property
    def new(self) -> str:
        """What to put in its place."""
        return self._new.value

    def open(self, words: str | None = None) -> None:
        """Show the bar, perhaps with other words to find, and go to its first field."""
        if words is not None:
            self._words.value = words
        self.add_class("-shown")
        self._words.focus()

    def tell(self, text: str) -> None:
        """Show how many hits there are."""
        self._words.border_subtitle = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self._words:
            self.post_message(self.Acted("look"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is self._words:
            self.action_act("next")
        else:
            self.post_message(self.Acted("replace"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Acted("replace all"))

    def action_act(self, action: Action) -> None:
        self.post_message(self.Acted(action))
