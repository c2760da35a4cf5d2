"""Where two texts part."""

import re

from bardtui.escaping import shared_length

_WORD = re.compile(r"\s*\S*")


def parting(one: str, other: str) -> tuple[int, int, int]:
    """Return where two texts part: the offset of the first word that differs, and where that word
    ends in each of them, with the white space that differs if only that does."""
    at = shared_length(one, other)
    begin = at
    while begin and not one[begin - 1].isspace():
        begin -= 1
    ends = []
    for text in (one, other):
        found = _WORD.match(text, begin)
        ends.append(max(found.end() if found else begin, min(at + 1, len(text))))
    return begin, ends[0], ends[1]
