"""The learning rate of a step: a linear warm-up, then a cosine decay."""

import math
from typing import Any

import keras
from keras import ops

_END = 0.02  # the last rate, as a share of the largest


class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Rises to `peak` in `warmup` steps, and falls until the run's last step (Loshchilov and
    Hutter 2017, arXiv 1608.03983).

    `steps` is a variable: the steps of the whole run, which a run with a time limit estimates anew
    after every step.
    """

    def __init__(self, peak: float, warmup: int, steps: Any) -> None:
        self.peak, self.warmup, self.steps = peak, warmup, steps

    def __call__(self, step: Any) -> Any:
        """The rate of step `step`, counted from 0."""
        step = ops.cast(step, "float32")
        decay_steps = ops.maximum(ops.cast(self.steps, "float32") - self.warmup, 1.0)
        done = ops.clip((step - self.warmup) / decay_steps, 0.0, 1.0)
        share = _END + (1 - _END) * (1 + ops.cos(math.pi * done)) / 2
        return self.peak * ops.minimum(step / self.warmup, share)
