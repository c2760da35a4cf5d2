"""File names and titles of scenes."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bardtui.escaping import limit_marks, remove_invisible
from bardtui.files import private_folder
from bardtui.scene.journal_reader import SUFFIX
from bardtui.scene.passage import SceneError

_MAX_NAME = 40  # characters of a title in a file name; at 4 bytes each they stay below 255 bytes
_MAX_TITLE = 400  # characters of a title that are looked at
_PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
_RESERVED = {"con", "prn", "aux", "nul"} | _PORTS  # device names on Windows, with any suffix


def clean_title(typed: str) -> str:
    """Return a typed title on one line, with single spaces. Raises SceneError if it is empty."""
    title = " ".join(typed.split())
    if not title:
        raise SceneError("A scene needs a title.")
    return title


def new_scene_path(folder: Path, title: str) -> Path:
    """Return a free path for a scene with this title, with a name that every platform accepts.

    "A Room, at Night" becomes `a-room-at-night.scene.jsonl`, or `a-room-at-night-2.scene.jsonl` if
    that exists.
    """
    visible_title = remove_invisible(title[:_MAX_TITLE])
    kept = (
        char if unicodedata.category(char)[0] in "LMN" else " "  # letters, marks and numbers
        for char in unicodedata.normalize("NFC", limit_marks(visible_title).lower())
    )
    slug = "-".join("".join(kept).split())[:_MAX_NAME].strip("-") or "scene"
    if slug in _RESERVED:
        slug += "-scene"
    return free_path(folder, slug)


@contextmanager
def reserved_path(folder: Path, name: str) -> Iterator[Path]:
    """Create an empty scene file under the first free name like `name`, to be replaced.

    The file exists from the start so that no other program takes the name. It is removed if the
    block raises. Raises OSError.
    """
    private_folder(folder)
    while True:
        path = free_path(folder, name)
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
            break
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def free_path(folder: Path, name: str) -> Path:
    """Return the path of a scene file that does not exist, with a number if necessary."""
    path, number = folder / f"{name}{SUFFIX}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{SUFFIX}"
    return path
