"""A generator in step with a text that people change: taken back, cut, edited, gone on with."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bardtui.language.generator import CHUNK, Generator, Sampling, Snapshot

MARK_EVERY = 256


class Reader:
    """Keeps what the generator has read, and snapshots along the way, so that going to any text
    that shares a beginning with it costs only the part that is new.

    After `seek(text)` the generator's state is that of having read exactly `text`: this holds by
    construction, whatever was read or written before.
    """

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self._read = np.zeros(4096, np.int32)
        generator.reset()
        self._marks: list[Snapshot] = [generator.snapshot()]

    def seek(
        self,
        text: str,
        *,
        progress: Callable[[float], None] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[str, ...]:
        """Read `text`. Returns the characters that the vocabulary has no likeness of.

        `progress` is told the share read so far; where `stopped` says so, reading ends early, at a
        place from which a later `seek` goes on.
        """
        encoded = self.generator.vocabulary.encode(text)
        wanted = encoded.indices
        self._rewind(self._shared(wanted))
        begin = self.generator.position
        while self.generator.position < len(wanted) and not stopped():
            at = self.generator.position
            piece = wanted[at : at + CHUNK]
            self.generator.prime(piece)
            self._note(piece)
            if progress is not None:
                progress((at + len(piece) - begin) / (len(wanted) - begin))
        self._mark()
        return encoded.unknown

    def write(self, length: int, sampling: Sampling) -> Iterator[str]:
        """Write on from the text read so far: pieces of at most 16 characters, `length` in all."""
        vocabulary = self.generator.vocabulary
        for piece in self.generator.stream(length, sampling):
            self._note(np.array([vocabulary.index(c) for c in piece], np.int32))
            yield piece

    def _shared(self, wanted: NDArray[np.int32]) -> int:
        length = min(self.generator.position, len(wanted))
        differs = self._read[:length] != wanted[:length]
        return int(differs.argmax()) if differs.any() else length

    def _rewind(self, position: int) -> None:
        """Go back to the last mark at or before `position`, unless it is where we are."""
        if position < self.generator.position:
            while self._marks[-1].position > position:
                self._marks.pop()
            self.generator.restore(self._marks[-1])

    def _note(self, indices: NDArray[np.int32]) -> None:
        """Remember what the generator has just taken in, and a mark now and then."""
        end = self.generator.position
        if end > len(self._read):
            self._read = np.concatenate([self._read, np.zeros(max(end, len(self._read)), np.int32)])
        self._read[end - len(indices) : end] = indices
        if end - self._marks[-1].position >= MARK_EVERY:
            self._mark()

    def _mark(self) -> None:
        if self._marks[-1].position < self.generator.position:
            self._marks.append(self.generator.snapshot())
