"""The LSTM layers of a network that writes, their weights packed for one step at a time.

Such a step is bound by how fast all the weights come out of memory: that all cores read them, and
in one piece, is what makes it quick.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_ROWS = 4_000_000  # numbers: 16 MB


class PackedLSTM:
    """Takes one of a Keras network's LSTM layers a step further, as the layer's own cell would.

    Its input and its state are one vector, so that a step is one product. The first layer needs no
    product for its input: there is a row of sums for each character of the vocabulary (unless they
    would take much memory).
    """

    def __init__(
        self, units: int, inputs: int, streams: int, characters: int | None = None
    ) -> None:
        """For vectors of `inputs` numbers; `characters` is the vocabulary's size where they stand
        for characters."""
        import tensorflow as tf

        self._by_rows = characters is not None and characters * 4 * units <= _MOST_ROWS
        # For one stream, all the weights of a gate's unit side by side: a step takes a tenth less.
        # For several, that would take twice as long.
        self._transposed = streams == 1
        size = units if self._by_rows else inputs + units
        shape = (4 * units, size) if self._transposed else (size, 4 * units)
        known = (characters, 4 * units) if self._by_rows else (1, 4 * units)
        self._weights = tf.Variable(tf.zeros(shape), trainable=False, name="packed")
        self._known = tf.Variable(tf.zeros(known), trainable=False, name="known")

    def set_weights(
        self, embedding: NDArray[np.float32], weights: Sequence[NDArray[np.float32]]
    ) -> None:
        """Take the layer's kernel, recurrent kernel and bias; `embedding` is the network's."""
        kernel, recurrent, bias = weights
        packed = recurrent if self._by_rows else np.concatenate([kernel, recurrent])
        self._weights.assign(packed.T if self._transposed else packed)
        self._known.assign(embedding @ kernel + bias if self._by_rows else bias[None])

    def step(self, indices: Any, x: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The characters (streams,), what comes in for them (streams, inputs), and the layer's
        state. Returns the output (streams, units) and the new state."""
        import tensorflow as tf

        output, carry = state
        if self._by_rows:
            x, known = output, tf.gather(self._known, indices)
        else:
            x, known = tf.concat([x, output], -1), self._known
        sums = tf.matmul(x, self._weights, transpose_b=self._transposed)
        # What is known is added gate by gate: XLA would make one loop, on one core, of a product
        # and a sum that follows it at once.
        i, f, c, o = map(tf.add, tf.split(sums, 4, -1), tf.split(known, 4, -1))
        carry = tf.sigmoid(f) * carry + tf.sigmoid(i) * tf.tanh(c)
        output = tf.sigmoid(o) * tf.tanh(carry)
        return output, [output, carry]
