"""Help: the keys as they are bound now, and what the settings do."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import Rows

Keys = Sequence[tuple[str, str]]
"""Pairs of a key, as it is written on screen, and what it does."""

_GUIDE: Keys = (
    (
        "Writing",
        "Type a line and press Enter: it stands in the scene as yours, and the model writes on "
        "from all of the scene so far. Enter on an empty line lets it go on. What is yours has a "
        "bar in the margin.",
    ),
    (
        "Suggestions",
        "Stop for a moment while you type, and the model shows how the line may go on: it is "
        "yours if you take it, and nothing if you type on.",
    ),
    (
        "Takes",
        "Another take of a passage, or five at once, are all kept: a scene is a tree of passages, "
        "of which you see one branch, and its map shows the others.",
    ),
    (
        "Roles",
        "A role is played by you or by the model, with a model and a temperature of its own. Your "
        "line goes under your role's cue; Enter alone gives the word to the model's next role, "
        "for one speech.",
    ),
    (
        "Editing",
        "Go to the scene with Tab: there a passage can be edited, and the scene cut at any "
        "character to go on from it. Undo brings back what stood before.",
    ),
    (
        "Temperature",
        "How much the model dares. Near 0.1 it takes the likeliest character again and again and "
        "soon repeats itself; near 1 it writes as its texts do; near 2 it forgets how to spell.",
    ),
    (
        "Length",
        "How many characters it writes at most before it is your turn again.",
    ),
    (
        "Stops after",
        "Where a passage ends before its length: after a line, a sentence or a speech.",
    ),
    (
        "Pace",
        "How fast the characters appear. It holds nothing back from you: stopping keeps exactly "
        "what you see.",
    ),
    (
        "A dial",
        "Arrows, a click, a drag or the wheel move it; page up and down move it far. Type a "
        "number and press Enter for that very value.",
    ),
)


class HelpScreen(Dialog[None]):
    """Shows `groups`, a heading over its keys each, then a short guide.

    Args:
        groups: The real bindings; the order of the mapping is the order on screen.
        scenes: The folder the scenes are kept in.
        settings: The settings file.
    """

    DEFAULT_CSS = """
    HelpScreen {
        & #box { width: 76; }
        & #help { height: auto; padding-right: 1; }
    }
    """

    BINDINGS = [Binding("question_mark,f1,q", "cancel", "Close", show=False, id="help.close")]
    AUTO_FOCUS = "#box"

    def __init__(self, groups: Mapping[str, Keys], scenes: Path, settings: Path) -> None:
        super().__init__()
        kept = f"Every scene is saved as you write, in {scenes}"
        bound = f'Keys, the theme and more are set in {settings}: [keys] stage.retry = "f9"'
        guide = (*_GUIDE, ("Scenes", kept), ("Settings", bound))
        self._groups = [*groups.items(), ("How it works", guide)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box") as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            yield Static(Rows(self._rows), id="help")

    def _rows(self, width: int) -> list[Content]:
        keys = [visible(key) for _, group in self._groups for key, _ in group]
        column = max(len(key) for key in keys) + 2
        rows: list[Content] = []
        for heading, group in self._groups:
            rows += [Content("")] if rows else []
            rows += Content.styled(visible(heading), "bold $cue").wrap(max(1, width))
            for key, does in group:
                rows += _entry(visible(key), visible(does), column, width)
        return rows


def _entry(key: str, does: str, column: int, width: int) -> list[Content]:
    """A key and what it does, side by side, or below each other where that is too narrow."""
    if width < 2 * column:
        return [
            Content.styled(key, "bold").truncate(width, ellipsis=True),
            *(line.stylize("$foreground-muted") for line in Content(does).wrap(max(1, width))),
        ]
    first, *rest = Content(does).wrap(width - column)
    return [
        Content.assemble((key.ljust(column), "bold"), first),
        *(Content.assemble(" " * column, line) for line in rest),
    ]
