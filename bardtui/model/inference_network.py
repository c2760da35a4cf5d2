"""The network for inference: one time step of all layers, or many steps of one text.

It is no Keras network: to build one takes a twentieth of the time to the first character. An LSTM
and the last layer have packed weights; a GRU is Keras's own cell.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.inference_lstm import PackedLogits, PackedLSTM
from bardtui.model.network import NetworkSpec


class InferenceNetwork:
    """A network of batch size `streams`, whose state is passed and returned.

    The state is each layer's state, then the logits of the next character. `state_sizes` are their
    widths, in this order.
    """

    def __init__(self, spec: NetworkSpec, streams: int) -> None:
        import tensorflow as tf

        self._skip = spec.skip
        self._weights: list[NDArray[np.float32]] = []
        shapes = spec.weight_shapes()
        self._embedding = tf.Variable(tf.zeros(shapes["embedding"]), trainable=False)
        self._layers = _layers(spec, streams)
        self._logits = PackedLogits(shapes["logits/kernel"][0], streams, spec.vocabulary_size)
        self._states = 2 if spec.cell == "lstm" else 1  # of a layer
        self.state_sizes = [spec.units] * self._states * spec.layers + [spec.vocabulary_size]

    def get_weights(self) -> list[NDArray[np.float32]]:
        """The weights, in the order of a Keras network's own."""
        return self._weights

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Replace the weights, given in the order of a Keras network's own."""
        self._weights = list(weights)
        self._embedding.assign(weights[0])
        for n, layer in enumerate(self._layers):
            layer.set_weights(weights[0], weights[1 + 3 * n : 4 + 3 * n])
        self._logits.set_weights(weights[-2], weights[-1])

    def advance(self, indices: Any, state: Sequence[Any]) -> list[Any]:
        """Pass one character of each stream, int32 (streams,), through the network.

        Takes and returns the state as tensors, in the order of a snapshot's arrays: each layer's
        state, then the logits of the next character. For use in a TensorFlow function.
        """
        import tensorflow as tf

        x = tf.gather(self._embedding, indices)
        outputs, new_state = [x], []
        for layer, old in zip(self._layers, self._by_layer(state), strict=True):
            x, new = layer.step(indices, x, old)
            outputs.append(x)
            new_state.extend(new)
        return [*new_state, self._logits_of(outputs)]

    def advance_by(self, indices: Any, count: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Pass the first `count` of the characters int32 (time,) through a network of one stream.

        It goes layer by layer, which takes two thirds of the time of as many calls of `advance`.
        Returns the logits before each character, (time, vocabulary), and the state after the last.
        For use in a TensorFlow function.
        """
        import tensorflow as tf

        x = tf.gather(self._embedding, indices)
        outputs, new_state = [x], []
        for layer, old in zip(self._layers, self._by_layer(state), strict=True):
            x, new = layer.read(indices, x, count, old)
            outputs.append(x)
            new_state.extend(new)
        logits = tf.concat([state[-1], self._logits_of(outputs)], 0)
        return logits[:-1], [*new_state, tf.gather(logits, count)[None]]

    def _by_layer(self, state: Sequence[Any]) -> list[list[Any]]:
        """The state of each layer."""
        size = self._states
        return [list(state[n : n + size]) for n in range(0, len(state) - 1, size)]

    def _logits_of(self, outputs: Sequence[Any]) -> Any:
        """The logits, given the embedding and the output of each layer."""
        import tensorflow as tf

        return self._logits.step(tf.concat(outputs, -1) if self._skip else outputs[-1])


class _GRU:
    """One GRU layer; its methods are those of PackedLSTM."""

    def __init__(self, units: int, inputs: int) -> None:
        import keras

        self._cell = keras.layers.GRUCell(
            units, kernel_initializer="zeros", recurrent_initializer="zeros"
        )
        self._cell.build((None, inputs))

    def set_weights(
        self, embedding: NDArray[np.float32], weights: Sequence[NDArray[np.float32]]
    ) -> None:
        self._cell.set_weights(list(weights))

    def step(self, indices: Any, x: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        output, new = self._cell(x, list(state))
        return output, list(new)

    def read(self, indices: Any, x: Any, count: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
        import tensorflow as tf

        def step(i: Any, out: Any, *state: Any) -> Any:
            output, new = self._cell(tf.gather(x, i)[None], list(state))
            return i + 1, out.write(i, output[0]), *new

        out = tf.TensorArray(tf.float32, x.shape[0], element_shape=[self._cell.units])
        _, out, *after = tf.while_loop(lambda i, *_: i < count, step, (tf.constant(0), out, *state))
        return out.stack(), after


def _layers(spec: NetworkSpec, streams: int) -> Sequence[PackedLSTM | _GRU]:
    """The recurrent layers."""
    inputs = [spec.embedding_dim] + [spec.units] * (spec.layers - 1)
    if spec.cell == "gru":
        return [_GRU(spec.units, size) for size in inputs]
    kinds = [spec.vocabulary_size] + [None] * (spec.layers - 1)
    return [
        PackedLSTM(spec.units, size, streams, vocabulary)
        for size, vocabulary in zip(inputs, kinds, strict=True)
    ]
