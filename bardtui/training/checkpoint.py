"""A training run on disk: one file, replaced as a whole, from which the run goes on exactly."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.files import atomic_write, lock, private_folder

FILE = "checkpoint.safetensors"

Arrays = dict[str, list[NDArray[Any]]]


class CheckpointError(UserError):
    """A run that cannot be gone on with; the message is one line for the user."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from training in a run's folder, until the context ends or this process
    does, however it does.

    Raises CheckpointError where another is at it, OSError where that cannot be known.
    """
    path = private_folder(folder.parent) / f".{folder.name}.lock"
    with FileIO(path, "a", opener=partial(os.open, mode=0o600)) as file:
        try:
            lock(file)
        except BlockingIOError as error:
            raise CheckpointError(
                f"{folder.name} is being trained already, by another bardtui: "
                "give this one another name, or stop that one first"
            ) from error
        for torn in folder.glob(".*.tmp"):  # by a process that was killed as it wrote
            torn.unlink()
        try:
            yield
        finally:
            with suppress(PermissionError):  # Windows keeps what is open
                path.unlink()


@dataclass(frozen=True)
class Checkpoint:
    """`arrays` are groups of tensors by name (weights, averages, optimizer ...), each in order;
    `state` is everything else as JSON, two mappings: `identity`, which is what a run has to be for
    it to go on from here, and `progress`, which tells how far it has come."""

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
                if not (
                    isinstance(state["identity"], dict) and isinstance(state["progress"], dict)
                ):
                    raise ValueError("it tells nothing of a run")
                groups: dict[str, dict[int, NDArray[Any]]] = {}
                for key in file.keys():  # noqa: SIM118 (not a mapping)
                    group, number = key.rsplit("/", 1)
                    groups.setdefault(group, {})[int(number)] = file.get_tensor(key)
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path} cannot be read: {error}") from error
        arrays = {name: [group[i] for i in sorted(group)] for name, group in groups.items()}
        return cls(arrays, state)
