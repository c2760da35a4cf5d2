"""From a text's indices to batches: windows of seq_len+1, input and target shifted by one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


class TooLittleText(ValueError):
    """The text is too short; the message says how long it would have to be."""


@dataclass(frozen=True)
class Windows:
    """A text cut into windows of seq_len+1 characters, in batches.

    `indices` is the text, int of shape (n,). The remainder that fills no window is dropped, and so
    is the remainder that fills no batch. Where there is too little text for one batch, `batch_size`
    is smaller than asked for: as many as there are windows.
    """

    indices: NDArray[Any]
    seq_len: int
    batch_size: int

    @classmethod
    def of(cls, indices: NDArray[Any], seq_len: int, batch_size: int) -> "Windows":
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
        return np.asarray(rng.permutation(self.count) * self.window + shift, np.int64)

    def dataset(self, epoch: int, random_seed: int, *, skip: int = 0) -> Any:
        """One epoch as a tf.data.Dataset of (input, target), each int32 (batch, seq_len).

        The same epoch and seed give the same batches in the same order; `skip` leaves out the first
        ones, where a run goes on in mid-epoch.
        """
        import tensorflow as tf

        along = np.arange(self.window)

        def read(starts: NDArray[np.int64]) -> NDArray[np.int32]:
            return np.asarray(self.indices[starts[:, None] + along], np.int32)

        def batch(starts: Any) -> tuple[Any, Any]:
            windows = tf.numpy_function(read, [starts], tf.int32, stateful=False)
            windows = tf.ensure_shape(windows, (self.batch_size, self.window))
            return windows[:, :-1], windows[:, 1:]

        starts = tf.data.Dataset.from_tensor_slices(self.starts(epoch, random_seed))
        batches = starts.batch(self.batch_size, drop_remainder=True).skip(skip)
        return batches.map(batch).prefetch(2)
