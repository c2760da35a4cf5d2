"""An encoded text on disk: of any length, encoded and read in little memory."""

import mmap
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.files import private_folder
from bardtui.model.vocabulary import Vocabulary


class StoredText:
    """A text's indices in a file that is mapped into memory; reading them gives int32.

    Like an array of shape (n,) it has a length, and takes slices and arrays of positions. `part` is
    a stretch of it that is not read yet. What has been read leaves the memory of this process at
    once (the system may keep it in its cache), so the process does not grow with the text.
    """

    def __init__(self, file: mmap.mmap | None, indices: NDArray[Any]) -> None:
        self._file, self._indices = file, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, key: Any) -> NDArray[np.int32]:
        read = np.asarray(self._indices[key]).astype(np.int32)
        if self._file and hasattr(mmap, "MADV_DONTNEED"):  # Windows has and needs no such call
            self._file.madvise(mmap.MADV_DONTNEED)
        return read

    def part(self, start: int, stop: int) -> "StoredText":
        """The text from `start` to before `stop`."""
        return StoredText(self._file, self._indices[start:stop])


def encode(
    pieces: Iterable[str],
    vocabulary: Vocabulary,
    folder: Path,
    on_progress: Callable[[int], object] = lambda done: None,
) -> StoredText:
    """Encode a text that comes in pieces into a file in `folder`, 1 or 2 bytes a character.

    The file has no name. So it disappears with the process, and an incomplete one cannot be
    mistaken for a complete one. `on_progress` gets the number of characters done. Raises OSError.
    """
    dtype = np.uint8 if len(vocabulary) <= 256 else np.uint16
    done = 0
    try:
        with tempfile.TemporaryFile(dir=private_folder(folder)) as file:
            for piece in pieces:
                file.write(vocabulary.encode(piece).indices.astype(dtype).data)
                done += len(piece)
                on_progress(done)
            file.flush()
            if file.tell() == 0:  # an empty file cannot be mapped
                return StoredText(None, np.zeros(0, dtype))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise
    return StoredText(mapped, np.frombuffer(mapped, dtype))
