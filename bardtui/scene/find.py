"""Find words in the visible text, and the places where a character is named."""

import re
import time

from bardtui.scene.passage import Changes
from bardtui.scene.script import MAX_CUE_LENGTH, is_cue_line, split_cue

Span = tuple[int, int]

_SPACES = re.compile(r"\s*")
_STEP_SECONDS = 0.003
_FIRST_PIECE, _LEAST_PIECE = 5_000, 1_000  # characters


def occurrences(text: str, words: str, begin: int = 0, end: int | None = None) -> list[Span]:
    """Return where `words` stand in a text, as offsets of start and end.

    Upper and lower case match each other, unless `words` has capitals: "tom" finds TOM and Tom,
    "Tom" finds Tom alone. White space of any kind and length matches a space. Only those are
    returned that begin at `begin` or after it, and before `end`.
    """
    if not words.strip():
        return []
    # White space is matched from its beginning, to its end: in linear time.
    gap = r"(?<!\s)\s++"
    parts = [gap if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", words)]
    has_capitals = words != words.lower()
    pattern = re.compile("".join(parts), re.NOFLAG if has_capitals else re.IGNORECASE)
    end = len(text) if end is None else min(end, len(text))
    reach = end  # where those that begin before `end` may end
    for _ in range(parts.count(gap) + 1):
        reach = _after_spaces(text, reach + len(words))
    return [hit.span() for hit in pattern.finditer(text, begin, reach) if hit.start() < end]


class Search:
    """Finds words in a text piece by piece, so that a long text blocks nothing.

    Attributes:
        hits: What was found so far, in the order of the text; see `occurrences`.
        done: Whether the whole text was searched.
    """

    def __init__(self, text: str, words: str) -> None:
        self.hits: list[Span] = []
        self.done = not text
        self._text, self._words = text, words
        self._at, self._size = 0, _FIRST_PIECE

    def step(self) -> None:
        """Search the next piece of the text, for a few milliseconds, if there is one."""
        if self.done:
            return
        began = time.perf_counter()
        end = _after_spaces(self._text, self._at + self._size)  # they would be looked at again
        self.hits += occurrences(self._text, self._words, self._at, end)
        self._at = max(end, self.hits[-1][1] if self.hits else 0)
        self.done = self._at >= len(self._text) or not self._words.strip()
        factor = min(2.0, _STEP_SECONDS / max(time.perf_counter() - began, 1e-6))
        self._size = max(_LEAST_PIECE, int(self._size * factor))


def _after_spaces(text: str, at: int) -> int:
    """The offset of the first character from `at` on that is no white space."""
    found = _SPACES.match(text, min(at, len(text)))
    return found.end() if found else at


def renaming(text: str, old: str, new: str) -> Changes:
    """Return the changes that give a character another name throughout a text.

    They are made in cues, and wherever the name stands as a whole word: "TOM" becomes "BEN", and
    "Tom" becomes "Ben". The name in small letters is left alone, since it may be a common word.
    """
    forms = {old: new, old.upper(): new.upper(), old.title(): new.title()}
    names = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    found = re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text)
    return [(*name.span(), forms[name[0]]) for name in found]


def next_cue(text: str, at: int, *, back: bool = False, speaker: str = "") -> int | None:
    """Return the offset of the next cue after an offset, or with `back` of the one before it.

    With a `speaker`, only their cues count. None if there is no such cue.
    """
    while True:
        if back:
            begin = text.rfind("\n", 0, max(0, at - 1)) + 1 if at else -1
        else:
            begin = text.find("\n", at) + 1 or -1
        if begin < 0:
            return None
        at = begin
        name = _speaker(text, begin)
        if name and speaker in ("", name):
            return begin


def speaker_at(text: str, at: int) -> str:
    """Return who speaks at an offset: the name in the last cue up to there, or an empty string."""
    begin = text.rfind("\n", 0, at) + 1
    if name := _speaker(text, begin):
        return name
    cue = next_cue(text, begin, back=True)
    return _speaker(text, cue) if cue is not None else ""


def _speaker(text: str, begin: int) -> str:
    """The name in the cue that begins at an offset; empty if no cue does."""
    end = text.find("\n", begin, begin + MAX_CUE_LENGTH + 1)
    line = text[begin : end if end >= 0 else begin + MAX_CUE_LENGTH + 1]
    opens = begin < 2 or text[begin - 2] == "\n"
    return split_cue(line)[0] if line and is_cue_line(line, opens) else ""
