"""Networks that bardtui cannot be are refused, and the message names the reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bardtui.keras_files.network_reader import read_network_here
from bardtui.keras_files.saved_file import KerasFileError
from tests.keras_files.keras_models import (
    SIZE,
    embedding,
    layers,
    one_hot,
    recurrent,
    save,
    sequential,
)


def functional(wire: Callable[[Any], Any]) -> Any:
    import keras

    indices = keras.Input((None,))
    return keras.Model(indices, wire(indices))


def _given_a_state(indices: Any) -> Any:
    x = embedding()(indices)
    one, *states = recurrent("LSTM", return_state=True)(x)
    return layers("Dense", SIZE)(recurrent("LSTM")(one, initial_state=states))


def _out_of_a_state(indices: Any) -> Any:
    _, state = recurrent("GRU", return_state=True)(embedding()(indices))
    return layers("Dense", SIZE)(state)


def _past_a_layer(indices: Any) -> Any:
    x = embedding()(indices)
    return layers("Dense", SIZE)(layers("Concatenate")([recurrent("LSTM")(x), x]))


def _used_twice(indices: Any) -> Any:
    layer = recurrent("LSTM", units=5)
    return layers("Dense", SIZE)(layer(layer(embedding()(indices))))


def _added(indices: Any) -> Any:
    x = recurrent("LSTM")(embedding()(indices))
    return layers("Dense", SIZE)(layers("Add")([x, recurrent("LSTM")(x)]))


def _two_inputs() -> Any:
    import keras

    vectors, *states = keras.Input((None, SIZE)), keras.Input((6,)), keras.Input((6,))
    x = recurrent("LSTM")(vectors, initial_state=states)
    return keras.Model([vectors, *states], layers("Dense", SIZE)(x))


def _attentive(indices: Any) -> Any:
    x = recurrent("LSTM")(embedding()(indices))
    return layers("Dense", SIZE)(layers("Attention")([x, x]))


OTHERS: dict[str, tuple[Callable[[], Any], str]] = {
    "both ways": (
        lambda: sequential(
            embedding(), layers("Bidirectional", recurrent("LSTM")), layers("Dense", SIZE)
        ),
        "there is a layer Bidirectional; bardtui imports an Embedding or one-hot input, LSTM or",
    ),
    "features": (
        lambda: one_hot(recurrent("LSTM"), width=4),
        "no Embedding, and the first layer reads 4 numbers where the Dense has 12 characters",
    ),
    "two inputs": (_two_inputs, "there is a layer LSTM first"),
    "units differ": (
        lambda: sequential(
            embedding(), recurrent("LSTM", 6), recurrent("LSTM", 7), layers("Dense", SIZE)
        ),
        "have 6 and 7 units",
    ),
    "both cells": (
        lambda: sequential(embedding(), recurrent("LSTM"), recurrent("GRU"), layers("Dense", SIZE)),
        "both LSTM and GRU",
    ),
    "another gate": (
        lambda: sequential(
            embedding(),
            recurrent("LSTM", recurrent_activation="hard_sigmoid"),
            layers("Dense", SIZE),
        ),
        "the LSTM has recurrent_activation='hard_sigmoid', the default of old versions of Keras, "
        "which bardtui does not have: load its weights into the same network with 'sigmoid', train",
    ),
    "without a bias": (
        lambda: sequential(embedding(), recurrent("LSTM", use_bias=False), layers("Dense", SIZE)),
        "use_bias=False",
    ),
    "a Dense without": (
        lambda: sequential(embedding(), recurrent("GRU"), layers("Dense", SIZE, use_bias=False)),
        "the Dense has use_bias=False",
    ),
    "the older GRU": (
        lambda: sequential(embedding(), recurrent("GRU", reset_after=False), layers("Dense", SIZE)),
        "reset_after=False; bardtui has reset_after=True",
    ),
    "backwards": (
        lambda: sequential(
            embedding(), recurrent("LSTM", go_backwards=True), layers("Dense", SIZE)
        ),
        "go_backwards=True",
    ),
    "masked": (
        lambda: sequential(embedding(mask_zero=True), recurrent("LSTM"), layers("Dense", SIZE)),
        "mask_zero=True",
    ),
    "normalised": (
        lambda: sequential(
            embedding(), recurrent("LSTM"), layers("LayerNormalization"), layers("Dense", SIZE)
        ),
        "a layer LayerNormalization",
    ),
    "bent": (
        lambda: sequential(
            embedding(), recurrent("LSTM"), layers("Dense", SIZE, activation="relu")
        ),
        "activation='relu'",
    ),
    "two Dense": (
        lambda: sequential(
            embedding(), recurrent("LSTM"), layers("Dense", SIZE), layers("Dense", SIZE)
        ),
        "a layer Dense after the Dense",
    ),
    "no Dense": (lambda: sequential(embedding(), recurrent("LSTM")), "no Dense at the end"),
    "nothing recurrent": (
        lambda: sequential(embedding(), layers("Dense", SIZE)),
        "a layer Dense in that place",
    ),
    "other classes": (
        lambda: sequential(embedding(), recurrent("LSTM"), layers("Dense", 3)),
        "the Embedding has 12 characters, the Dense 3",
    ),
    "given a state": (lambda: functional(_given_a_state), "a layer LSTM in that place"),
    "out of a state": (lambda: functional(_out_of_a_state), "a layer Dense in that place"),
    "past a layer": (lambda: functional(_past_a_layer), "a layer Dense in that place"),
    "used twice": (lambda: functional(_used_twice), "a layer LSTM in that place"),
    "added": (lambda: functional(_added), "a layer Add"),
    "attentive": (lambda: functional(_attentive), "a layer Attention"),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("kind", [".keras", ".h5"])
def test_a_network_that_bardtui_cannot_be_is_refused(name: str, kind: str, tmp_path: Path) -> None:
    build, message = OTHERS[name]
    path = save(build(), tmp_path / f"a{kind}")
    with pytest.raises(KerasFileError) as caught:
        read_network_here(path, {})
    assert message in str(caught.value)
