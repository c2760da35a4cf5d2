"""Measuring how far back a model's state depends on the text."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bardtui.model.decoder import Decoder
from bardtui.model.memory_length import MAX_MEMORY_LENGTH, measure_memory_length
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from tests.conftest import VERSE, random_weights

SPEC = NetworkSpec(3, embedding_dim=2, units=2, layers=1)
VOCABULARY = Vocabulary.of("ab\n")
TEXT = np.arange(48, dtype=np.int32) % 3


def weights_with_forget_gate(bias: float) -> Sequence[NDArray[np.float32]]:
    """Of an LSTM that keeps all of its cell state for a large bias, and nothing for a small one.

    Its cells add up the first column of the embedding, which cancels out over TEXT.
    """
    embedding, kernel, recurrent, gates, *logits = random_weights(SPEC)
    embedding[:, 0] = 0, 1, -1
    for weights in (kernel, recurrent, gates):
        weights[:] = 0
    gates[2:4] = bias  # Keras's order of gates: input, forget, cell, output
    kernel[0, 4:6] = 0.1
    return [embedding, kernel, recurrent, gates, *logits]


def test_a_model_that_forgets_at_once_has_the_least_memory_length() -> None:
    weights = weights_with_forget_gate(-100)
    assert measure_memory_length(SPEC, VOCABULARY, weights, TEXT) == 100


def test_a_model_that_never_forgets_has_the_largest_memory_length() -> None:
    weights = weights_with_forget_gate(100)
    assert measure_memory_length(SPEC, VOCABULARY, weights, TEXT) == MAX_MEMORY_LENGTH


def test_after_the_memory_length_the_beginning_makes_no_difference(
    tiny_model: ModelBundle, decoder: Decoder
) -> None:
    text = tiny_model.vocabulary.encode(VERSE * 30).indices
    places: list[tuple[int, int]] = []
    length = measure_memory_length(
        tiny_model.spec,
        tiny_model.vocabulary,
        tiny_model.weights(),
        text,
        places=20,
        progress=lambda *done: places.append(done),
    )
    assert places == [(n + 1, 20) for n in range(20)]
    assert length % 100 == 0
    assert 100 <= length < len(text) // 2
    decoder.read(text)
    whole = decoder.snapshot().arrays[-1]
    decoder.reset()
    decoder.read(text[-length:])
    np.testing.assert_allclose(decoder.snapshot().arrays[-1], whole, rtol=0, atol=1e-4)


@pytest.mark.parametrize("length", [1, 7])
def test_a_short_text_is_read_in_a_circle(length: int) -> None:
    weights = weights_with_forget_gate(-100)
    assert measure_memory_length(SPEC, VOCABULARY, weights, TEXT[:length], places=3) == 100
