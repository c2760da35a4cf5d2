"""The search of the scenes dialog: its message, and files named by a typed path."""

import os
from pathlib import Path

from textual.message import Message

from bardtui.scene.scene_search import SearchProgress


class Searched(Message):
    """Some of the scenes were read."""

    def __init__(self, progress: SearchProgress) -> None:
        super().__init__()
        self.progress = progress


def typed_file(typed: str) -> Path | None:
    """The file whose path was typed, if it exists; a bare name is no path."""
    if os.sep not in typed and not typed.startswith("~"):
        return None
    try:
        path = Path(typed.strip()).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # the name is too long, or there is no home folder
        return None
