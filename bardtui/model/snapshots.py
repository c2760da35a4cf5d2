"""Cache of LSTM state snapshots, each keyed by the text that the state follows."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES = 8_000_000  # 900 snapshots of two layers of 512


@dataclass(frozen=True)
class Snapshot:
    """The state of a network after a text: `position` and copies of its state arrays, each of
    shape (streams, size)."""

    position: int
    arrays: "tuple[NDArray[np.float32], ...]"

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take."""
        return sum(array.nbytes for array in self.arrays)


class TextHash:
    """A digest of a text that grows: `update` adds to it, `copy` keeps a beginning."""

    def __init__(self, text: str = "") -> None:
        self.length = 0
        self._hash = blake2b(digest_size=16)
        self.update(text)

    def update(self, text: str) -> None:
        """Add `text` at the end."""
        self.length += len(text)
        self._hash.update(text.encode("utf-8", "surrogatepass"))

    def copy(self) -> "TextHash":
        """A digest of the same text that grows on its own."""
        other = TextHash()
        other.length, other._hash = self.length, self._hash.copy()
        return other

    @property
    def key(self) -> tuple[int, bytes]:
        """The length of the text and its digest."""
        return self.length, self._hash.digest()


class Snapshots:
    """The most recently used snapshots of one model, at most `max_bytes` of arrays."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._bytes = max_bytes, 0
        self._kept: OrderedDict[tuple[int, bytes], Snapshot] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, text: TextHash, snapshot: Snapshot) -> None:
        """Keep the snapshot of the state after a text; the least recently used ones go."""
        old = self._kept.pop(text.key, None)
        self._bytes += snapshot.nbytes - (old.nbytes if old else 0)
        self._kept[text.key] = snapshot
        while self._bytes > self._max_bytes and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes

    def nearest(self, text: str, start: int) -> tuple[TextHash, Snapshot] | None:
        """Find the snapshot after the longest known beginning of `text` that is longer than `start`
        characters. Returns it and the hash of that beginning."""
        found = None
        for beginning in _beginnings(text, self._lengths(start, len(text))):
            if beginning.key in self._kept:
                found = beginning.copy()
        if found is None:
            return None
        self._kept.move_to_end(found.key)
        return found, self._kept[found.key]

    def _lengths(self, start: int, stop: int) -> list[int]:
        return sorted({length for length, _ in self._kept if start < length <= stop})


def _beginnings(text: str, lengths: list[int]) -> Iterator[TextHash]:
    """The hash of each beginning of `text`, of increasing lengths."""
    growing = TextHash()
    for length in lengths:
        growing.update(text[growing.length : length])
        yield growing
