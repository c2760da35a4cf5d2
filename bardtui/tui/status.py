"""The status line: which model, and what it is doing."""

import time
from dataclasses import dataclass, field

NOTE_SECONDS = 4.0


@dataclass
class Status:
    """What there is to say, from which `text` makes one line.

    `models` holds "loading", "ready" or "unusable" for each; `activity` is what the model that
    was `asked` is at, empty when it is at nothing; `written` counts the characters since it began;
    `offer` is what may be done with a suggestion that shows. `stop` is the key that stops it, and
    `writer` is who writes, as it is to be called.
    """

    model: str
    models: dict[str, str] = field(default_factory=dict)
    activity: str = ""
    written: int = 0
    asked: str = ""
    offer: str = ""
    stop: str = "esc"
    writer: str = ""
    _began: float = 0.0
    _note: str = ""
    _note_ends: float = 0.0

    def note(self, text: str) -> None:
        """Something to be said in passing."""
        self._note, self._note_ends = text, time.monotonic() + NOTE_SECONDS

    def forget(self) -> None:
        """What was said in passing is no longer true."""
        self._note_ends = 0.0

    def begin(self, writer: str) -> None:
        """A model begins to write, `writer` as it is to be called."""
        self.writer, self.activity = writer, "writing"
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
            return f"{self.writer} writes · {rate:,.0f} char/s · {self.stop} stops"
        model = self.asked if self.activity else self.model
        match self.models.get(model, "loading"), self.activity:
            case "unusable", _:
                return f"{model} cannot be used · pick another model"
            case "loading", "":
                return f"loading {model} ..."
            case "loading", _:
                return f"loading {model} ... · {self.activity}"
            case _, "":
                return f"{model} · {self.offer}" if self.offer else f"{model} is ready"
        return f"{model}: {self.activity} · {self.stop} stops"
