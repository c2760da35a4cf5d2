"""The LSTM layer of the training network: Keras's weights, with a gradient written for CPUs.

On a CPU nearly all of training is matrix products. TensorFlow's run about twice as fast when the
features come first and the batch last: (4u, in+u) x (in+u, batch). So one time step is one such
product over the concatenated input and state. The gradient of the weights, which automatic
differentiation would sum step by step, is one large product over all steps at the end. The
equations are those of Hochreiter and Schmidhuber (1997) with a forget gate; the gates are in
Keras's order: i, f, g, o.

The factors and results of the products may be bfloat16, which takes some processors half the time.
Weights, states and sums are float32 (Micikevicius et al. 2018, arXiv 1710.03740; Kalamkar et al.
2019, arXiv 1905.12322).
"""

from typing import Any

import keras
import tensorflow as tf

from bardtui.model.network import Precision


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _lstm(
    x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor, first_h: tf.Tensor, first_c: tf.Tensor
) -> Any:
    """An LSTM over whole windows.

    Takes x (time, in, batch) and weights (4u, in+u), of the products' type, and the bias (4u, 1)
    and the state before the windows, two of (u, batch), float32. Returns the hidden states
    (time, u, batch) and the last cells (u, batch), float32. No gradient goes into a state before
    the windows or comes from the last cells.
    """
    steps = tf.shape(x)[0]
    units = weights.shape[0] // 4
    inputs = weights.shape[1] - units
    zero = tf.zeros_like(first_c)

    def record(kind: tf.DType = tf.float32) -> tf.TensorArray:
        return tf.TensorArray(kind, size=steps)

    def factor(value: tf.Tensor) -> tf.Tensor:
        return tf.cast(value, x.dtype)

    def product(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.matmul(a, b), tf.float32)

    def forward(t: Any, h: Any, c: Any, hidden: Any, cells: Any, gates: Any) -> Any:
        z = product(weights, tf.concat([x[t], factor(h)], 0)) + bias
        i, f = tf.sigmoid(z[:units]), tf.sigmoid(z[units : 2 * units])
        g, o = tf.tanh(z[2 * units : 3 * units]), tf.sigmoid(z[3 * units :])
        c = f * c + i * g
        h = o * tf.tanh(c)
        gates = gates.write(t, tf.concat([i, f, g, o], 0))
        return t + 1, h, c, hidden.write(t, h), cells.write(t, c), gates

    start = 0, first_h, first_c, record(), record(), record()
    _, _, _, hidden, cells, gates = tf.while_loop(lambda t, *_: t < steps, forward, start)
    hidden, cells, gates = hidden.stack(), cells.stack(), gates.stack()

    def gradient(upstream: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor | None, ...]:
        transposed = tf.transpose(weights)
        previous_cells = tf.concat([first_c[None], cells[:-1]], 0)

        def backward(t: Any, dh: Any, dc: Any, dz: Any, dx: Any) -> Any:
            i, f, g, o = tf.split(gates[t], 4, 0)
            tanh_c = tf.tanh(cells[t])
            dh = dh + upstream[t]
            dc = dc + dh * o * (1 - tanh_c * tanh_c)
            d = tf.concat(
                [
                    dc * g * i * (1 - i),
                    dc * previous_cells[t] * f * (1 - f),
                    dc * i * (1 - g * g),
                    dh * tanh_c * o * (1 - o),
                ],
                0,
            )
            d = factor(d)
            back = product(transposed, d)
            return t - 1, back[inputs:], dc * f, dz.write(t, d), dx.write(t, back[:inputs])

        _, _, _, dz, dx = tf.while_loop(
            lambda t, *_: t >= 0, backward, (steps - 1, zero, zero, record(x.dtype), record())
        )
        joined = tf.concat([x, factor(tf.concat([first_h[None], hidden[:-1]], 0))], 1)
        dz = tf.reshape(tf.transpose(dz.stack(), [1, 0, 2]), [4 * units, -1])
        joined = tf.reshape(tf.transpose(joined, [0, 2, 1]), [-1, inputs + units])
        d_bias = tf.reduce_sum(tf.cast(dz, tf.float32), 1, keepdims=True)
        return factor(dx.stack()), tf.matmul(dz, joined), d_bias, None, None

    return (hidden, cells[-1]), gradient


class TrainingLSTM(keras.layers.LSTM):  # type: ignore[misc]
    """keras.layers.LSTM over whole windows: (batch, time, in) -> (batch, time, units).

    Same weights and same results at about 1.5 times the speed on a CPU, and up to 1.5 times that
    with `precision` "bfloat16" where the processor supports it. There is no mask. Every window
    starts from a zero state, or with `stateful` from the state after the window before.
    """

    def __init__(self, units: int, *, precision: Precision = "float32", **options: Any) -> None:
        super().__init__(units, **options)
        self._precision = precision

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: None = None,
        mask: None = None,
        training: bool = False,
    ) -> tf.Tensor:
        cell = self.cell
        weights = tf.transpose(tf.concat([cell.kernel, cell.recurrent_kernel], 0))
        x = tf.transpose(sequences, [1, 2, 0])
        x, weights = (tf.cast(value, self._precision) for value in (x, weights))
        if self.stateful:
            state = [tf.transpose(value) for value in self.states]
        else:
            state = [tf.zeros([self.units, tf.shape(x)[2]])] * 2
        hidden, cells = _lstm(x, weights, cell.bias[:, None], *state)
        if self.stateful:
            for value, last in zip(self.states, (hidden[-1], cells), strict=True):
                value.assign(tf.transpose(last))
        return tf.transpose(hidden, [2, 0, 1])
