"""The journal of a scene: a file NAME.scene.jsonl that only ever grows.

The first line is a header (`{"bardtui": "scene", "version": 1, "title": ..., "created": ...}`).
Every other line is one event of `bardtui.scene.scene`, in compact JSON and UTF-8.

What the writer sends is on the disk (fsync) before `write` returns. What a model writes is given to
the operating system within `FLUSH_SECONDS`, and is on the disk when its passage ends.

A damaged journal is read as far as possible. It is repaired when something new is written. Unless
only its last line is incomplete, the damaged file is copied first.

If the file is deleted, moved or replaced while it is open, the whole scene is written to a new one.
"""

import os
import time
from io import FileIO
from pathlib import Path
from typing import Self

from bardtui.files import (
    atomic_write,
    lock,
    open_private,
    open_regular,
    private_folder,
    sync_folder,
)
from bardtui.scene.journal_reader import (
    MAX_BYTES,
    SUFFIX,
    JournalReader,
    Report,
    display_name,
    encode_header,
)
from bardtui.scene.names import free_path
from bardtui.scene.passage import encode
from bardtui.scene.scene import Event, Scene, SceneError

FLUSH_SECONDS = 0.25


class SceneBusyError(SceneError):
    """The scene is open, in this program or another."""


class JournalError(SceneError):
    """A scene cannot be saved now. Its text is kept in memory, and the next attempt saves it."""


