"""What Python's strings cannot do by themselves."""

import re
import unicodedata

_ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, formats, surrogates, separators

#: Marks and fillers that draw nothing: a text could hide another in them.
HIDDEN = re.compile(r"[\u034f\u115f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0d\U000e0100-\U000e01ef]")

#: What ends a line, other than a newline: to be made one in what is pasted.
LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")


class _Shown(dict[int, str]):
    """What a character is printed as, worked out once for each."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        acts = unicodedata.category(character) in _ACTING or HIDDEN.match(character)
        self[code] = shown = "\N{REPLACEMENT CHARACTER}" if acts else character
        return shown


_SHOWN = _Shown()


def printable(text: str, keep: str = "") -> str:
    """`text`, a character for a character, as a command may print it: U+FFFD stands for whatever a
    terminal might obey, turn around, or hide, but for the characters of `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in keep else _SHOWN[ord(c)] for c in text)


def shared_length(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginnings; quick for long ones."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
