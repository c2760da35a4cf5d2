"""Train the tiny models of the tests again: `python -m tests.make_tiny_model`.

Two LSTM layers of 24 units learn the verse of tests/conftest.py in a few seconds; so does a network
of plain Keras. The results go to tests/data/tiny and tests/data/one-hot.keras, which are committed,
so that no test has to wait for them. Run this after a change of the model format, and commit what
it writes.
"""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from bardtui.model.store import ModelBundle
from bardtui.tf_startup import start_tensorflow
from bardtui.training.plan import TrainOptions
from bardtui.training.run_setup import prepare
from tests.conftest import ONE_HOT, TINY, VERSE, VERSE_CORPUS


def train() -> ModelBundle:
    """Train the tiny model, in BARDTUI_HOME."""
    sizes = {"embedding_dim": 16, "units": 24, "dropout": 0.0, "seq_len": 32, "batch_size": 8}
    options = TrainOptions(**sizes, epochs=10, learning_rate=0.02, precision="float32")  # type: ignore[arg-type]
    run = prepare(VERSE_CORPUS, "tiny", options)
    run.trainer.run(lambda report: None, lambda: False)
    run.score()
    run.measure_memory()
    return ModelBundle.load(run.folder)


def train_one_hot(path: Path) -> None:
    """Train a network of plain Keras on the verse, twenty times in lower case.

    Like Keras's example of text generation it reads one-hot input; its characters are numbered
    like those of Keras's Tokenizer.
    """
    import keras

    text = (VERSE * 20).lower()
    characters = sorted(dict.fromkeys(text), key=lambda c: -text.count(c))
    vectors = np.eye(len(characters) + 1)
    indices = np.array([1 + characters.index(c) for c in text])
    windows = indices[: len(indices) // 33 * 33].reshape(-1, 33)
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((None, len(vectors))),
            keras.layers.LSTM(16, return_sequences=True),
            keras.layers.Dense(len(vectors), activation="softmax"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    network.fit(vectors[windows[:, :-1]], windows[:, 1:], epochs=15, verbose=0)
    network.save(path)


def main() -> None:
    """Train in a temporary folder, then replace what is in tests/data."""
    start_tensorflow()
    train_one_hot(ONE_HOT)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BARDTUI_HOME"] = folder
        model = train()
        assert model.folder is not None
        shutil.rmtree(TINY, ignore_errors=True)
        shutil.copytree(model.folder, TINY)
    print(f"{TINY}: {model.held_out_loss:.4f} nats per character on held-out text")


if __name__ == "__main__":
    main()
