"""A trained model on disk: NAME/model.json and NAME/weights.safetensors.

A model may come from a stranger. Nothing in it is run: the network is built from a checked
NetworkSpec, and the weights' shapes are compared with it before any of them is read.
"""

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui import paths
from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.files import atomic_write
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH, MAX_MEMORY_LENGTH
from bardtui.model.network import NetworkSpec, SpecError
from bardtui.model.vocabulary import Vocabulary, VocabularyError

FORMAT = 1
DESCRIPTION, WEIGHTS = "model.json", "weights.safetensors"
MAX_HISTORY = 1_000  # epochs, of which the last are kept: 200 bytes each
_MAX_JSON, _MAX_DEPTH = 512 * 1024, 8
_MAX_HEADER = 16 * 1024  # of the weights: 100 bytes for each of at most 27 tensors
_LARGEST = 65_504.0  # of half precision: whatever is smaller stays finite in every network of ours
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ModelError(UserError):
    """A model that cannot be used or found; the message is one printable line for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message))


@dataclass(frozen=True)
class ModelBundle:
    """What model.json tells. Losses are nats per character.

    `corpus`: name, title, sha256, held_out. `training`: the plan and the command that trains it
    again. `history`: one entry an epoch. `evaluation`: nats, bits, perplexity, characters and the
    protocol. `sha256` is the hash of the weights file: the model's fingerprint.
    """

    name: str
    spec: NetworkSpec
    vocabulary: Vocabulary
    description: str = ""
    licence: str = ""
    corpus: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    evaluation: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    memory_length: int = DEFAULT_MEMORY_LENGTH
    sha256: str = ""
    folder: Path | None = field(default=None, compare=False)

    @property
    def held_out_loss(self) -> float | None:
        """The loss on text that the training has not seen, nats per character."""
        nats = self.evaluation.get("nats")
        return nats if isinstance(nats, float) and 0 <= nats < 1_000 else None

    @cached_property
    def bundled(self) -> bool:
        """Whether the model shipped with the program."""
        return self.folder is not None and self.folder.parent == paths.bundled_models()

    def save(self, folder: Path, weights: list[NDArray[np.float32]]) -> "ModelBundle":
        """Write the model, its weights in half precision. Raises OSError; an older model of that
        name stands until the new one is on disk as a whole, also when the process is killed."""
        from safetensors.numpy import save

        shapes = self.spec.weight_shapes()
        tensors = {
            name: np.ascontiguousarray(weight, np.float16)
            for name, weight in zip(shapes, weights, strict=True)
        }
        data = save(tensors)
        bundle = replace(self, sha256=hashlib.sha256(data).hexdigest(), folder=folder)
        staged = _staged(folder)
        _finish_saving(folder)
        try:
            atomic_write(staged / WEIGHTS, data)
            atomic_write(staged / DESCRIPTION, json.dumps(bundle._to_json(), indent=1) + "\n")
            if folder.exists():
                (staged / WEIGHTS).replace(folder / WEIGHTS)
            else:
                staged.replace(folder)
        except BaseException:
            _discard(staged)
            raise
        _finish_saving(folder)
        return bundle

    def _to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "description": self.description,
            "licence": self.licence,
            "network": self.spec.to_json(),
            "parameters": self.spec.parameters,
            "vocabulary": list(self.vocabulary.characters),
            "corpus": self.corpus,
            "evaluation": self.evaluation,
            "training": self.training,
            "history": self.history[-MAX_HISTORY:],
            "versions": self.versions,
            "memory_length": self.memory_length,
            "weights_sha256": self.sha256,
        }

    @classmethod
    def load(cls, folder: Path) -> "ModelBundle":
        """Read and check model.json; the weights stay on disk. Raises ModelError."""
        described_in = _staged(folder) if _is_half_saved(folder) else folder
        values = _read_json(_inside(described_in, DESCRIPTION))
        if values.get("format") != FORMAT:
            raise ModelError(f"format {_short(values.get('format'))} is not one this bardtui reads")
        network, characters = values.get("network"), values.get("vocabulary")
        if not isinstance(network, dict) or not isinstance(characters, list):
            raise ModelError(f"{DESCRIPTION} names no network or no vocabulary")
        try:
            vocabulary = Vocabulary(tuple(characters))
            spec = NetworkSpec(**network)
        except (VocabularyError, SpecError) as error:
            raise ModelError(f"{DESCRIPTION}: {error}") from error
        except TypeError as error:
            raise ModelError(f"{DESCRIPTION}: the network has wrong or missing sizes") from error
        if spec.vocabulary_size != len(vocabulary):
            raise ModelError(f"{DESCRIPTION}: the network does not fit the vocabulary")
        bundle = cls(
            name=folder.name,
            spec=spec,
            vocabulary=vocabulary,
            description=_text(values.get("description")),
            licence=_text(values.get("licence")),
            corpus=_mapping(values.get("corpus")),
            training=_mapping(values.get("training")),
            history=[_mapping(entry) for entry in _list(values.get("history"))],
            evaluation=_mapping(values.get("evaluation")),
            versions=_mapping(values.get("versions")),
            memory_length=_memory_length(values.get("memory_length")),
            sha256=_text(values.get("weights_sha256")),
            folder=folder,
        )
        bundle._check_weights()
        return bundle

    def weights(self) -> list[NDArray[np.float32]]:
        """The weights in the order of the network's own, float32. Raises ModelError."""
        path = self._check_weights()
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"{WEIGHTS} cannot be read: {error.strerror}") from error
        if digest != self.sha256:
            raise ModelError(
                f"{self.name}: {WEIGHTS} is damaged, or not the one that {DESCRIPTION} tells of"
            )
        weights = []
        with _open_weights(path) as file:
            for name in self.spec.weight_shapes():
                weights.append(np.asarray(file.get_tensor(name), np.float32))
                if not (np.abs(weights[-1]) <= _LARGEST).all():
                    raise ModelError(
                        f"{WEIGHTS}: {name} holds numbers that are not finite, or beyond 65,504"
                    )
        return weights

    def _check_weights(self) -> Path:
        """Compare the weights file's header with the network; reads no tensor."""
        assert self.folder is not None
        path = _inside(self.folder, WEIGHTS)
        shapes = self.spec.weight_shapes()
        with _open_weights(path) as file:
            if set(file.keys()) != set(shapes):
                raise ModelError(f"{WEIGHTS} does not hold this network's weights")
            for name, shape in shapes.items():
                tensor = file.get_slice(name)
                if tuple(tensor.get_shape()) != shape or tensor.get_dtype() not in ("F16", "F32"):
                    raise ModelError(f"{WEIGHTS}: {name} has the wrong shape or type")
        return path


