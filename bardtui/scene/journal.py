"""A scene on disk: NAME.scene.jsonl, to which lines are only ever added.

The first line says what the file is (`{"bardtui": "scene", "version": 1, "title": ..., "created":
...}`), every other is one event of `bardtui.scene.scene` in compact JSON, UTF-8. What the writer
sends is on the disk (fsync) before `write` returns; what a model writes is handed to the operating
system within `FLUSH_SECONDS` of writing on, and to the disk when its passage ends.

A journal that was cut short or damaged is read as far as it can be. It is mended only when
something new is to be written, and unless an incomplete last line is all that is wrong, the file
as it was found is kept beside it first.
"""

import os
import time
from io import FileIO
from pathlib import Path
from typing import Self

from bardtui.files import atomic_write, lock, private_folder, sync_folder
from bardtui.scene.journal_reader import JournalReader, Report, display_name, encode, encode_header
from bardtui.scene.scene import Event, Scene, SceneError

FLUSH_SECONDS = 0.25


class SceneBusyError(SceneError):
    """The scene is open elsewhere, in this program or another."""


class JournalError(SceneError):
    """The disk said no. What was to be saved is kept in memory and tried again."""


class Journal:
    """The open file of one scene, locked until it is closed or the process ends, however it does.

    The scene's `on_event` is this journal's `write`. When the disk refuses, `write`, `flush`,
    `sync` and `close` raise JournalError: nothing is lost, and the next of these calls tries again.
    """

    def __init__(self, path: Path, file: FileIO, size: int) -> None:
        self.path = path
        self._file = file
        # What is not known to be on the disk: encoded lines, their place in the file, how much of
        # them the operating system has taken, and a model's text that may still be joined.
        self._place = size
        self._bytes = bytearray()
        self._taken = 0
        self._text: tuple[int, list[str]] | None = None
        self._tried = time.monotonic()
        self._to_mend: JournalReader | None = None
        #: False from when the disk refused something until it has been taken after all.
        self.saved = True

    @classmethod
    def create(cls, path: Path, scene: Scene) -> Self:
        """Put a scene, new or written already, into a new private file and keep it saved there.

        Raises JournalError, leaving no file of its making, if it cannot, also if `path` exists.
        """
        try:
            private_folder(path.parent)
            file = FileIO(path, "x+", opener=_open_private)
        except OSError as error:
            raise _refused(path, "be created", error) from error
        try:
            _lock(file, path)
            journal = cls(path, file, 0)
            journal._bytes += encode_header(scene) + b"".join(map(encode, scene.events()))
            journal.sync()
            sync_folder(path.parent)
        except BaseException as error:
            file.close()
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise _refused(path, "be created", error) from error
            raise
        scene.on_event = journal.write
        return journal

    @classmethod
    def open(cls, path: Path) -> tuple[Self, Scene, Report]:
        """Lock and read a scene, to write on.

        Raises SceneBusyError if it is open already; SceneError, with the file untouched, if it is
        no scene or a newer version's; JournalError if it may not be written.
        """
        try:
            file = FileIO(path, "r+")
        except OSError as error:
            raise _refused(path, "be opened for writing", error) from error
        try:
            _lock(file, path)
            reading = JournalReader(path, file)
        except BaseException as error:
            file.close()
            if isinstance(error, OSError):
                raise _refused(path, "be read", error) from error
            raise
        journal = cls(path, file, len(reading.repaired))
        journal._to_mend = reading if reading.repaired != reading.content else None
        reading.scene.on_event = journal.write
        return journal, reading.scene, reading.report

    def write(self, *events: Event) -> None:
        """Save an event, or several with one wait for the disk; see the class for when, and for
        what happens if they cannot be."""
        to_system = to_disk = False
        for event in events:
            if event.get("type") == "text":
                if event["text"]:
                    self._join(event["id"], event["text"])
            else:
                self._encode_text()
                self._bytes += encode(event)
                to_system = True
                to_disk |= "reason" in event or event.get("author") == "writer"
        due = to_system or time.monotonic() - self._tried >= FLUSH_SECONDS
        if to_disk or (due and not self.saved):
            self.sync()
        elif due:
            self.flush()

    def retry(self) -> None:
        """Hand over what is held back; once the disk has refused something, all the way to it: what
        the system takes it may not be able to put there."""
        if self.saved:
            self.flush()
        else:
            self.sync()

    def flush(self) -> None:
        """Hand everything to the operating system: from here it survives the program's death."""
        self._encode_text()
        if self._taken == len(self._bytes):
            return
        self._tried = time.monotonic()
        self.saved = False
        try:
            self._mend()
            # A half-written line does no harm: the next attempt goes on where this one stopped.
            self._file.seek(self._place + self._taken)
            while self._taken < len(self._bytes):
                self._taken += self._file.write(self._bytes[self._taken :])
        except OSError as error:
            raise _refused(self.path, "be saved", error) from error
        self.saved = True

    def sync(self) -> None:
        """Put everything on the disk: from here it survives a power cut."""
        self.flush()
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._taken = 0  # what the system took it may have dropped: all of it once more
            self.saved = False
            raise _refused(self.path, "be saved", error) from error
        self._place += len(self._bytes)
        self._bytes.clear()
        self._taken = 0

    def close(self) -> None:
        """Put everything on the disk and let go of the file. On JournalError it stays open."""
        if not self._file.closed:
            self.sync()
            self._file.close()

    def abandon(self) -> None:
        """Let go of the file though the disk refuses: what was not saved is given up."""
        self._file.close()

    def _join(self, passage_id: int, text: str) -> None:
        """Hold text back, joined to what is held of the same passage."""
        if self._text is not None:
            held_id, held = self._text
            # Two halves of a UTF-16 pair were two characters so far; in one string of JSON they
            # would be read back as one.
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
            self._bytes += encode({"type": "text", "id": passage_id, "text": "".join(held)})

    def _mend(self) -> None:
        """Make a journal that was found damaged or cut short whole again, before it grows."""
        if self._to_mend is None:
            return
        reading = self._to_mend
        if reading.report.backup is not None:
            atomic_write(reading.report.backup, reading.content)
        # In place, for the lock is on this very file. A crash in the middle finds the original
        # aside, or, if only the last line was cut short, the same bytes written over themselves.
        self._file.seek(0)
        mended = memoryview(reading.repaired)
        while mended:
            mended = mended[self._file.write(mended) :]
        self._file.truncate()
        self._to_mend = None


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lock(file: FileIO, path: Path) -> None:
    """Lock the open file; the operating system unlocks it when the process ends, however it does.

    Raises SceneBusyError if another holds it and JournalError if the file system has no locks.
    """
    try:
        lock(file)
    except BlockingIOError as error:
        raise SceneBusyError(f"{display_name(path)} is open elsewhere") from error
    except OSError as error:
        raise _refused(path, "be locked", error) from error


def _refused(path: Path, what: str, error: OSError) -> JournalError:
    return JournalError(f"{display_name(path)} cannot {what}: {error.strerror or error}")
