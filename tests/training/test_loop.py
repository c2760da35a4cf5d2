"""The training loop: it learns, stops, goes on to the same numbers, and fails in plain words."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary
from bardtui.text.corpus import Corpus
from bardtui.training import loop as module
from bardtui.training.checkpoint import FILE, Checkpoint, CheckpointError
from bardtui.training.loop import Epoch, Plan, Step, Training, TrainingError, Weights
from tests.conftest import random_weights

PLAN = Plan(seq_len=12, batch_size=8, epochs=3, learning_rate=0.02)
STEPS = 28  # in an epoch of the text below


@dataclass
class Recorded:
    """A run and all that it told."""

    training: Training
    published: list[tuple[Weights, list[dict[str, Any]]]] = field(default_factory=list)
    events: list[Step | Epoch] = field(default_factory=list)

    def run(self, stop_after: int = 10**9) -> bool:
        """Run on; `stop_after` so many steps."""
        before = len(self.steps)
        return self.training.run(self.events.append, lambda: len(self.steps) - before >= stop_after)

    @property
    def steps(self) -> list[Step]:
        return [event for event in self.events if isinstance(event, Step)]

    @property
    def epochs(self) -> list[Epoch]:
        return [event for event in self.events if isinstance(event, Epoch)]


Begin = Callable[..., Recorded]


@pytest.fixture(scope="session")
def begin(verse: Corpus) -> Begin:
    """Make a run in a folder: one small layer with dropout, so that random state matters."""
    text = verse.text[:3_000]
    vocabulary = Vocabulary.of(text)
    indices = vocabulary.encode(text).indices

    def begin(folder: Path, plan: Plan = PLAN, **changes: Any) -> Recorded:
        sizes = {"embedding_dim": 6, "units": 12, "layers": 1, "dropout": 0.3}
        spec = NetworkSpec(len(vocabulary), **(sizes | changes.pop("sizes", {})))
        options: dict[str, Any] = {
            "indices": indices,
            "held_out": indices[:200],
            "identity": {"corpus": "abc"},
        }
        published: list[tuple[Weights, list[dict[str, Any]]]] = []
        training = Training(
            plan,
            spec,
            vocabulary,
            folder=folder,
            publish=lambda weights, history: published.append((weights, list(history))),
            **(options | changes),
        )
        return Recorded(training, published)

    return begin


@pytest.fixture(scope="session")
def whole(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A run that nothing interrupted."""
    recorded = begin(tmp_path_factory.mktemp("whole"))
    assert recorded.run()
    return recorded


def poison(training: Training) -> None:
    """Make every loss from now on NaN."""
    training.network.set_weights([w * np.nan for w in training.network.get_weights()])


def without_clock(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in e.items() if k not in ("seconds", "rate")} for e in history]


# --- a whole run


def test_the_loss_falls(whole: Recorded) -> None:
    losses = [epoch.loss for epoch in whole.epochs]
    held_out = [epoch.held_out for epoch in whole.epochs if epoch.held_out is not None]
    assert len(losses) == len(held_out) == 3
    assert losses == sorted(losses, reverse=True)
    assert held_out == sorted(held_out, reverse=True)
    assert held_out[-1] < math.log(len(whole.training.vocabulary)) - 0.4


def test_every_step_tells_where_the_run_stands(whole: Recorded) -> None:
    places = [(s.epoch, s.epochs, s.step, s.steps) for s in whole.steps]
    assert places == [(e, 3, s, STEPS) for e in (1, 2, 3) for s in range(1, STEPS + 1)]
    assert all(math.isfinite(s.loss) and s.rate > 0 for s in whole.steps)
    assert whole.steps[-1].seconds_left == 0
    assert whole.steps[0].seconds_left > 0


def test_every_epoch_shows_what_the_network_writes_now(whole: Recorded) -> None:
    known = set(whole.training.vocabulary.characters)
    for epoch in whole.epochs:
        assert len(epoch.sample) == module.SAMPLE_LENGTH
        assert set(epoch.sample) <= known


def test_what_is_published_is_the_average_and_scored_as_such(whole: Recorded) -> None:
    from bardtui.model.decoder import Decoder

    training = whole.training
    assert [epoch.best for epoch in whole.epochs] == [True] * 3
    weights, history = whole.published[-1]
    for published, average in zip(weights, training.averages, strict=True):
        assert np.array_equal(published, average.numpy())
    assert not np.array_equal(weights[0], training.network.get_weights()[0])
    decoder = Decoder(training.spec, training.vocabulary, weights, jit=False)
    nats = -decoder.read(training.held_out).mean()
    assert nats == pytest.approx(history[-1]["held_out"], abs=1e-4)
    assert history[-1]["held_out"] == whole.epochs[-1].held_out