def check_name(name: str) -> str:
    """`name` if it is fit for a model's folder. Raises ModelError."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            "a model's name is made of letters, digits, dots, dashes and underscores, "
            f"64 at most: {name!r:.80}"
        )
    return name


@dataclass(frozen=True)
class Listed:
    """A folder among the models: a bundle, or the reason why it is none."""

    name: str
    folder: Path
    bundle: ModelBundle | None
    error: str | None


def list_models() -> list[Listed]:
    """Every model, the user's first where one name stands in both places, sorted by name."""
    found: dict[str, Listed] = {}
    for root in (paths.bundled_models(), paths.models_dir()):
        try:
            folders = sorted(p for p in root.iterdir() if p.name[0] != "." and _is_folder(p))
        except OSError:
            continue  # no such folder yet: nothing of the user's
        for folder in folders:
            try:
                check_name(folder.name)
                found[folder.name] = Listed(folder.name, folder, ModelBundle.load(folder), None)
            except ModelError as error:
                found[folder.name] = Listed(folder.name, folder, None, str(error))
    return [found[name] for name in sorted(found)]


def find_model(name: str) -> ModelBundle:
    """The model of that name, or in the folder of that path. Raises ModelError."""
    roots = (paths.models_dir(), paths.bundled_models())
    folders = [root / name for root in roots] if _NAME.fullmatch(name) else []
    for folder in [*folders, Path(name)]:
        if _is_folder(folder):
            try:
                return ModelBundle.load(folder.absolute())
            except ModelError as error:
                raise ModelError(f"{name or folder}: {error}") from error
    names = ", ".join(listed.name for listed in list_models()) or "none"
    raise ModelError(f"there is no model {name!r:.80}; there are: {names}")


def _staged(folder: Path) -> Path:
    """Where a model is written before it takes its place: hidden, so no model to anyone."""
    return folder.with_name(f".{folder.name}.new")


def _is_half_saved(folder: Path) -> bool:
    """Whether a save, cut off or under way, has moved the weights and not yet their description.
    Two files cannot take their places at once; between the two, the staged description holds."""
    staged = _staged(folder)
    described, weights = staged / DESCRIPTION, staged / WEIGHTS
    return os.path.exists(described) and not os.path.exists(weights)  # noqa: PTH110 (never raises)


def _finish_saving(folder: Path) -> None:
    """Take the last step of a save, this one's or one's that was cut off, and tidy up."""
    staged = _staged(folder)
    if staged.is_symlink():  # not of our making: nothing is to be written or removed behind it
        staged.unlink()
    if _is_half_saved(folder):
        (staged / DESCRIPTION).replace(folder / DESCRIPTION)
    _discard(staged)


def _discard(staged: Path) -> None:
    (staged / DESCRIPTION).unlink(missing_ok=True)  # never to be found without the weights
    shutil.rmtree(staged, ignore_errors=True)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 (Path.is_dir raises at a link to a name too long)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        if not path.is_file():
            raise ModelError(f"{name} is missing")
    except OSError as error:
        raise ModelError(f"{name} cannot be read: {error.strerror}") from error
    if path.is_symlink() and path.resolve().parent != folder.resolve():
        raise ModelError(f"{name} is a link out of the model's folder")
    return path


def _read_json(path: Path) -> dict[str, Any]:
    data = _beginning(path, _MAX_JSON + 1)
    if len(data) > _MAX_JSON:
        raise ModelError(f"{path.name} is too large")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path.name} is not JSON") from error
    if not _is_shallow(values, _MAX_DEPTH):
        raise ModelError(f"{path.name} is nested too deeply")
    return _mapping(values)


def _open_weights(path: Path) -> Any:
    from safetensors import SafetensorError, safe_open

    # The library would read a header of up to 100 MB, and take many times that to understand it.
    if int.from_bytes(_beginning(path, 8), "little") > _MAX_HEADER:
        raise ModelError(
            f"{path.name} is not a safetensors file, or holds more than a network of ours has"
        )
    try:
        return safe_open(path, "numpy")
    except SafetensorError as error:
        raise ModelError(f"{path.name} is not a safetensors file") from error
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error


def _beginning(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether lists and mappings stand in one another at most `depth` deep: what is deeper is none
    of ours, and too much recursion for whoever prints it."""
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return True
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in parts)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _memory_length(value: Any) -> int:
    known = type(value) is int and 1 <= value <= MAX_MEMORY_LENGTH
    return value if known else DEFAULT_MEMORY_LENGTH


def _short(value: Any) -> str:
    return f"{value!r:.20}"
