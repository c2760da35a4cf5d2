"""Whose words come next: between the cast of a scene and what the engine is asked."""

from dataclasses import dataclass

from bardtui.scene.cast import Cast, cue_to_add, is_speaking
from bardtui.scene.script import Speech, is_cue, is_heading, is_only_directions, line_to_add, parse
from bardtui.settings import Stop

_RECENT = 20_000  # characters of a scene that say who speaks


@dataclass(frozen=True)
class Turn:
    """How the model is to go on: with which cue, by which model and at which temperature, and
    where it ends; None: as the panes say. `speaker` is who is heard, "" in free text."""

    opening: str = ""
    speaker: str = ""
    model: str | None = None
    temperature: float | None = None
    rule: Stop | None = None


def next_turn(cast: Cast, text: str) -> Turn | None:
    """The model's turn after `text`; None where the cast gives it none.

    A text that breaks off in mid-line is finished as it stands, whoever speaks it; if that is
    a role of the model's, with its own settings.
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
    # A speech of theirs that has ended is not gone on with: left to itself, the model would give
    # the word to somebody else.
    opening = cue_to_add(text, role)
    if not opening and not text.endswith(f"{role.cue}\n"):
        opening = f"\n{role.cue}\n"
    return Turn(opening, role.name, role.model, role.temperature, "speech")


def spoken(cast: Cast, before: str, line: str, *, cut: bool = False) -> str:
    """The writer's line as it is added to the scene: under the cue of the role they play.

    A line that names a speaker itself ("NURSE: Anon!", or a cue alone) speaks for that one. Where
    the scene was `cut` in the midst of a row that is not a model's to say, it goes on from there.
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
    if cut and (speaking or not (named or _is_a_models(cast, before))):
        return line + end
    # Who has no role to speak as shall not seem to be whoever spoke last, and a stage direction is
    # nobody's speech, but for one in mid-speech.
    if role is None or (direction and (not speaking or is_heading(line))):
        return line_to_add(before, line, apart=bool(cast.roles))
    return cue_to_add(before, role) + line + end


def _is_a_models(cast: Cast, text: str) -> bool:
    """Whether a text ends in the words of a role that a model plays, not in a direction."""
    last = parse(text[-_RECENT:])[-1]
    theirs = [role.name for role in cast.roles if role.player == "model"]
    row = text.rsplit("\n", 1)[-1]
    return isinstance(last, Speech) and last.speaker in theirs and not row.startswith("[")
