"""The text of a scene in rows, and of its parts: who wrote them, their kinds and their marks."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, get_args

from bardtui.escaping import shared_length
from bardtui.scene.scene import Author
from bardtui.scene.script import MAX_CUE_LENGTH, is_cue
from bardtui.tui.marks import MARKS, Mark, Spans
from bardtui.tui.wrapping import WrappedText

Kind = Literal["speech", "cue", "direction"]

_MAX_DIRECTION = 1000  # characters that a row looks back for an open bracket
_DIRECTION = re.compile(r"\[[^\]]*\]?")


class PassageText(WrappedText):
    """A wrapped text made of passages, each by the writer or the model."""

    def __init__(self, width: int) -> None:
        """No passages; rows are at most `width` cells wide."""
        super().__init__(width)
        self._begins = array("Q")
        self._by: list[Author] = []
        self._marked: dict[Mark, Spans] = dict.fromkeys(MARKS, ())

    def set_passages(self, passages: Sequence[tuple[Author, str]]) -> None:
        """Replace all passages. Only what differs from the text so far is wrapped again."""
        self._by = [author for author, _ in passages]
        texts = [text for _, text in passages]
        self._begins = array("Q", [*accumulate(map(len, texts), initial=0)][:-1])
        whole = "".join(texts)
        same = shared_length(self.slice(0, len(self)), whole)
        self.cut(same)
        self.append(whole[same:])

    def begin_passage(self, author: Author) -> None:
        """Begin a passage at the end. Raises ValueError for an unknown author."""
        if author not in get_args(Author):
            raise ValueError(f"no such author: {author!r}")
        self._begins.append(len(self))
        self._by.append(author)

    def extend_passage(self, text: str) -> int:
        """Append to the last passage; returns the first row that may look different now.

        That may be an earlier row than the last: a cue is styled on all rows of its line, and the
        new text may make the line a cue or end that. Raises ValueError if there is no passage.
        """
        if not self._by:
            raise ValueError("text without a passage")
        end = len(self)
        begin = max(0, end - MAX_CUE_LENGTH - 1)
        newline = self.slice(begin, end).rfind("\n")
        first = self.row_at(begin + newline + 1 if newline >= 0 or begin == 0 else end)
        self.append(text)
        return first

    def authors(self, begin: int, end: int) -> dict[int, Author]:
        """Where in `begin` to `end` each author's text begins, as offsets from `begin`."""
        found: dict[int, Author] = {}
        passage = bisect_right(self._begins, begin) - 1
        while begin < end and passage < len(self._begins):
            if (at := self._begins[passage]) >= end:
                break
            found[max(0, at - begin)] = self._by[passage]
            passage += 1
        return found

    def kinds(self, begin: int, row: str) -> dict[int, Kind]:
        """The parts of the `row` at offset `begin`, by where they begin in the row."""
        before = self.slice(max(0, begin - _MAX_DIRECTION), begin).rpartition("\n")[2]
        if len(before) + len(row) <= MAX_CUE_LENGTH:
            end = begin + len(row)
            line = before + row + self.slice(end, end + MAX_CUE_LENGTH).partition("\n")[0]
            if len(line) <= MAX_CUE_LENGTH and is_cue(line):
                return {0: "cue"}
        found: dict[int, Kind] = {0: "speech"}
        at = 0
        if before.rfind("[") > before.rfind("]"):  # the row begins within a direction
            at = row.find("]") + 1 or len(row)
            found = {0: "direction", at: "speech"}
        for match in _DIRECTION.finditer(row, at):
            found[match.start()] = "direction"
            found[match.end()] = "speech"
        return found

    def mark(self, mark: Mark, spans: Spans) -> bool:
        """Mark these parts of the text in this way, and no others; return whether that is new."""
        before, self._marked[mark] = self._marked[mark], spans
        return before != spans

    def marks(self, begin: int, length: int) -> dict[int, list[Mark]]:
        """The marks in a row of `length` characters at offset `begin`, by where in the row they
        change.

        The cost depends on the row, not on the number of spans.
        """
        inside = [
            (max(first - begin, 0), min(end - begin, length), mark)
            for mark, spans in self._marked.items()
            for first, end in _near(spans, begin, length)
        ]
        found: dict[int, list[Mark]] = {at: [] for first, end, _ in inside for at in (first, end)}
        for first, end, mark in inside:
            for at in found:
                if first <= at < end:
                    found[at].append(mark)
        return found


def _near(spans: Spans, begin: int, length: int) -> list[tuple[int, int]]:
    """The spans that reach into a row: of those that begin before it, only the last."""
    found = []
    for place in range(max(0, bisect_right(spans, (begin, 0)) - 1), len(spans)):
        first, end = spans[place]
        if first >= begin + length:
            break
        if end > begin:
            found.append((first, end))
    return found