def test_a_worse_epoch_is_not_published(begin: Begin, tmp_path: Path) -> None:
    # The better it learns that b follows a, the less it expects an a after an a.
    text = np.tile(np.array([0, 1], np.int32), 1_500)
    plan = replace(PLAN, optimizer="muon")
    run = begin(tmp_path, plan, indices=text, held_out=np.zeros(100, np.int32))
    assert run.run()
    assert [epoch.best for epoch in run.epochs] == [True, False, False]
    assert [len(history) for _, history in run.published] == [1]
    assert len(run.training.progress.history) == 3


# --- stopping and going on


def test_a_resumed_run_comes_to_the_same_numbers(
    begin: Begin, whole: Recorded, tmp_path: Path
) -> None:
    import tensorflow as tf

    epochs: list[Epoch] = []
    # Stopped in mid-epoch, then at the end of that epoch.
    for number, steps in enumerate((STEPS - 9, 9, 10**9)):
        run = begin(tmp_path)
        tf.random.uniform([3])  # whatever else draws numbers must not matter
        if number:
            run.training.resume()
        assert run.run(steps) is (steps == 10**9)
        epochs += run.epochs
    assert without_clock(run.training.progress.history) == without_clock(
        whole.training.progress.history
    )
    assert [epoch.sample for epoch in epochs] == [epoch.sample for epoch in whole.epochs]
    for name in ("network", "averages", "optimizer"):
        ours, theirs = (variables(training, name) for training in (run.training, whole.training))
        for one, other in zip(ours, theirs, strict=True):
            assert np.array_equal(one, other), name
    assert run.training.progress.best == whole.training.progress.best
    for one, other in zip(run.published[-1][0], whole.published[-1][0], strict=True):
        assert np.array_equal(one, other)


def variables(training: Training, name: str) -> list[Any]:
    group = getattr(training, name)
    return [v.numpy() for v in (group if isinstance(group, list) else group.variables)]


def test_a_stop_is_obeyed_at_the_next_step_and_keeps_everything(
    begin: Begin, tmp_path: Path
) -> None:
    run = begin(tmp_path)
    assert run.run(3) is False
    assert len(run.steps) == 3
    checkpoint = Checkpoint.load(tmp_path)
    assert checkpoint is not None
    assert checkpoint.state["progress"]["step"] == 3


