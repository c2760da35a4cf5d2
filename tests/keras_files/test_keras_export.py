"""A model as a file for plain Keras."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bardtui.keras_files.character_orders import candidate_orders
from bardtui.keras_files.keras_export import characters_file, export_keras
from bardtui.keras_files.keras_import import import_network
from bardtui.keras_files.network_reader import read_network_here
from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle, ModelError
from bardtui.text.corpus import Corpus, Document
from tests.conftest import random_weights, small_model

# In a process in which bardtui cannot be imported: the log-probabilities of the indices given.
PLAIN = """
import json, sys
sys.modules["bardtui"] = None
import keras, numpy as np
model = keras.models.load_model(sys.argv[1])
indices = np.array(json.loads(sys.argv[2]), np.int32)
logits = keras.ops.log_softmax(model(indices[None, :-1]))
print(json.dumps([list(logits.shape), model.input.dtype, np.asarray(logits)[0].tolist()]))
"""


def model(folder: Path, **sizes: object) -> ModelBundle:
    bundle = small_model(**sizes)
    return bundle.save(folder / "small", random_weights(bundle.spec))


SIZES = [{"cell": "lstm", "skip": True}, {"cell": "gru", "layers": 3}, {"layers": 1}]


@pytest.mark.parametrize("sizes", SIZES)
def test_it_comes_back_as_it_was(sizes: dict[str, object], tmp_path: Path) -> None:
    bundle = model(tmp_path, **sizes)
    characters = export_keras(bundle, tmp_path / "a.keras")
    text = Corpus("t", "T", "", (Document("t", "".join(bundle.vocabulary.characters)),))
    (order, *_) = candidate_orders([text], len(bundle.vocabulary))
    network = read_network_here(tmp_path / "a.keras", {})
    back = import_network(network, order, "small", "a.keras")
    assert (back.bundle.spec, back.bundle.vocabulary) == (bundle.spec, bundle.vocabulary)
    for ours, theirs in zip(back.weights, bundle.weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert characters == tmp_path / "a.keras.json"
    values = json.loads(characters.read_bytes())
    assert values["characters"] == list(bundle.vocabulary.characters)
    content = (tmp_path / "a.keras").read_bytes()
    assert values["keras_sha256"] == hashlib.sha256(content).hexdigest()


def test_plain_keras_loads_it_without_us(tmp_path: Path) -> None:
    bundle = model(tmp_path, skip=True)
    export_keras(bundle, tmp_path / "a.keras")
    rng = np.random.default_rng(0)
    indices = rng.integers(0, len(bundle.vocabulary), 41).astype(np.int32)
    indices[0] = bundle.vocabulary.index("\n")
    command = [sys.executable, "-c", PLAIN, str(tmp_path / "a.keras"), json.dumps(indices.tolist())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    shape, dtype, logits = json.loads(done.stdout)
    assert (shape, dtype) == ([1, 40, len(bundle.vocabulary)], "int32")
    scores = Decoder(bundle.spec, bundle.vocabulary, bundle.weights()).read(indices[1:])
    np.testing.assert_allclose(
        scores, np.array(logits)[np.arange(40), indices[1:]], rtol=0, atol=1e-5
    )


def test_a_suffix_that_keras_does_not_know_is_refused(tmp_path: Path) -> None:
    bundle = model(tmp_path)
    for name in ("a.h5", "a", "a.keras.zip"):
        with pytest.raises(ModelError, match=r"must end in \.keras"):
            export_keras(bundle, tmp_path / name)
        with pytest.raises(ModelError, match=r"must end in \.keras"):
            characters_file(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_what_stood_there_stands_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    bundle = model(tmp_path)
    with pytest.raises(FileNotFoundError):
        export_keras(bundle, tmp_path / "none" / "a.keras")
    weights = tmp_path / "small" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    (tmp_path / "a.keras").write_text("old")
    with pytest.raises(ModelError, match="damaged"):
        export_keras(bundle, tmp_path / "a.keras")
    assert (tmp_path / "a.keras").read_text() == "old"
    assert not characters_file(tmp_path / "a.keras").exists()
