"""A minimal Textual program, the baseline for the time to the first screen."""

from textual.app import App, ComposeResult
from textual.widgets import Static

HELLO = "hello, world"


class Hello(App[None]):
    """An app that shows one line of text."""

    def compose(self) -> ComposeResult:
        """Show the line."""
        yield Static(HELLO)


if __name__ == "__main__":
    Hello().run()
