"""A part of a file that gives out little at a time."""

import io
from typing import Any, BinaryIO

# Keras writes about 1 KB of description for a layer, and less than 64 KB about a file's 30 arrays.
MAX_DESCRIPTION = 1024 * 1024
_MAX_LAYOUT = 8 * 1024 * 1024


class BoundedFile(io.RawIOBase):
    """A part of a file as a read-only file of its own, with limits on what is read from it.

    One read may take MAX_DESCRIPTION bytes and all together 8 MB, so that no size in a hostile file
    can cost more memory or time; OSError is raised beyond. `allow` permits one larger read.
    """

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._start, self.length = file, start, length
        self._position, self._largest, self._left = 0, MAX_DESCRIPTION, _MAX_LAYOUT

    def allow(self, size: int) -> None:
        """Permit a read of `size` bytes, and those that lead to it."""
        self._largest = max(size, MAX_DESCRIPTION)
        self._left = self._largest + _MAX_LAYOUT

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        self._file.seek(self._start + self._position)
        data = self._file.read(self._granted(self.length if size is None or size < 0 else size))
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._position)
        size = self._file.readinto(memoryview(buffer)[: self._granted(len(buffer))])  # type: ignore[attr-defined]
        self._position += size
        return int(size)

    def _granted(self, size: int) -> int:
        size = max(0, min(size, self.length - self._position))
        self._left -= size
        if size > self._largest or self._left < 0:
            raise OSError("the file leads to more bytes than any file of Keras needs")
        return size
