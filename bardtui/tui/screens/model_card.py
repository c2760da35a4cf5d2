"""The dialog with a model's card, and those that rename, describe and copy a model."""

from collections.abc import Sequence
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from bardtui.escaping import visible
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.screens.title import TitleScreen

Change = Literal["rename", "describe", "duplicate", "pack", "delete"]


class ModelCardScreen(Dialog[Change]):
    """Shows a model's card; dismissed with what the writer wants to do with the model, or None.

    Args:
        changes: What may be done with it.
    """

    DEFAULT_CSS = """
    ModelCardScreen #box { width: 74; }
    ModelCardScreen .sentence { margin-bottom: 1; }
    """
    BINDINGS = [
        Binding("r", "change('rename')", "Rename", id="card.rename"),
        Binding("e", "change('describe')", "Describe", id="card.describe"),
        Binding("d", "change('duplicate')", "Duplicate", id="card.duplicate"),
        Binding("p", "change('pack')", "Pack for others", id="card.pack"),
        Binding("delete", "change('delete')", "Delete", id="card.delete"),
    ]

    def __init__(self, name: str, sentences: Sequence[str], changes: Sequence[Change]) -> None:
        super().__init__()
        self._model, self._sentences, self._changes = name, sentences, changes

    def compose(self) -> ComposeResult:
        keys: dict[Change, str] = {
            "rename": "r renames",
            "describe": "e describes",
            "duplicate": "d duplicates",
            "pack": "p packs",
            "delete": "Del deletes",
        }
        with VerticalScroll(id="box") as box:
            box.border_title = Content(visible(self._model))
            words = [
                Content.styled(
                    keys[change], Style.from_meta({"@click": f"screen.change({change!r})"})
                )
                for change in self._changes
            ]
            box.border_subtitle = Content(" · ").join([*words, Content("Esc")])
            for sentence in self._sentences:
                yield Static(Content(visible(sentence)), classes="sentence")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "change" or parameters[0] in self._changes

    def action_change(self, change: Change) -> None:
        self.dismiss(change)


class ModelNameScreen(TitleScreen):
    """Asks for the name of a renamed, copied or added model; dismissed with it, or with None."""

    def __init__(self, name: str, verb: Literal["Rename", "Duplicate", "Add"]) -> None:
        super().__init__(name)
        self.HEADING, self.VERB, self.LONGEST = f"{verb} the model", verb, 64
        self._renamed = name if verb == "Rename" else None

    def read(self, typed: str) -> str:
        """The name in what was typed. Raises SceneError if a model cannot have it."""
        from bardtui.model.library import conflict
        from bardtui.model.store import ModelError

        name = typed.strip()
        if name == self._renamed:
            return name
        try:
            problem = conflict(name)
        except ModelError as error:
            problem = str(error)
        if problem:
            raise SceneError(problem)
        return name


class ModelDescriptionScreen(TitleScreen):
    """Asks for a model's description, one line; an empty one takes it away."""

    HEADING, VERB, LONGEST = "Describe the model", "Describe", 500

    def read(self, typed: str) -> str:
        """The description in what was typed."""
        return " ".join(typed.split())
