"""What the program says of runs of training."""

from pathlib import Path

import pytest

from bardtui.tui.run_words import in_a_few_words, status
from bardtui.workshop.order import Order
from bardtui.workshop.workshop import Run

STEP = {"event": "step", "epoch": 1, "epochs": 3, "rate": 900, "seconds_left": 42, "loss": 2.0}


def run_after(*events: dict[str, object]) -> Run:
    run = Run(Order("mine", "my.txt", 5), Path())
    for event in events:
        run.progress.take(event)
    return run


@pytest.mark.parametrize(
    "events",
    [
        [{"event": "error", "message": "No space left on device: free some space first"}],
        [{"event": "published"}, {"event": "stopped", "saved": True}],
    ],
)
def test_a_run_that_can_go_on_names_the_key(events: list[dict[str, object]]) -> None:
    assert "f20" in status(run_after(*events), "f20")


def test_work_before_and_after_training_is_told_apart() -> None:
    begun = {"event": "begun"}
    done = {"event": "progress", "work": "preparing my", "done": 10, "total": 10}
    run = run_after(begun, done)
    assert (in_a_few_words(run), status(run, "g")) == ("starting", "preparing my")
    run = run_after(begun, STEP)
    assert in_a_few_words(run) == "training, 42 s left"
    run = run_after(begun, STEP, done | {"work": "scoring"})
    assert in_a_few_words(run) == "finishing"
    run = run_after(begun, STEP, {"event": "stopped"}, begun, done)
    assert in_a_few_words(run) == "starting"
