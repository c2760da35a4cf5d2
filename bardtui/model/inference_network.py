"""The network for inference: passes characters through packed layers, outside of Keras's own call.

The Keras network keeps the weights and the cells; the products of an LSTM and of the last layer are
made with packed copies of the weights.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.inference_lstm import PackedLogits, PackedLSTM
from bardtui.model.network import NetworkSpec, build_network


class InferenceNetwork:
    """A stateful Keras network of batch size `streams`, stepped with packed weights.

    The state is passed and returned: each layer's state, then the logits of the next character.
    `state_sizes` are their widths, in this order.
    """

    def __init__(self, spec: NetworkSpec, streams: int) -> None:
        self.keras_network = build_network(spec, streams, stateful=True)
        self._layers = [
            self.keras_network.get_layer(f"{spec.cell}_{i + 1}") for i in range(spec.layers)
        ]
        self._skip = spec.skip
        self._packed = _packed_layers(spec, streams) if spec.cell == "lstm" else []
        width = spec.weight_shapes()["logits/kernel"][0]
        self._logits = PackedLogits(width, streams, spec.vocabulary_size)
        states = [state for layer in self._layers for state in layer.states]
        self.state_sizes = [state.shape[-1] for state in states] + [spec.vocabulary_size]

    def get_weights(self) -> list[NDArray[np.float32]]:
        """The weights, in the order of the Keras network's own."""
        weights: list[NDArray[np.float32]] = self.keras_network.get_weights()
        return weights

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Replace the weights, given in the order of the Keras network's own."""
        self.keras_network.set_weights(list(weights))
        for n, packed in enumerate(self._packed):
            packed.set_weights(weights[0], weights[1 + 3 * n : 4 + 3 * n])
        self._logits.set_weights(weights[-2], weights[-1])

    def advance(self, indices: Any, state: Sequence[Any]) -> list[Any]:
        """Pass one character of each stream, int32 (streams,), through the network.

        Takes and returns the state as tensors, in the order of a snapshot's arrays: each layer's
        state, then the logits of the next character. For use in a TensorFlow function.
        """
        x = self.keras_network.get_layer("embedding")(indices)
        outputs, new_state = [x], []
        for n, old in enumerate(self._by_layer(state)):
            if self._packed:
                x, new = self._packed[n].step(indices, x, old)
            else:
                x, new = self._layers[n].cell(x, old)
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

        x = self.keras_network.get_layer("embedding")(indices)
        outputs, new_state = [x], []
        for n, old in enumerate(self._by_layer(state)):
            if self._packed:
                x, new = self._packed[n].read(indices, x, count, old)
            else:
                x, new = _read(self._layers[n].cell, x, count, old)
            outputs.append(x)
            new_state.extend(new)
        logits = tf.concat([state[-1], self._logits_of(outputs)], 0)
        return logits[:-1], [*new_state, tf.gather(logits, count)[None]]

    def _by_layer(self, state: Sequence[Any]) -> list[list[Any]]:
        """The state of each layer."""
        size = (len(state) - 1) // len(self._layers)
        return [list(state[n : n + size]) for n in range(0, len(state) - 1, size)]

    def _logits_of(self, outputs: Sequence[Any]) -> Any:
        """The logits, given the embedding and the output of each layer."""
        import tensorflow as tf

        return self._logits.step(tf.concat(outputs, -1) if self._skip else outputs[-1])


def _read(cell: Any, x: Any, count: Any, state: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Take `count` time steps with a Keras cell of one stream, as PackedLSTM.read does."""
    import tensorflow as tf

    def step(i: Any, out: Any, *state: Any) -> Any:
        output, new = cell(tf.gather(x, i)[None], list(state))
        return i + 1, out.write(i, output[0]), *new

    out = tf.TensorArray(tf.float32, x.shape[0], element_shape=[cell.units])
    _, out, *after = tf.while_loop(lambda i, *_: i < count, step, (tf.constant(0), out, *state))
    return out.stack(), after


def _packed_layers(spec: NetworkSpec, streams: int) -> list[PackedLSTM]:
    first = PackedLSTM(spec.units, spec.embedding_dim, streams, spec.vocabulary_size)
    return [first, *[PackedLSTM(spec.units, spec.units, streams) for _ in range(spec.layers - 1)]]
