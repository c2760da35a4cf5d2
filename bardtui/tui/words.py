"""What the stage says of itself, in words."""

from collections.abc import Sequence

from textual.content import Content

from bardtui.tui.glyphs import visible
from bardtui.tui.manuscript import Manuscript

EMPTY_STAGE = (
    "",
    "The stage is empty.",
    "",
    "Type who speaks, such as ROMEO: or a first line,",
    "and press Enter. The model writes on from there.",
)

PANE_KEYS = (
    ("Enter", "Send the line; an empty one lets the model go on"),
    ("space, Enter", "Send a line that the model is to finish"),
    ("^j", "A new row in your line"),
    ("up, down", "Lines sent before"),
    ("page up, page down", "Read back and on; at the end the scene is followed again"),
    ("end", "On an empty line: to the end of the scene"),
    ("tab", "From pane to pane"),
    ("^p", "Every command, and the themes"),
    ("^q", "Leave; everything is saved"),
)


def top_line(manuscript: Manuscript) -> Content:
    """Which scene it is, how long, whose, and whether it is saved."""
    if manuscript.problem:
        saved = (f"NOT SAVED: {visible(manuscript.problem)}", "bold $text-error")
    elif manuscript.length:
        saved = ("saved", "")
    else:
        saved = ("all taken back" if manuscript.scene.passages else "nothing written yet", "")
    length, share = manuscript.length, manuscript.writers_share
    return Content.assemble(
        ("≡ bardtui", "bold $cue"),
        f"  ·  {visible(manuscript.scene.title)}  ·  ",
        saved,
        f"  ·  {length:,} characters, {share:.0%} yours" if length else "",
    )


def below_the_scene(manuscript: Manuscript, follow: bool) -> str:
    """Which take it is, where there are several, and whether there is more below."""
    takes = manuscript.takes()
    parts = []
    if len(takes) > 1:
        place = takes.index(manuscript.scene.head or 0) + 1
        parts.append(f"take {place} of {len(takes)}")
    if not follow:
        parts.append("▼ more below")
    return " · ".join(parts)


def unknown(model: str, characters: Sequence[str]) -> str:
    """Which characters of the scene the model has left out."""
    shown = " ".join(characters[:12]) + (" ..." if characters[12:] else "")
    return f"{model} has never seen {shown} and reads on without"


def too_long(length: int, kept: int) -> str:
    """Why not all that was typed or pasted is in the line."""
    if kept == 0:
        return "The line is full."
    return (
        f"Of the {length:,} characters the line holds the first {kept:,}. "
        "A long text can be opened as a file: bardtui open FILE"
    )
