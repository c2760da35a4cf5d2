"""The formats a scene can be saved in, as a row to choose from."""

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

#: What each format is called, and what it is for.
FORMATS = {
    "txt": ("Text", "the text alone, in the form that models learn from"),
    "markdown": ("Markdown", "a formatted text, for notes and websites"),
    "fountain": ("Fountain", "a screenplay, for screenwriting programs"),
    "html": ("HTML", "a page to read, with everyone's words marked"),
    "json": ("JSON", "the whole scene with all its takes, to be opened again"),
}


class FormatRow(Static, can_focus=True):
    """One of the formats is chosen: by arrow keys, or by a click."""

    DEFAULT_CSS = """
    FormatRow {
        height: auto;
        link-style: none;
        link-color: $foreground;
        link-color-hover: $cue;
        link-background: transparent;
        link-background-hover: transparent;
        link-style-hover: none;
        &:focus { background: $block-cursor-background; }
    }
    """

    BINDINGS = [
        Binding("left,up", "step(-1)", "Format before", show=False, id="formats.before"),
        Binding("right,down", "step(1)", "Next format", show=False, id="formats.next"),
    ]

    format = reactive("txt")

    class Chosen(Message):
        """The writer wants this format."""

        def __init__(self, format: str) -> None:
            super().__init__()
            self.format = format

    def render(self) -> Content:
        return Content("  ").join(map(self._choice, FORMATS))

    def _choice(self, name: str) -> Content:
        label = f"\xa0{FORMATS[name][0]}"  # it never breaks within itself
        if name == self.format:
            return Content.styled(f"●{label}", "bold $cue")
        return Content.from_markup(f"[@click=choose('{name}')]○{label}[/]")

    def action_step(self, steps: int) -> None:
        """Choose the next of the formats, or the one before; after the last comes the first."""
        names = list(FORMATS)
        self.action_choose(names[(names.index(self.format) + steps) % len(names)])

    def action_choose(self, name: str) -> None:
        self.post_message(self.Chosen(name))
