"""The question whether a run of training goes on when the program ends."""

from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog

Answer = Literal["go on", "stop"]


class LeaveScreen(Dialog[Answer | None]):
    """Asks whether the run of `name` goes on in the background; dismissed with None to stay."""

    BINDINGS = [
        Binding("b", "answer('go on')", "Go on in the background", id="leave.go_on"),
        Binding("s", "answer('stop')", "Pause and save", id="leave.stop"),
        Binding("left", "app.focus_previous", "Answer before", show=False, id="leave.before"),
        Binding("right", "app.focus_next", "Next answer", show=False, id="leave.next"),
    ]
    AUTO_FOCUS = "#go-on"

    def __init__(self, name: str, waiting: int) -> None:
        super().__init__()
        self._model, self._waiting = name, waiting

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Quit"
            box.border_subtitle = "b: background, s: pause, Esc: stay"
            question = f"{visible(self._model)} is still being trained. Go on in the background?"
            if self._waiting:
                runs = "run waits" if self._waiting == 1 else "runs wait"
                question += f" {self._waiting} more {runs} until you open bardtui again."
            yield Static(Content(question), id="question")
            with Horizontal(classes="buttons"):
                yield Button("Stay", id="stay", compact=True)
                yield Button("Pause and save", id="stop", compact=True)
                yield Button("Go on", id="go-on", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        answers: dict[str | None, Answer] = {"go-on": "go on", "stop": "stop"}
        self.dismiss(answers.get(event.button.id))

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)
