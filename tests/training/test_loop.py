"""The training loop: it learns, stops, resumes with the same numbers, and fails in plain words."""

import errno
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui.model.decoder import Decoder
from bardtui.model.network import Cell
from bardtui.training import loop
from bardtui.training.calibration import SCALES, scaled
from bardtui.training.checkpoint import FILE, Checkpoint, is_finished
from bardtui.training.loop import Trainer, Weights
from bardtui.training.plan import TrainingError
from bardtui.training.state import EpochReport, StepReport
from tests.conftest import random_weights
from tests.training.runs import PLAN, STEPS, VOCABULARY, Recorder, begin, resume


def set_weights_to_nan(trainer: Trainer) -> None:
    trainer.network.set_weights([w * np.nan for w in trainer.network.get_weights()])


def arrays(trainer: Trainer) -> list[Any]:
    """All numbers that training changes."""
    variables = [*trainer.network.variables, *trainer.averages, *trainer.optimizer.variables]
    return [v.numpy() for v in variables]


def assert_equal(ours: list[Any], theirs: list[Any]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other)


def without_times(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in e.items() if k not in ("seconds", "rate")} for e in history]


def saved_progress(folder: Path) -> dict[str, Any]:
    checkpoint = Checkpoint.load(folder)
    assert checkpoint is not None
    progress: dict[str, Any] = checkpoint.state["progress"]
    return progress


# --- a whole run


def test_the_loss_falls(whole: Recorder) -> None:
    losses = [epoch.loss for epoch in whole.epochs]
    held_out = [epoch.held_out for epoch in whole.epochs if epoch.held_out is not None]
    assert len(losses) == len(held_out) == 3
    assert losses == sorted(losses, reverse=True)
    assert held_out == sorted(held_out, reverse=True)
    assert held_out[-1] < math.log(len(VOCABULARY)) - 0.4


def test_every_step_reports_where_the_run_stands(whole: Recorder) -> None:
    positions = [(s.epoch, s.epochs, s.step, s.steps) for s in whole.steps]
    assert positions == [(e, 3, s, STEPS) for e in (1, 2, 3) for s in range(1, STEPS + 1)]
    assert all(math.isfinite(s.loss) and s.rate > 0 for s in whole.steps)
    assert whole.steps[0].seconds_left > 0
    assert whole.steps[-1].seconds_left == 0


def test_every_epoch_has_a_sample(whole: Recorder) -> None:
    for epoch in whole.epochs:
        assert len(epoch.sample) == loop.SAMPLE_LENGTH
        assert set(epoch.sample) <= set(VOCABULARY.characters)


def test_the_averaged_weights_are_published_and_scored(whole: Recorder) -> None:
    assert [epoch.best for epoch in whole.epochs] == [True] * 3
    weights, history = whole.published[-1]
    averages = [average.numpy() for average in whole.trainer.averages]
    assert_equal(weights, scaled(averages, history[-1]["scale"]))
    assert not np.array_equal(weights[0], whole.trainer.network.get_weights()[0])
    decoder = Decoder(whole.trainer.spec, VOCABULARY, weights)
    nats = -decoder.read(whole.trainer.held_out).mean()
    assert nats == pytest.approx(history[-1]["held_out"], abs=1e-4)
    assert history[-1]["held_out"] == whole.epochs[-1].held_out


def test_an_epoch_without_improvement_is_not_published(tmp_path: Path) -> None:
    # The better the network learns that b follows a, the less it expects a after a.
    text = np.tile(np.array([0, 1], np.int32), 1_500)
    plan = replace(PLAN, optimizer="muon")
    run = begin(tmp_path, plan, text=text, held_out=np.zeros(100, np.int32))
    assert run.run()
    assert [epoch.best for epoch in run.epochs] == [True, False, False]
    assert [len(history) for _, history in run.published] == [1]
    assert len(run.trainer.state.history) == 3
    assert resume(tmp_path, plan, text=text, held_out=np.zeros(100, np.int32)).published == []


def test_a_network_that_is_too_sure_of_itself_gets_smaller_logits(tmp_path: Path) -> None:
    # It has only seen b follow a; in the held-out text, a does so too.
    text, held_out = np.tile(np.array([0, 1], np.int32), 1_500), np.zeros(100, np.int32)
    run = begin(tmp_path, replace(PLAN, optimizer="muon"), text=text, held_out=held_out)
    assert run.run()
    (weights, history), trainer = run.published[-1], run.trainer
    assert history[-1]["scale"] == min(SCALES)
    assert Decoder(trainer.spec, VOCABULARY, weights).read(held_out).mean() == pytest.approx(
        -history[-1]["held_out"], abs=1e-4
    )


