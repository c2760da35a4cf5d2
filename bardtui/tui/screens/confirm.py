"""A question with two answers."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Asks `question`; dismissed with True for yes, and with False for no or Esc.

    The focus is on "no" at first.
    """

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n", "answer(False)", "No", id="confirm.no"),
        Binding("left,right", "app.focus_next", "Other answer", show=False, id="confirm.other"),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: str, yes: str = "Yes", no: str = "No") -> None:
        super().__init__()
        self._question = question
        self._yes, self._no = yes, no

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_subtitle = "y or n, Esc: no"
            yield Static(Content(visible(self._question, keep="\n")), id="question")
            with Horizontal(classes="buttons"):
                yield Button(Content(visible(self._no)), id="no", compact=True)
                yield Button(Content(visible(self._yes)), id="yes", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    def action_cancel(self) -> None:
        self.dismiss(False)
