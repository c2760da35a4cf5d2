"""A front end without a terminal: drives a session and keeps its events."""

import math
import queue
import time
from collections.abc import Callable

from bardtui.session.events import (
    EngineEvent,
    Notice,
    SceneShown,
    SessionEvent,
    StateRead,
    TakesEnded,
    TextAdded,
)
from bardtui.session.manuscript import Manuscript
from bardtui.session.session import WritingSession
from bardtui.session.watching import Watching
from bardtui.settings import Remembered, Settings
from tests.conftest import DECODERS

PATIENCE = 200  # seconds


class Driver:
    """Runs a session with the installed tiny model, at full speed."""

    def __init__(
        self,
        manuscript: Manuscript | None = None,
        settings: Settings | None = None,
        **chosen: object,
    ) -> None:
        self.events: list[SessionEvent] = []
        self.shown = ""  # what a front end shows that follows the events
        self._inbox: queue.Queue[EngineEvent] = queue.Queue()
        values: dict[str, object] = {"model": "tiny", "length": 60, "pace": math.inf} | chosen
        DECODERS.fit(values["length"], values["pace"])
        self.session = WritingSession(
            manuscript or Manuscript(),
            settings or Settings(suggestions=False),
            Remembered(**values),  # type: ignore[arg-type]
            listen=self._hear,
            deliver=self._inbox.put,
        )
        self.watching = Watching(self.session)
        self.seen: list[tuple[str, StateRead]] = []  # the text that showed, and the state
        self.session.start()
        self.session.show_scene()

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *error: object) -> None:
        self.session.close()

    def until(self, condition: Callable[[], bool]) -> None:
        """Handle the engine's events until the condition holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            event = self._inbox.get(timeout=max(0.01, end - time.monotonic()))
            self.session.handle(event)
            if isinstance(event, StateRead) and self.watching.take(event):
                self.seen.append((self.session.text, event))

    def idle(self) -> None:
        """Wait until the passage is complete."""
        self.until(lambda: not self.session.writing)

    def takes(self) -> None:
        """Wait until the takes are complete."""
        self.until(lambda: any(isinstance(event, TakesEnded) for event in self.events))

    def send(self, line: str = "") -> None:
        """Send a line and wait for the model's passage."""
        self.session.send(line)
        self.idle()

    def notices(self) -> list[str]:
        """The names of the notices so far, but not that models are slow without XLA."""
        names = [event.name for event in self.events if isinstance(event, Notice)]
        return [name for name in names if name != "model_slow"]

    def _hear(self, event: SessionEvent) -> None:
        self.events.append(event)
        match event:
            case SceneShown():
                self.shown = "".join(text for _, text in self.session.runs())
            case TextAdded(text):
                self.shown += text
