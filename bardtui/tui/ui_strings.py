"""What the stage says of itself, in words."""

from collections.abc import Sequence

from textual.content import Content

from bardtui.scene.cast import Role
from bardtui.session.manuscript import Manuscript
from bardtui.tui.glyphs import visible

EMPTY_STAGE = (
    "",
    "The stage is empty.",
    "",
    "Type who speaks, such as ROMEO: or a first line,",
    "and press Enter. The model writes on from there.",
)

NOBODY_ELSE = "No role that may speak is the model's: give it one in the cast."


_LEAST_OF_A_TITLE = 12  # columns


def top_line(manuscript: Manuscript, width: int) -> Content:
    """Which scene it is, how long, whose, and whether it is saved; a long title makes room."""
    if manuscript.problem:
        saved = (f"NOT SAVED: {visible(manuscript.problem)}", "bold $text-error")
    elif manuscript.length:
        saved = ("saved", "")
    else:
        saved = ("all taken back" if manuscript.scene.passages else "nothing written yet", "")
    length, share = manuscript.length, manuscript.writers_share
    begin = Content.assemble(("≡ bardtui", "bold $cue"), "  ·  ")
    size = f"  ·  {length:,} characters, {share:.0%} yours" if length else ""
    rest = Content.assemble("  ·  ", saved, size)
    room = max(_LEAST_OF_A_TITLE, width - begin.cell_length - rest.cell_length)
    title = Content(visible(manuscript.scene.title)).truncate(room, ellipsis=True)
    return Content.assemble(begin, title, rest)


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


def your_line(role: Role | None) -> Content:
    """The seed line's title: whom the writer speaks as."""
    if role is None:
        return Content("Your line")
    return Content.assemble("You are ", (visible(role.name), "bold $writer"))


def line_hint(yours: Role | None, speaker: str) -> Content:
    """What may be done with an empty line in a scene with roles; `speaker` is the model's next."""
    typed = f"Speak as {yours.name}" if yours else "Type a line"
    alone = f"; Enter alone lets {speaker} speak" if speaker else ""
    return Content(visible(typed + alone))


def offer(key: str, place: int, count: int) -> str:
    """What may be done with the suggestion at `place` of `count`; nothing without one."""
    others = f" · ↑↓ {place} of {count}" if count > 1 else ""
    return f"{key} takes it{others}" if count else ""


def writer(speaker: str, model: str) -> str:
    """Who writes: the model, as a role if there is one."""
    return f"{speaker} ({model})" if speaker else model


def interrupted(writer: str) -> str:
    """That a line came while somebody was speaking."""
    return f"{writer} broke off where your line came in"


def joined_the_cast(count: int) -> str:
    """How many speakers have become roles."""
    if not count:
        return "Nobody speaks in the scene who is not in the cast."
    return "1 role joins the cast" if count == 1 else f"{count} roles join the cast"


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
