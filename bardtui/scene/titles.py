"""Titles of scenes that come from their text."""

import re
from collections.abc import Iterator
from textwrap import shorten

from bardtui.scene.scene import Scene
from bardtui.scene.script import is_cue_line, is_slug_line, is_transition, split_directions

LENGTH = 40  # characters of a title that comes from the text
_LONG = 120  # and of the same title in exports
_LOOKED_AT = 4_000  # characters at the beginning of a text
_ACT = r"(?i:ACT|SCENE|PROLOGUE|EPILOGUE|CHORUS)\b.*"
_MOVE = r"(?:Enter|Exit|Exeunt|Re-enter)\b.*"


def title_from(text: str, length: int = LENGTH) -> str:
    """Return the title of a scene that begins with a text.

    It is the first line that is spoken, or prose or verse, or the heading of a screenplay's scene;
    else the first stage direction or heading of a play, else the first speaker, and "" without any.
    "…" stands for what does not fit in `length`.
    """
    words = _words(text)
    title = shorten(words, length, placeholder=" …")
    return title if title != "…" else words[: length - 1] + "…"


def whole_title_from(text: str) -> str:
    """Return the same title as `title_from`, but cut only if it is very long, and without "…"."""
    words = _words(text)
    return shorten(words, _LONG, placeholder="") or words[:_LONG]


def whole_title(scene: Scene) -> str:
    """Return a scene's title; one that comes from the text is whole again."""
    title = scene.title
    if title.endswith("…") and len(title) <= LENGTH:
        whole = (whole_title_from(text) for text in _texts(scene) if title_from(text) == title)
        return next(whole, title)
    return title


def is_from_text(scene: Scene) -> bool:
    """Return whether the title of a scene comes from its text, also from text that was undone."""
    return any(title_from(text) == scene.title for text in _texts(scene))


def beginning(scene: Scene) -> str:
    """Return the beginning of the visible text, enough for a title."""
    text = ""
    for passage, length in scene.path():
        text += passage.text[: min(length, _LOOKED_AT)]
        if len(text) >= _LOOKED_AT:
            break
    return text


def _texts(scene: Scene) -> Iterator[str]:
    """The texts with which the scene begins or began."""
    yield beginning(scene)
    for first in scene.children(None):
        text = first.text[:_LOOKED_AT]
        yield text
        for second in scene.children(first.id):
            yield text + second.text[:_LOOKED_AT]


def _words(text: str) -> str:
    """The line that a title is made of; without one that is spoken or written, the next best."""
    directions, speakers, opens = list[str](), list[str](), True
    for line in map(str.strip, text[:_LOOKED_AT].splitlines()):
        if line and is_cue_line(line, opens):
            speakers.append(line.rstrip(":"))
        elif line and not is_transition(line):
            spoken = " ".join(
                part.strip() for part, directs in split_directions(line) if not directs
            )
            if spoken.strip() and not _is_direction(spoken.strip()):
                return spoken.strip()
            directions.append(line)
        opens = not line
    return next(iter([*directions, *speakers]), "")


def _is_direction(line: str) -> bool:
    """Whether a line without brackets is a direction or a heading of a play, or a parenthetical."""
    if is_slug_line(line):
        return False
    in_brackets = line.startswith("(") and line.endswith(")")
    return in_brackets or bool(re.fullmatch(f"{_ACT}|{_MOVE}", line))
