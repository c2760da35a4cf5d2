"""Saving the unsent line and the settings in use, by threads that the interface never waits for."""

import threading
import time
from collections.abc import Callable
from io import FileIO
from itertools import chain, count
from pathlib import Path
from typing import Generic, TypeVar

from bardtui import paths
from bardtui.files import atomic_write, lock, open_private, private_folder, read_regular
from bardtui.log import log_bug
from bardtui.settings import Remembered

Value = TypeVar("Value")

_MAX_BYTES = 1_000_000  # of a file with an unsent line, which holds 20,000 characters


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


class Draft:
    """Saves the line that is being typed, at most once a second.

    Programs that run at the same time have a file each, claimed by a lock. A file that an ended
    program left behind is claimed first, so its line comes back. Disk errors are ignored: the
    scene's own saving reports a full or broken disk.
    """

    def __init__(self) -> None:
        self._path, self._lock = _claim()
        try:
            self.text = read_regular(self._path, _MAX_BYTES).decode("utf-8")
        except (OSError, ValueError):  # no draft, or not text
            self.text = ""
        self._saved: str | None = self.text  # None: the disk refused, so it is not known
        self._saver = BackgroundSaver(self._save)

    def keep(self, text: str) -> None:
        """Save this line instead; returns at once. An empty line removes the file promptly."""
        if text != self.text:
            self.text = text
            self._saver.keep(text, at_once=not text)

    def close(self) -> None:
        """Save the newest line and release the file for the next program."""
        self._saver.close()
        if self._lock is not None:
            self._lock.close()

    def _save(self, text: str) -> None:
        if text == self._saved:
            return
        try:
            if text:
                atomic_write(self._path, text)
            else:
                self._path.unlink(missing_ok=True)
        except OSError:
            self._saved = None
        else:
            self._saved = text


def _claim() -> tuple[Path, FileIO | None]:
    """Return a draft file that no other running program uses, and its lock.

    Files that an ended program left behind come first. Where the file system has no locks, all
    programs share one file.
    """
    first = paths.draft_file()
    left = sorted(first.parent.glob(f"{first.stem}*{first.suffix}"))
    others = (first.with_stem(f"{first.stem}-{number}") for number in count(2))
    for path in chain(left, [first], others):
        try:
            private_folder(path.parent)
            file = FileIO(path.with_suffix(".lock"), "a", opener=open_private)
        except OSError:
            break
        try:
            lock(file)
        except BlockingIOError:
            file.close()
        except OSError:
            file.close()
            break
        else:
            return path, file
    return first, None
