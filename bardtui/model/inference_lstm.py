"""Layers for inference, their weights packed for one time step at a time.

The time of such a step is that of reading all weights from memory. All cores read them, in one
contiguous piece.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAX_TABLE = 4_000_000  # numbers: 16 MB
_TILE = 16  # rows: a product whose rows are no multiple of 8 takes up to twice as long


class PackedLSTM:
    """One LSTM layer of a Keras network; `step` does what the layer's own cell would do.

    Input and state are concatenated, so that a step is one matrix product. The first layer looks up
    its input's part of the product in a table with a row for each character, unless the table
    would take more than 16 MB.
    """

    def __init__(
        self, units: int, inputs: int, streams: int, vocabulary_size: int | None = None
    ) -> None:
        """`inputs` is the size of the input vectors; `vocabulary_size` is given for the first
        layer, whose input is a character's embedding."""
        import tensorflow as tf

        self._uses_table = vocabulary_size is not None and vocabulary_size * 4 * units <= _MAX_TABLE
        # For one stream the transposed matrix is a tenth faster, for several half as fast.
        self._transposed = streams == 1
        size = units if self._uses_table else inputs + units
        shape = (4 * units, size) if self._transposed else (size, 4 * units)
        addends = (vocabulary_size, 4 * units) if self._uses_table else (1, 4 * units)
        self._weights = tf.Variable(tf.zeros(shape), trainable=False, name="packed")
        # What is added to the product: the table, or the bias alone.
        self._addends = tf.Variable(tf.zeros(addends), trainable=False, name="addends")

    def set_weights(
        self, embedding: NDArray[np.float32], weights: Sequence[NDArray[np.float32]]
    ) -> None:
        """Take the layer's kernel, recurrent kernel and bias, and the network's embedding."""
        kernel, recurrent, bias = weights
        packed = recurrent if self._uses_table else np.concatenate([kernel, recurrent])
        self._weights.assign(packed.T if self._transposed else packed)
        self._addends.assign(embedding @ kernel + bias if self._uses_table else bias[None])

    def step(self, indices: Any, x: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Take one time step.

        `indices` (streams,) are the characters, `x` (streams, inputs) the layer's input, `state`
        its hidden and cell state. Returns the output (streams, units) and the new state.
        """
        import tensorflow as tf

        hidden, cell = state
        if self._uses_table:
            x, addend = hidden, tf.gather(self._addends, indices)
        else:
            x, addend = tf.concat([x, hidden], -1), self._addends
        product = tf.matmul(x, self._weights, transpose_b=self._transposed)
        return _next(product, addend, cell)

    def read(self, indices: Any, x: Any, count: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Take `count` time steps of one stream, for an input that is known beforehand.

        As `step`, but `indices` is (time,), `x` (time, inputs), and the output (time, units). The
        input's part of the product is computed for all steps at once, so that a step reads the
        weights of the state alone.
        """
        import tensorflow as tf

        weights = self._weights if self._transposed else tf.transpose(self._weights)
        size = weights.shape[1] - weights.shape[0] // 4  # of the input
        recurrent = weights[:, size:]
        if self._uses_table:
            addends = tf.gather(self._addends, indices)
        else:
            addends = tf.matmul(x, weights[:, :size], transpose_b=True) + self._addends

        def step(i: Any, out: Any, hidden: Any, cell: Any) -> Any:
            product = tf.matmul(hidden, recurrent, transpose_b=True)
            hidden, state = _next(product, tf.gather(addends, i)[None], cell)
            return i + 1, out.write(i, hidden[0]), *state

        out = tf.TensorArray(tf.float32, indices.shape[0], element_shape=[weights.shape[0] // 4])
        loop = (tf.constant(0), out, *state)
        _, out, *after = tf.while_loop(lambda i, *_: i < count, step, loop)
        return out.stack(), after


def _next(product: Any, addend: Any, cell: Any) -> tuple[Any, list[Any]]:
    """Return a layer's output and new state, given the sums before the gates in two parts."""
    import tensorflow as tf

    # Added gate by gate: XLA would fuse a product and the sum that follows it into one loop on
    # one core.
    i, f, g, o = map(tf.add, tf.split(product, 4, -1), tf.split(addend, 4, -1))
    cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
    hidden = tf.sigmoid(o) * tf.tanh(cell)
    return hidden, [hidden, cell]


class PackedLogits:
    """The last layer: the logits of the next character.

    Its rows are padded to a multiple of _TILE.
    """

    def __init__(self, inputs: int, streams: int, vocabulary_size: int) -> None:
        """`inputs` is the size of the input vectors."""
        import tensorflow as tf

        self._size = vocabulary_size
        self._padding = -vocabulary_size % _TILE
        self._transposed = streams == 1
        rows = vocabulary_size + self._padding
        shape = (rows, inputs) if self._transposed else (inputs, rows)
        self._weights = tf.Variable(tf.zeros(shape), trainable=False, name="packed")
        self._bias = tf.Variable(tf.zeros((1, rows)), trainable=False, name="bias")

    def set_weights(self, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """Take the layer's kernel and bias."""
        packed = np.pad(kernel, ((0, 0), (0, self._padding)))
        self._weights.assign(packed.T if self._transposed else packed)
        self._bias.assign(np.pad(bias, (0, self._padding))[None])

    def step(self, x: Any) -> Any:
        """Return the logits (streams, vocabulary) for the input `x` (streams, inputs)."""
        import tensorflow as tf

        logits = tf.matmul(x, self._weights, transpose_b=self._transposed) + self._bias
        return logits[:, : self._size]
