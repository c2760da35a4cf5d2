"""Turns: how the model continues in a scene with a cast, and how the writer's line is added."""

from dataclasses import dataclass

from bardtui.scene.cast import Cast, cue_to_add, is_speaking
from bardtui.scene.script import Speech, is_cue, is_heading, is_only_directions, line_to_add, parse
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

    A line that names a speaker itself ("NURSE: Anon!", or a cue alone) is spoken by that role.
    `cut` says that the visible text was cut in the middle of a row: unless that row is a speech of
    the model's, the line continues it.
    """
    first, _, rest = line.partition("\n")
    if is_cue(first) or any(first.rstrip() == role.cue for role in cast.roles):
        alone = bool(cast.roles) and not rest
        return line_to_add(before, f"{first.rstrip()}\n" if alone else line, apart=True)
    named = next((r for r in cast.roles if first.startswith(f"{r.name}: ")), None)
    if named is not None:
        line = first.removeprefix(named.cue).lstrip() + (f"\n{rest}" if rest else "")
    role = named or cast.turn("writer", before)
    direction = named is None and is_only_directions(line)
    speaking = role is not None and (cut or direction) and is_speaking(before, role)
    end = "" if line[-1:].isspace() else "\n"
    if cut and (speaking or not (named or _ends_in_a_models_speech(cast, before))):
        return line + end
    # Without a role the line must not look like a part of the last speech. A stage direction is
    # nobody's speech, unless it stands in the middle of one.
    if role is None or (direction and (not speaking or is_heading(line))):
        return line_to_add(before, line, apart=bool(cast.roles))
    return cue_to_add(before, role) + line + end


def _ends_in_a_models_speech(cast: Cast, text: str) -> bool:
    """Whether a text ends in a speech, not a direction, of a role that the model plays."""
    last = parse(text[-_RECENT:])[-1]
    models = [role.name for role in cast.roles if role.player == "model"]
    row = text.rsplit("\n", 1)[-1]
    return isinstance(last, Speech) and last.speaker in models and not row.startswith("[")
