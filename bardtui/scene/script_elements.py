"""The elements of a scene: `elements_of`."""

from collections.abc import Iterator

from bardtui.escaping import inert
from bardtui.scene.elements import Element, Kind, Line, Run
from bardtui.scene.formats.fountain_source import body_of, is_from_fountain
from bardtui.scene.fountain_elements import fountain_elements
from bardtui.scene.scene import Scene
from bardtui.scene.script import (
    Block,
    Speech,
    is_direction,
    is_heading,
    is_slug_line,
    is_transition,
    parse,
    split_cue,
    split_directions,
)


def elements_of(scene: Scene) -> list[Element]:
    """Return the elements of the visible text. Characters that act or hide are glyphs."""
    if is_from_fountain(scene):
        return fountain_elements(body_of(scene))
    return [element for block in parse(inert(scene.text)) for element in _elements(block)]


def _elements(block: Block) -> Iterator[Element]:
    lines = [line.expandtabs(4).rstrip() for line in block.lines]
    if isinstance(block, Speech):
        yield from _speech(block, lines)
    elif len(lines) == 1:
        yield _single(lines[0])
    elif any(lines):
        yield Element("text", tuple(map(_styled, lines)))


def _single(line: str) -> Element:
    """The element for a line that stands alone, with directions without their brackets."""
    text = line.strip()
    if is_slug_line(text):
        return _plain("heading", text)
    if is_transition(text):
        return _plain("transition", text)
    if is_heading(text):
        is_act = text[1:4].upper() == "ACT"
        return _plain("centred" if is_act else "heading", text[1:-1].strip())
    if is_direction(text):
        return _plain("action", text[1:-1].strip())
    return Element("text", (_styled(line),))


def _speech(speech: Speech, lines: list[str]) -> Iterator[Element]:
    """A speech; directions that end it are action."""
    behind = list[str]()
    while len(lines) > 1 and is_direction(lines[-1]):
        behind.insert(0, lines.pop())
    name, extension = split_cue(speech.cue)
    is_dual = extension.endswith("^")
    extension = extension.removesuffix("^").strip().replace("[", "(").replace("]", ")")
    yield Element("character", ((Run(name),),), extension=extension, dual=is_dual)
    for line in lines:
        if is_direction(line):
            yield _plain("parenthetical", f"({line.strip()[1:-1].strip()})")
        else:
            yield Element("dialogue", (_styled(line.strip()),))
    yield from map(_single, behind)


def _plain(kind: Kind, text: str) -> Element:
    return Element(kind, ((Run(text),),))


def _styled(line: str) -> Line:
    """A line with its directions in italics."""
    return tuple(Run(part, italic=is_direction) for part, is_direction in split_directions(line))
