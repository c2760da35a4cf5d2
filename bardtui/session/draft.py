"""The line that was typed and not sent yet, kept for the next start."""

import os
from functools import partial
from io import FileIO
from itertools import chain, count
from pathlib import Path

from bardtui import paths
from bardtui.files import atomic_write, lock, private_folder


class Draft:
    """Keeps the newest line; where the disk refuses, the scene's own saving says so.

    What is noted outlives the program, however it ends; what is kept, a power cut too. Programs
    that run at the same time keep one line each.
    """

    def __init__(self) -> None:
        self._path, self._lock = _claim()
        try:
            self.text = self._path.read_text("utf-8")
        except (OSError, ValueError):
            self.text = ""
        self._noted: str | None = self.text  # None: the disk has refused, and is to be asked again
        self._kept: str | None = self.text

    def note(self, text: str) -> None:
        """Put this line there instead, if it is another; quick enough for every key."""
        if text != self._noted:
            self._put(text, durable=False)

    def keep(self, text: str) -> None:
        """Put it on the disk, and wait for the disk."""
        if text != self._kept:
            self._put(text, durable=True)

    def close(self) -> None:
        """Leave the line to the next program."""
        if self._lock is not None:
            self._lock.close()

    def _put(self, text: str, *, durable: bool) -> None:
        self.text = text
        try:
            if text:
                atomic_write(self._path, text, durable=durable)
            else:
                self._path.unlink(missing_ok=True)
        except OSError:
            self._noted = self._kept = None
            return
        self._noted = text
        if durable:
            self._kept = text


def _claim() -> tuple[Path, FileIO | None]:
    """Where no other program keeps its line now, one that was left behind first; and the lock that
    says so to others. Where the file system has no locks, all share one."""
    first = paths.draft_file()
    left = sorted(first.parent.glob(f"{first.stem}*{first.suffix}"))
    others = (first.with_stem(f"{first.stem}-{number}") for number in count(2))
    for path in chain(left, [first], others):
        try:
            private_folder(path.parent)
            file = FileIO(path.with_suffix(".lock"), "a", opener=partial(os.open, mode=0o600))
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
