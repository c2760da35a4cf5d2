"""The folder of scenes: what is in it, and names for new ones."""

import mmap
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bardtui.scene.reading import SUFFIX, parse_line, read_header
from bardtui.scene.scene import SceneError

_HEADER_LIMIT = 1 << 16  # bytes of a first line that are read
_NAME_LIMIT = 40  # characters of a title that go into a file's name; 4 bytes each leave room
_PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
_RESERVED = {"con", "prn", "aux", "nul"} | _PORTS  # devices, whatever their suffix, on Windows


@dataclass(frozen=True)
class SceneInfo:
    """A scene as a list shows it, without having read its text."""

    path: Path
    title: str
    modified: float  # seconds since the epoch
    size: int  # bytes
    broken: str | None  # why it may not open, one line


def list_scenes(folder: Path) -> list[SceneInfo]:
    """The scenes of a folder, last used first; none if there is no such folder.

    Raises OSError if the folder cannot be read; a file that cannot be is listed as broken.
    """
    if not folder.is_dir():
        return []
    scenes = [_info(path) for path in folder.iterdir() if path.name.endswith(SUFFIX)]
    return sorted(scenes, key=lambda scene: (-scene.modified, scene.path.name))


def latest(folder: Path) -> SceneInfo | None:
    """The scene last written to, of those that may open."""
    return next((scene for scene in list_scenes(folder) if scene.broken is None), None)


def new_scene_path(folder: Path, title: str) -> Path:
    """A free path for a scene of this title, its name safe on every platform.

    "A Room, at Night" becomes `a-room-at-night.scene.jsonl`, or `a-room-at-night-2.scene.jsonl`.
    """
    kept = (
        char if unicodedata.category(char)[0] in "LMN" else " "  # letters, their marks, numbers
        for char in unicodedata.normalize("NFC", title.lower())
    )
    slug = "-".join("".join(kept).split())[:_NAME_LIMIT].strip("-") or "scene"
    if slug in _RESERVED:
        slug += "-scene"
    path, number = folder / f"{slug}{SUFFIX}", 1
    while path.exists():
        number += 1
        path = folder / f"{slug}-{number}{SUFFIX}"
    return path


def _info(path: Path) -> SceneInfo:
    title, modified, size = path.name.removesuffix(SUFFIX), 0.0, 0
    try:
        status = path.stat()
        modified, size = status.st_mtime, status.st_size
        if not path.is_file():
            raise SceneError("not a file")
        title = _title(path)
        broken = None
    except OSError as error:
        broken = error.strerror or str(error)
    except SceneError as error:
        broken = str(error)
    return SceneInfo(path, title, modified, size, broken)


def _title(path: Path) -> str:
    """The title in the first line, or the last one given since."""
    with path.open("rb") as file:
        header = read_header(file.readline(_HEADER_LIMIT))
        if header is None:
            raise SceneError("not a scene, or its first line is damaged")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            # These bytes cannot stand inside another event: there, quotes are escaped.
            start = content.rfind(b'\n{"type":"set","name":"title",')
            if start >= 0:
                content.seek(start + 1)
                renamed = parse_line(content.readline())
                if renamed is not None and isinstance(renamed.get("value"), str):
                    return str(renamed["value"])
    return str(header["title"])
