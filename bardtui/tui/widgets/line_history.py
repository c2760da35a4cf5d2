"""The lines that were sent before."""

_LIMIT = 200  # lines


class LineHistory:
    """Sent lines, oldest first, and below them the draft: the line that is being typed.

    A recalled line that was changed becomes the draft.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._place = 0  # of the line in the editor; `len(self._lines)` is the draft's
        self._draft = ""

    def add(self, line: str) -> None:
        """Add a sent line, unless it is empty or the same as the last; the draft is empty then."""
        if line and self._lines[-1:] != [line]:
            self._lines = [*self._lines, line][-_LIMIT:]
        self._place, self._draft = len(self._lines), ""

    def recall(self, typed: str, steps: int) -> str | None:
        """The line `steps` below the one in the editor, or above it; None if there is none.

        `typed` is the text in the editor.
        """
        place = self._place + steps
        if not 0 <= place <= len(self._lines):
            return None
        if typed != [*self._lines, self._draft][self._place]:
            self._draft = typed
        self._place = place
        return [*self._lines, self._draft][place]
