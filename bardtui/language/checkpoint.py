"""A training run on disk: one file, replaced as a whole, from which the run goes on exactly."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.files import atomic_write

FILE = "checkpoint.safetensors"

Arrays = dict[str, list[NDArray[Any]]]


class CheckpointError(ValueError):
    """A checkpoint that cannot be read; the message is one line for the user."""


@dataclass(frozen=True)
class Checkpoint:
    """`arrays` are groups of tensors by name (weights, averages, optimizer ...), each in order;
    `state` is everything else as JSON: the plan, the place in the epoch, the history."""

    arrays: Arrays
    state: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Replace the folder's checkpoint. A failure (OSError) leaves the last one standing."""
        from safetensors.numpy import save

        tensors = {
            f"{group}/{i}": np.asarray(array, order="C")
            for group, arrays in self.arrays.items()
            for i, array in enumerate(arrays)
        }
        data = save(tensors, {"state": json.dumps(self.state)})
        atomic_write(folder / FILE, data)

    @classmethod
    def load(cls, folder: Path) -> "Checkpoint | None":
        """The folder's checkpoint, None where there is none. Raises CheckpointError."""
        from safetensors import SafetensorError, safe_open

        path = folder / FILE
        if not path.exists():
            return None
        try:
            with safe_open(path, "numpy") as file:
                state = json.loads((file.metadata() or {})["state"])
                groups: dict[str, dict[int, NDArray[Any]]] = {}
                for key in file.keys():  # noqa: SIM118 (not a mapping)
                    group, number = key.rsplit("/", 1)
                    groups.setdefault(group, {})[int(number)] = file.get_tensor(key)
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise CheckpointError(f"{path} cannot be read: {error}") from error
        arrays = {name: [group[i] for i in sorted(group)] for name, group in groups.items()}
        return cls(arrays, state)
