"""From a corpus and a few wishes to a run: sizes that fit the text, the split, the model."""

import math
import platform
import sys
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bardtui import __version__, paths
from bardtui.escaping import visible
from bardtui.model.decoder import Decoder
from bardtui.model.loss import STRETCHES, Counting, scores, scores_of
from bardtui.model.memory_length import measure_memory_length
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle, ModelError, check_name
from bardtui.model.vocabulary import MAX_SIZE, Vocabulary, VocabularyError
from bardtui.text.catalogue import Progress
from bardtui.text.corpus import Corpus
from bardtui.training.checkpoint import FILE as CHECKPOINT
from bardtui.training.distributed import Machines, fast_precision
from bardtui.training.loop import Plan, Training, TrainingError, Weights
from bardtui.training.stored_text import StoredText, encode
from bardtui.training.windows import TooLittleText

# For texts of up to so many characters: what is chosen where the user has not. A small text takes a
# small network, many epochs and more dropout, or it would be learnt by heart.
_SIZES: tuple[tuple[float, dict[str, Any]], ...] = (
    (
        100_000,
        {
            "embedding_dim": 32,
            "units": 128,
            "dropout": 0.3,
            "batch_size": 16,
            "epochs": 50,
            "learning_rate": 1e-2,
        },
    ),
    (
        500_000,
        {
            "embedding_dim": 128,
            "units": 256,
            "dropout": 0.3,
            "seq_len": 240,
            "batch_size": 16,
            "epochs": 14,
            "learning_rate": 5e-3,
            "optimizer": "muon",
        },
    ),
    (
        2_500_000,
        {
            "embedding_dim": 128,
            "dropout": 0.3,
            "seq_len": 240,
            "batch_size": 32,
            "epochs": 14,
            "learning_rate": 5e-3,
            "optimizer": "muon",
        },
    ),
    (
        math.inf,
        {
            "embedding_dim": 128,
            "dropout": 0.15,
            "seq_len": 240,
            "batch_size": 32,
            "epochs": 4,
            "learning_rate": 5e-3,
            "optimizer": "muon",
        },
    ),
)

# The same for training on from a model: the network has its size, and knows most of it already.
_FROM: tuple[tuple[float, dict[str, Any]], ...] = (
    (100_000, {"batch_size": 16, "epochs": 10, "learning_rate": 1e-3}),
    (500_000, {"batch_size": 32, "epochs": 5, "learning_rate": 5e-4}),
    (math.inf, {"batch_size": 32, "epochs": 3, "learning_rate": 5e-4}),
)


@dataclass(frozen=True)
class Wishes:
    """What the user has asked for; None: chosen from the size of the text."""

    seq_len: int | None = None
    batch_size: int | None = None
    embedding_dim: int | None = None
    units: int | None = None
    layers: int | None = None
    cell: str | None = None
    dropout: float | None = None
    skip: bool | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    precision: str | None = None
    random_seed: int | None = None
    validation: float = 0.1
    hold_out: tuple[str, ...] = ()  # whole documents to hold out, in place of a share
    description: str = ""

    def of(self, kind: type, chosen: dict[str, Any]) -> dict[str, Any]:
        """The values for the dataclass `kind`: the user's, else the chosen, else its own."""
        values = {}
        for f in fields(kind):
            wish = getattr(self, f.name, None)
            if wish is None:
                wish = chosen.get(f.name)
            if wish is not None:
                values[f.name] = wish
        return values


