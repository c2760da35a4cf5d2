"""How far a training run has come, and what it reports on the way."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StepReport:
    """Reported after every step. Losses are nats per character, `rate` is characters a second."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    rate: float
    seconds_left: float


@dataclass(frozen=True)
class EpochReport:
    """Reported after every epoch, and kept in the model's history.

    `held_out` is the loss with the logits multiplied by `scale`; see `calibration`. The sample is
    kept only if the text is public.
    """

    epoch: int
    loss: float
    held_out: float | None
    scale: float
    best: bool
    seconds: float
    rate: float
    sample: str = field(default="", compare=False)


OnReport = Callable[[StepReport | EpochReport], None]


@dataclass
class TrainState:
    """Where a run stands; the checkpoint keeps it as JSON.

    `step` counts the steps of the current epoch. `failed` counts those of them without a finite
    loss, which have changed no weights. `best` is the lowest score of an epoch so far, in nats per
    character, and `history` has one entry for each epoch that was scored. `seconds_used` is what a
    run with a time limit has used in all.
    """

    epoch: int = 0
    step: int = 0
    failed: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    best: float = math.inf
    seconds_used: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def loss(self) -> float:
        """The mean loss of the epoch's steps so far, NaN if none had a finite loss."""
        steps = self.step - self.failed
        return self.loss_sum / steps if steps else math.nan

    def add_step(self, loss: float, seconds: float) -> None:
        """Count a step of the current epoch."""
        self.step += 1
        self.epoch_seconds += seconds
        if math.isfinite(loss):
            self.loss_sum += loss
        else:
            self.failed += 1

    def add_epoch(self, entry: dict[str, Any] | None) -> None:
        """Begin the next epoch; add the last one to the history if it was scored."""
        if entry:
            self.history.append(entry)
        self.epoch += 1
        self.step, self.failed, self.loss_sum, self.epoch_seconds = 0, 0, 0.0, 0.0

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TrainState | None":
        """The state that a checkpoint keeps; None if the values are not a state."""
        values = {"seconds_used": 0.0} | values  # which version 0.1 did not keep
        if values.keys() != vars(cls()).keys():
            return None
        state = cls(**values)
        counts = (state.epoch, state.step, state.failed)
        numbers = (state.loss_sum, state.epoch_seconds, state.best, state.seconds_used)
        valid = (
            all(type(count) is int and count >= 0 for count in counts)
            and all(type(number) is float and not math.isnan(number) for number in numbers)
            and isinstance(state.history, list)
            and all(isinstance(entry, dict) for entry in state.history)
            and all({"best", "held_out"} <= entry.keys() for entry in state.history)
        )
        return state if valid else None
