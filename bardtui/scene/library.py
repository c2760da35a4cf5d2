"""List the scenes in a folder without reading their text; find the one made from a text file."""

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bardtui.scene.journal_reader import SUFFIX, parse_line, read_header
from bardtui.scene.scene import SceneError

OPENED_FROM = "opened_from"  # the property of a scene that holds what `origin_of` returned

_MAX_LINE = 1 << 16  # bytes read of each of the first two lines


@dataclass(frozen=True)
class SceneInfo:
    """A scene file as it is listed."""

    path: Path
    title: str
    modified: float  # seconds since the epoch
    size: int  # bytes
    broken: str | None  # why it cannot be opened, in one line
    origin: Any = None  # the text file it was made from, see `origin_of`


def list_scenes(folder: Path) -> list[SceneInfo]:
    """Return the scenes in a folder, last used first; none if the folder does not exist.

    A file that cannot be read is listed as broken. Raises OSError if the folder cannot be read.
    """
    if not folder.is_dir():
        return []
    return sort_scenes(scene_info(path) for path in folder.iterdir() if path.name.endswith(SUFFIX))


def sort_scenes(scenes: Iterable[SceneInfo]) -> list[SceneInfo]:
    """Sort scenes in the order of the list: last used first."""
    return sorted(scenes, key=lambda scene: (-scene.modified, scene.path.name))


def latest_scene(folder: Path) -> SceneInfo | None:
    """Return the scene that was last written to, of those that are not broken."""
    return next((scene for scene in list_scenes(folder) if scene.broken is None), None)


def scene_info(path: Path) -> SceneInfo:
    """Describe one scene file for the list."""
    title, modified, size, origin = path.name.removesuffix(SUFFIX), 0.0, 0, None
    try:
        status = path.stat()
        modified, size = status.st_mtime, status.st_size
        if not path.is_file():
            raise SceneError("not a file")
        title, origin = _read_title(path)
        broken = None
    except OSError as error:
        broken = error.strerror or str(error)
    except SceneError as error:
        broken = str(error)
    return SceneInfo(path, title, modified, size, broken, origin)


def origin_of(text_file: Path) -> dict[str, str]:
    """Return the path and the SHA-256 of a text file. Raises OSError."""
    import hashlib  # loads OpenSSL, which the first screen does not need

    with text_file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(text_file.resolve()), "sha256": digest}


def scene_made_from(folder: Path, origin: dict[str, str]) -> Path | None:
    """Return the last used scene in a folder that was made from this text file, unchanged."""
    try:
        scenes = list_scenes(folder)
    except OSError:  # then no scene in it could be opened either
        return None
    made = (scene.path for scene in scenes if scene.broken is None and scene.origin == origin)
    return next(made, None)


def _read_title(path: Path) -> tuple[str, Any]:
    """Return a scene's current title and its origin (None if it has none)."""
    with path.open("rb") as file:
        header = read_header(file.readline(_MAX_LINE))
        if header is None:
            raise SceneError("not a scene, or its first line is damaged")
        # The origin is set before anything else is written.
        first = parse_line(file.readline(_MAX_LINE)) or {}
        origin = first.get("value") if first.get("name") == OPENED_FROM else None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            # These bytes cannot occur inside another event, where quotes are escaped.
            start = content.rfind(b'\n{"type":"set","name":"title",')
            if start >= 0:
                content.seek(start + 1)
                renamed = parse_line(content.readline())
                if renamed is not None and isinstance(renamed.get("value"), str):
                    return str(renamed["value"]), origin
    return str(header["title"]), origin
