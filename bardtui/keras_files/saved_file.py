"""Files that Keras saved, opened as data: the description of a network, and its weights.

Keras would build whatever objects such a file names. Here nothing in it is run or followed: JSON is
parsed, numbers are read, and every name is only a name. HDF5 reads through a BoundedFile, so that
no count or length in a hostile file costs memory.
"""

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

from bardtui.files import open_regular
from bardtui.keras_files.bounded_file import MAX_DESCRIPTION, BoundedFile
from bardtui.model.store import ModelError

_MAX_OBJECTS, _MAX_IN_GROUP, _MAX_DEPTH, _MAX_LAYERS = 1_000, 200, 8, 64

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_ZIP, _HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
_TOO_LARGE = "the description of the network is too large"
_NOT_WEIGHTS = ("optimizer", "seed_generator")  # groups beside those of the network

# What the libraries raise for a damaged file. UnicodeDecodeError: the name of a part of an archive.
# h5py raises TypeError for a kind of number that NumPy lacks.
_ZIP_DAMAGE = (
    *(OSError, EOFError, RuntimeError, NotImplementedError, UnicodeDecodeError),
    *(zipfile.BadZipFile, zlib.error),
)
_HDF5_DAMAGE = (OSError, KeyError, RuntimeError, TypeError, ValueError)


class KerasFileError(ModelError):
    """A file that cannot be imported; the message is one printable line for the user."""


@dataclass(frozen=True)
class Weight:
    """An array in the file. Its place in the file is checked, its numbers are not read yet."""

    name: str
    shape: tuple[int, ...]
    _dataset: h5py.Dataset
    _file: BoundedFile

    def read(self) -> NDArray[np.float32]:
        """The numbers, all of them finite in half precision. Raises KerasFileError."""
        self._file.allow(math.prod(self.shape) * self._dataset.dtype.itemsize)
        with _damage_as_error(self.name, *_HDF5_DAMAGE):
            numbers = self._dataset[()]
        with np.errstate(over="ignore"):
            array = np.asarray(numbers, np.float32)
            fit = np.isfinite(array.astype(np.float16)).all()
        if not fit:
            raise KerasFileError(f"{self.name} holds numbers that are not finite, or above 65,504")
        return array


@dataclass(frozen=True)
class Layer:
    """A layer with weights: its name in the file, and the weights by their names there."""

    name: str
    weights: dict[str, Weight]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The weights' shapes, in the order of `weights`."""
        return [weight.shape for weight in self.weights.values()]


@dataclass(frozen=True)
class SavedModel:
    """An open file. `config` is Keras's description, or None if the file holds weights alone.

    `layers` are in the network's order if the file keeps it, or else in that of their names.
    """

    config: dict[str, Any] | None
    layers: list[Layer]


