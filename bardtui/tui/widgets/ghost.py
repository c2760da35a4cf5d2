"""The ends that a model has found for a line that is being typed."""

from collections.abc import Iterable


class Ghost:
    """Ways to finish a line, one of which is chosen.

    Typing on keeps those that the new text is the beginning of.
    """

    def __init__(self) -> None:
        self._begun = ""
        self._lines: list[str] = []
        self._chosen = ""

    def offer(self, begun: str, ends: Iterable[str]) -> None:
        """Let these be the ends of `begun`; a choice made earlier stays if it is among them."""
        self._begun = begun
        self._lines = list(dict.fromkeys(begun + end for end in ends))

    def drop(self) -> None:
        """Forget them all."""
        self._lines = []

    def end(self, text: str) -> str:
        """What the chosen line has after `text`; empty where no line goes on from it."""
        lines = self._matching(text)
        if lines and self._chosen not in lines:
            self._chosen = lines[0]
        return self._chosen[len(text) :] if lines else ""

    def turn(self, text: str, steps: int) -> None:
        """Choose another of the lines that go on from `text`; after the last comes the first."""
        lines = self._matching(text)
        self._chosen = lines[(lines.index(self._chosen) + steps) % len(lines)]

    def place(self, text: str) -> tuple[int, int]:
        """Which of how many lines that go on from `text` is chosen, counted from 1; or zeros."""
        lines = self._matching(text)
        return (lines.index(self._chosen) + 1, len(lines)) if lines else (0, 0)

    def _matching(self, text: str) -> list[str]:
        if not text.startswith(self._begun):
            return []
        return [line for line in self._lines if line != text and line.startswith(text)]