def test_without_a_held_out_text_the_averages_are_published(tmp_path: Path) -> None:
    run = begin(tmp_path, replace(PLAN, epochs=1), held_out=np.zeros(0, np.int32))
    assert run.run()
    weights, history = run.published[-1]
    assert history[-1]["scale"] == 1.0
    assert_equal(weights, [average.numpy() for average in run.trainer.averages])


def test_bfloat16_learns_like_float32(whole: Recorder, tmp_path: Path) -> None:
    run = begin(tmp_path, replace(PLAN, precision="bfloat16"))
    assert run.run()
    for low, full in zip(run.epochs, whole.epochs, strict=True):
        assert low.loss != full.loss
        assert low.loss == pytest.approx(full.loss, rel=0.02)
        assert low.held_out == pytest.approx(full.held_out, rel=0.02)


# --- stopping and resuming


def test_a_resumed_run_reaches_the_same_numbers(whole: Recorder, tmp_path: Path) -> None:
    import tensorflow as tf

    epochs: list[EpochReport] = []
    # Stopped within an epoch, then between the epoch's last step and its scoring.
    for number, steps in enumerate((STEPS - 9, 9, 10**9)):
        tf.random.uniform([3])  # other uses of the random state make no difference
        run = resume(tmp_path) if number else begin(tmp_path)
        assert run.run(steps) is (steps == 10**9)
        epochs += run.epochs
    history, expected = run.trainer.state.history, whole.trainer.state.history
    assert without_times(history) == without_times(expected)
    assert [epoch.sample for epoch in epochs] == [epoch.sample for epoch in whole.epochs]
    assert_equal(arrays(run.trainer), arrays(whole.trainer))
    assert run.trainer.state.best == whole.trainer.state.best
    assert_equal(run.published[-1][0], whole.published[-1][0])


def test_a_resumed_run_with_muon_reaches_the_same_numbers(tmp_path: Path) -> None:
    plan = replace(PLAN, optimizer="muon", epochs=1)
    at_once = begin(tmp_path / "at once", plan)
    at_once.run()
    begin(tmp_path / "in parts", plan).run(5)
    run = resume(tmp_path / "in parts", plan)
    assert run.run()
    assert_equal(run.published[-1][0], at_once.published[-1][0])


def test_a_resumed_run_goes_on_with_the_state_it_carries(tmp_path: Path) -> None:
    plan = replace(PLAN, carry=4, epochs=1)
    at_once = begin(tmp_path / "at once", plan)
    at_once.run()
    begin(tmp_path / "in parts", plan).run(6)  # two windows into a stretch of four
    run = resume(tmp_path / "in parts", plan)
    assert run.run()
    assert_equal(run.published[-1][0], at_once.published[-1][0])


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_windows_with_a_carried_state_have_the_loss_of_one_long_window(
    cell: Cell, tmp_path: Path
) -> None:
    plan = replace(PLAN, batch_size=2, carry=3, learning_rate=1e-9)
    long = replace(plan, seq_len=plan.seq_len * 3, carry=1)
    carried, whole = (begin(tmp_path, p, dropout=0.0, cell=cell).trainer for p in (plan, long))
    batch = next(whole.windows.epoch(0, 1))
    parts = zip(*(np.split(indices, 3, axis=1) for indices in batch), strict=True)
    losses = [carried.step(*part) for part in parts]
    assert np.mean(losses) == pytest.approx(whole.step(*batch), abs=1e-5)


def test_the_checkpoint_says_whether_the_run_is_finished(whole: Recorder) -> None:
    assert is_finished(whole.trainer.folder)


def test_a_stop_takes_effect_at_the_next_step_and_saves(tmp_path: Path) -> None:
    run = begin(tmp_path)
    assert run.run(3) is False
    assert len(run.steps) == 3
    assert saved_progress(tmp_path)["step"] == 3


def test_a_stop_takes_effect_while_the_held_out_text_is_scored(tmp_path: Path) -> None:
    assert not begin(tmp_path).run(STEPS)
    progress = saved_progress(tmp_path)
    assert (progress["epoch"], progress["step"], progress["history"]) == (0, STEPS, [])
    again = resume(tmp_path)
    assert not again.run(1)  # the scoring, then one step
    assert [epoch.epoch for epoch in again.epochs] == [1]
    assert again.trainer.state.step == 1


def test_checkpoints_are_saved_within_an_epoch_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY", -1.0)

    class PowerCut(Exception):
        pass

    def power() -> Iterator[bool]:
        yield from (False, False)
        raise PowerCut

    run, cut = begin(tmp_path), power()
    with pytest.raises(PowerCut):
        run.trainer.run(run.reports.append, lambda: next(cut))
    assert saved_progress(tmp_path)["step"] == 2


