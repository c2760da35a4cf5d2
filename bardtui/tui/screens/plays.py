"""The dialog that takes the cast of a play."""

from collections.abc import Mapping
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import RowList, Rows, spread


class PlaysScreen(Dialog[str]):
    """Lists plays with their casts; dismissed with the title of one, or with None."""

    DEFAULT_CSS = """
    PlaysScreen {
        & #box { padding: 0 1; max-height: 90%; }
        & #plays {
            height: auto;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """
    AUTO_FOCUS = "#plays"

    def __init__(self, casts: Mapping[str, Mapping[str, int]], model: str) -> None:
        super().__init__()
        self._titles = sorted(casts)
        self._model = model
        self._casts = casts

    def compose(self) -> ComposeResult:
        options = [
            Option(Rows(partial(self._row, title)), id=str(place))
            for place, title in enumerate(self._titles)
        ]
        with Vertical(id="box") as box:
            box.border_title = Content(f"The plays of {visible(self._model)}")
            box.border_subtitle = "Enter: take the cast, Esc: cancel"
            yield RowList(*options, id="plays", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._titles[event.option_index])

    def _row(self, title: str, width: int) -> list[Content]:
        names = list(self._casts[title])
        count = Content.styled(f"{len(names)} roles", "$foreground-muted")
        who = Content.styled(f"  {visible(', '.join(names[:3]))}", "$foreground-muted")
        return [spread(Content.assemble((visible(title), "$cue"), who), count, width)]
