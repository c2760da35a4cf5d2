"""The training loop: `Trainer.run` reads from top to bottom."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Decoder
from bardtui.model.description import SAMPLE
from bardtui.model.loss import Indices, SegmentScorer
from bardtui.model.network import NetworkSpec
from bardtui.model.sampling import Sampling
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.calibration import SCALES, scaled
from bardtui.training.checkpoint import Arrays, Checkpoint
from bardtui.training.distributed import Distribution
from bardtui.training.plan import TrainingError, TrainPlan
from bardtui.training.state import EpochReport, OnReport, StepReport, TrainState
from bardtui.training.step import TrainingStep
from bardtui.training.time_limit import TimeLimit
from bardtui.training.windows import Windows

Weights = list[NDArray[np.float32]]
Publish = Callable[[Weights, list[dict[str, Any]]], None]

SAVE_EVERY = 120.0  # seconds between checkpoints within an epoch
SAMPLE_LENGTH = 200  # characters
MAX_FAILURES = 10  # steps in a row without a finite loss
_SCORE_SHARE = 0.1  # of a limited time, between two scorings


class Trainer:
    """A run: a network, its optimizer and the text.

    `text` and `held_out` are encoded texts. `folder` is for the checkpoint. `identity` is
    what must be the same for a run to be resumed (the text's hash, the split). `publish` is called
    with the best weights so far, and the history, when an epoch has improved them. `start` are
    weights to train on from. With a `distribution` every worker holds the whole run, and only the
    chief writes files. With a `limit`, the run ends by its clock rather than after `plan.epochs`,
    the number that is expected. `keep_samples` keeps in the history what the network wrote after
    each epoch; it may hold parts of the text. Raises TrainingError, TooLittleText and SpecError.
    """

    def __init__(
        self,
        plan: TrainPlan,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        text: Indices,
        held_out: Indices,
        folder: Path,
        *,
        identity: dict[str, Any],
        publish: Publish,
        start: Weights | None = None,
        distribution: Distribution | None = None,
        limit: TimeLimit | None = None,
        keep_samples: bool = False,
    ) -> None:
        import keras

        self.distribution = distribution or Distribution()
        keras.utils.set_random_seed(plan.random_seed)
        self.plan, self.spec, self.vocabulary = plan, spec, vocabulary
        self.windows = Windows.of(text, plan.seq_len, plan.batch_size, plan.carry)
        self.held_out = held_out
        self.folder = folder
        self.identity = identity | {"plan": asdict(plan), "network": spec.to_json()}
        self.publish = publish
        self.limit = limit
        self.keep_samples = keep_samples
        self._clock = limit.clock if limit else time.monotonic
        if limit:
            self.identity["minutes"] = limit.minutes
        self.state = TrainState()
        #: Whether the folder's checkpoint is of this run.
        self.saved = False
        if self.windows.batch_size % self.distribution.replicas:
            raise TrainingError(
                f"batches of {self.windows.batch_size} cannot be divided equally "
                f"among {self.distribution.replicas} replicas"
            )
        if self.windows.carry > 1 and self.distribution.replicas > 1:
            raise TrainingError("several replicas cannot carry the state from window to window")
        steps = self.windows.batches * plan.epochs
        fitting = replace(plan, batch_size=self.windows.batch_size, carry=self.windows.carry)
        with self.distribution.worker_lost_as_error():
            self._train = TrainingStep(fitting, spec, steps, self.distribution.strategy, start)
        self.network, self.optimizer = self._train.network, self._train.optimizer
        self.averages = self._train.averages

    def run(self, on_report: OnReport, should_stop: Callable[[], bool]) -> bool:
        """Train to the end of the plan, or of the time.

        Returns True at the end, or False if `should_stop` returned True before; in both cases a
        checkpoint has been saved. Raises TrainingError if the disk is full or the loss diverges,
        and DistributionError if another worker is lost.
        """
        state, plan = self.state, self.plan
        clock = self._clock
        saved, failures = clock(), 0
        next_score = clock() + self._between_scores
        while not self._finished():
            for inputs, targets in self.windows.epoch(
                state.epoch, plan.random_seed, skip=state.step
            ):
                started = clock()
                if self.distribution.any_worker(should_stop()):
                    self.save()
                    return False
                if state.step and self._time_is_up():
                    break
                if self.windows.begins_stretch(state.step):
                    self._train.reset_state()
                loss = self.step(inputs, targets)
                self._add_step(loss, clock() - started)
                failures = 0 if math.isfinite(loss) else failures + 1
                if failures:
                    self._train.reset_state()
                if failures == MAX_FAILURES:
                    raise self._diverged(loss)
                on_report(self._step_report())
                if clock() - saved > SAVE_EVERY:
                    self.save()
                    saved = clock()

            if self.limit and clock() < next_score and not self._time_is_up():
                state.add_epoch(None)
                continue

            # The averaged weights are the model. If the scoring is stopped, a resumed run begins
            # with it.
            weights = [average.numpy() for average in self.averages]
            totals, length = np.zeros(len(SCALES)), len(self.held_out)
            for nats in self._scorer.nats(weights, self.held_out):
                if self.distribution.any_worker(should_stop()):
                    self.save()
                    return False
                totals += nats
            held_out, scale = None, 1.0
            if length:
                held_out = float(totals.min()) / length
                scale = SCALES[int(totals.argmin())]
                weights = scaled(weights, scale)
            score = state.loss if held_out is None else held_out
            if not math.isfinite(state.loss + score):
                raise self._diverged(state.loss + score)
            epoch = EpochReport(
                epoch=state.epoch + 1,
                loss=state.loss,
                held_out=held_out,
                scale=scale,
                best=score < state.best,
                seconds=state.epoch_seconds,
                rate=self._rate(),
                sample=self._sample(weights),
            )
            entry = asdict(epoch)
            if not self.keep_samples:
                del entry[SAMPLE]
            state.add_epoch(entry)

            # The checkpoint comes first: a model without one could not be resumed. If the process
            # is killed before the model is published, `resume` publishes it.
            state.best = min(score, state.best)
            self.save()
            saved = clock()
            next_score = saved + self._between_scores
            if epoch.best:
                self._publish(weights)
            on_report(epoch)
        return True

    def step(self, inputs: NDArray[np.int32], targets: NDArray[np.int32]) -> float:
        """Train on a batch, each int32 (batch, seq_len); return its loss in nats per character.

        A step whose gradient is not finite changes no weights and returns NaN.
        """
        shares = self.distribution.shares
        with self.distribution.worker_lost_as_error():
            return self._train(shares(inputs), shares(targets))

    def save(self) -> None:
        """Save a checkpoint, if this is the chief.

        Raises TrainingError if the disk is full; the last checkpoint is then kept.
        """
        if not self.distribution.chief:
            return
        if self.limit:
            self.state.seconds_used = self.limit.used
        progress, finished = asdict(self.state), self._finished()
        state = {"identity": self.identity, "progress": progress, "finished": finished}
        with self._disk_errors():
            Checkpoint(self._train.arrays(), state).save(self.folder)
        self.saved = True

    def resume(self) -> None:
        """Continue from the folder's checkpoint.

        Raises TrainingError if there is none, or if it is from a run on another text or with other
        settings; CheckpointError if it cannot be read.
        """
        checkpoint = Checkpoint.load(self.folder)
        if checkpoint is None:
            raise TrainingError(
                f"there is no stopped run {self.folder.name} to resume",
                command="--replace starts from the beginning",
            )
        was = checkpoint.state["identity"]
        for key, now in self.identity.items():
            if (before := was.get(key)) != now:
                raise TrainingError(
                    f"the run to resume had another {key}: "
                    f"it was {_difference(before, now)}, now it is {_difference(now, before)}"
                )
        state = TrainState.from_json(checkpoint.state["progress"])
        if state is None or not _alike(self._train.arrays(), checkpoint.arrays):
            raise TrainingError(
                f"{self.folder} holds a run of another version, or a damaged one",
                command="--replace starts again",
            )
        self._train.assign(checkpoint.arrays)
        self.state = state
        self.saved = True
        if self.limit:
            rate = state.history[-1]["rate"] if state.history else self._rate()
            self.limit.go_on(state.seconds_used, self._step_characters / max(rate, 1e-9))
        ended_an_epoch = self.state.history and not self.state.step
        if ended_an_epoch and (last := self.state.history[-1])["best"]:
            weights = [average.numpy() for average in self.averages]
            self._publish(scaled(weights, last.get("scale", 1.0)))

    def _finished(self) -> bool:
        """Whether nothing is left to train."""
        if self.limit:
            return bool(self.state.history) and self._time_is_up()
        return self.state.epoch >= self.plan.epochs

    def _time_is_up(self) -> bool:
        """Whether only the time to score the model is left."""
        left = self._steps_left()
        return left is not None and left < 1

    def _steps_left(self) -> float | None:
        """The steps that a time limit allows, or None if that is not known."""
        if self.limit is None:
            return None
        return self.limit.steps_left(self._step_characters, len(self.held_out))

    def _add_step(self, loss: float, seconds: float) -> None:
        """Count a step; with a time limit, estimate the run's steps anew."""
        self.state.add_step(loss, seconds)
        if self.limit:
            self.limit.add_step(seconds)
            if (left := self._steps_left()) is not None:
                done = self.state.epoch * self.windows.batches + self.state.step
                self._train.steps.assign(done + max(0.0, left))

    def _publish(self, weights: Weights) -> None:
        if self.distribution.chief:
            with self._disk_errors():
                self.publish(weights, self.state.history)

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.saved:
                kept, command = "the last checkpoint is intact", "--resume continues from it"
            else:
                kept, command = "nothing is saved yet", "the same command starts again"
            problem = f"{error.filename}: {error.strerror}; {kept}: free some space first"
            raise TrainingError(problem, command=command) from error

    def _diverged(self, loss: float) -> TrainingError:
        improved = self.state.best < math.inf
        kept = "the best model until then is saved" if improved else "no model is saved"
        return TrainingError(
            f"the loss became {loss} in epoch {self.state.epoch + 1} and did not recover; {kept}",
            command="try a smaller --learning-rate",
        )

    @cached_property
    def _scorer(self) -> SegmentScorer:
        return SegmentScorer(self.spec, self.vocabulary.first, SCALES)

    @cached_property
    def _decoder(self) -> Decoder:
        return Decoder(self.spec, self.vocabulary, self.network.get_weights())

    def _sample(self, weights: Weights) -> str:
        """What the network writes now."""
        self._decoder.set_weights(weights)
        sampling = Sampling(random_seed=self.plan.random_seed)
        return "".join(self._decoder.write(SAMPLE_LENGTH, sampling))

    def _rate(self) -> float:
        return self.state.step * self._step_characters / max(self.state.epoch_seconds, 1e-9)

    @property
    def _step_characters(self) -> int:
        """Characters of a step."""
        return self.windows.batch_size * self.windows.seq_len

    @property
    def _between_scores(self) -> float:
        """Seconds between two scorings at least: with a time limit, epochs may be very short."""
        return _SCORE_SHARE * self.limit.seconds if self.limit else 0.0

    def _step_report(self) -> StepReport:
        state, steps = self.state, self.windows.batches
        epochs, limit = self.plan.epochs, self.limit
        if limit:
            epochs = max(state.epoch + 1, math.ceil(float(self._train.steps.numpy()) / steps))
        remaining = (epochs - state.epoch) * steps - state.step
        return StepReport(
            epoch=state.epoch + 1,
            epochs=epochs,
            step=state.step,
            steps=steps,
            loss=state.loss,
            rate=self._rate(),
            seconds_left=limit.left if limit else remaining * state.epoch_seconds / state.step,
        )


def _alike(one: Arrays, other: Arrays) -> bool:
    """Whether the groups have the same names, and their arrays the same shapes and types."""

    def kinds(groups: Arrays) -> dict[str, list[tuple[Any, Any]]]:
        return {name: [(a.shape, a.dtype) for a in arrays] for name, arrays in groups.items()}

    return kinds(one) == kinds(other)


def _difference(one: Any, other: Any) -> Any:
    """What of `one` differs from `other`: of two mappings, the entries that differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one
    return {key: value for key, value in one.items() if other.get(key) != value}