def test_the_state_is_kept_within_an_epoch_too(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAVE_EVERY", -1.0)

    class PowerCut(Exception):
        pass

    def cut() -> Iterator[bool]:
        yield from (False, False)
        raise PowerCut

    run, power = begin(tmp_path), cut()
    with pytest.raises(PowerCut):
        run.training.run(run.events.append, lambda: next(power))
    checkpoint = Checkpoint.load(tmp_path)
    assert checkpoint is not None
    assert checkpoint.state["progress"]["step"] == 2


def test_a_finished_run_has_nothing_left_to_do(
    begin: Begin, whole: Recorded, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes((whole.training.folder / FILE).read_bytes())
    run = begin(tmp_path)
    run.training.resume()
    assert run.run()
    assert run.events == []


def test_a_resumed_run_of_muon_comes_to_the_same_numbers(begin: Begin, tmp_path: Path) -> None:
    plan = replace(PLAN, optimizer="muon", epochs=2)
    at_once = begin(tmp_path / "at once", plan)
    at_once.run()
    begin(tmp_path / "in parts", plan).run(STEPS + 5)
    run = begin(tmp_path / "in parts", plan)
    run.training.resume()
    assert run.run()
    for one, other in zip(run.published[-1][0], at_once.published[-1][0], strict=True):
        assert np.array_equal(one, other)


def test_a_run_in_bfloat16_learns_as_one_in_float32_does(
    begin: Begin, whole: Recorded, tmp_path: Path
) -> None:
    run = begin(tmp_path, replace(PLAN, precision="bfloat16"))
    assert run.run()
    for low, full in zip(run.epochs, whole.epochs, strict=True):
        assert low.loss != full.loss
        assert low.loss == pytest.approx(full.loss, rel=0.02)
        assert low.held_out == pytest.approx(full.held_out, rel=0.02)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"identity": {"corpus": "abd"}}, "another corpus: it was abc, now it is abd"),
        (
            {"plan": Plan(**(vars(PLAN) | {"learning_rate": 0.01}))},
            "another plan: it was {'learning_rate': 0.02}, now it is {'learning_rate': 0.01}",
        ),
        (
            {"sizes": {"units": 13}},
            "another network: it was {'units': 12}, now it is {'units': 13}",
        ),
    ],
)
def test_another_text_or_plan_does_not_resume(
    begin: Begin, whole: Recorded, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    kept = (whole.training.folder / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(kept)
    run = begin(tmp_path, **changes)
    with pytest.raises(TrainingError, match="the run to resume had") as caught:
        run.training.resume()
    assert told in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == kept


def test_there_must_be_a_run_to_resume(begin: Begin, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no run to resume"):
        begin(tmp_path).training.resume()


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\xff" * 64])
def test_a_damaged_checkpoint_is_told(whole: Recorded, tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(tmp_path)


def test_a_checkpoint_cut_short_is_told(whole: Recorded, tmp_path: Path) -> None:
    kept = (whole.training.folder / FILE).read_bytes()
    for length in (4, 100, len(kept) // 2, len(kept) - 1):
        (tmp_path / FILE).write_bytes(kept[:length])
        with pytest.raises(CheckpointError, match="cannot be read"):
            Checkpoint.load(tmp_path)


# --- losses that are no numbers


def test_weights_that_are_no_numbers_end_the_run_and_publish_nothing(
    begin: Begin, tmp_path: Path
) -> None:
    run = begin(tmp_path)
    poison(run.training)
    with pytest.raises(TrainingError, match=r"^the loss became nan in epoch 1 .*nothing is kept"):
        run.run()
    assert len(run.steps) == module.MAX_FAILURES - 1
    assert run.published == []


def test_a_run_that_goes_wrong_later_keeps_what_it_has_published(
    begin: Begin, tmp_path: Path
) -> None:
    run = begin(tmp_path)

    def spoil(event: Step | Epoch) -> None:
        run.events.append(event)
        if isinstance(event, Epoch):
            poison(run.training)

    with pytest.raises(TrainingError, match=r"nan in epoch 2 .*best weights until then are kept"):
        run.training.run(spoil, lambda: False)
    assert len(run.published) == 1
    assert all(np.isfinite(weight).all() for weight in run.published[0][0])
    checkpoint = Checkpoint.load(tmp_path)
    assert checkpoint is not None
    assert checkpoint.state["progress"]["epoch"] == 1


@pytest.mark.parametrize("held_out", [0, 50])
def test_an_epoch_of_few_steps_that_all_fail_publishes_nothing(
    begin: Begin, tmp_path: Path, held_out: int
) -> None:
    few = np.zeros(13 * (8 * 3 + 1), np.int32)
    run = begin(tmp_path, indices=few, held_out=few[:held_out])
    poison(run.training)
    with pytest.raises(TrainingError, match="the loss became nan in epoch 1"):
        run.run()
    assert len(run.steps) == 3
    assert run.published == []


def test_a_step_without_a_loss_changes_nothing_and_does_not_count(
    begin: Begin, tmp_path: Path
) -> None:
    run = begin(tmp_path)
    genuine = run.training._train_step
    losses: list[float] = []

    def train_step(inputs: Any, targets: Any) -> Any:
        if len(losses) in (0, 3):
            losses.append(math.nan)
        else:
            losses.append(float(genuine(inputs, targets)))
        return losses[-1]

    run.training._train_step = train_step
    assert run.run(6) is False
    assert math.isnan(run.steps[0].loss)
    assert run.steps[-1].loss == pytest.approx(np.nanmean(losses))
    assert run.training.progress.failed == 2


def test_gradients_that_are_no_numbers_leave_the_weights_alone(
    begin: Begin, tmp_path: Path
) -> None:
    import tensorflow as tf

    run = begin(tmp_path)
    training = run.training
    weights = random_weights(training.spec)
    weights[-1][0] = np.inf
    training.network.set_weights(weights)
    averages = variables(training, "averages")
    batch = tf.zeros([8, 12], tf.int32)
    assert math.isnan(float(training._train_step(batch, batch)))
    for now, before in zip(training.network.get_weights(), weights, strict=True):
        assert np.array_equal(now, before)
    for now, before in zip(variables(training, "averages"), averages, strict=True):
        assert np.array_equal(now, before)


def test_the_largest_learning_rate_publishes_numbers_only(begin: Begin, tmp_path: Path) -> None:
    run = begin(tmp_path, Plan(**(vars(PLAN) | {"learning_rate": 1.0, "clip_norm": 1e9})))
    with suppress(TrainingError):
        run.run()
    assert len(run.steps) > 0
    for weights, history in run.published:
        assert math.isfinite(history[-1]["held_out"])
        assert all(np.isfinite(weight).all() for weight in weights)


# --- plans


@pytest.mark.parametrize(
    "wish",
    [
        {"seq_len": 0},
        {"batch_size": 0},
        {"epochs": -1},
        {"epochs": 10**20},
        {"learning_rate": 0.0},
        {"learning_rate": 1.1},
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"random_seed": -1},
        {"random_seed": 2**32},
        {"precision": "float16"},
    ],
)
def test_a_plan_that_cannot_be_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match=next(iter(wish)).replace("_", ".")):
        Plan(**wish)


def test_a_stop_is_obeyed_while_the_held_out_text_is_scored(begin: Begin, tmp_path: Path) -> None:
    run = begin(tmp_path)
    assert not run.run(STEPS)
    progress = run.training.progress
    assert (progress.epoch, progress.step, progress.history) == (0, STEPS, [])
    again = begin(tmp_path)
    again.training.resume()
    assert not again.run(1)  # the scoring, then one step
    assert [epoch.epoch for epoch in again.epochs] == [1]
    assert again.training.progress.step == 1
