"""Copies of what a writer wrote, kept for runs of training: a scene may change before its run ends.

A copy is removed when the run that reads it has finished or was taken off the list.
"""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from bardtui import paths
from bardtui.files import atomic_write, open_regular
from bardtui.workshop.order import Order, OrderError
from bardtui.workshop.process import EVENTS
from bardtui.workshop.progress import parsed
from bardtui.workshop.survey import plain_name

_DAY = 24 * 3600
_TAIL = 100_000  # bytes at the end of a log that say whether the run has finished


def keep(name: str, text: str) -> Path:
    """Keep a text as a file, for training; return its path. Raises OSError.

    Another text of the same name is another file: a stopped run goes on with what it has read.
    """
    kept = text.strip("\n") + "\n"
    digest = hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()
    path = paths.own_texts_dir() / digest[:16] / f"{plain_name(name)}.txt"
    atomic_write(path, kept)
    return path


def release(path: Path) -> None:
    """Remove a copy, unless a run that can go on reads it; leave any other file. Raises OSError."""
    if path.parent.parent == paths.own_texts_dir() and str(path) not in _wanted():
        remove(path)


def remove(path: Path) -> None:
    """Remove a copy. Raises OSError."""
    path.unlink(missing_ok=True)
    with suppress(OSError):  # the same text is kept under another name
        path.parent.rmdir()


def unneeded() -> list[Path]:
    """The copies that no run reads any more; those of the last day may be about to be ordered."""
    wanted, now = _wanted(), time.time()
    return [path for path in every() if str(path) not in wanted and now - _time(path) > _DAY]


def every() -> list[Path]:
    """All copies."""
    return sorted(paths.own_texts_dir().glob("*/*"))


def _wanted() -> set[str]:
    """The texts of all runs that can go on."""
    wanted = set()
    for folder in paths.workshop_dir().glob("[!.]*/"):
        with suppress(OrderError):
            source = Order.load(folder).source
            if not _has_finished(folder):
                wanted.add(source)
    return wanted


def _has_finished(folder: Path) -> bool:
    """Whether a run has nothing left to do. After that, it may still have been asked to stop."""
    try:
        with open_regular(folder / EVENTS) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read(_TAIL).splitlines()
    except OSError:
        return False
    events = (event["event"] for line in reversed(lines) if (event := parsed(line)))
    return next((event for event in events if event in ("begun", "finished")), "") == "finished"


def _time(path: Path) -> float:
    with suppress(OSError):
        return path.lstat().st_mtime
    return time.time()  # it is being removed just now
