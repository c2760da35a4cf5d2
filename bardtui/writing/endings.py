"""Where a passage ends that has about the length asked for: with a sentence or a line."""

import re

from bardtui.scene.script import MAX_CUE_LENGTH, is_cue_line
from bardtui.settings import Stop
from bardtui.writing.stops import end_of

_SHARE = 4  # a passage may be longer or shorter by its length divided by this
_MOST = 500  # characters that a passage may be longer or shorter by
_MOST_REDRAWN = 4_000  # characters, in search of an end
_LONGEST_WORD = 40
# The end of a line that is not empty; or a sentence's closing mark, closing quotes or brackets, and
# white space, which Chinese and Japanese do without.
_END = re.compile(
    r"""(?<=\S)[ \t]*\n|[.!?…]+["'”’)\]]*(?=[ \t])|[。！？]+["'”’」』）]*(?=[^"'”’」』）])"""
)
_CLOSED = re.compile(r"""[.!?…。！？]["'”’)\]」』）]*\s*$""")
_ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Messrs|Prof|Capt|Rev|Sr|Jr|[A-HJ-Z])\.$")
_WORD_END = re.compile(r"\S(?=\s)")


class Ending:
    """Where a passage ends.

    The end of a sentence is better than that of a line within one. It is a guard too: text that has
    no end near the length asked for is drawn again.
    """

    strict = False

    def __init__(self, stop: Stop, start: int, length: int, *, exact: bool) -> None:
        self._stop, self._start, self._exact = stop, start, exact
        margin = min(length // _SHARE, _MOST)
        self._target = start + length
        self._first, self._last = start + max(1, length - margin), self._target + margin
        self.tries = max(2, min(16, _MOST_REDRAWN // (2 * margin + 1)))

    def fault(self, text: str, end: int) -> int | None:
        """See `Guard`."""
        if self._exact or end != self._last + 1 or self._ends(text, end):
            return None
        return self._first

    def left(self, end: int) -> int:
        """How many characters are to be written after text[:end]; with an approximate length, as
        many as one likes."""
        return self._target - end if self._exact else _MOST

    def settled(self, text: str, end: int) -> int:
        """The offset before which a passage text[:end] does not end."""
        if self._exact or end < self._first:
            return end
        ends = [at for at in self._ends(text, end) if at <= self._target]
        closed = _closed(text, ends)
        return closed[-1] if closed else self._first

    def at(self, text: str, end: int) -> int | None:
        """Return where the passage ends if text[:end] is enough to know; None if it goes on."""
        if self._stop == "sentence" or (self._stop != "length" and text[end - 1] == "\n"):
            stop = end_of(self._stop, text[self._start : end])
            if stop is not None:
                return self._start + stop
        if end < self._target:
            return None
        if self._exact:
            return end
        ends = self._ends(text, end)
        if closed := _closed(text, ends):
            nearest = min(closed, key=self._distance)
            # Another end can only come at `end` or later.
            return nearest if self._distance(nearest) <= self._distance(end) else None
        if end <= self._last:
            return None  # a sentence may still end near
        return min(ends, key=self._distance) if ends else self._after_a_word(text, end)

    def _distance(self, offset: int) -> int:
        return abs(offset - self._target)

    def _ends(self, text: str, end: int) -> list[int]:
        """The ends of sentences and lines near the length asked for."""
        found = _END.finditer(text, max(0, self._first - MAX_CUE_LENGTH), end)
        return [
            match.end()
            for match in found
            if self._first <= match.end() <= self._last and self._is_end(text, match.end())
        ]

    def _is_end(self, text: str, at: int) -> bool:
        line = text[text.rfind("\n", 0, at - 1) + 1 : at]
        if line.endswith("\n"):
            # A speech is not cut between two lines of one sentence.
            whole = self._stop != "speech" or closes_sentence(line)
            return whole and not is_cue_line(line.rstrip(), True)
        return line.count("[") == line.count("]") and not _ABBREVIATED.search(line)

    def _after_a_word(self, text: str, end: int) -> int | None:
        """The nearest end of a word, which is looked for a little longer than that of a line."""
        ends = [
            match.end()
            for match in _WORD_END.finditer(text, self._first - 1, end)
            if not is_cue_line(text[text.rfind("\n", 0, match.end()) + 1 : match.end()], True)
        ]
        if ends:
            return min(ends, key=self._distance)
        return self._target if end > self._last + _LONGEST_WORD else None


def _closed(text: str, ends: list[int]) -> list[int]:
    """The ends that are ends of sentences."""
    return [at for at in ends if _CLOSED.search(text, max(0, at - _LONGEST_WORD), at)]


def closes_sentence(line: str) -> bool:
    """Return whether a line ends with a sentence's closing mark, perhaps in quotes or brackets."""
    return _CLOSED.search(line) is not None
