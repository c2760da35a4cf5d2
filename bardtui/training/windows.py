"""From a text's indices to batches: windows of seq_len+1, input and target shifted by one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.loss import Indices

Batch = tuple[NDArray[np.int32], NDArray[np.int32]]


class TooLittleText(UserError):
    """The text is too short; the message says how long it would have to be."""


@dataclass(frozen=True)
class Windows:
    """A text cut into windows of seq_len+1 characters, in batches.

    `indices` is the text. The remainder that fills no window is dropped, and so is the remainder
    that fills no batch. Where there is too little text for one batch, `batch_size` is smaller than
    asked for: as many as there are windows.
    """

    indices: Indices
    seq_len: int
    batch_size: int

    @classmethod
    def of(cls, indices: Indices, seq_len: int, batch_size: int) -> "Windows":
        """Choose the batch that fits. Raises TooLittleText when not even one window does."""
        if len(indices) < seq_len + 1:
            raise TooLittleText(
                f"{len(indices):,} characters are too few to train on: "
                f"windows of {seq_len}+1 need at least {seq_len + 1:,}"
            )
        return cls(indices, seq_len, min(batch_size, cls(indices, seq_len, 1).count))

    @property
    def window(self) -> int:
        """Characters in a window: seq_len inputs and one more."""
        return self.seq_len + 1

    @property
    def count(self) -> int:
        """Windows in an epoch."""
        whole = len(self.indices) // self.window
        return max(whole - 1, 1)  # one less than fit, so that the grid has room to shift

    @property
    def batches(self) -> int:
        """Batches in an epoch."""
        return self.count // self.batch_size

    def starts(self, epoch: int, random_seed: int) -> NDArray[np.int64]:
        """Where the epoch's windows begin, shuffled: int64 of shape (count,).

        The whole grid of windows is shifted by a random amount in every epoch, so that the network
        does not see the text cut at the same places again and again.
        """
        rng = np.random.default_rng((random_seed, epoch))
        room = len(self.indices) - self.count * self.window
        shift = int(rng.integers(0, min(room, self.window) + 1))
        starts: NDArray[np.int64] = rng.permutation(self.count)
        starts *= self.window  # in place: of 1 GB of text there are 8 million windows
        starts += shift
        return starts

    def epoch(self, number: int, random_seed: int, *, skip: int = 0) -> Iterator[Batch]:
        """One epoch's batches of (input, target), each int32 (batch, seq_len).

        The same epoch and seed give the same batches in the same order; `skip` leaves out the first
        ones, where a run goes on in mid-epoch.

        Cutting a batch takes a thousandth of a step, so nothing is to be won by threads that read
        ahead; those of tf.data were measured to make every step half as long again, as its memory
        then came to the process anew each time.
        """
        starts, along = self.starts(number, random_seed), np.arange(self.window)
        for batch in range(skip, self.batches):
            begin = batch * self.batch_size
            places = starts[begin : begin + self.batch_size, None] + along
            windows = np.asarray(self.indices[places], np.int32)
            yield windows[:, :-1], windows[:, 1:]
