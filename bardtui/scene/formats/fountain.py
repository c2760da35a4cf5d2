"""Export a scene to Fountain, the plain text format of screenwriting programs.

The syntax is described at fountain.io/syntax. Cues become Characters, without the colon, which
would make a Transition. What is spoken becomes Dialogue, "[SCENE ...]" and "INT. ..." a Scene
Heading, "[ACT ...]" centred text, "FADE OUT." a Transition, and everything else Action. A direction
on a line of its own within a speech becomes a Parenthetical. Directions that end a speech, such as
"[Exit]", become Action.

Text that Fountain would read as something else is forced or escaped, so a parser returns the same
speakers and lines. Fountain cannot express everything:

- Spaces at the end of a line and at the start of Dialogue are dropped. Tabs are four columns wide.
- Of several empty lines between paragraphs one is left.
- "[[" opens a note and cannot be escaped. A word joiner (U+2060, invisible) is put between them.
- A cue without lines is no Character. It gets a line of two spaces.
"""

import re

from bardtui.escaping import inert
from bardtui.scene.formats.fountain_source import (
    HEADING_LIKE,
    character,
    escaped,
    is_from_fountain,
    source_of,
)
from bardtui.scene.formats.shared import Options, author_of, credit_of, title_of
from bardtui.scene.scene import Scene
from bardtui.scene.script import (
    Block,
    Speech,
    is_direction,
    is_slug_line,
    is_transition,
    parse,
    split_cue,
)

_SCENE = re.compile(r"\[(SCENE\b[^\n\[\]#*_\\]*)\]", re.IGNORECASE)
_ACT = re.compile(r"\[(ACT\b[^\n\[\]*_\\<>]*)\]", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def to_fountain(scene: Scene, options: Options) -> str:
    """Return the visible text as a screenplay with a title page.

    A scene that was opened from a Fountain file is in Fountain already.
    """
    if is_from_fountain(scene):
        return source_of(scene)
    blocks = map(_block, parse(inert(scene.text)))
    return "\n\n".join([_title_page(scene, options), *filter(None, blocks)]) + "\n"


def _title_page(scene: Scene, options: Options) -> str:
    lines = [f"Title: {escaped(title_of(scene))}"]
    if author := author_of(options):
        lines += ["Credit: by", f"Author: {escaped(author)}"]
    if date := _DATE.match(scene.created):
        lines.append(f"Draft date: {date[0]}")
    if credit := credit_of(scene):
        lines.append(f"Notes: {escaped(credit)}.")
    return "\n".join(lines)


def _block(block: Block) -> str:
    if isinstance(block, Speech):
        return _speech(block)
    # In Fountain a line of spaces separates paragraphs.
    return _heading(block.source) or "\n".join(map(_action, block.lines)).strip("\n")


def _heading(text: str) -> str:
    """Return a heading or a transition in Fountain; "" for anything else."""
    line = text.strip()
    if is_slug_line(line):
        return escaped(line)
    if is_transition(line):
        return line if line.endswith("TO:") else f"> {line}"
    if scene := _SCENE.fullmatch(line):
        return "." + scene[1].strip()
    if act := _ACT.fullmatch(line):
        return f"> {act[1].strip()} <"
    return ""


def _speech(speech: Speech) -> str:
    lines, behind = list(speech.lines or ("",)), list[str]()
    while len(lines) > 1 and is_direction(lines[-1]):
        behind.insert(0, lines.pop())
    name, extension = split_cue(speech.cue)
    extension = extension.replace("[", "(").replace("]", ")")
    cue = character(escaped(name), escaped(extension))
    spoken = "\n".join([cue, *map(_dialogue, lines)])
    return "\n\n".join([spoken, *(_heading(line) or _action(line) for line in behind)])


def _dialogue(line: str) -> str:
    line = line.expandtabs(4).strip()
    text = escaped(f"({line[1:-1]})" if is_direction(line) else line)
    if not text:
        return "  "
    # Dialogue may be indented. Some programs read marks only at the very start of a line.
    return f" {text}" if text[0] in ".!@#=>~" else text


def _action(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    return f"!{escaped(line)}" if line and not _is_plain(line.lstrip()) else escaped(line)


def _is_plain(text: str) -> bool:
    """Return whether every program reads a line as Action."""
    before_parenthesis = text.split("(", 1)[0]
    in_capitals = before_parenthesis.upper() == before_parenthesis
    return not (text[0] in ".!@#=>~" or in_capitals or HEADING_LIKE.match(text.upper()))
