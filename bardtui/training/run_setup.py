"""From a text and the user's options to a run that is ready to start."""

import math
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bardtui import __version__, paths
from bardtui.escaping import visible
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.loss import SEGMENTS, continuous_loss, loss_figures
from bardtui.model.memory_length import PLACES, measure_memory_length
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle, ModelError, check_name
from bardtui.model.vocabulary import MAX_SIZE, Vocabulary, VocabularyError
from bardtui.model.word_list import pack
from bardtui.progress import OnProgress
from bardtui.text.corpus import Corpus
from bardtui.training.checkpoint import FILE as CHECKPOINT
from bardtui.training.defaults import defaults_for, fast_precision
from bardtui.training.distributed import Distribution
from bardtui.training.growth import grow_weights, spec_to_train_on
from bardtui.training.loop import Publish, Trainer, Weights
from bardtui.training.plan import TrainingError, TrainOptions, TrainPlan
from bardtui.training.stored_text import StoredText, encode
from bardtui.training.time_limit import TimeLimit
from bardtui.training.timed_plan import TimedPlan, fit_to_time, measure_speed, values_of_stopped_run
from bardtui.training.windows import TooLittleText


@dataclass(frozen=True)
class Run:
    """A run that is ready to start. `folder` is the model's; `notes` are lines for the user.

    `timed` is what was found to fit into a time limit.
    """

    trainer: Trainer
    name: str
    folder: Path
    notes: list[str] = field(default_factory=list)
    timed: TimedPlan | None = None

    def score(self, on_progress: OnProgress = lambda done, total: None) -> float | None:
        """Score the published model in one continuous pass over the held-out text.

        The figure is saved with the model. Returns nats per character, or None if no text is held
        out. `on_progress` gets the number of characters done, and of all.
        """
        held_out = self.trainer.held_out
        if not len(held_out):
            return None
        model = ModelBundle.load(self.folder)
        weights = model.weights()
        decoder = Decoder(model.spec, model.vocabulary, weights)
        evaluation = continuous_loss(decoder, held_out, on_progress)
        replace(model, evaluation=evaluation).save(self.folder, weights)
        return float(evaluation["nats"])

    def measure_memory(self, on_progress: OnProgress = lambda done, total: None) -> int:
        """Measure the published model's memory length, and save it with the model.

        The text is the held-out one, or the training text if nothing is held out. `on_progress`
        gets the number of places done, and of all.
        """
        model = ModelBundle.load(self.folder)
        weights = model.weights()
        held_out = self.trainer.held_out
        text = held_out if len(held_out) else self.trainer.windows.indices
        limit = self.trainer.limit
        memory_length = measure_memory_length(
            model.spec,
            model.vocabulary,
            weights,
            text,
            places=limit.places if limit else PLACES,
            progress=on_progress,
        )
        replace(model, memory_length=memory_length).save(self.folder, weights)
        return memory_length


def name_conflict(name: str) -> str:
    """What a new model of that name would replace or hide, in words; empty if nothing."""
    if (paths.models_dir() / check_name(name)).exists():
        return f"you already have a model {name}"
    if _has_checkpoint(name):
        return f"there is a stopped run {name}"
    if (paths.bundled_models() / name).exists():
        return f"{name} is a model that comes with bardtui, and yours would hide it"
    return ""


def check_start(name: str, *, resume: bool, replace: bool) -> None:
    """Raise TrainingError, naming the options that work, if a run cannot be started like this."""
    if resume:
        if not _has_checkpoint(name):
            raise TrainingError(
                f"there is no stopped run {name} to resume",
                command="--replace starts from the beginning",
            )
    elif not replace and (conflict := name_conflict(name)):
        go_on = "--resume to continue the run, " if _has_checkpoint(name) else ""
        command = f"use {go_on}--replace to start again, or another --name"
        raise TrainingError(conflict, command=command)


def _has_checkpoint(name: str) -> bool:
    return (paths.runs_dir() / check_name(name) / CHECKPOINT).exists()


