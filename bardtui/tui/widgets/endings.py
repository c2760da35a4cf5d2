"""The endings that a model suggests for a line."""

from collections.abc import Iterable


class Endings:
    """Suggested endings of a line, one of which is chosen.

    While the line grows, those that it is still a beginning of remain.
    """

    def __init__(self) -> None:
        self._beginning = ""
        self._lines: list[str] = []
        self._chosen = ""

    def offer(self, beginning: str, endings: Iterable[str]) -> None:
        """Replace the endings by those of `beginning`. The choice stays if it is among them."""
        self._beginning = beginning
        self._lines = list(dict.fromkeys(beginning + ending for ending in endings))

    def clear(self) -> None:
        """Remove all endings."""
        self._lines = []

    def of(self, text: str) -> str:
        """The chosen ending of `text`; empty if none fits."""
        lines = self._matching(text)
        if lines and self._chosen not in lines:
            self._chosen = lines[0]
        return self._chosen[len(text) :] if lines else ""

    def choose_next(self, text: str, steps: int) -> None:
        """Choose another ending of `text`; the first one follows the last."""
        lines = self._matching(text)
        self._chosen = lines[(lines.index(self._chosen) + steps) % len(lines)]

    def place(self, text: str) -> tuple[int, int]:
        """The number of the chosen ending of `text`, counted from 1, and of all; or zeros."""
        lines = self._matching(text)
        return (lines.index(self._chosen) + 1, len(lines)) if lines else (0, 0)

    def _matching(self, text: str) -> list[str]:
        if not text.startswith(self._beginning):
            return []
        return [line for line in self._lines if line != text and line.startswith(text)]
