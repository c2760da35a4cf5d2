"""The field for a text, and the dialog that chooses one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.errors import UserError, user_message
from bardtui.escaping import visible
from bardtui.tui.own_texts import OwnTexts
from bardtui.tui.screens.dialog import Dialog, ErrorLine
from bardtui.tui.screens.files import FilesScreen
from bardtui.tui.widgets.rows import RowList, Rows, spread
from bardtui.tui.widgets.safe_inputs import SafeInput

_FILES = ""  # as the source of the row for files


@dataclass(frozen=True)
class Offer:
    """A text that can be chosen: what it is called, its source, and why it cannot be used."""

    label: str
    note: str
    source: str
    problem: str = ""


class TextField(SafeInput):
    """A field for a text: the name or the path of one, typed or chosen from lists."""

    def __init__(self, texts: OwnTexts, *, id: str) -> None:
        where = "Its path, or ^o to choose one" if texts.files else "^o to choose one"
        super().__init__(id=id, placeholder=where)
        self._texts = texts

    @work(exclusive=True)
    async def choose(self) -> None:
        """Choose a text from lists."""
        try:
            offers = await asyncio.to_thread(self._texts.offers)
        except (UserError, OSError) as error:
            self.screen.query_one(ErrorLine).say(user_message(error) or "")
            return
        folder = self._texts.folder if self._texts.files else None
        chosen = await self.app.push_screen_wait(TextsScreen(offers, folder))
        if chosen is not None:
            self.value = chosen


class TextsScreen(Dialog[str | None]):
    """Lists texts and, where files can be chosen, a row for those; dismissed with the source of the
    chosen one.

    Args:
        offers: The texts.
        folder: Where files are looked for first; None if there are none to choose.
    """

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

    def __init__(self, offers: Sequence[Offer], folder: Path | None) -> None:
        super().__init__()
        self._folder = folder
        files = [] if folder is None else [Offer("A file or a folder …", "", _FILES)]
        self._offers = [*files, *offers]
        self._list = RowList(
            *(Option(Rows(partial(_row, row)), id=str(n)) for n, row in enumerate(self._offers)),
            id="texts",
            markup=False,
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Choose a text"
            box.border_subtitle = "Enter: choose, Esc: cancel"
            yield self._list
            yield ErrorLine()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        offer = self._offers[event.option_index]
        if offer.source == _FILES and self._folder is not None:
            self.app.push_screen(FilesScreen(self._folder), self._take_file)
        elif offer.problem:
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
