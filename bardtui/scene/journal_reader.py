"""Read the lines of a journal, and recover what can be read of a damaged one."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bardtui.escaping import visible
from bardtui.files import read_regular
from bardtui.scene.history import Position
from bardtui.scene.passage import encode
from bardtui.scene.scene import Scene, SceneError

SUFFIX = ".scene.jsonl"
VERSION = 1
_LAST_VERSION = 9_999  # that any bardtui will write; a larger number is damage
MAX_BYTES = 1 << 28  # larger files are refused, because a scene is read into memory whole

_OPENING = b'{"bardtui":"scene"'
_BOM = b"\xef\xbb\xbf"  # added by some editors


@dataclass
class Report:
    """The damage found in a journal; false if there was none."""

    cut_short: bool = False  # the last line was incomplete and is left out
    damaged: list[int] = field(default_factory=list)  # numbers of lines that were lost or changed
    backup: Path | None = None  # where the damaged file is copied before anything is written

    def __bool__(self) -> bool:
        return self.cut_short or bool(self.damaged)

    def __str__(self) -> str:
        """Describe the damage in one line for the writer; empty if there was none."""
        if self.damaged:
            lines = ", ".join(map(str, self.damaged[:5])) + (", ..." if self.damaged[5:] else "")
            told = f"damaged in line {lines}; all that can be read is here"
            if self.backup is not None:
                told += f"; the file as it was will be kept as {display_name(self.backup)}"
            return told
        return "the last line was cut short and is left out" if self.cut_short else ""


def display_name(path: Path) -> str:
    """Return a file's name as it can be shown in a message."""
    return visible(path.name)


def read_header(line: bytes) -> dict[str, Any] | None:
    """Return the header in the first line of a journal, None if it is not one.

    Raises SceneError if a newer version wrote it.
    """
    header = parse_line(line.removeprefix(_BOM))
    if header is None or header.get("bardtui") != "scene":
        return None
    version = header.get("version")
    if type(version) is not int or not VERSION <= version <= _LAST_VERSION:
        return None
    if version > VERSION:
        raise SceneError(f"written by a newer bardtui: format {version}, this one reads {VERSION}")
    return header if isinstance(header.get("title"), str) else None


def read_scene(path: Path) -> tuple[Scene, Report]:
    """Read a scene without locking or changing its file. Raises SceneError."""
    try:
        content = read_regular(path, MAX_BYTES)
    except OSError as error:
        reason = error.strerror or error
        raise SceneError(f"{display_name(path)} cannot be read: {reason}") from error
    reader = JournalReader(path, content)
    return reader.scene, reader.report


class JournalReader:
    """Reads the content of a journal.

    Attributes:
        scene: The scene, as far as it can be read.
        report: The damage that was found.
        repaired: The content without the damage; equal to `content` if there was none.

    Raises SceneError if the file is not a scene, or a newer version wrote it.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self.content = content
        self.report = Report()
        self._lines: list[bytes] = []  # of the repaired file
        self._lost: dict[int, Position] = {}  # ids of lost passages, and where the head was then
        header, *lines = content.split(b"\n")
        unfinished = not lines or lines[-1] != b""
        if lines and not unfinished:
            lines.pop()
        self.scene = self._read_header(path, header, may_be_cut=not lines and unfinished)
        for number, line in enumerate(lines, 2):
            self._read_event(number, line, may_be_cut=unfinished and number == len(lines) + 1)
        if 1 in self.report.damaged and not self.scene.passages:
            raise SceneError(f"{display_name(path)} is not a scene")
        if self.report.damaged:
            self.report.backup = _free_name(path)
        self.repaired = b"".join(self._lines) if self.report or unfinished else content

    def _read_header(self, path: Path, line: bytes, *, may_be_cut: bool) -> Scene:
        try:
            header = read_header(line)
        except SceneError as error:
            raise SceneError(f"{display_name(path)} was {error}") from error
        if header is not None:
            created = header.get("created")
            scene = Scene(header["title"], created if isinstance(created, str) else None)
            self._lines.append(line + b"\n")
            return scene
        if may_be_cut and line[: len(_OPENING)] == _OPENING[: len(line)]:
            self.report.cut_short = True
        else:
            self.report.damaged.append(1)
        scene = Scene(path.name.removesuffix(SUFFIX))
        self._lines.append(encode_header(scene))
        return scene

    def _read_event(self, number: int, line: bytes, *, may_be_cut: bool) -> None:
        if not line:
            self._lines.append(b"\n")
            return
        found = parse_line(line)
        if found is None and may_be_cut:
            self.report.cut_short = True
            return
        # If the line is not UTF-8, only the invalid bytes are lost.
        event = parse_line(line.decode("utf-8", "replace").encode()) if found is None else found
        try:
            if event is None:
                raise SceneError("not an event")
            event = self._reattached(event)
            repaired = line + b"\n" if event is found else encode(event)
            self.scene.apply(event)
        except (SceneError, RecursionError):
            self.report.damaged.append(number)
            return
        self._lines.append(repaired)
        if event is not found:
            self.report.damaged.append(number)

    def _reattached(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event, but if it follows a lost passage, it follows what came before that."""
        kind = event.get("type")
        if kind != "passage" and kind != "head":
            return event
        name = "parent" if kind == "passage" else "id"
        known = event.get(name)
        if not isinstance(known, int) or known in self.scene.passages:
            return event
        if kind == "passage":
            self._lost.setdefault(known, (self.scene.head, self.scene.head_at))
        if known not in self._lost:
            return event
        before, at = self._lost[known]
        return {**event, name: before, "at": at}


def encode_header(scene: Scene) -> bytes:
    """Return the first line of a scene's journal."""
    return encode(
        {"bardtui": "scene", "version": VERSION, "title": scene.title, "created": scene.created}
    )


def parse_line(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a line, None if it holds anything else."""
    if not line.lstrip().startswith(b"{"):  # quick for a long line that is damaged
        return None
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return name