@dataclass(frozen=True)
class Run:
    """A training ready to run, and what is worth saying about it first."""

    training: Training
    name: str
    folder: Path  # where the model will lie
    notes: list[str] = field(default_factory=list)

    def score(self, on_progress: Counting = lambda done, total: None) -> float | None:
        """Score the model as it lies in the folder in one continuous pass over the held-out text,
        and keep the figure with it. Returns it in nats per character, None where nothing is held
        out. `on_progress` is told how many characters of how many are done."""
        held_out = self.training.held_out
        if not len(held_out):
            return None
        model = ModelBundle.load(self.folder)
        weights = model.weights()
        decoder = Decoder(model.spec, model.vocabulary, weights)
        evaluation = scores(decoder, held_out, on_progress)
        replace(model, evaluation=evaluation).save(self.folder, weights)
        return float(evaluation["nats"])

    def measure_memory(self, on_progress: Counting = lambda done, total: None) -> int:
        """Measure the memory length of the model in the folder on the held-out text, or on the
        training text where nothing is held out, and keep it with the model."""
        model = ModelBundle.load(self.folder)
        weights = model.weights()
        held_out = self.training.held_out
        text = held_out if len(held_out) else self.training.windows.indices
        memory_length = measure_memory_length(
            model.spec, model.vocabulary, weights, text, progress=on_progress
        )
        replace(model, memory_length=memory_length).save(self.folder, weights)
        return memory_length


def is_taken(name: str) -> str:
    """What a new run of that name would be at the cost of, in words; empty if nothing."""
    if (paths.models_dir() / check_name(name)).exists():
        return f"there is a model {name} of yours"
    if (paths.runs_dir() / name / CHECKPOINT).exists():
        return f"there is a run {name} that was stopped"
    if (paths.bundled_models() / name).exists():
        return f"a model {name} comes with bardtui, and yours would stand in its place"
    return ""


def prepare(
    corpus: Corpus,
    name: str,
    wishes: Wishes,
    *,
    base: ModelBundle | None = None,
    command: str = "",
    on_progress: Progress = lambda done, total: None,
    machines: Machines | None = None,
) -> Run:
    """Set up a run that trains the model `name` on `corpus`, from `base` on where there is one.

    The text is encoded on the way: `on_progress` is told how many characters of how many are done.
    Raises TrainingError, ModelError, CorpusError or TooLittleText with one line for the user.
    """
    check_name(name)
    notes = list(corpus.notes)
    if base and base.name == name:
        raise ModelError(f"{name} is the model to train on from: give the new one another name")
    try:
        if len(corpus.characters) > MAX_SIZE:
            raise VocabularyError(
                f"{len(corpus.characters):,} distinct characters, of which a model learns at most "
                f"{MAX_SIZE:,}: take out the rarest (bardtui corpus info lists them)"
            )
        vocabulary = Vocabulary(tuple(corpus.characters))
        if len(vocabulary) < 2:
            raise TrainingError(f"{corpus.title} holds one character only, over and over")
        if base:
            vocabulary = base.vocabulary.grown(vocabulary.characters)
    except VocabularyError as error:
        raise TrainingError(f"{corpus.title}: {error}") from error
    sizes = _FROM if base else _SIZES
    fitting = next(values for limit, values in sizes if corpus.length <= limit)
    # Machines that train together have to do the same, whatever each of them is best at.
    precision = "float32" if machines else fast_precision()
    chosen = {"skip": True, "dropout": 0.2, "precision": precision} | fitting
    if base is None:
        spec = NetworkSpec(vocabulary_size=len(vocabulary), **wishes.of(NetworkSpec, chosen))
        start = None
    else:
        spec, start = _grown(base, vocabulary, wishes, chosen["dropout"], notes)
    if spec.cell != "lstm":  # Keras's own layer, which knows nothing of it
        if wishes.precision not in (None, "float32"):
            raise TrainingError("precision is of an LSTM's products: other cells have float32")
        chosen["precision"] = "float32"
    plan = Plan(**wishes.of(Plan, chosen))
    train, held_out = _split(corpus, vocabulary, wishes, on_progress)
    if len(train) <= plan.seq_len and not wishes.hold_out:
        needed = math.ceil((plan.seq_len + 1) / (1 - wishes.validation))
        raise TooLittleText(
            f"{corpus.length:,} characters are too few: windows of {plan.seq_len}+1 and "
            f"{wishes.validation:.0%} held out need at least {needed:,}"
        )
    if 0 < len(held_out) < 2:
        raise TrainingError("the held-out part is too small to be scored")
    identity = {
        "corpus": corpus.sha256,
        "held-out part": list(wishes.hold_out) or wishes.validation,
        "base model": base.sha256 if base else None,
    }
    folder = paths.models_dir() / name
    model = ModelBundle(
        name=name,
        spec=spec,
        vocabulary=vocabulary,
        description=wishes.description or f"Trained on {corpus.title}.",
        licence=corpus.licence,
        corpus={
            "name": corpus.name,
            "title": corpus.title,
            "sha256": corpus.sha256,
            "characters": corpus.length,
            "documents": len(corpus.documents),
            "held_out": list(wishes.hold_out) or f"the last {wishes.validation:.0%}",
        },
        training={"command": command, "from": base.name if base else None, **asdict(plan)},
        versions={
            "bardtui": __version__,
            **{package: version(package) for package in ("tensorflow", "keras", "numpy")},
            "python": ".".join(map(str, sys.version_info[:3])),
            "machine": platform.machine(),
        },
    )

    def publish(weights: Weights, history: list[dict[str, Any]]) -> None:
        nats = history[-1]["held_out"]
        evaluation = {} if nats is None else scores_of(nats, len(held_out), STRETCHES)
        replace(model, history=history, evaluation=evaluation).save(folder, weights)

    training = Training(
        plan,
        spec,
        vocabulary,
        train,
        held_out,
        paths.runs_dir() / name,
        identity=identity,
        publish=publish,
        start=start,
        machines=machines,
    )
    if training.windows.batch_size < plan.batch_size:
        notes.append(
            f"the text fills {training.windows.batch_size} windows: "
            f"batches of {training.windows.batch_size}, not {plan.batch_size}"
        )
    return Run(training, name, folder, notes)


