"""Turns: how the model continues in a scene with a cast, and how the writer's line is added."""

from dataclasses import dataclass

from bardtui.scene.cast import Cast, Role, cue_to_add, is_speaking, speakers
from bardtui.scene.script import (
    MAX_CUE_LENGTH,
    Speech,
    is_cue,
    is_cue_line,
    is_heading,
    is_name,
    is_only_directions,
    line_to_add,
    parse,
)
from bardtui.settings import Stop

_RECENT = 20_000  # characters at the end of a scene that decide who speaks


@dataclass(frozen=True)
class Turn:
    """How the model continues the visible text.

    Attributes:
        opening: Text that the program writes first: a role's cue, or nothing.
        speaker: The role that speaks; "" in free text.
        model: The role's own model, if it has one.
        temperature: The role's own temperature, if it has one.
        rule: Where the passage ends, if the cast decides it.
    """

    opening: str = ""
    speaker: str = ""
    model: str | None = None
    temperature: float | None = None
    rule: Stop | None = None


def next_turn(cast: Cast, text: str) -> Turn | None:
    """Return the model's turn after `text`; None if the cast has no role for the model.

    A text that ends in the middle of a line is continued as it stands, with the settings of the
    role that speaks there if the model plays it.
    """
    if not cast.roles:
        return Turn()
    if text and not text.endswith("\n"):
        last = parse(text[-_RECENT:])[-1]
        name = last.speaker if isinstance(last, Speech) else ""
        role = next((r for r in cast.roles if r.name == name and r.player == "model"), None)
        own = (role.model, role.temperature) if role else (None, None)
        return Turn("", name, *own, "speech")
    role = cast.turn("model", text)
    if role is None:
        return None
    # A finished speech of this role is not continued: the model alone would change the speaker.
    opening = cue_to_add(text, role)
    if not opening and not text.endswith(f"{role.cue}\n"):
        opening = f"\n{role.cue}\n"
    return Turn(opening, role.name, role.model, role.temperature, "speech")


def spoken(cast: Cast, before: str, line: str, *, cut: bool = False) -> str:
    """Return the writer's line as it is added to `before`, under the cue of the writer's role.

    A line that names a speaker itself ("NURSE: Anon!", or a cue alone) is spoken by that speaker,
    who need not be in the cast. `cut` says that the visible text was cut in the middle of a row:
    then the line continues that row, unless it names somebody else.
    """
    first, _, rest = line.partition("\n")
    end = "" if line[-1:].isspace() else "\n"
    if cut and is_cue_line(_row(before) + first.rstrip(), _opens_paragraph(before)):
        return line + end  # the cut was in a cue
    in_rows = not cast.roles and _names_in_rows(before)
    if is_cue(first) or any(first.rstrip() == role.cue for role in cast.roles):
        alone = not rest and not in_rows
        return line_to_add(before, f"{first.rstrip()}\n" if alone else line, apart=True)
    name = "" if in_rows else _name(cast, before, first)
    if name:
        line = line.removeprefix(f"{name}:").lstrip(" ")
    if cut and (not name or is_speaking(before, Role(name))):
        return line + end
    role = Role(name) if name else cast.turn("writer", before)
    direction = not name and is_only_directions(line)
    # Without a role the line must not look like a part of the last speech. A stage direction is
    # nobody's speech, unless it stands in the middle of one.
    if role is None or (direction and (is_heading(line) or not is_speaking(before, role))):
        return line_to_add(before, line, apart=bool(cast.roles))
    return cue_to_add(before, role) + line + end


def _name(cast: Cast, before: str, row: str) -> str:
    """Return the speaker that a row names before its words: "BOY" in "BOY: The river is up".

    A name that is not in capitals must be known in the cast or the scene: prose has "Note: ..."
    too. "" if there is none.
    """
    name, colon, _ = row.partition(": ")
    cue = f"{name}:"
    if not colon or len(cue) > MAX_CUE_LENGTH:
        return ""
    if is_cue(cue) or any(role.name == name for role in cast.roles):
        return name
    return name if is_name(cue) and name in speakers(before[-_RECENT:]) else ""


def _names_in_rows(text: str) -> bool:
    """Whether the scene has its speakers' names in the rows of their words, as chats have."""
    for row in reversed(text[-_RECENT:].split("\n")):
        if is_cue(row):
            return False
        name, colon, words = row.partition(": ")
        if colon and words and is_cue(f"{name}:"):
            return True
    return False


def _row(text: str) -> str:
    return text.rsplit("\n", 1)[-1]


def _opens_paragraph(text: str) -> bool:
    """Whether the last row is the first of a paragraph."""
    return "\n" not in text or text.removesuffix(_row(text)).endswith("\n\n")
