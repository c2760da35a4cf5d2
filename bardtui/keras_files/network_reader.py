"""Reading a network from a file that Keras saved, without trusting the file.

There are files on which HDF5's library hangs or crashes. So it runs in a process of its own, with
limits on time and memory, which returns nothing but sizes and numbers.
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
from bardtui.keras_files.network_config import SUPPORTED, sizes_of
from bardtui.keras_files.saved_file import KerasFileError, Layer, open_saved, shape_text
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
_NUMBERS_PER_SECOND = 10_000_000
_BYTES_PER_NUMBER = 20  # in the file, in single and half precision, and as it is returned
_LAYOUT_BYTES = 100_000_000
_ONE_HOT = "there is no Embedding: the input is taken as one-hot, like an identity Embedding"


@dataclass(frozen=True)
class SavedNetwork:
    """A network and its weights, float32, in the order of `spec.weight_shapes()`.

    Which characters its indices stand for is not known. `notes` are lines for the user about what
    was assumed.
    """

    spec: NetworkSpec
    weights: list[NDArray[np.float32]]
    notes: tuple[str, ...] = ()


def read_network(path: Path, expected: Mapping[str, Any] | None = None) -> SavedNetwork:
    """Read a .keras or .h5 file of a whole model, or one of weights alone, in a process.

    The sizes are found in the file. `expected` are sizes that must agree with them, by
    NetworkSpec's names, or None for those that may have any value. Raises KerasFileError.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path), json.dumps(expected or {})]
    # It imports modules from where this process does, not from its working folder.
    import_path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            env=os.environ | import_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise KerasFileError(f"{path.name} is damaged, or made to do harm: not read") from error
    line, _, numbers = done.stdout.partition(b"\n")
    answer = json.loads(line)
    if "error" in answer:
        raise KerasFileError(answer["error"])
    spec = NetworkSpec(**answer["network"])
    shapes = spec.weight_shapes().values()
    parts = np.split(np.frombuffer(numbers, np.float32), np.cumsum([math.prod(s) for s in shapes]))
    weights = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=False)]
    return SavedNetwork(spec, weights, tuple(answer["notes"]))


def read_network_here(
    path: Path,
    expected: Mapping[str, Any],
    on_sizes: Callable[[NetworkSpec], object] = lambda spec: None,
) -> SavedNetwork:
    """Do the work of `read_network` in this process. Raises SpecError and OSError too.

    `on_sizes` is called with the network's sizes before any of its numbers are read.
    """
    with open_saved(path) as saved:
        described = None if saved.config is None else sizes_of(saved.config)
        embedding, layers = _in_order(saved.layers)
        sizes = _sizes(embedding, layers)
        _compare(sizes, described or {}, "the file describes")
        _compare(sizes, expected, "you say")
        spec = NetworkSpec(**sizes)
        on_sizes(spec)
        shapes = spec.weight_shapes()
        weights = []
        if embedding is None:
            weights.append(np.eye(*shapes.pop("embedding"), dtype=np.float32))
        every = [*layers] if embedding is None else [embedding, *layers]
        arrays = [array for layer in every for array in layer.weights.values()]
        for array, (name, shape) in zip(arrays, shapes.items(), strict=True):
            if array.shape != shape:
                raise KerasFileError(
                    f"{array.name} is {shape_text(array.shape)}, but {name} of such a network is "
                    f"{shape_text(shape)}; {SUPPORTED}"
                )
        weights += [array.read() for array in arrays]
    notes = [] if embedding else [_ONE_HOT]
    if described is None:
        order = ", ".join(layer.name for layer in every)
        notes.append(f"the file holds only weights; the layers are taken in this order: {order}")
    return SavedNetwork(spec, weights, tuple(map(visible, notes)))


def limit_resources(seconds: float, size: int) -> None:
    """End this process after so much more processor time, and let it allocate no more than `size`
    further bytes of memory."""
    if hasattr(signal, "setitimer"):  # Windows lacks it, and has only the limit of five minutes
        # There is no handler, so the signal ends the process even within native code.
        signal.setitimer(signal.ITIMER_PROF, seconds)
    if (statistics := Path("/proc/self/statm")).exists():  # Linux
        import resource

        used = int(statistics.read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = used + size if most == resource.RLIM_INFINITY else min(used + size, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def write_network(path: Path, expected: dict[str, Any]) -> None:
    """Read the file and write to standard output: a line of JSON, then the weights' bytes."""
    weights: list[NDArray[np.float32]] = []
    try:
        limit_resources(0.5, _LAYOUT_BYTES)
        network = read_network_here(
            path,
            expected,
            lambda spec: limit_resources(
                0.5 + spec.parameters / _NUMBERS_PER_SECOND,
                _LAYOUT_BYTES + spec.parameters * _BYTES_PER_NUMBER,
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


def _in_order(layers: Sequence[Layer]) -> tuple[Layer | None, list[Layer]]:
    """The Embedding, if any, and the recurrent layers and the Dense, with arrays in order.

    The recurrent layers keep their order, except that the first is one that can read the input.
    """
    found: dict[str, list[Layer]] = {kind: [] for kind in _KINDS.values()}
    for layer in layers:
        for names, kind in _KINDS.items():
            if layer.weights.keys() == set(names):
                found[kind].append(Layer(layer.name, {n: layer.weights[n] for n in names}))
                break
        else:
            names_there = ", ".join(layer.weights)
            raise KerasFileError(f"the layer {layer.name:.60} has {names_there:.80}; {SUPPORTED}")
    embeddings, recurrent, dense = found.values()
    if len(embeddings) > 1 or len(dense) != 1 or not recurrent:
        there = ", ".join(f"{len(those)} x {kind}" for kind, those in found.items() if those)
        raise KerasFileError(f"the file holds weights of: {there or 'no layer'}; {SUPPORTED}")
    embedding = embeddings[0] if embeddings else None
    # An Embedding gives its columns; one-hot input is as wide as the Dense, like the characters.
    width = (embedding or dense[0]).shapes[0][-1:]
    recurrent.sort(key=lambda layer: layer.shapes[0][:1] != width)
    return embedding, [*recurrent, *dense]


def _sizes(embedding: Layer | None, layers: Sequence[Layer]) -> dict[str, Any]:
    """The sizes of the network, from the shapes of its weights, which may still disagree.

    The columns of a recurrent layer's matrices are gates times units; an LSTM has four gates, a GRU
    three.
    """
    first, *_, dense = layers
    match (embedding or first).shapes[0], first.shapes[1], dense.shapes[0]:
        case (rows, width), (units, columns), (joined, classes) if columns in (
            3 * units,
            4 * units,
        ):
            cell = "lstm" if columns == 4 * units else "gru"
            number = len(layers) - 1
        case _:
            every = [*layers] if embedding is None else [embedding, *layers]
            shapes = ", ".join(shape_text(shape) for layer in every for shape in layer.shapes)
            raise KerasFileError(f"the shapes {shapes:.200} are of another network; {SUPPORTED}")
    if embedding is None:
        if rows != classes:
            raise KerasFileError(
                f"there is no Embedding, and the first layer reads {rows:,} numbers where the "
                f"Dense has {classes:,} characters; {SUPPORTED}"
            )
        width = classes
    if cell == "gru" and first.shapes[2] == (columns,):
        raise KerasFileError("the GRU has reset_after=False; bardtui has reset_after=True")
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
            raise KerasFileError(
                f"the weights are of a network with {name} {sizes[name]}; {whose} {other!s:.20}"
            )


if __name__ == "__main__":
    write_network(Path(sys.argv[1]), json.loads(sys.argv[2]))
