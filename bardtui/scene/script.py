"""The grammar of script text: who speaks, what is said, and what is only to be seen.

A script is paragraphs, parted by empty lines. One that opens with a *cue*, a line that is a name
and a colon, is a speech; any other is a stage direction or prose. A line of nothing but spaces does
not part paragraphs: as in Fountain, it is a pause within a speech.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_CUE_LENGTH = 60  # characters; a longer line is speech, whatever it looks like

_CUE = re.compile(r"[^\W\d_a-z][^\Wa-z]*(?:[ .,'’&-]+[^\Wa-z]+)*:\s*")
_NAME = re.compile(r"[^\W\d_]\w*(?:[ .,'’&-]+\w+)*:\s*")
_WORD = re.compile(r"\w[\w'’]*")
_SMALL_WORDS = {"a", "an", "and", "de", "in", "la", "of", "old", "the", "to", "von", "young"}
_DIRECTION = re.compile(r"\[[^\[\]\n]*\]")
_DIRECTIONS = re.compile(r"\[[^\[\]]*(?:\]|$)")
_HEADING = re.compile(r"\[(?:SCENE|ACT)\b[^\[\]\n]*\]", re.IGNORECASE)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def is_cue(line: str) -> bool:
    """Whether a line names who speaks: capitals, then a colon, and nothing more."""
    return _CUE.fullmatch(line) is not None and line.upper() == line


def is_name(line: str) -> bool:
    """Whether a line may be a cue that is not all in capitals, such as "First Citizen:".

    Prose has such lines too ("Note:"), so it is one only where a paragraph opens.
    """
    if _NAME.fullmatch(line) is None:
        return False
    words = _WORD.findall(line)
    return words[0][0].isupper() and all(w[0].isupper() or w in _SMALL_WORDS for w in words)


def is_direction(line: str) -> bool:
    """Whether a line is one stage direction and nothing else: "[Exit ROMEO]"."""
    return _DIRECTION.fullmatch(line.strip()) is not None


def is_heading(line: str) -> bool:
    """Whether a line is the heading of a scene or an act: "[SCENE II. A wood.]"."""
    return _HEADING.fullmatch(line.strip()) is not None


def is_only_directions(text: str) -> bool:
    """Whether what a writer types is stage directions alone, over however many lines, the last of
    them perhaps not ended yet. After one that is, a space says that words are to follow it."""
    words = _DIRECTIONS.sub("", text)
    follows = text[-1:].isspace() and text.rstrip().endswith("]")
    return text.startswith("[") and not follows and _WORD.search(words) is None


def line_to_add(before: str, line: str, *, apart: bool = False) -> str:
    """`line` as it is to be added to a scene that ends in `before`.

    A line of the writer's begins a new line; a cue (alone, or with its speech below it) begins a
    new paragraph, as speeches do, and so does what is to stand `apart`. It ends its line too,
    unless it ends in a space: then what follows goes on in it.
    """
    if not line:
        return line
    breaks = len(before) - len(before.rstrip("\n"))
    wanted = 2 if apart or is_cue(line.split("\n", 1)[0]) else 1
    opening = "\n" * max(0, wanted - breaks) if before else ""
    return opening + line + ("" if line[-1].isspace() else "\n")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that nobody is said to speak: a stage direction, or prose.

    `source` is the paragraph as it stands in the text, with the empty lines that follow it.
    """

    source: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, line by line; no empty lines."""
        text = self.source.rstrip("\n")
        return tuple(text.split("\n")) if text else ()

    @property
    def is_direction(self) -> bool:
        """Whether it is a stage direction and nothing else."""
        return is_direction(self.source)


@dataclass(frozen=True, slots=True)
class Speech:
    """A cue, and what is spoken under it. `source` is as in `Paragraph`, the cue included."""

    source: str

    @property
    def cue(self) -> str:
        """The line that names who speaks, as it stands: "ROMEO:"."""
        return self.source.split("\n", 1)[0]

    @property
    def speaker(self) -> str:
        """Who speaks: "ROMEO"."""
        return self.cue.rstrip().removesuffix(":")

    @property
    def lines(self) -> tuple[str, ...]:
        """What is spoken, line by line, directions in brackets included; no empty lines."""
        return tuple(self.source.rstrip("\n").split("\n")[1:])


Block = Speech | Paragraph


def parse(text: str) -> list[Block]:
    """The speeches and paragraphs of any text, in order.

    Nothing is lost: `unparse(parse(text)) == text`. A cue in capitals opens a speech wherever it
    stands, another name only at the start and after an empty line. Empty lines before the first
    paragraph are a `Paragraph` without lines.
    """
    blocks: list[Block] = []
    lines = _LINES.findall(text)
    begin = 0
    kind: type[Speech] | type[Paragraph] = Paragraph
    for at, line in enumerate(lines):
        opens = at == 0 or lines[at - 1] == "\n"
        named = _is_cue_line(line.removesuffix("\n"), opens)
        if at > begin and (named or (opens and line != "\n")):
            blocks.append(kind("".join(lines[begin:at])))
            begin = at
        if at == begin:
            kind = Speech if named else Paragraph
    if lines:
        blocks.append(kind("".join(lines[begin:])))
    return blocks


def unparse(blocks: Iterable[Block]) -> str:
    """The text that was parsed."""
    return "".join(block.source for block in blocks)


def split_directions(line: str) -> Iterator[tuple[str, bool]]:
    """A line's parts in order, each with whether it is a direction in brackets; none is empty."""
    end = 0
    for match in _DIRECTION.finditer(line):
        if match.start() > end:
            yield line[end : match.start()], False
        yield match[0], True
        end = match.end()
    if end < len(line):
        yield line[end:], False


def _is_cue_line(line: str, opens_paragraph: bool) -> bool:
    return len(line) <= MAX_CUE_LENGTH and (is_cue(line) or (opens_paragraph and is_name(line)))
