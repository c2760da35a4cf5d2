"""The line that was typed and not sent yet, kept for the next start."""

from bardtui import paths
from bardtui.files import atomic_write


class Draft:
    """Keeps the newest line on the disk; where the disk refuses, the scene's own saving says so."""

    def __init__(self) -> None:
        try:
            self.text = paths.draft_file().read_text("utf-8")
        except (OSError, ValueError):
            self.text = ""

    def keep(self, text: str) -> None:
        """Keep this line instead, if it is another."""
        if text == self.text:
            return
        self.text = text
        try:
            if text:
                atomic_write(paths.draft_file(), text)
            else:
                paths.draft_file().unlink(missing_ok=True)
        except OSError:
            self.text = ""  # to be tried again
