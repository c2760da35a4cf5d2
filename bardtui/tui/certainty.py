"""How sure the model was along a text, as a sparkline: for the map and the list of scenes."""

import math
from collections.abc import Iterator, Sequence

from bardtui.scene.certainty import PARTS
from bardtui.scene.passage import Passage
from bardtui.session.session import WritingSession

CELLS = PARTS  # of a sparkline
_BARS = "▁▂▃▄▅▆▇█"
_LEAST, _MOST = 0.4, 2.4  # nats of the lowest and the highest bar
_SAMPLE = 64  # characters at the beginning of each part of a passage
_SCORED = 5_000  # characters of a passage that are scored for it


def sparkline(entropies: Sequence[float]) -> str:
    """Return a bar for each entropy in nats: low where the model was sure. A dot for NaN."""
    scale = (len(_BARS) - 1) / (_MOST - _LEAST)
    return "".join(
        "·" if math.isnan(nats) else _BARS[round(scale * (min(max(nats, _LEAST), _MOST) - _LEAST))]
        for nats in entropies
    )


class Certainty:
    """The entropy along the visible passages of a session, as far as they are scored.

    The text must not change meanwhile.
    """

    def __init__(self, session: WritingSession) -> None:
        self._surprise, self._text = session.surprise, session.text
        self._places = dict(self._visible(session))
        self._lines: dict[int, str] = {}
        self._found = -1  # pages scored when the lines were made

    @staticmethod
    def _visible(session: WritingSession) -> Iterator[tuple[int, tuple[int, int]]]:
        begin = 0
        for passage, length in session.manuscript.scene.path():
            yield passage.id, (begin, begin + length)
            begin += length

    @property
    def has_changed(self) -> bool:
        """Whether more is scored since a line was last made."""
        return self._found != self._surprise.found_pages

    def look(self, passage: Passage) -> None:
        """Have the beginning of a passage scored."""
        begin, end = self._places.get(passage.id, (0, 0))
        self._surprise.look(begin, min(end, begin + _SCORED))

    def line(self, passage: Passage) -> str:
        """Return the sparkline of a passage; "" for one that does not show or is not scored."""
        if self.has_changed:
            self._lines.clear()
            self._found = self._surprise.found_pages
        if passage.id not in self._lines:
            begin, end = self._places.get(passage.id, (0, 0))
            parts = min(CELLS, math.ceil((end - begin) / _SAMPLE))
            made = sparkline(self._surprise.entropies(begin, end, parts, _SAMPLE, self._text))
            self._lines[passage.id] = made if made.strip("·") else ""
        return self._lines[passage.id]
