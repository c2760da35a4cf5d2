"""Trained models on disk: NAME/model.json, NAME/weights.safetensors, perhaps the index of a corpus.

A model may come from anyone. Nothing in it is run: the network is built from a checked
NetworkSpec, and only weights that fit it are read.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bardtui import paths
from bardtui.escaping import one_line
from bardtui.files import atomic_write
from bardtui.model.corpus_index import MAX_BYTES, CorpusIndex, IndexDamaged
from bardtui.model.description import (
    DESCRIPTION,
    FORMAT,
    MAX_HISTORY,
    SAMPLE,
    as_casts,
    as_digest,
    as_history,
    as_language,
    as_mapping,
    as_memory_length,
    as_packed,
    as_public,
    as_text,
    file_inside,
    read_beginning,
    read_description,
    to_text,
)
from bardtui.model.description import ModelError as ModelError
from bardtui.model.memory_length import DEFAULT_MEMORY_LENGTH
from bardtui.model.network import NetworkSpec, SpecError
from bardtui.model.vocabulary import Vocabulary, VocabularyError
from bardtui.model.weights import WEIGHTS, check_weights, read_weights, to_bytes
from bardtui.model.word_list import unpack

INDEX = "corpus-index.bin"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME_WIDTH, _TITLE_WIDTH, _SAMPLE_WIDTH = 64, 80, 100  # terminal cells in lists
_TRIES = 20  # to read a model that another process is saving

Version = tuple[tuple[int, ...], ...]  # see version_of
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class ModelBundle:
    """A model's description, as in model.json, and its folder. Losses are in nats per character.

    Attributes:
        name: The name of the folder.
        language: That of the text, as a BCP 47 tag such as "en"; "" if it is not known.
        public: Whether everybody who gets the model may learn what is in the text.
        corpus: name, title, sha256 and held_out of the text it was trained on.
        training: The plan, and the command that trains it again.
        history: One entry for each epoch; of a public text, with a sample of what it wrote.
        evaluation: nats, bits, perplexity, characters and the protocol.
        memory_length: Characters after which what was before no longer matters; see
            `bardtui.model.memory_length`.
        packed_words: The words of the training text, packed; "" if they are not kept.
        casts: The speakers of each play that it was trained on, with their numbers of speeches.
        index_sha256: The hash of the index of the training text; "" if the model has none.
        sha256: The hash of the weights file, which identifies the model.
    """

    name: str
    spec: NetworkSpec
    vocabulary: Vocabulary
    description: str = ""
    licence: str = ""
    language: str = ""
    public: bool = False
    corpus: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    evaluation: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    memory_length: int = DEFAULT_MEMORY_LENGTH
    packed_words: str = field(default="", repr=False)
    casts: dict[str, dict[str, int]] = field(default_factory=dict)
    index_sha256: str = ""
    sha256: str = ""
    folder: Path | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """The title of the text it was trained on, as one short line that is safe to show."""
        return one_line(as_text(self.corpus.get("title")), _TITLE_WIDTH)

    @property
    def held_out_loss(self) -> float | None:
        """The loss on text that was not trained on, in nats per character, where it is known."""
        nats = self.evaluation.get("nats")
        return nats if isinstance(nats, float) and 0 <= nats < 1_000 else None

    @property
    def sample(self) -> str:
        """A line that the model wrote, safe to show; "" if none is kept."""
        kept = (as_text(entry.get(SAMPLE)) for entry in reversed(self.history))
        lines = list(filter(str.strip, next(filter(None, kept), "").split("\n")))
        return one_line(max(lines[:-1] or lines, key=len, default=""), _SAMPLE_WIDTH)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the training text, in small letters; none if they are not kept."""
        return unpack(self.packed_words)

    @cached_property
    def corpus_index(self) -> CorpusIndex | None:
        """The index of the training text; None if the model has none, or a damaged one."""
        if self.folder is None or not self.index_sha256:
            return None
        try:
            data = read_beginning(file_inside(self.folder, INDEX), MAX_BYTES + 1)
            valid = hashlib.sha256(data).hexdigest() == self.index_sha256
            return CorpusIndex.from_bytes(data) if valid else None
        except (ModelError, IndexDamaged):
            return None

    @cached_property
    def bundled(self) -> bool:
        """Whether the model came with the program."""
        return self.folder is not None and self.folder.parent == paths.bundled_models()

    def save(
        self, folder: Path, weights: list[NDArray[np.float32]], index: CorpusIndex | None = None
    ) -> "ModelBundle":
        """Write the model, with its weights in half precision, and the index of its training text.

        Without an index, one that this model has in `folder` stays. Until the new model is on disk
        as a whole, an older one in `folder` stays usable, even if the process is killed.
        Raises OSError.
        """
        data = to_bytes(self.spec, weights)
        indexed = index.to_bytes() if index else b""
        bundle = replace(
            self,
            index_sha256=hashlib.sha256(indexed).hexdigest() if index else self.index_sha256,
            sha256=hashlib.sha256(data).hexdigest(),
            folder=folder,
        )
        staged = _staged(folder)
        _finish_saving(folder)
        try:
            if index:
                atomic_write(staged / INDEX, indexed)
            atomic_write(staged / WEIGHTS, data)
            atomic_write(staged / DESCRIPTION, to_text(bundle.to_json()))
            if folder.exists():
                if index:  # first: an index that does not fit model.json counts as none
                    (staged / INDEX).replace(folder / INDEX)
                (staged / WEIGHTS).replace(folder / WEIGHTS)
            else:
                staged.replace(folder)
        except BaseException:
            _discard(staged)
            raise
        _finish_saving(folder)
        if not bundle.index_sha256:
            (folder / INDEX).unlink(missing_ok=True)  # of a model that was there before
        return bundle

    def add_index(self, index: CorpusIndex) -> "ModelBundle":
        """Add an index of its training text to a model on disk. Raises OSError."""
        assert self.folder is not None
        data = index.to_bytes()
        bundle = replace(self, index_sha256=hashlib.sha256(data).hexdigest())
        atomic_write(self.folder / INDEX, data)
        bundle.save_description()
        return bundle

    def save_description(self) -> None:
        """Replace model.json of a model on disk by this description. Raises OSError."""
        assert self.folder is not None
        _finish_saving(self.folder)
        atomic_write(self.folder / DESCRIPTION, to_text(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        """The content of model.json."""
        return {
            "format": FORMAT,
            "name": self.name,
            "description": self.description,
            "licence": self.licence,
            "language": self.language,
            "public": self.public,
            "network": self.spec.to_json(),
            "parameters": self.spec.parameters,
            "vocabulary": list(self.vocabulary.characters),
            "corpus": self.corpus,
            "evaluation": self.evaluation,
            "training": self.training,
            "history": self.history[-MAX_HISTORY:],
            "versions": self.versions,
            "memory_length": self.memory_length,
            "words": self.packed_words,
            "casts": self.casts,
            "corpus_index_sha256": self.index_sha256,
            "weights_sha256": self.sha256,
        }

    @classmethod
    def load(cls, folder: Path) -> "ModelBundle":
        """Read and check model.json; the weights stay on disk. Raises ModelError."""
        return read_settled([folder], lambda: cls._load(folder))

    @classmethod
    def _load(cls, folder: Path) -> "ModelBundle":
        values = read_description(_staged(folder) if _is_half_saved(folder) else folder)
        network, characters = values.get("network"), values.get("vocabulary")
        if not isinstance(network, dict) or not isinstance(characters, list):
            raise ModelError(f"{DESCRIPTION} has no network or no vocabulary")
        try:
            vocabulary = Vocabulary(tuple(characters))
            spec = NetworkSpec(**network)
        except (VocabularyError, SpecError) as error:
            raise ModelError(f"{DESCRIPTION}: {error}") from error
        except TypeError as error:
            raise ModelError(f"{DESCRIPTION}: the network has wrong or missing sizes") from error
        if spec.vocabulary_size != len(vocabulary):
            raise ModelError(f"{DESCRIPTION}: the network does not fit the vocabulary")
        check_weights(folder, spec)
        return cls(
            name=folder.name,
            spec=spec,
            vocabulary=vocabulary,
            description=as_text(values.get("description")),
            licence=as_text(values.get("licence")),
            language=as_language(values.get("language")),
            public=as_public(values),
            corpus=as_mapping(values.get("corpus")),
            training=as_mapping(values.get("training")),
            history=as_history(values.get("history")),
            evaluation=as_mapping(values.get("evaluation")),
            versions=as_mapping(values.get("versions")),
            memory_length=as_memory_length(values.get("memory_length")),
            packed_words=as_packed(values.get("words")),
            casts=as_casts(values.get("casts")),
            index_sha256=as_digest(values.get("corpus_index_sha256")),
            sha256=as_digest(values.get("weights_sha256")),
            folder=folder,
        )

    def weights(self) -> list[NDArray[np.float32]]:
        """The weights in the order of the network's own, float32. Raises ModelError."""
        assert self.folder is not None
        try:
            return read_weights(self.folder, self.spec, self.sha256)
        except ModelError as error:
            raise ModelError(f"{self.name}: {error}") from error


def version_of(folders: Sequence[Path]) -> Version:
    """Return what changes when a model in these folders is saved again: for each folder, the time
    in nanoseconds and the inode of both files, zeros for a file that cannot be looked at.

    The time alone is not enough: a clock may be set back, or stand still.
    """
    return tuple((*_stamp(folder / DESCRIPTION), *_stamp(folder / WEIGHTS)) for folder in folders)


def read_settled(folders: Sequence[Path], read: Callable[[], _Read]) -> _Read:
    """Return what `read` returns, which reads a model in one of these folders.

    A model has two files, and another process may save it between reading one and the other. So
    where `read` raises ModelError and the files have changed meanwhile, it is called again.
    """
    for _ in range(_TRIES):
        version = version_of(folders)
        try:
            return read()
        except ModelError:
            if version_of(folders) == version:
                raise
    return read()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino


def check_name(name: str) -> str:
    """Return `name` if it may be the name of a model. Raises ModelError."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            "a model's name has letters, digits, dots, dashes and underscores, "
            f"64 at most: {name!r:.80}"
        )
    return name


@dataclass(frozen=True)
class Listed:
    """A folder among the models: a model, or the reason why it cannot be used. The name is one
    short line that is safe to show."""

    name: str
    folder: Path
    bundle: ModelBundle | None
    error: str | None


def list_models() -> list[Listed]:
    """List every model, sorted by name. A user's model replaces a bundled one of the same name."""
    found: dict[str, Listed] = {}
    for root in (paths.bundled_models(), paths.models_dir()):
        try:
            folders = sorted(p for p in root.iterdir() if p.name[0] != "." and _is_folder(p))
        except OSError:
            continue  # the user has no models yet
        for folder in folders:
            name = one_line(folder.name, _NAME_WIDTH)
            try:
                check_name(folder.name)
                found[folder.name] = Listed(name, folder, ModelBundle.load(folder), None)
            except ModelError as error:
                found[folder.name] = Listed(name, folder, None, str(error))
    return [found[name] for name in sorted(found)]


def find_model(name: str) -> ModelBundle:
    """Find the model called `name`, or in the folder at that path. Raises ModelError."""
    roots = (paths.models_dir(), paths.bundled_models())
    folders = [root / name for root in roots] if _NAME.fullmatch(name) else []
    for folder in [*folders, Path(name)]:
        if _is_folder(folder):
            try:
                return ModelBundle.load(folder.absolute())
            except ModelError as error:
                raise ModelError(
                    f"{one_line(name or str(folder), _NAME_WIDTH)}: {error}"
                ) from error
    names = ", ".join(listed.name for listed in list_models()) or "none"
    raise ModelError(f"there is no model {name!r:.80}; there are: {names}")


def _staged(folder: Path) -> Path:
    """The folder in which a model is written before it takes its place; its name is hidden."""
    return folder.with_name(f".{folder.name}.new")


def _is_half_saved(folder: Path) -> bool:
    """Whether a save, stopped or under way, has moved the weights but not yet model.json.

    Two files cannot be replaced at once; between the two, the staged model.json is valid. A link is
    never a staged folder of ours.
    """
    staged = _staged(folder)
    described, weights = staged / DESCRIPTION, staged / WEIGHTS
    exists, is_link = os.path.exists, os.path.islink  # unlike Path's methods, they never raise
    return not is_link(staged) and exists(described) and not exists(weights)


def _finish_saving(folder: Path) -> None:
    """Take the last step of a save, this one or one that was stopped, and clean up."""
    staged = _staged(folder)
    if staged.is_symlink():
        staged.unlink()  # nothing may be written or removed behind it
    if _is_half_saved(folder):
        (staged / DESCRIPTION).replace(folder / DESCRIPTION)
    _discard(staged)


def _discard(staged: Path) -> None:
    (staged / DESCRIPTION).unlink(missing_ok=True)  # never left behind without the weights
    shutil.rmtree(staged, ignore_errors=True)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 (Path.is_dir raises for a link to a long name)