def test_a_model_that_could_not_be_published_is_published_on_resuming(
    whole: Recorder, tmp_path: Path
) -> None:
    def refuse(weights: Weights, history: list[dict[str, Any]]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "weights")

    message = r"^weights: No space left on device; the last checkpoint is intact: free some space"
    with pytest.raises(TrainingError, match=message) as refused:
        begin(tmp_path, publish=refuse).run()
    assert refused.value.command == "--resume continues from it"
    run = resume(tmp_path)
    ((weights, history),) = run.published
    assert_equal(weights, whole.published[0][0])
    assert without_times(history) == without_times(whole.published[0][1])
    assert run.run()
    assert_equal(run.published[-1][0], whole.published[-1][0])


def test_a_full_disk_before_the_first_checkpoint_says_to_start_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Checkpoint, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr(Checkpoint, "save", refuse)
    run = begin(tmp_path)
    with pytest.raises(TrainingError, match="nothing is saved yet: free some space first"):
        run.run(3)


def test_a_finished_run_has_nothing_left_to_do(whole: Recorder) -> None:
    run = resume(whole.trainer.folder)
    assert run.run()
    assert run.reports == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"identity": {"corpus": "abd"}}, "another corpus: it was abc, now it is abd"),
        (
            {"plan": replace(PLAN, learning_rate=0.01)},
            "another plan: it was {'learning_rate': 0.02}, now it is {'learning_rate': 0.01}",
        ),
        ({"units": 13}, "another network: it was {'units': 12}, now it is {'units': 13}"),
    ],
)
def test_a_run_with_another_text_or_plan_is_not_resumed(
    whole: Recorder, changes: dict[str, Any], message: str
) -> None:
    before = (whole.trainer.folder / FILE).read_bytes()
    with pytest.raises(TrainingError, match="the run to resume had") as caught:
        resume(whole.trainer.folder, **changes)
    assert message in str(caught.value)
    assert (whole.trainer.folder / FILE).read_bytes() == before


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no stopped run mine to resume"):
        resume(tmp_path / "mine")


# --- losses that are not finite


def test_weights_that_are_not_finite_end_the_run_and_publish_nothing(tmp_path: Path) -> None:
    run = begin(tmp_path)
    set_weights_to_nan(run.trainer)
    with pytest.raises(TrainingError, match=r"^the loss became nan in epoch 1 .*no model is saved"):
        run.run()
    assert len(run.steps) == loop.MAX_FAILURES - 1
    assert run.published == []


def test_a_run_that_diverges_later_keeps_the_model_it_published(tmp_path: Path) -> None:
    run = begin(tmp_path)

    def spoil(report: StepReport | EpochReport) -> None:
        if isinstance(report, EpochReport):
            set_weights_to_nan(run.trainer)

    with pytest.raises(TrainingError, match=r"nan in epoch 2 .*best model until then is saved"):
        run.trainer.run(spoil, lambda: False)
    assert len(run.published) == 1
    assert all(np.isfinite(weight).all() for weight in run.published[0][0])
    assert saved_progress(tmp_path)["epoch"] == 1


@pytest.mark.parametrize("held_out", [0, 50])
def test_a_short_epoch_whose_steps_all_fail_publishes_nothing(
    tmp_path: Path, held_out: int
) -> None:
    few = np.zeros(13 * (8 * 3 + 1), np.int32)
    run = begin(tmp_path, text=few, held_out=few[:held_out])
    set_weights_to_nan(run.trainer)
    with pytest.raises(TrainingError, match="the loss became nan in epoch 1"):
        run.run()
    assert len(run.steps) == 3
    assert run.published == []


def test_a_step_without_a_finite_loss_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(tmp_path)
    genuine, losses = run.trainer.step, list[float]()

    def step(inputs: Any, targets: Any) -> float:
        losses.append(math.nan if len(losses) in (0, 3) else genuine(inputs, targets))
        return losses[-1]

    monkeypatch.setattr(run.trainer, "step", step)
    assert run.run(6) is False
    assert math.isnan(run.steps[0].loss)
    assert run.steps[-1].loss == pytest.approx(np.nanmean(losses))
    assert run.trainer.state.failed == 2


def test_gradients_that_are_not_finite_leave_the_weights_alone(tmp_path: Path) -> None:
    trainer = begin(tmp_path).trainer
    weights = random_weights(trainer.spec)
    weights[-1][0] = np.inf
    trainer.network.set_weights(weights)
    averages = [average.numpy() for average in trainer.averages]
    batch = np.zeros([8, 12], np.int32)
    assert math.isnan(trainer.step(batch, batch))
    assert_equal(trainer.network.get_weights(), weights)
    assert_equal([average.numpy() for average in trainer.averages], averages)


def test_the_largest_learning_rate_publishes_finite_numbers_only(tmp_path: Path) -> None:
    run = begin(tmp_path, replace(PLAN, learning_rate=1.0, clip_norm=1e9))
    with suppress(TrainingError):
        run.run()
    assert len(run.steps) > 0
    for weights, history in run.published:
        assert math.isfinite(history[-1]["held_out"])
        assert all(np.isfinite(weight).all() for weight in weights)
