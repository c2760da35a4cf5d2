"""Runs that end by the clock, here one that only moves when a run asks whether it should stop."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from bardtui.cli.display import plan_lines
from bardtui.model.network import NetworkSpec
from bardtui.training.plan import TrainingError, TrainOptions, TrainPlan
from bardtui.training.run_setup import Run, prepare
from bardtui.training.time_limit import MAX_MINUTES, TimeLimit
from bardtui.training.timed_plan import dropout_for, fit_to_time
from tests.conftest import VERSE_CORPUS
from tests.training.runs import PLAN, Recorder, begin

WIDE = replace(PLAN, batch_size=64, epochs=40)


class Clock:
    """A clock that stands still unless `paces` move it, each by some seconds."""

    def __init__(self, paces: Iterable[float] = ()) -> None:
        self.now = 1_000.0
        self.paces: Iterator[float] = iter(paces)

    def __call__(self) -> float:
        return self.now

    def tick(self) -> bool:
        """Move on; as a run's `should_stop`, it never stops the run."""
        self.now += next(self.paces)
        return False


class SteadyClock(Clock):
    """A clock that moves by some seconds whenever it is read."""

    def __init__(self, seconds: float) -> None:
        super().__init__(repeat(seconds))

    def __call__(self) -> float:
        self.tick()
        return self.now


def run_until_the_end(run: Recorder, clock: Clock) -> None:
    assert run.trainer.run(run.reports.append, clock.tick)


def rate(run: Recorder) -> float:
    """The learning rate of the last step."""
    return float(run.trainer.optimizer.learning_rate)


@pytest.mark.parametrize(
    "paces",
    [
        chain(repeat(0.4, 40), repeat(1.0)),  # the machine becomes busy
        chain(repeat(1.0, 15), repeat(0.4)),  # it was busy
    ],
    ids=["slower", "faster"],
)
def test_a_run_ends_in_time_with_the_rate_of_the_end(
    tmp_path: Path, paces: Iterable[float]
) -> None:
    clock = Clock(paces)
    limit = TimeLimit(1, clock)
    run = begin(tmp_path, WIDE, limit=limit)
    run_until_the_end(run, clock)
    assert 40 < limit.used < 60  # the rest is for the last pass over the held-out text
    assert rate(run) < 0.1 * WIDE.learning_rate
    assert run.published
    assert len(run.epochs) <= 10 < max(report.epoch for report in run.steps)  # they are short
    assert [report.seconds_left for report in run.steps] == sorted(
        (report.seconds_left for report in run.steps), reverse=True
    )


def test_a_resumed_run_has_the_time_that_is_left(tmp_path: Path) -> None:
    clock = Clock(repeat(0.5))
    stopped = begin(tmp_path, WIDE, limit=TimeLimit(1, clock))
    assert not stopped.trainer.run(stopped.reports.append, lambda: clock.tick() or clock.now > 1030)
    clock.now = 50_000.0
    limit = TimeLimit(1, clock)
    run = begin(tmp_path, WIDE, limit=limit)
    run.trainer.resume()
    assert limit.used == pytest.approx(30.5)
    run_until_the_end(run, clock)
    assert 40 < limit.used < 60
    assert len(run.steps) < len(stopped.steps)
    assert rate(run) < 0.1 * WIDE.learning_rate


def test_the_time_that_the_machine_slept_does_not_count() -> None:
    clock = Clock()
    limit = TimeLimit(10, clock)
    for seconds in (5.0, 0.5, 0.5, 3_600.0, 0.5):  # the first one compiles
        clock.now += seconds
        limit.add_step(seconds)
    assert limit.used == pytest.approx(7.0)
    steps = limit.steps_left(1_920, 0)
    assert steps is not None
    assert steps > 1_000


