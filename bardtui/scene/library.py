"""The folder of scenes: what is in it, names for new ones, titles, copies."""

import mmap
import os
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bardtui.files import atomic_write, private_folder
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import (
    SUFFIX,
    encode,
    encode_header,
    parse_line,
    read_header,
    read_scene,
    shown,
)
from bardtui.scene.scene import Scene, SceneError

#: The property that says which text file a scene began with: see `origin_of`.
OPENED_FROM = "opened_from"

_LINE_LIMIT = 1 << 16  # bytes of a line at the top that are read
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
    origin: Any = None  # the text file it began with, as `origin_of` has it


def list_scenes(folder: Path) -> list[SceneInfo]:
    """The scenes of a folder, last used first; none if there is no such folder.

    Raises OSError if the folder cannot be read; a file that cannot be is listed as broken.
    """
    if not folder.is_dir():
        return []
    return in_order(scene_info(path) for path in folder.iterdir() if path.name.endswith(SUFFIX))


def in_order(scenes: Iterable[SceneInfo]) -> list[SceneInfo]:
    """Scenes sorted as they are listed: last used first."""
    return sorted(scenes, key=lambda scene: (-scene.modified, scene.path.name))


def latest(folder: Path) -> SceneInfo | None:
    """The scene last written to, of those that may open."""
    return next((scene for scene in list_scenes(folder) if scene.broken is None), None)


def scene_info(path: Path) -> SceneInfo:
    """What a list shows of a file; one that cannot be read, or is no scene, is broken."""
    title, modified, size, origin = path.name.removesuffix(SUFFIX), 0.0, 0, None
    try:
        status = path.stat()
        modified, size = status.st_mtime, status.st_size
        if not path.is_file():
            raise SceneError("not a file")
        title, origin = _top(path)
        broken = None
    except OSError as error:
        broken = error.strerror or str(error)
    except SceneError as error:
        broken = str(error)
    return SceneInfo(path, title, modified, size, broken, origin)


# -- titles and names ------------------------------------------------------------------------------


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
    return free_path(folder, slug)


def free_path(folder: Path, name: str) -> Path:
    """The path of a scene of this name that is not there yet, a number added if need be."""
    path, number = folder / f"{name}{SUFFIX}", 1
    while os.path.lexists(path):
        number += 1
        path = folder / f"{name}-{number}{SUFFIX}"
    return path


def proper_title(typed: str) -> str:
    """A title as a writer typed it, on one line. Raises SceneError if there is nothing in it."""
    title = " ".join(typed.split())
    if not title:
        raise SceneError("A scene needs a title.")
    return title


def rename_scene(path: Path, title: str) -> None:
    """Give a scene another title. The file keeps its name, and the time of its last use.

    Raises SceneBusyError if it is open, here or elsewhere; SceneError if it cannot be written.
    """
    title = proper_title(title)
    journal, scene, _ = Journal.open(path)
    try:
        used = path.stat()
        scene.set("title", title)
        journal.close()
        os.utime(path, ns=(used.st_atime_ns, used.st_mtime_ns))
    except OSError as error:
        raise SceneError(f"{shown(path)} cannot be renamed: {error.strerror or error}") from error
    finally:
        journal.abandon()


def duplicate_scene(path: Path, titles: Collection[str] = ()) -> Path:
    """Copy a scene with all its branches, also one that is open; returns the new file.

    It is called "X (copy)", or "X (copy 2)" where that is among the `titles` taken already. It
    stands beside what it was made from: it has the same time of last use. Raises SceneError.
    """
    scene, _ = read_scene(path)
    title, number = f"{scene.title} (copy)", 1
    while title in titles:
        number += 1
        title = f"{scene.title} (copy {number})"
    copy = Scene(title)
    events = b"".join(map(encode, scene.events()))
    try:
        used = path.stat()
        name = new_scene_path(path.parent, title).name.removesuffix(SUFFIX)
        with claimed(path.parent, name) as new:
            atomic_write(new, encode_header(copy) + events)
            os.utime(new, ns=(used.st_atime_ns, used.st_mtime_ns))
    except OSError as error:
        raise SceneError(f"{shown(path)} cannot be copied: {error.strerror or error}") from error
    return new


@contextmanager
def claimed(folder: Path, name: str) -> Iterator[Path]:
    """The first free path for a scene of this name, taken with an empty file that is to be
    replaced; where that fails, it is free again.

    No other program can take it meanwhile. Raises OSError.
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


# -- scenes made from text files -------------------------------------------------------------------


def origin_of(text_file: Path) -> dict[str, str]:
    """What a scene remembers of the text file it began with: its path, and what was in it.

    Raises OSError.
    """
    import hashlib  # not before the first picture: it brings OpenSSL with it

    with text_file.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": str(text_file.resolve()), "sha256": digest}


def scene_made_from(folder: Path, origin: dict[str, str]) -> Path | None:
    """The scene last used of those that began with this very text, from this very file."""
    try:
        scenes = list_scenes(folder)
    except OSError:  # then none of them could be opened either
        return None
    made = (scene.path for scene in scenes if scene.broken is None and scene.origin == origin)
    return next(made, None)


# -- reading no more than a list needs -------------------------------------------------------------


def _top(path: Path) -> tuple[str, Any]:
    """The title in the first line, or the last one given since; and the origin, if it has one."""
    with path.open("rb") as file:
        header = read_header(file.readline(_LINE_LIMIT))
        if header is None:
            raise SceneError("not a scene, or its first line is damaged")
        # It is set before anything else is written.
        first = parse_line(file.readline(_LINE_LIMIT)) or {}
        origin = first.get("value") if first.get("name") == OPENED_FROM else None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            # These bytes cannot stand inside another event: there, quotes are escaped.
            start = content.rfind(b'\n{"type":"set","name":"title",')
            if start >= 0:
                content.seek(start + 1)
                renamed = parse_line(content.readline())
                if renamed is not None and isinstance(renamed.get("value"), str):
                    return str(renamed["value"]), origin
    return str(header["title"]), origin
