"""The base of the dialogs that ask for a file to write."""

import os
from pathlib import Path

from textual.content import Content
from textual.widgets import Button, Input, Static

from bardtui.escaping import visible
from bardtui.files import expanded
from bardtui.scene.journal_reader import SUFFIX
from bardtui.tui.screens.dialog import ErrorLine, Form


class DestinationScreen(Form[Path | None]):
    """Asks for a file; dismissed with its path, or with None.

    A subclass has an Input `#path`, a Static `#folder` that says where it goes, and a Button
    `#save`.

    A name without a folder goes beside `default`. An existing file is asked about in place: the
    second Enter replaces it; a saved scene is never replaced. Nothing is written here; when writing
    fails, show the dialog again with the path tried and the reason as `error`.

    In a `browser`, which downloads the file, only its name is asked for, and the disk stays unseen.
    """

    DEFAULT_CSS = """
    DestinationScreen.-tiny #path { border: none; height: 1; padding: 0; }
    """
    AUTO_FOCUS = "#path"
    ACCEPTS = "save"
    VERB = "Save"  # on the button

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

    def on_mount(self) -> None:
        self._say(self._error)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        path = self._path(event.value)
        where = "in the folder of your browser" if self._browser else f"in {path.parent}"
        self.query_one("#folder", Static).update(Content(visible(where)))
        if event.value != self._judged:
            self._say("")

    def _path(self, typed: str) -> Path:
        if self._browser:
            return self._folder / Path(typed.strip()).name
        return Path(os.path.normpath(self._folder / expanded(typed.strip())))

    def action_accept(self) -> None:
        """Take the file, or show why not."""
        typed = self.query_one("#path", Input).value
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
        self.query_one("#save", Button).label = "Replace" if replacing else self.VERB


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
