"""The grammar of script text: cues, speeches, stage directions and prose.

A script consists of paragraphs, separated by empty lines. A paragraph that starts with a *cue*, a
line with a name and a colon, is a speech. Between name and colon, a cue may say how the speech is
spoken: "TOM (O.S.):", "MARTHA [Aside]:", and "BOTH ^:" for a speech beside the one before it. Any
other paragraph is a stage direction or prose. A line of spaces does not separate paragraphs: as in
Fountain, it is a pause within a speech.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_CUE_LENGTH = 60  # characters; a longer line is never a cue

_EXTENSION = r"(?P<extension>(?: *(?:\([^()\n]*\)|\[[^\[\]\n]*\]))*(?: *\^)?)"
# The first screen waits for this module, so these two are compiled when they are first used.
_CUE = rf"(?P<name>[^\W\d_a-z][^\Wa-z]*(?:[ .,'’&-]+#?[^\Wa-z]+)*){_EXTENSION}:\s*"
_NAME = rf"(?P<name>[^\W\d_]\w*(?:[ .,'’&-]+#?\w+)*){_EXTENSION}:\s*"
_WORD = re.compile(r"\w[\w'’]*")
_TRANSITION = re.compile(
    r"(?:[A-Z]+ )+TO:\s*|FADE (?:IN|OUT|TO [A-Z]+)[.:]\s*|CUT TO [A-Z]+[.:]\s*"
)
_SMALL_WORDS = {"a", "an", "and", "de", "in", "la", "of", "old", "the", "to", "von", "young"}
_DIRECTION = re.compile(r"\[[^\[\]\n]*\]")
_DIRECTIONS = re.compile(r"\[[^\[\]]*(?:\]|$)")
_HEADING = re.compile(r"\[(?:SCENE|ACT)\b[^\[\]\n]*\]", re.IGNORECASE)
_SLUG_LINE = re.compile(r"(?:INT\.?/EXT|INT|EXT|I/E)[. ].*\S")
_FORCED = re.compile(r"[!>] *[^\s!>].*")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def is_cue(line: str) -> bool:
    """Return whether a line is a name in capitals and a colon, and nothing more.

    A transition of a screenplay, "CUT TO:" or "FADE IN:", is no name.
    """
    found = re.fullmatch(_CUE, line)
    if found is None or is_transition(line):
        return False
    return found["name"].upper() == found["name"]


def is_name(line: str) -> bool:
    """Return whether a line can be a cue in mixed case, such as "First Citizen:".

    Prose has such lines too ("Note:"), so it is a cue only at the start of a paragraph.
    """
    found = re.fullmatch(_NAME, line)
    if found is None or is_transition(line):
        return False
    words = _WORD.findall(found["name"])
    return words[0][0].isupper() and all(w[0].isupper() or w in _SMALL_WORDS for w in words)


def split_cue(cue: str) -> tuple[str, str]:
    """Return the name in a cue, and how the speech is spoken: "TOM" and " (O.S.)".

    Raises ValueError if the line is not a cue.
    """
    found = re.fullmatch(_CUE, cue) or re.fullmatch(_NAME, cue)
    if found is None:
        raise ValueError(f"not a cue: {cue!r}")
    return found["name"], found["extension"]


def is_transition(line: str) -> bool:
    """Return whether a line is a transition of a screenplay: "CUT TO:", "FADE OUT."."""
    return _TRANSITION.fullmatch(line) is not None


def is_cue_line(line: str, opens_paragraph: bool) -> bool:
    """Return whether a line is a cue: in capitals anywhere, in mixed case only where it opens a
    paragraph."""
    return len(line) <= MAX_CUE_LENGTH and (is_cue(line) or (opens_paragraph and is_name(line)))


def is_direction(line: str) -> bool:
    """Return whether a line is a single stage direction: "[Exit ROMEO]"."""
    return _DIRECTION.fullmatch(line.strip()) is not None


def is_heading(line: str) -> bool:
    """Return whether a line is the heading of a scene or an act: "[SCENE II. A wood.]"."""
    return _HEADING.fullmatch(line.strip()) is not None


def is_slug_line(line: str) -> bool:
    """Return whether a line is the heading of a screenplay's scene: "INT. KITCHEN - NIGHT"."""
    return _SLUG_LINE.fullmatch(line) is not None


