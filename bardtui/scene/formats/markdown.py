"""Export a scene to Markdown (CommonMark): cues are bold, directions italic, text is escaped."""

import re

from bardtui.escaping import inert
from bardtui.scene.formats.shared import title_of
from bardtui.scene.scene import Scene
from bardtui.scene.script import Block, Speech, parse

_SPECIAL = re.compile(r"[\\`*_\[\]~|^$<]|&(?=[#\w])|:(?=//)|(?<=www)\.")
_ENTITIES = {
    "<": "&lt;",
    "&": "&amp;",
}  # some programs cannot escape these by a backslash
# At the start of a line these make a heading, a quotation, a list or the line under a heading.
_OPENING = re.compile(r"\A(\d+(?=[.)])|(?=[#>+=-]))")
# Emphasis needs white space around it.
_DIRECTION = re.compile(r"(?<!\S)(\[[^\[\]]*\])(?!\S)")


def to_markdown(scene: Scene) -> str:
    """Return the title and the visible text.

    Markdown syntax in the text is escaped, so it is rendered as it is, line by line. Tabs become
    spaces, spaces at the end of a line are dropped, and of several empty lines one is left.
    """
    heading = "# " + _escaped(title_of(scene)).replace("#", r"\#")
    blocks = map(_block, parse(inert(scene.text)))
    return "\n\n".join([heading, *filter(None, blocks)]) + "\n"


def _block(block: Block) -> str:
    cue = [f"**{_escaped(block.cue.rstrip())}**"] if isinstance(block, Speech) else []
    return "  \n".join([*cue, *map(_line, block.lines)])  # two spaces make a line break


def _line(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    if not line:
        return "&nbsp;"
    text = line.lstrip()
    indent = (
        "&nbsp;" if blank == " " else f"&#{ord(blank)};" for blank in line[: -len(text)]
    )  # entities, because spaces would vanish or make a code block
    parts = (
        f"*{_escaped(part)}*" if index % 2 else _escaped(part)
        for index, part in enumerate(_DIRECTION.split(text))
    )
    return "".join(indent) + _OPENING.sub(r"\1\\", "".join(parts))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)
