"""Where two texts part."""

import re

from bardtui.escaping import shared_length

_WORD = re.compile(r"\s*\S*")


def parting(one: str, other: str) -> tuple[int, int, int, int]:
    """Return where two texts part: the offset of the first character that differs, where its word
    begins, and where that ends in each text (with the white space, if only that differs)."""
    at = begin = shared_length(one, other)
    while begin and not one[begin - 1].isspace():
        begin -= 1
    ends = []
    for text in (one, other):
        found = _WORD.match(text, begin)
        ends.append(max(found.end() if found else begin, min(at + 1, len(text))))
    return at, begin, ends[0], ends[1]
