"""Where to save the scene, and as what: a path, checked before it is returned."""

import os
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static
from textual.widgets.input import Selection

from bardtui.escaping import visible
from bardtui.scene.export import format_of, suffix_of
from bardtui.scene.journal_reader import SUFFIX
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.safe_inputs import SafeInput

#: What each format is called, and what it is for.
FORMATS = {
    "txt": ("Text", "the text alone, as models learn from it"),
    "markdown": ("Markdown", "a formatted text, for notes and websites"),
    "fountain": ("Fountain", "a screenplay, for screenwriting programs"),
    "html": ("HTML", "a page to read, everyone's words marked"),
    "json": ("JSON", "the whole scene and its takes, to reopen"),
}


class NameField(SafeInput):
    """The file's name. Up and down, which have no other use in it, choose the format."""

    BINDINGS = [
        Binding("up", "screen.format(-1)", "Format before", show=False, id="save.before"),
        Binding("down", "screen.format(1)", "Next format", show=False, id="save.next"),
    ]


class SaveScreen(Dialog[Path | None]):
    """Asks for a file; dismissed with its path, or with None.

    The suffix of its name says the format, choosing a format changes the suffix. A name without a
    folder goes beside `default`. An existing file is asked about in place: the second Enter
    replaces it; a saved scene is never replaced. Nothing is written here; when writing fails, show
    the dialog again with the path tried and the reason as `error`.
    """

    DEFAULT_CSS = """
    SaveScreen #path {
        border: round $foreground 25%;
        background: transparent;
        height: 3;
        &:focus { border: round $border; }
    }
    SaveScreen.-tiny #formats { display: none; }
    SaveScreen #error { display: none; }
    SaveScreen #error.-shown { display: block; }
    SaveScreen.-tiny #path { border: none; height: 1; padding: 0; }
    """
    AUTO_FOCUS = "#path"

    def __init__(self, default: Path, *, error: str = "") -> None:
        super().__init__()
        self._folder = default.parent
        self._default = default.name
        self._error = error
        self._judged = self._default
        """The typed text that the error line speaks of."""
        self._replacing = False
        """The judged text names a file that exists, and Enter replaces it."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Save the scene as"
            box.border_subtitle = "Enter saves · ↑ ↓ format · esc goes back"
            yield NameField(self._default, id="path")
            yield Static(id="folder", classes="note")
            yield Choice(
                "Format",
                {format: name for format, (name, _) in FORMATS.items()},
                self._format(self._default),
                titles={format: purpose for format, (_, purpose) in FORMATS.items()},
                id="formats",
            )
            yield Static(id="error", classes="error")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Save", id="save", compact=True)

    def on_mount(self) -> None:
        self._say(self._error)
        # The stem is what a writer changes; the ending mostly stays.
        self.query_one(NameField).selection = Selection(0, len(_without_suffix(self._default)))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        path = self._path(event.value)
        self.query_one("#folder", Static).update(Content(visible(f"in {path.parent}")))
        with self.prevent(Choice.Changed):  # it is told; it asks for nothing
            # What is typed now, which may be more than this event tells of.
            self.query_one(Choice).value = self._format(event.input.value)
        if event.value != self._judged:
            self._say("")

    def on_choice_changed(self, message: Choice.Changed) -> None:
        message.stop()
        self._choose(message.value)

    def action_format(self, steps: int) -> None:
        """Choose the next of the formats, or the one before; after the last comes the first."""
        names = list(FORMATS)
        chosen = self._format(self.query_one(NameField).value)
        self._choose(names[(names.index(chosen) + steps) % len(names)])

    def _format(self, typed: str) -> str:
        return format_of(self._path(typed)) or "txt"

    def _choose(self, format: str) -> None:
        """Give the name the suffix of another format; what is selected of it stays selected."""
        field = self.query_one(NameField)
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
        try:
            path = Path(typed.strip()).expanduser()
        except RuntimeError:  # a home that cannot be told, as in ~nobody-of-that-name
            path = Path(typed.strip())
        return Path(os.path.normpath(self._folder / path))

    def _accept(self) -> None:
        typed = self.query_one(NameField).value
        path = self._path(typed)
        try:
            problem = _problem(typed, path)
            exists = not problem and path.exists()
        except (OSError, ValueError) as error:
            problem, exists = str(error), False
        agreed = self._replacing and typed == self._judged
        self._judged = typed
        if problem:
            self._say(problem)
        elif exists and not agreed:
            self._say("It exists. Press Enter again to replace it.", replacing=True)
        else:
            self.dismiss(path)

    def _say(self, text: str, *, replacing: bool = False) -> None:
        error = self.query_one("#error", Static)
        error.update(Content(visible(text, keep="\n")))
        error.set_class(bool(text), "-shown")
        self._replacing = replacing
        self.query_one("#save", Button).label = "Replace" if replacing else "Save"


def _without_suffix(name: str) -> str:
    """A name without the suffix of any format; other dots in it are its own."""
    path = Path(name.rstrip())
    return name.rstrip().removesuffix(path.suffix) if format_of(path) else name


def _problem(typed: str, path: Path) -> str:
    """Why the path cannot be a file, or nothing. May raise OSError for an unreadable folder."""
    if not typed.strip():
        return "It needs a name."
    if path.name.endswith(SUFFIX):
        return "That would be a saved scene's file: give it another name."
    if path.is_dir():
        return "That is a folder."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}"
    return ""
