"""Guards: rules that written text must keep, or else it is drawn again.

What guards do is not part of the language model, and no loss counts it.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from bardtui.scene.script import is_cue, is_cue_line

LOOP = 40  # characters: a longer run that was there before is a repetition
_RECENT = 4_000  # characters in which a repetition is looked for


class Guard(Protocol):
    """A rule of a kind.

    `tries` is how often text is drawn again from one place. After that, a lenient guard accepts
    the text as it is. For a strict one, the character there is drawn without those that led to
    faults.
    """

    tries: int
    strict: bool

    def fault(self, text: str, end: int) -> int | None:
        """Return the offset from which `text` must be drawn again; None if it keeps the rule.

        Only `text[:end]` has been written; what is before the last character keeps the rule.
        """


@runtime_checkable
class Mending(Guard, Protocol):
    """A strict guard that puts `instead` where a fault begins, in place of what is drawn there."""

    instead: str


class BannedPhrases:
    """Words and phrases that are never written.

    They are banned as whole words, in any case, with any white space between the words.
    """

    tries, strict = 4, True

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(dict.fromkeys(fold for p in phrases if (fold := _folded(p))))
        self._window = 2 * max(map(len, self._phrases), default=0) + 10

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. A phrase that ends with a letter is complete before the next mark or space,
        one that ends with a mark at once."""
        if _is_in_word(text[end - 1]):
            return None
        return min((*self._starts(text, end - 1), *self._starts(text, end)), default=None)

    def _starts(self, text: str, end: int) -> Iterator[int]:
        """Where the phrases that end at `end` start."""
        begin = max(0, end - self._window)
        if not text[begin:end] or text[end - 1].isspace():
            return
        if not _folded(text[begin:end]).endswith(self._phrases):
            return
        for start in range(end - 1, begin - 1, -1):
            opens = start == 0 or not (_is_in_word(text[start - 1]) and _is_in_word(text[start]))
            if opens and not text[start].isspace() and _folded(text[start:end]) in self._phrases:
                yield start


class CuesWithoutWords:
    """A cue must have words below it: neither another cue nor an empty line."""

    tries, strict = 4, True

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`."""
        if text[end - 1] not in ":\n":
            return None
        begin = text.rfind("\n", 0, end - 1) + 1
        above = text[text.rfind("\n", 0, max(0, begin - 1)) + 1 : max(0, begin - 1)]
        line = text[begin:end].rstrip("\n")
        wordless = not line or is_cue(line)
        return begin if wordless and is_cue_line(above, True) else None


class OpenDirections:
    """A stage direction ends on the line where it begins. One that stays open is closed there."""

    tries, strict, instead = 2, True, "]"

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`."""
        if text[end - 1] != "\n":
            return None
        begin = text.rfind("\n", 0, end - 1) + 1
        is_open = text.rfind("[", begin, end - 1) > text.rfind("]", begin, end - 1)
        return end - 1 if is_open else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


class Loops:
    """A passage must not go on with what it has written before.

    Cues do not count, because they come again and again.
    """

    tries, strict = 3, False

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`. To save time, only whole words are compared."""
        start = end - LOOP
        if start <= 0 or not text[end - 1].isspace() or not _occurs(text, start, end):
            return None
        # A run with cues in it must be longer by them.
        start -= sum(
            len(line) + 1 for line in text[start:end].split("\n") if is_cue_line(line, True)
        )
        return start if start > 0 and _occurs(text, start, end) else None


def _occurs(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is in the text before."""
    return text.find(text[start:end], max(0, end - _RECENT), end - 1) >= 0
