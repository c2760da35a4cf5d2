"""The layers in NumPy give what Keras's do."""

from typing import Any

import numpy as np
import pytest

from bardtui.model.decoder import Decoder
from bardtui.model.layers import CELL, HIDDEN, VALUES, RecurrentLayers
from tests.conftest import random_weights, small_model

INDICES = np.array([3, 1, 4, 1, 5, 9, 2, 6], np.int32)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_states_are_those_of_the_decoder(cell: Any) -> None:
    model = small_model(cell=cell)
    weights = random_weights(model.spec)
    decoder = Decoder(model.spec, model.vocabulary, weights)
    layers = RecurrentLayers(model.spec, weights)
    kept = (HIDDEN, CELL) if cell == "lstm" else (HIDDEN,)
    for index in INDICES:
        values = layers.step(int(index), decoder.snapshot().arrays[:-1])
        decoder.read(np.array([index], np.int32))
        computed = [of_layer[name] for of_layer in values for name in kept]
        for ours, keras in zip(computed, decoder.snapshot().arrays, strict=False):
            np.testing.assert_allclose(ours, keras[0], atol=1e-5)
        for of_layer in values:
            assert tuple(of_layer) == VALUES[cell]
            gates = [array for name, array in of_layer.items() if "gate" in name]
            assert all(array.min() >= 0 and array.max() <= 1 for array in gates)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_whole_text_is_read_as_step_by_step(cell: Any) -> None:
    model = small_model(cell=cell)
    layers = RecurrentLayers(model.spec, random_weights(model.spec))
    long = np.tile(INDICES, 80)
    read = [*layers.read(np.stack([long, long[::-1]]))]
    assert [held.shape for held in read] == [(2, len(long), model.spec.units)] * 2
    kept = (HIDDEN, CELL) if cell == "lstm" else (HIDDEN,)
    zeros = np.zeros((1, model.spec.units), np.float32)
    state = [zeros] * (len(kept) * model.spec.layers)
    for t, index in enumerate(long[:300]):
        values = layers.step(int(index), state)
        state = [of_layer[name][None] for of_layer in values for name in kept]
        for held, of_layer in zip(read, values, strict=True):
            expected = np.tanh(of_layer[CELL]) if cell == "lstm" else of_layer[HIDDEN]
            np.testing.assert_allclose(held[0, t], expected, atol=1e-5)
