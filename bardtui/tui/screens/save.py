"""The dialog that asks for the file and the format to save a scene in."""

import os
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.widgets.input import Selection

from bardtui.escaping import visible
from bardtui.files import expanded
from bardtui.scene.export import format_of, suffix_of
from bardtui.scene.journal_reader import SUFFIX
from bardtui.tui.screens.dialog import Dialog, ErrorLine
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


class SaveScreen(Dialog[Path | None]):
    """Asks for a file; dismissed with its path, or with None.

    The suffix of its name says the format, choosing a format changes the suffix. A name without a
    folder goes beside `default`. An existing file is asked about in place: the second Enter
    replaces it; a saved scene is never replaced. Nothing is written here; when writing fails, show
    the dialog again with the path tried and the reason as `error`.

    In a `browser`, which downloads the file, only its name is asked for, and the disk stays unseen.
    """

    DEFAULT_CSS = """
    SaveScreen #path {
        border: round $foreground 25%;
        background: transparent;
        height: 3;
        &:focus { border: round $border; }
    }
    SaveScreen.-tiny #formats { display: none; }
    SaveScreen.-tiny #path { border: none; height: 1; padding: 0; }
    """
    AUTO_FOCUS = "#path"

    def __init__(self, default: Path, *, error: str = "", browser: bool = False) -> None:
        super().__init__()
        self._browser = browser
        self._folder = default.parent
        self._default = default.name
        self._error = error
        self._judged = self._default
        """The typed text that the error line is about."""
        self._replacing = False
        """Whether the judged text names an existing file, which Enter replaces."""

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
        self._say(self._error)
        # The suffix mostly stays, so the stem is selected.
        self.query_one(FileNameField).selection = Selection(0, len(_without_suffix(self._default)))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        path = self._path(event.value)
        where = "in the folder of your browser" if self._browser else f"in {path.parent}"
        self.query_one("#folder", Static).update(Content(visible(where)))
        with self.prevent(Choice.Changed):  # nothing was chosen
            # More may have been typed since the event.
            self.query_one(Choice).value = self._format(event.input.value)
        if event.value != self._judged:
            self._say("")

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

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self._accept()
        else:
            self.dismiss(None)

    def _path(self, typed: str) -> Path:
        if self._browser:
            return self._folder / Path(typed.strip()).name
        return Path(os.path.normpath(self._folder / expanded(typed.strip())))

    def _accept(self) -> None:
        typed = self.query_one(FileNameField).value
        path = self._path(typed)
        try:
            problem = "" if self._browser and path != self._folder else _problem(typed, path)
            exists = not self._browser and not problem and path.exists()
        except (OSError, ValueError) as error:
            problem, exists = str(error), False
        agreed = self._replacing and typed == self._judged
        self._judged = typed
        if problem:
            self._say(problem)
        elif exists and not agreed:
            self._say("This file exists. Press Enter again to replace it.", replacing=True)
        else:
            self.dismiss(path)

    def _say(self, text: str, *, replacing: bool = False) -> None:
        self.query_one(ErrorLine).say(text)
        self._replacing = replacing
        self.query_one("#save", Button).label = "Replace" if replacing else "Save"


def _without_suffix(name: str) -> str:
    """A name without the suffix of a format; other dots stay."""
    path = Path(name.rstrip())
    return name.rstrip().removesuffix(path.suffix) if format_of(path) else name


def _problem(typed: str, path: Path) -> str:
    """Why the path cannot be a file; empty if it can. Raises OSError for an unreadable folder."""
    if not typed.strip():
        return "Type a name."
    if path.name.endswith(SUFFIX):
        return "That is the name of a saved scene. Choose another one."
    if path.is_dir():
        return "That is a folder."
    if not path.parent.is_dir():
        return f"No such folder: {path.parent}"
    return ""
