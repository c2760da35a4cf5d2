"""Poems below a number, such as sonnets: how many lines they have."""

import re

_HEADING = re.compile(r"^[ \t]*(?:[IVXLC]{1,8}|\d{1,3})\.?[ \t]*$", re.MULTILINE)
_SONNET = 14  # lines
_LONGEST = 4_000  # characters at the end of a text in which poems are looked for


def is_number(line: str) -> bool:
    """Return whether a line is a number, in Arabic or Roman numerals, as above a poem."""
    return _HEADING.fullmatch(line) is not None


def has_numbers(text: str) -> bool:
    """Return whether the end of a text has numbers on lines of their own."""
    return _HEADING.search(text[-_LONGEST:]) is not None


class PoemLength:
    """A poem below a number has as many lines as the one before it; the first one is a sonnet."""

    tries, strict = 0, True

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. The fault is the character that ends a poem too early, or begins a line too
        many."""
        if text[end - 2 : end - 1] != "\n":
            return None  # only the first character of a line begins or ends a poem
        poems = _poems(text[max(0, end - _LONGEST) : end - 1])
        if not poems or not poems[-1] or poems[-1][-1] == "":
            return None  # outside a poem
        lines = len(poems[-1])
        wanted = len([line for line in poems[-2] if line]) if len(poems) > 1 else _SONNET
        too_early = text[end - 1] == "\n" and lines < wanted
        too_late = text[end - 1] != "\n" and lines == wanted
        return end - 1 if too_early or too_late else None


def _poems(text: str) -> list[list[str]]:
    """The poems below numbers: for each its lines, and "" if an empty line ends it."""
    poems = []
    for section in _HEADING.split(text)[1:]:
        lines = section.lstrip("\n").split("\n")[:-1]
        ends = lines.index("") + 1 if "" in lines else len(lines)
        poems.append(lines[:ends])
    return poems
