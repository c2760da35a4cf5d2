"""A Textual program that says hello: what the first screen of any costs."""

from textual.app import App, ComposeResult
from textual.widgets import Static

HELLO = "hello, world"


class Hello(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static(HELLO)


if __name__ == "__main__":
    Hello().run()
