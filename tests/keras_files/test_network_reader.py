"""Networks that Keras saved, read without Keras: the same numbers, in every kind of file."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from bardtui.keras_files import network_reader
from bardtui.keras_files.network_reader import read_network, read_network_here
from bardtui.keras_files.saved_file import KerasFileError
from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec, SpecError
from bardtui.model.vocabulary import Vocabulary
from tests.conftest import random_weights
from tests.keras_files.keras_models import (
    CHARACTERS,
    SIZE,
    char_rnn,
    layers,
    made,
    one_gru,
    one_hot,
    recurrent,
    save,
    subclassed,
    two_lstm,
    weights_alone,
    with_skips,
)

KINDS = (".keras", ".h5", ".weights.h5")


NETWORKS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "two_lstm": (two_lstm, {"layers": 2}),
    "char_rnn": (char_rnn, {"layers": 3}),
    "one_gru": (one_gru, {"layers": 1, "cell": "gru"}),
    "subclassed": (subclassed, {"layers": 1, "cell": "gru"}),
    "with_skips": (with_skips, {"layers": 2, "cell": "gru", "skip": True}),
}


def assert_equal(found: Sequence[NDArray[np.float32]], wanted: Sequence[Any]) -> None:
    assert [w.dtype for w in found] == [np.dtype(np.float32)] * len(wanted)
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# --- files that are read


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_file_gives_the_same_probabilities(name: str, tmp_path: Path) -> None:
    build, sizes = NETWORKS[name]
    network = made(build())
    expected = NetworkSpec(SIZE, **{"embedding_dim": 5, "units": 6} | sizes)
    for kind in KINDS:
        if (name, kind) == ("subclassed", ".h5"):
            continue  # which Keras refuses to save
        found = read_network_here(save(network, tmp_path / f"a{kind}"), {})
        assert found.spec == expected
        assert_equal(found.weights, network.get_weights())

    vocabulary = Vocabulary(tuple(CHARACTERS))
    indices = np.random.default_rng(0).integers(0, SIZE, 100).astype(np.int32)
    begun = np.concatenate([[vocabulary.index("\n")], indices[:-1]])[None]
    said = np.asarray(network(begun), np.float64)[0]
    if not np.allclose(said.sum(-1), 1):  # logits
        said = np.exp(said - said.max(-1, keepdims=True))
        said /= said.sum(-1, keepdims=True)
    scores = Decoder(found.spec, vocabulary, found.weights).read(indices)
    np.testing.assert_allclose(scores, np.log(said[np.arange(100), indices]), atol=1e-5)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_one_hot_input_becomes_an_identity_embedding(cell: str, tmp_path: Path) -> None:
    # As in Keras's example, the last layer returns only its last output.
    network = made(one_hot(recurrent(cell), layers(cell, 6)))
    for kind in KINDS:
        found = read_network_here(save(network, tmp_path / f"a{kind}"), {})
        assert found.spec == NetworkSpec(SIZE, SIZE, 6, 2, cell.lower())
        assert_equal(found.weights, [np.eye(SIZE, dtype=np.float32), *network.get_weights()])
        assert found.notes[0].startswith("there is no Embedding: the input is taken as one-hot")

    vocabulary = Vocabulary(tuple(CHARACTERS))
    indices = np.random.default_rng(0).integers(0, SIZE, 40).astype(np.int32)
    indices[0] = vocabulary.first  # which a decoder reads before a text
    probabilities = np.asarray(network(np.eye(SIZE)[None, indices[:-1]]), np.float64)[0]
    scores = Decoder(found.spec, vocabulary, found.weights).read(indices[1:])
    assert scores[-1] == pytest.approx(np.log(probabilities[indices[-1]]), abs=1e-5)


@pytest.mark.parametrize("kind", [".keras", ".weights.h5"])
def test_what_is_assumed_about_weights_alone_is_noted(kind: str, tmp_path: Path) -> None:
    path = save(made(subclassed()), tmp_path / f"a{kind}")
    (note,) = read_network_here(path, {}).notes
    assert note.endswith("taken in this order: embedding, gru, dense")
    assert read_network_here(save(made(one_gru()), tmp_path / "b.keras"), {}).notes == ()


def test_reading_in_a_process_gives_the_same(tmp_path: Path) -> None:
    network = made(with_skips())
    path = save(network, tmp_path / "a.keras")
    found, here = read_network(path), read_network_here(path, {})
    assert (found.spec, found.notes) == (here.spec, here.notes)
    assert_equal(found.weights, network.get_weights())


def keras_2(path: Path, spec: NetworkSpec, *, whole: bool) -> list[NDArray[np.float32]]:
    """Write the file that Keras 2 writes of such a network: its layout, its names."""
    weights = random_weights(spec)
    recurrent_layers = [f"{spec.cell}_{n}" if n else spec.cell for n in range(spec.layers)]
    arrays = {"embedding": {"embedding/embeddings:0": weights[0]}, "dropout": {}}
    for n, name in enumerate(recurrent_layers):
        names = [f"{name}/{spec.cell}_cell/{w}:0" for w in ("kernel", "recurrent_kernel", "bias")]
        arrays[name] = dict(zip(names, weights[1 + 3 * n : 4 + 3 * n], strict=True))
    arrays["dense"] = {"dense/kernel:0": weights[-2], "dense/bias:0": weights[-1]}
    shared = {"activation": "tanh", "recurrent_activation": "sigmoid", "units": spec.units}
    described = [
        {
            "class_name": "Embedding",
            "config": {
                "name": "embedding",
                "batch_input_shape": [64, None],
                "input_dim": spec.vocabulary_size,
                "output_dim": spec.embedding_dim,
            },
        },
        {"class_name": "Dropout", "config": {"name": "dropout", "rate": 0.2}},
        *(
            {
                "class_name": spec.cell.upper(),
                "config": {"name": name, "reset_after": True, "use_bias": True, **shared},
            }
            for name in recurrent_layers
        ),
        {"class_name": "Dense", "config": {"name": "dense", "units": spec.vocabulary_size}},
    ]
    with h5py.File(path, "w") as file:
        root: h5py.Group = file
        if whole:
            config = {"class_name": "Sequential", "config": {"name": "s", "layers": described}}
            file.attrs["model_config"] = json.dumps(config).encode()
            root = file.create_group("model_weights")
            file.create_group("optimizer_weights").create_dataset("Adam/iter:0", data=7)
        root.attrs["layer_names"] = [name.encode() for name in arrays]
        for layer, contents in arrays.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in contents]
            for name, array in contents.items():
                group.create_dataset(name, data=array)
    return weights


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("cell", "number"), [("lstm", 3), ("gru", 1)])
def test_files_of_keras_2_are_read(cell: Any, number: int, whole: bool, tmp_path: Path) -> None:
    spec = NetworkSpec(SIZE, 6, 6, number, cell)
    weights = keras_2(tmp_path / "a.h5", spec, whole=whole)
    found = read_network_here(tmp_path / "a.h5", {})
    assert found.spec == spec
    assert_equal(found.weights, weights)


def test_layers_are_ordered_by_their_numbers(tmp_path: Path) -> None:
    spec = NetworkSpec(SIZE, 6, 6, 8)
    weights = random_weights(spec)
    names = ["layers/lstm", *(f"layers/lstm_{n}" for n in (1, 2, 3, 9, 10, 11, 20))]
    found = read_network_here(weights_alone(tmp_path / "a.weights.h5", names, weights), {})
    assert_equal(found.weights, weights)
    assert found.notes[0].endswith(
        "embedding, lstm, lstm_1, lstm_2, lstm_3, lstm_9, lstm_10, lstm_11, lstm_20, logits"
    )


def test_the_layer_that_fits_the_embedding_comes_first(tmp_path: Path) -> None:
    weights = random_weights(NetworkSpec(SIZE, 5, 6, 2))
    found = read_network_here(
        weights_alone(tmp_path / "a.weights.h5", ["upper", "last"], weights), {}
    )
    assert_equal(found.weights, weights)
    assert found.notes[0].endswith("embedding, upper, last, logits")


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8", ">f8"])
def test_other_precisions_become_single_precision(dtype: str, tmp_path: Path) -> None:
    weights = [w.astype(dtype) for w in random_weights(NetworkSpec(SIZE, 5, 6, 1))]
    found = read_network_here(weights_alone(tmp_path / "a.weights.h5", ["lstm"], weights), {})
    assert_equal(found.weights, [w.astype(np.float32) for w in weights])


def test_required_sizes_must_agree(tmp_path: Path) -> None:
    path = save(made(one_gru()), tmp_path / "a.keras")
    required = {"cell": "gru", "units": 6, "layers": None, "embedding_dim": None}
    assert read_network_here(path, required).spec.units == 6
    with pytest.raises(KerasFileError, match="with units 6; you say 512"):
        read_network(path, required | {"units": 512})
    with pytest.raises(KerasFileError, match="with cell gru; you say lstm"):
        read_network_here(path, required | {"cell": "lstm"})


def test_shapes_of_another_network_are_refused(tmp_path: Path) -> None:
    def refused(change: Callable[[list[Any]], object], spec: NetworkSpec) -> str:
        weights: list[Any] = random_weights(spec)
        change(weights)
        names = [f"lstm_{n}" for n in range(spec.layers)]
        path = weights_alone(tmp_path / "a.weights.h5", names, weights)
        with pytest.raises((KerasFileError, SpecError)) as caught:
            read_network_here(path, {})
        return str(caught.value)

    def put(at: int, *shape: int) -> Callable[[list[Any]], object]:
        return lambda weights: weights.__setitem__(at, np.zeros(shape))

    lstm, gru = NetworkSpec(SIZE, 5, 6, 2), NetworkSpec(SIZE, 5, 6, 1, "gru")
    assert "of another network" in refused(put(2, 6, 6), lstm)
    assert "of another network" in refused(put(2, 24), lstm)
    assert "of another network" in refused(put(0, 5), lstm)
    assert "reset_after=False" in refused(put(3, 18), gru)
    assert refused(put(4, 9, 24), lstm).startswith(
        "lstm_1/cell/vars/0 is 9 x 24, but lstm_2/kernel of such a network is 6 x 24; bardtui"
    )
    assert "logits/vars/0 is 6 x 9" in refused(put(-2, 6, 9), lstm)
    assert "vocabulary_size must be a whole number from 1 to 10,000" in refused(
        put(0, 10_001, 5), lstm
    )
    assert "is 0 x 0: it is empty" in refused(put(2, 0, 0), lstm)


def test_missing_and_additional_layers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    with h5py.File(path, "w") as file:
        file["a/vars/0"] = file["b/vars/0"] = np.zeros((3, 3))
    with pytest.raises(KerasFileError, match="weights of: 2 x Embedding; bardtui imports"):
        read_network_here(path, {})
    with h5py.File(path, "w") as file:
        file["norm/vars/0"] = file["norm/vars/1"] = file["norm/vars/2"] = np.zeros(3)
        file["norm/vars/3"] = np.zeros(3)
    with pytest.raises(KerasFileError, match="the layer norm has 0, 1, 2, 3; bardtui imports"):
        read_network_here(path, {})
    with h5py.File(path, "w"):
        pass
    with pytest.raises(KerasFileError, match="weights of: no layer"):
        read_network_here(path, {})


def test_a_process_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*arguments: Any, **options: Any) -> Any:
        raise network_reader.subprocess.TimeoutExpired("python", 60)

    path = save(made(one_gru()), tmp_path / "a.keras")
    monkeypatch.setattr(network_reader.subprocess, "run", late)
    with pytest.raises(KerasFileError, match=r"a\.keras is damaged, or made to do harm"):
        read_network(path)
