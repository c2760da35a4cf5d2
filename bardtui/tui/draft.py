"""The line that was typed and not sent yet, kept for the next start."""

from bardtui import paths
from bardtui.files import atomic_write


class Draft:
    """Keeps the newest line; where the disk refuses, the scene's own saving says so.

    What is noted outlives the program, however it ends; what is kept, a power cut too.
    """

    def __init__(self) -> None:
        try:
            self.text = paths.draft_file().read_text("utf-8")
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

    def _put(self, text: str, *, durable: bool) -> None:
        self.text = text
        try:
            if text:
                atomic_write(paths.draft_file(), text, durable=durable)
            else:
                paths.draft_file().unlink(missing_ok=True)
        except OSError:
            self._noted = self._kept = None
            return
        self._noted = text
        if durable:
            self._kept = text
