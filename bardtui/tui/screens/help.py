"""The help: the keys in force, and a guide."""

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
"""Pairs of a key, as it is shown, and its description."""

_GUIDE: Keys = (
    (
        "Writing",
        "Type a line and press Enter. The line is added to the scene, and the model writes on from "
        "there. Press Enter on an empty line to let the model go on. Your text has a bar in the "
        "margin. ROMEO: and words in one row are a speech of Romeo's.",
    ),
    (
        "Suggestions",
        "When you pause while you type, the model suggests how the line may end. Accept the "
        "suggestion, or just type on.",
    ),
    (
        "Takes",
        "You can ask for another take of the model's reply, or for five at once, instead of the "
        "reply or after it, and compare two of the five: where they part, and how likely the model "
        "thought each. All takes are kept: a scene is a tree of passages, of which you see one "
        "branch.",
    ),
    (
        "The map",
        "It shows all branches, and the text of the selected one. Looking at them changes nothing, "
        "until you go to one. You can name a passage there; the list of what you keep has the "
        "names too.",
    ),
    (
        "Words",
        "The palette shows the figures of the scene. With word_goal in the settings file, the "
        "border below the scene counts the words of the lines that you send in a day.",
    ),
    (
        "Cells",
        "A strip below the scene shows what the cells of the model hold after the character at the "
        "cursor, or as it writes: gold above zero, blue below. `bardtui models cells NAME --save` "
        "finds cells that follow cues, directions or verse, and names them.",
    ),
    (
        "Surprise",
        "Shades each character by how little the model expected it, yours and its own. In the "
        "transcript you see the probability of the character at the cursor. The map has bars along "
        "the passage you choose, high where the model was unsure.",
    ),
    (
        "Roles",
        "You or the model play a role. A role can have its own model and temperature. Your line is "
        "added under the cue of your role. The model's roles answer one another as long as Length "
        "says, until it is your role's turn. Those who spoke last are likeliest to speak.",
    ),
    (
        "Editing",
        "Go to the scene with Tab. There you can edit a passage, or cut the scene at any character "
        "and go on from there. Undo restores the text.",
    ),
    (
        "Temperature",
        "How bold the model is. Near 0.1 it always picks the likeliest character and soon repeats "
        "itself. Near 1 it writes like the texts it learned from. Near 2 it misspells most words.",
    ),
    (
        "Length",
        "About how many characters the model writes before it is your turn. It ends with a whole "
        "sentence or line.",
    ),
    (
        "Stops after",
        "What ends a passage before its length: a line, a sentence or a speech. With a cast, one "
        "role speaks then.",
    ),
    (
        "Form",
        "What the model writes: a play, a screenplay, prose or verse; or what the scene so far is. "
        "Prose and verse have no cues.",
    ),
    (
        "Banning",
        "The palette has a command for words and phrases that the model never writes in a scene.",
    ),
    (
        "Pace",
        "How fast the characters appear. When you stop the model, the scene keeps exactly what you "
        "see.",
    ),
    (
        "A dial",
        "Arrows, a click, a drag or the wheel move it; Page Up and Page Down move it further. Or "
        "type a number and press Enter.",
    ),
)


class HelpScreen(Dialog[None]):
    """Shows groups of keys and a short guide.

    Args:
        groups: Headings and their keys, in the order of the screen.
        scenes: The folder of the saved scenes.
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
        kept = f"Scenes are saved as you write, in {scenes}, and deleted ones in its folder trash"
        bound = f'You can set keys, the theme and more in {settings}: [keys] stage.retry = "alt+r"'
        guide = (*_GUIDE, ("Scenes", kept), ("Settings", bound))
        self._groups = [*groups.items(), ("How it works", guide)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box") as box:
            box.border_title = "Help"
            box.border_subtitle = "Esc: close"
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
    """A key and its description, side by side or, in a narrow terminal, below each other."""
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
