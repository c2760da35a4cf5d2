"""The dialog that asks for the file and the format to save a scene in."""

from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static
from textual.widgets.input import Selection

from bardtui.scene.export import format_of, suffix_of
from bardtui.tui.screens.destination import DestinationScreen
from bardtui.tui.screens.dialog import ErrorLine
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.safe_inputs import SafeInput

#: The name and the purpose of each format.
FORMAT_NAMES = {
    "txt": ("Text", "plain text, as models learn from it"),
    "markdown": ("Markdown", "formatted text, for notes and websites"),
    "fountain": ("Fountain", "a screenplay, for screenwriting programs"),
    "html": ("HTML", "a web page that shows who wrote what"),
    "json": ("JSON", "the scene with all takes, to open again"),
    "fdx": ("FDX", "a screenplay, for Final Draft"),
    "docx": ("DOCX", "a document, for word processors"),
    "pdf": ("PDF", "pages to read and to print"),
}


class FileNameField(SafeInput):
    """The name of the file. The up and down keys choose the format."""

    BINDINGS = [
        Binding("up", "screen.format(-1)", "Previous format", show=False, id="save.before"),
        Binding("down", "screen.format(1)", "Next format", show=False, id="save.next"),
    ]


class SaveScreen(DestinationScreen):
    """Asks for a file to save the scene in.

    The suffix of its name says the format, choosing a format changes the suffix. A suffix that is
    typed before the old one replaces it.
    """

    DEFAULT_CSS = """
    SaveScreen.-tiny #formats { display: none; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Download the scene as" if self._browser else "Save the scene as"
            box.border_subtitle = "Enter: save, ↑ ↓: format, Esc: cancel"
            yield FileNameField(self._default, id="path")
            yield Static(id="folder", classes="note")
            yield Choice(
                "Format",
                {format: name for format, (name, _) in FORMAT_NAMES.items()},
                self._format(self._default),
                titles={format: purpose for format, (_, purpose) in FORMAT_NAMES.items()},
                id="formats",
            )
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Save", id="save", compact=True)

    def on_mount(self) -> None:
        # The suffix mostly stays, so the stem is selected.
        self.query_one(FileNameField).selection = Selection(0, len(_without_suffix(self._default)))

    def on_input_changed(self, event: Input.Changed) -> None:
        field, stem = event.input, _without_suffix(event.input.value)
        if _without_suffix(stem) != stem and field.cursor_position == len(stem) < len(field.value):
            field.value = stem
        with self.prevent(Choice.Changed):  # nothing was chosen
            # More may have been typed since the event.
            self.query_one(Choice).value = self._format(event.input.value)

    def on_choice_changed(self, message: Choice.Changed) -> None:
        message.stop()
        self._choose(message.value)

    def action_format(self, steps: int) -> None:
        """Choose a format some steps on or back; the first one follows the last."""
        names = list(FORMAT_NAMES)
        chosen = self._format(self.query_one(FileNameField).value)
        self._choose(names[(names.index(chosen) + steps) % len(names)])

    def _format(self, typed: str) -> str:
        return format_of(self._path(typed)) or "txt"

    def _choose(self, format: str) -> None:
        """Give the name the suffix of another format, and keep the selection."""
        field = self.query_one(FileNameField)
        name, (start, end) = _without_suffix(field.value), field.selection
        field.value = (name.strip() or _without_suffix(self._default)) + suffix_of(format)
        field.selection = Selection(min(start, len(name)), min(end, len(name)))


def _without_suffix(name: str) -> str:
    """A name without the suffix of a format; other dots stay."""
    path = Path(name.rstrip())
    return name.rstrip().removesuffix(path.suffix) if format_of(path) else name