def stands_alone(line: str) -> bool:
    """Return whether a line of a screenplay is nobody's speech: a heading, a transition, or what
    Fountain's marks make action, a transition or centred, as in "!Rain." and "> THE END <"."""
    return is_slug_line(line) or is_transition(line) or _FORCED.fullmatch(line) is not None


def is_only_directions(text: str) -> bool:
    """Return whether a writer's text consists of stage directions, the last of them perhaps
    unfinished. A space after a finished one means that words are to follow."""
    words = _DIRECTIONS.sub("", text)
    follows = text[-1:].isspace() and text.rstrip().endswith("]")
    return text.startswith("[") and not follows and _WORD.search(words) is None


def line_to_add(before: str, line: str, *, apart: bool = False) -> str:
    """Return a writer's line with the line breaks it needs after `before`.

    It starts a new line. A cue, alone or with its speech, starts a new paragraph, and so does any
    line if `apart` is true. The line is ended too, unless it ends in a space: then the model
    continues it. A heading or transition of a screenplay stands alone, between empty lines.
    """
    if not line:
        return line
    if stands_alone(line):
        apart, line = True, f"{line.rstrip()}\n\n"
    breaks = len(before) - len(before.rstrip("\n"))
    wanted = 2 if apart or is_cue(line.split("\n", 1)[0]) else 1
    opening = "\n" * max(0, wanted - breaks) if before else ""
    return opening + line + ("" if line[-1].isspace() else "\n")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph without a speaker: a stage direction or prose.

    `source` is its text with the empty lines that follow.
    """

    source: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that are not empty."""
        text = self.source.rstrip("\n")
        return tuple(text.split("\n")) if text else ()

    @property
    def is_direction(self) -> bool:
        """Whether it is a single stage direction."""
        return is_direction(self.source)


@dataclass(frozen=True, slots=True)
class Speech:
    """A cue and the lines below it. `source` is its text with the empty lines that follow."""

    source: str

    @property
    def cue(self) -> str:
        """The first line: "ROMEO:"."""
        return self.source.split("\n", 1)[0]

    @property
    def speaker(self) -> str:
        """The name in the cue: "ROMEO"."""
        return split_cue(self.cue)[0]

    @property
    def extension(self) -> str:
        """What the cue says after the name: " (O.S.)", mostly nothing."""
        return split_cue(self.cue)[1]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines below the cue that are not empty, with directions in brackets."""
        return tuple(self.source.rstrip("\n").split("\n")[1:])


Block = Speech | Paragraph


def parse(text: str) -> list[Block]:
    """Split any text into speeches and paragraphs.

    Nothing is lost: `unparse(parse(text)) == text`. A cue in capitals starts a speech on any line,
    another name only at the start of the text and after an empty line. Empty lines before the first
    paragraph are a `Paragraph` without lines.
    """
    blocks: list[Block] = []
    lines = _LINES.findall(text)
    begin = 0
    kind: type[Speech] | type[Paragraph] = Paragraph
    for at, line in enumerate(lines):
        opens = at == 0 or lines[at - 1] == "\n"
        named = is_cue_line(line.removesuffix("\n"), opens)
        if at > begin and (named or (opens and line != "\n")):
            blocks.append(kind("".join(lines[begin:at])))
            begin = at
        if at == begin:
            kind = Speech if named else Paragraph
    if lines:
        blocks.append(kind("".join(lines[begin:])))
    return blocks


def unparse(blocks: Iterable[Block]) -> str:
    """Return the text that was parsed."""
    return "".join(block.source for block in blocks)


def split_directions(line: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a line, each with whether it is a direction in brackets."""
    end = 0
    for match in _DIRECTION.finditer(line):
        if match.start() > end:
            yield line[end : match.start()], False
        yield match[0], True
        end = match.end()
    if end < len(line):
        yield line[end:], False
