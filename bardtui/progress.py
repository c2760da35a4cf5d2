"""The progress of long work: the type of callbacks that report it, and times as text."""

from collections.abc import Callable

OnProgress = Callable[[int, int | None], object]
"""Called with what is done and, if it is known, the total; in characters, bytes or pieces."""


def duration(seconds: float) -> str:
    """A time as text: 42 s, 7 min, 1 h 05 min."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
