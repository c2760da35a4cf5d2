"""Small networks as tutorials build them, and files as Keras writes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

CHARACTERS = "\n abcdefghi."
SIZE = len(CHARACTERS)


def layers(name: str, *arguments: Any, **options: Any) -> Any:
    import keras

    return getattr(keras.layers, name)(*arguments, **options)


def embedding(**options: Any) -> Any:
    return layers("Embedding", SIZE, 5, **options)


def recurrent(kind: str, units: int = 6, **options: Any) -> Any:
    return layers(kind, units, return_sequences=True, **options)


def sequential(*parts: Any, batch: int | None = None) -> Any:
    import keras

    return keras.Sequential([keras.Input(batch_shape=(batch, None)), *parts])


def two_lstm() -> Any:
    """As in many tutorials: dropout between the layers, probabilities at the end."""
    return sequential(
        embedding(),
        recurrent("LSTM", dropout=0.1),
        layers("Dropout", 0.2),
        recurrent("LSTM"),
        layers("Dense", SIZE, activation="softmax"),
    )


def char_rnn() -> Any:
    """Stateful, its Dense in a TimeDistributed, as older ones do."""
    return sequential(
        embedding(),
        *(recurrent("LSTM", stateful=True) for _ in range(3)),
        layers("TimeDistributed", layers("Dense", SIZE)),
        layers("Activation", "softmax"),
        batch=1,
    )


def one_gru() -> Any:
    return sequential(embedding(), recurrent("GRU"), layers("Dense", SIZE))


def one_hot(*recurrent_layers: Any, width: int = SIZE) -> Any:
    """Like Keras's example of text generation: one-hot input, and no Embedding."""
    import keras

    dense = layers("Dense", SIZE, activation="softmax")
    return keras.Sequential([keras.Input((None, width)), *recurrent_layers, dense])


def subclassed() -> Any:
    """Like TensorFlow's tutorial: a class of the script, which reads and returns states."""
    import keras

    class MyModel(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.embedding = embedding()
            self.gru = recurrent("GRU", return_state=True)
            self.dense = layers("Dense", SIZE)

        def call(self, inputs: Any, states: Any = None, training: bool = False) -> Any:
            x, states = self.gru(self.embedding(inputs), initial_state=states, training=training)
            return self.dense(x, training=training)

    MyModel.__module__ = "__main__"
    return MyModel()


def with_skips() -> Any:
    import keras

    indices = keras.Input((None,))
    outputs = [embedding()(indices)]
    for _ in range(2):
        outputs.append(recurrent("GRU")(layers("Dropout", 0.2)(outputs[-1])))
    return keras.Model(indices, layers("Dense", SIZE)(layers("Concatenate")(outputs)))


def made(network: Any) -> Any:
    """The network with weights that show every fault in the numbers."""
    if not network.built:
        network(np.zeros((1, 3), np.int32))
    rng = np.random.default_rng(3)
    network.set_weights([rng.normal(0, 0.5, w.shape) for w in network.get_weights()])
    for layer in network.layers:
        if getattr(layer, "stateful", False):
            layer.reset_states()
    return network


def save(network: Any, path: Path) -> Path:
    if path.name.endswith(".weights.h5"):
        network.save_weights(path)
    else:
        network.save(path)
    return path


def weights_alone(path: Path, names: Sequence[str], weights: Sequence[Any]) -> Path:
    """Write weights alone as Keras 3 does, of an Embedding, LSTM layers of those names, a Dense."""
    with h5py.File(path, "w") as file:
        file["embedding/vars/0"] = weights[0]
        for n, name in enumerate(names):
            for k in range(3):
                file[f"{name}/cell/vars/{k}"] = weights[1 + 3 * n + k]
        file["logits/vars/0"], file["logits/vars/1"] = weights[-2:]
        file["optimizer/vars/1"] = np.ones(3)
        file["drop/seed_generator/vars/0"] = np.array([1, 2], np.uint32)
    return path


def endless(content: bytes) -> bytes:
    """A weights file on which HDF5 hangs when it reads the texts.

    In the heap of the texts, the object after one of size zero is that one itself.
    """
    made = bytearray(content)
    first = made.index(b"GCOL") + 16
    size = int.from_bytes(made[first + 8 : first + 16], "little")
    second = first + 16 + (size + 7) // 8 * 8
    made[second : second + 16] = bytes(16)
    return bytes(made)
