"""Checkpoints: the one file from which a training run resumes exactly, and the lock of a run."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.files import atomic_write, lock_file, private_folder

FILE = "checkpoint.safetensors"

Arrays = dict[str, list[NDArray[Any]]]

_TENSOR = re.compile(r"(\w+)/([0-9]{1,9})")  # its group, and its place there


class CheckpointError(UserError):
    """A run that cannot be resumed or is busy; the message is one line for the user."""


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Keep other processes from training in a run's folder while the context lasts.

    The operating system ends the lock with the process, even if that is killed. Raises
    CheckpointError if another process holds it, OSError if the file system has no locks.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(lock_file(private_folder(folder.parent) / f".{folder.name}.lock"))
        except BlockingIOError as error:
            raise CheckpointError(
                f"{folder.name} is being trained by another bardtui: "
                "choose another name, or stop that one first"
            ) from error
        for torn in folder.glob(".*.tmp"):  # left by a process that was killed while writing
            torn.unlink()
        yield


@dataclass(frozen=True)
class Checkpoint:
    """`arrays` are groups of tensors by name (network, averages, optimizer), each in order.

    `state` is everything else as JSON: `identity` is what must be the same for a run to resume
    from here, `progress` is how far the run has come, and `finished` whether that is the end, which
    version 0.1 did not keep.
    """

    arrays: Arrays
    state: dict[str, Any]

    def save(self, folder: Path) -> None:
        """Replace the folder's checkpoint. Raises OSError; the old one is then kept."""
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
        """The folder's checkpoint, or None if there is none. Raises CheckpointError."""
        if not (folder / FILE).is_file():
            return None
        tensors: dict[str, NDArray[Any]] = {}
        state = _read(folder / FILE, tensors)
        if isinstance(plan := state["identity"].get("plan"), dict):
            plan.setdefault("carry", 1)  # before there was such a setting
        groups: dict[str, dict[int, NDArray[Any]]] = {}
        for key, tensor in tensors.items():
            if (named := _TENSOR.fullmatch(key)) is None:
                raise CheckpointError(f"{folder / FILE} cannot be read: it holds {key!r}")
            groups.setdefault(named[1], {})[int(named[2])] = tensor
        arrays = {name: [group[i] for i in sorted(group)] for name, group in groups.items()}
        return cls(arrays, state)


def is_finished(folder: Path) -> bool:
    """Whether the run in a folder has come to its end; reads no tensor. Raises CheckpointError."""
    return (folder / FILE).is_file() and _read(folder / FILE).get("finished") is True


def _read(path: Path, tensors: dict[str, NDArray[Any]] | None = None) -> dict[str, Any]:
    """Return a checkpoint's state, and add its tensors to `tensors` if given."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            text = (file.metadata() or {}).get("state", "")
            if tensors is not None:
                tensors |= {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    try:
        state = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    if not (
        isinstance(state, dict)
        and all(isinstance(state.get(part), dict) for part in ("identity", "progress"))
    ):
        raise CheckpointError(f"{path} cannot be read: it does not describe a run")
    return state
