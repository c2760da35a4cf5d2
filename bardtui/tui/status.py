"""The status line: which model, and what it is doing."""

import time
from dataclasses import dataclass, field

NOTE_SECONDS = 4.0


@dataclass
class Status:
    """What there is to say, from which `text` makes one line.

    `models` holds "loading", "ready" or "unusable" for each; `activity` is what the model in use is
    at, empty when it is at nothing; `written` counts the characters since it began to write.
    """

    model: str
    models: dict[str, str] = field(default_factory=dict)
    activity: str = ""
    written: int = 0
    _writer: str = ""
    _began: float = 0.0
    _note: str = ""
    _note_ends: float = 0.0

    def note(self, text: str) -> None:
        """Something to be said in passing."""
        self._note, self._note_ends = text, time.monotonic() + NOTE_SECONDS

    def begin(self, writer: str) -> None:
        """A model begins to write."""
        self._writer, self.activity = writer, "writing"
        self.written, self._began = 0, time.monotonic()
        self._note_ends = min(self._note_ends, self._began + 1)

    @property
    def text(self) -> str:
        """The line."""
        now = time.monotonic()
        if now < self._note_ends:
            return self._note
        if self.activity == "writing":
            rate = self.written / max(now - self._began, 0.05)
            return f"{self._writer} writes · {rate:,.0f} char/s · esc stops"
        match self.models.get(self.model, "loading"), self.activity:
            case "unusable", _:
                return f"{self.model} cannot be used · pick another model"
            case "loading", "":
                return f"loading {self.model} ..."
            case "loading", _:
                return f"loading {self.model} ... · {self.activity}"
            case _, "":
                return f"{self.model} is ready"
        return f"{self.model}: {self.activity} · esc stops"
