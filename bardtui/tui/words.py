"""What the stage says of itself, in words."""

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
    ("^j", "A new row in your line"),
    ("up, down", "Lines sent before"),
    ("page up, page down", "Read back and on; at the end the scene is followed again"),
    ("tab", "From pane to pane"),
)


def top_line(manuscript: Manuscript) -> Content:
    """Which scene it is, how long, whose, and whether it is saved."""
    saved = f"not saved: {manuscript.problem}" if manuscript.problem else "saved"
    parts = (
        manuscript.scene.title,
        f"{manuscript.length:,} characters, {manuscript.writers_share:.0%} yours",
        saved if manuscript.length else "nothing written yet",
    )
    return Content.assemble(
        ("bardtui", "bold $accent"), "".join(f"  ·  {visible(part)}" for part in parts)
    )


def writing(model: str, rate: float) -> str:
    """The status while a model writes `rate` characters a second."""
    return f"{model} writes · {rate:,.0f} char/s · esc stops"


def waiting(model: str, state: str, activity: str) -> str:
    """The status while nothing is being written: the model is loading, ready or unusable."""
    match state, activity:
        case "unusable", _:
            return f"{model} cannot be used · pick another model"
        case "loading", "":
            return f"loading {model} ..."
        case "loading", _:
            return f"loading {model} ... · {activity}"
        case _, "":
            return f"{model} is ready"
        case _:
            return f"{model}: {activity} · esc stops"