@contextmanager
def open_saved(path: Path) -> Iterator[SavedModel]:
    """Open a .keras file, an HDF5 file of a whole model, or one of weights alone.

    The weights can be read while the context lasts. Raises KerasFileError, and OSError if the file
    itself cannot be read.
    """
    if not path.is_file():
        what = "is a folder, not one file" if path.is_dir() else "does not exist or is not a file"
        raise KerasFileError(
            f"{path} {what}: save the model with model.save('NAME.keras'), "
            "or its weights with model.save_weights('NAME.weights.h5')"
        )
    with open_regular(path) as file:
        part = BoundedFile(file, 0, path.stat().st_size)
        magic = part.read(len(_HDF5))
        config = None
        if magic.startswith(_ZIP):
            with _damage_as_error(path.name, *_ZIP_DAMAGE):
                config, part = _open_archive(file, part)
        elif magic != _HDF5:
            raise KerasFileError(f"{path.name} is neither a .keras nor an HDF5 file (.h5)")
        with _damage_as_error(path.name, *_HDF5_DAMAGE):
            hdf5 = h5py.File(part, "r")
        with hdf5:
            with _damage_as_error(path.name, *_HDF5_DAMAGE):
                saved = _read_layout(hdf5, part, config)
            yield saved


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as text: 65 x 256."""
    return " x ".join(f"{length:,}" for length in shape)


@contextmanager
def _damage_as_error(name: str, *damage: type[Exception]) -> Iterator[None]:
    try:
        yield
    except damage as error:
        raise KerasFileError(f"{name} is damaged, or not a file that Keras saved") from error


def _open_archive(file: BinaryIO, whole: BoundedFile) -> tuple[dict[str, Any], BoundedFile]:
    """The description in a .keras file, and the weights as a part of that file."""
    with zipfile.ZipFile(whole) as archive:
        names = archive.namelist()
        for name in (_CONFIG, _WEIGHTS):
            if name not in names:
                raise KerasFileError(f"the file has no {name}, so Keras did not save it")
        if archive.getinfo(_CONFIG).file_size > MAX_DESCRIPTION:
            raise KerasFileError(_TOO_LARGE)
        with archive.open(_CONFIG) as member:
            text = member.read(MAX_DESCRIPTION)  # even if the file states a smaller size
        weights = archive.getinfo(_WEIGHTS)
    if weights.compress_type != zipfile.ZIP_STORED:
        raise KerasFileError(f"{_WEIGHTS} is compressed, which Keras never does: save it again")
    whole.seek(weights.header_offset)
    header = whole.read(30)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    start = weights.header_offset + len(header) + lengths
    if start + weights.file_size > whole.length:
        raise KerasFileError(f"{_WEIGHTS} claims to be larger than the file that it is in")
    return _parse(text), BoundedFile(file, start, weights.file_size)


def _parse(text: bytes | str) -> dict[str, Any]:
    if len(text) > MAX_DESCRIPTION:
        raise KerasFileError(_TOO_LARGE)
    with _damage_as_error("the description of the network", ValueError, RecursionError):
        config = json.loads(text)
    if not isinstance(config, dict):
        raise KerasFileError("the description of the network is not one that Keras writes")
    return config


def _read_layout(hdf5: h5py.File, part: BoundedFile, config: dict[str, Any] | None) -> SavedModel:
    root: h5py.Group = hdf5
    if config is None and (text := _attribute(root, "model_config")) is not None:
        config, root = _parse(text), _child(root, "model_weights", h5py.Group)
    layout = _Layout(part)
    names = _attribute(root, "layer_names")
    if names is None:
        return SavedModel(config, list(layout.layers(root, "")))
    # The layout of Keras 2: one group for each layer, in this order.
    found = []
    for raw in np.ravel(names):
        name = raw if isinstance(raw, str) else raw.decode()
        group = _child(root, name, h5py.Group)
        found += [Layer(name, layer.weights) for layer in layout.layers(group, name)]
    return SavedModel(config, found)


def _attribute(group: h5py.Group, name: str) -> Any:
    """A text attribute, or an array of texts; None if it does not exist."""
    if name not in group.attrs:
        return None
    attribute = group.attrs.get_id(name)
    if not h5py.check_string_dtype(attribute.dtype) or math.prod(attribute.shape) > _MAX_LAYERS:
        raise KerasFileError(f"{name} is not a text or a list of at most {_MAX_LAYERS} names")
    return group.attrs[name]


def _child(group: h5py.Group, path: str, kind: type) -> Any:
    """The object at `path` below a group, reached by hard links only."""
    for name in filter(None, path.split("/")):
        if not isinstance(group, h5py.Group):
            raise KerasFileError(f"{path} does not lead to a layer")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise KerasFileError(f"{name} is a link to somewhere else, which is not followed")
        group = group[name]
    if not isinstance(group, kind):
        raise KerasFileError(f"{path} is not what Keras keeps in that place")
    return group


class _Layout:
    """Finds the layers in a file. It counts the objects, because links can form circles."""

    def __init__(self, file: BoundedFile) -> None:
        self._file, self._objects = file, 0

    def layers(self, group: h5py.Group, path: str, depth: int = 0) -> Iterator[Layer]:
        """The groups at or below `group` that hold arrays, as layers."""
        self._objects += len(group)
        if self._objects > _MAX_OBJECTS or len(group) > _MAX_IN_GROUP or depth > _MAX_DEPTH:
            raise KerasFileError("the file holds more than a network of this kind would")
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
        """Check that the numbers lie in this file, unpacked: reading an array that is stored
        elsewhere, packed or not at all could take any amount of memory."""
        if dataset.is_virtual or dataset.external:
            raise KerasFileError(f"{name} is stored in another file, which is not followed")
        if dataset.shape is None or dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
            raise KerasFileError(f"{name} does not hold numbers like a network's weights")
        if dataset.chunks is not None:
            raise KerasFileError(f"{name} is packed, which Keras never does: save it again")
        if not (size := math.prod(dataset.shape) * dataset.dtype.itemsize):
            raise KerasFileError(f"{name} is {shape_text(dataset.shape)}: it is empty")
        offset = dataset.id.get_offset()
        if offset is None or offset + size > self._file.length:
            raise KerasFileError(
                f"{name} claims to be {shape_text(dataset.shape)}, more than the file holds"
            )
        return Weight(name, dataset.shape, dataset, self._file)


def _in_counting_order(name: str) -> list[str | int]:
    """A key that sorts lstm before lstm_2, and lstm_2 before lstm_10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
