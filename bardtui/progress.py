"""The type of callbacks that report the progress of long work."""

from collections.abc import Callable

OnProgress = Callable[[int, int | None], object]
"""Called with what is done and, if it is known, the total; in characters, bytes or pieces."""