class Journal:
    """The open file of a scene. It is locked until it is closed or the process ends.

    The scene's `on_event` is `write`. If the disk refuses, `write`, `flush`, `sync` and `close`
    raise JournalError. Nothing is lost, and the next of these calls tries again.

    Attributes:
        path: The file. It changes if the file is deleted or moved by others.
        saved: False from a refusal until everything has been saved.
        notice: One line for the writer after `path` has changed, else empty.
    """

    def __init__(self, path: Path, file: FileIO, scene: Scene, size: int) -> None:
        self.path = path
        self.saved = True
        self.notice = ""
        self._file = file
        self._scene = scene
        self._size = size  # of the file as it is known to be on the disk
        self._pending = bytearray()  # encoded lines that follow
        self._written = 0  # bytes of them that the operating system has taken
        self._text: tuple[int, list[str]] | None = None  # a model's text, not yet encoded
        self._attempted = time.monotonic()
        self._repair: JournalReader | None = None  # the damaged file, until it is repaired

    @classmethod
    def create(cls, path: Path, scene: Scene) -> Self:
        """Create a private file with a scene and keep it up to date.

        Raises JournalError if that is impossible, also if `path` exists. Then no file is left.
        """
        file = _create(path, scene)
        journal = cls(path, file, scene, file.tell())
        scene.on_event = journal.write
        return journal

    @classmethod
    def open(cls, path: Path) -> tuple[Self, Scene, Report]:
        """Lock and read a scene in order to continue it. The file is not changed yet.

        Raises SceneBusyError if it is open already, SceneError if it is not a scene or a newer
        version wrote it, and JournalError if it cannot be read and written.
        """
        try:
            open_regular(path, MAX_BYTES).close()  # so that nothing else is opened for writing
            file = FileIO(path, "r+")
        except OSError as error:
            raise _refusal(path, "be opened for writing", error) from error
        try:
            _lock(file, path)
            reader = JournalReader(path, file.readall())
        except BaseException as error:
            file.close()
            if isinstance(error, OSError):
                raise _refusal(path, "be read", error) from error
            raise
        journal = cls(path, file, reader.scene, len(reader.repaired))
        journal._repair = reader if reader.repaired != reader.content else None
        reader.scene.on_event = journal.write
        return journal, reader.scene, reader.report

    def write(self, *events: Event) -> None:
        """Save events with at most one wait for the disk. Raises JournalError."""
        to_system = to_disk = False
        for event in events:
            if event.get("type") == "text":
                if event["text"]:
                    self._hold(event["id"], event["text"])
            else:
                self._encode_text()
                self._pending += encode(event)
                to_system = True
                to_disk |= "reason" in event or event.get("author") == "writer"
        due = to_system or time.monotonic() - self._attempted >= FLUSH_SECONDS
        if to_disk or (due and not self.saved):
            self.sync()
        elif due:
            self.flush()

    def retry(self) -> None:
        """Write what is held back; after a refusal, up to the disk. Raises JournalError."""
        if self.saved:
            self.flush()
        else:
            self.sync()  # the system may take what the disk then refuses

    def flush(self) -> None:
        """Give everything to the operating system, so that it survives the end of the program.

        Raises JournalError.
        """
        self._encode_text()
        self._attempted = time.monotonic()
        if not self._is_in_place():
            self._start_again()
        if self._written == len(self._pending):
            return
        self.saved = False
        try:
            self._repair_file()
            # An incomplete line does no harm: the next attempt continues where this one stops.
            self._file.seek(self._size + self._written)
            while self._written < len(self._pending):
                self._written += self._file.write(self._pending[self._written :])
        except OSError as error:
            raise _refusal(self.path, "be saved", error) from error
        self.saved = True

    def sync(self) -> None:
        """Put everything on the disk, so that it survives a power cut. Raises JournalError."""
        self.flush()
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._written = 0  # the system may have dropped what it took: write it again
            self.saved = False
            raise _refusal(self.path, "be saved", error) from error
        self._size += len(self._pending)
        self._pending.clear()
        self._written = 0
        self.saved = True

    def close(self) -> None:
        """Put everything on the disk and close the file; on JournalError it stays open."""
        if not self._file.closed:
            self.sync()
            self._file.close()

    def abandon(self) -> None:
        """Close the file, giving up what is not saved."""
        self._file.close()

    def _hold(self, passage_id: int, text: str) -> None:
        """Hold text back, joined to earlier text of the same passage."""
        if self._text is not None:
            held_id, held = self._text
            # Two halves of a UTF-16 pair are two characters so far. In one JSON string they would
            # be read back as one.
            splits_pair = "\ud800" <= held[-1][-1:] <= "\udbff" and "\udc00" <= text[:1] <= "\udfff"
            if held_id == passage_id and not splits_pair:
                held.append(text)
                return
            self._encode_text()
        self._text = (passage_id, [text])

    def _encode_text(self) -> None:
        if self._text is not None:
            passage_id, held = self._text
            self._text = None
            self._pending += encode({"type": "text", "id": passage_id, "text": "".join(held)})

    def _repair_file(self) -> None:
        """Replace the content of a damaged file by what could be read."""
        if self._repair is None:
            return
        reader = self._repair
        if reader.report.backup is not None:
            atomic_write(reader.report.backup, reader.content)
        # The file is not replaced, because the lock is on this very file. After a crash here, the
        # original is in the backup, or the same bytes were written over themselves.
        self._file.seek(0)
        _write_all(self._file, reader.repaired)
        self._file.truncate()
        self._repair = None

    def _is_in_place(self) -> bool:
        """Return whether the open file is still the one at `path`."""
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True  # the folder cannot be read now, but the open file can be written

    def _start_again(self) -> None:
        """Write the whole scene to a new file. Raises JournalError."""
        self.saved = False
        gone = self.path
        path = free_path(self.path.parent, self.path.name.removesuffix(SUFFIX))
        file = _create(path, self._scene)
        self._file.close()
        self.path, self._file, self._size = path, file, file.tell()
        self._pending.clear()  # the scene contains it
        self._written = 0
        self._repair, self.saved = None, True
        renamed = "" if path == gone else f" as {display_name(path)}"
        self.notice = (
            f"{display_name(gone)} was deleted or moved; the scene is saved again{renamed}"
        )


def _create(path: Path, scene: Scene) -> FileIO:
    """Create, lock and fill the file of a scene. Raises JournalError."""
    try:
        private_folder(path.parent)
        file = FileIO(path, "x+", opener=open_private)
    except OSError as error:
        raise _refusal(path, "be created", error) from error
    try:
        _lock(file, path)
        _write_all(file, encode_header(scene) + b"".join(map(encode, scene.events())))
        os.fsync(file.fileno())
        sync_folder(path.parent)
    except BaseException as error:
        file.close()
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refusal(path, "be created", error) from error
        raise
    return file


def _write_all(file: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _lock(file: FileIO, path: Path) -> None:
    """Lock an open file; the operating system unlocks it when the process ends.

    Raises SceneBusyError if it is locked, and JournalError if the file system has no locks.
    """
    try:
        lock(file)
    except BlockingIOError as error:
        raise SceneBusyError(f"{display_name(path)} is open elsewhere") from error
    except OSError as error:
        raise _refusal(path, "be locked", error) from error


def _refusal(path: Path, what: str, error: OSError) -> JournalError:
    return JournalError(f"{display_name(path)} cannot {what}: {error.strerror or error}")
