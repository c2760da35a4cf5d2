"""Training: from a text's indices to weights, in one loop that reads from top to bottom."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.decoder import Decoder
from bardtui.model.loss import Indices, Scorer
from bardtui.model.network import NetworkSpec, Precision, build_network
from bardtui.model.sampling import Sampling
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.checkpoint import Checkpoint
from bardtui.training.distributed import Machines
from bardtui.training.optimizers import Optimizer, scheduled
from bardtui.training.windows import Windows

Weights = list[NDArray[np.float32]]

SAVE_EVERY = 120.0  # seconds between checkpoints within an epoch
SAMPLE_LENGTH = 200
MAX_FAILURES = 10  # steps in a row without a finite loss


class TrainingError(UserError):
    """Why a run cannot start, go on or resume; the message is one line for the user."""


@dataclass(frozen=True)
class Plan:
    """How a network is trained. Lengths are in characters; `averaging` is the share of the run's
    steps over which the weights are averaged."""

    seq_len: int = 120
    batch_size: int = 128
    epochs: int = 20
    learning_rate: float = 2e-3
    random_seed: int = 1
    clip_norm: float = 1.0
    averaging: float = 0.05
    optimizer: Optimizer = "adam"
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        for name in ("seq_len", "batch_size", "epochs"):
            if not 1 <= getattr(self, name) <= 1_000_000:
                raise TrainingError(f"{name.replace('_', '-')} must be from 1 to 1,000,000")
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 1):
            raise TrainingError("learning-rate must be above 0 and at most 1")
        if self.optimizer not in get_args(Optimizer):
            raise TrainingError(f"optimizer must be {' or '.join(get_args(Optimizer))}")
        if self.precision not in get_args(Precision):
            raise TrainingError(f"precision must be {' or '.join(get_args(Precision))}")
        if not 0 <= self.random_seed < 2**31:
            raise TrainingError(f"random-seed must be from 0 to {2**31 - 1}")


@dataclass(frozen=True)
class Step:
    """Reported after every step. Losses are nats per character, `rate` characters a second."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    rate: float
    seconds_left: float


@dataclass(frozen=True)
class Epoch:
    """Reported after every epoch, and kept in the model's history."""

    epoch: int
    loss: float
    held_out: float | None
    best: bool
    seconds: float
    rate: float
    sample: str = field(default="", compare=False)


Report = Callable[[Step | Epoch], None]


@dataclass
class Progress:
    """Where a run stands; what a checkpoint keeps beside the arrays. `failed` counts the epoch's
    steps without a finite loss, which have changed nothing."""

    epoch: int = 0
    step: int = 0
    failed: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    best: float = math.inf
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def loss(self) -> float:
        """The mean of the epoch's steps so far, NaN where none had a finite loss."""
        steps = self.step - self.failed
        return self.loss_sum / steps if steps else math.nan


