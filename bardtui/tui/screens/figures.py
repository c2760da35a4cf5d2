"""The dialog with the figures of a scene."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bardtui.escaping import visible
from bardtui.scene.figures import Figures
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import Rows, spread

_NUMBERS = 9  # cells of a column


class FiguresScreen(Dialog[None]):
    """Shows words, lines and speeches by role, words by author, and how much was written today."""

    DEFAULT_CSS = """
    FiguresScreen {
        & #box { width: 64; padding: 0 1; }
        & #figures { height: auto; }
    }
    """
    BINDINGS = [Binding("enter,q", "cancel", "Close", show=False, id="figures.close")]
    AUTO_FOCUS = "#box"

    def __init__(self, figures: Figures, today: str) -> None:
        super().__init__()
        self._figures, self._today = figures, today

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box") as box:
            box.border_title = "Figures of this scene"
            box.border_subtitle = "Esc: close"
            yield Static(Rows(self._rows), id="figures")

    def _rows(self, width: int) -> list[Content]:
        found = self._figures
        rows: list[Content] = []
        if found.parts:
            rows.append(_row("Role", ["speeches", "lines", "words"], width, "bold $cue"))
            for part in found.parts:
                numbers = [f"{n:,}" for n in (part.speeches, part.lines, part.words)]
                rows.append(_row(part.name, numbers, width))
            other = "directions, headings and cues"
            rows += [_row(other, [f"{found.other_words:,}"], width, "$foreground-muted"), _BLANK]
        rows.append(_row("Written by", ["share", "words"], width, "bold $cue"))
        for author, words in found.authors:
            share = f"{words / max(found.words, 1):.0%}"
            style = "$writer" if author is None else ""
            rows.append(
                _row("you" if author is None else author, [share, f"{words:,}"], width, style)
            )
        rows.append(_BLANK)
        total = f"{found.words:,} words, {found.characters:,} characters in all"
        tree = (
            f"passages that show: {found.passages:,}; takes of models in the tree: {found.takes:,}"
        )
        for line in (total, tree, self._today):
            rows += Content.styled(line, "$foreground-muted").wrap(max(1, width))
        return rows


_BLANK = Content("")


def _row(name: str, numbers: Sequence[str], width: int, style: str = "") -> Content:
    right = Content("".join(number.rjust(_NUMBERS) for number in numbers))
    return spread(Content(visible(name)), right, width).stylize(style)
