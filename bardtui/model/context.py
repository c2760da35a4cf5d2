"""Leading a decoder to any text at a cost that does not depend on the text's length.

An LSTM forgets: after some hundred or thousand characters, its memory length, the state no longer
depends on where reading began. So a text is taken in by reading its last few thousand characters,
or by going on from a snapshot of the state after a beginning of it.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from bardtui.escaping import shared_length
from bardtui.model.decoder import Decoder, Snapshot, Trail
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH
from bardtui.model.sampling import Sampling
from bardtui.model.vocabulary import tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_CONTEXT, MAX_CONTEXT = 2_000, 20_000  # characters
MAX_BYTES = 8_000_000  # of snapshots: 900 of two layers of 512


def context_length(memory_length: int) -> int:
    """How many characters at the end of a text are read, for a model's memory length."""
    return min(max(memory_length * 3 // 2, MIN_CONTEXT), MAX_CONTEXT)


def start_of_context(text: str, memory_length: int) -> int:
    """The offset from which `text` is read: 0 for a text no longer than the context.

    In a longer text it is the first beginning of a paragraph in the first third of the context,
    else the first beginning of a line there, else exactly `context_length` before the end.
    """
    length = context_length(memory_length)
    start = len(text) - length
    if start <= 0:
        return 0
    end = start + length // 3
    for boundary in ("\n\n", "\n"):
        # The boundary may end exactly at `start`.
        found = text.find(boundary, start - len(boundary), end)
        if found >= 0:
            return found + len(boundary)
    return start


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


@dataclass(frozen=True)
class Place:
    """A text that a context has followed, with the state after it, and the states on the way."""

    read: TextHash
    settled_from: int
    snapshot: Snapshot
    trail: Trail


class Context:
    """A decoder of one stream that follows a text while people change it.

    After `seek(text)` the decoder's state is the state after `text`: exactly if the text is shorter
    than the context, else within rounding (logits within 1e-5). Snapshots of states along the way
    are kept, so that returning to a text that was read or written recently takes no time. The
    decoder's `position` counts the characters of the whole text as the vocabulary encodes it, so
    the random numbers at a place do not depend on where reading began.
    """

    def __init__(
        self,
        decoder: Decoder,
        memory_length: int = DEFAULT_MEMORY_LENGTH,
        snapshots: Snapshots | None = None,
    ) -> None:
        self.decoder = decoder
        self._memory_length = memory_length
        self._snapshots = Snapshots() if snapshots is None else snapshots
        self._length = context_length(memory_length)
        self._here: Place | None = None
        decoder.reset()
        self._follow(TextHash(), settled=True)
        # The text that was sought last, and how often each character occurs in it.
        self._sought, self._counts = "", Counter[str]()

    def seek(self, text: str, *, stopped: Callable[[], bool] = lambda: False) -> tuple[str, ...]:
        """Bring the decoder to the state after `text`.

        Returns the characters that the vocabulary does not know, in order of their first
        occurrence. `stopped` is asked before each call of the network; once it returns True,
        reading ends and the state is that after a part of the text.
        """
        self._count(text)
        start = start_of_context(text, self._memory_length)
        if nearest := self._snapshots.nearest(text, start):
            known, snapshot = nearest
            self.decoder.restore(snapshot)
            self._follow(known, settled=True)
        else:
            skipped = self._counts - tally(text[start:])
            self.decoder.reset(self.decoder.vocabulary.encoded_length(skipped))
            self._follow(TextHash(text[:start]), settled=start == 0)
        while (at := self._read.length) < len(text) and not stopped():
            piece = text[at : at + self.decoder.at_once]
            self.read(piece)
        unknown = self.decoder.vocabulary.unknown(self._counts)
        return tuple(sorted(unknown, key=text.index))

    def read(self, piece: str) -> "NDArray[np.float32]":
        """Read `piece` after the text. Returns the natural-log probabilities of its characters, as
        the vocabulary encodes them."""
        scores = self.decoder.read(self.decoder.vocabulary.encode(piece).indices)
        self._took(piece)
        return scores

    def write(
        self,
        length: int,
        sampling: Sampling,
        *,
        opening: str = "",
        until: str = "",
        met: int = 0,
    ) -> Iterator[str]:
        """Read `opening` after the text, and write `length` characters after that.

        They come in pieces of about CALL_SECONDS; a caller may stop iterating at any piece. With
        `until`, writing ends after that character twice in a row; the text before `opening` ends
        with `met` of it.
        """
        first = self.decoder.vocabulary.encode(opening).indices
        for piece in self.decoder.write(length, sampling, first=first, until=until, met=met):
            self._took(opening + piece)
            opening = ""
            yield piece

    @property
    def here(self) -> Place:
        """The place where the context is; the same object until it moves."""
        if self._here is None:
            snapshot, trail = self.decoder.snapshot(), self.decoder.trail
            self._here = Place(self._read.copy(), self._settled_from, snapshot, trail)
        return self._here

    def return_to(self, place: Place) -> None:
        """Go back to a place: exactly, and without reading."""
        self.decoder.restore(place.snapshot)
        self._read, self._settled_from = place.read.copy(), place.settled_from
        self._here = place

    def go_towards(self, place: Place, piece: str) -> None:
        """Read `piece`, with which the text of `place` continues the text here.

        Nothing is read if the state after it is still known.
        """
        indices = self.decoder.vocabulary.encode(piece).indices
        position = self.decoder.position + len(indices)
        snapshot = self.decoder.snapshot_on(place.trail, position)
        if snapshot is None:
            self.decoder.read(indices)
        else:
            self.decoder.restore(snapshot)
            self.decoder.trail = place.trail
        self._took(piece)

    def snapshot(self) -> Snapshot:
        """Copy the decoder's state."""
        return self.here.snapshot

    def _follow(self, read: TextHash, *, settled: bool) -> None:
        """Note the text that the state follows.

        `settled` is False where reading begins in the middle of a text. The state depends on that
        for a while, so no snapshots are kept yet, and none of texts that are read exactly.
        """
        self._read = read
        warm = max(read.length + self._length // 2, self._length + 1)
        self._settled_from = 0 if settled else warm
        self._here = None

    def _took(self, piece: str) -> None:
        """Note what the decoder has read or written, and keep a snapshot."""
        self._read.update(piece)
        self._here = None
        if self._read.length >= self._settled_from:
            self._snapshots.keep(self._read, self.here.snapshot)

    def _count(self, text: str) -> None:
        """Count the characters of `text`, looking only at what differs from the last text."""
        shared = shared_length(self._sought, text)
        self._counts.update(tally(text[shared:]))
        self._counts -= tally(self._sought[shared:])
        self._sought = text
