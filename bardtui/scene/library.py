"""List the scenes in a folder without reading their text; find the one made from a text file."""

import os
from collections.abc import Iterable
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from bardtui.files import open_regular
from bardtui.scene.journal_reader import MAX_BYTES, SUFFIX, parse_line, read_header
from bardtui.scene.scene import SceneError

OPENED_FROM = "opened_from"  # the property of a scene that holds what `origin_of` returned

_MAX_LINE = 1 << 16  # bytes read of a line
_MAX_SEARCH = 1 << 25  # bytes at the end of a file that are searched for a new title
_CHUNK = 1 << 20
_LISTED = 10  # scenes named in one message
# These bytes cannot occur inside another event, where quotes are escaped.
_NEW_TITLE = b'\n{"type":"set","name":"title",'


class SceneInfo(NamedTuple):
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
    return sort_scenes(map(scene_info, _scene_files(folder)))


def sort_scenes(scenes: Iterable[SceneInfo]) -> list[SceneInfo]:
    """Sort scenes in the order of the list: last used first."""
    return sorted(scenes, key=lambda scene: (-scene.modified, scene.path.name))


def latest_scene(folder: Path) -> SceneInfo | None:
    """Return the scene that was last written to, of those that are not broken.

    Raises OSError if the folder cannot be read.
    """
    scenes = map(scene_info, sorted(_scene_files(folder), key=_modified, reverse=True))
    return next((scene for scene in scenes if scene.broken is None), None)


def find_scene(folder: Path, name: str) -> Path:
    """Return the path of a file, or of the scene in `folder` with this file name or title.

    A path is one that ends like a scene's file, or names a file. Raises SceneError if there is no
    such scene or more than one, and OSError.
    """
    if name.endswith(SUFFIX) or Path(name).is_file():
        return Path(name)
    return saved_scene(folder, name).path


def saved_scene(folder: Path, name: str) -> SceneInfo:
    """Return the scene in `folder` with this file name or title.

    Raises SceneError if there is no such scene or more than one, and OSError.
    """
    scenes = list_scenes(folder)
    named = [scene for scene in scenes if _name(scene) == name.removesuffix(SUFFIX)]
    titled = [scene for scene in scenes if scene.title.casefold() == name.casefold()]
    if len(found := named or titled) == 1:
        return found[0]
    if found:
        raise SceneError(
            f"{len(found)} scenes are called {name}; use a file name: {_listed(found)}"
        )
    saved = f"saved scenes: {_listed(scenes)}" if scenes else "no scene is saved yet"
    raise SceneError(f"there is no scene called {name}; {saved}")


def _name(scene: SceneInfo) -> str:
    return scene.path.name.removesuffix(SUFFIX)


def _listed(scenes: list[SceneInfo]) -> str:
    return ", ".join(map(_name, scenes[:_LISTED])) + (", ..." if scenes[_LISTED:] else "")


def scene_info(path: Path) -> SceneInfo:
    """Describe one scene file for the list."""
    title, modified, size, origin = path.name.removesuffix(SUFFIX), 0.0, 0, None
    try:
        status = path.stat()
        modified, size = status.st_mtime, status.st_size
        with open_regular(path, MAX_BYTES) as file:
            title, origin = _read_title(file)
        broken = None
    except OSError as error:
        broken = error.strerror or str(error)
    except SceneError as error:
        broken = str(error)
    return SceneInfo(path, title, modified, size, broken, origin)


def ago(timestamp: float, now: datetime) -> str:
    """A date as people say it: today and yesterday with the time, then the day, then the year."""
    try:
        then = datetime.fromtimestamp(timestamp)
    except (OverflowError, OSError, ValueError):  # the clock was wrong when it was written
        return "some day"
    days = (now.date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    if days == 1:
        return f"yesterday {then:%H:%M}"
    month = f"{then.day} {then:%b}"
    return month if then.year == now.year else f"{month} {then.year}"


def origin_of(text_file: Path) -> dict[str, str]:
    """Return the path and the SHA-256 of a text file. Raises OSError."""
    import hashlib  # not needed before the first screen

    with open_regular(text_file) as file:
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


def _scene_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name.endswith(SUFFIX)]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _read_title(file: BufferedReader) -> tuple[str, Any]:
    """Return a scene's current title and its origin (None if it has none)."""
    header = read_header(file.readline(_MAX_LINE))
    if header is None:
        raise SceneError("not a scene, or its first line is damaged")
    # The origin is set before anything else is written.
    first = parse_line(file.readline(_MAX_LINE)) or {}
    origin = first.get("value") if first.get("name") == OPENED_FROM else None
    renamed = parse_line(_last_line(file, _NEW_TITLE)) or {}
    title = renamed.get("value")
    return title if isinstance(title, str) else str(header["title"]), origin


def _last_line(file: BufferedReader, start: bytes) -> bytes:
    """Return the last line that begins with `start`, which includes the newline before it.

    The file is read backwards, at most _MAX_SEARCH bytes. The result is empty if there is none.
    """
    end = file.seek(0, os.SEEK_END)
    stop = max(0, end - _MAX_SEARCH)
    while end > stop:
        begin = max(stop, end - _CHUNK)
        file.seek(begin)
        found = file.read(end - begin + len(start) - 1).rfind(start)
        if found >= 0:
            file.seek(begin + found + 1)
            return file.readline(_MAX_LINE)
        end = begin
    return b""