def prepare(
    corpus: Corpus,
    name: str,
    options: TrainOptions,
    *,
    base: ModelBundle | None = None,
    command: str = "",
    casts: dict[str, dict[str, int]] | None = None,
    public: bool = False,
    on_progress: OnProgress = lambda done, total: None,
    distribution: Distribution | None = None,
    limit: TimeLimit | None = None,
    resume: bool = False,
) -> Run:
    """Set up a run that trains the model `name` on `corpus`, from the model `base` if given.

    This encodes the text; `on_progress` gets the number of characters done, and of all. `command`
    is kept in the model, as the way to make it again. Of a `public` text, the model also keeps the
    words, an index, samples, and `casts`, but for what is held out, and the words and casts of
    `base`. With
    a `limit`, a few steps are made to choose what fits into the time; to `resume`, sizes and plan
    are those of the stopped run.
    Raises TrainingError, ModelError, SpecError, CorpusError or TooLittleText.
    """
    check_name(name)
    if base and base.name == name:
        raise ModelError(f"{name} is the model to train on from: give the new one another name")
    vocabulary = _vocabulary(corpus, base)
    defaults = defaults_for(corpus.length, from_model=base is not None)
    # Workers that train together must do the same, whichever precision is fastest on each.
    defaults["precision"] = "float32" if distribution else fast_precision()
    if distribution:
        defaults["carry"] = 1

    if limit and resume:
        defaults |= values_of_stopped_run(paths.runs_dir() / name)

    def build(values: dict[str, Any]) -> tuple[NetworkSpec, TrainPlan]:
        return _sizes_and_plan(options, defaults | values, vocabulary, base)

    spec, plan = build({})
    notes = list(corpus.notes)
    start: Weights | None = None
    if base:
        start = base.weights()
        if new := vocabulary.characters[len(base.vocabulary) :]:
            notes.append(f"{len(new)} new characters: {visible(''.join(new))}")
            start = grow_weights(start, len(new), options.random_seed or 1)
    text, held_out = _split(corpus, vocabulary, options, on_progress)
    if len(text) <= plan.seq_len and not options.hold_out:
        needed = math.ceil((plan.seq_len + 1) / (1 - options.validation))
        raise TooLittleText(
            f"{corpus.length:,} characters are too few: windows of {plan.seq_len}+1 and "
            f"{options.validation:.0%} held out need at least {needed:,}"
        )
    if len(held_out) == 1:
        raise TrainingError("the held-out part is too small to be scored")

    timed: TimedPlan | None = None
    if limit:
        if len(held_out) > limit.scored:
            held_out = held_out.part(0, limit.scored)
            notes.append(f"of the held-out text, the first {limit.scored:,} characters are scored")
        if not resume:
            fixed = base is not None or not options.default_sizes
            timed = fit_to_time(
                limit,
                build,
                lambda spec, plan: measure_speed(spec, plan, vocabulary, text, limit.clock),
                len(text),
                fixed=fixed,
            )
            spec, plan = build(timed.values)

    index = CorpusIndex.of(_training_documents(corpus, options)) if public else None
    if public and index is None:
        notes.append("the text is too long for an index: what the model copies cannot be found")
    folder = paths.models_dir() / name
    trainer = Trainer(
        plan,
        spec,
        vocabulary,
        text,
        held_out,
        paths.runs_dir() / name,
        identity={
            "corpus": corpus.sha256,
            "held-out part": list(options.hold_out) or options.validation,
            "base model": base.sha256 if base else None,
        },
        publish=_publisher(
            ModelBundle(
                name=name,
                spec=spec,
                vocabulary=vocabulary,
                description=options.description or f"Trained on {corpus.title}.",
                licence=corpus.licence,
                public=public,
                corpus=_described(corpus, options),
                training={"command": command, "from": base.name if base else None} | asdict(plan),
                versions=_versions(),
                packed_words=_packed_words(corpus, options, base) if public else "",
                casts=(base.casts if base else {}) | _trained_on(casts or {}, options),
            ),
            folder,
            len(held_out),
            index,
        ),
        start=start,
        distribution=distribution,
        limit=limit,
        keep_samples=public,
    )
    if trainer.windows.batch_size < plan.batch_size:
        notes.append(
            f"the text fills only {trainer.windows.batch_size} windows, "
            f"so that is the batch size instead of {plan.batch_size}"
        )
    return Run(trainer, name, folder, notes, timed)


