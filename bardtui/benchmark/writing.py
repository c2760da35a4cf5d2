"""Writing speed of one network in bardtui, Keras, NumPy and PyTorch, in characters a second."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.benchmark import Rate, side_by_side
from bardtui.benchmark.pytorch import torch_writing
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec, build_network
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.writing.company import Company
from bardtui.writing.passage import write_passage

_BEGINNING = 8_000  # characters


def writing(model: ModelBundle, seconds: float, begin: Callable[[str], None]) -> list[Rate]:
    """Measure sampling one character at a time in several ways; see `side_by_side`."""
    spec, weights = model.spec, model.weights()
    decoder = Decoder(spec, model.vocabulary, weights)
    ways: list[tuple[str, Iterator[int]]] = [
        ("model.predict for each character", _predict(spec, weights)),
        ("model(x) for each character, as the tutorials do", _eager(spec, weights)),
        ("bardtui", _decoder(decoder)),
        ("bardtui, with guards", _guarded(model)),
        ("taking in a text with bardtui", _reading(Decoder(spec, model.vocabulary, weights))),
    ]
    if spec.cell == "lstm":
        ways.append(("NumPy by hand", _numpy(spec, weights)))
        if find_spec("torch"):
            ways.append(("PyTorch's LSTM for each character", torch_writing(spec)))
    return side_by_side(ways, seconds, begin)


def _draw(logits: NDArray[np.float32], rng: np.random.Generator) -> int:
    gumbel = -np.log(-np.log(rng.random(len(logits))))
    return int(np.argmax(logits / 0.8 + gumbel))


def _predict(spec: NetworkSpec, weights: list[Any]) -> Iterator[int]:
    network, rng = build_network(spec, 1, stateful=True), np.random.default_rng(1)
    network.set_weights(weights)
    index = 0
    while True:
        index = _draw(network.predict(np.array([[index]]), verbose=0)[0, 0], rng)
        yield 1


def _eager(spec: NetworkSpec, weights: list[Any]) -> Iterator[int]:
    network, rng = build_network(spec, 1, stateful=True), np.random.default_rng(1)
    network.set_weights(weights)
    index = 0
    while True:
        index = _draw(network(np.array([[index]])).numpy()[0, 0], rng)
        yield 1


def _decoder(decoder: Decoder) -> Iterator[int]:
    while True:
        for piece in decoder.write(16_000, Sampling()):
            yield len(piece)


def _guarded(model: ModelBundle) -> Iterator[int]:
    """Write with the cue memory and all guards that are on by default.

    Guards against repetition have more to do in a longer text, so its beginning is not counted.
    """
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    context, seed, written = Context(decoder, model.memory_length), "ROMEO:", 0
    context.seek(seed)
    for piece in write_passage(
        context,
        seed,
        10**9,
        Sampling(TEMPERATURE, top_p=TOP_P),
        words=model.words,
        company=Company(model.casts),
    ):
        written += len(piece)
        if written > _BEGINNING:
            yield len(piece)


def _reading(decoder: Decoder) -> Iterator[int]:
    text = np.arange(decoder.max_chunk, dtype=np.int32) % len(decoder.vocabulary)
    while True:
        piece = text[: decoder.at_once]
        decoder.read(piece)
        yield len(piece)


def _numpy(spec: NetworkSpec, weights: list[Any]) -> Iterator[int]:
    """An LSTM written by hand in NumPy, on all cores."""
    rng = np.random.default_rng(1)
    embedding, dense, bias = weights[0], np.ascontiguousarray(weights[-2].T), weights[-1]
    # One matrix product a layer: the weights of the input and of the state, concatenated.
    layers = [
        (np.ascontiguousarray(np.concatenate(weights[i : i + 2]).T), weights[i + 2])
        for i in range(1, 1 + 3 * spec.layers, 3)
    ]
    hidden = [np.zeros(spec.units, np.float32) for _ in layers]
    cells = [np.zeros(spec.units, np.float32) for _ in layers]
    index = 0
    while True:
        x = embedding[index]
        outputs = [x]
        for n, (matrix, offset) in enumerate(layers):
            z = matrix @ np.concatenate([x, hidden[n]]) + offset
            i, f, g, o = np.split(z, 4)
            cells[n] = _sigmoid(f) * cells[n] + _sigmoid(i) * np.tanh(g)
            hidden[n] = x = _sigmoid(o) * np.tanh(cells[n])
            outputs.append(x)
        logits = dense @ (np.concatenate(outputs) if spec.skip else x) + bias
        index = _draw(logits, rng)
        yield 1


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(0.5 * np.tanh(0.5 * x) + 0.5)
