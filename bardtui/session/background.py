"""Saving small values in a thread, so that the interface never waits for the disk."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from bardtui import paths
from bardtui.log import log_bug
from bardtui.settings import Remembered

Value = TypeVar("Value")


class BackgroundSaver(Generic[Value]):
    """Saves the newest value in its own thread, at most once in `interval` seconds.

    `save` is called in that thread, and in the caller's thread by `close`. An error in it is
    logged, and the next value is saved again.
    """

    def __init__(self, save: Callable[[Value], None], interval: float = 1.0) -> None:
        self._save, self._interval = save, interval
        self._changed = threading.Condition()
        self._pending: list[Value] = []  # the newest value, or nothing
        self._urgent = self._closed = False
        # Started at once: where memory has run out, a key must not need a new thread.
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)
        self._thread.start()

    def keep(self, value: Value, *, at_once: bool = False) -> None:
        """Save this value soon; `at_once` does not wait for the rest of the interval."""
        with self._changed:
            self._pending = [value]
            self._urgent |= at_once
            self._changed.notify()

    def close(self) -> None:
        """Save what is pending and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        for value in self._pending:
            self._save(value)
        self._pending = []

    def _run(self) -> None:
        saved = -self._interval
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._pending)
                left = saved + self._interval - time.monotonic()
                self._changed.wait_for(lambda: self._closed or self._urgent, max(0.0, left))
                if self._closed:
                    return
                (value,) = self._pending
                self._pending, self._urgent = [], False
            try:
                self._save(value)
            except Exception as error:
                log_bug(error)
            saved = time.monotonic()


def save_remembered(remembered: Remembered) -> None:
    """Save what was in use, for the next start."""
    try:
        remembered.save(paths.remembered_file())
    except OSError:
        return  # a scene that cannot be saved either is reported by its manuscript
