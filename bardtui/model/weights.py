"""weights.safetensors: a model's weights on disk, in half precision.

The format cannot hold code. Names, shapes and types are compared with the network before any tensor
is read.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.description import ModelError, file_inside, read_beginning
from bardtui.model.network import NetworkSpec

WEIGHTS = "weights.safetensors"

MAX_HEADER = 16 * 1024  # 100 bytes for each of at most 27 tensors
_MAX_WEIGHT = 65_504.0  # the largest in half precision: sums of smaller ones stay finite


def to_bytes(spec: NetworkSpec, weights: list[NDArray[np.float32]]) -> bytes:
    """The content of a weights file, in half precision."""
    from safetensors.numpy import save

    tensors = {
        name: np.ascontiguousarray(weight, np.float16)
        for name, weight in zip(spec.weight_shapes(), weights, strict=True)
    }
    return bytes(save(tensors))


def check_weights(folder: Path, spec: NetworkSpec) -> Path:
    """Compare the header of the weights file with the network; reads no tensor.

    Returns the file's path. Raises ModelError.
    """
    path = file_inside(folder, WEIGHTS)
    shapes = spec.weight_shapes()
    with _open(path) as file:
        if set(file.keys()) != set(shapes):
            raise ModelError(f"{WEIGHTS} does not hold this network's weights")
        for name, shape in shapes.items():
            tensor = file.get_slice(name)
            if tuple(tensor.get_shape()) != shape or tensor.get_dtype() not in ("F16", "F32"):
                raise ModelError(f"{WEIGHTS}: {name} has the wrong shape or type")
    return path


def read_weights(folder: Path, spec: NetworkSpec, sha256: str) -> list[NDArray[np.float32]]:
    """Read the weights in the order of the network's own, as float32.

    Raises ModelError for a file that does not fit the network or the hash.
    """
    path = check_weights(folder, spec)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{WEIGHTS} cannot be read: {error.strerror}") from error
    if digest != sha256:
        raise ModelError(f"{WEIGHTS} is damaged, or belongs to another model.json")
    weights = []
    with _open(path) as tensors:
        for name in spec.weight_shapes():
            weights.append(np.asarray(tensors.get_tensor(name), np.float32))
            if not (np.abs(weights[-1]) <= _MAX_WEIGHT).all():
                raise ModelError(
                    f"{WEIGHTS}: {name} holds numbers that are not finite, or beyond 65,504"
                )
    return weights


def _open(path: Path) -> Any:
    from safetensors import SafetensorError, safe_open

    # The library would read a header of up to 100 MB, and use many times that to parse it.
    if int.from_bytes(read_beginning(path, 8), "little") > MAX_HEADER:
        raise ModelError(f"{path.name} is not a safetensors file, or holds too many tensors")
    try:
        return safe_open(path, "numpy")
    except SafetensorError as error:
        raise ModelError(f"{path.name} is not a safetensors file") from error
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error
