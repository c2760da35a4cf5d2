"""The recurrent layers of a network in NumPy, to look at their cells and gates.

The decoder computes the same faster, but hands out nothing but states.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bardtui.model.network import Cell, NetworkSpec
from bardtui.progress import OnProgress

Floats = NDArray[np.float32]
Values = dict[str, Floats]

CELL, HIDDEN = "cell state", "hidden state"
VALUES: dict[Cell, tuple[str, ...]] = {
    "lstm": (CELL, HIDDEN, "input gate", "forget gate", "output gate", "candidate"),
    "gru": (HIDDEN, "update gate", "reset gate", "candidate"),
}
"""What each unit of a layer has at each character, by the kind of its cells."""

_AT_ONCE = 256  # time steps whose inputs are multiplied at once


class RecurrentLayers:
    """The recurrent layers of one network, LSTM or GRU, as Keras defines them."""

    def __init__(self, spec: NetworkSpec, weights: Sequence[Floats]) -> None:
        """Take the network's weights, in their order."""
        self._embedding = weights[0]
        self._lstm = spec.cell == "lstm"
        kind = _LSTM if self._lstm else _GRU
        self._layers = [kind(*weights[1 + 3 * n : 4 + 3 * n]) for n in range(spec.layers)]

    def step(self, index: int, state: Sequence[Floats]) -> list[Values]:
        """Read the character `index` after a text. Returns the VALUES of each layer, (units,) each.

        `state` is the state after the text: for each layer the hidden state and, in an LSTM, the
        cell state, (1, units) each, as a snapshot has them before the logits.
        """
        x, values = self._embedding[[index]], list[Values]()
        for layer, before in zip(self._layers, self._by_layer(state), strict=True):
            new = layer.step(layer.inputs(x), before)
            x = new[HIDDEN]
            values.append({name: value[0] for name, value in new.items()})
        return values

    def state_of(self, values: Sequence[Values]) -> tuple[Floats, ...]:
        """Return the state that `step` takes next, from the values that it gave."""
        kept = self._layers[0].kept
        return tuple(layer[name][None] for layer in values for name in kept)

    def read(
        self, indices: NDArray[np.int32], on_progress: OnProgress = lambda done, total: None
    ) -> Iterator[Floats]:
        """Read texts side by side, int32 (texts, time), each from a state of zeros.

        Yields for one layer after the other what its cells held at each character, float32
        (texts, time, units) from -1 to 1: the hyperbolic tangent of an LSTM's cell state, or a
        GRU's hidden state. `on_progress` gets the steps done, and those of all layers.
        """
        texts, time = indices.shape
        outputs = self._embedding[indices]
        for n, layer in enumerate(self._layers):
            state = layer.zeros(texts)
            x, outputs = outputs, np.empty((texts, time, layer.units), np.float32)
            held = np.empty_like(outputs)
            for at in range(0, time, _AT_ONCE):
                inputs = layer.inputs(x[:, at : at + _AT_ONCE])
                for t in range(inputs.shape[1]):
                    values = layer.step(inputs[:, t], state)
                    state = [values[name] for name in layer.kept]
                    outputs[:, at + t] = values[HIDDEN]
                    held[:, at + t] = np.tanh(values[CELL]) if self._lstm else values[HIDDEN]
                on_progress(n * time + at + inputs.shape[1], len(self._layers) * time)
            yield held

    def _by_layer(self, state: Sequence[Floats]) -> list[Sequence[Floats]]:
        size = len(self._layers[0].kept)
        return [state[n * size : (n + 1) * size] for n in range(len(self._layers))]


class _Layer(ABC):
    """One layer: its weights, and the names of the values that it keeps from step to step."""

    kept: tuple[str, ...]

    def __init__(self, kernel: Floats, recurrent: Floats, bias: Floats) -> None:
        self._kernel, self._recurrent, self._bias = kernel, recurrent, bias
        self.units = len(recurrent)

    def inputs(self, x: Floats) -> Floats:
        """The part of the product that the input gives: (..., gates * units)."""
        return np.asarray(
            _product(x, self._kernel) + self._bias.reshape(-1, self._kernel.shape[1])[0]
        )

    def zeros(self, texts: int) -> list[Floats]:
        """The state before a text."""
        return [np.zeros((texts, self.units), np.float32) for _ in self.kept]

    @abstractmethod
    def step(self, inputs: Floats, state: Sequence[Floats]) -> Values:
        """Take one time step: (texts, gates * units) and the state, (texts, units) each."""


class _LSTM(_Layer):
    kept = (HIDDEN, CELL)

    def step(self, inputs: Floats, state: Sequence[Floats]) -> Values:
        hidden, cell = state
        gates = np.split(inputs + _product(hidden, self._recurrent), 4, -1)
        entry, forget, exit = (_sigmoid(gates[n]) for n in (0, 1, 3))
        candidate = np.tanh(gates[2])
        cell = forget * cell + entry * candidate
        values = (cell, exit * np.tanh(cell), entry, forget, exit, candidate)
        return dict(zip(VALUES["lstm"], values, strict=True))


class _GRU(_Layer):
    kept = (HIDDEN,)

    def step(self, inputs: Floats, state: Sequence[Floats]) -> Values:
        (hidden,) = state
        product = np.split(_product(hidden, self._recurrent) + self._bias[1], 3, -1)
        given = np.split(inputs, 3, -1)
        update, reset = (_sigmoid(given[n] + product[n]) for n in (0, 1))
        candidate = np.tanh(given[2] + reset * product[2])
        hidden = update * hidden + (1 - update) * candidate
        return dict(zip(VALUES["gru"], (hidden, update, reset, candidate), strict=True))


def _product(x: Floats, weights: Floats) -> Floats:
    """The matrix product. For one row it is computed without BLAS, whose threads go on spinning and
    slow down the decoder's."""
    if len(x) == 1 and x.ndim == 2:
        return np.asarray(np.einsum("ij,jk->ik", x, weights))
    return x @ weights


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * x) + 0.5)
