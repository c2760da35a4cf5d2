"""The unsent line, saved for the next start."""

from io import FileIO
from itertools import chain, count
from pathlib import Path

from bardtui import paths
from bardtui.files import atomic_write, lock, open_private, private_folder, read_regular
from bardtui.session.background import BackgroundSaver

_MAX_BYTES = 1_000_000  # the line holds 20,000 characters


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
