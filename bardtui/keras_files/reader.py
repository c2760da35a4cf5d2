"""Reading a network that Keras saved, whoever made the file.

HDF5's library has met files on which it never comes back, or crashes. So it runs in a process of
its own, which has little time and hands over nothing but sizes and numbers.
"""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.escaping import visible
from bardtui.keras_files.files import Layer, TutorialError, open_saved, times
from bardtui.keras_files.graph import TAKEN, sizes_of
from bardtui.model.network import NetworkSpec, SpecError
from bardtui.model.store import ModelError

# A layer's arrays, as the files of Keras 2 and of Keras 3 name them, in the order of the network's.
_KINDS = {
    ("embeddings",): "Embedding",
    ("0",): "Embedding",
    ("kernel", "recurrent_kernel", "bias"): "recurrent layer",
    ("0", "1", "2"): "recurrent layer",
    ("kernel", "bias"): "Dense",
    ("0", "1"): "Dense",
}
_NUMBERS_A_SECOND = 10_000_000
_BYTES_A_NUMBER = 20  # as it is in the file, in single and in half precision, and handed over
_LAYOUT_BYTES = 100_000_000


@dataclass(frozen=True)
class TutorialNetwork:
    """A network and its weights, float32, in the order of `spec.weight_shapes()`; `notes` say, for
    people, what was assumed. Which characters its indices stand for is not known yet."""

    spec: NetworkSpec
    weights: list[NDArray[np.float32]]
    notes: tuple[str, ...] = ()