class Training:
    """A run: a network, its optimizer and the text, ready to go on from wherever it stands.

    `indices` and `held_out` are texts. `identity` is what must be the same for a
    run to resume (the corpus's hash, the split). `publish` is called with the best weights so far,
    and the history, whenever an epoch has made them better. `start` are weights to train on from.
    `machines` share the work; each of them holds the whole run, and the chief alone writes files.
    """

    def __init__(
        self,
        plan: Plan,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        indices: Indices,
        held_out: Indices,
        folder: Path,
        *,
        identity: dict[str, Any],
        publish: Callable[[Weights, list[dict[str, Any]]], None],
        start: Weights | None = None,
        machines: Machines | None = None,
    ) -> None:
        import keras
        import tensorflow as tf

        self.machines = machines or Machines()
        keras.utils.set_random_seed(plan.random_seed)
        self.plan, self.spec, self.vocabulary = plan, spec, vocabulary
        self.windows = Windows.of(indices, plan.seq_len, plan.batch_size)
        self.held_out = held_out
        self.folder = folder
        self.identity = identity | {"plan": asdict(plan), "network": spec.to_json()}
        self.publish = publish
        self.progress = Progress()
        if self.windows.batch_size % self.machines.replicas:
            raise TrainingError(
                f"batches of {self.windows.batch_size} cannot be shared out equally "
                f"to {self.machines.replicas}"
            )
        with self.machines.strategy.scope():
            self.network = build_network(spec, stateful=False, precision=plan.precision)
            if start is not None:
                self.network.set_weights(start)
            self.averages = [tf.Variable(w, trainable=False) for w in self.network.get_weights()]
            self.optimizer = scheduled(
                plan.optimizer,
                plan.learning_rate,
                self.windows.batches * plan.epochs,
                self.network.trainable_variables,
            )
        self._scorer: Scorer | None = None
        self._decoder: Decoder | None = None
        self._train_step = self._compile()

    def run(self, report: Report, should_stop: Callable[[], bool]) -> bool:
        """Train to the end of the plan; True when it was reached, False when `should_stop` said so
        first. Either way everything is kept in the run's folder. Raises TrainingError."""
        p = self.progress
        saved, failures = time.monotonic(), 0
        while p.epoch < self.plan.epochs:
            for inputs, targets in self.windows.epoch(p.epoch, self.plan.random_seed, skip=p.step):
                if self.machines.agree(should_stop()):
                    self.save()
                    return False
                started = time.monotonic()
                loss = self.step(inputs, targets)
                p.step += 1
                if math.isfinite(loss):
                    p.loss_sum += loss
                    failures = 0
                else:
                    p.failed += 1
                    failures += 1
                if failures >= MAX_FAILURES:
                    raise self._diverged(loss)
                p.epoch_seconds += time.monotonic() - started
                report(self._step_report())
                if time.monotonic() - saved > SAVE_EVERY:
                    self.save()
                    saved = time.monotonic()
            epoch = self._end_epoch(should_stop)
            self.save()
            if epoch is None:
                return False
            report(epoch)
            saved = time.monotonic()
        return True

    def step(self, inputs: NDArray[np.int32], targets: NDArray[np.int32]) -> float:
        """One step on a batch, each int32 (batch, seq_len); returns its loss in nats per character.
        A step whose gradient is not finite changes nothing and returns NaN."""
        share = self.machines.share
        return float(self._train_step(share(inputs), share(targets)))

    def _end_epoch(self, should_stop: Callable[[], bool]) -> Epoch | None:
        """Score the averaged weights, keep them when they are the best, move to the next epoch.

        None, with nothing changed, when it was stopped: a resumed run begins with the scoring.
        """
        p = self.progress
        weights = [a.numpy() for a in self.averages]
        total, length = 0.0, len(self.held_out)
        if length:
            self._scorer = self._scorer or Scorer(self.spec, self.vocabulary)
            for nats in self._scorer.nats(weights, self.held_out):
                if self.machines.agree(should_stop()):
                    return None
                total += nats
        held_out = total / length if length else None
        score = p.loss if held_out is None else held_out
        if not math.isfinite(p.loss + score):
            raise self._diverged(p.loss + score)
        writer = self._writer(weights)
        sampling = Sampling(random_seed=self.plan.random_seed)
        epoch = Epoch(
            epoch=p.epoch + 1,
            loss=p.loss,
            held_out=held_out,
            best=score < p.best,
            seconds=p.epoch_seconds,
            rate=self._rate(),
            sample="".join(writer.write(SAMPLE_LENGTH, sampling)),
        )
        kept = {k: v for k, v in asdict(epoch).items() if k != "sample"}
        p.history.append(kept)
        if epoch.best:
            p.best = score
            if self.machines.chief:
                with _disk_told():
                    self.publish(weights, p.history)
        p.epoch, p.step, p.failed, p.loss_sum, p.epoch_seconds = p.epoch + 1, 0, 0, 0.0, 0.0
        return epoch

    def _diverged(self, loss: float) -> TrainingError:
        p = self.progress
        kept = "the best weights until then are kept" if p.best < math.inf else "nothing is kept"
        return TrainingError(
            f"the loss became {loss} in epoch {p.epoch + 1} and stayed so; {kept}: "
            "try a smaller learning rate"
        )

    def save(self) -> None:
        """Keep everything the run needs to go on. Raises TrainingError where the disk does not
        take it; the last checkpoint stands."""
        if not self.machines.chief:
            return
        arrays = {
            "network": [v.numpy() for v in self.network.variables],
            "averages": [v.numpy() for v in self.averages],
            "optimizer": [v.numpy() for v in self.optimizer.variables],
        }
        state = {"identity": self.identity, "progress": asdict(self.progress)}
        with _disk_told():
            Checkpoint(arrays, state).save(self.folder)

    def resume(self) -> None:
        """Go on where the run in the folder stopped. Raises TrainingError where there is none, or
        where it was a run on another text or with other settings."""
        checkpoint = Checkpoint.load(self.folder)
        if checkpoint is None:
            raise TrainingError("there is no run to resume: start it without --resume")
        was = checkpoint.state["identity"]
        for key, now in self.identity.items():
            if (before := was.get(key)) != now:
                raise TrainingError(
                    f"the run to resume had another {key}: "
                    f"it was {_apart(before, now)}, now it is {_apart(now, before)}"
                )
        try:
            for group, variables in (
                ("network", self.network.variables),
                ("averages", self.averages),
                ("optimizer", self.optimizer.variables),
            ):
                for variable, array in zip(variables, checkpoint.arrays[group], strict=True):
                    variable.assign(array)
            self.progress = Progress(**checkpoint.state["progress"])
        except (KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                f"{self.folder} holds a run of another version, or a damaged one: "
                "--replace begins anew"
            ) from error

    def _writer(self, weights: Weights) -> Decoder:
        if self._decoder is None:
            self._decoder = Decoder(self.spec, self.vocabulary, weights)
        else:
            self._decoder.set_weights(weights)
        return self._decoder

    def _rate(self) -> float:
        p, w = self.progress, self.windows
        return p.step * w.batch_size * w.seq_len / max(p.epoch_seconds, 1e-9)

    def _step_report(self) -> Step:
        p, steps = self.progress, self.windows.batches
        remaining = (self.plan.epochs - p.epoch) * steps - p.step
        return Step(
            epoch=p.epoch + 1,
            epochs=self.plan.epochs,
            step=p.step,
            steps=steps,
            loss=p.loss,
            rate=self._rate(),
            seconds_left=remaining * p.epoch_seconds / p.step,
        )

    def _compile(self) -> Callable[[Any, Any], Any]:
        import tensorflow as tf

        weights = self.network.trainable_variables
        strategy = self.machines.strategy
        window = max(1.0, self.plan.averaging * self.windows.batches * self.plan.epochs)

        def share_of_gradient(inputs: Any, targets: Any) -> Any:
            with tf.GradientTape() as tape:
                logits = self.network(inputs, training=True)
                loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
                )
            return [loss, *map(tf.convert_to_tensor, tape.gradient(loss, weights))]

        @tf.function  # type: ignore[untyped-decorator]
        def train_step(inputs: Any, targets: Any) -> Any:
            shares = strategy.run(share_of_gradient, (inputs, targets))
            loss, *gradients = [strategy.reduce("MEAN", share, axis=None) for share in shares]
            gradients, norm = tf.clip_by_global_norm(gradients, self.plan.clip_norm)
            if not tf.math.is_finite(norm):
                return tf.constant(math.nan)
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
            # An average of the weights along the way writes better than the last ones do (Polyak
            # and Juditsky 1992); early on it forgets faster, so that it does not lag behind.
            n = tf.cast(self.optimizer.iterations, tf.float32)
            share = tf.maximum(1.0 / window, 9.0 / (10.0 + n))
            for average, weight in zip(self.averages, weights, strict=True):
                average.assign_add(share * (weight - average))
            return loss

        return train_step  # type: ignore[no-any-return]


@contextmanager
def _disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{error.filename}: {error.strerror}; what was kept before stands: once there is room, "
            "the same command with --resume goes on from there"
        ) from error


def _apart(one: Any, other: Any) -> Any:
    """What of `one` is not so in `other`: of two mappings the entries that differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one
    return {key: value for key, value in one.items() if other.get(key) != value}
