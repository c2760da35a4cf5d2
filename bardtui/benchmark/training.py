"""Training speed of one network in bardtui, Keras and PyTorch, in characters a second."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bardtui.benchmark import Rate, side_by_side
from bardtui.benchmark.pytorch import torch_training
from bardtui.model.network import NetworkSpec, build_network
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.defaults import fast_precision
from bardtui.training.loop import Trainer
from bardtui.training.plan import TrainPlan

_FITTED = 8  # batches in one call of fit, to spread the cost of a call


def training(
    spec: NetworkSpec, plan: TrainPlan, seconds: float, begin: Callable[[str], None]
) -> list[Rate]:
    """Measure training on random characters in several ways; see `side_by_side`.

    PyTorch is measured if it is installed. All ways use Adam and clip the gradient by its norm;
    bardtui also averages the weights. bardtui is measured with float32, like the others, and with
    bfloat16 if that is its default on this machine.
    """
    rng = np.random.default_rng(plan.random_seed)
    shape = (plan.batch_size, plan.seq_len + 1)
    windows = rng.integers(0, spec.vocabulary_size, shape).astype(np.int32)
    inputs, targets = windows[:, :-1], windows[:, 1:]
    with tempfile.TemporaryDirectory() as folder:
        ways: list[tuple[str, Iterator[int]]] = [
            ("Keras fit", _keras(spec, plan, inputs, targets)),
            ("bardtui", _bardtui(spec, plan, windows, Path(folder))),
        ]
        if spec.cell == "lstm" and (precision := fast_precision()) != plan.precision:
            faster = replace(plan, precision=precision)
            ways.append((f"bardtui, {precision}", _bardtui(spec, faster, windows, Path(folder))))
        if spec.cell == "lstm" and find_spec("torch"):
            ways.append(("PyTorch", torch_training(spec, plan, inputs, targets)))
        return side_by_side(ways, seconds, begin)


def _bardtui(
    spec: NetworkSpec, plan: TrainPlan, windows: NDArray[np.int32], folder: Path
) -> Iterator[int]:
    characters = tuple(map(chr, range(0x4E00, 0x4E00 + spec.vocabulary_size)))
    # One window more than is used, because an epoch leaves one out.
    text = np.concatenate([windows.ravel(), windows[0]])
    run = Trainer(
        plan,
        spec,
        Vocabulary(characters),
        text,
        text[:0],
        folder,
        identity={},
        publish=lambda weights, history: None,
    )
    while True:
        run.step(windows[:, :-1], windows[:, 1:])
        yield windows[:, 1:].size


def _keras(
    spec: NetworkSpec, plan: TrainPlan, inputs: NDArray[np.int32], targets: NDArray[np.int32]
) -> Iterator[int]:
    """The same layers of plain Keras, trained by `fit`."""
    import keras

    network = build_network(spec, stateful=False, plain=True)
    network.compile(
        keras.optimizers.Adam(plan.learning_rate, global_clipnorm=plan.clip_norm),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    repeated = np.tile(inputs, (_FITTED, 1)), np.tile(targets, (_FITTED, 1))
    while True:
        network.fit(*repeated, batch_size=plan.batch_size, shuffle=False, verbose=0)
        yield repeated[1].size
