"""The form of a text: recognising it, and keeping to it."""

import re
from itertools import pairwise

from bardtui.scene.script import Block, Speech, is_cue_line, is_slug_line, parse
from bardtui.settings import Form
from bardtui.writing.endings import closes_sentence
from bardtui.writing.poems import has_numbers, is_number

_RECENT = 4_000  # characters at the end of a text that show its form
_CAPITALS = re.compile(r"[^\W\d_a-z]{2}")
_LONGEST_VERSE = 60  # characters of a line
_LEAST_PROSE = 80  # characters of a paragraph on one line
_LEAST_VERSE = 4  # lines
_LONG_ENOUGH = 200  # characters of a paragraph


def recognised(text: str) -> Form:
    """Return the form of a text: that of its last few thousand characters.

    A text that shows no form may be a play.
    """
    recent = text[-_RECENT:]
    if any(map(is_slug_line, recent.split("\n"))):
        return "screenplay"
    if "[" in recent or _is_script(parse(recent)):
        return "play"
    lines = [line for line in recent.split("\n") if line.strip()]
    longest = max(map(len, lines), default=0)
    if longest >= _LEAST_PROSE:
        return "prose"
    if len(lines) >= _LEAST_VERSE:
        return "verse" if longest <= _LONGEST_VERSE else "prose"
    return "play"


def _is_script(blocks: list[Block]) -> bool:
    """Whether a quarter of the blocks are speeches, or the last is one. Prose too has some lines
    like "Note:"."""
    speeches = [isinstance(block, Speech) for block in blocks]
    return speeches[-1:] == [True] or 4 * sum(speeches) >= max(1, len(speeches))


class FormGuard:
    """A text must keep to its form.

    Prose, verse and screenplays have no directions in square brackets; prose and verse have no
    cues, nor words in capitals, unless the text before has some; where poems have numbers, a line
    may be one. Verse breaks its lines.
    """

    tries, strict = 0, True

    def __init__(self, form: Form, text: str) -> None:
        recent = text[-_RECENT:]
        self._form = form
        self._has_capitals = _CAPITALS.search(recent) is not None
        self._has_numbers = has_numbers(recent)

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. The character that breaks the form is the one to be drawn again."""
        last = text[end - 1]
        if last in "[]":
            return end - 1
        if self._form == "screenplay":
            return None
        line = text[text.rfind("\n", 0, end - 1) + 1 : end]
        if self._has_numbers and is_number(line.rstrip("\n")):
            return None
        breaks_form = (
            (last.isupper() and line[-2:-1].isalpha() and self._is_too_large(line))
            or (last in ":\n" and is_cue_line(line.rstrip(), True))
            or (last == " " and self._form == "verse" and len(line) > _LONGEST_VERSE)
        )
        return end - 1 if breaks_form else None

    def _is_too_large(self, line: str) -> bool:
        """Whether a line whose last two characters are capitals may not have them."""
        return not self._has_capitals or line.upper() == line


class ProseLines:
    """A line of prose is a paragraph: it ends with a sentence, and an empty line follows.

    It is at least as long as the shortest of the text before, up to _LONG_ENOUGH. Other line breaks
    become spaces, unless the text before has such line breaks itself.
    """

    tries, strict, instead = 0, True, " "

    def __init__(self, text: str) -> None:
        lines = text[-_RECENT:].split("\n")
        ended = [line for line in lines[:-1] if line.strip()]
        pairs = [(one, other) for one, other in pairwise(lines) if one.strip() and other.strip()]
        self._may_adjoin = bool(pairs)
        shortest = min(map(len, ended), default=0)
        self._least = 0 if pairs else min(shortest, _LONG_ENOUGH)
        # Some scripts have no marks that close a sentence.
        self._may_be_open = any(_is_open(line) for line, _ in pairs) or (
            len(ended) > 1 and all(map(_is_open, ended))
        )

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. The fault is the line break."""
        line_break = end - 1 if text[end - 1] == "\n" else end - 2
        if text[max(0, line_break) : line_break + 1] != "\n":
            return None
        line = text[text.rfind("\n", 0, line_break) + 1 : line_break]
        if not line.strip():
            return None
        if line_break == end - 2:
            return None if self._may_adjoin else line_break
        ends = len(line) >= self._least and (self._may_be_open or not _is_open(line))
        return None if ends else line_break


def _is_open(line: str) -> bool:
    """Whether a line ends in the middle of a sentence."""
    return not closes_sentence(line) and not line.rstrip().endswith(('"', "”"))
