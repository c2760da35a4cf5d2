"""The network: its sizes, the same weights in both forms, and Keras's results."""

import math
from typing import Any

import numpy as np
import pytest

from bardtui.model.network import MAX_PARAMETERS, NetworkSpec, SpecError, build_network
from tests.conftest import random_weights


def weights_of(network: Any) -> dict[str, tuple[int, ...]]:
    """Names as in NetworkSpec.weight_shapes: Keras's, without the cell between layer and weight."""
    names = {}
    for weight in network.weights:
        layer, *_, name = weight.path.split("/")
        names[layer if name == "embeddings" else f"{layer}/{name}"] = tuple(weight.shape)
    return names


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_both_networks_have_the_weights_of_the_spec(cell: Any, skip: bool, layers: int) -> None:
    spec = NetworkSpec(11, embedding_dim=5, units=6, layers=layers, cell=cell, skip=skip)
    training = build_network(spec, stateful=False)
    inference = build_network(spec, 1, stateful=True)
    expected = spec.weight_shapes()
    assert list(expected.items()) == list(weights_of(training).items())
    assert list(expected.items()) == list(weights_of(inference).items())
    assert spec.parameters == inference.count_params()
    assert spec.parameters == sum(math.prod(w.shape) for w in training.trainable_weights)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("skip", [False, True])
def test_both_networks_give_the_same_logits(cell: Any, skip: bool) -> None:
    spec = NetworkSpec(11, embedding_dim=5, units=6, cell=cell, skip=skip, dropout=0.4)
    training, inference = build_network(spec, stateful=False), build_network(spec, 1, stateful=True)
    weights = random_weights(spec)
    training.set_weights(weights)
    inference.set_weights(training.get_weights())
    text = np.random.default_rng(1).integers(0, 11, (1, 40)).astype(np.int32)
    at_once = np.asarray(training(text, training=False))
    one_by_one = np.concatenate([np.asarray(inference(text[:, t : t + 1])) for t in range(40)], 1)
    np.testing.assert_allclose(one_by_one, at_once, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("batch", "time"), [(1, 1), (3, 1), (1, 7), (5, 23)])
def test_the_training_lstm_has_the_outputs_and_gradients_of_keras(batch: int, time: int) -> None:
    import keras
    import tensorflow as tf

    from bardtui.model.training_lstm import TrainingLSTM

    rng = np.random.default_rng(3)
    ours = TrainingLSTM(6, return_sequences=True)
    theirs = keras.layers.LSTM(6, return_sequences=True)
    inputs = tf.constant(rng.normal(size=(batch, time, 5)).astype(np.float32))
    upstream = tf.constant(rng.normal(size=(batch, time, 6)).astype(np.float32))
    for layer in (ours, theirs):
        layer.build((batch, time, 5))
    weights = [rng.normal(0, 0.7, w.shape) for w in theirs.weights]

    def results(layer: Any) -> list[Any]:
        layer.set_weights(weights)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
        wanted = [inputs, *[w.value for w in layer.trainable_weights]]
        return [outputs, *tape.gradient(outputs, wanted, output_gradients=upstream)]

    for mine, expected in zip(results(ours), results(theirs), strict=True):
        np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-5)


def test_products_in_bfloat16_give_nearly_the_same_results_in_float32() -> None:
    import tensorflow as tf

    from bardtui.model.training_lstm import TrainingLSTM

    rng = np.random.default_rng(3)
    inputs = tf.constant(rng.normal(size=(4, 30, 16)).astype(np.float32))
    upstream = tf.constant(rng.normal(size=(4, 30, 32)).astype(np.float32))
    found: list[list[Any]] = []
    for precision in ("float32", "bfloat16"):
        layer = TrainingLSTM(32, return_sequences=True, precision=precision)
        layer.build((4, 30, 16))
        rng = np.random.default_rng(4)
        layer.set_weights([rng.normal(0, 0.2, w.shape) for w in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
        wanted = [inputs, *[w.value for w in layer.trainable_weights]]
        found.append([outputs, *tape.gradient(outputs, wanted, output_gradients=upstream)])
    for exact, near in zip(*found, strict=True):
        assert near.dtype == "float32"
        error = np.linalg.norm(near - exact) / np.linalg.norm(exact)
        assert 1e-5 < error < 0.01  # another computation, with three digits


def test_a_window_starts_from_a_zero_state() -> None:
    spec = NetworkSpec(11, embedding_dim=5, units=6)
    training = build_network(spec, stateful=False)
    training.set_weights(random_weights(spec))
    text = np.arange(10, dtype=np.int32)[None]
    assert np.array_equal(training(text), training(text))


def test_a_dropout_mask_is_the_same_for_a_whole_sequence() -> None:
    import keras

    network = build_network(NetworkSpec(11, units=16, dropout=0.5), stateful=False)
    dropouts = [x for x in network.layers if isinstance(x, keras.layers.Dropout)]
    assert len(dropouts) == 3  # before each layer, and before the logits
    for dropout in dropouts:
        dropped = np.asarray(dropout(np.ones((4, 9, 32), np.float32), training=True))
        assert set(np.unique(dropped)) == {0.0, 2.0}
        assert (dropped == dropped[:, :1]).all()
        assert not (dropped == dropped[:1]).all()


def test_a_spec_is_read_back_from_json() -> None:
    spec = NetworkSpec(84, 32, 128, 3, "gru", 0.1, True)
    assert NetworkSpec(**spec.to_json()) == spec


@pytest.mark.parametrize(
    "sizes",
    [
        {"vocabulary_size": 0},
        {"vocabulary_size": 10_001},
        {"units": -1},
        {"units": 10**18},
        {"units": 10**400},
        {"units": 512.0},
        {"units": math.nan},
        {"units": True},
        {"units": "512"},
        {"units": None},
        {"units": [512]},
        {"embedding_dim": 0},
        {"embedding_dim": 4_097},
        {"layers": 0},
        {"layers": 9},
        {"cell": "transformer"},
        {"cell": None},
        {"cell": ["lstm"]},
        {"skip": 1},
        {"skip": "yes"},
        {"dropout": -0.1},
        {"dropout": 1},
        {"dropout": 10**400},
        {"dropout": math.nan},
        {"dropout": math.inf},
        {"dropout": "0.2"},
        {"dropout": True},
    ],
)
def test_sizes_out_of_range_are_refused(sizes: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as caught:
        NetworkSpec(**({"vocabulary_size": 84} | sizes))
    assert len(str(caught.value)) < 100


def test_sizes_in_range_may_give_too_many_parameters() -> None:
    with pytest.raises(SpecError, match=f"{MAX_PARAMETERS:,}"):
        NetworkSpec(5_000, embedding_dim=4_096, units=4_096, layers=8)
