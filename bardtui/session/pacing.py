"""How often the state of a model is read while it writes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

RATE = 15  # states a second at most: as many as are drawn
SHARE = 0.025  # of the time, where writing would wait for it


class StatePacing:
    """Says when the next state is due.

    A model that is ahead of its display has time to spare. Writing as fast as it can, it gives
    reading SHARE of its time at most.
    """

    def __init__(self) -> None:
        self._soonest = self._affordable = 0.0  # of the monotonic clock

    def is_due(self, is_ahead: bool) -> bool:
        """Whether a state is to be read now."""
        return time.monotonic() >= (self._soonest if is_ahead else self._affordable)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Measure what reading a state costs."""
        began = time.monotonic()
        yield
        now = time.monotonic()
        self._soonest = began + 1 / RATE
        self._affordable = max(self._soonest, now + (now - began) / SHARE)
