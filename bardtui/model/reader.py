"""A generator in step with a text that people change: taken back, cut, edited, gone on with."""

from collections.abc import Callable, Iterator
from hashlib import blake2b

import numpy as np

from bardtui.escaping import shared_length
from bardtui.model.generator import Generator, Sampling
from bardtui.model.marks import Marks
from bardtui.model.states import States
from bardtui.model.vocabulary import code_points

BLOCK = 64  # characters: snapshots lie at the ends of blocks


class Reader:
    """Leads the generator to any text, from whatever known text shares the longest beginning.

    After `seek(text)` the generator's state is that of having read exactly `text`, whatever was
    read or written before. On the way snapshots are kept, as often as calls of the network end at
    the end of a block, and where texts ended, each under a digest of all the text up to there. So
    one that was read or written before, in whichever branch of a scene, is found again by what it
    says: going there costs the reading of some characters before it, in about a frame, and of those
    that are new. `states` has the snapshots of earlier times.
    """

    def __init__(self, generator: Generator, states: States | None = None) -> None:
        self.generator = generator
        generator.reset()
        start = generator.snapshot()
        self._marks = Marks(start, states.folder if states else None)
        self._states = states
        if states is not None:
            for key, snapshot in states.load(start):
                self._marks.keep(key, snapshot)
        # The text that the generator has read: its length, the digest of its full blocks of
        # BLOCK characters, and what stands after them.
        self._length, self._blocks, self._rest = 0, b"", ""
        # The text that was sought last: the digest of all before each block, and where the
        # characters that the vocabulary has no likeness of first stand.
        self._sought, self._digests = "", [b""]
        self._unknown: dict[str, int] = {}

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
        self._look_through(text)
        self._go_to_nearest(text)
        begin = self._length
        while self._length < len(text) and not stopped():
            count = self._at_once(len(text) - self._length)
            piece = text[self._length : self._length + count]
            self.generator.prime(self.generator.vocabulary.encode(piece).indices)
            self._took(piece)
            if progress is not None:
                progress((self._length - begin) / (len(text) - begin))
        self._mark()
        return tuple(sorted(self._unknown, key=self._unknown.__getitem__))

    def write(self, length: int, sampling: Sampling) -> Iterator[str]:
        """Write on from the text read so far, `length` characters, in pieces that take a frame."""
        while length > 0:
            steps = self._at_once(length)
            length -= steps
            for piece in self.generator.stream(steps, sampling, chunk=steps):
                self._took(piece)
                yield piece

    def keep(self) -> None:
        """Keep the last snapshot before here among the states, for the next time."""
        if self._states is not None and self._blocks and (mark := self._marks.get(self._blocks)):
            self._states.keep(self._blocks, mark)

    def _at_once(self, left: int) -> int:
        """How many of the characters that are left one call takes: a frame's, but not beyond the
        last end of a block among them."""
        end = self._length + min(self.generator.stepper.at_once, left)
        border = end // BLOCK * BLOCK
        return (border if border > self._length else end) - self._length

    def _took(self, piece: str) -> None:
        """Note what the generator has just taken in; it ends a block, or stays within one."""
        self._length += len(piece)
        rest = self._rest + piece
        whole = len(rest) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            self._blocks = _digest(self._blocks, rest[at : at + BLOCK])
        self._rest = rest[whole:]
        if whole:
            self._mark()

    def _mark(self) -> None:
        """Keep a snapshot of here."""
        key = _digest(self._blocks, self._rest)
        if key not in self._marks:
            self._marks.keep(key, self.generator.snapshot())

    def _look_through(self, text: str) -> None:
        """Work out the digests of a text, and its unknown characters: of what is new in it."""
        shared = shared_length(self._sought, text)
        self._sought = text
        del self._digests[shared // BLOCK + 1 :]
        for end in range(len(self._digests) * BLOCK, len(text) + 1, BLOCK):
            self._digests.append(_digest(self._digests[-1], text[end - BLOCK : end]))
        self._unknown = {c: at for c, at in self._unknown.items() if at < shared}
        if new := text[shared:]:
            distinct = "".join(map(chr, np.flatnonzero(np.bincount(code_points(new)))))
            for character in self.generator.vocabulary.encode(distinct).unknown:
                self._unknown.setdefault(character, text.index(character))

    def _go_to_nearest(self, text: str) -> None:
        """Go to the longest beginning of the text sought that is known, unless we are there."""
        here = _digest(self._blocks, self._rest)
        if self._length <= len(text) and here == self._digest_at(self._length):
            self._mark()  # a text ended here
            nearest = self._length
        else:
            nearest = -1
        at, mark = len(text), self._marks.get(self._digest_at(len(text)))
        if mark is None:
            for at in range((len(self._digests) - 1) * BLOCK, nearest, -BLOCK):
                if mark := self._marks.get(self._digests[at // BLOCK]):
                    break
        if mark is not None and at > nearest:
            self.generator.restore(mark)
            blocks = at // BLOCK
            self._length, self._blocks = at, self._digests[blocks]
            self._rest = text[blocks * BLOCK : at]

    def _digest_at(self, length: int) -> bytes:
        """The digest of the first characters of the text that is sought."""
        blocks = length // BLOCK
        return _digest(self._digests[blocks], self._sought[blocks * BLOCK : length])


def _digest(before: bytes, text: str) -> bytes:
    """The digest of a text, made of that of its beginning and of what follows."""
    if not text:
        return before
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=before).digest()
