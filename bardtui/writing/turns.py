"""Turns: who speaks next in a scene with a cast, and how the writer's line is added.

Who speaks next is drawn by a rule that depends on the text alone. So the writer sees who it is, and
undo, retry and reopening change nothing.
"""

import math
from collections.abc import Sequence
from random import Random
from typing import NamedTuple
from zlib import crc32

from bardtui.scene.cast import Cast, Player, Role, cue_to_add, is_speaking, new_cue, speakers
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
    split_cue,
    stands_alone,
)

_RECENT = 20_000  # characters at the end of a scene that decide who speaks
_LEAST = 1e-9  # weight of a role; one who has just spoken has about 1
# The weight of the first role that is not on stage. Twelve speeches of a whole cast then have about
# 4.8 different speakers (the plays: 4.3), and the third of three roles soon has a word too.
_NEWCOMER = 0.25


class Turn(NamedTuple):
    """How the model continues the visible text.

    Attributes:
        opening: Text that the program writes first: a role's cue, or nothing.
        speaker: The role that speaks; "" in free text.
        model: The role's own model, if it has one.
        temperature: The role's own temperature, if it has one.
    """

    opening: str = ""
    speaker: str = ""
    model: str | None = None
    temperature: float | None = None


def next_turn(cast: Cast, text: str) -> Turn | None:
    """Return the model's turn after `text`; None if the cast has no role for the model.

    A text that ends with a cue or in the middle of a line is continued as it stands, with the
    settings of the role that speaks there if the model plays it.
    """
    if not cast.roles:
        return Turn()
    blocks = parse(text[-_RECENT:])
    last = blocks[-1] if blocks and isinstance(blocks[-1], Speech) else None
    if text and (not text.endswith("\n") or (last and text.endswith(f"{last.cue}\n"))):
        name = last.speaker if last else ""
        role = next((r for r in cast.roles if r.name == name and r.player == "model"), None)
        return Turn("", name, role.model, role.temperature) if role else Turn("", name)
    role = next_role(cast, text, "model")
    if role is None:
        return None
    # A finished speech of this role is not continued: the model alone would change the speaker.
    opening = "" if is_speaking(text, role) and _is_unfinished(text) else new_cue(text, role)
    return Turn(opening, role.name, role.model, role.temperature)


def _is_unfinished(text: str) -> bool:
    """Whether the last row ends in the middle of a sentence; one with a direction does not."""
    from bardtui.writing.endings import closes_sentence  # not before the first screen

    row = _row(text.removesuffix("\n"))
    return not (closes_sentence(row) or row.rstrip().endswith("]"))


def next_role(cast: Cast, text: str, player: Player | None = None) -> Role | None:
    """Return the role that speaks next after `text`, of all roles or those of one player.

    The writer's last speaker goes on until somebody else speaks. None if there is no such role, or
    if nobody but the last speaker is left of all roles.
    """
    may_speak = [r for r in cast.roles if not r.muted and player in (None, r.player)]
    if not may_speak:
        return None
    spoken = list(speakers(text[-_RECENT:]))
    last = next((role for role in may_speak if spoken and role.name == spoken[-1]), None)
    if player == "writer" and last:
        return last
    others = [role for role in may_speak if role is not last]
    return _draw(others, text) if others else last if player else None


def _draw(roles: Sequence[Role], text: str) -> Role:
    """Draw one of the roles, the likelier the more recently it spoke or entered.

    Of those who are not on stage, the first in the cast may enter.
    """
    from bardtui.writing.cue_memory import CueMemory  # not before the first screen

    present = CueMemory(text).present
    weights = {role: max(present[role.name], _LEAST) for role in roles if role.name in present}
    newcomer = next((role for role in roles if role.name not in present), None)
    if newcomer is not None:
        weights[newcomer] = _NEWCOMER

    def waits(role: Role) -> float:
        """A time, exponentially distributed with the weight as its rate: the first one speaks."""
        key = f"{role.name}\n{text[-_RECENT:]}".encode("utf-8", "surrogatepass")
        return -math.log(1 - Random(crc32(key)).random()) / weights[role]

    return min(weights, key=waits)


def spoken(cast: Cast, before: str, line: str, *, cut: bool = False) -> str:
    """Return the writer's line as it is added to `before`, under the cue of the writer's role.

    A line that names a speaker itself ("NURSE: Anon!", or a cue alone) is spoken by that speaker,
    who need not be in the cast; each later row that names a speaker is a speech of its own. `cut`
    says that the visible text was cut in the middle of a row: then the line continues that row,
    unless it names somebody else.
    """
    in_rows = not cast.roles and _names_in_rows(before)
    known = _known(cast, before) if ":" in line and not in_rows else frozenset()
    if not in_rows:
        line = _in_speeches(line, known)
    first, _, rest = line.partition("\n")
    end = "" if line[-1:].isspace() else "\n"
    if (
        cut
        and _row(before)
        and is_cue_line(_row(before) + first.rstrip(), _opens_paragraph(before))
    ):
        return line + end  # the cut was in a cue
    if is_cue(first) or (is_name(first) and split_cue(first)[0] in known):
        alone = not rest and not in_rows
        return line_to_add(before, f"{first.rstrip()}\n" if alone else line, apart=True)
    if stands_alone(line) and not (cut and _row(before)):
        return line_to_add(before, line)
    name = "" if in_rows else _name(first, known)
    if name and split_cue(f"{name}:")[1]:  # "TOM (O.S.): ..." is not how he speaks already
        return line_to_add(before, line.replace(": ", ":\n", 1), apart=True)
    if name:
        line = line.removeprefix(f"{name}:").lstrip(" ")
    if cut and (not name or is_speaking(before, Role(name))):
        return line + end
    role = Role(name) if name else next_role(cast, before, "writer")
    direction = not name and is_only_directions(line)
    # Without a role the line must not look like a part of the last speech. A stage direction is
    # nobody's speech, unless it stands in the middle of one.
    if role is None or (direction and (is_heading(line) or not is_speaking(before, role))):
        return line_to_add(before, line, apart=bool(cast.roles))
    return cue_to_add(before, role) + line + end


def _known(cast: Cast, before: str) -> frozenset[str]:
    """Return the names of the cast and of those who spoke lately."""
    return frozenset([*(role.name for role in cast.roles), *speakers(before[-_RECENT:])])


def _in_speeches(line: str, known: frozenset[str]) -> str:
    """Return the writer's text with a cue and an empty line before the words of every later row
    that names a speaker."""
    first, *later = line.split("\n")
    rows = [first]
    for row in later:
        name = _name(row, known)
        cue = f"{name}:" if name else row.rstrip() if is_cue(row) else ""
        if not cue:
            rows.append(row)
            continue
        words = row.removeprefix(cue).lstrip(" ")
        rows += [*([""] if rows[-1] else []), cue, *([words] if words else [])]
    return "\n".join(rows)


def _name(row: str, known: frozenset[str]) -> str:
    """Return the speaker that a row names before its words: "BOY" in "BOY: The river is up".

    A name that is not in capitals must be a known one: prose has "Note: ..." too. "" if there is
    none.
    """
    name, colon, _ = row.partition(": ")
    cue = f"{name}:"
    if not colon or len(cue) > MAX_CUE_LENGTH:
        return ""
    return name if is_cue(cue) or (is_name(cue) and split_cue(cue)[0] in known) else ""


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
