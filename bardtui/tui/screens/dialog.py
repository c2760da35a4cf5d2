"""What all dialogs share: a titled box in the middle that shrinks with the terminal."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen, Screen

Answer = TypeVar("Answer")


class ClosesOnce(Screen[Answer]):
    """A screen that is dismissed once: the second of two quick clicks, or keys, must not close
    what lies below, nor the stage, without which there is no program."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close, if it is not closed already, with this answer."""
        if self.app.screen is not self:
            return AwaitComplete()
        return super().dismiss(result)


class Dialog(ModalScreen[Answer], ClosesOnce[Answer]):
    """A modal screen whose one child is `#box`; Esc dismisses it with no answer.

    On a terminal with no room for it the box fills the screen and loses border and padding.
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
        """Whether the program may be left while this is open; if not, it says why."""
        return True
