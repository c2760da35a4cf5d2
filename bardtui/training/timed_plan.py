"""What fits into a time limit: the size of the network, dropout and epochs, from measured speed."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bardtui.model.loss import Indices
from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.checkpoint import Checkpoint
from bardtui.training.loop import Trainer
from bardtui.training.plan import TrainPlan
from bardtui.training.time_limit import TimeLimit

Build = Callable[[dict[str, Any]], tuple[NetworkSpec, TrainPlan]]
Measure = Callable[[NetworkSpec, TrainPlan], float]

# Networks for little time, the largest first. A small one reads more in the same time, and learns
# more from few characters: on tinyshakespeare, 2 x 256 after 1.1 million had 1.527 nats, 2 x 384
# after 0.64 million 1.636 and 2 x 512 after 0.4 million 1.812, all with twice the default rate.
# After 2.6 and 1.5 million, 2 x 256 had 1.399 and 2 x 384 1.434. (Each on the first 60,000
# characters held out; these lengths take about the same time.)
_SMALLER = ({"units": 384, "seq_len": 120}, {"units": 256, "seq_len": 120})
_PER_PARAMETER = 3  # characters to read for each parameter of a network
_TRAINING = 0.85  # share of the time that is left for steps; the rest is for compiling and scoring
_MEASURED = 2.0  # seconds of steps
_STEPS = 40  # of them, at most


@dataclass(frozen=True)
class TimedPlan:
    """Values for a network and a plan; `characters` are those that can be read in the time, and
    `speed` how many in a second."""

    values: dict[str, Any]
    characters: int
    speed: float


def fit_to_time(
    limit: TimeLimit, build: Build, measure: Measure, length: int, *, fixed: bool
) -> TimedPlan:
    """Choose what fits into the time for a text of `length` characters.

    `build` makes a network's sizes and a plan from values that replace defaults. `measure` trains
    it for a few steps and returns characters a second. The size stays that of the defaults if it is
    `fixed`, or if there is time for it.
    """
    default, _ = build({})
    sizes: list[dict[str, Any]] = [{}]
    if not fixed:
        sizes += [size for size in _SMALLER if build(size)[0].parameters < default.parameters]
    # The smallest is measured first: little time is lost where it is short.
    values = sizes[-1]
    spec, plan = build(values)
    speed = measure(spec, plan)
    for larger in sizes[:-1]:
        parameters = build(larger)[0].parameters
        expected = speed * spec.parameters / parameters
        if expected * limit.left * _TRAINING >= _PER_PARAMETER * parameters:
            values = larger
            spec, plan = build(values)
            speed = measure(spec, plan)
            break
    characters = speed * limit.left * _TRAINING
    epochs = characters / length
    values = values | {
        "dropout": dropout_for(epochs),
        "epochs": min(1_000_000, max(1, math.ceil(epochs))),
    }
    if plan.optimizer == "muon":
        steps = characters / (plan.seq_len * plan.batch_size)
        rate = plan.learning_rate
        values["learning_rate"] = round(rate * rate_factor(steps, rate), 5)
    return TimedPlan(values, round(characters), speed)


def dropout_for(epochs: float) -> float:
    """The dropout rate for a number of epochs: the more often a text is read, the more of it would
    be learnt by heart.

    On a quarter of tinyshakespeare, 2 x 256 had 1.453 nats after 24 epochs with 0.3, and 1.464 with
    0.4; so it stays at 0.3 until 30 epochs.
    """
    return round(min(0.3, 0.05 + 0.018 * epochs) + min(0.2, 0.005 * max(0.0, epochs - 30)), 2)


def rate_factor(steps: float, rate: float) -> float:
    """How much larger Muon's learning rate is than the default `rate`, in a run of few steps.

    It is from 1 to 4. Measured with 2 x 256 and 286 steps on tinyshakespeare: 1.617 nats with a
    rate of 5e-3, 1.527 with twice and 1.517 with four times that. With 1,900 steps of 2 x 192 on a
    quarter of it, 7.5e-3 was best: a larger default is for fewer steps.
    """
    usual = 4_800 * min(1.0, 5e-3 / rate) ** 2
    return min(4.0, max(1.0, math.sqrt(usual / max(1.0, steps))))


def measure_speed(
    spec: NetworkSpec,
    plan: TrainPlan,
    vocabulary: Vocabulary,
    text: Indices,
    clock: Callable[[], float],
) -> float:
    """Train a network for about two seconds; return how many characters it read in a second.

    The first step does not count: it compiles.
    """
    trainer = Trainer(
        plan,
        spec,
        vocabulary,
        text,
        text[:0],
        Path(),
        identity={},
        publish=lambda weights, history: None,
    )
    windows = trainer.windows
    batches = itertools.chain.from_iterable(
        windows.epoch(number, plan.random_seed) for number in itertools.count()
    )
    trainer.step(*next(batches))
    started, steps, seconds = clock(), 0, 0.0
    while steps < _STEPS and (seconds < _MEASURED or steps < 2):
        trainer.step(*next(batches))
        steps, seconds = steps + 1, clock() - started
    return steps * windows.batch_size * windows.seq_len / max(seconds, 1e-9)


def values_of_stopped_run(folder: Path) -> dict[str, Any]:
    """The sizes and the plan of the run whose checkpoint is in `folder`; empty if there is none.

    Values of another type than they should have are left out. Raises CheckpointError.
    """
    checkpoint = Checkpoint.load(folder)
    identity = checkpoint.state["identity"] if checkpoint else {}
    known = {
        field.name: type(field.default)
        for kind in (NetworkSpec, TrainPlan)
        for field in fields(kind)
    }
    return {
        name: value
        for part in ("network", "plan")
        if isinstance(identity.get(part), dict)
        for name, value in identity[part].items()
        if type(value) is known.get(name)
    }
