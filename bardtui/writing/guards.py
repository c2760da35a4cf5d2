"""Guards: rules that written text must keep, or else it is drawn again.

What guards do is not part of the language model, and no loss counts it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from bardtui.model.word_list import MAX_LENGTH, WORD
from bardtui.scene.script import is_cue, is_cue_line

LOOP = 40  # characters: a longer run that was there before is a repetition
_RECENT = 4_000  # characters in which a repetition is looked for
_LATELY = 8_000  # characters in which an earlier occurrence of a word is looked for
_NEAR = 120  # characters: an answer may repeat the words of the line above it
_COMMON = 4_000  # characters: a word that comes more than once in so many is common
_LEAST = 4  # letters of the shortest word that is not repeated


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


class RepeatedWords:
    """A word that was written lately is drawn again, once.

    Left alone are common words, which are those that came often lately, so that a short text has
    none to avoid; words of the last line or two, which an answer may take up; and words with a
    capital, because names return and lines begin with the same words.
    """

    tries, strict = 1, False

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`."""
        found = finished_word(text, end)
        if found is None or len(found[0]) < _LEAST or not found[0].islower():
            return None
        start = found.start()
        if _occurrences(text, found[0], max(0, start - _NEAR), start, 1):
            return None
        begin = max(0, start - _LATELY)
        most = (start - begin) // _COMMON
        return start if 0 < _occurrences(text, found[0], begin, start, most + 1) <= most else None


def _occurrences(text: str, word: str, begin: int, end: int, enough: int) -> int:
    """Count the whole words in text[begin:end] that are `word`, up to `enough`.

    `end` must be below the length of the text.
    """
    times, at = 0, end
    while times < enough and (at := text.rfind(word, begin, at)) >= 0:
        times += not (text[at - 1 : at].isalpha() or text[at + len(word)].isalpha())
    return times


def finished_word(text: str, end: int) -> re.Match[str] | None:
    """Return the word that ends before the last character of text[:end], which cannot belong to it.

    None if no word ends there.
    """
    finished = _end_of_word(text, end)
    if finished is None:
        return None
    for found in WORD.finditer(text, max(0, finished - MAX_LENGTH), finished):
        if found.end() == finished and not text[found.start() - 1 : found.start()].isdigit():
            return found
    return None


def _end_of_word(text: str, end: int) -> int | None:
    """Where a word ends that the last character of text[:end] finished; None if it did not."""
    last = text[end - 1]
    if last.isalnum() or last == "_" or last in "'’" or end < 2:
        return None
    before = text[end - 2]
    if before in "'’" and end > 2:
        return end - 2 if text[end - 3].isalpha() else None
    return end - 1 if before.isalpha() else None
