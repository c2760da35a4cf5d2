"""The base class of dialogs: a titled box in the middle of the screen."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input, Static

from bardtui.escaping import visible

Answer = TypeVar("Answer")


class ErrorLine(Static):
    """The line of a dialog that says what is wrong; it is hidden while nothing is."""

    DEFAULT_CSS = """
    ErrorLine {
        display: none;
        color: $text-error;
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="error")

    def say(self, text: str) -> None:
        """Show a text, which is never markup; an empty one hides the line."""
        self.update(Content(visible(text, keep="\n")))
        self.set_class(bool(text), "-shown")


class ClosesOnce(Screen[Answer]):
    """A screen that can be dismissed once, and does nothing afterwards.

    The second of two quick clicks or keys must not close the screen below, and a worker that waited
    for something must not look for widgets that are gone.
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close with this answer, unless it is closed already."""
        if self.app.screen is not self:
            return AwaitComplete()
        for node in self.walk_children(with_self=True):
            self.workers.cancel_node(node)
        return super().dismiss(result)


class Dialog(ModalScreen[Answer], ClosesOnce[Answer]):
    """A modal screen with one child, `#box`. Esc dismisses it without an answer.

    In a small terminal the box fills the screen and has no border or padding.
    """

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 70%;
        & #box {
            width: 64;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            background: $surface;
            border: round $border;
            border-title-color: $cue;
            border-subtitle-color: $text-muted;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
            scrollbar-background-hover: $surface;
            scrollbar-background-active: $surface;
        }
        & .buttons {
            height: auto;
            margin-top: 1;
            align-horizontal: right;
        }
        & .buttons Button {
            min-width: 10;
            margin-left: 2;
            color: $foreground;
            background: $panel;
            &:hover { background: $block-cursor-background; }
            &:focus {
                color: $background;
                background: $cue;
                text-style: bold;
            }
        }
        & .note { color: $text-muted; }
        & .error { color: $text-error; }
        &.-short #box, &.-narrow #box { padding: 0 1; }
        &.-narrow .buttons { layout: vertical; }
        &.-narrow .buttons Button { width: 100%; margin: 0; }
        &.-tiny .buttons { margin-top: 0; }
        &.-tiny #box { border: none; height: 100%; }
    }
    """

    BINDINGS = [Binding("escape", "cancel", "Cancel", id="dialog.cancel")]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (50, "-roomy")]
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (9, "-short"), (18, "-tall")]

    def action_cancel(self) -> None:
        self.dismiss(None)

    def may_leave(self) -> bool:
        """Whether the program may quit now; if not, the dialog shows why."""
        return True


class Form(Dialog[Answer]):
    """A dialog with fields. Enter in one, or the button ACCEPTS, accepts; other buttons cancel."""

    DEFAULT_CSS = """
    Form Input {
        border: round $foreground 25%;
        border-title-color: $cue;
        background: transparent;
        height: 3;
        &:focus { border: round $border; }
    }
    """
    ACCEPTS = "accept"  # the id of a button

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == self.ACCEPTS:
            self.action_accept()
        else:
            self.dismiss(None)

    def action_accept(self) -> None:
        """Close with what was typed, or show what is wrong with it."""
