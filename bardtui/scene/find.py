"""Find words in the visible text, and the places where a character is named."""

import re

from bardtui.scene.passage import Changes
from bardtui.scene.script import MAX_CUE_LENGTH, is_cue_line, split_cue

Span = tuple[int, int]


def occurrences(text: str, words: str) -> list[Span]:
    """Return where `words` stand in a text, as offsets of start and end.

    Upper and lower case match each other, unless `words` has capitals: "tom" finds TOM and Tom,
    "Tom" finds Tom alone. White space of any kind and length matches a space.
    """
    if not words.strip():
        return []
    # White space is matched from its beginning, to its end: in linear time.
    gap = r"(?<!\s)\s++"
    parts = [gap if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", words)]
    has_capitals = words != words.lower()
    pattern = re.compile("".join(parts), re.NOFLAG if has_capitals else re.IGNORECASE)
    return [found.span() for found in pattern.finditer(text)]


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
