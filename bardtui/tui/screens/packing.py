"""The dialog that packs a model into a file, and says what the file tells of the model's text."""

from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.model.store import ModelBundle
from bardtui.sharing.contents import PARTS, chosen, held, shareable
from bardtui.sharing.pack import SUFFIX
from bardtui.tui.screens.destination import DestinationScreen
from bardtui.tui.screens.dialog import ErrorLine
from bardtui.tui.widgets.rows import ListPane, Rows
from bardtui.tui.widgets.safe_inputs import SafeInput


class PartsList(ListPane):
    """What can be put in or left out."""

    BINDINGS = [
        Binding("space", "select", "Put in or leave out", show=False, id="pack.part"),
        Binding("enter", "screen.accept", "Pack", show=False, id="pack.accept"),
    ]


class PackScreen(DestinationScreen):
    """Asks for the file to pack a model into, and what the file tells of the text.

    `parts` are those of `contents.PARTS` that go in.
    """

    DEFAULT_CSS = """
    PackScreen {
        & #box { width: 78; padding: 0 1; }
        & #always { padding: 0 1; }
        & #parts { height: auto; max-height: 8; }
        & .buttons { margin-top: 0; }
    }
    """
    VERB = "Pack"

    def __init__(
        self, bundle: ModelBundle, folder: Path, *, error: str = "", browser: bool = False
    ) -> None:
        super().__init__(folder / f"{bundle.name}{SUFFIX}", error=error, browser=browser)
        self._bundle, self._held = bundle, held(bundle)
        self.parts = chosen(bundle, None)
        self._field = SafeInput(self._default, id="path")
        self._field.border_title = "File"
        self._always = Static(id="always")
        self._list = PartsList(
            *(Option(self._prompt(part), id=part) for part in self._held), id="parts", markup=False
        )
        self._list.border_title = "What else it may tell of the text"
        self._list.border_subtitle = "Space: put in or leave out"

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(visible(f"Pack {self._bundle.name} for others"))
            box.border_subtitle = "Enter: pack, Esc: cancel"
            yield self._field
            yield Static(id="folder", classes="note")
            yield self._always
            if self._held:
                yield self._list
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Pack", id="save", compact=True)

    def on_mount(self) -> None:
        self._show_always()

    def _show_always(self) -> None:
        """Say what is in the file whatever is left out."""
        kind = "public" if self._bundle.public else "private"
        described = shareable(self._bundle, self.parts).description
        description = f", and the description “{described}”" if described else ""
        characters = len(self._bundle.vocabulary)
        told = (
            f"It was trained on a {kind} text. In the file are its weights, which can write parts "
            f"of the text by heart, its {characters} different characters{description}. Paths and "
            "the names of you and your machine are not."
        )
        self._always.update(Content(visible(told)))

    def _prompt(self, part: str) -> Rows:
        return Rows(partial(_row, part, part in self.parts))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Put a part in, or leave it out."""
        event.stop()
        part = self._held[event.option_index]
        self.parts = [each for each in self._held if (each in self.parts) != (each == part)]
        self._list.replace_option_prompt_at_index(event.option_index, self._prompt(part))
        self._show_always()


def _row(part: str, goes_in: bool, width: int) -> list[Content]:
    mark = ("✓ goes in   ", "bold $cue") if goes_in else ("✗ left out  ", "$text-muted")
    return [Content.assemble(mark, PARTS[part]).truncate(width, ellipsis=True)]
