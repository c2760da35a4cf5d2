"""A scene in Fountain, the plain text that screenwriting programs read (fountain.io/syntax).

Cues become Characters (their colon dropped: Fountain would see a transition), what is spoken
Dialogue, "[SCENE ...]" a scene heading and "[ACT ...]" a centred line; all else is Action, and so
are the directions that end a speech ("[Exit]"). Those within it, in a line of their own, become
Parentheticals, their brackets parentheses. Whatever Fountain would take for something else is
forced or escaped, so that any text comes back from a parser as it was: the same speakers with the
same lines. What Fountain itself has no room for:

- blanks at the end of a line, and at the start of dialogue, are not text; tabs are four columns;
- of several empty lines between paragraphs one is left;
- nothing escapes "[[", which opens a note: a word joiner (U+2060, invisible) parts the brackets;
- a cue with no line under it is no Character: it gets an empty one (two blanks).
"""

import re

from bardtui.escaping import inert
from bardtui.scene.formats.plain import models_of, title_of
from bardtui.scene.scene import Scene
from bardtui.scene.script import Block, Speech, is_direction, parse

_EMPHASIS = re.compile(r"\\(?=[*_\\])|[*_]")
_HEADING_LIKE = re.compile(r"(?:INT|EXT|EST|I/E)[ ./]")
_SCENE = re.compile(r"\[(SCENE\b[^\n\[\]#*_\\]*)\]", re.IGNORECASE)
_ACT = re.compile(r"\[(ACT\b[^\n\[\]*_\\<>]*)\]", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def to_fountain(scene: Scene) -> str:
    """The visible text as a screenplay with a title page."""
    blocks = map(_block, parse(inert(scene.text)))
    return "\n\n".join([_title_page(scene), *filter(None, blocks)]) + "\n"


def _title_page(scene: Scene) -> str:
    lines = [f"Title: {_escaped(title_of(scene))}"]
    if models := models_of(scene):
        named = f"the model{'s' * (len(models) > 1)} {' and '.join(models)}"
        lines += ["Credit: written by", f"Author: a writer and {_escaped(named)}"]
    if date := _DATE.match(scene.created):
        lines.append(f"Draft date: {date[0]}")
    return "\n".join(lines)


def _block(block: Block) -> str:
    if isinstance(block, Speech):
        return _speech(block)
    # A line of blanks parts paragraphs here.
    return _heading(block.source) or "\n".join(map(_action, block.lines)).strip("\n")


def _heading(text: str) -> str:
    if scene := _SCENE.fullmatch(text.strip()):
        return "." + scene[1].strip()
    if act := _ACT.fullmatch(text.strip()):
        return f"> {act[1].strip()} <"
    return ""


def _speech(speech: Speech) -> str:
    lines, behind = list(speech.lines or ("",)), list[str]()
    while len(lines) > 1 and is_direction(lines[-1]):
        behind.insert(0, lines.pop())
    spoken = "\n".join([_character(speech.speaker), *map(_dialogue, lines)])
    return "\n\n".join([spoken, *(_heading(line) or _action(line) for line in behind)])


def _character(name: str) -> str:
    plain = name.isascii() and name.isupper() and not _HEADING_LIKE.match(name)
    return ("" if plain else "@") + _escaped(name)


def _dialogue(line: str) -> str:
    line = line.expandtabs(4).strip()
    text = _escaped(f"({line[1:-1]})" if is_direction(line) else line)
    if not text:
        return "  "
    # Dialogue may be indented, and some programs see their marks at the very start only.
    return f" {text}" if text[0] in ".!@#=>~" else text


def _action(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    return f"!{_escaped(line)}" if line and not _is_plain(line.lstrip()) else _escaped(line)


def _is_plain(text: str) -> bool:
    """Whether no program would take an Action line for anything else."""
    before_parenthesis = text.split("(", 1)[0]
    in_capitals = before_parenthesis.upper() == before_parenthesis
    return not (text[0] in ".!@#=>~" or in_capitals or _HEADING_LIKE.match(text.upper()))


def _escaped(text: str) -> str:
    return _EMPHASIS.sub(r"\\\g<0>", text).replace("[[", "[\u2060[").replace("[[", "[\u2060[")