def test_prepare_chooses_by_the_clock_and_resumes_what_it_chose() -> None:
    def run(limit: TimeLimit, *, resume: bool = False) -> Run:
        options = TrainOptions(embedding_dim=4, units=6, layers=1, seq_len=20, batch_size=4)
        return prepare(VERSE_CORPUS, "mine", options, limit=limit, resume=resume)

    first = run(TimeLimit(1, SteadyClock(0.5)))
    assert first.timed is not None
    assert first.timed.speed == 160  # 80 characters in half a second
    assert first.trainer.plan.epochs == 2
    assert plan_lines(first)[0].startswith("embedding 4, 1 x lstm 6, dropout 0.0")
    assert "; about 1.2 epochs of " in plan_lines(first)[0]
    assert plan_lines(first)[1].endswith(" characters can be read, 160 a second")
    assert first.trainer.spec.dropout == first.timed.values["dropout"] < 0.3
    first.trainer.save()

    again = run(TimeLimit(1), resume=True)
    assert (again.trainer.spec, again.trainer.plan) == (first.trainer.spec, first.trainer.plan)
    again.trainer.resume()
    with pytest.raises(TrainingError, match="had another plan: it was"):
        run(TimeLimit(1, SteadyClock(0.1))).trainer.resume()


def test_a_run_with_other_minutes_is_not_resumed(tmp_path: Path) -> None:
    clock = Clock(repeat(0.5))
    stopped = begin(tmp_path, WIDE, limit=TimeLimit(1, clock))
    assert not stopped.run(3)
    with pytest.raises(TrainingError, match=r"another minutes: it was 1.0, now it is 2.0"):
        begin(tmp_path, WIDE, limit=TimeLimit(2, clock)).trainer.resume()


def test_even_a_run_without_time_leaves_a_model(tmp_path: Path) -> None:
    clock = Clock(repeat(30.0))
    run = begin(tmp_path, WIDE, limit=TimeLimit(1, clock))
    run_until_the_end(run, clock)
    assert len(run.published) == 1


@pytest.mark.parametrize("minutes", [0, -1, 0.5, MAX_MINUTES + 1, math.nan, math.inf])
def test_a_time_out_of_range_is_refused(minutes: float) -> None:
    with pytest.raises(TrainingError, match=r"minutes must be from 1 to 10,000"):
        TimeLimit(minutes)


# --- what fits into the time


def build(values: dict[str, Any]) -> tuple[NetworkSpec, TrainPlan]:
    spec = NetworkSpec(65, units=values.get("units", 512), dropout=values.get("dropout", 0.3))
    return spec, TrainPlan(epochs=values.get("epochs", 14), optimizer="muon")


def measure(spec: NetworkSpec, plan: TrainPlan) -> float:
    """A speed in proportion to the network's size: 10,000 characters a second for 512 units."""
    return 10_000 * build({})[0].parameters / spec.parameters


def test_less_time_gets_a_smaller_network_and_more_time_more_dropout() -> None:
    chosen = {
        minutes: fit_to_time(TimeLimit(minutes, Clock()), build, measure, 10**6, fixed=False).values
        for minutes in (1, 3, 10, 40)
    }
    units = [values.get("units", 512) for values in chosen.values()]
    rates = [values["learning_rate"] for values in chosen.values()]
    assert rates == sorted(rates, reverse=True)
    assert units[0] < units[-1] == 512
    assert units == sorted(units)
    dropout = [values["dropout"] for values in chosen.values()]
    assert dropout[-2] < dropout[-1]
    epochs = [values["epochs"] for values in chosen.values()]
    assert 0 < epochs[0] < epochs[-1] < 40


def test_a_size_that_is_given_stays() -> None:
    plan = fit_to_time(TimeLimit(1, Clock()), build, measure, 10**6, fixed=True)
    assert "units" not in plan.values
    assert plan.speed == 10_000
    assert plan.characters == pytest.approx(510_000)


def test_dropout_grows_with_the_epochs_and_has_an_end() -> None:
    rates = [dropout_for(epochs) for epochs in (0.01, 1, 5, 14, 50, 1e4)]
    assert rates == sorted(rates)
    assert rates[-1] == 0.5
