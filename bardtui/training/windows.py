"""From an encoded text to batches of windows, the targets shifted by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.loss import Indices

Batch = tuple[NDArray[np.int32], NDArray[np.int32]]


class TooLittleText(UserError):
    """The text is too short; the message says how long it must be."""


@dataclass(frozen=True)
class Windows:
    """A text cut into windows of seq_len+1 characters, in batches.

    `indices` is the encoded text. `carry` windows in a row are a stretch; the last character of one
    is the first of the next. A batch takes the first windows of as many stretches, and those that
    follow take their next ones, so that a network can go on with its state. What does not fill a
    stretch is dropped, and so is what does not fill a batch. If the text has fewer windows than the
    batch that was asked for, `batch_size` is their number.
    """

    indices: Indices
    seq_len: int
    batch_size: int
    carry: int = 1

    @classmethod
    def of(cls, indices: Indices, seq_len: int, batch_size: int, carry: int = 1) -> "Windows":
        """Choose the batch size that fits, then the longest stretches of at most `carry` windows.

        Raises TooLittleText if no window fits.
        """
        if len(indices) < seq_len + 1:
            raise TooLittleText(
                f"{len(indices):,} characters are too few to train on: "
                f"windows of {seq_len}+1 need at least {seq_len + 1:,}"
            )
        batch_size = min(batch_size, cls(indices, seq_len, 1).count)
        carry = min(carry, max(1, (len(indices) - 1) // (seq_len * batch_size)))
        while carry > 1 and cls(indices, seq_len, batch_size, carry).count < batch_size:
            carry -= 1
        return cls(indices, seq_len, batch_size, carry)

    @property
    def stretch(self) -> int:
        """Characters in a stretch: those of its inputs and one more."""
        return self.carry * self.seq_len + 1

    @property
    def count(self) -> int:
        """Stretches in an epoch: one less than fit, so that the grid can be shifted."""
        return max(len(self.indices) // self.stretch - 1, 1)

    @property
    def batches(self) -> int:
        """Batches in an epoch."""
        return self.count // self.batch_size * self.carry

    def begins_stretch(self, batch: int) -> bool:
        """Whether the windows of that batch of an epoch are the first of their stretches."""
        return batch % self.carry == 0

    def starts(self, epoch: int, random_seed: int) -> NDArray[np.int64]:
        """The starts of the epoch's stretches, shuffled: int64 (count,).

        The whole grid of stretches is shifted by a random amount in every epoch, so that the
        network does not see the text cut at the same places each time.
        """
        rng = np.random.default_rng((random_seed, epoch))
        room = len(self.indices) - self.count * self.stretch
        shift = int(rng.integers(0, min(room, self.stretch) + 1))
        starts: NDArray[np.int64] = rng.permutation(self.count)
        starts *= self.stretch  # in place: 1 GB of text has 8 million windows
        starts += shift
        return starts

    def epoch(self, number: int, random_seed: int, *, skip: int = 0) -> Iterator[Batch]:
        """Yield one epoch's batches of (inputs, targets), each int32 (batch, seq_len).

        The same epoch and seed give the same batches in the same order. `skip` is the number of
        batches to leave out at the beginning, for a run that is resumed within an epoch.

        Cutting a batch takes a thousandth of a step, so reading ahead in threads would gain
        nothing. With tf.data every step took half as long again, because its batches came in new
        memory each time.
        """
        starts, offsets = self.starts(number, random_seed), np.arange(self.seq_len + 1)
        for batch in range(skip, self.batches):
            group, place = divmod(batch, self.carry)
            first = group * self.batch_size
            stretches = starts[first : first + self.batch_size, None]
            windows = np.asarray(self.indices[stretches + place * self.seq_len + offsets], np.int32)
            yield windows[:, :-1], windows[:, 1:]
