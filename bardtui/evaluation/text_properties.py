"""Properties of a text that a network might keep track of, character by character."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bardtui.scene.script import Block, Paragraph, Speech, parse

_SPEAKERS = 3  # properties for so many speakers
_LONGEST_VERSE = 60  # characters of a line
_LEAST_PROSE = 80  # characters of a paragraph on one line
_DIRECTION = re.compile(r"\[[^\[\]]*\]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_QUOTATION = re.compile(r'"[^"\n]+"|\u201c[^\u201c\u201d]+\u201d')


@dataclass(frozen=True)
class Property:
    """A property of each character of a text, float32 (characters,): 0 or 1, or a number.

    It is that of the place after the character: a direction begins with its bracket, and is over
    with the closing one. `known` (bool) says for which characters it is defined.
    """

    name: str
    values: NDArray[np.float32]
    known: NDArray[np.bool_]


def properties(text: str) -> list[Property]:
    """Return the properties of a text; some may be the same everywhere."""
    blocks = list(_blocks(text))
    direction = _inside(text, _DIRECTION)
    speech, cue = np.zeros(len(text), bool), np.zeros(len(text), bool)
    verse, has_form = np.zeros(len(text), bool), np.zeros(len(text), bool)
    spoken = Counter[str]()
    for at, block in blocks:
        begin, end = _body(at, block)
        if isinstance(block, Speech):
            cue[at : begin - 1] = True
            speech[begin:end] = True
            spoken[block.speaker] += end - begin
        if (form := _is_verse(block)) is not None:
            has_form[begin:end], verse[begin:end] = True, form
    speech &= ~direction
    everywhere = np.ones(len(text), bool)
    flags = [
        ("speech", speech, everywhere),
        ("cue", cue, everywhere),
        ("direction", direction, everywhere),
        ("capitals", np.array([c.isupper() for c in text], bool), everywhere),
        ("verse", verse, has_form & ~direction),
        ("quotation marks", _inside(text, _QUOTATION), everywhere),
        ("parentheses", _inside(text, _PARENTHESES), everywhere),
    ]
    for name, _ in spoken.most_common(_SPEAKERS):
        flags.append((f"{name} speaks", _spoken_by(name, blocks, len(text)), speech))
    position = Property("line position", _columns(text), everywhere)
    return [position, *(Property(name, v.astype(np.float32), known) for name, v, known in flags)]


def _blocks(text: str) -> Iterator[tuple[int, Block]]:
    """The blocks of a text, each with its offset."""
    at = 0
    for block in parse(text):
        yield at, block
        at += len(block.source)


def _body(at: int, block: Block) -> tuple[int, int]:
    """Where the words of a block begin and end."""
    begin = at + (len(block.cue) + 1 if isinstance(block, Speech) else 0)
    return begin, max(begin, at + len(block.source.rstrip("\n")))


def _is_verse(block: Block) -> bool | None:
    """Whether a block is verse or prose; None where one line does not say.

    Lines of verse are short, and begin with a capital in the middle of a sentence too.
    """
    lines = [line.strip() for line in block.lines if line.strip()]
    if not lines or (isinstance(block, Paragraph) and block.source.startswith("[")):
        return None
    longest = max(map(len, lines))
    if len(lines) == 1:
        return False if longest >= _LEAST_PROSE else None
    return longest <= _LONGEST_VERSE and not any(line[0].islower() for line in lines)


def _spoken_by(name: str, blocks: list[tuple[int, Block]], length: int) -> NDArray[np.bool_]:
    inside = np.zeros(length, bool)
    for at, block in blocks:
        if isinstance(block, Speech) and block.speaker == name:
            inside[slice(*_body(at, block))] = True
    return inside


def _inside(text: str, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    """Where a pair of marks is open: from the first mark to before the last."""
    inside = np.zeros(len(text), bool)
    for found in pattern.finditer(text):
        inside[found.start() : found.end() - 1] = True
    return inside


def _columns(text: str) -> NDArray[np.float32]:
    """The number of characters since the last line break."""
    columns = [np.append(np.arange(1, len(line) + 1), 0) for line in text.split("\n")]
    return np.concatenate(columns)[: len(text)].astype(np.float32)
