"""The files that Keras saves, read as data: what they tell of a network, and its weights.

Such a file may come from a stranger, and Keras would build from it whatever it names. Here nothing
in it is run or followed: JSON is parsed, numbers are read, and every name is only a name. HDF5 is
read through a window on the file that hands out little at a time, so that no count or length that
lies costs memory.
"""

import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from bardtui.model.store import ModelError

# Of what describes a network and its layout. Keras writes about 1 KB a layer, and gathers what is
# said of a file's 30 arrays in less than 64 KB.
MAX_DESCRIPTION = 1024 * 1024
_MAX_LAYOUT = 8 * 1024 * 1024
_MAX_OBJECTS, _MAX_IN_GROUP, _MAX_DEPTH, _MAX_LAYERS = 1_000, 200, 8, 64

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_ZIP, _HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
_TOO_LARGE = "the description of the network is too large to be one"
_NOT_WEIGHTS = ("optimizer", "seed_generator")  # groups beside the network's own

# What zipfile and h5py raise at what is damaged, or made to look so.
_DAMAGE = (
    *(OSError, EOFError, KeyError, ValueError, RuntimeError, TypeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)


class TutorialError(ModelError):
    """A file that cannot be taken over; the message is one printable line for the user."""


@dataclass(frozen=True)
class Weight:
    """An array in the file, its place checked and its numbers not read yet."""

    name: str
    shape: tuple[int, ...]
    _dataset: h5py.Dataset
    _window: "_Window"

    def read(self) -> NDArray[np.float32]:
        """The numbers, finite and such as half precision holds. Raises TutorialError."""
        self._window.allow(math.prod(self.shape) * self._dataset.dtype.itemsize)
        with _damage_told(self.name), np.errstate(over="ignore"):
            array = np.asarray(self._dataset[()], np.float32)
            fit = np.isfinite(array.astype(np.float16)).all()
        if not fit:
            raise TutorialError(f"{self.name} holds numbers that are not finite, or beyond 65,504")
        return array


@dataclass(frozen=True)
class Layer:
    """A layer that has weights: its name in the file, and the weights by their names there."""

    name: str
    weights: dict[str, Weight]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The weights' shapes, in the order of `weights`."""
        return [weight.shape for weight in self.weights.values()]


@dataclass(frozen=True)
class Saved:
    """`config` is the network as Keras describes it, None where the file holds weights alone.
    `layers` stand in the network's order where the file keeps one, else by their names."""

    config: dict[str, Any] | None
    layers: list[Layer]


@contextmanager
def open_saved(path: Path) -> Iterator[Saved]:
    """Open a .keras file, an HDF5 file of a whole model, or one of weights alone.

    Its weights can be read while the context lasts. Raises TutorialError, and OSError where the
    file itself cannot be read.
    """
    if not path.is_file():
        what = "is a folder, not one file" if path.is_dir() else "does not exist or is no file"
        raise TutorialError(
            f"{path} {what}: save the model with model.save('NAME.keras'), "
            "or its weights with model.save_weights('NAME.weights.h5')"
        )
    with path.open("rb") as file:
        window = _Window(file, 0, path.stat().st_size)
        magic = window.read(len(_HDF5))
        config = None
        if magic.startswith(_ZIP):
            with _damage_told(path.name):
                config, window = _open_archive(file, window)
        elif magic != _HDF5:
            raise TutorialError(f"{path.name} is neither a .keras nor an HDF5 file (.h5)")
        with _damage_told(path.name):
            hdf5 = h5py.File(window, "r")
        with hdf5:
            with _damage_told(path.name):
                saved = _read_layout(hdf5, window, config)
            yield saved


class _Window(io.RawIOBase):
    """A part of a file as a file of its own, read-only. What is read of it, at once and in all, is
    bounded; `allow` lets one more read of a known size pass."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._start, self.length = file, start, length
        self._at, self._most, self._left = 0, MAX_DESCRIPTION, _MAX_LAYOUT

    def allow(self, size: int) -> None:
        """Let `size` bytes be read at once, and what leads there."""
        self._most = max(size, MAX_DESCRIPTION)
        self._left = self._most + _MAX_LAYOUT

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        self._file.seek(self._start + self._at)
        data = self._file.read(self._granted(self.length if size is None or size < 0 else size))
        self._at += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._at)
        size = self._file.readinto(memoryview(buffer)[: self._granted(len(buffer))])  # type: ignore[attr-defined]
        self._at += size
        return int(size)

    def _granted(self, size: int) -> int:
        size = max(0, min(size, self.length - self._at))
        self._left -= size
        if size > self._most or self._left < 0:
            raise OSError("more is to be read than any file of Keras would ask for")
        return size


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except (*_DAMAGE, RecursionError) as error:
        raise TutorialError(f"{name} is damaged, or no file that Keras saved") from error


def _open_archive(file: BinaryIO, window: _Window) -> tuple[dict[str, Any], _Window]:
    """A .keras file's description, and the window on the weights that lie in it."""
    with zipfile.ZipFile(window) as archive:
        names = archive.namelist()
        for name in (_CONFIG, _WEIGHTS):
            if name not in names:
                raise TutorialError(f"there is no {name} in the file: Keras did not save it")
        if archive.getinfo(_CONFIG).file_size > MAX_DESCRIPTION:
            raise TutorialError(_TOO_LARGE)
        with archive.open(_CONFIG) as member:
            text = member.read(MAX_DESCRIPTION)  # of which zipfile gives no more than it is said
        weights = archive.getinfo(_WEIGHTS)
    if weights.compress_type != zipfile.ZIP_STORED:
        raise TutorialError(f"{_WEIGHTS} is compressed, which Keras never does: save it again")
    window.seek(weights.header_offset)
    header = window.read(30)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    start = weights.header_offset + len(header) + lengths
    if start + weights.file_size > window.length:
        raise TutorialError(f"{_WEIGHTS} is said to be larger than the file it lies in")
    return _parse(text), _Window(file, start, weights.file_size)


def _parse(text: bytes | str) -> dict[str, Any]:
    if len(text) > MAX_DESCRIPTION:
        raise TutorialError(_TOO_LARGE)
    config = json.loads(text)
    if not isinstance(config, dict):
        raise TutorialError("the description of the network is none that Keras writes")
    return config


def _read_layout(hdf5: h5py.File, window: _Window, config: dict[str, Any] | None) -> Saved:
    root: h5py.Group = hdf5
    if config is None and (text := _attribute(root, "model_config")) is not None:
        config, root = _parse(text), _child(root, "model_weights", h5py.Group)
    layout = _Layout(window)
    names = _attribute(root, "layer_names")
    if names is None:
        return Saved(config, list(layout.layers(root, "")))
    # The layout of Keras 2: one group a layer, in this order.
    found = []
    for raw in np.ravel(names):
        name = raw if isinstance(raw, str) else raw.decode()
        group = _child(root, name, h5py.Group)
        found += [Layer(name, layer.weights) for layer in layout.layers(group, name)]
    return Saved(config, found)


def _attribute(group: h5py.Group, name: str) -> Any:
    """A text, or an array of texts, that the file's maker has noted; None if there is none."""
    if name not in group.attrs:
        return None
    attribute = group.attrs.get_id(name)
    if not h5py.check_string_dtype(attribute.dtype) or math.prod(attribute.shape) > _MAX_LAYERS:
        raise TutorialError(f"{name} is no text or list of at most {_MAX_LAYERS} names")
    return group.attrs[name]


def _child(group: h5py.Group, path: str, kind: type) -> Any:
    """What lies at `path` below a group, if no step leads anywhere but down into the same file."""
    for name in filter(None, path.split("/")):
        if not isinstance(group, h5py.Group):
            raise TutorialError(f"{path} does not lead to a layer")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise TutorialError(f"{name} is a link to somewhere else, which is not followed")
        group = group[name]
    if not isinstance(group, kind):
        raise TutorialError(f"{path} is not what Keras keeps in that place")
    return group


class _Layout:
    """Finds the layers in a file, and counts what it meets: links may go round in circles."""

    def __init__(self, window: _Window) -> None:
        self._window, self._met = window, 0

    def layers(self, group: h5py.Group, path: str, depth: int = 0) -> Iterator[Layer]:
        """The groups at or below `group` that hold arrays, as layers."""
        self._met += len(group)
        if self._met > _MAX_OBJECTS or len(group) > _MAX_IN_GROUP or depth > _MAX_DEPTH:
            raise TutorialError("the file holds more than a network of this kind would")
        weights = {}
        for name in sorted(group, key=_in_counting_order):
            if name in _NOT_WEIGHTS:
                continue
            item = _child(group, name, h5py.HLObject)
            if isinstance(item, h5py.Group):
                yield from self.layers(item, f"{path}/{name}", depth + 1)
            elif isinstance(item, h5py.Dataset):
                weights[name.removesuffix(":0")] = self._weight(item, f"{path}/{name}".strip("/"))
        if weights:
            yield Layer(re.sub(r"^/?(layers/)?|(/cell)?(/vars)?$", "", path), weights)

    def _weight(self, dataset: h5py.Dataset, name: str) -> Weight:
        """Check that the numbers lie in this file as they are: an array that is kept elsewhere,
        packed, or not there at all, could take any memory once it is read."""
        if dataset.is_virtual or dataset.external:
            raise TutorialError(f"{name} is kept in another file, which is not followed")
        if dataset.shape is None or dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
            raise TutorialError(f"{name} does not hold numbers as a network's weights are")
        if dataset.chunks is not None:
            raise TutorialError(f"{name} is packed, which Keras never does: save it again")
        if not (size := math.prod(dataset.shape) * dataset.dtype.itemsize):
            raise TutorialError(f"{name} is {times(dataset.shape)}: it holds no number")
        offset = dataset.id.get_offset()
        if offset is None or offset + size > self._window.length:
            raise TutorialError(
                f"{name} is said to be {times(dataset.shape)}, more than there is in the file"
            )
        return Weight(name, dataset.shape, dataset, self._window)


def times(shape: tuple[int, ...]) -> str:
    """A shape for people: 65 x 256."""
    return " x ".join(f"{length:,}" for length in shape)


def _in_counting_order(name: str) -> list[str | int]:
    """A key that sorts lstm before lstm_2, and lstm_2 before lstm_10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