def _sizes_and_plan(
    options: TrainOptions,
    defaults: dict[str, Any],
    vocabulary: Vocabulary,
    base: ModelBundle | None,
) -> tuple[NetworkSpec, TrainPlan]:
    """The network's sizes and the plan. Raises TrainingError, ModelError or SpecError."""
    if base is None:
        sizes = options.values_for(NetworkSpec, defaults) | {"vocabulary_size": len(vocabulary)}
        spec = NetworkSpec(**sizes)
    else:
        spec = spec_to_train_on(base, vocabulary, options, defaults["dropout"])
    if spec.cell != "lstm":  # it is Keras's own layer, which only knows float32
        if options.precision not in (None, "float32"):
            raise TrainingError("only LSTM layers can use another precision than float32")
        defaults = defaults | {"precision": "float32"}
    return spec, TrainPlan(**options.values_for(TrainPlan, defaults))


def _vocabulary(corpus: Corpus, base: ModelBundle | None) -> Vocabulary:
    """The characters of the text, after those of the base model. Raises TrainingError."""
    size = len(corpus.characters)
    if size > MAX_SIZE:
        raise TrainingError(
            f"{corpus.title}: {size:,} distinct characters, but a model learns at most "
            f"{MAX_SIZE:,}: remove the rarest",
            command="bardtui corpus info lists them",
        )
    if size < 2:
        raise TrainingError(f"{corpus.title} consists of one character, repeated")
    try:
        vocabulary = Vocabulary(tuple(corpus.characters))
        return base.vocabulary.grown(vocabulary.characters) if base else vocabulary
    except VocabularyError as error:
        raise TrainingError(f"{corpus.title}: {error}") from error


def _split(
    corpus: Corpus, vocabulary: Vocabulary, options: TrainOptions, on_progress: OnProgress
) -> tuple[StoredText, StoredText]:
    """The text to train on and the held-out text, both encoded."""

    def stored(part: Corpus, before: int = 0) -> StoredText:
        return encode(
            part.pieces(),
            vocabulary,
            paths.runs_dir(),
            lambda done: on_progress(before + done, corpus.length),
        )

    if options.hold_out:
        kept, held_out = corpus.split(options.hold_out)
        text = stored(kept)
        return text, stored(held_out, len(text))
    if not 0 <= options.validation < 1:
        raise TrainingError("validation must be at least 0 and below 1")
    text = stored(corpus)
    cut = round(len(text) * (1 - options.validation))
    return text.part(0, cut), text.part(cut, len(text))


def _publisher(
    model: ModelBundle, folder: Path, held_out_length: int, index: CorpusIndex | None
) -> Publish:
    """A function that saves the model with other weights and another history."""

    def publish(weights: Weights, history: list[dict[str, Any]]) -> None:
        nats = history[-1]["held_out"]
        evaluation = {} if nats is None else loss_figures(nats, held_out_length, SEGMENTS)
        replace(model, history=history, evaluation=evaluation).save(folder, weights, index)

    return publish


def _described(corpus: Corpus, options: TrainOptions) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "title": corpus.title,
        "sha256": corpus.sha256,
        "characters": corpus.length,
        "documents": len(corpus.documents),
        "held_out": list(options.hold_out) or f"the last {options.validation:.0%}",
    }


def _packed_words(corpus: Corpus, options: TrainOptions, base: ModelBundle | None) -> str:
    """The words of the text that is trained on, and of the base model."""
    documents = _training_documents(corpus, options)
    return pack((piece for _, pieces in documents for piece in pieces), base.words if base else ())


def _training_documents(
    corpus: Corpus, options: TrainOptions
) -> Iterator[tuple[str, Iterator[str]]]:
    """The documents that are trained on: the name of each, and its text in pieces."""
    text = corpus.split(options.hold_out)[0] if options.hold_out else corpus
    left = corpus.length if options.hold_out else round(corpus.length * (1 - options.validation))

    def beginning(pieces: Iterator[str]) -> Iterator[str]:
        nonlocal left
        for piece in pieces:
            yield piece[: max(0, left)]
            left -= len(piece)
            if left <= 0:
                return

    for document in text.documents:
        if left > 0:
            yield document.name, beginning(document.pieces())


def _trained_on(
    casts: dict[str, dict[str, int]], options: TrainOptions
) -> dict[str, dict[str, int]]:
    held_out = {name.casefold() for name in options.hold_out}
    return {title: cast for title, cast in casts.items() if title.casefold() not in held_out}


def _versions() -> dict[str, str]:
    return {
        "bardtui": __version__,
        **{package: version(package) for package in ("tensorflow", "keras", "numpy")},
        "python": ".".join(map(str, sys.version_info[:3])),
        "machine": platform.machine(),
    }
