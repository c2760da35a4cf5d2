"""A scene in Markdown (CommonMark): its own lines, cues bold, directions italic, all escaped."""

import re

from bardtui.escaping import inert
from bardtui.scene.formats.plain import title_of
from bardtui.scene.scene import Scene
from bardtui.scene.script import Block, Speech, parse

_SPECIAL = re.compile(r"[\\`*_\[\]~|^$<]|&(?=[#\w])|:(?=//)|(?<=www)\.")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}  # older Markdowns have no backslash for these
# What makes a line a heading, a quotation, an item of a list, or the rule under a heading.
_OPENING = re.compile(r"\A(\d+(?=[.)])|(?=[#>+=-]))")
# Emphasis only counts where blanks stand around it.
_DIRECTION = re.compile(r"(?<!\S)(\[[^\[\]]*\])(?!\S)")


def to_markdown(scene: Scene) -> str:
    """The visible text under its title.

    What Markdown would take for its own is escaped, so that any text renders as itself, in its own
    lines. Tabs become spaces, blanks at the end of a line are dropped, and of several empty lines
    one is left.
    """
    heading = "# " + _escaped(title_of(scene)).replace("#", r"\#")
    blocks = map(_block, parse(inert(scene.text)))
    return "\n\n".join([heading, *filter(None, blocks)]) + "\n"


def _block(block: Block) -> str:
    cue = [f"**{_escaped(block.cue.rstrip())}**"] if isinstance(block, Speech) else []
    return "  \n".join([*cue, *map(_line, block.lines)])  # two blanks keep the lines apart


def _line(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    if not line:
        return "&nbsp;"
    text = line.lstrip()
    indent = (
        "&nbsp;" if blank == " " else f"&#{ord(blank)};" for blank in line[: -len(text)]
    )  # as entities, for blanks would vanish or make it a block of code
    parts = (
        f"*{_escaped(part)}*" if index % 2 else _escaped(part)
        for index, part in enumerate(_DIRECTION.split(text))
    )
    return "".join(indent) + _OPENING.sub(r"\1\\", "".join(parts))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)
