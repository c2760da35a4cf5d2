"""The status text: the model and what it is doing."""

import time

from bardtui.session.session import WritingSession

NOTE_SECONDS = 4.0


class Status:
    """Makes one line of the session's state and of the last note.

    Attributes:
        offer: The keys for the suggestion that shows.
        stop_key: The key that stops writing.
        rest_key: The key that shows the rest at once.
    """

    def __init__(self, session: WritingSession) -> None:
        self._session = session
        self.offer = ""
        self.stop_key, self.rest_key = "esc", "^g"
        self._written = 0
        self._began = 0.0
        self._note = ""
        self._note_ends = 0.0

    def note(self, text: str) -> None:
        """Show a text for a few seconds."""
        self._note, self._note_ends = text, time.monotonic() + NOTE_SECONDS

    def forget(self) -> None:
        """Stop showing the note: it is no longer true."""
        self._note_ends = 0.0

    def begin(self) -> None:
        """Start to measure the speed of writing."""
        self._written, self._began = 0, time.monotonic()
        self._note_ends = min(self._note_ends, self._began + 1)

    def count(self, characters: int) -> None:
        """Count written characters."""
        self._written += characters

    @property
    def text(self) -> str:
        """The line."""
        session, now = self._session, time.monotonic()
        passage = session.passage
        if now < self._note_ends:
            return self._note
        if passage.activity == "writing":
            rate = self._written / max(now - self._began, 0.05)
            keys = f"{self.stop_key} stops, {self.rest_key} the rest"
            return f"{passage.writer_name} writes · {rate:,.0f} char/s · {keys}"
        model = passage.request.model if passage.request else session.model
        match session.model_states.get(model, "loading"), passage.activity:
            case "unusable", _:
                return f"{model} cannot be used · pick another model"
            case "loading", "":
                return f"loading {model} ..."
            case "loading", _:
                return f"loading {model} ... · your line waits"
            case _, "":
                return f"{model} · {self.offer}" if self.offer else f"{model} is ready"
        return f"{model}: your line waits · {self.stop_key} stops"