def read_network(path: Path, expected: Mapping[str, Any] | None = None) -> TutorialNetwork:
    """Read a .keras or .h5 file of a whole model, or one of weights alone.

    The sizes are found in the file; `expected` are those that the user has told, by NetworkSpec's
    names (None where nothing is told), and have to agree. Raises TutorialError.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path), json.dumps(expected or {})]
    # The modules are found where they are here, and not in whatever folder this is run in.
    found_in = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            env=os.environ | found_in,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise TutorialError(f"{path.name} is damaged, or made to do harm: not read") from error
    told, _, numbers = done.stdout.partition(b"\n")
    answer = json.loads(told)
    if "error" in answer:
        raise TutorialError(answer["error"])
    spec = NetworkSpec(**answer["network"])
    shapes = spec.weight_shapes().values()
    parts = np.split(np.frombuffer(numbers, np.float32), np.cumsum([math.prod(s) for s in shapes]))
    weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=False)]
    return TutorialNetwork(spec, weights, tuple(answer["notes"]))


def _hand_over(path: Path, expected: dict[str, Any]) -> None:
    """Read the file and write to standard output: a line of JSON, then the weights' bytes."""
    weights: list[NDArray[np.float32]] = []
    try:
        _allow(0.5, _LAYOUT_BYTES)
        network = read_here(
            path,
            expected,
            lambda spec: _allow(
                0.5 + spec.parameters / _NUMBERS_A_SECOND,
                _LAYOUT_BYTES + spec.parameters * _BYTES_A_NUMBER,
            ),
        )
        weights = network.weights
        answer = {"network": network.spec.to_json(), "notes": network.notes}
    except (ModelError, SpecError) as error:
        answer = {"error": str(error)}
    except OSError as error:
        answer = {"error": f"{path}: {error.strerror or error}"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for weight in weights:
        sys.stdout.buffer.write(weight.tobytes())


def _allow(seconds: float, size: int) -> None:
    """Have this process end once it has used so much of a processor's time from now on, and refuse
    it more than `size` bytes of memory beside what it has."""
    if hasattr(signal, "setitimer"):  # which Windows lacks; there five minutes have to do
        # No handler: it ends this process even where a library's code never comes back.
        signal.setitimer(signal.ITIMER_PROF, seconds)
    if (statistics := Path("/proc/self/statm")).exists():  # Linux
        import resource

        has = int(statistics.read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = has + size if most == resource.RLIM_INFINITY else min(has + size, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def read_here(
    path: Path,
    expected: Mapping[str, Any],
    on_sizes: Callable[[NetworkSpec], object] = lambda spec: None,
) -> TutorialNetwork:
    """What `read_network` does in its other process. Raises SpecError and OSError too.

    `on_sizes` is told what the network will be, before any of its numbers are read.
    """
    with open_saved(path) as saved:
        described = None if saved.config is None else sizes_of(saved.config)
        layers = _in_order(saved.layers)
        sizes = _sizes_of(layers)
        _compare(sizes, described or {}, "the file describes")
        _compare(sizes, expected, "you say")
        spec = NetworkSpec(**sizes)
        on_sizes(spec)
        arrays = [array for layer in layers for array in layer.weights.values()]
        for array, (name, shape) in zip(arrays, spec.weight_shapes().items(), strict=True):
            if array.shape != shape:
                raise TutorialError(
                    f"{array.name} is {times(array.shape)}, where {name} of such a network is "
                    f"{times(shape)}; {TAKEN}"
                )
        weights = [array.read() for array in arrays]
    if described is not None:
        return TutorialNetwork(spec, weights)
    order = ", ".join(layer.name for layer in layers)
    note = f"the file tells nothing but weights, of these layers, taken in this order: {order}"
    return TutorialNetwork(spec, weights, (visible(note),))


def _in_order(layers: Sequence[Layer]) -> list[Layer]:
    """The Embedding, the recurrent layers, the Dense, each with its arrays in the network's order.

    The recurrent layers stay as they come, but for the first: it reads what the Embedding gives.
    """
    found: dict[str, list[Layer]] = {kind: [] for kind in _KINDS.values()}
    for layer in layers:
        for names, kind in _KINDS.items():
            if layer.weights.keys() == set(names):
                found[kind].append(Layer(layer.name, {n: layer.weights[n] for n in names}))
                break
        else:
            kept = ", ".join(layer.weights)
            raise TutorialError(f"the layer {layer.name:.60} keeps {kept:.80}; {TAKEN}")
    embeddings, recurrent, dense = found.values()
    if len(embeddings) != 1 or len(dense) != 1 or not recurrent:
        held = ", ".join(f"{len(those)} x {kind}" for kind, those in found.items() if those)
        raise TutorialError(f"the file holds weights of: {held or 'no layer'}; {TAKEN}")
    width = embeddings[0].shapes[0][-1:]
    recurrent.sort(key=lambda layer: layer.shapes[0][:1] != width)
    return [*embeddings, *recurrent, *dense]


def _sizes_of(layers: Sequence[Layer]) -> dict[str, Any]:
    """The sizes of the network, as the shapes tell them; whether all shapes agree is not checked.

    Of every matrix of a recurrent layer the columns are gates times units: four gates make an LSTM,
    three a GRU.
    """
    embedding, first, *_, dense = layers
    match embedding.shapes[0], first.shapes[1], dense.shapes[0]:
        case (rows, width), (units, columns), (joined, _) if columns in (3 * units, 4 * units):
            cell = "lstm" if columns == 4 * units else "gru"
            number = len(layers) - 2
        case _:
            shapes = ", ".join(times(shape) for layer in layers for shape in layer.shapes)
            raise TutorialError(f"the shapes {shapes:.200} are of another network; {TAKEN}")
    if cell == "gru" and first.shapes[2] == (columns,):
        raise TutorialError("the GRU has reset_after=False; bardtui takes reset_after=True only")
    return {
        "vocabulary_size": rows,
        "embedding_dim": width,
        "units": units,
        "layers": number,
        "cell": cell,
        "skip": joined == width + number * units,
    }


def _compare(sizes: Mapping[str, Any], others: Mapping[str, Any], whose: str) -> None:
    for name, other in others.items():
        if other is not None and other != sizes[name]:
            raise TutorialError(
                f"the weights are of a network with {name} {sizes[name]}; {whose} {other!s:.20}"
            )


if __name__ == "__main__":
    _hand_over(Path(sys.argv[1]), json.loads(sys.argv[2]))
