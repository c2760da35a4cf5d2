"""The dialog that chooses a text to train on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog, ErrorLine
from bardtui.tui.screens.files import FilesScreen
from bardtui.tui.widgets.rows import RowList, Rows, spread


@dataclass(frozen=True)
class Offer:
    """A text that can be chosen: what it is called, its source, and why it cannot be used."""

    label: str
    note: str
    source: str
    problem: str = ""


class TextsScreen(Dialog[str | None]):
    """Lists texts and a row for files; dismissed with a source, as `bardtui train` takes it."""

    DEFAULT_CSS = """
    TextsScreen {
        & #box { width: 76; padding: 0 1; max-height: 90%; }
        & #texts {
            height: auto;
            max-height: 16;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """
    AUTO_FOCUS = "#texts"

    def __init__(self, offers: Sequence[Offer], folder: Path) -> None:
        super().__init__()
        self._offers, self._folder = list(offers), folder
        rows = [Offer("A file or a folder …", "", ""), *self._offers]
        self._list = RowList(
            *(Option(Rows(partial(_row, row)), id=str(n)) for n, row in enumerate(rows)),
            id="texts",
            markup=False,
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "A text to train on"
            box.border_subtitle = "Enter: choose, Esc: cancel"
            yield self._list
            yield ErrorLine()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index == 0:
            self.app.push_screen(FilesScreen(self._folder), self._take_file)
            return
        offer = self._offers[event.option_index - 1]
        if offer.problem:
            self.query_one(ErrorLine).say(offer.problem)
        else:
            self.dismiss(offer.source)

    def _take_file(self, path: Path | None) -> None:
        if path is not None:
            self.dismiss(str(path))


def _row(offer: Offer, width: int) -> list[Content]:
    style = "$text-muted" if offer.problem else ""
    label = Content.styled(visible(offer.label), style)
    return [spread(label, Content.styled(visible(offer.note), "$text-muted"), width)]