def _split(
    corpus: Corpus, vocabulary: Vocabulary, wishes: Wishes, on_progress: Progress
) -> tuple[StoredText, StoredText]:
    """The text to train on and the held-out text."""

    def stored(part: Corpus, before: int = 0) -> StoredText:
        return encode(
            part.pieces(),
            vocabulary,
            paths.runs_dir(),
            lambda done: on_progress(before + done, corpus.length),
        )

    if wishes.hold_out:
        kept, held_out = corpus.split(wishes.hold_out)
        train = stored(kept)
        return train, stored(held_out, len(train))
    if not 0 <= wishes.validation < 1:
        raise TrainingError("validation must be at least 0 and below 1")
    text = stored(corpus)
    cut = round(len(text) * (1 - wishes.validation))
    return text.part(0, cut), text.part(cut, len(text))


def _grown(
    base: ModelBundle, vocabulary: Vocabulary, wishes: Wishes, dropout: float, notes: list[str]
) -> tuple[NetworkSpec, Weights]:
    """The base model's network and weights with rows and columns for new characters."""
    for name in ("embedding_dim", "units", "layers", "cell", "skip"):
        wish, is_now = getattr(wishes, name), getattr(base.spec, name)
        if wish is not None and wish != is_now:
            option = name.replace("_", "-")
            raise ModelError(f"{base.name} has {option} {is_now}; training on cannot change it")
    if wishes.dropout is not None:
        dropout = wishes.dropout
    spec = replace(base.spec, vocabulary_size=len(vocabulary), dropout=dropout)
    weights = base.weights()
    new = len(vocabulary) - len(base.vocabulary)
    if new:
        added = visible("".join(vocabulary.characters[-new:]))
        notes.append(f"the vocabulary grows by {new}: {added}")
        rng = np.random.default_rng(wishes.random_seed or 1)
        embedding, kernel, bias = weights[0], weights[-2], weights[-1]
        rows = rng.normal(0, embedding.std(), (new, embedding.shape[1]))
        weights[0] = np.concatenate([embedding, rows]).astype(np.float32)
        columns = np.zeros((kernel.shape[0], new), np.float32)
        weights[-2] = np.concatenate([kernel, columns], axis=1)
        # New characters begin as unlikely as the rarest known one.
        weights[-1] = np.concatenate([bias, np.full(new, bias.min(), np.float32)])
    return spec, weights
