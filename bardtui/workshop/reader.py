"""The thread that reads the logs of runs, those of an earlier program too."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bardtui.files import open_regular
from bardtui.workshop.order import Order, OrderError
from bardtui.workshop.process import EVENTS, is_alive
from bardtui.workshop.progress import parsed

_SECONDS = 0.3  # between two looks
_MOST_BYTES = 200_000  # read in one look
_LONGEST_LINE = 100_000  # bytes; a longer one is skipped
_ENDS = {"stopped", "finished", "error", "queued"}


@dataclass(frozen=True)
class News:
    """What was read of a run. `gone` says that its process ended without a last event."""

    order: Order
    events: list[dict[str, Any]]
    gone: bool


class _Log:
    """How far the log of a run was read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.order = folder, Order.load(folder)
        self._offset = 0
        self._running = False

    def look(self) -> News | None:
        """Read on. Raises OSError."""
        gone = self._running and not is_alive(self.folder)
        with open_regular(self.folder / EVENTS) as file:
            if file.seek(0, os.SEEK_END) < self._offset:
                self._offset = 0  # it was cut off, and goes on from there
            file.seek(self._offset)
            data = file.read(_MOST_BYTES)
        complete = data.rfind(b"\n") + 1
        if not complete and len(data) > _LONGEST_LINE:
            complete = len(data)
        self._offset += complete
        events = [event for line in data[:complete].splitlines() if (event := parsed(line))]
        for event in events:
            if event["event"] in _ENDS:
                self._running = False
            elif event["event"] == "begun":
                self._running = True
        gone = gone and self._running and len(data) < _MOST_BYTES
        if gone:
            self._running = False
        return News(self.order, events, gone) if events or gone else None


class Reader:
    """Looks at all runs in `folder` a few times a second, and calls `deliver` in its thread."""

    def __init__(self, folder: Path, deliver: Callable[[News], object]) -> None:
        self._folder, self._deliver = folder, deliver
        self._logs: dict[str, _Log] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workshop", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            more = self._look()
            self._closed.wait(0 if more else _SECONDS)

    def _look(self) -> bool:
        """Look once; return whether there is more to read at once."""
        try:
            folders = {path.name: path for path in self._folder.iterdir() if path.name[0] != "."}
        except OSError:  # nothing was ordered yet, or it cannot be read
            folders = {}
        for name in self._logs.keys() - folders.keys():
            del self._logs[name]
        more = False
        for name, folder in sorted(folders.items()):
            try:
                log = self._logs.get(name) or self._logs.setdefault(name, _Log(folder))
                news = log.look()
            except (OrderError, OSError):
                continue  # it is being ordered or removed just now
            if news is not None and not self._closed.is_set():
                self._deliver(news)
                more = more or len(news.events) > 100
        return more
