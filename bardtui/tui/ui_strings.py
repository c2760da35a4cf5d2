"""Texts that the stage shows."""

import math
from collections.abc import Sequence

from textual.content import Content
from textual.style import Style

from bardtui.escaping import visible
from bardtui.likelihood import RANGES, percent, spelled
from bardtui.scene.bookmarks import names_in
from bardtui.scene.cast import Role
from bardtui.scene.passage import Passage
from bardtui.session.manuscript import Manuscript

EMPTY_STAGE = (
    "",
    "The stage is empty.",
    "",
    "Type who speaks, such as ROMEO: or a first line,",
    "and press Enter. The model writes on from there.",
    "",
    "A scene begins well with a place, who is there, and a line:",
    "",
    "[A harbour office at night. Rain.]",
    "[Enter MARTHA and TOM]",
    "MARTHA: You kept the letter, then.",
    "",
    'Ctrl+P, then "example": a play, a screenplay, prose, verse.',
)

_LEAST_OF_A_TITLE = 12  # columns
_CUT_WORDS = 24  # characters before a cut that the title of the line shows


def later_text_hidden(map_key: str, go_key: str) -> str:
    """Return the message after a jump to a passage that others follow."""
    return f"The text after this is hidden; {map_key}, then {go_key}, shows it"


def top_line(manuscript: Manuscript, width: int) -> Content:
    """Return the top line: title, whether it is saved, length, the writer's share.

    A long title is cut to make room for the rest.
    """
    if manuscript.problem:
        saved = (f"NOT SAVED: {visible(manuscript.problem)}", "bold $text-error")
    elif manuscript.length:
        saved = ("saved", "")
    else:
        saved = ("everything undone" if manuscript.scene.passages else "nothing written yet", "")
    length, share = manuscript.length, manuscript.writers_share
    begin = Content.assemble(("≡ bardtui", "bold $cue"), "  ·  ")
    size = f"  ·  {length:,} characters, {share:.0%} yours" if length else ""
    rest = Content.assemble("  ·  ", saved, size)
    room = max(_LEAST_OF_A_TITLE, width - begin.cell_length - rest.cell_length)
    title = Content(visible(manuscript.scene.title)).truncate(room, ellipsis=True)
    return Content.assemble(begin, title, rest)


def below_the_scene(
    manuscript: Manuscript, follow: bool, copies: str, figures: str = "", words: str = ""
) -> Content:
    """Return the transcript's lower border: the take, whether there is more below, what the last
    reply copies, what Surprise found, and how many words were written today."""
    takes = manuscript.takes()
    parts = []
    if len(takes) > 1:
        place = takes.index(manuscript.scene.head or 0) + 1
        parts.append(f"take {place} of {len(takes)}")
    if not follow:
        parts.append("▼ more below")
    if copies:
        parts.append(visible(copies))
    if figures:
        parts.append(visible(figures))
    if words:
        parts.append(words)
    return Content(" · ".join(parts))


def word_goal(today: int, goal: int) -> str:
    """Return how many words the writer wrote today, and the goal; empty without a goal."""
    if not goal:
        return ""
    return f"✓ {today:,} words today" if today >= goal else f"{today:,} of {goal:,} words today"


def place(manuscript: Manuscript, passage: Passage) -> Content:
    """Return the title of the transcript for a passage: who wrote it, how, which take it is, and
    its name."""
    name = names_in(manuscript.scene).get(passage.id)
    named = [f"⚑ {visible(name)}"] if name else []
    if not passage.is_take:
        return Content(" · ".join(["By you", *named]))
    parts = [visible(passage.model or "a model")]
    settings = passage.settings
    if isinstance(temperature := settings.get("temperature"), int | float):
        parts.append(f"temperature {temperature:.4g}")
    if passage.random_seed is not None:
        parts.append(f"random seed {passage.random_seed}")
    takes = manuscript.takes(passage.id)
    if len(takes) > 1:
        last = manuscript.scene.last_of_reply(passage.id).id
        parts.append(f"take {takes.index(last) + 1} of {len(takes)}")
    if passage.author == "writer":
        parts.append("edited by you")
    return Content(" · ".join([*parts, *named]))


def surprise_legend(styles: Sequence[Style]) -> Content:
    """Return what the shades of Surprise mean: the probability of a character, from likely to
    unlikely."""
    shades = zip(RANGES, styles, strict=True)
    return Content.assemble("  ", *((f" {text} ", style) for text, style in shades))


def probability_of(character: str, probability: float, nats: float) -> str:
    """Return how likely a character was to the model."""
    return f"{spelled(character)} was {percent(probability)} likely, {nats:.2f} nats"


def take_scores(step: str | None, nats: float, mean: float) -> str:
    """Return what the model thought of a take: of the character where it parts from another take,
    and the mean of all characters. `step` is None where the take ends before the other."""
    if step is None:
        there = "ends before the other"
    elif math.isnan(nats):
        there = f"the model lacks {spelled(step)}"
    else:
        there = probability_of(step, math.exp(-nats), nats)
    return f"{there} · mean {mean:.2f}"


def mean_surprise(nats: float | None) -> str:
    """Return the mean surprise of what shows; None while it is not known."""
    return "surprise ..." if nats is None else f"surprise: {nats:.2f} nats"


def no_surprise(key: str) -> str:
    """Return the message where no character is shaded yet."""
    return f"Nothing is scored here yet; {key} shows Surprise"


def your_line(role: Role | None, cut_row: str) -> Content:
    """Return the title of the line: the role that the writer speaks as, or the words that the line
    goes on after where the scene was cut in the middle of a row."""
    if cut_row:
        words = visible(cut_row[-_CUT_WORDS:])
        return Content.assemble("Goes on after  ", (f"{'…' * (words != cut_row)}{words}", "$cue"))
    if role is None:
        return Content("Your line")
    return Content.assemble("You are ", (visible(role.name), "bold $writer"))


def line_hint(role: Role | None, speaker: str, cut_row: str) -> Content:
    """Return the placeholder of an empty line in a scene that has roles or was cut.

    `role` is the writer's, `speaker` the role that the model speaks next.
    """
    if cut_row:
        return Content("Your words go on in that row; Enter alone lets the model go on there")
    typed = f"Speak as {role.name}" if role else "Type a line"
    alone = f"; Enter alone lets {speaker} speak" if speaker else ""
    return Content(visible(typed + alone))


def suggestion_keys(key: str, place: int, count: int) -> str:
    """Return the keys for the suggestion at `place` of `count`; empty without one."""
    others = f" · ↑↓ {place} of {count}" if count > 1 else ""
    return f"{key} accepts{others}" if count else ""


def line_too_long(length: int, kept: int, key: str) -> str:
    """Return why only part of a typed or pasted text is in the line, and the key of the list of
    scenes, where a file can be opened."""
    if kept == 0:
        return "The line is full."
    return (
        f"The line holds the first {kept:,} of {length:,} characters. "
        f"To work on a long text, save it as a file; {key} opens it by its path"
    )
