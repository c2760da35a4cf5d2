"""Places in texts to which a generator can return at once."""

from contextlib import suppress
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile

from bardtui.files import private_folder
from bardtui.model.decoder import Snapshot

MOST_BYTES = 5 << 25  # of snapshots: 1.2 million characters or more with two layers of 512


class Marks:
    """Snapshots, each under the digest of the text that it is the state after.

    They lie in a file without a name, so that a long scene takes up the disk and not the memory,
    and are gone with the process: in `folder`, as the system's place for temporary files may be in
    memory. One that the disk does not take is not there; the `start` of all texts, whose digest is
    empty, always is. When there are too many, every other one goes.
    """

    def __init__(self, start: Snapshot, folder: Path | None = None) -> None:
        self._start, self._folder = start, folder
        self._size = len(start.to_bytes())
        self._most = max(2, MOST_BYTES // self._size)
        self._places: dict[bytes, int] = {}  # in the file, in the order in which they were kept
        self._free: list[int] = []
        self._file: FileIO | None = None

    def __len__(self) -> int:
        return 1 + len(self._places)

    def __contains__(self, key: bytes) -> bool:
        return not key or key in self._places

    def get(self, key: bytes) -> Snapshot | None:
        """The snapshot under a digest; None where there is none, or no longer."""
        if not key:
            return self._start
        if (place := self._places.get(key)) is None or self._file is None:
            return None
        with suppress(OSError, ValueError):
            self._file.seek(place * self._size)
            return self._start.alike(self._file.read(self._size))
        self._free.append(self._places.pop(key))
        return None

    def keep(self, key: bytes, snapshot: Snapshot) -> None:
        """Keep a snapshot, unless there is one of this text already."""
        if key in self:
            return
        place = self._free.pop() if self._free else len(self._places)
        try:
            if self._file is None:
                self._file = self._open()
            self._file.seek(place * self._size)
            written = self._file.write(snapshot.to_bytes())
        except OSError:
            written = 0
        if written == self._size:
            self._places[key] = place
        else:
            self._free.append(place)
        if len(self) > self._most:
            for other in list(self._places)[1::2]:
                self._free.append(self._places.pop(other))

    def _open(self) -> FileIO:
        if self._folder is not None:
            with suppress(OSError):
                return TemporaryFile(buffering=0, dir=private_folder(self._folder))
        return TemporaryFile(buffering=0)
