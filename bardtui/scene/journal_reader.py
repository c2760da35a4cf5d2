"""What the lines of a journal hold, and what can be read of them if they are damaged."""

import json
import os
import re
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from bardtui.escaping import visible
from bardtui.scene.scene import Event, Scene, SceneError

SUFFIX = ".scene.jsonl"
VERSION = 1
MAX_BYTES = 1 << 28  # what claims to be a larger scene is not read: memory is finite

# JSON escapes C0 itself. These would let a file act on a terminal, break lines in other tools
# (NEL, LS, PS), or cannot be UTF-8 at all (lone surrogates).
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OPENING = b'{"bardtui":"scene"'


@dataclass
class Report:
    """What was wrong with a journal that was read; false if nothing was."""

    cut_short: bool = False  # the last line was incomplete and is dropped
    damaged: list[int] = field(default_factory=list)  # numbers of lines lost, whole or in part
    backup: Path | None = None  # where the file as found is put before anything is written

    def __bool__(self) -> bool:
        return self.cut_short or bool(self.damaged)

    def __str__(self) -> str:
        """One line for the writer; empty if nothing was wrong."""
        if self.damaged:
            lines = ", ".join(map(str, self.damaged[:5])) + (", ..." if self.damaged[5:] else "")
            kept = (
                f"; the file as it was will be kept as {display_name(self.backup)}"
                if self.backup
                else ""
            )
            return f"damaged in line {lines}; all that can be read is here{kept}"
        return "the last line was cut short and is left out" if self.cut_short else ""


def display_name(path: Path) -> str:
    """A file's name, fit to stand in one line of a message."""
    return visible(path.name)


def read_header(line: bytes) -> dict[str, Any] | None:
    """The header that a first line holds, None if it holds none.

    Raises SceneError if it is a newer version's.
    """
    header = parse_line(line)
    if header is None or header.get("bardtui") != "scene":
        return None
    version = header.get("version")
    if type(version) is not int or version < VERSION:
        return None
    if version > VERSION:
        raise SceneError(f"written by a newer bardtui: format {version}, this one reads {VERSION}")
    return header if isinstance(header.get("title"), str) else None


def read_scene(path: Path) -> tuple[Scene, Report]:
    """Read a scene without locking or changing its file. Raises SceneError."""
    try:
        with FileIO(path) as file:
            reading = JournalReader(path, file)
    except OSError as error:
        raise SceneError(
            f"{display_name(path)} cannot be read: {error.strerror or error}"
        ) from error
    return reading.scene, reading.report


class JournalReader:
    """What a journal's bytes hold: the scene, the report, and the file as it should have been."""

    def __init__(self, path: Path, file: FileIO) -> None:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise SceneError(f"{display_name(path)} is too large to be a scene")
        self.content = file.readall()
        self.report = Report()
        self._kept: list[bytes] = []
        self._lost: dict[int, tuple[int | None, int | None]] = {}
        header, *lines = self.content.split(b"\n")
        unfinished = not lines or lines[-1] != b""
        if lines and not unfinished:
            lines.pop()
        self.scene = self._read_header(path, header, cut_short=not lines and unfinished)
        for number, line in enumerate(lines, 2):
            self._read_event(number, line, cut_short=unfinished and number == len(lines) + 1)
        if 1 in self.report.damaged and not self.scene.passages:
            raise SceneError(f"{display_name(path)} is not a scene")
        if self.report.damaged:
            self.report.backup = _free_name(path)
        self.repaired = b"".join(self._kept) if self.report or unfinished else self.content

    def _read_header(self, path: Path, line: bytes, *, cut_short: bool) -> Scene:
        try:
            header = read_header(line)
        except SceneError as error:
            raise SceneError(f"{display_name(path)} was {error}") from error
        if header is not None:
            created = header.get("created")
            scene = Scene(header["title"], created if isinstance(created, str) else None)
            self._kept.append(line + b"\n")
            return scene
        if cut_short and line[: len(_OPENING)] == _OPENING[: len(line)]:
            self.report.cut_short = True
        else:
            self.report.damaged.append(1)
        scene = Scene(path.name.removesuffix(SUFFIX))
        self._kept.append(encode_header(scene))
        return scene

    def _read_event(self, number: int, line: bytes, *, cut_short: bool) -> None:
        if not line:
            self._kept.append(b"\n")
            return
        found = parse_line(line)
        if found is None and cut_short:
            self.report.cut_short = True
            return
        # A byte that is no UTF-8 costs its own character only.
        event = parse_line(line.decode("utf-8", "replace").encode()) if found is None else found
        try:
            if event is None:
                raise SceneError("not an event")
            event = self._hang(event)
            mended = line + b"\n" if event is found else encode(event)
            self.scene.apply(event)
        except (SceneError, RecursionError):
            self.report.damaged.append(number)
            return
        self._kept.append(mended)
        if event is not found:
            self.report.damaged.append(number)

    def _hang(self, event: dict[str, Any]) -> dict[str, Any]:
        """Let what followed a lost passage follow what stood before it, and not be lost too."""
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
    """The first line of a scene's journal."""
    return encode(
        {"bardtui": "scene", "version": VERSION, "title": scene.title, "created": scene.created}
    )


def encode(event: Event) -> bytes:
    """One line of a journal. Any str survives it, lone surrogates too."""
    line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", line).encode() + b"\n"


def parse_line(line: bytes) -> dict[str, Any] | None:
    """The JSON object a line holds, None if it holds anything else."""
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
